"""What OpenSearch's analysis makes of a query, and what the first hits teach about it.

Feedback is Lavrenko and Croft's relevance model mixed with the query (RM3; Abdul-Jaleel et al., TREC 2004), made
careful: a first hit has a say by the exponential of its score, so that one clear winner speaks alone and ten equals
speak together; and what is learned counts only as far as the first hits agree with each other, that is, by the share
of it that more than one of them has. Without these two, feedback harms searches for one certain story.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from opensearchpy import OpenSearch

from clippings.search.aliases import read_alias, searching
from clippings.search.analysis import ANALYSIS_OF, FOLDED, analysis_of
from clippings.search.ranking import FoundTerms, Ranking, Tokens, Words
from clippings.search.syntax import WORDY, ParsedQuery
from clippings.settings import OpenSearchSettings

SATURATION = 1.2
"""BM25's k1: how soon a further occurrence of a word in a document adds little."""

MOST_WORDS = 100
"""How many words of a query are ranked by."""

MOST_CLAUSES = 800
"""How many pairs of a word and a field are asked; OpenSearch refuses more than 1,024 (`max_clause_count`)."""

MOST_OTHER_LANGUAGES = 200
"""Languages without an analysis of their own that an archive may have: more than are written in newspapers."""

FEWEST_WORDS = 3
"""Words of a query from which its first hits teach anything: one or two words are met by too many stories."""

SHORTEST = 3
"""Letters of a word that can be learned, or is looked for as it is written."""

LEARNED_FROM = ("text_*",)
"""What of a first hit teaches: its text, in the field of its language."""

MOST_TERMS = 250
"""Words of the first hits that are looked at, by tf-idf among all of them: the answer is long enough with these."""

BEGINNING = 1500
"""Characters of a first hit's text that are read: news says first what it is about."""


def understood(client: OpenSearch, settings: OpenSearchSettings, parsed: ParsedQuery) -> Words:
    """The words of a query as each language's analysis has them; only analyses of which the index knows a word.

    Where so many languages know so many words that the index would refuse the query, those that know most are asked.
    Raises ServiceError.
    """
    words = parsed.text
    others = [term.text for group in (*parsed.required, parsed.excluded) for term in group if term.kind in WORDY]
    if not words and not others:
        return Words({}, (), unknown=False)
    names = _analyses_in_use(client, settings)
    with searching(settings):
        answer = client.termvectors(
            index=read_alias(settings),
            body={"doc": {f"text_{name}": [words, *others] for name in names}},
            params={"term_statistics": "true", "field_statistics": "false"},
        )
    vectors: dict[str, Any] = answer["term_vectors"]
    # What the index copies into `text`, which has all languages.
    plain = vectors.pop("text", {"terms": {}})["terms"]
    end_of_words = _offsets(words)
    known: dict[str, int] = {}
    found: dict[str, list[_Token]] = {}
    for field, vector in vectors.items():
        name = field.removeprefix("text_")
        known[name] = sum(1 for each in vector["terms"].values() if each.get("doc_freq"))
        placed = [
            _Token(token["position"], term, token["start_offset"], token["end_offset"])
            for term, each in vector["terms"].items()
            for token in each["tokens"]
            if token["start_offset"] < end_of_words
        ]
        found[name] = sorted(placed, key=lambda token: (token.position, token.term))[:MOST_WORDS]
    kept: dict[str, tuple[str, ...]] = {}
    clauses = 0
    for name in sorted(found, key=lambda each: (-known[each], each)):
        clauses += 2 * len(found[name])
        if known[name] and (not kept or clauses <= MOST_CLAUSES):
            kept[name] = tuple(token.term for token in found[name])
    in_use = [token for token in found.get(FOLDED, ()) if plain.get(token.term, {}).get("doc_freq")]
    return Words(
        tokens=kept,
        plain=tuple(dict.fromkeys(_telling(in_use, [found[name] for name in kept]))),
        unknown=any(not each.get("doc_freq") for each in plain.values()),
        analyses=names,
    )


@dataclass(frozen=True, slots=True)
class _Token:
    """One word of a query, and where it stands: its place among the words, and its characters."""

    position: int
    term: str
    start: int
    end: int


def _telling(plain: Iterable[_Token], analyses: Iterable[Sequence[_Token]]) -> Iterator[str]:
    """The words that no language asked leaves out as one that says nothing, and that are no mere letters."""
    covered = [{place for token in tokens for place in range(token.start, token.end)} for tokens in analyses]
    for token in plain:
        if len(token.term) >= SHORTEST and all(token.start in places for places in covered):
            yield token.term


def _analyses_in_use(client: OpenSearch, settings: OpenSearchSettings) -> frozenset[str]:
    """The analyses of the languages that the archive has, and the one without a language.

    The index keeps the answer until something is filed, so that asking costs little.
    """
    languages = {"terms": {"field": "language", "size": len(ANALYSIS_OF) + MOST_OTHER_LANGUAGES}}
    with searching(settings):
        answer = client.search(index=read_alias(settings), body={"size": 0, "aggs": {"languages": languages}})
    buckets = answer["aggregations"]["languages"]["buckets"]
    return frozenset({FOLDED, *(analysis_of(bucket["key"]) for bucket in buckets)})


def feedback(
    client: OpenSearch,
    settings: OpenSearchSettings,
    hits: Sequence[Mapping[str, Any]],
    tokens: Tokens,
    ranking: Ranking,
) -> FoundTerms:
    """The words the first hits have in common, by field, with their weights.

    `hits` need `_score` and what `LEARNED_FROM` names of their `_source`; there are words to learn from where
    `teaches` says so. Raises ServiceError.
    """
    if not hits or hits[0]["_score"] <= 0:
        return {}
    asked = _words_asked(tokens)
    says = _says([hit["_score"] for hit in hits], ranking)
    texts: defaultdict[str, list[_Beginning]] = defaultdict(list)
    for hit, say in zip(hits, says, strict=True):
        for field, text in hit["_source"].items():
            texts[field].append(_Beginning(text[:BEGINNING], say))
    if not texts:
        return {}
    with searching(settings):
        answer = client.termvectors(
            index=read_alias(settings),
            body={
                "doc": {field: [each.text for each in own] for field, own in texts.items()},
                "fields": list(texts),
                "filter": {"max_num_terms": MOST_TERMS, "min_word_length": SHORTEST},
            },
            params={"term_statistics": "true", "positions": "false"},
        )
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
    learned: list[tuple[float, str, str]] = []
    for field, vector in answer["term_vectors"].items():
        documents = vector["field_statistics"]["doc_count"]
        ends = list(accumulate(_offsets(each.text) + 1 for each in texts[field]))
        for term, found in vector["terms"].items():
            if len(term) < SHORTEST or term.isdigit() or not found.get("doc_freq"):
                continue
            often = Counter([bisect_right(ends, token["start_offset"]) for token in found["tokens"]])
            weight = 0.0
            for place, times in often.items():
                weight += texts[field][place].say * times / (times + SATURATION)
            seen[field][term] = len(often)
            weights[field][term] = weight
            learned.append((_rarity(found["doc_freq"], documents) ** 2 * weight, field, term))
    best = [(field, term) for _, field, term in sorted(learned, reverse=True)[: ranking.feedback_terms]]
    if not best:
        return {}
    total = sum(weights[field][term] for field, term in best)
    shared = sum(weights[field][term] for field, term in best if seen[field][term] > 1)
    agreement = shared / total
    scale = ranking.feedback / (1 - ranking.feedback) * asked * agreement
    terms_found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for field, term in best:
        terms_found[field][term] = scale * weights[field][term] / total
    return terms_found


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The beginning of a first hit's text, and how much that hit has to say."""

    text: str
    say: float


def teaches(tokens: Tokens, ranking: Ranking) -> bool:
    """Whether first hits are to teach anything: not where there are too few words to tell what is meant."""
    return bool(ranking.feedback) and _words_asked(tokens) >= FEWEST_WORDS


def _words_asked(tokens: Tokens) -> int:
    return max((len(words) for words in tokens.values()), default=0)


def _offsets(text: str) -> int:
    """The length of a text as OpenSearch counts its characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _says(scores: Sequence[float], ranking: Ranking) -> list[float]:
    """How much each first hit has to say, 1 in all."""
    best = scores[0]
    raised = [math.exp((score - best) / (ranking.sharpness * best)) for score in scores]
    return [each / sum(raised) for each in raised]


def _rarity(documents_with: int, documents: int) -> float:
    """BM25's inverse document frequency."""
    return math.log(1 + (documents - documents_with + 0.5) / (documents_with + 0.5))
