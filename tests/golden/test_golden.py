"""Golden cases: every page in a folder beside this file, held to the card written for it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from clippings.articles import Article
from clippings.pipeline import Pipeline
from clippings.records import ContentType, RawRecord
from clippings.settings import PROJECT

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/expected.json"))
LANGUAGES = 10
SHORTFALLS: Mapping[str, list[str]] = json.loads((HERE / "shortfalls.json").read_text(encoding="utf-8"))
"""What still comes out otherwise than the card says: case to fields. It may only shrink."""


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The pipeline as it ships."""
    return Pipeline.load(PROJECT / "include" / "sources.yaml")


def read_case(case: str) -> tuple[RawRecord, Mapping[str, Any]]:
    """The record of a case and what is expected of it."""
    folder = HERE / case
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    page = PROJECT / expected["page"] if "page" in expected else next(folder.glob("page.*"))
    record = RawRecord(
        feed="golden",
        file=f"{case}/{page.name}",
        position=0,
        content=page.read_text(encoding="utf-8"),
        content_type=ContentType.HTML if page.suffix == ".html" else ContentType.TEXT,
        given={"url": expected["given_url"]} if "given_url" in expected else {},
    )
    return record, expected


def differences(article: Article, expected: Mapping[str, Any]) -> list[str]:
    """Every way in which the article is not what its card says."""
    publication = article.publication
    found = {
        "source": article.source.name,
        "language": article.language.code,
        "published": publication.value,
        "published_precision": publication.precision.value,
        "date_method": publication.evidence.method if publication.evidence else None,
        "url": article.url,
        "title": article.title,
        "author": article.author,
    }
    wrong = [
        f"{key}: {value!r} instead of {expected[key]!r}"
        for key, value in found.items()
        if key in expected and value != expected[key]
    ]
    start, end = expected["text_starts"], expected["text_ends"]
    if start is not None and not article.text.startswith(start):
        wrong.append(f"the text starts with {article.text[:80]!r} instead of {start!r}")
    if end is not None and not article.text.endswith(end):
        wrong.append(f"the text ends with {article.text[-80:]!r} instead of {end!r}")
    wrong += [f"the text lacks {passage!r}" for passage in expected.get("text_has", []) if passage not in article.text]
    wrong += [f"the text holds {passage!r}" for passage in expected["text_lacks"] if passage in article.text]
    if article.title is not None and article.title in article.text.splitlines():
        wrong.append("the title is a line of the text")
    return wrong


@pytest.mark.parametrize("case", CASES)
def test_case_is_filed_as_its_card_says(case: str, pipeline: Pipeline) -> None:
    """A page comes out as its card says, but for what shortfalls.json owns up to; what is mended must leave that list."""
    record, expected = read_case(case)
    article = pipeline.clip(record)
    assert isinstance(article, Article), article
    wrong = differences(article, expected)
    fields = sorted({one.split(":")[0] if one.split(":")[0] in expected else "text" for one in wrong})
    assert fields == SHORTFALLS.get(case, []), "\n".join([case, *wrong])


def test_the_seeds_have_no_shortfalls() -> None:
    """The user's own five pages come out right in every field."""
    assert not [case for case in SHORTFALLS if case.startswith("seed_")]


def test_shortfalls_are_of_cases_that_exist() -> None:
    """The list of shortfalls names only cases that are there."""
    assert set(SHORTFALLS) <= set(CASES)


def test_seed_cards_are_the_users_own() -> None:
    """The cards of the five seeds say what the user's list of expected answers says, value by value."""
    lines = (HERE / "seeds_expected.jsonl").read_text(encoding="utf-8").splitlines()
    listed = {entry["file"]: entry for entry in map(json.loads, lines)}
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in HERE.glob("seed_*/expected.json")]
    assert {Path(card["page"]).name for card in cards} == set(listed)
    for card in cards:
        entry = listed[Path(card["page"]).name]
        assert {key: card[key] for key in card if key != "page"} == {
            key: entry[key] for key in entry if key not in {"file", "same_story_as"}
        }


def test_cases_cover_many_languages() -> None:
    """The cases are written in at least ten languages."""
    assert len({read_case(case)[1]["language"] for case in CASES} - {None}) >= LANGUAGES
