"""The only composition: a raw record becomes an article, or is rejected with a reason."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clippings.articles import Article, Evidence, LanguageTag, Reason, Rejected
from clippings.characters import count_words
from clippings.dates import date_page
from clippings.extraction import extract, parse
from clippings.language import detect
from clippings.records import RawRecord
from clippings.sources import SourceRules, site_of
from clippings.version import SOURCES_FILE, pipeline_version

DOUBTFUL_CONFIDENCE = 0.5
"""Below this confidence of the extraction an article is flagged as doubtful."""

SHORT_TEXT_WORDS = 25
"""A main text of fewer words is flagged as doubtful: it is more often a notice than an article."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Makes articles of records by one version of the code and of the source rules."""

    rules: SourceRules
    version: str
    """Changes with the code's version and with the source rules, so that stale articles can be told."""

    @classmethod
    def load(cls, sources_file: Path = SOURCES_FILE) -> "Pipeline":
        """The pipeline with the rules of `sources_file`. Raises ConfigurationError where the file is wrong."""
        return cls(SourceRules.load(sources_file), pipeline_version(sources_file))

    def clip(
        self, record: RawRecord, *, made_before: date | None = None, default_source: str | None = None
    ) -> Article | Rejected:
        """The article in `record`, or why there is none.

        `made_before`: the day by which the page was certainly made (the file's own, say): no later date can be right.
        `default_source`: what the feed says its source is, where no rule fires. Never raises for what a record
        holds; OSError where the installation is broken.
        """
        try:
            return self._clip(record, made_before, default_source)
        except OSError:
            raise  # a file of the installation is missing or cannot be read: no page does that
        except Exception as error:  # whatever a page does to a parser, it is the page that is set aside, not the run
            return _rejected(
                record,
                "clip",
                Reason.FAILED,
                f"The page could not be processed ({type(error).__name__}: {error}); "
                "it is kept in quarantine, to be replayed with a newer version.",
            )

    def _clip(self, record: RawRecord, made_before: date | None, default_source: str | None) -> Article | Rejected:
        if not record.content.strip():
            return _rejected(record, "read", Reason.EMPTY, "The record is empty: there is nothing to file.")
        given = record.given
        if any(map(_has_half_character, (record.content, *given.values()))):
            return _rejected(
                record, "read", Reason.UNDECODABLE, "The record holds half of a character that is written as two."
            )
        page = parse(record.content, record.content_type, given.get("url"))
        if not any(_WORD.search(line) for line in page.lines):
            return _rejected(record, "extract", Reason.NO_TEXT, "The page shows no words: there is nothing to file.")
        cut = extract(page)
        language = _language(cut.text or " ".join(page.lines), given.get("language"))
        publication = date_page(
            page, cut, language=language.code, made_before=made_before, given=given.get("date") or None
        )
        source = self.rules.tag(page, cut, given=given.get("source") or None, feed_default=default_source)
        words = count_words(cut.text)
        digest = record.digest
        return Article(
            id=record.id_by(digest),
            feed=record.feed,
            file=record.file,
            position=record.position,
            name=record.name,
            content_hash=digest,
            pipeline_version=self.version,
            given=given,
            url=page.url,
            site=site_of(page.url),
            title=given.get("title") or cut.title,
            author=given.get("author") or cut.author,
            text=cut.text,
            words=words,
            doubtful=words < SHORT_TEXT_WORDS or cut.confidence < DOUBTFUL_CONFIDENCE,
            text_evidence=Evidence(cut.method, cut.text[:200], cut.confidence),
            language=language,
            publication=publication,
            source=source,
        )


def _language(text: str, given: str | None) -> LanguageTag:
    """The language that came with the record, where it is an ISO 639-1 code; otherwise what the text shows."""
    stated = re.fullmatch(r"([a-z]{2})(?:[-_].{1,10})?", given.strip().lower()) if given else None
    return LanguageTag(stated[1], 1.0, Evidence("given", given or "", 1.0)) if stated else detect(text)


def _has_half_character(text: str) -> bool:
    """Whether a text holds half of a character that is written as two: UTF-8 has no form for it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _rejected(record: RawRecord, stage: str, reason: Reason, message: str) -> Rejected:
    return Rejected(record.feed, record.file, record.position, stage, reason, message, record=record)
