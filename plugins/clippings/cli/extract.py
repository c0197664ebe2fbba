"""`./clippings extract`: pages in, articles out, a JSON line each, in order and without a server."""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from clippings.articles import Article, Evidence, Precision, Rejected
from clippings.pipeline import Pipeline
from clippings.records import ContentType, RawRecord


def configure(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments: it reads standard input and writes standard output."""
    parser.epilog = (
        'A line in: {"id", "content", "content_type": "text/plain" | "text/html", "url": null | "…"}; optionally '
        '"date", "source", "title", "author", "language" as given from elsewhere. A line out: the article, or "error".'
    )


def run(arguments: argparse.Namespace) -> int:
    """Copy standard input to standard output, page by page. Returns 0 also where lines were bad: they say so."""
    del arguments
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for answer in answers(Pipeline.load(), sys.stdin):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0


def answers(pipeline: Pipeline, lines: TextIO) -> Iterator[dict[str, Any]]:
    """The answer to each line that is not blank, in order."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(pipeline, line, number)


def _answer(pipeline: Pipeline, line: str, number: int) -> dict[str, Any]:
    asked: Any = None
    try:
        asked = json.loads(line)
        record = _record(asked, number)
    except (ValueError, TypeError, RecursionError) as error:
        known = asked.get("id") if isinstance(asked, dict) else None
        return {"id": known, "error": f"line {number} is not a page: {error}"}
    clipped = pipeline.clip(record)
    if isinstance(clipped, Rejected):
        return {"id": asked.get("id"), "error": f"line {number}: {clipped.message}"}
    return {"id": asked.get("id"), **describe(clipped)}


def _record(asked: object, number: int) -> RawRecord:
    if not isinstance(asked, dict):
        raise TypeError("it is not a JSON object")
    content = asked.get("content")
    if not isinstance(content, str):
        raise TypeError('"content" is missing or not a string')
    given = {key: str(asked[key]) for key in ("url", "date", "source", "title", "author", "language") if asked.get(key)}
    return RawRecord(
        feed="stdin",
        file="-",
        position=number,
        content=content,
        content_type=ContentType(asked.get("content_type") or ContentType.TEXT),
        given=given,
    )


def describe(article: Article) -> dict[str, Any]:
    """An article as a flat JSON object; `date` is there only where the day is known."""
    publication = article.publication
    exact = publication.precision in (Precision.DAY, Precision.MINUTE)
    return {
        "title": article.title,
        "text": article.text,
        "author": article.author,
        "words": article.words,
        "doubtful": article.doubtful,
        "text_evidence": {"method": article.text_evidence.method, "confidence": article.text_evidence.confidence},
        "language": article.language.code,
        "language_confidence": article.language.confidence,
        "languages_beside": list(article.language.others),
        "published": publication.value,
        "published_precision": publication.precision.value,
        "published_utc": None if publication.utc is None else publication.utc.isoformat(),
        "published_evidence": _evidence(publication.evidence),
        "published_candidates": [
            {
                "value": one.value,
                "precision": one.precision.value,
                "evidence": _evidence(one.evidence),
                "reason_lost": one.reason_lost,
            }
            for one in publication.candidates
        ],
        "date": publication.value[:10] if exact and publication.value else None,
        "source": article.source.name,
        "source_evidence": _evidence(article.source.evidence),
        "url": article.url,
        "site": article.site,
    }


def _evidence(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    return {"method": evidence.method, "text": evidence.text, "confidence": evidence.confidence}
