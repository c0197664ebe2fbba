"""Dates in a page's markup: linked data, meta elements, time elements."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from clippings.dates.expressions import expressions, normal
from clippings.dates.mentions import Mention, Place

MOST_TIME_ELEMENTS = 60
LONGEST_LINKED_DATA = 2_000_000
LONGEST_SCRIPT = 1_000_000
MOST_SCRIPT_DATES = 20

_PUBLISHED = frozenset(
    [
        "article:published_time",
        "article:published",
        "article:publish_date",
        "article.published",
        "article.created",
        "og:published_time",
        "og:article:published_time",
        "og:pubdate",
        "pubdate",
        "pubdatetime",
        "publishdate",
        "publish_date",
        "publish-date",
        "publication_date",
        "publicationdate",
        "publication-date",
        "datepublished",
        "date_published",
        "published",
        "published_at",
        "published_time",
        "published-date",
        "originalpublicationdate",
        "origdate",
        "dc.date.issued",
        "dcterms.issued",
        "dc.issued",
        "dc.date.created",
        "dcterms.created",
        "dc.created",
        "datecreated",
        "sailthru.date",
        "parsely-pub-date",
        "cxenseparse:recs:publishtime",
        "cxenseparse:publishtime",
        "vr:published_time",
        "rnews:datepublished",
        "bt:pubdate",
        "shareaholic:article_published_time",
        "newsdate",
        "article_date_original",
        "displaydate",
        "citation_publication_date",
        "citation_date",
        "prism.publicationdate",
        "eomportal-firstpublished",
        "firstpublished",
        "last-published",
        "pdate",
        "ptime",
        "doc_date",
        "pub_date",
        "dateposted",
        "created",
    ]
)
_MODIFIED = frozenset(
    [
        "article:modified_time",
        "article:modified",
        "og:updated_time",
        "og:modified_time",
        "lastmodified",
        "last-modified",
        "last_modified",
        "lastmod",
        "datemodified",
        "modified",
        "modificationdate",
        "revision_date",
        "dc.date.modified",
        "dcterms.modified",
        "dc.modified",
        "bt:moddate",
        "updated",
        "article:updated_time",
        "rnews:datemodified",
        "eomportal-lastupdate",
        "date-modified",
    ]
)
_UNSPECIFIC = frozenset(
    ["date", "dc.date", "dcterms.date", "dc.date.x-metadatalastmodified", "timestamp", "buildtime", "time"]
)
_PUBLISHED_MARK = re.compile(
    r"publi|posted|post-?date|entry-?date|date-?created|created|pubdate|dtstart|article-?date|article__?date|veroeff",
    re.IGNORECASE,
)
_MODIFIED_MARK = re.compile(r"modif|updat|aktual", re.IGNORECASE)
_LINKED_PUBLISHED = ("datePublished", "dateCreated", "uploadDate")
_LINKED = re.compile(r'"(datePublished|dateCreated|uploadDate|dateModified)"\s{0,5}:\s{0,5}"([^"]{4,40})"')

_SCRIPT_DATE = re.compile(
    r"([Pp]ubli[a-zA-Z_]{0,20}|[a-z_]{0,10}[Pp]ublish[a-zA-Z_]{0,20}|[Cc]reat(?:ed|ion)[a-zA-Z_]{0,12})"
    r"\\?[\"']\s?:\s?\\?[\"']((?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?[^\"'\\]{0,25})"
)
LONGEST_NAME = 200
"""Characters of a meta element's name that are looked at: no name that means something is longer."""
_ANY_PUBLISHED = re.compile(
    r"(?:publi|posted|issued|release|pub)[a-z]*[-_.:]?(?:date|time|at|on)?$|(?:date|time)[-_.:]?publi"
)


def markup_mentions(tree: HtmlElement) -> list[Mention]:
    """The dates that the markup gives, those of linked data first.

    Data of scripts are looked through only where neither linked data nor a meta element says when.
    """
    stated = [*_linked_data(tree), *_meta(tree)]
    scripts = [] if any(one.place in (Place.LINKED, Place.PUBLISHED) for one in stated) else _scripts(tree)
    return [*stated, *scripts, *_marked(tree)]


def _mention(place: Place, value: str, label: str, language: str | None = None) -> Mention | None:
    found = expressions(normal(value[:200]), language)
    return Mention.of(place, found[0], f"{label}: {value.strip()[:200]}") if found else None


def _linked_data(tree: HtmlElement) -> Iterator[Mention]:
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        text = (script.text or "")[:LONGEST_LINKED_DATA]
        try:
            pairs = list(_walk(json.loads(text)))
        except (ValueError, RecursionError):
            pairs = [(name, value) for name, value in _LINKED.findall(text)]
        for name, value in pairs:
            place = Place.LINKED if name in _LINKED_PUBLISHED else Place.MODIFIED
            mention = _mention(place, value, name)
            if mention is not None:
                yield mention


_NEIGHBOURS = frozenset(
    {"comment", "review", "hasPart", "itemListElement", "relatedLink", "video", "image", "isPartOf"}
)
"""Parts of linked data whose dates are not the article's own."""


def _walk(data: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    stack = [data]
    seen = 0
    while stack and seen < 5000:
        seen += 1
        current = stack.pop(0)
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            for name, value in current.items():
                if isinstance(value, str) and (name in _LINKED_PUBLISHED or name == "dateModified"):
                    yield name, value
                elif isinstance(value, dict | list) and name not in _NEIGHBOURS:
                    stack.append(value)


def _scripts(tree: HtmlElement) -> list[Mention]:
    """The first dates that data within scripts call those of publication or creation, of at most MOST_SCRIPT_DATES."""
    found: list[Mention] = []
    for script in tree.iter("script"):
        text = script.text or ""
        if script.get("type") == "application/ld+json" or ("ubli" not in text and "reat" not in text):
            continue
        for match in _SCRIPT_DATE.finditer(text, 0, LONGEST_SCRIPT):
            mention = _mention(Place.SCRIPT, match[2], match[1])
            if mention is not None:
                found.append(mention)
            if len(found) == MOST_SCRIPT_DATES:
                return found
    return found


def _meta(tree: HtmlElement) -> Iterator[Mention]:
    for element in tree.iter("meta"):
        content = element.get("content") or element.get("value") or element.get("datetime")
        if not content or not any(character.isdigit() for character in content):
            continue
        for attribute in ("property", "name", "itemprop", "pubdate", "http-equiv"):
            name = (element.get(attribute) or "").strip().casefold()
            place = _place_of(name)
            if place is not None:
                mention = _mention(place, content, name)
                if mention is not None:
                    yield mention
                break


def _place_of(name: str) -> Place | None:
    if name in _PUBLISHED:
        return Place.PUBLISHED
    if name in _MODIFIED:
        return Place.MODIFIED
    if name in _UNSPECIFIC:
        return Place.UNSPECIFIC
    if "date" not in name and "time" not in name and "publi" not in name:
        return None
    if _MODIFIED_MARK.search(name):
        return Place.MODIFIED
    return Place.PUBLISHED if _ANY_PUBLISHED.search(name[:LONGEST_NAME]) else Place.UNSPECIFIC


def _is_marked(element: HtmlElement) -> bool:
    tag = element.tag
    if tag == "time" or (tag == "abbr" and element.get("title") is not None):
        return True
    return element.get("itemprop") in {"datePublished", "dateModified"}


def _marked(tree: HtmlElement) -> Iterator[Mention]:
    """Elements in the page's body that are marked as a time."""
    elements = (element for element in tree.iter() if _is_marked(element))
    for element in islice(elements, MOST_TIME_ELEMENTS):
        marks = " ".join((element.get("itemprop") or "", element.get("class") or "", element.get("id") or ""))
        parent = element.getparent()
        around = "" if parent is None else f"{parent.get('class') or ''} {parent.get('itemprop') or ''}"
        value = element.get("datetime") or element.get("content") or element.get("title") or element.text_content()
        if not value or len(value) > 200:
            continue
        if element.tag == "abbr" and not re.search(r"publi|date|time", marks):
            continue
        if _MODIFIED_MARK.search(marks):
            place = Place.MODIFIED
        elif element.get("pubdate") is not None or element.get("itemprop") == "datePublished":
            place = Place.PUBLISHED
        elif _PUBLISHED_MARK.search(marks) or _PUBLISHED_MARK.search(around):
            place = Place.TIME
        else:
            place = Place.UNSPECIFIC
        mention = _mention(place, value, f"<{element.tag}> {marks.strip()}".strip())
        if mention is not None:
            yield mention
