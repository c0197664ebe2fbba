"""What is found by a query, and in which order: a parsed query as OpenSearch's query language.

The weights were chosen by measurement, on two collections at once: see docs/adr/0007-ranking.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from clippings.search.analysis import ANALYSES
from clippings.search.requests import UNKNOWN
from clippings.search.syntax import Kind, ParsedQuery, Term

Clause = dict[str, Any]

TITLES = "title_*"
FOLDED_FIELDS = ("title", "text")
UNSPACED_FIELDS = ("title_th", "text_th")
"""Thai is written without spaces: its words are found in its own fields only."""

Tokens = Mapping[str, tuple[str, ...]]
"""The words a query ranks by, as each analysis cuts and stems them, in their order; only the analyses worth asking."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a query as the archive has them.

    `plain` are the words as they are written, without a language, and `unknown` is whether one that was typed stands
    nowhere in the archive: it may be misspelt. `analyses` are those of the languages that the archive has, or all
    where it was not asked.
    """

    tokens: Tokens
    plain: tuple[str, ...]
    unknown: bool
    analyses: Iterable[str] = tuple(ANALYSES)


FoundTerms = Mapping[str, Mapping[str, float]]
"""Words to look for beside those that were asked for: field, term as it is in the index, and weight."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How much each means counts, against 1 for a word in the main text; 0 leaves it out."""

    title: float = 0.3
    """A word in the title, which mostly repeats what the text says."""
    plain: float = 0.5
    """A word as it is written: a name without its accents may be stemmed to something else than the name with them."""
    proximity: float = 0.3
    """Two words that follow each other in the query, near each other in the text."""
    slop: int = 4
    """How many words apart they may be."""
    feedback: float = 0.65
    """The share of the words learned from the first hits in the whole query, where they wholly agree."""
    feedback_documents: int = 10
    feedback_terms: int = 20
    sharpness: float = 0.1
    """How quickly the say of a first hit falls with its score, as a share of the best score: see `feedback`."""
    window: int = 100
    """How many of the best hits proximity and feedback put in a new order."""
    first_window: int = 30
    """Among how many of the best, by proximity, the first hits are chosen that teach."""


RANKING = Ranking()


def _words(words: Words, ranking: Ranking) -> Clause:
    """Documents with one of these words, in whatever language they are: each has the fields of one language only.

    Words in fields side by side, without anything in between: so OpenSearch passes over what cannot be among the best.
    """
    asked = [
        clause
        for name, tokens in words.tokens.items()
        for clause in _each(tokens, f"text_{name}", f"title_{name}", ranking, 1.0)
    ]
    asked += _each(words.plain, "text", "title", ranking, ranking.plain)
    return {"bool": {"should": asked or [{"match_none": {}}]}}


def _each(words: Iterable[str], text: str, title: str, ranking: Ranking, weight: float) -> Iterator[Clause]:
    """Each word, as it is in the index, in the field of the text and in that of the title."""
    weights = {text: weight, title: weight * ranking.title}
    for word in words:
        for field, boost in weights.items():
            if boost:
                yield {"term": {field: {"value": word, "boost": boost}}}


def keyword(field: str, value: str) -> Clause:
    """A value as it stands in the document, in any case; a trailing * for all that begin so."""
    if value.lower() == UNKNOWN:
        return missing(field)
    if value.endswith("*"):
        return {"prefix": {field: {"value": value.rstrip("*"), "case_insensitive": True}}}
    return {"term": {field: {"value": value, "case_insensitive": True}}}


def missing(field: str) -> Clause:
    """Documents without a value in this field, or with the value `UNKNOWN`."""
    return {
        "bool": {"should": [{"term": {field: UNKNOWN}}, {"bool": {"must_not": [{"exists": {"field": field}}]}}]},
    }


def between(first: date | None, last: date | None) -> Clause:
    """Documents that were published on these days (inclusive): a whole month or year must lie between them."""
    ends: list[Clause] = [{"exists": {"field": "published_on"}}]
    if first:
        ends.append({"range": {"published_on": {"gte": first.isoformat()}}})
    if last:
        ends.append({"range": {"published_until": {"lte": last.isoformat()}}})
    return {"bool": {"filter": ends}}


def _field(term: Term) -> Clause:
    if term.field in {"title", "author.words"}:
        fields = ["title", TITLES] if term.field == "title" else [term.field]
        return {"multi_match": {"query": term.text, "fields": fields, "type": "phrase"}}
    if term.field == "record_id":
        return {"bool": {"should": [{"term": {"record_id": term.text}}, {"ids": {"values": [term.text]}}]}}
    return keyword(term.field, term.text)


def _clause(term: Term, tokens: Tokens) -> Clause:
    """Documents that have what one term asks for."""
    match term.kind:
        case Kind.PHRASE:
            fields = [*FOLDED_FIELDS, *UNSPACED_FIELDS]
            return {"multi_match": {"query": term.text, "fields": fields, "type": "phrase"}}
        case Kind.PREFIX:
            return {"multi_match": {"query": term.text, "fields": list(FOLDED_FIELDS), "type": "bool_prefix"}}
        case Kind.FIELD:
            return _field(term)
        case Kind.DATE:
            return between(term.first, term.last)
        case Kind.WORDS:
            return {"multi_match": {"query": term.text, "fields": _own_fields(tokens), "operator": "and"}}


def _own_fields(tokens: Tokens) -> list[str]:
    return [f"{kind}_{name}" for name in tokens for kind in ("title", "text")] or list(FOLDED_FIELDS)


def query(parsed: ParsedQuery, words: Words, ranking: Ranking = RANKING) -> Clause:
    """The query that finds and ranks; everything where nothing is asked for."""
    tokens = words.tokens
    must = [_words(words, ranking)] if parsed.words else []
    for group in parsed.required:
        clauses = [_clause(term, tokens) for term in group]
        must.append(clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses, "minimum_should_match": 1}})
    excluded = [_clause(term, tokens) for term in parsed.excluded]
    if not must and not excluded:
        return {"match_all": {}}
    if len(must) == 1 and not excluded:
        return must[0]
    return {"bool": {"must": must, "must_not": excluded}}


def highlighted(parsed: ParsedQuery, words: Words) -> Clause:
    """What is to be marked in the fields that hold the text: words, phrases and beginnings."""
    fields = _own_fields(words.tokens)
    types = {Kind.WORDS: "best_fields", Kind.PHRASE: "phrase", Kind.PREFIX: "bool_prefix"}
    clauses = [
        {"multi_match": {"query": term.text, "fields": fields, "type": types[term.kind]}}
        for group in parsed.required
        for term in group
        if term.kind in types
    ]
    if parsed.words:
        clauses.append(_words(replace(words, plain=()), RANKING))
    return {"bool": {"should": clauses}} if clauses else {"match_none": {}}


def proximity(tokens: Tokens, ranking: Ranking = RANKING) -> list[Clause]:
    """What makes a document better that has the query's words near each other, in their order."""
    return [
        {
            "match_phrase": {
                f"text_{name}": {
                    "query": f"{first} {second}",
                    "analyzer": "whitespace",
                    "slop": ranking.slop,
                    "boost": ranking.proximity,
                }
            }
        }
        for name, words in tokens.items()
        for first, second in dict.fromkeys(pairwise(words))
        if first != second
    ]


def learned(terms: FoundTerms) -> list[Clause]:
    """What makes a document better that has the words of the first hits."""
    return [
        {"term": {field: {"value": term, "boost": weight}}}
        for field, weights in terms.items()
        for term, weight in weights.items()
    ]


def reordering(clauses: list[Clause], window: int = RANKING.window) -> Clause:
    """The part of a search that puts its best hits in a new order by further clauses; empty where there are none."""
    if not clauses:
        return {}
    return {
        "rescore": {
            "window_size": window,
            "query": {"rescore_query": {"bool": {"should": clauses}}, "score_mode": "total"},
        }
    }
