"""Which texts are copies of one another, and what of a text the index is given to find them by."""

import subprocess
import sys
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.stories.texts import commented, cut, edited, text, words

from clippings.extraction import extract, parse
from clippings.records import ContentType
from clippings.settings import PROJECT
from clippings.stories.fields import MOST_FINGERPRINTS
from clippings.stories.linking import Groups
from clippings.stories.passages import PASSAGE_WORDS
from clippings.stories.reading import ReadText, read
from clippings.stories.signatures import BANDS

STORY = text(1, 400)
CHINESE = "两国政府代表团星期二在首都举行了为期一天的会谈双方就边境贸易问题达成了初步协议并同意下个月继续谈判发言人表示"


def is_found(one: str, other: str) -> bool:
    """Whether the index brings the two together and they are copies."""
    first, second = read(one), read(other)
    assert first.is_copy_of(second) == second.is_copy_of(first)
    return first.meets(second) and first.is_copy_of(second)


@pytest.mark.parametrize(
    "copy",
    [
        STORY.upper().replace("\n\n", "\n").replace(".", "!"),
        cut(STORY, 0, 0.7),
        cut(STORY, 0.3, 1),
        f"{cut(STORY, 0, 0.35)} {cut(STORY, 0.65, 1)}",
        edited(STORY, 2, 0.1),
        f"{cut(STORY, 0, 0.4)} {text(3, 80)} {cut(STORY, 0.6, 1)}",
        commented(STORY, 4, 200),
        commented(edited(cut(STORY, 0, 0.75), 5, 0.05), 6, 100),
    ],
    ids=["typography", "end cut", "beginning cut", "middle cut", "words edited", "other quotes", "comments", "all"],
)
def test_a_copy_is_found_whatever_became_of_it(copy: str) -> None:
    """A story that was cut by 30 %, edited, given other quotes or comments is a copy, and meets the original."""
    assert is_found(STORY, copy)


def test_other_texts_are_no_copies() -> None:
    """Texts with nothing in common, half in common, or of which one is a small part of the other, are not one story."""
    assert not is_found(STORY, text(7, 400))
    assert not is_found(STORY, f"{text(7, 200)} {cut(STORY, 0, 0.5)}")
    assert not is_found(STORY, f"{text(7, 600)} {cut(STORY, 0, 0.5)} {text(8, 300)}")
    assert not is_found(STORY, cut(STORY, 0, 0.2))


def test_a_text_in_a_script_without_spaces_is_read_sign_by_sign() -> None:
    """A Chinese text with some signs changed is a copy, and another sentence is not."""
    assert is_found(CHINESE, CHINESE.replace("星期二", "昨天"))
    assert not is_found(CHINESE, CHINESE[::-1])


def test_the_seeds_are_told_apart() -> None:
    """Of the seeds the first two are one story, 002 and 003 share passages only, and nothing else has to do with it."""
    pages = {path.name[:3]: path.read_text(encoding="utf-8") for path in (PROJECT / "include/seeds").glob("*.txt")}
    texts = {name: read(extract(parse(page, ContentType.TEXT)).text) for name, page in pages.items()}
    copies = {pair for pair in combinations(sorted(texts), 2) if texts[pair[0]].is_copy_of(texts[pair[1]])}
    assert copies == {("000", "001")}
    related = {pair for pair in combinations(sorted(texts), 2) if share_fingerprints(texts[pair[0]], texts[pair[1]])}
    assert related == {("000", "001"), ("002", "003")}


def share_fingerprints(one: ReadText, other: ReadText) -> bool:
    """Whether a fingerprint is in both."""
    return not set(one.signature.fingerprints).isdisjoint(other.signature.fingerprints)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32), st.integers(0, 175), st.integers(0, 175))
def test_a_shared_passage_is_always_found(seed: int, here: int, there: int) -> None:
    """Two texts with the same 25 words in a row have a fingerprint in common, wherever in them these stand."""
    passage = words(seed, PASSAGE_WORDS)
    one, other = words(seed + 1, 200), words(seed + 2, 200)
    one[here : here + PASSAGE_WORDS], other[there : there + PASSAGE_WORDS] = passage, passage
    assert share_fingerprints(read(" ".join(one)), read(" ".join(other)))


@settings(deadline=None, max_examples=100)
@given(st.text())
def test_any_text_can_be_read(anything: str) -> None:
    """Whatever a text holds, it has a signature: all bands or none, and the same for the same words."""
    found = read(anything)
    assert len(found.signature.bands) in {0, BANDS}
    assert found.signature == read(f" {anything}\n").signature


def test_a_text_of_any_length_has_terms_of_one_form() -> None:
    """Bands and fingerprints are eight letters each, and a book has no more of them than a query takes."""
    signature = read(text(1, 30_000)).signature
    assert len(signature.bands) == BANDS
    assert len(signature.fingerprints) == MOST_FINGERPRINTS
    assert {len(term) for term in (*signature.bands, *signature.fingerprints)} == {8}


def test_a_text_that_tells_nothing_has_no_copies() -> None:
    """Nothing, and a few words, are not even copies of themselves."""
    assert not is_found("", "")
    assert not is_found("Please log in.", "Please log in.")


def test_signatures_are_the_same_in_every_process() -> None:
    """Another process, with another hash seed, gives a text the same signature: documents outlive processes."""
    asked = "from clippings.stories.reading import read; print(read('the quick brown fox ' * 9 + 'ends').signature)"
    answers = {
        subprocess.run(
            [sys.executable, "-c", asked],
            env={"PYTHONPATH": str(PROJECT / "plugins"), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12))), st.randoms())
def test_groups_do_not_depend_on_the_order_of_links(links: list[tuple[int, int]], random) -> None:
    """The same links in any order, each in either direction, make the same groups."""

    def grouped(pairs: list[tuple[int, int]]) -> set[frozenset[int]]:
        groups = Groups()
        for one, other in pairs:
            groups.join(str(one), str(other))
        return {frozenset(other for other in range(13) if groups.together(str(one), str(other))) for one in range(13)}

    shuffled = [link[::-1] if random.random() < 0.5 else link for link in random.sample(links, len(links))]
    assert grouped(links) == grouped(shuffled)
