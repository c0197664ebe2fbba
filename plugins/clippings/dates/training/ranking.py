"""Boosted trees that choose one of a page's days, or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeRegressor
from sklearn.tree._tree import Tree

from clippings.dates.scoring import LARGEST_SCORE

TREES = 240
DEPTH = 3
RATE = 0.08
SHARE_OF_PAGES = 0.6
"""Of the pages, on which each tree is grown."""
FEATURES_A_SPLIT = 10
SMALLEST_LEAF = 8
PENALTY = 2.0
"""Added to the curvature in a leaf, so that a leaf of few days says little."""
LARGEST_STEP = 2.0
"""The values are those that did best of some ten tried, in cross-validation by site."""

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """One page in one view: its days, their numbers (a row each), and the right day, which may be none of them."""

    view: str
    site: str
    right: date
    days: tuple[date, ...]
    numbers: Numbers
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree, and the value of each of its nodes (those of leaves are used)."""

    tree: Tree
    values: NDArray[np.float64]


@dataclass(slots=True)
class Ranker:
    """Trees grown one after the other to the gradient of the softmax over a page's days and none of them."""

    seed: int = 7
    trees: list[Grown] = field(default_factory=list)

    def fit(self, pages: Sequence[Example]) -> "Ranker":
        """Grow the trees on these pages."""
        pages = [page for page in pages if page.days]
        numbers = np.concatenate([page.numbers for page in pages])
        right = np.array([day == page.right for page in pages for day in page.days], dtype=float)
        weight = np.array([page.weight for page in pages for _ in page.days])
        of_page = np.repeat(np.arange(len(pages)), [len(page.days) for page in pages])
        random = np.random.default_rng(self.seed)
        scores = np.zeros(len(right))
        for _ in range(TREES):
            powers = np.exp(np.clip(scores, -LARGEST_SCORE, LARGEST_SCORE))
            share = powers / (1 + np.bincount(of_page, powers))[of_page]
            gradient, curvature = right - share, np.maximum(share * (1 - share), 1e-6)
            rows = np.flatnonzero((random.random(len(pages)) < SHARE_OF_PAGES)[of_page])
            grower = DecisionTreeRegressor(
                max_depth=DEPTH,
                min_samples_leaf=SMALLEST_LEAF,
                max_features=FEATURES_A_SPLIT,
                random_state=int(random.integers(1 << 30)),
            )
            tree = grower.fit(numbers[rows], gradient[rows], sample_weight=weight[rows], check_input=False).tree_
            leaf = tree.apply(numbers)
            above = np.bincount(leaf[rows], (gradient * weight)[rows], minlength=tree.node_count)
            below = np.bincount(leaf[rows], (curvature * weight)[rows], minlength=tree.node_count) + PENALTY
            values = RATE * np.clip(above / below, -LARGEST_STEP, LARGEST_STEP)
            scores += values[leaf]
            self.trees.append(Grown(tree, values))
        return self

    def probabilities(self, page: Example) -> NDArray[np.float64]:
        """How likely each day of a page is the one, as `scoring.Model` has it."""
        scores = np.sum([one.values[one.tree.apply(page.numbers)] for one in self.trees], axis=0)
        powers: NDArray[np.float64] = np.exp(np.clip(scores, -LARGEST_SCORE, LARGEST_SCORE))
        likely: NDArray[np.float64] = powers / (1 + powers.sum())
        return likely

    def written(self) -> list[dict[str, list[float]]]:
        """The trees as plain numbers, as `scoring.Tree` reads them."""
        return [
            {
                "feature": [int(number) if number >= 0 else -1 for number in one.tree.feature],
                "threshold": [round(float(number), 5) for number in one.tree.threshold],
                "left": [int(number) for number in one.tree.children_left],
                "right": [int(number) for number in one.tree.children_right],
                "value": [round(float(number), 5) for number in one.values],
            }
            for one in self.trees
        ]
