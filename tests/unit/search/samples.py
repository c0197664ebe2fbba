"""Articles to file, of which only what matters to a test need be said."""

from clippings.articles import (
    UNKNOWN_SOURCE,
    Article,
    DateCandidate,
    Evidence,
    LanguageTag,
    Precision,
    Publication,
    SourceTag,
)

BY_LENGTH = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}
SHOWN = Evidence("test", "as the test says", 1.0)


def published(value: str | None, *candidates: DateCandidate) -> Publication:
    """A date as precise as it is written."""
    if value is None:
        return Publication(None, Precision.UNKNOWN, None, candidates)
    return Publication(value, BY_LENGTH.get(len(value), Precision.MINUTE), SHOWN, candidates)


def article(
    id: str,
    text: str,
    *,
    title: str | None = None,
    language: str | None = "en",
    date: str | None = None,
    source: str = UNKNOWN_SOURCE,
    feed: str = "test",
    given: dict[str, str] | None = None,
) -> Article:
    """An article with this text."""
    return Article(
        id=id,
        feed=feed,
        file=f"{id}.txt",
        position=0,
        name=None,
        content_hash="0" * 64,
        pipeline_version="1",
        given=given or {},
        url=None,
        site=None,
        title=title,
        author=None,
        text=text,
        words=len(text.split()),
        doubtful=False,
        text_evidence=SHOWN,
        language=LanguageTag(language, 1.0, SHOWN),
        publication=published(date),
        source=SourceTag(source, None if source == UNKNOWN_SOURCE else SHOWN),
    )
