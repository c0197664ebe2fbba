"""The two scores of main text, as the sets that they are used on define them."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"\w+")
_SHINGLE = 4


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def articles_score(answers: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str]) -> tuple[float, float, float]:
    """F1, precision and recall of 4-word shingles, precision and recall averaged over the pages.

    As in scrapinghub's article-extraction-benchmark: `answers` have the right text under `articleBody`.
    """
    precisions, recalls = [], []
    for key, answer in answers.items():
        found, wanted = _shingles(texts[key]), _shingles(answer["articleBody"])
        both = sum((found & wanted).values())
        precisions.append(both / found.total() if found else float(not wanted))
        recalls.append(both / wanted.total() if wanted else 1.0)
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return _f1(precision, recall), precision, recall


def segments_score(answers: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str]) -> tuple[float, float, float]:
    """F1, precision and recall over all segments that must (`with`) and must not (`without`) be in the text.

    As in trafilatura's evaluation, with white space squeezed.
    """
    right = wrong = missed = 0
    for key, answer in answers.items():
        text = " ".join(texts[key].split())
        found = [" ".join(segment.split()) in text for segment in answer["with"]]
        right += sum(found)
        missed += len(found) - sum(found)
        wrong += sum(" ".join(segment.split()) in text for segment in answer["without"])
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    return _f1(precision, recall), precision, recall
