import numpy as np

from clippings.extraction.confidence import expected_f1

WORDS = np.array([100, 50, 10])


def test_a_choice_without_doubt_is_certain() -> None:
    """All that is surely main text chosen, and nothing else: 1."""
    likely = np.array([1, 1, 0], np.float32)
    assert expected_f1(WORDS, likely, np.array([True, True, False])) == 1.0


def test_long_doubtful_lines_weigh_more_than_short_ones() -> None:
    """Doubt about many words costs more than the same doubt about few."""
    kept = np.array([True, True, True])
    long = expected_f1(WORDS, np.array([0.5, 1, 1], np.float32), kept)
    short = expected_f1(WORDS, np.array([1, 1, 0.5], np.float32), kept)
    assert long < short < 1


def test_what_is_left_out_costs_as_well() -> None:
    """A likely line that is not chosen lowers the figure, and nothing chosen of nothing is 0."""
    likely = np.array([1, 1, 0], np.float32)
    assert expected_f1(WORDS, likely, np.array([True, False, False])) == 0.8
    assert expected_f1(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.bool_)) == 0.0
