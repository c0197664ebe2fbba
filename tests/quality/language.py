"""Language: accuracy by length of text, agreement with langdetect, calibration, and speed beside langdetect's."""

import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from langdetect import DetectorFactory
from langdetect import detect as langdetect_detect
from langdetect.lang_detect_exception import LangDetectException
from tests.quality.figures import Figure

from clippings.articles import LanguageTag
from clippings.language import detect, profiles

TABLE = "language"
MACRO = {"nb": "no", "nn": "no"}
"""langdetect knows one Norwegian."""
UNCOVERED = {"nn"}
"""Left out of the first table: Nynorsk is not what langdetect's profile of Norwegian was made of."""
TIMED = 300
AGREED = 2_500
COMPARED = 1_000
"""Samples of each length on which langdetect itself is asked as well: it is slow."""

Sample = tuple[str, str]


def measure(data: Path) -> list[Figure]:
    """The figures on the samples in `data`/language (`sentences.jsonl.gz`, `word_pairs.jsonl.gz`).

    The languages are those that langdetect has a profile of; the others are one row of their own.
    """
    folder = data / "language"
    sentences, pairs = _read(folder / "sentences.jsonl.gz"), _read(folder / "word_pairs.jsonl.gz")
    covered = set(profiles.load().languages)
    sets = {
        "words": _only(pairs, covered),
        "40 characters": [(code, text[:40]) for code, text in _only(sentences, covered) if len(text) >= 40],
        "sentences": _only(sentences, covered),
        "1,000 characters": _joined(_only(sentences, covered), 1_000),
    }
    others = [(code, text) for code, text in sentences if code not in covered and code not in MACRO]
    DetectorFactory.seed = 0
    figures = []
    tagged: list[tuple[str, LanguageTag]] = []
    for row, samples in sets.items():
        tags = [(code, detect(text)) for code, text in samples]
        tagged += tags
        figures.append(Figure(TABLE, row, "accuracy", _accuracy(tags), len(tags)))
        every = max(1, len(samples) // COMPARED)
        few = list(zip(samples, tags, strict=True))[::every]
        right = sum(_langdetect(text) == code for (code, text), _ in few)
        figures.append(Figure(TABLE, f"{row}, a sample", "langdetect's accuracy", right / len(few), len(few)))
        figures.append(Figure(TABLE, f"{row}, a sample", "accuracy", _accuracy([tag for _, tag in few]), len(few)))
    tags = [(code, detect(text)) for code, text in others]
    figures.append(Figure(TABLE, "sentences in languages without a profile", "accuracy", _accuracy(tags), len(tags)))
    figures.append(Figure(TABLE, "all", "calibration error", _calibration(tagged), len(tagged), higher_is_better=False))
    whole = sets["1,000 characters"]
    figures += _beside_langdetect(whole[:: max(1, len(whole) // AGREED)])
    return figures


def _read(path: Path) -> list[Sample]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [(entry["lang"], entry["text"]) for entry in map(json.loads, lines)]


def _only(samples: Iterable[Sample], covered: set[str]) -> list[Sample]:
    named = ((MACRO.get(code, code), text) for code, text in samples if code not in UNCOVERED)
    return [(code, text) for code, text in named if code in covered]


def _joined(samples: Iterable[Sample], characters: int) -> list[Sample]:
    """Texts of exactly so many characters out of the sentences of each language, one after the other."""
    by_language: defaultdict[str, list[str]] = defaultdict(list)
    for code, text in samples:
        by_language[code].append(text)
    texts = []
    for code, parts in by_language.items():
        whole = " ".join(parts)
        texts += [(code, whole[at : at + characters]) for at in range(0, len(whole) - characters, characters)]
    return texts


def _accuracy(tags: Sequence[tuple[str, LanguageTag]]) -> float:
    return sum(tag.code == code for code, tag in tags) / len(tags)


def _calibration(tags: Sequence[tuple[str, LanguageTag]]) -> float:
    """Expected calibration error: in ten bins of confidence, how far the share of right answers is from what was
    said, weighted by the size of the bin."""
    bins: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    for code, tag in tags:
        bins[min(9, int(tag.confidence * 10))].append((tag.confidence, tag.code == code))
    off = 0.0
    for answers in bins.values():
        off += abs(sum(said for said, _ in answers) - sum(right for _, right in answers))
    return off / len(tags)


def _beside_langdetect(samples: Sequence[Sample]) -> list[Figure]:
    """Agreement on all samples; speed on a few of them, in the same run on the same core."""
    agreed = sum(detect(text).code == _langdetect(text) for _, text in samples)
    few = [text for _, text in samples[:: max(1, len(samples) // TIMED)]]
    ours, theirs = _seconds(detect, few), _seconds(_langdetect, few)
    return [
        Figure(TABLE, "1,000 characters", "agreement with langdetect", agreed / len(samples), len(samples)),
        Figure(TABLE, "1,000 characters", "documents a CPU second", len(few) / ours, len(few)),
        Figure(TABLE, "1,000 characters", "times as fast as langdetect", theirs / ours, len(few)),
    ]


def _seconds(tell: object, texts: Sequence[str]) -> float:
    assert callable(tell)
    started = time.process_time()
    for text in texts:
        tell(text)
    return time.process_time() - started


def _langdetect(text: str) -> str | None:
    try:
        return str(langdetect_detect(text)).split("-")[0]
    except LangDetectException:
        return None
