"""Fitting the line model's network: gradient descent in numpy, so that training needs nothing that prediction lacks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clippings.extraction.network import NEAR, REACHES, VIEWS, Network, shift, sums_after, surroundings

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One page to learn from: its lines' features in several renderings, their classes, and what each line weighs."""

    renderings: tuple[Floats, ...]
    classes: npt.NDArray[np.intp]
    weights: Floats


def _back_through_surroundings(gradient: Floats, width: int) -> Floats:
    """The transpose of `surroundings`: each view's transpose is the view in the other direction."""
    parts = [gradient[:, i * width : (i + 1) * width] for i in range(VIEWS)]
    back: Floats = parts[0].copy()
    for by, part in zip(NEAR, parts[1 : 1 + len(NEAR)], strict=True):
        back += shift(part, -by)
    rest = parts[1 + len(NEAR) :]
    for i, reach in enumerate(REACHES):
        bound = min(reach, max(len(gradient), 1))
        back += sums_after(rest[2 * i], bound)[1]
        back += sums_after(rest[2 * i + 1], bound)[0]
    return back


def fit(
    lessons: Sequence[Lesson],
    *,
    seed: int,
    rounds: int = 14,
    first_width: int = 48,
    second_width: int = 32,
    dropout: float = 0.3,
    rate: float = 2e-3,
    decay: float = 2e-4,
    batch: int = 6,
) -> Network:
    """A network fitted to `lessons` by Adam (Kingma and Ba, 2015) with dropout, weight decay and a falling rate."""
    random = np.random.default_rng(seed)
    sample = np.concatenate([lesson.renderings[0] for lesson in lessons])
    mean = sample.mean(axis=0)
    scale = 1 / np.maximum(sample.std(axis=0), 0.05)
    del sample
    inputs = len(mean)
    shapes = [
        (inputs, first_width),
        (first_width,),
        (VIEWS * first_width, second_width),
        (second_width,),
        (second_width, 4),
        (4,),
    ]
    weights = [
        (random.standard_normal(shape) * np.sqrt(2 / shape[0])).astype(np.float32)
        if len(shape) == 2
        else np.zeros(shape, np.float32)
        for shape in shapes
    ]
    firsts = [np.zeros_like(matrix) for matrix in weights]
    seconds = [np.zeros_like(matrix) for matrix in weights]
    step = 0
    steps = rounds * -(-len(lessons) // batch)
    for _ in range(rounds):
        order = random.permutation(len(lessons))
        for begin in range(0, len(order), batch):
            gradients = [np.zeros_like(matrix) for matrix in weights]
            for number in order[begin : begin + batch]:
                lesson = lessons[number]
                features = lesson.renderings[random.integers(len(lesson.renderings))]
                _add_gradients(gradients, weights, (features - mean) * scale, lesson, dropout, random)
            step += 1
            speed = rate * min(1.0, step / 60) * 0.5 * (1 + np.cos(np.pi * step / steps))
            for matrix, gradient, first, second in zip(weights, gradients, firsts, seconds, strict=True):
                first += 0.1 * (gradient - first)
                second += 0.001 * (gradient**2 - second)
                bias = np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                matrix -= speed * bias * first / (np.sqrt(second) + 1e-7)
                if matrix.ndim == 2:
                    matrix -= speed * decay * 10 * matrix
    return Network(mean.astype(np.float32), scale.astype(np.float32), *weights)


def _add_gradients(
    gradients: list[Floats],
    weights: list[Floats],
    features: Floats,
    lesson: Lesson,
    dropout: float,
    random: np.random.Generator,
) -> None:
    first, first_bias, second, second_bias, last, last_bias = weights
    keep_0 = np.asarray(random.random(features.shape[1]) >= dropout / 3, np.float32) / (1 - dropout / 3)
    features = features * keep_0
    before_1 = features @ first + first_bias
    keep_1 = np.asarray(random.random(before_1.shape[1]) >= dropout, np.float32) / (1 - dropout)
    hidden_1 = np.maximum(before_1, 0) * keep_1
    seen = np.concatenate(surroundings(hidden_1), axis=1)
    before_2 = seen @ second + second_bias
    keep_2 = (random.random(before_2.shape) >= dropout).astype(np.float32) / (1 - dropout)
    hidden_2 = np.maximum(before_2, 0) * keep_2
    scores = hidden_2 @ last + last_bias
    scores -= scores.max(axis=1, keepdims=True)
    shares = np.exp(scores)
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(shares)), lesson.classes] -= 1
    delta = (shares * lesson.weights[:, None]).astype(np.float32)
    gradients[4] += hidden_2.T @ delta
    gradients[5] += delta.sum(axis=0)
    delta_2 = (delta @ last.T) * keep_2 * (before_2 > 0)
    gradients[2] += seen.T @ delta_2
    gradients[3] += delta_2.sum(axis=0)
    delta_1 = _back_through_surroundings(delta_2 @ second.T, before_1.shape[1]) * keep_1 * (before_1 > 0)
    gradients[0] += features.T @ delta_1
    gradients[1] += delta_1.sum(axis=0)
