"""The only outcomes are `Article` and `Rejected`: made examples, and whatever the fuzzer found once."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.targets import FORMATS, GIVEN, SECONDS, TARGETS, clear, clip, read, within_bounds

FOUND = sorted((Path(__file__).parent / "found").glob("*/*"))

WORDS = [
    line.strip()[1:-1].encode("latin-1").decode("unicode_escape").encode("latin-1")
    for line in Path(__file__).with_name("words.dict").read_text(encoding="ascii").splitlines()
    if line.startswith('"')
]

PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.binary(max_size=12),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(lambda word, times: word * times, st.sampled_from(WORDS), st.integers(2, 400)),
)
"""What pages and files are put together from: what the code looks for, in any order, and anything else."""


def mixed(first_bytes: int) -> st.SearchStrategy[bytes]:
    """Inputs of a target: a first byte that chooses, then pieces."""
    return st.builds(
        lambda first, pieces: bytes([first]) + b"".join(pieces),
        st.integers(0, first_bytes - 1),
        st.lists(PIECES, max_size=30),
    )


few = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
"""The same examples every time: what is new is looked for by `make fuzz`."""


@pytest.fixture(scope="module", autouse=True)
def _cleared() -> Iterator[None]:
    yield
    clear()


@given(mixed(len(FORMATS)))
@few
def test_any_file_gives_records_and_rejections(data: bytes) -> None:
    """Whatever a file holds and whatever it is declared as, it is read in bounded time, in ranges as in one piece."""
    within_bounds(data, read)


@given(mixed(2 * len(GIVEN)))
@few
def test_any_page_gives_an_article_or_a_rejection(data: bytes) -> None:
    """Whatever a page holds, an article or a rejection comes of it in bounded time, and the same one again."""
    within_bounds(data, clip)


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_was_found_once_stays_mended(file: Path) -> None:
    """Each input that once gave something else now gives articles and rejections."""
    target = TARGETS[file.parent.name]
    within_bounds(file.read_bytes(), target.work)


@pytest.mark.parametrize("name", list(TARGETS))
def test_mangled_files_give_articles_and_rejections(name: str) -> None:
    """The fuzzer's own seeds with a stretch cut out, doubled or overwritten give nothing else either."""
    target = TARGETS[name]
    for number, seed in enumerate(list(target.seeds())[::3]):
        for mangled in _mangled(seed, number):
            within_bounds(mangled, target.work)


def _mangled(seed: bytes, number: int) -> Iterator[bytes]:
    at = 1 + number * 37 % max(len(seed) - 1, 1)
    yield seed[:at]
    yield seed[:at] + seed[at // 2 :]
    yield seed[:at] + bytes([0xFF, 0x00, 0xD8]) + seed[at + 3 :]


def test_what_is_wrong_is_seen() -> None:
    """A target that answers with anything else, or takes too long, is a finding."""

    def fails(data: bytes) -> None:
        raise ZeroDivisionError

    def loops(data: bytes) -> None:
        began = time.process_time()
        while time.process_time() - began < 1.1 * SECONDS:
            pass

    work: Callable[[bytes], None]
    for work in (fails, loops):
        with pytest.raises((ZeroDivisionError, AssertionError)):
            within_bounds(b"", work)
