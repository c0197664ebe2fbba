"""How a ratio is taken: both sides in turn, several times, in one process."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


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


def seconds(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def interleaved(one: Callable[[], object], other: Callable[[], object], times: int) -> tuple[float, float]:
    """The median seconds of two pieces of work, done in turn so that a noisy machine treats both alike."""
    pairs = [(seconds(one), seconds(other)) for _ in range(times)]
    return median(first for first, _ in pairs), median(second for _, second in pairs)
