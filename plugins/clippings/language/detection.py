"""Which language a text is written in: langdetect's answer, and a second opinion where langdetect cannot know."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clippings.articles import Evidence, LanguageTag
from clippings.language import profiles, scripts, second_opinion

SURE = 20.0
"""By how many nats langdetect's first language must lead its second to be believed without a second opinion."""
WEIGHT = 4.0
"""How much a nat of the second opinion weighs against one of langdetect: its features overlap far less."""
LONG = 600
STEP = 3
"""Of texts of LONG characters and more every STEP-th n-gram is enough to be sure; where it is not, all are scored."""
UNLIKE = -0.2
"""By how many nats the average n-gram may fall short of what its language would have, before it is asked whether the
text is in a language without a profile."""
UNHEARD = 10.0
"""By how many nats the second opinion must put a language that langdetect has no profile of before all others."""
STRANGE = -9.0
"""Log probability of a text's average n-gram under which even the best profile knows nothing of the language: a
profile gives -9.9 to what it never saw, and even rare Chinese signs come to -8."""
ENOUGH = 25
"""Letters below which a language without a profile is not believed."""
CLEAR = 40.0
"""By how many nats a window's language must lead to count for a further language of the text."""
SHARE = 0.2
"""The share of a text that a further language must take up to be named."""
LANGDETECT, BOTH, PY3LANGID, SCRIPT = "langdetect", "langdetect and py3langid", "py3langid", "script"
RELIABILITY = {
    LANGDETECT: ((20, 0.978), (28, 0.99), (36, 0.993), (45, 0.997), (80, 0.999)),
    BOTH: (
        (0, 0.35),
        (5, 0.46),
        (9, 0.6),
        (14, 0.7),
        (20, 0.8),
        (26, 0.87),
        (34, 0.925),
        (41, 0.953),
        (50, 0.97),
        (68, 0.985),
        (97, 0.992),
        (150, 0.997),
    ),
    SCRIPT: ((0, 0.99),),
    PY3LANGID: (
        (0, 0.4),
        (5, 0.5),
        (13, 0.74),
        (23, 0.83),
        (33, 0.88),
        (65, 0.92),
        (100, 0.94),
        (400, 0.95),
        (1000, 0.99),
    ),
}
"""For each way of deciding, leads in nats and the share of right answers at that lead, measured on word pairs, 40
characters, sentences and 1,000 characters of 75 languages together (ADR 0006). The share depends on the lead alone:
a word pair and a sentence with one lead are equally often right."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    code: str
    method: str
    lead: float
    runner_up: str


def detect(text: str) -> LanguageTag:
    """The language of a text, the same every time.

    langdetect's profiles decide. Where they are unsure, py3langid is asked and weighed in; where the text is in a
    language that they do not cover, its script or py3langid decides alone. A text without letters, or in letters
    that nobody knows, has the code None. The confidence is the share of right answers among texts judged with such
    a lead (ADR 0006).
    """
    known = profiles.load()
    scores = known.score(text, STEP if len(text) >= LONG else 1)
    if len(text) >= LONG and _lead(scores) < 2 * SURE:
        scores = known.score(text)
    if scores.letters < 2:
        return LanguageTag(None, 0.0, Evidence("no-letters", _excerpt(text), 0.0))
    verdict = _by_script(text, scores) or _judge(text, known.languages, scores)
    if verdict is None:
        return LanguageTag(None, 0.0, Evidence("no-profile", _excerpt(text), 0.0))
    confidence = _confidence(verdict)
    ahead = f"before {verdict.runner_up} by {verdict.lead:.1f} nats"
    reason = f"by its script, {verdict.runner_up}" if verdict.method == SCRIPT else ahead
    told = f"{verdict.code} {reason}: {_excerpt(text)}"
    return LanguageTag(
        code=verdict.code,
        confidence=confidence,
        evidence=Evidence(verdict.method, told, confidence),
        others=_others(verdict.code, known.languages, scores.windows),
    )


def _by_script(text: str, scores: profiles.Scores) -> _Verdict | None:
    """The verdict of the script alone, for a text of which the profiles know nothing."""
    if scores.ngrams and float(scores.totals.max()) > STRANGE * scores.ngrams:
        return None
    script = scripts.script_of(text)
    code = scripts.LANGUAGES.get(script or "")
    return None if code is None or script is None else _Verdict(code, SCRIPT, 0.0, script.capitalize())


def _judge(text: str, languages: tuple[str, ...], scores: profiles.Scores) -> _Verdict | None:
    """The verdict of the profiles and, where it is needed, of the second opinion; None where the text has no n-gram
    that a profile knows, or mostly unknown letters."""
    if not scores.ngrams or 2 * scores.unknown > scores.letters:
        return None
    totals = dict(zip(languages, scores.totals.tolist(), strict=True))
    first, second, lead = _leader(totals)
    place = int(scores.totals.argmax())
    alike = float(scores.totals[place] - scores.expected[place]) >= UNLIKE * scores.ngrams
    if alike and lead >= SURE:
        return _Verdict(first, LANGDETECT, lead, second)
    opinion = second_opinion.ask(text).scores
    if opinion and scores.letters >= ENOUGH:
        ranking = sorted(opinion, key=lambda code: opinion[code], reverse=True)
        heard = next((code for code in ranking if code in totals), None)
        if heard is not None and opinion[ranking[0]] - opinion[heard] > UNHEARD:
            return _Verdict(ranking[0], PY3LANGID, opinion[ranking[0]] - opinion[ranking[1]], ranking[1])
    if lead >= SURE or not opinion:
        return _Verdict(first, LANGDETECT, lead, second)
    floor = min(opinion.values())
    first, second, lead = _leader({code: totals[code] + WEIGHT * opinion.get(code, floor) for code in totals})
    return _Verdict(first, BOTH, lead, second)


def _lead(scores: profiles.Scores) -> float:
    """By how much the best language leads the next."""
    second, best = np.partition(scores.totals, -2)[-2:]
    return float(best - second)


def _leader(totals: dict[str, float]) -> tuple[str, str, float]:
    first, second = sorted(totals, key=lambda code: totals[code], reverse=True)[:2]
    return first, second, totals[first] - totals[second]


def _others(code: str, languages: tuple[str, ...], windows: NDArray[np.float64]) -> tuple[str, ...]:
    """Further languages, the largest first, each the clear winner in at least SHARE of the text's windows."""
    if len(windows) < 2:
        return ()
    ranking = np.sort(windows, axis=1)
    clear = ranking[:, -1] - ranking[:, -2] >= CLEAR
    winners = Counter(languages[place] for place in windows[clear].argmax(axis=1).tolist())
    enough = [other for other, count in winners.items() if other != code and count >= SHARE * len(windows)]
    return tuple(sorted(enough, key=lambda other: (-winners[other], other)))


def _confidence(verdict: _Verdict) -> float:
    """The chance that the verdict is right: the share of right answers at such a lead, between the measured leads
    on a straight line."""
    leads, shares = zip(*RELIABILITY[verdict.method], strict=True)
    return round(float(np.interp(verdict.lead, leads, shares)), 4)


def _excerpt(text: str) -> str:
    return " ".join(text[:200].split())[:60]
