"""What the markup around a block says of it, and what trafilatura made of it, as numbers for the model of HTML pages."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from clippings.extraction.blocks import Markup
from clippings.pages import Block

Floats = npt.NDArray[np.float32]

_BITS = np.array([int(flag) for flag in Markup], np.int64)
_SPACES = re.compile(r"\s+")
_OFFSETS = (-2, -1, 1, 2)
_WINDOW = 6
MARKUP_INPUTS = (len(Markup) + 2) + len(_OFFSETS) * 3 + 3 * 2 + 2


def taken(blocks: Sequence[Block], text: str) -> npt.NDArray[np.bool_]:
    """For each block, whether its text stands in `text` (what another extractor took as main text)."""
    squeezed = f" {_SPACES.sub(' ', text)} "
    return np.fromiter((block.text in squeezed for block in blocks), np.bool_, len(blocks))


def markup_features(blocks: Sequence[Block], taken_by_trafilatura: npt.NDArray[np.bool_]) -> Floats:
    """Features (n × MARKUP_INPUTS) of the blocks of one page."""
    n = len(blocks)
    markup = np.fromiter((block.markup for block in blocks), np.int64, n)
    linked = np.fromiter((block.linked for block in blocks), np.float32, n)
    sizes = np.fromiter((len(block.text) for block in blocks), np.float32, n)
    votes = taken_by_trafilatura.astype(np.float32)
    flags = ((markup[:, None] & _BITS) != 0).astype(np.float32)
    paragraph = flags[:, int(Markup.PARAGRAPH).bit_length() - 1]
    near = np.column_stack([votes, linked, paragraph])
    parts = [flags, linked[:, None], votes[:, None]]
    for offset in _OFFSETS:
        moved = np.zeros_like(near)
        if abs(offset) < n:
            if offset > 0:
                moved[:-offset] = near[offset:]
            else:
                moved[-offset:] = near[:offset]
        parts.append(moved)
    sums = np.zeros((n + 1, 3), np.float32)
    np.cumsum(near, axis=0, out=sums[1:])
    place = np.arange(n)
    parts.append((sums[np.minimum(place + 1 + _WINDOW, n)] - sums[place + 1]) / _WINDOW)
    parts.append((sums[place] - sums[np.maximum(place - _WINDOW, 0)]) / _WINDOW)
    total = max(float((votes * sizes).sum()), 1.0)
    share_before = np.cumsum(votes * sizes) / total
    parts.append(np.column_stack([share_before, np.full(n, np.log1p(total) / 9)]))
    return np.concatenate(parts, axis=1, dtype=np.float32)
