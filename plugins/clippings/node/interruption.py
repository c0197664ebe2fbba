"""Ctrl-C and SIGTERM as an orderly end: what is open is closed once, and a second Ctrl-C does not cut that short."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """The user or the system asked us to end. Not an Exception: nothing on the way may take it for a failure."""


@contextmanager
def until_interrupted() -> Iterator[None]:
    """Run the body until it ends or is interrupted; either way the context managers within it close in peace."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        for ending in ENDING:
            signal.signal(ending, signal.SIG_IGN)
        raise Interrupted

    before = {ending: signal.signal(ending, interrupt) for ending in ENDING}
    try:
        yield
    except Interrupted:
        pass
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and its like until the body is done: starting a process and noting it, or ending one, is one
    act. What is started within is not affected."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread only
        return
    came: list[int] = []
    before = {ending: signal.signal(ending, lambda number, frame: came.append(number)) for ending in ENDING}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
        if came:
            os.kill(os.getpid(), came[0])
