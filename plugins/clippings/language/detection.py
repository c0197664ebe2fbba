"""Which language a text is written in: langdetect's answer, and a second opinion where langdetect cannot know."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clippings.articles import Evidence, LanguageTag
from clippings.language import profiles, second_opinion

SURE = 20.0
"""By how many nats langdetect's first language must lead its second to be believed without a second opinion."""
WEIGHT = 4.0
"""How much a nat of the second opinion weighs against one of langdetect: its features overlap far less."""
UNHEARD = 10.0
"""By how many nats the second opinion must put a language that langdetect has no profile of before all others."""
ENOUGH = 25
"""Letters below which a language without a profile is not believed."""
SHARE = 0.2
"""The share of a text that a further language must take up to be named."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    code: str
    method: str
    lead: float
    runner_up: str


def detect(text: str) -> LanguageTag:
    """The language of a text, the same every time.

    langdetect's profiles decide. Where they are unsure, py3langid is asked and weighed in; where the text is in a
    language that they do not cover, it decides alone. A text without letters, or in letters that neither knows, has
    the code None. The confidence is the share of right answers among texts judged alike (see ADR 0006).
    """
    known = profiles.load()
    scores = known.score(text)
    if scores.letters < 2:
        return LanguageTag(None, 0.0, Evidence("no-letters", _excerpt(text), 0.0))
    opinion = second_opinion.ask(text).scores
    verdict = _judge(_by_code(known.languages, scores.totals), scores, opinion)
    if verdict is None:
        return LanguageTag(None, 0.0, Evidence("no-profile", _excerpt(text), 0.0))
    confidence = _confidence(verdict, scores.letters)
    told = f"{verdict.code} before {verdict.runner_up} by {verdict.lead:.1f} nats: {_excerpt(text)}"
    return LanguageTag(
        code=verdict.code,
        confidence=confidence,
        evidence=Evidence(verdict.method, told, confidence),
        others=_others(verdict.code, known.languages, scores.windows),
    )


def _by_code(languages: tuple[str, ...], totals: NDArray[np.float64]) -> dict[str, float]:
    """Total for each code; of several profiles of one language (Chinese) the best."""
    best: dict[str, float] = {}
    for code, total in zip(languages, totals.tolist(), strict=True):
        best[code] = max(total, best.get(code, -math.inf))
    return best


def _judge(totals: dict[str, float], scores: profiles.Scores, opinion: dict[str, float]) -> _Verdict | None:
    """The verdict of both, or None when neither knows anything of the text."""
    readable = scores.ngrams > 0 and scores.unknown <= scores.letters / 2
    if opinion and scores.letters >= (2 if not readable else ENOUGH):
        ranking = sorted(opinion, key=lambda code: opinion[code], reverse=True)
        unheard = next((code for code in ranking if code not in totals), None)
        heard = next((code for code in ranking if code in totals), None)
        if unheard is not None and heard is not None and ranking[0] == unheard:
            lead = opinion[unheard] - opinion[heard]
            if lead > UNHEARD or not readable:
                return _Verdict(unheard, "py3langid", opinion[unheard] - opinion[ranking[1]], ranking[1])
    if not readable:
        return None
    first, second, lead = _leader(totals)
    if lead >= SURE or not opinion:
        return _Verdict(first, "langdetect", lead, second)
    floor = min(opinion.values())
    first, second, lead = _leader({code: totals[code] + WEIGHT * opinion.get(code, floor) for code in totals})
    return _Verdict(first, "langdetect and py3langid", lead, second)


def _leader(totals: dict[str, float]) -> tuple[str, str, float]:
    first, second = sorted(totals, key=lambda code: totals[code], reverse=True)[:2]
    return first, second, totals[first] - totals[second]


def _others(code: str, languages: tuple[str, ...], windows: NDArray[np.float64]) -> tuple[str, ...]:
    """Further languages, the largest first, each the clear winner in at least SHARE of the text's windows."""
    counts: dict[str, int] = {}
    for window in windows:
        first, _, lead = _leader(_by_code(languages, window))
        if first != code and lead >= SURE:
            counts[first] = counts.get(first, 0) + 1
    enough = [other for other, count in counts.items() if count >= SHARE * len(windows)]
    return tuple(sorted(enough, key=lambda other: (-counts[other], other)))


def _confidence(verdict: _Verdict, letters: int) -> float:
    """The chance that the verdict is right."""
    return round(1 - 0.5 * math.exp(-verdict.lead / 20), 4)


def _excerpt(text: str) -> str:
    return " ".join(text[:200].split())[:60]
