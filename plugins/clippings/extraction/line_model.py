"""The line models as they ship: how likely each line of a page is part of its main text."""

import base64
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clippings.extraction.features import base_features, context_features
from clippings.extraction.markup_features import markup_features
from clippings.extraction.network import Ensemble, Network
from clippings.pages import Block

Floats = npt.NDArray[np.float32]

TEXT_WEIGHTS = Path(__file__).with_name("text_lines.json")
HTML_WEIGHTS = Path(__file__).with_name("html_blocks.json")

LONGEST_STRETCH = 10_000
"""Lines that are seen together: of a page with more, each stretch is a page of its own, so that memory is bounded (some
6 KB a line). No article has so many lines, nor has any page of the sets that the models were made from."""


def write_networks(networks: Sequence[Network], path: Path) -> None:
    """Write the weights as JSON: for each network and matrix its shape, and its values as half floats in base 64."""
    kept = []
    for network in networks:
        matrices = {}
        for name in Network.__slots__:
            matrix = np.asarray(getattr(network, name), "<f2")
            matrices[name] = {"shape": matrix.shape, "values": base64.b64encode(matrix.tobytes()).decode("ascii")}
        kept.append(matrices)
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="ascii")


def read_networks(path: Path) -> tuple[Network, ...]:
    """The networks that `write_networks` wrote."""
    networks = []
    for matrices in json.loads(path.read_text(encoding="ascii")):
        values = {
            name: np.frombuffer(base64.b64decode(kept["values"]), "<f2").astype(np.float32).reshape(kept["shape"])
            for name, kept in matrices.items()
        }
        networks.append(Network(**values))
    return tuple(networks)


def _stretches(count: int) -> list[slice]:
    return [slice(begin, begin + LONGEST_STRETCH) for begin in range(0, count, LONGEST_STRETCH)]


@cache
def _shipped(path: Path) -> Ensemble:
    return Ensemble.of(read_networks(path))


def _likely(networks: Sequence[Network] | None, shipped: Path, features: Floats) -> Floats:
    model = _shipped(shipped) if networks is None else Ensemble.of(networks)
    return model.likelihoods(features)


def text_likelihoods(
    lines: Sequence[str], networks: Sequence[Network] | None = None, bare: Sequence[str] | None = None
) -> Floats:
    """For each line of a plain-text scrape, how likely it is main text (0 to 1); 0 for blank lines.

    `networks`: others than those that ship (to measure what they say of sites that they have not seen).
    `bare`: the lines without their bullets, where the caller has them already.
    """
    if len(lines) > LONGEST_STRETCH:
        return np.concatenate([text_likelihoods(lines[part], networks) for part in _stretches(len(lines))])
    result = np.zeros(len(lines), np.float32)
    indices, base, _ = base_features(lines, bare)
    if len(indices):
        result[indices] = _likely(networks, TEXT_WEIGHTS, context_features(base, indices, len(lines)))
    return result


def html_likelihoods(
    blocks: Sequence[Block], taken_by_trafilatura: npt.NDArray[np.bool_], networks: Sequence[Network] | None = None
) -> Floats:
    """For each block of an HTML page, how likely it is main text (0 to 1). `networks` as for `text_likelihoods`."""
    if len(blocks) > LONGEST_STRETCH:
        parts = _stretches(len(blocks))
        return np.concatenate([html_likelihoods(blocks[part], taken_by_trafilatura[part], networks) for part in parts])
    result = np.zeros(len(blocks), np.float32)
    lines = [block.text for block in blocks]
    indices, base, _ = base_features(lines)
    if len(indices):
        shown = [blocks[i] for i in indices]
        markup = markup_features(shown, taken_by_trafilatura[indices])
        features = np.concatenate([context_features(base, indices, len(lines)), markup], axis=1)
        result[indices] = _likely(networks, HTML_WEIGHTS, features)
    return result
