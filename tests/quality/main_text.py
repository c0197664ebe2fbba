"""Main text measured on the evaluation sets: HTML and page text, beside trafilatura on the same pages in the same run."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import trafilatura
from tests.quality.figures import Figure
from tests.quality.scores import articles_score, segments_score

from clippings.extraction import extract, parse
from clippings.records import ContentType

Score = Callable[[Mapping[str, Mapping[str, Any]], Mapping[str, str]], tuple[float, float, float]]

SETS: Mapping[str, Score] = {"articles": articles_score, "segments": segments_score}


def measure(data: Path) -> list[Figure]:
    """Figures of both sets under `data`/main_text. Raises FileNotFoundError where the data are not there."""
    return [figure for name, score in SETS.items() for figure in _measure_set(name, score, data / "main_text" / name)]


def _measure_set(name: str, score: Score, folder: Path) -> Iterator[Figure]:
    answers = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    texts: dict[str, dict[str, str]] = {"trafilatura": {}, "html": {}, "text": {}, "text-tight": {}}
    for key, answer in answers.items():
        html = gzip.decompress((folder / f"{key}.html.gz").read_bytes()).decode("utf-8", "replace")
        scrape = gzip.decompress((folder / f"{key}.txt.gz").read_bytes()).decode("utf-8", "replace")
        tight = "\n".join(line for line in scrape.splitlines() if line.strip())
        url = answer["url"].strip()
        texts["trafilatura"][key] = trafilatura.extract(html, include_comments=False) or ""
        texts["html"][key] = extract(parse(html, ContentType.HTML, url)).text
        texts["text"][key] = extract(parse(scrape, ContentType.TEXT, url)).text
        texts["text-tight"][key] = extract(parse(tight, ContentType.TEXT, url)).text
    for row, found in texts.items():
        for metric, value in zip(("f1", "precision", "recall"), score(answers, found), strict=True):
            yield Figure(f"main text, {name}", row, metric, value, len(answers))
