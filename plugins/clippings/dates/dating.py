"""The date of a page: mentions gathered, days scored, one chosen, the others kept with the reason they lost."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clippings.articles import UNDATED, DateCandidate, Evidence, Precision, Publication
from clippings.characters import small
from clippings.dates.address import address_mentions
from clippings.dates.datelines import Dateline, find_dateline, is_dateline
from clippings.dates.expressions import expressions, normal, written
from clippings.dates.features import SURELY_PUBLISHED, UPDATED, DayFeatures
from clippings.dates.markup import markup_mentions
from clippings.dates.mentions import Mention, Place
from clippings.dates.order import order_of
from clippings.dates.scoring import model
from clippings.dates.visible import Layout, layout_of, visible_mentions
from clippings.pages import Extraction, Page

LEAST_CONFIDENCE = 0.3
"""Below this no day is given: more often than not it would be wrong."""
ADDRESS_DAY_CONFIDENCE = 0.97
"""For a page whose only date is the day in its address."""
OTHER_MONTH_WEIGHT = 0.1
"""Of a day outside the month that the address names, where the page has a day within it. Cross-validation by site gives
the same from 0.03 to 0.2; the model alone sees too few such addresses to learn it."""
MONTH_CONFIDENCE = 0.7
YEAR_CONFIDENCE = 0.6
_PUBLISHED_YEAR = re.compile(
    r"^(?:first |zuerst )?(?:published|erschienen|publié en|publicado en|publicado em|pubblicato nel|опубликовано в|"
    r"opublikowano w|verschenen in)(?: in)?:? (?:19|20)\d\d$",
    re.IGNORECASE,
)
MOST_CANDIDATES = 12
LONGEST_PASSAGE = 300
LONGEST_WEEKDAY = 14
"""Characters that may stand beside the date in a masthead."""
BYLINE_LINES = 6
"""Lines between which a date and the author's line belong together."""

_METHODS = {
    Place.URL: "url",
    Place.LINKED: "html-metadata",
    Place.PUBLISHED: "html-metadata",
    Place.SCRIPT: "html-metadata",
    Place.TIME: "html-metadata",
    Place.UNSPECIFIC: "html-metadata",
    Place.MODIFIED: "html-metadata",
    Place.TOP: "header",
    Place.BODY: "text",
    Place.GAP: "text",
    Place.TAIL: "footer",
}
_STRENGTH = (
    Place.LINKED,
    Place.PUBLISHED,
    Place.HEAD,
    Place.TIME,
    Place.UNSPECIFIC,
    Place.TOP,
    Place.TAIL,
    Place.GAP,
    Place.BODY,
    Place.SCRIPT,
    Place.MODIFIED,
    Place.URL,
)
"""Which of several mentions of the chosen day is shown as its evidence."""
_OF_OTHERS = (Place.MODIFIED, Place.BODY, Place.GAP, Place.TAIL)
"""Where the time of day is that of a change, a comment or an event, even though the day is the same."""
_COMMENT = re.compile(r"\b(?:says?|reply|comments?|wrote|antworten?|kommentare?)\b|\|\s?#|ответ", re.IGNORECASE)
_TODAY = re.compile(
    r"\btoday\b|\bheute\b|сегодня|aujourd|\bhoy\b|\boggi\b|\bhoje\b|weather|wetter|météo", re.IGNORECASE
)


RELATIVE_CONFIDENCE = 0.8
"""Of a day counted back from the one on which the page was looked at."""
OWN_LINE_CONFIDENCE = 0.5
"""Of a day between title and text that wins over the likelier one. On the development data it was right in two of five
cases, and the day it won over in none."""
LABEL_WITHIN = 40
"""Characters before a date within which a word says what it is the date of."""
AGREEING_CONFIDENCE = 0.9
"""Of a day that both a dateline and a full date above the text name."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything on a page that bears on its date."""

    layout: Layout
    mentions: tuple[Mention, ...]
    dateline: Dateline | None


def findings(page: Page, extraction: Extraction, *, language: str | None, made_before: date | None = None) -> Findings:
    """Every mention of a date on the page, and its dateline."""
    layout = layout_of(page, extraction)
    order = order_of(layout.lines, language, page.url)
    mentions = address_mentions(page.url)
    if page.tree is not None:
        mentions += markup_mentions(page.tree)
    mentions += visible_mentions(layout, language, order)
    leads = sorted(layout.kept)
    above = list(range(max(0, layout.first - 3), min(layout.first, len(layout.lines))))
    places = [at for at in (*above, *leads) if layout.lines[at].strip()]
    return Findings(layout, tuple(mentions), find_dateline(layout.lines, places, language, made_before))


def date_page(
    page: Page,
    extraction: Extraction,
    *,
    language: str | None,
    made_before: date | None = None,
    given: str | None = None,
) -> Publication:
    """When the page was published, as precisely as it says and no more.

    `made_before`: a day by which the page existed; no later date can be its own. `given`: a date that came with the
    record; it wins where it can be read. Dates that lost are in `candidates` with the reason.
    """
    if given:
        stated = expressions(normal(given), language)
        if stated:
            evidence = Evidence("given", given[:LONGEST_PASSAGE], 1.0)
            return Publication(stated[0].value, stated[0].precision, evidence)
    found = findings(page, extraction, language=language, made_before=made_before)
    possible = [one for one in found.mentions if made_before is None or one.day <= made_before]
    impossible = [one for one in found.mentions if one not in possible] if len(possible) < len(found.mentions) else []
    scores = _scores(possible, found.layout)
    chosen = max(scores, key=lambda day: (scores[day], day), default=None)
    confidence = scores[chosen] if chosen is not None else 0.0
    agreeing = _agreeing(found.dateline, possible)
    if agreeing is not None and agreeing != chosen and not _in_markup(possible, chosen):
        chosen, confidence = agreeing, max(scores[agreeing], AGREEING_CONFIDENCE)
    counted = _counted_back(possible, chosen, found.layout)
    if counted is not None:
        chosen, confidence = counted, max(scores[counted], RELATIVE_CONFIDENCE)
    own = _own_line(possible, chosen, found.layout)
    if own is not None:
        chosen, confidence = own, max(scores[own], OWN_LINE_CONFIDENCE)
    losers = [_lost(one, "in the future: the page existed before") for one in impossible]
    if chosen is not None and confidence >= max(LEAST_CONFIDENCE, _dateline_weight(found.dateline, chosen)):
        mention = _shown([one for one in possible if one.day == chosen and _exact(one)])
        others = [one for one in possible if one.day != chosen]
        losers = [_lost(one, _reason(one, chosen, found.layout)) for one in others] + losers
        losers += _doubtful_order(mention)
        evidence = Evidence(_method(mention, found.layout, extraction), mention.text[:LONGEST_PASSAGE], confidence)
        return Publication(mention.value, mention.precision, evidence, _distinct(losers))
    losers = [_lost(one, _reason(one, None, found.layout)) for one in possible] + losers
    return _by_dateline(found.dateline, losers) or _by_month(found, extraction, losers)


def _agreeing(dateline: Dateline | None, mentions: Sequence[Mention]) -> date | None:
    """The one full date above the text that names the dateline's day and month: two witnesses for one day."""
    if dateline is None:
        return None
    above = {one.day for one in mentions if _exact(one) and one.place in (Place.URL, Place.TOP, Place.HEAD)}
    same = [day for day in above if (day.month, day.day) == (dateline.month, dateline.day)]
    return same[0] if len(same) == 1 else None


def _counted_back(mentions: Sequence[Mention], chosen: date | None, layout: Layout) -> date | None:
    """The day of a line like `Yesterday, 18:40` between title and text, where the day chosen stands above the title
    alone: that is the day on which the page was looked at."""
    if chosen is None or layout.title is None:
        return None
    below = [one for one in mentions if one.line is not None and layout.title < one.line < layout.first and _exact(one)]
    counted = [one.day for one in below if one.expression is not None and one.expression.counted_back]
    own = [one for one in mentions if one.day == chosen and _exact(one)]
    if not counted or any(one.line is None or one.line >= layout.title for one in own):
        return None
    return counted[0]


def _own_line(mentions: Sequence[Mention], chosen: date | None, layout: Layout) -> date | None:
    """The one day between title and text that is called that of publication, or else has a line of its own, where the
    day chosen is named neither there nor in markup or address: it is then the masthead's, or that of an event."""
    if chosen is None or layout.title is None:
        return None
    named = [one for one in mentions if one.day == chosen and _exact(one)]
    if any(one.place is Place.URL and chosen.isoformat().startswith(one.value[:7]) for one in mentions):
        return None
    if any(one.line is None or layout.title < one.line < layout.first for one in named):
        return None
    labelled, alone = set(), set()
    for one in mentions:
        if one.line is None or one.expression is None or not _exact(one) or not layout.title < one.line < layout.first:
            continue
        line, expression = layout.lines[one.line], one.expression
        before = small(line[max(0, expression.start - LABEL_WITHIN) : expression.start])
        if UPDATED.search(before) or expression.exchanged:
            continue
        if SURELY_PUBLISHED.search(before):
            labelled.add(one.day)
        elif 2 * (expression.end - expression.start) > len(line.strip()):
            alone.add(one.day)
    days = labelled or alone
    return next(iter(days)) if len(days) == 1 else None


def _in_markup(mentions: Sequence[Mention], day: date | None) -> bool:
    """Whether the page's own markup says that it was published on this day."""
    return any(one.day == day and one.place in (Place.LINKED, Place.PUBLISHED, Place.TIME) for one in mentions)


def _exact(one: Mention) -> bool:
    return one.precision in (Precision.DAY, Precision.MINUTE)


def _scores(mentions: Sequence[Mention], layout: Layout) -> dict[date, float]:
    """The calibrated confidence of each day that is named on the page."""
    days = DayFeatures(mentions, layout)
    if not days.days:
        return {}
    if all(one.place is Place.URL for one in mentions):
        return {days.days[-1]: ADDRESS_DAY_CONFIDENCE} if len(days.days) == 1 else {days.days[0]: 0.6}
    fitted = model()
    raw = dict(zip(days.days, fitted.probabilities([days.vector(day) for day in days.days]), strict=True))
    named = [day for day in raw if day.isoformat()[:7] in days.address_month]
    if named:
        raw = {day: score if day in named else OTHER_MONTH_WEIGHT * score for day, score in raw.items()}
    return {day: round(fitted.calibrated(score), 3) for day, score in raw.items()}


def _dateline_weight(dateline: Dateline | None, chosen: date) -> float:
    """What a date must reach to stand against the dateline: nothing where both name the same day."""
    if dateline is None or dateline.year is None:
        return 0.0
    same = (chosen.month, chosen.day) == (dateline.month, dateline.day)
    return 0.0 if same else dateline.confidence - 0.25


def _shown(mentions: list[Mention]) -> Mention:
    """The mention of a day that is shown: the strongest, and with the time where a strong one has it."""
    ranked = sorted(mentions, key=lambda one: _STRENGTH.index(one.place))
    timed = [one for one in ranked if one.precision is Precision.MINUTE and one.place not in _OF_OTHERS]
    return timed[0] if timed else ranked[0]


def _method(mention: Mention, layout: Layout, extraction: Extraction) -> str:
    if _opens_with(mention, layout):
        return "dateline"
    if mention.place is not Place.HEAD:
        return _METHODS[mention.place]
    author = (extraction.author or "").casefold()
    if not author or mention.line is None:
        return "header"
    near = layout.lines[max(0, mention.line - BYLINE_LINES) : mention.line + BYLINE_LINES + 1]
    return "byline" if any(author in line.casefold() for line in near) else "header"


def _opens_with(mention: Mention, layout: Layout) -> bool:
    """Whether a mention is the full date in the dateline with which the text begins."""
    if mention.line is None or mention.expression is None or mention.place not in (Place.HEAD, Place.BODY):
        return False
    near = layout.lines[layout.first : layout.first + 3] if mention.place is Place.BODY else ()
    at_start = mention.place is Place.HEAD or any(line is layout.lines[mention.line] for line in near)
    return at_start and is_dateline(normal(layout.lines[mention.line]), mention.expression)


def _reason(one: Mention, chosen: date | None, layout: Layout) -> str:
    """Why a mention was not chosen, in plain words."""
    if chosen is not None and not _exact(one) and chosen.isoformat().startswith(one.value):
        return "less precise"
    if one.place is Place.MODIFIED:
        return "the day of a change, not of publication"
    if one.place is Place.TAIL:
        below = layout.lines[max(0, (one.line or 0) - 3) : (one.line or 0) + 2]
        comment = chosen is not None and one.day >= chosen and any(_COMMENT.search(line) for line in below)
        return "a comment's date" if comment else "stands below the article, among other things"
    if _stands_above(one, layout) and (_TODAY.search(one.text) or _is_masthead(one, chosen, layout)):
        return "the scrape's own day"
    if layout.since is not None and one.day.year < layout.since:
        return "before the site existed, by its copyright line"
    if one.place in (Place.BODY, Place.GAP):
        return "the text tells of it"
    if not _exact(one):
        return "only the month is named"
    return "less likely by where it stands" if chosen is not None else "too unlikely by where it stands"


def _stands_above(one: Mention, layout: Layout) -> bool:
    """Whether a mention stands above the article and its title."""
    above_title = one.line is not None and layout.title is not None and one.line < layout.title
    return one.place is Place.TOP or above_title


def _is_masthead(one: Mention, chosen: date | None, layout: Layout) -> bool:
    """Whether a date above the article is alone on its line, and later than the one chosen."""
    line, expression = layout.lines[one.line or 0].strip(), one.expression
    alone = expression is not None and len(line) <= expression.end - expression.start + LONGEST_WEEKDAY
    return alone and chosen is not None and one.day > chosen


def _lost(one: Mention, reason: str) -> DateCandidate:
    evidence = Evidence(_METHODS.get(one.place, "header"), one.text[:LONGEST_PASSAGE], 0.0)
    return DateCandidate(one.value, one.precision, evidence, reason)


def _doubtful_order(mention: Mention) -> list[DateCandidate]:
    """The other reading of a date whose day and month could be exchanged."""
    one = mention.expression
    if one is None or not one.ambiguous or one.day is None or one.month is None:
        return []
    value = written(one.year, one.day, one.month)
    evidence = Evidence(_METHODS.get(mention.place, "header"), mention.text[:LONGEST_PASSAGE], 0.0)
    return [DateCandidate(value, Precision.DAY, evidence, "day and month in doubt")]


def _distinct(losers: list[DateCandidate]) -> tuple[DateCandidate, ...]:
    kept: dict[tuple[str, str], DateCandidate] = {}
    for one in losers:
        kept.setdefault((one.value, one.reason_lost), one)
    return tuple(list(kept.values())[:MOST_CANDIDATES])


def _by_dateline(dateline: Dateline | None, losers: list[DateCandidate]) -> Publication | None:
    if dateline is None or dateline.year is None:
        return None
    evidence = Evidence("dateline", f"{dateline.text} ({dateline.why})"[:LONGEST_PASSAGE], dateline.confidence)
    others = [
        DateCandidate(
            written(year, dateline.month, dateline.day),
            Precision.DAY,
            Evidence("dateline", dateline.text, 0.0),
            "fits the weekday, but the years that the text names as past or to come fit another year better",
        )
        for year in dateline.others
    ]
    value = written(dateline.year, dateline.month, dateline.day)
    return Publication(value, Precision.DAY, evidence, _distinct(others + losers))


def _by_month(found: Findings, extraction: Extraction, losers: list[DateCandidate]) -> Publication:
    """A date known to the month or year only: named between title and text, or in the address."""
    coarse = [one for one in found.mentions if not _exact(one)]
    for place in (Place.LINKED, Place.PUBLISHED, Place.HEAD, Place.TIME, Place.URL):
        for one in coarse:
            if one.place is place and not (place is Place.HEAD and _is_prose(one, found.layout)):
                evidence = Evidence(_method(one, found.layout, extraction), one.text, MONTH_CONFIDENCE)
                rest = [loser for loser in losers if loser.value != one.value]
                return Publication(one.value, one.precision, evidence, _distinct(rest))
    year = _year_line(found.layout)
    if year is not None:
        evidence = Evidence("header", year, YEAR_CONFIDENCE)
        return Publication(year[-4:], Precision.YEAR, evidence, _distinct(losers))
    return Publication(UNDATED.value, UNDATED.precision, None, _distinct(losers)) if losers else UNDATED


def _year_line(layout: Layout) -> str | None:
    """A line above the text that says nothing but the year of publication: `First published 1998`."""
    lines = (line.strip() for line in layout.lines[layout.head : layout.first])
    return next((line for line in lines if _PUBLISHED_YEAR.match(line)), None)


def _is_prose(one: Mention, layout: Layout) -> bool:
    """Whether a month stands in a sentence rather than on a line that tells when."""
    line = layout.lines[one.line or 0].strip()
    width = one.expression.end - one.expression.start if one.expression else 0
    return len(line) > max(60, 3 * width)
