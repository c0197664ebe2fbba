"""Fits `model.json` to pages whose day of publication is known.

`python -m clippings.dates.training.fit DATA` with DATA as tests/quality/README.md describes it (`dates/gold.json` and,
for each key, KEY.html.gz and KEY.txt.gz). Each page is learned in three views: HTML with its address, text with its
address, text alone. Prints what cross-validation by site gives, and writes the model fitted to all.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from clippings.articles import Precision
from clippings.dates.dating import findings
from clippings.dates.features import NAMES, DayFeatures
from clippings.dates.scoring import MODEL_FILE
from clippings.extraction import extract, parse
from clippings.language import detect
from clippings.records import ContentType

VIEWS = ("html", "text with address", "text")
FOLDS = 5
SEED = 7


@dataclass(frozen=True, slots=True)
class Example:
    """One page in one view: its days, their numbers, and the right day."""

    view: str
    site: str
    right: date
    days: tuple[date, ...]
    numbers: tuple[tuple[float, ...], ...]


def examples(data: Path) -> Iterator[Example]:
    """The pages below `data/dates`, each in every view."""
    folder = data / "dates"
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    for key, entry in sorted(gold.items()):
        for view in VIEWS:
            html = view == "html"
            content = gzip.decompress((folder / f"{key}.{'html' if html else 'txt'}.gz").read_bytes())
            url = None if view == "text" else entry["url"]
            page = parse(content.decode("utf-8", "replace"), ContentType.HTML if html else ContentType.TEXT, url)
            cut = extract(page)
            found = findings(page, cut, language=detect(cut.text).code)
            days = DayFeatures(found.mentions, found.layout)
            exact = [one for one in found.mentions if one.precision in (Precision.DAY, Precision.MINUTE)]
            vectors = tuple(tuple(days.vector(day)) for day in days.days) if exact else ()
            site = ".".join((urlsplit(entry["url"]).hostname or "").split(".")[-2:])
            yield Example(view, site, date.fromisoformat(entry["date"]), tuple(days.days), vectors)


def classifier() -> GradientBoostingClassifier:
    """Small trees, many of them, each on a part of the pages: the pages are few."""
    return GradientBoostingClassifier(
        n_estimators=160, max_depth=4, learning_rate=0.06, subsample=0.6, min_samples_leaf=8, random_state=SEED
    )


def _flat(pages: list[Example]) -> tuple[np.ndarray, np.ndarray]:
    rows = [numbers for page in pages for numbers in page.numbers]
    labels = [day == page.right for page in pages for day in page.days]
    return np.array(rows), np.array(labels)


def _best(fitted: GradientBoostingClassifier, page: Example) -> tuple[date, float] | None:
    if not page.days:
        return None
    raw = fitted.predict_proba(np.array(page.numbers))[:, 1]
    at = max(range(len(raw)), key=lambda one: (raw[one], page.days[one]))
    return page.days[at], float(raw[at] / max(1.0, raw.sum()))


def cross_validated(pages: list[Example]) -> list[tuple[Example, tuple[date, float] | None]]:
    """The best day of every page, by a model that has seen no page of its site."""
    answers: list[tuple[Example, tuple[date, float] | None]] = []
    folds = GroupKFold(FOLDS).split(pages, groups=[page.site for page in pages])
    for learned, held in folds:
        fitted = classifier().fit(*_flat([pages[at] for at in learned]))
        answers += [(pages[at], _best(fitted, pages[at])) for at in held]
    return answers


def report(answers: list[tuple[Example, tuple[date, float] | None]]) -> None:
    """Accuracy, wrong and none for each view at several thresholds."""
    for view in VIEWS:
        of_view = [(page, best) for page, best in answers if page.view == view]
        print(f"{view}: reachable {sum(page.right in page.days for page, _ in of_view) / len(of_view):.3f}")
        for least in (0.0, 0.2, 0.3, 0.4, 0.5, 0.6):
            given = [(page, best) for page, best in of_view if best is not None and best[1] >= least]
            right = sum(best[0] == page.right for page, best in given)
            total = len(of_view)
            wrong = len(given) - right
            print(
                f"  from {least}: {right / total:.3f} right, {wrong / total:.3f} wrong, {1 - len(given) / total:.3f} none"
            )


def calibration(answers: list[tuple[Example, tuple[date, float] | None]]) -> list[tuple[float, float]]:
    """Pairs (score, share right), rising, from the cross-validated answers."""
    scored = [(best[1], best[0] == page.right) for page, best in answers if best is not None]
    fitted = IsotonicRegression(y_min=0.02, y_max=0.99, out_of_bounds="clip")
    fitted.fit([score for score, _ in scored], [right for _, right in scored])
    points = np.quantile([score for score, _ in scored], np.linspace(0, 1, 12))
    return [(round(float(x), 4), round(float(y), 4)) for x, y in zip(points, fitted.predict(points), strict=True)]


def written(fitted: GradientBoostingClassifier, points: list[tuple[float, float]]) -> dict[str, object]:
    """The model as plain numbers."""
    trees = []
    for (estimator,) in fitted.estimators_:
        tree = estimator.tree_
        trees.append(
            {
                "feature": [int(one) if one >= 0 else -1 for one in tree.feature],
                "threshold": [round(float(one), 5) for one in tree.threshold],
                "left": [int(one) for one in tree.children_left],
                "right": [int(one) for one in tree.children_right],
                "value": [round(float(one[0][0]) * fitted.learning_rate, 6) for one in tree.value],
            }
        )
    prior = fitted.init_.class_prior_[1]
    start = float(np.log(prior / (1 - prior)))
    return {"features": list(NAMES), "start": round(start, 6), "calibration": points, "trees": trees}


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    pages = list(examples(parser.parse_args().data))
    answers = cross_validated(pages)
    report(answers)
    model = written(classifier().fit(*_flat(pages)), calibration(answers))
    MODEL_FILE.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{MODEL_FILE.name}: {MODEL_FILE.stat().st_size} bytes, calibration {model['calibration']}")


if __name__ == "__main__":
    main()
