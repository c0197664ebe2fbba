"""How the numbers of a page's days become likelihoods."""

import math

import pytest

from clippings.dates.features import NAMES
from clippings.dates.scoring import Model, Tree, model

STUMP = Tree(feature=(0, -1, -1), threshold=(0.5, 0.0, 0.0), left=(1, 0, 0), right=(2, 0, 0), value=(0.0, -1.0, 2.0))


def test_days_and_none_of_them_share_what_is_likely() -> None:
    """The likelihoods of a page's days are set against one another and against that of none."""
    likely = Model((STUMP,), 1.0, 0.0).probabilities([[1.0], [0.0]])
    whole = 1 + math.exp(2) + math.exp(-1)
    assert likely == pytest.approx([math.exp(2) / whole, math.exp(-1) / whole])


def test_calibration_is_a_rising_curve() -> None:
    """The likelier a day, the surer; slope 1 and shift 0 leave a likelihood as it is; the ends are no error."""
    assert Model((), 1.0, 0.0).calibrated(0.3) == pytest.approx(0.3)
    shipped = [model().calibrated(step / 20) for step in range(21)]
    assert shipped == sorted(shipped)
    assert 0 < shipped[0] < shipped[-1] < 1


def test_shipped_model_asks_for_known_numbers() -> None:
    """Every tree of the model that ships asks for numbers there are, and ends in leaves."""
    for tree in model().trees:
        assert max(tree.feature) < len(NAMES)
        assert {tree.left[at] for at, asked in enumerate(tree.feature) if asked >= 0} <= set(range(len(tree.feature)))
