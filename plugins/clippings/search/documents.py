"""An article as it is filed, and as it is read back."""

import json
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from hashlib import sha256
from typing import Any
from unicodedata import normalize

from clippings.articles import (
    Article,
    DateCandidate,
    Evidence,
    LanguageTag,
    Precision,
    Publication,
    SourceTag,
)
from clippings.search.analysis import analysis_of


@dataclass(frozen=True, slots=True)
class FiledArticle:
    """An article read back from the index. `record_id` is the id its file gave it, where it gave one, `story_id` the
    story it was found to belong to, where that was looked for already."""

    article: Article
    article_hash: str
    record_id: str | None
    story_id: str | None = None


def _evidence(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    return {"method": evidence.method, "text": evidence.text, "confidence": evidence.confidence}


def _candidate(candidate: DateCandidate) -> dict[str, Any]:
    return {
        "value": candidate.value,
        "precision": candidate.precision.value,
        "evidence": _evidence(candidate.evidence),
        "reason_lost": candidate.reason_lost,
    }


def _composed(text: str | None) -> str | None:
    """Accents in their composed form: the same to a reader, and one spelling to the index."""
    return None if text is None else normalize("NFC", text)


def _last_day(first: date, precision: Precision) -> date:
    """The last day of what is known: of the year, of the month, or the day itself."""
    if precision is Precision.YEAR:
        return date(first.year, 12, 31)
    if precision is Precision.MONTH:
        return date(first.year, first.month, monthrange(first.year, first.month)[1])
    return first


def _dates(publication: Publication) -> dict[str, Any]:
    """The date fields. A year-precise document has no month, a month-precise one no day."""
    moment, day, precision = publication.utc, publication.day, publication.precision
    if moment is None or day is None:
        return {}
    written = day.isoformat()
    return {
        "published": moment.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "published_on": written,
        "published_until": _last_day(day, precision).isoformat(),
        "published_text": publication.value,
        "year": written[:4],
        "month": written[:7] if precision is not Precision.YEAR else None,
        "day": written if precision in {Precision.DAY, Precision.MINUTE} else None,
    }


def body(article: Article) -> dict[str, object]:
    """The document to file under `article.id`; the same article gives the same body, byte for byte.

    Values that are not known are left out. `article_hash` is the SHA-256 of the rest: a document that has it is as
    it should be.
    """
    analysis = analysis_of(article.language.code)
    text = _composed(article.text)
    title = _composed(article.title)
    fields: dict[str, object] = {
        "record_id": article.given.get("id"),
        "feed": article.feed,
        "file": article.file,
        "position": article.position,
        "name": article.name,
        "content_hash": article.content_hash,
        "pipeline_version": article.pipeline_version,
        "url": article.url,
        "site": article.site,
        "title": title,
        "author": article.author,
        "words": article.words,
        "doubtful": article.doubtful,
        "source": article.source.name,
        "language": article.language.code,
        "language_confidence": article.language.confidence,
        "other_languages": list(article.language.others) or None,
        "published_precision": article.publication.precision.value,
        **_dates(article.publication),
        "main_text_method": article.text_evidence.method,
        "language_method": article.language.evidence.method,
        "date_method": article.publication.evidence.method if article.publication.evidence else None,
        "source_method": article.source.evidence.method if article.source.evidence else None,
        "evidence": {
            "text": _evidence(article.text_evidence),
            "language": _evidence(article.language.evidence),
            "date": _evidence(article.publication.evidence),
            "source": _evidence(article.source.evidence),
        },
        "date_candidates": [_candidate(each) for each in article.publication.candidates] or None,
        "given": dict(sorted(article.given.items())) or None,
        f"title_{analysis}": title,
        f"text_{analysis}": text,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    written = json.dumps(known, sort_keys=True, ensure_ascii=True)
    return {**known, "article_hash": sha256(written.encode()).hexdigest()}


def text_of(source: Mapping[str, Any]) -> str:
    """The main text of a filed document, whatever its language."""
    return str(source[f"text_{analysis_of(source.get('language'))}"])


def _read_evidence(value: Mapping[str, Any] | None) -> Evidence | None:
    return None if value is None else Evidence(value["method"], value["text"], value["confidence"])


def _known_evidence(value: Mapping[str, Any]) -> Evidence:
    return Evidence(value["method"], value["text"], value["confidence"])


def _read_candidate(value: Mapping[str, Any]) -> DateCandidate:
    evidence = _known_evidence(value["evidence"])
    return DateCandidate(value["value"], Precision(value["precision"]), evidence, value["reason_lost"])


def article_of(hit: Mapping[str, Any]) -> FiledArticle:
    """The article of a hit or of a get answer (`_id` and `_source`): what `body` was given, with composed accents."""
    source = hit["_source"]
    evidence = source["evidence"]
    article = Article(
        id=hit["_id"],
        feed=source["feed"],
        file=source["file"],
        position=source["position"],
        name=source.get("name"),
        content_hash=source["content_hash"],
        pipeline_version=source["pipeline_version"],
        given=source.get("given", {}),
        url=source.get("url"),
        site=source.get("site"),
        title=source.get("title"),
        author=source.get("author"),
        text=text_of(source),
        words=source["words"],
        doubtful=source["doubtful"],
        text_evidence=_known_evidence(evidence["text"]),
        language=LanguageTag(
            source.get("language"),
            source["language_confidence"],
            _known_evidence(evidence["language"]),
            tuple(source.get("other_languages", ())),
        ),
        publication=Publication(
            source.get("published_text"),
            Precision(source["published_precision"]),
            _read_evidence(evidence.get("date")),
            tuple(_read_candidate(each) for each in source.get("date_candidates", ())),
        ),
        source=SourceTag(source["source"], _read_evidence(evidence.get("source"))),
    )
    return FiledArticle(article, source["article_hash"], source.get("record_id"), source.get("story_id"))
