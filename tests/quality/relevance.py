"""How well the search finds: Cranfield's questions, known items among news pages, and parts of news, beside plain BM25.

Cranfield (1,400 abstracts, 225 questions) has judgments. For news there are none, so a page's title, and its first
sentence with every third word dropped, must find the page's own text (filed without its title) among all others. And
every second word of a title must find all four parts that its text was cut into, each filed alone: a question on a
subject, with several answers in other words than its own.
It needs a running OpenSearch, and leaves nothing behind in it.
"""

import gzip
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import trafilatura
from opensearchpy import OpenSearch
from tests.quality.figures import Figure

from clippings.articles import UNDATED, UNKNOWN_SOURCE, Article, Evidence, LanguageTag, SourceTag
from clippings.language.detection import detect
from clippings.search.aliases import ensure_index, read_alias, refresh, versioned_index
from clippings.search.analysis import analysis_of
from clippings.search.client import connect
from clippings.search.indexing import file_articles
from clippings.search.queries import ranked_ids
from clippings.settings import OpenSearchSettings, opensearch_from_environment

NEWS_FOLDERS = ("main_text/articles", "main_text/segments", "dates")
FEWEST_PAGE_WORDS, FEWEST_QUERY_WORDS = 50, 4
MOST_QUERY_WORDS = 40
ASKED_OF = 3
"""Every so manieth news page is asked for; all of them are there to be mistaken for it."""

PARTS = 4
"""So many parts an English news text of `FEWEST_PARTED_WORDS` and more is cut into, each of as many words."""

FEWEST_PARTED_WORDS = 400

DEPTH = 100
"""How far down the answers are looked at."""

Searcher = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """A query and the ids of the documents that answer it."""

    query: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Subject:
    """The parts of one text, and what is asked to find them."""

    query: str
    parts: tuple[Article, ...]


def measure(data: Path) -> list[Figure]:
    """The figures of both collections under `data` (the evaluation folder), for plain BM25 and for this search."""
    settings = opensearch_from_environment()
    figures: list[Figure] = []
    with connect(settings) as client:
        documents, questions = cranfield(data / "relevance" / "cranfield")
        with _filed(client, settings, "cranfield", documents) as collection:
            for row, search in _searchers(client, collection, documents):
                figures += _judged_figures("relevance, Cranfield", row, search, questions)
        documents, titles, sentences, subjects = news(data)
        with _filed(client, settings, "news", documents) as collection:
            for row, search in _searchers(client, collection, documents):
                for metric, asked in (("MRR, title", titles), ("MRR, first sentence", sentences)):
                    found = fmean(reciprocal_rank(search(each.query), each.relevant) for each in asked)
                    figures.append(Figure("relevance, known news", row, metric, found, len(asked)))
        with _filed(client, settings, "parts", [part for subject in subjects for part in subject.parts]) as collection:
            questions = [Question(subject.query, frozenset(part.id for part in subject.parts)) for subject in subjects]
            for row, search in _searchers(client, collection, documents):
                figures += _judged_figures("relevance, parts of news", row, search, questions)
    return figures


def _judged_figures(table: str, row: str, search: Searcher, questions: Sequence[Question]) -> list[Figure]:
    answers = [(search(question.query), question.relevant) for question in questions]
    return [
        Figure(table, row, name, fmean(score(*answer) for answer in answers), len(answers))
        for name, score in (("nDCG@10", ndcg), ("MAP", average_precision), ("P@5", precision_at_5))
    ]


def _searchers(
    client: OpenSearch, settings: OpenSearchSettings, articles: Sequence[Article]
) -> tuple[tuple[str, Searcher], ...]:
    """Plain BM25 on the text in its language (of those that there are), and the search of the page."""
    fields = sorted({f"text_{analysis_of(article.language.code)}" for article in articles})

    def plain(query: str) -> list[str]:
        asked = {"multi_match": {"query": query, "fields": fields}}
        body = {"query": asked, "size": DEPTH, "_source": False}
        return [hit["_id"] for hit in client.search(index=read_alias(settings), body=body)["hits"]["hits"]]

    return ("plain BM25", plain), ("clippings", lambda query: ranked_ids(client, settings, query, DEPTH))


@contextmanager
def _filed(
    client: OpenSearch, settings: OpenSearchSettings, name: str, articles: Sequence[Article]
) -> Iterator[OpenSearchSettings]:
    """The settings of a fresh index that holds just these articles, for as long as it is measured."""
    own = replace(settings, index_prefix=f"{settings.index_prefix}relevance-{name}-")
    index = versioned_index(own, 1)
    client.indices.delete(index=index, ignore_unavailable=True)
    try:
        ensure_index(client, own)
        refused = [outcome for outcome in file_articles(client, own, articles) if outcome.message]
        if refused:
            raise ValueError(f"{len(refused)} articles of {name} were refused: {refused[0].message}")
        refresh(client, own)
        # One segment: scores then do not depend on how the articles fell into segments.
        client.indices.forcemerge(index=index, max_num_segments=1)
        yield own
    finally:
        client.indices.delete(index=index, ignore_unavailable=True)
        client.indices.delete_index_template(name=read_alias(own), ignore=[404])


def _article(id: str, text: str, title: str | None, language: LanguageTag) -> Article:
    """An article of which nothing is known but its text."""
    return Article(
        id=id,
        feed="relevance",
        file=id,
        position=0,
        name=None,
        content_hash="",
        pipeline_version="",
        given={},
        url=None,
        site=None,
        title=title,
        author=None,
        text=text,
        words=len(text.split()),
        doubtful=False,
        text_evidence=Evidence("given", "", 1.0),
        language=language,
        publication=UNDATED,
        source=SourceTag(UNKNOWN_SOURCE, None),
    )


def _json_lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def cranfield(folder: Path) -> tuple[list[Article], list[Question]]:
    """Cranfield's abstracts as English articles, and its questions with the judged documents."""
    english = LanguageTag("en", 1.0, Evidence("given", "", 1.0))
    articles = [
        _article(document["id"], document["text"], document["title"] or None, english)
        for document in _json_lines(folder / "documents.jsonl")
    ]
    judged: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        question, document, _ = line.split("\t")
        judged.setdefault(question, set()).add(document)
    return articles, [
        Question(each["query"], frozenset(judged[str(each["qid"])]))
        for each in _json_lines(folder / "queries.jsonl")
        if str(each["qid"]) in judged
    ]


def news(data: Path) -> tuple[list[Article], list[Question], list[Question], list[Subject]]:
    """News pages filed without title, with the questions made of their titles and of their first sentences, and the
    longer ones in parts."""
    articles: list[Article] = []
    subjects: list[Subject] = []
    titles: list[Question] = []
    sentences: list[Question] = []
    seen: set[str] = set()
    paths = [path for folder in NEWS_FOLDERS for path in sorted((data / folder).glob("*.html.gz"))]
    for path in paths:
        page = trafilatura.bare_extraction(
            gzip.decompress(path.read_bytes()).decode("utf-8", "replace"),
            fast=True,
            include_comments=False,
            with_metadata=True,
        )
        text = (page.text or "").strip() if page else ""
        if len(text.split()) < FEWEST_PAGE_WORDS or text in seen:
            continue
        seen.add(text)
        id = path.name.split(".")[0]
        articles.append(_article(id, text, None, detect(text)))
        asked = " ".join((page.title or "").split()[::2])
        if len((page.title or "").split()) >= FEWEST_QUERY_WORDS:
            subjects += _subjects(articles[-1], asked)
        if len(articles) % ASKED_OF:
            continue
        for questions, query in ((titles, page.title or ""), (sentences, gapped(text))):
            if len(query.split()) >= FEWEST_QUERY_WORDS:
                questions.append(Question(query, frozenset({id})))
    return articles, titles, sentences, subjects


def _subjects(article: Article, query: str) -> Iterator[Subject]:
    """The parts of an article that is in English and long enough; otherwise nothing."""
    words = article.text.split()
    if article.language.code != "en" or len(words) < FEWEST_PARTED_WORDS:
        return
    size = math.ceil(len(words) / PARTS)
    texts = [" ".join(words[number * size : (number + 1) * size]) for number in range(PARTS)]
    yield Subject(
        query,
        tuple(_article(f"{article.id}-{number}", text, None, article.language) for number, text in enumerate(texts)),
    )


def gapped(text: str) -> str:
    """The first sentence of a text with every third word dropped."""
    words = re.split(r"(?<=[.!?])\s|\n", text)[0].split()[:MOST_QUERY_WORDS]
    return " ".join(word for place, word in enumerate(words, start=1) if place % 3)


def ndcg(found: Sequence[str], relevant: frozenset[str], depth: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `depth` answers (0 to 1)."""
    gained = sum(1 / math.log2(place + 2) for place, id in enumerate(found[:depth]) if id in relevant)
    return gained / sum(1 / math.log2(place + 2) for place in range(min(depth, len(relevant))))


def average_precision(found: Sequence[str], relevant: frozenset[str]) -> float:
    """The precision at each relevant answer, averaged over all relevant documents (0 to 1)."""
    hits, summed = 0, 0.0
    for place, id in enumerate(found, start=1):
        if id in relevant:
            hits += 1
            summed += hits / place
    return summed / len(relevant)


def precision_at_5(found: Sequence[str], relevant: frozenset[str]) -> float:
    """The share of relevant documents among the first five answers (0 to 1)."""
    return sum(id in relevant for id in found[:5]) / 5


def reciprocal_rank(found: Sequence[str], relevant: frozenset[str]) -> float:
    """One over the place of the first relevant answer; 0 where there is none."""
    return next((1 / place for place, id in enumerate(found, start=1) if id in relevant), 0.0)
