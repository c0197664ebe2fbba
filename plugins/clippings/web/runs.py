"""The page of a run: its address, and its report turned into words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from clippings.ingestion.progress import FileLine, RunState
from clippings.ingestion.quarantine import DEEPEST
from clippings.web.view import Pages

SIZE = 50
"""Files on one page."""
LONGEST_NAME = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Which run the page's address asks for, by its name in the books, and which page of its files."""

    run: str
    page: int


def read(parameters: QueryParams) -> Asked:
    """What a query string asks for. Nothing in it can fail."""
    page = parameters.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    return Asked(parameters.get("name", "")[:LONGEST_NAME], min(max(1, number), DEEPEST // SIZE))


def write(run: str, page: int = 1) -> str:
    """The address of a page of a run's files, as a query string."""
    return "?" + urlencode({"name": run, **({"page": page} if page > 1 else {})})


def pages(asked: Asked, total: int, shown: int) -> Pages:
    """Where in the run's files the reader is, and the addresses before and after."""
    before = (asked.page - 1) * SIZE
    more = before + shown < total and (asked.page + 1) * SIZE <= DEEPEST
    return Pages(
        before + 1 if shown else 0,
        before + shown,
        write(asked.run, asked.page - 1) if asked.page > 1 else None,
        write(asked.run, asked.page + 1) if more else None,
    )


def headline(state: RunState) -> str:
    """How the run stands, in one sentence."""
    if state.ended is not None and not state.balanced:
        return "The run does not balance."
    if state.ended is not None:
        return "The run balances: every record it read is accounted for, and the index holds what it says."
    if state.files is None:
        return "The run is looking for its files."
    done = f"{state.done_size / state.size:.0%} of its bytes are done" if state.size else "nothing is left to be read"
    left = state.seconds_left
    return f"The run is under way: {done}{'' if left is None else f', about {duration(left)} left'}."


def duration(seconds: float) -> str:
    """A length of time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def moment(when: datetime) -> str:
    """A moment in UTC, to the second."""
    in_utc = when.astimezone(UTC)
    return f"{in_utc.day} {in_utc:%B %Y, %H:%M:%S} UTC"


def stretch(line: FileLine) -> str:
    """Which part of its file a line is about; empty for the whole of it."""
    return "" if line.start is None or line.end is None else f"bytes {line.start:,} to {line.end:,}"
