"""How a ratio is taken: both sides in turn, several times, in one process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clippings.settings import OpenSearchSettings


@dataclass(frozen=True, slots=True)
class Bench:
    """What a part measures with: a node, with an index prefix of the part's own, and how much of everything.

    `scale`: share of the documents that the goals speak of (1: as many). `jsonl`: the user's own pages, one JSON object
    with a `text` a line, in place of made ones.
    """

    opensearch: OpenSearchSettings
    scale: float = 1.0
    jsonl: Path | None = None

    def count(self, documents: int) -> int:
        """So many documents, by the scale; at least 100."""
        return max(100, round(documents * self.scale))


@dataclass(frozen=True, slots=True)
class Ratio:
    """`value` is what `name` reached as a share of `against`, with the goal it is held to (None: only reported).

    `at_least` says on which side of the goal it should be. `detail` gives the plain figures, with their units.
    """

    name: str
    against: str
    value: float
    goal: float | None
    at_least: bool
    detail: str

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that one call takes, by a clock: of work that waits for nothing, `time.process_time` counts only its own."""
    started = clock()
    work()
    return clock() - started


def interleaved(
    one: Callable[[], object],
    other: Callable[[], object],
    times: int,
    *,
    before: Callable[[], object] = lambda: None,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
    """The seconds of two pieces of work, done in turn so that a noisy machine treats both alike: of the turn whose ratio
    is the median. `before` is done before each, and not timed. `clock` as for `seconds`."""
    pairs = []
    for _ in range(times):
        before()
        first = seconds(one, clock)
        before()
        pairs.append((first, seconds(other, clock)))
    pairs.sort(key=lambda pair: pair[0] / pair[1])
    return pairs[len(pairs) // 2]
