"""Only one process groups at a time, and a killed one stands in nobody's way for long."""

import threading
import time

import pytest
from tests.integration.stories.conftest import Archive

from clippings.errors import ServiceError
from clippings.stories import turn as turns
from clippings.stories.turn import turn


def test_a_second_waits_for_the_first(archive: Archive) -> None:
    """While one has the turn and says so, another waits; it has its turn after."""
    order: list[str] = []
    taken, ended = threading.Event(), threading.Event()

    def first() -> None:
        with turn(archive.client, archive.settings, "test"):
            taken.set()
            ended.wait(60)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    assert taken.wait(60)
    with (
        pytest.raises(ServiceError, match="Another process"),
        turn(archive.client, archive.settings, "test", patience=0),
    ):
        order.append("never")
    ended.set()
    with turn(archive.client, archive.settings, "test", patience=60):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_silent_holder_loses_its_turn_and_learns_of_it(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was killed is followed by the next after its silence; if it was only slow, it stops before it writes."""
    monkeypatch.setattr(turns, "RENEWED_EVERY", 0)
    monkeypatch.setattr(turns, "BETWEEN_LOOKS", 0.05)
    slow = turn(archive.client, archive.settings, "test")
    renew = slow.__enter__()
    renew()
    with turn(archive.client, archive.settings, "test", patience=60, silence=0.2) as other:
        with pytest.raises(ServiceError, match="took its turn"):
            renew()
        slow.__exit__(None, None, None)
        other()


def test_a_holder_that_goes_on_keeps_its_turn(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that takes longer than the silence allowed is not interrupted while its holder renews the turn."""
    monkeypatch.setattr(turns, "RENEWED_EVERY", 0)
    monkeypatch.setattr(turns, "BETWEEN_LOOKS", 0.05)
    refused = threading.Event()

    def other() -> None:
        with (
            pytest.raises(ServiceError),
            turn(archive.client, archive.settings, "test", patience=3, silence=30),
        ):
            pass
        refused.set()

    with turn(archive.client, archive.settings, "test") as renew:
        thread = threading.Thread(target=other)
        thread.start()
        ends = time.monotonic() + 60
        while not refused.is_set() and time.monotonic() < ends:
            renew()
        thread.join()
    assert refused.is_set()
