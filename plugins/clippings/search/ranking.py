"""What is found by a query, and in which order: a parsed query as OpenSearch's query language.

The weights were chosen by measurement, on two collections at once: see docs/adr/0007-ranking.md.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from clippings.search.requests import UNKNOWN
from clippings.search.syntax import Kind, ParsedQuery, Term

Clause = dict[str, Any]

TITLES, TEXTS = "title_*", "text_*"
FOLDED_FIELDS = ("title", "text")
UNSPACED_FIELDS = ("title_th", "text_th")
"""Thai is written without spaces: its words are found in its own fields only."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """How much each means counts; 0 leaves it out."""

    title: float = 1.0
    """A word in the title, against 1 for the main text."""
    folded: float = 0.5
    """Words as they are written, in any language, against those of the document's language."""
    minimum: str = "1"
    """How many of the words must be there (`minimum_should_match`)."""


RANKING = Ranking()


def _words(text: str, ranking: Ranking) -> Clause:
    """Documents with these words, in whatever language they are: each has the fields of one language only."""
    options: Clause = {"query": text, "type": "most_fields", "minimum_should_match": ranking.minimum}
    own = {"multi_match": {**options, "fields": [f"{TITLES}^{ranking.title}", TEXTS]}}
    folded = {
        "multi_match": {**options, "fields": [f"title^{ranking.title}", "text"], "boost": ranking.folded},
    }
    return {"dis_max": {"queries": [own, folded]}}


def _keyword(field: str, value: str) -> Clause:
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
    return _keyword(term.field, term.text)


def _clause(term: Term, ranking: Ranking) -> Clause:
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
            return _words(term.text, ranking)


def query(parsed: ParsedQuery, ranking: Ranking = RANKING) -> Clause:
    """The query that finds and ranks; everything where nothing is asked for."""
    must = [_words(parsed.text, ranking)] if parsed.words else []
    for group in parsed.required:
        clauses = [_clause(term, ranking) for term in group]
        must.append(clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses, "minimum_should_match": 1}})
    excluded = [_clause(term, ranking) for term in parsed.excluded]
    if not must and not excluded:
        return {"match_all": {}}
    return {"bool": {"must": must, "must_not": excluded}}


def highlighted(parsed: ParsedQuery) -> Clause:
    """What is to be marked in the fields that hold the text: words, phrases and beginnings, in every language."""
    fields = [TITLES, TEXTS]
    types = {Kind.WORDS: "best_fields", Kind.PHRASE: "phrase", Kind.PREFIX: "bool_prefix"}
    terms = [Term(Kind.WORDS, parsed.text)] if parsed.words else []
    terms += [term for group in parsed.required for term in group if term.kind in types]
    clauses = [{"multi_match": {"query": term.text, "fields": fields, "type": types[term.kind]}} for term in terms]
    return {"bool": {"should": clauses}} if clauses else {"match_none": {}}
