"""Fits `model.json` to pages whose day of publication is known.

`python -m clippings.dates.training.fit DATA` with DATA as docs/accuracy.md describes it (`dates/gold.json` and, for each
key, KEY.html.gz and KEY.txt.gz). Each page is learned in three views: HTML with its address, text with its address, text
alone. Pages below `main_text` whose markup leaves no doubt about their day teach their text, too; they are not measured.
Prints what cross-validation by site gives, and writes the model fitted to all. With `--check` it only prints.
"""

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from clippings.articles import Precision
from clippings.dates.dating import LEAST_CONFIDENCE, OTHER_MONTH_WEIGHT, Findings, findings
from clippings.dates.features import NAMES, DayFeatures
from clippings.dates.mentions import Place
from clippings.dates.scoring import MODEL_FILE
from clippings.dates.training.picture import Bin, picture
from clippings.dates.training.ranking import Example, Ranker
from clippings.extraction import extract, parse
from clippings.language import detect
from clippings.records import ContentType
from clippings.sources import site_of

VIEWS = ("html", "text with address", "text")
FOLDS = 5
WEIGHT_OF_ONE_WITNESS = 0.5
"""Of a page whose day only one kind of markup tells."""
ROUNDS = 3
"""How often the sites are divided anew: one division alone moves the figures by half a percent either way."""
BOUNDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
"""Of the confidence, in the reliability table."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The likeliest day of a page (None without any), by a model that has seen no page of its site."""

    page: Example
    day: date | None
    probability: float

    @property
    def right(self) -> bool:
        """Whether it is the day of publication."""
        return self.day == self.page.right


def examples(data: Path) -> Iterator[Example]:
    """The pages below `data/dates`, each in every view."""
    folder = data / "dates"
    for key, entry in sorted(_gold(folder).items()):
        right = date.fromisoformat(entry["date"])
        for view in VIEWS:
            yield _example(folder, key, entry["url"], view, right)


def taught(data: Path) -> Iterator[Example]:
    """The texts of pages below `data/main_text` whose HTML tells the day; none that is among those of `data/dates`."""
    seen = set(_gold(data / "dates"))
    for folder in (data / "main_text" / "articles", data / "main_text" / "segments"):
        for key, entry in sorted(_gold(folder).items()):
            if key in seen:
                continue
            seen.add(key)
            stated, witnesses = _stated(_findings(folder, key, entry["url"], "html"))
            if stated is not None:
                weight = 1.0 if witnesses > 1 else WEIGHT_OF_ONE_WITNESS
                for view in VIEWS[1:]:
                    yield _example(folder, key, entry["url"], view, stated, weight)


def _gold(folder: Path) -> dict[str, dict[str, str]]:
    gold: dict[str, dict[str, str]] = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    return gold


def _findings(folder: Path, key: str, url: str, view: str) -> Findings:
    html = view == "html"
    content = gzip.decompress((folder / f"{key}.{'html' if html else 'txt'}.gz").read_bytes())
    address = None if view == "text" else url
    page = parse(content.decode("utf-8", "replace"), ContentType.HTML if html else ContentType.TEXT, address)
    cut = extract(page)
    return findings(page, cut, language=detect(cut.text or " ".join(page.lines)).code)


def _example(folder: Path, key: str, url: str, view: str, right: date, weight: float = 1.0) -> Example:
    found = _findings(folder, key, url, view)
    days = DayFeatures(found.mentions, found.layout)
    rows = [days.vector(day) for day in days.days]
    numbers = np.array(rows, dtype=np.float32).reshape(len(rows), len(NAMES))
    return Example(view, site_of(url) or url, right, tuple(days.days), numbers, weight)


def _stated(found: Findings) -> tuple[date | None, int]:
    """The one day that linked data, meta elements and the address agree on (or time elements, where those two are
    silent), with how many of them name it; None where there is none, or more than one."""
    by_place: defaultdict[Place, set[date]] = defaultdict(set)
    for one in found.mentions:
        if one.precision in (Precision.DAY, Precision.MINUTE):
            by_place[one.place].add(one.day)
    days = by_place[Place.LINKED] | by_place[Place.PUBLISHED]
    days = (days or by_place[Place.TIME]) | by_place[Place.URL]
    if len(days) != 1:
        return None, 0
    day = next(iter(days))
    return day, sum(day in by_place[place] for place in (Place.LINKED, Place.PUBLISHED, Place.URL, Place.TIME))


def cross_validated(pages: Sequence[Example], more: Sequence[Example]) -> list[Answer]:
    """The best day of every page, ROUNDS times, each time by models that have seen no page of its site, be it among
    `pages` or among `more`, which are learned from only."""
    answers: list[Answer] = []
    sites = sorted({page.site for page in [*pages, *more]})
    for round_number in range(ROUNDS):
        order = np.random.default_rng(round_number).permutation(len(sites))
        fold = {site: at % FOLDS for site, at in zip(sites, order, strict=True)}
        for held in range(FOLDS):
            fitted = Ranker().fit([page for page in [*pages, *more] if fold[page.site] != held])
            answers += [_answer(fitted, page) for page in pages if fold[page.site] == held]
    return answers


def _answer(fitted: Ranker, page: Example) -> Answer:
    if not page.days:
        return Answer(page, None, 0.0)
    likely = fitted.probabilities(page)
    within = page.numbers[:, NAMES.index("address names the month")] > 0
    if within.any():  # as `dating` does it
        likely = np.where(within, likely, OTHER_MONTH_WEIGHT * likely)
    at = max(range(len(likely)), key=lambda one: (likely[one], page.days[one]))
    return Answer(page, page.days[at], float(likely[at]))


def calibration(answers: Sequence[Answer]) -> tuple[float, float]:
    """Slope and shift of the logistic curve from the logarithm of the odds to the share of right answers."""
    given = [answer for answer in answers if answer.day is not None]
    fitted = LogisticRegression(C=1e6).fit([[_odds(one.probability)] for one in given], [one.right for one in given])
    return round(float(fitted.coef_[0, 0]), 4), round(float(fitted.intercept_[0]), 4)


def _odds(probability: float) -> float:
    bounded = min(1 - 1e-6, max(1e-6, probability))
    return float(np.log(bounded / (1 - bounded)))


def confidence(answer: Answer, curve: tuple[float, float]) -> float:
    """What is said of an answer."""
    return float(1 / (1 + np.exp(-(curve[0] * _odds(answer.probability) + curve[1]))))


def report(answers: Sequence[Answer], curve: tuple[float, float]) -> None:
    """Print for each view the shares right, wrong and without a day from several confidences on, and whether the
    confidence holds."""
    for view in VIEWS:
        of_view = [(one, confidence(one, curve)) for one in answers if one.page.view == view]
        total = len(of_view)
        reachable = sum(one.page.right in one.page.days for one, _ in of_view) / total
        print(f"{view}: the right day is named on {reachable:.3f}")
        for least in (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, LEAST_CONFIDENCE):
            given = [one for one, sure in of_view if one.day is not None and sure >= least]
            right = sum(one.right for one in given)
            wrong = len(given) - right
            print(
                f"  from {least}: {right / total:.3f} right, {wrong / total:.3f} wrong, {1 - len(given) / total:.3f} none"
            )
        for one in reliability(answers, curve)[view]:
            print(f"  said {one.said:.3f} on average: {one.right:.3f} right, of {one.count}")


def reliability(answers: Sequence[Answer], curve: tuple[float, float]) -> dict[str, list[Bin]]:
    """For each view what was said and what was right, in ranges of confidence; counts are of one round."""
    rows: dict[str, list[Bin]] = {}
    for view in VIEWS:
        dated = [(confidence(one, curve), one.right) for one in answers if one.page.view == view and one.day]
        ranges = [[pair for pair in dated if low <= pair[0] < high] for low, high in pairwise(BOUNDS)]
        rows[view] = [
            Bin(float(np.mean([said for said, _ in inside])), float(np.mean([right for _, right in inside])), count)
            for inside in ranges
            if (count := len(inside) // ROUNDS)
        ]
    return rows


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--check", action="store_true", help="cross-validate only")
    parser.add_argument("--picture", type=Path, help="write the reliability picture to this file (SVG)")
    arguments = parser.parse_args()
    pages, more = list(examples(arguments.data)), list(taught(arguments.data))
    answers = cross_validated(pages, more)
    curve = calibration(answers)
    report(answers, curve)
    if arguments.picture:
        rows = reliability(answers, curve)
        arguments.picture.write_text(picture("Dates on sites not seen in fitting", rows), encoding="utf-8")
    if arguments.check:
        return
    model = {"features": list(NAMES), "calibration": curve, "trees": Ranker().fit([*pages, *more]).written()}
    MODEL_FILE.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{MODEL_FILE.name}: {MODEL_FILE.stat().st_size} bytes, calibration {curve}")


if __name__ == "__main__":
    main()
