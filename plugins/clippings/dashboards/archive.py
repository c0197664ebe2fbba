"""What Dashboards shows of the archive: the dashboard "Press archive", its charts, and the search for Discover."""

from clippings.dashboards.fields import pattern_fields
from clippings.dashboards.saved_objects import (
    GRID_WIDTH,
    Panel,
    SavedObject,
    dashboard,
    index_pattern,
    saved_search,
)
from clippings.dashboards.visualizations import (
    COUNT,
    DOCUMENTS,
    count,
    counted_by_value,
    counted_over_time,
    facet_box,
    how_many,
    largest,
    note,
    ring,
    sideways_bars,
    table,
    terms,
    visualization,
)
from clippings.search.mapping import field_mappings

ARTICLES = "articles"
"""The alias that articles are searched by, after the prefix."""

FIRST_DAY = "1990-01-01T00:00:00.000Z"
"""Where the dashboard's time range begins: before the first news page on the web."""

ABOUT = """\
**Dated documents** follow the time range and the facets above. A document known only to its month or year is counted
on the first day of it.

**Undated documents** have no place in time: only *How precisely dates are known*, *How dates were found* and the
panels on stories count them, in all of the archive.

Open *Articles* in Discover to read on."""

COPIED = "story_copies >= 2"
"""One article of each story that has copies: only a story's head says how many it has."""

_DATE_FORMAT = {"id": "date", "params": {"pattern": "YYYY-MM-DD HH:mm", "timezone": "UTC"}}
_DAY_FORMAT = {"id": "date", "params": {"pattern": "YYYY-MM-DD", "timezone": "UTC"}}
_FORMATS = {"published": _DATE_FORMAT, "published_on": _DAY_FORMAT, "url": {"id": "url", "params": {}}}


def undated_pattern(index: str) -> str:
    """An index expression that finds what `index` finds, under another title.

    Dashboards takes what has a time field for a timeline and hides documents without it. A second pattern, without a
    time field, counts all; patterns are told apart by their titles only, so the same alias is written with a star
    within its name.
    """
    return f"{index[:-1]}*{index[-1]}"


def archive_objects(prefix: str = "") -> tuple[SavedObject, ...]:
    """What is shown of the articles, each object after those that it refers to."""
    index = prefix + ARTICLES
    fields = pattern_fields(field_mappings())
    dated = index_pattern("clippings-articles", index, fields, time_field="published", formats=_FORMATS)
    every = index_pattern("clippings-articles-every", undated_pattern(index), fields, formats=_FORMATS)
    articles = saved_search(
        "clippings-search-articles",
        "Articles",
        "Every dated article, newest first.",
        pattern=dated,
        columns=("title", "source", "language", "published_text", "published_precision", "words"),
        newest_first_by="published",
    )
    about = note("clippings-about", "About", "What is counted where.", markdown=ABOUT)
    facets = facet_box(
        "clippings-facets",
        "Facets",
        "Narrow all panels to sources, languages, feeds, or precisions of the date.",
        pattern=dated,
        facets={
            "source": "Source",
            "language": "Language",
            "feed": "Feed",
            "published_precision": "Date known to the",
        },
    )
    total = how_many("clippings-total", "Dated documents", "Documents within the time range.", pattern=dated)
    sources_over_time = counted_over_time(
        "clippings-sources-over-time",
        "Coverage over time, by source",
        "Documents by publication date, stacked by source.",
        pattern=dated,
        moment=("published", "Published"),
        by=("source", "Source"),
    )
    languages_over_time = counted_over_time(
        "clippings-languages-over-time",
        "Coverage over time, by language",
        "Documents by publication date, stacked by language.",
        pattern=dated,
        moment=("published", "Published"),
        by=("language", "Language"),
    )
    sources = visualization(
        "clippings-sources",
        "Documents by source",
        "The sources with the most documents.",
        pattern=dated,
        chart=sideways_bars(),
        aggregations=(DOCUMENTS, terms("2", "source", "segment", "Source", size=20)),
    )
    languages = visualization(
        "clippings-languages",
        "Documents by language",
        "Each language's share of the documents.",
        pattern=dated,
        chart=ring(),
        aggregations=(DOCUMENTS, terms("2", "language", "segment", "Language", size=10)),
    )
    languages_by_source = counted_by_value(
        "clippings-languages-by-source",
        "Languages of each source",
        "The sources with the most documents, each with the languages it is read in.",
        pattern=dated,
        of=("source", "Source"),
        by=("language", "Language"),
    )
    precisions = visualization(
        "clippings-precisions",
        "How precisely dates are known",
        "Documents by the precision of their publication date, undated ones included.",
        pattern=every,
        chart=ring(),
        aggregations=(DOCUMENTS, terms("2", "published_precision", "segment", "Known to the", size=5)),
    )
    date_methods = visualization(
        "clippings-date-methods",
        "How dates were found",
        "Documents by the method that found their publication date and by its precision, undated ones included.",
        pattern=every,
        chart=table(rows=10),
        aggregations=(
            DOCUMENTS,
            terms("2", "date_method", "bucket", "Found by", size=20),
            terms("3", "published_precision", "bucket", "Known to the", size=5),
        ),
    )
    copied = how_many(
        "clippings-copied",
        "Stories with copies",
        "Stories that are there more than once, undated ones included.",
        pattern=every,
        counted=count("Stories"),
        query=COPIED,
    )
    most_copies = visualization(
        "clippings-most-copies",
        "Stories with the most copies",
        "The title of one of the articles of a story, its source, and how many articles the story has.",
        pattern=every,
        chart=table(rows=10),
        aggregations=(
            largest(COUNT, "story_copies", "Articles"),
            terms("2", "story_id", "bucket", "Story", size=50, every=False),
            terms("3", "title.keyword", "bucket", "Title", size=1),
            terms("4", "source", "bucket", "Source", size=1),
        ),
        query=COPIED,
    )
    half, third = GRID_WIDTH // 2, GRID_WIDTH // 3
    overview = dashboard(
        "clippings-dashboard",
        "Press archive",
        "What the archive holds: by time, source and language, and how its dates were found.",
        panels=(
            Panel(facets, 0, 0, third, 16),
            Panel(total, third, 0, third, 16),
            Panel(about, 2 * third, 0, third, 16),
            Panel(sources_over_time, 0, 16, GRID_WIDTH, 16),
            Panel(languages_over_time, 0, 32, GRID_WIDTH, 14),
            Panel(sources, 0, 46, half, 18),
            Panel(languages, half, 46, half, 18),
            Panel(languages_by_source, 0, 64, GRID_WIDTH, 18),
            Panel(precisions, 0, 82, half, 18),
            Panel(date_methods, half, 82, half, 18),
            Panel(copied, 0, 100, third, 18),
            Panel(most_copies, third, 100, GRID_WIDTH - third, 18),
            Panel(articles, 0, 118, GRID_WIDTH, 24),
        ),
        time_from=FIRST_DAY,
        time_to="now",
    )
    over_the_years = (sources_over_time, languages_over_time)
    by_value = (sources, languages, languages_by_source, precisions, date_methods)
    stories = (copied, most_copies)
    return (dated, every, articles, about, facets, total, *over_the_years, *by_value, *stories, overview)
