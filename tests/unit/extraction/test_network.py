"""Networks that predict together say what each of them says by itself, as it was fitted."""

import numpy as np
import pytest

from clippings.extraction.network import MAIN, VIEWS, Ensemble, Network, surroundings


def _network(seed: int, inputs: int = 9, width: int = 5, second: int = 4) -> Network:
    random = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(np.float32)

    return Network(
        some(inputs), abs(some(inputs)), some(inputs, width), some(width),
        some(VIEWS * width, second), some(second), some(second, 4), some(4),
    )  # fmt: skip


def _alone(network: Network, features: np.ndarray) -> np.ndarray:
    """The likelihood of MAIN by the form that is fitted."""
    hidden = np.maximum((features - network.mean) * network.scale @ network.first + network.first_bias, 0)
    hidden = np.maximum(np.concatenate(surroundings(hidden), axis=1) @ network.second + network.second_bias, 0)
    shares = np.exp(hidden @ network.last + network.last_bias)
    return (shares / shares.sum(axis=1, keepdims=True))[:, MAIN]


@pytest.mark.parametrize("lines", [1, 2, 3, 6, 7, 20, 21, 150])
def test_together_networks_say_what_each_says_alone(lines: int) -> None:
    """The average of the networks comes out, for pages shorter and longer than every stretch that is summed over."""
    networks = [_network(seed) for seed in range(3)]
    features = np.random.default_rng(9).standard_normal((lines, 9)).astype(np.float32)
    together = Ensemble.of(networks).likelihoods(features)
    assert together == pytest.approx(np.mean([_alone(one, features) for one in networks], axis=0), abs=2e-4)
