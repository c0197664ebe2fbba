"""The numbers of a page's lines do not depend on how long the page is in characters."""

import numpy as np

from clippings.extraction.features import base_features

LINES = (
    "Share on Facebook",
    "The ferry met the harbour wall on Tuesday.",
    "Copyright 2019",
    "* Read the harbour news",
)


def test_words_are_told_apart_on_a_page_of_any_length() -> None:
    """A line far down a very long page has the same cues as on a short one, and its words are found again as well."""
    far = (*LINES, *(f"{'x' * 900} {number}" for number in range(100)), *LINES)
    _, short, _ = base_features((*LINES, *LINES))
    _, long, _ = base_features(far)
    cues = slice(44, None)
    assert np.array_equal(long[-len(LINES) :, cues], short[-len(LINES) :, cues])
    assert long[:4, cues].any(axis=1).tolist() == [True, True, True, True]
