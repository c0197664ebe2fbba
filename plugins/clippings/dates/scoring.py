"""How likely each day on a page is the day of publication.

Gradient-boosted trees over `features`, fitted by `training/fit.py` to the day of publication of pages whose day is
known; kept as plain numbers in `model.json`. The sum of the leaves goes through the logistic function; a day's
confidence is its probability, divided by the page's sum of them where that is more than 1.
"""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from clippings.dates.features import NAMES

MODEL_FILE = Path(__file__).with_name("model.json")


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree: for each node the feature asked (-1 at a leaf), the threshold, both next nodes, and the value."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def at(self, numbers: list[float]) -> float:
        """The value of the leaf that these numbers lead to."""
        node = 0
        while (feature := self.feature[node]) >= 0:
            node = self.left[node] if numbers[feature] <= self.threshold[node] else self.right[node]
        return self.value[node]


@dataclass(frozen=True, slots=True)
class Model:
    """The trees, where their sum starts, and the pairs (score, share right) that calibrate it."""

    start: float
    trees: tuple[Tree, ...]
    calibration: tuple[tuple[float, float], ...]

    def probability(self, numbers: list[float]) -> float:
        """How likely a day with these numbers is the one, before it is set against the page's others."""
        score = self.start + sum(tree.at(numbers) for tree in self.trees)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))

    def calibrated(self, probability: float) -> float:
        """The share of dates with this probability that are right, by straight lines between known points."""
        points = self.calibration
        if not points:
            return probability
        if probability <= points[0][0]:
            return points[0][1]
        for (low, low_share), (high, high_share) in pairwise(points):
            if probability <= high:
                part = (probability - low) / (high - low) if high > low else 1.0
                return low_share + part * (high_share - low_share)
        return points[-1][1]


@lru_cache(maxsize=1)
def model() -> Model:
    """The model that ships."""
    data = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    if data["features"] != list(NAMES):
        raise ValueError(f"{MODEL_FILE.name} was fitted to other features: run training/fit.py")
    trees = tuple(
        Tree(*(tuple(tree[part]) for part in ("feature", "threshold", "left", "right", "value")))
        for tree in data["trees"]
    )
    return Model(data["start"], trees, tuple((a, b) for a, b in data["calibration"]))
