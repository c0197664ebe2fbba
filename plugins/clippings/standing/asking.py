"""A saved search as a question to one article: it has everything that was asked for, or it does not match.

A search ranks, so it may show articles that have some of the words; a standing query has nothing to rank, so every
word must be there, in the title or in the main text, in the forms of the article's own language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clippings.search import facets, ranking
from clippings.search.analysis import ANALYSES, FOLDED, analysis_of
from clippings.search.ranking import Clause
from clippings.search.requests import UNKNOWN, SearchRequest
from clippings.search.syntax import Kind, Term, parse

MOST_TERMS = 10
"""Terms of a standing query: each is looked for in the fields of some forty analyses."""

FOLDED_FIELD = "folded"
"""Title and text without a language, of an article that is asked about."""

UNSPACED = frozenset({"th"})
"""Analyses that alone know where the words of their language begin, so that phrases are looked for there, too."""

_AS_WRITTEN = frozenset({Kind.PHRASE, Kind.PREFIX})
"""What is looked for as it is written, whatever the language."""


@dataclass(frozen=True, slots=True)
class _Fields:
    """Where words are looked for: in the forms of a language, and as they are written."""

    words: tuple[str, ...]
    written: tuple[str, ...]
    title: tuple[str, ...]


def words_field(analysis: str) -> str:
    """The field that holds title and text of an article that is asked about."""
    return f"words_{analysis}"


def analyses_of(request: SearchRequest) -> tuple[str, ...]:
    """The analyses that articles in the languages asked for have; all where none is asked for."""
    if not request.languages:
        return tuple(ANALYSES)
    return tuple(dict.fromkeys(FOLDED if code == UNKNOWN else analysis_of(code) for code in request.languages))


def number_of_terms(request: SearchRequest) -> int:
    """How many words, phrases and other terms a search has."""
    parsed = parse(request.text)
    return len(parsed.words) + sum(len(group) for group in parsed.required) + len(parsed.excluded)


def asks_for_something(request: SearchRequest) -> bool:
    """Whether a search narrows the archive at all."""
    parsed = parse(request.text)
    dated = request.date_from is not None or request.date_to is not None
    return bool(parsed.words or parsed.required or parsed.excluded or facets.filters(request) or dated)


def is_written(request: SearchRequest) -> bool:
    """Whether a search has phrases or beginnings, for which the text as it is written is needed."""
    parsed = parse(request.text)
    return any(term.kind in _AS_WRITTEN for group in (*parsed.required, parsed.excluded) for term in group)


def of_one_article(request: SearchRequest, analysis: str) -> Clause:
    """The question to an article of this analysis, in the fields of `described`."""
    own = (words_field(analysis),)
    return _question(request, _Fields(own, (FOLDED_FIELD, *own[: analysis in UNSPACED]), (f"title_{analysis}",)))


def of_the_archive(request: SearchRequest) -> Clause:
    """The same question to the index of articles."""
    either = []
    for analysis in analyses_of(request):
        own = (f"title_{analysis}", f"text_{analysis}")
        there = {"bool": {"should": [{"exists": {"field": field}} for field in own], "minimum_should_match": 1}}
        written = ("title", "text", *(own if analysis in UNSPACED else ()))
        question = _question(request, _Fields(own, written, own[:1]))
        either.append({"bool": {"filter": [there, question]}})
    return {"bool": {"should": either, "minimum_should_match": 1}}


def _question(request: SearchRequest, fields: _Fields) -> Clause:
    parsed = parse(request.text)
    asked = [_clause(Term(Kind.WORDS, word), fields) for word in parsed.words]
    for group in parsed.required:
        clauses = [_clause(term, fields) for term in group]
        asked.append(clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses, "minimum_should_match": 1}})
    asked += facets.filters(request)
    if request.date_from or request.date_to:
        asked.append(ranking.between(request.date_from, request.date_to))
    excluded = [_clause(term, fields) for term in parsed.excluded]
    return {"bool": {"filter": asked or [{"match_all": {}}], "must_not": excluded}}


def _clause(term: Term, fields: _Fields) -> Clause:
    match term.kind:
        case Kind.WORDS:
            return _in_any(fields.words, term.text, "cross_fields", operator="and", zero_terms_query="all")
        case Kind.PHRASE:
            return _in_any(fields.written, term.text, "phrase")
        case Kind.PREFIX:
            return _in_any(fields.written, term.text, "bool_prefix")
        case Kind.DATE:
            return ranking.between(term.first, term.last)
        case Kind.FIELD if term.field == "title":
            return _in_any(fields.title, term.text, "phrase")
        case Kind.FIELD if term.field == "author.words":
            return _in_any((term.field,), term.text, "phrase")
        case Kind.FIELD:
            return ranking.keyword(term.field, term.text)


def _in_any(fields: tuple[str, ...], text: str, how: str, **options: object) -> Clause:
    return {"multi_match": {"query": text, "fields": list(fields), "type": how, **options}}


ASKED_ABOUT = (
    "source",
    "language",
    "feed",
    "file",
    "site",
    "author",
    "record_id",
    "published_precision",
    "published_on",
    "published_until",
    "year",
    "month",
)
"""What is known of an article that a search can narrow by."""


def described(body: Mapping[str, Any], *, written: bool) -> tuple[str, dict[str, Any]]:
    """An article's analysis, and what is asked about: of the body as it is filed, only what a question can need.

    Without `written` only the distinct words are given: they are all that is looked at, and halve the work.
    """
    analysis = analysis_of(body.get("language"))
    title, text = str(body.get(f"title_{analysis}", "")), str(body.get(f"text_{analysis}", ""))
    known = {name: body[name] for name in ASKED_ABOUT if name in body}
    words = " ".join(dict.fromkeys(f"{title} {text}".split()))
    known |= {words_field(analysis): words, f"title_{analysis}": title}
    if written:
        known[FOLDED_FIELD] = [title, text]
    return analysis, known
