"""An orderly end on a signal."""

import os
import signal

import pytest

from clippings.node.interruption import ENDING, undisturbed, until_interrupted


@pytest.mark.parametrize("ending", ENDING)
def test_a_signal_ends_the_body_and_lets_it_close_in_peace(ending: signal.Signals) -> None:
    """After the first signal the rest of the body is left, cleaning up runs whole although more signals come, and the
    handlers are as they were."""
    before = signal.getsignal(ending)
    done = []
    with until_interrupted():
        try:
            os.kill(os.getpid(), ending)
            done.append("went on")
        finally:
            os.kill(os.getpid(), ending)
            os.kill(os.getpid(), signal.SIGINT)
            done.append("closed")
    assert done == ["closed"]
    assert signal.getsignal(ending) is before


def test_a_failure_passes_through() -> None:
    """Only an interruption is swallowed."""
    with pytest.raises(ValueError, match="a reason"), until_interrupted():
        raise ValueError("a reason")


@pytest.mark.parametrize("ending", ENDING)
def test_what_must_not_be_cut_short_is_finished_first(ending: signal.Signals) -> None:
    """A signal within `undisturbed` waits for the end of it, and then interrupts."""
    done = []
    with until_interrupted():
        with undisturbed():
            os.kill(os.getpid(), ending)
            done.append("finished")
        done.append("went on")
    assert done == ["finished"]
