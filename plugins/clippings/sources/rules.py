"""Source rules: which marks of which source a page carries, and what follows from them."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clippings.articles import UNKNOWN_SOURCE, Evidence, SourceTag
from clippings.pages import Extraction, Page
from clippings.sources.boilerplate import PHOTO, Boilerplate, plain
from clippings.sources.datelines import WORD, Datelines
from clippings.sources.entries import Kind, SourceEntry, read_entries
from clippings.sources.sites import host_of, site_of

DOMAIN = 10.0
CANONICAL = 8.0
DATELINE = 6.0
BYLINE = 5.0
SIGN_OFF = 5.0
SIGNATURE = 5.0
SITE_NAME = 5.0
COPYRIGHT = 4.0
MENU = 2.0
MASTHEAD = 2.0
"""How much each kind of mark weighs. The marks of a source add up, each kind once (lines of menus and furniture: each
line once); the heaviest source is taken."""
ENOUGH = 4.0
"""What a source's marks must weigh together to be believed: a masthead alone, or one line of blog furniture, is not
enough."""
NEAR_LINES = 8
"""Lines with text before the main text among which a byline is looked for."""
LONGEST_BYLINE = 120
CLOSING_LINES = 2
"""Lines with text, the last of the main text and what follows it, that may sign it off."""
OPENING_LINES = 3
"""Lines with text at the start of the main text, and before it, that may begin with the dateline."""

_WEIGHTS = {"signature": SIGNATURE, "copyright": COPYRIGHT, "menu": MENU, "masthead": MASTHEAD}
_CREDIT = re.compile(
    r"(?:(?:by|from|von|par|por|di|от)\s|(?:source|quelle|fuente|fonte|источник|źródło|kaynak|来源|來源|出典)\s*[:：])",
    re.IGNORECASE,
)
"""What a byline begins with."""
_CREDITS_NEXT = re.compile(rf"(?:^|[\s\d|]){_CREDIT.pattern}\s*$", re.IGNORECASE)
"""What credits the name that comes next."""
_SIGNED = (",", "|", "/", "–", "-", "—", "•", "(")
"""What stands between an author and the agency on a byline."""
_LONG_LINE = 150
"""Bytes in UTF-8 from which a line is taken for a paragraph: fewer signs make a paragraph in Chinese."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark found: the rule that fired, whose mark it is, what it weighs, the text that shows it, and where
    (counted from 1 in `Page.lines`; None for addresses and metadata)."""

    rule: str
    source: str
    weight: float
    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class SourceRules:
    """The rules of one file, ready to be used."""

    entries: tuple[SourceEntry, ...]
    _by_domain: dict[str, str]
    _by_name: dict[str, SourceEntry]
    _by_dateline: dict[str, str]
    _datelines: Datelines
    _names: re.Pattern[str] | None
    _first_words: frozenset[str]
    """Of the names: a line without any of them is done with."""
    _boilerplate: Boilerplate

    @classmethod
    def load(cls, path: Path) -> "SourceRules":
        """The rules in a file. Raises ConfigurationError, with the line, where the file is wrong."""
        entries = read_entries(path)
        publishers = [entry for entry in entries if entry.kind is not Kind.BLOG]
        names = {name.casefold(): entry for entry in publishers for name in entry.names}
        longest_first = sorted((name for entry in publishers for name in entry.names), key=len, reverse=True)
        either = "|".join(re.escape(name) for name in longest_first)
        return cls(
            entries=entries,
            _by_domain={domain: entry.name for entry in entries for domain in entry.domains},
            _by_name=names,
            _by_dateline={mark.casefold(): entry.name for entry in entries for mark in entry.datelines},
            _datelines=Datelines(mark for entry in entries for mark in entry.datelines),
            _names=re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if either else None,
            _first_words=frozenset(word[0] for name in names if (word := WORD.search(name))),
            _boilerplate=Boilerplate(entries),
        )

    def tag(self, page: Page, extraction: Extraction, *, given: str | None, feed_default: str | None) -> SourceTag:
        """Who published or wrote the article.

        In this order: what the record itself says (`given`); the listed source whose marks weigh most; the feed's
        default; the name of a site that is not listed; otherwise `unknown`, without evidence.
        """
        if given:
            return SourceTag(self.listed_name(given), Evidence("given", given, 1.0))
        marks = self.marks(page, extraction)
        weights: defaultdict[str, float] = defaultdict(float)
        for mark in marks:
            weights[mark.source] += mark.weight
        if weights:
            name, weight = max(weights.items(), key=lambda item: item[1])
            if weight >= ENOUGH:
                own = sorted((mark for mark in marks if mark.source == name), key=lambda mark: -mark.weight)
                shown = "; ".join(f"{mark.rule}: {mark.text}" for mark in own)
                return SourceTag(name, Evidence(own[0].rule, shown, _confidence(weight, sum(weights.values()))))
        if feed_default:
            return SourceTag(feed_default, Evidence("feed", feed_default, 0.9))
        site = site_of(page.url)
        if site is not None and page.url is not None:
            return SourceTag(extraction.site_name or site, Evidence("site", page.url, 0.9))
        if extraction.site_name:
            return SourceTag(extraction.site_name, Evidence("site-name", extraction.site_name, 0.7))
        return SourceTag(UNKNOWN_SOURCE, None)

    def listed_name(self, text: str) -> str:
        """The name under which a source is listed, of any of its names or domains; the text itself if it is not."""
        entry = self._by_name.get(text.strip().casefold())
        return entry.name if entry else self._by_domain.get(text.strip().lower(), text.strip())

    def marks(self, page: Page, extraction: Extraction) -> list[Mark]:
        """Every mark of a listed source, each kind of mark of one source once (menus, furniture: each line once)."""
        found: list[Mark] = []
        opening = _opening(page, extraction)
        found += self._addresses(page)
        named = self._by_name.get((extraction.site_name or "").strip().casefold())
        if named is not None and extraction.site_name:
            found.append(Mark("site-name", named.name, SITE_NAME, extraction.site_name))
        found += self._dateline(page.lines, opening, extraction)
        found += self._bylines(page.lines, opening, extraction)
        found += self._sign_off(page.lines, extraction)
        for piece in self._boilerplate.find(page.lines, extraction.kept):
            weight = piece.weight or _WEIGHTS[piece.rule]
            found.append(Mark(piece.rule, piece.source, weight, piece.text, piece.place + 1))
        kept: dict[tuple[str, str, str], Mark] = {}
        for mark in found:
            text = plain(mark.text) if mark.rule in {"furniture", "menu"} else ""
            kept.setdefault((mark.rule, mark.source, text), mark)
        return list(kept.values())

    def _addresses(self, page: Page) -> Iterator[Mark]:
        owner = self._owner(page.url)
        if owner is not None and page.url is not None:
            yield Mark("domain", owner, DOMAIN, page.url)
        if page.tree is None:
            return
        for link in page.tree.iterfind(".//link[@rel='canonical']"):
            canonical = link.get("href")
            canonical_owner = self._owner(canonical)
            if canonical is not None and canonical_owner is not None and canonical_owner != owner:
                yield Mark("canonical", canonical_owner, CANONICAL, canonical)

    def _owner(self, url: str | None) -> str | None:
        """The listed source whose domain the address lies under, the longest domain first."""
        host = host_of(url)
        while host:
            if host in self._by_domain:
                return self._by_domain[host]
            host = host.partition(".")[2]
        return None

    def _dateline(self, lines: Sequence[str], opening: int, extraction: Extraction) -> Iterator[Mark]:
        near = _filled(lines, range(opening - 1, -1, -1), OPENING_LINES - 1)
        here = _filled(lines, range(opening, len(lines)), OPENING_LINES)
        for place in [*here, *near]:
            mark = self._datelines.read(lines[place])
            if mark is not None and not PHOTO.search(mark.text):
                yield Mark("dateline", self._by_dateline[mark.mark.casefold()], DATELINE, mark.text, place + 1)
                return
        mark = self._datelines.read(extraction.text)
        if mark is not None:
            yield Mark("dateline", self._by_dateline[mark.mark.casefold()], DATELINE, mark.text)

    def _sign_off(self, lines: Sequence[str], extraction: Extraction) -> Iterator[Mark]:
        """The agency that signs the article off, as newspapers credit theirs: `(dpa)` behind the last sentence."""
        last = max((place for place, keep in enumerate(extraction.kept) if keep), default=None)
        if last is None:
            return
        for place in _filled(lines, range(last, len(lines)), CLOSING_LINES):
            mark = self._datelines.read_sign_off(lines[place])
            if mark is not None:
                yield Mark("sign-off", self._by_dateline[mark.mark.casefold()], SIGN_OFF, mark.text, place + 1)
                return

    def _bylines(self, lines: Sequence[str], opening: int, extraction: Extraction) -> Iterator[Mark]:
        """Credits near the start: `By Helge Strand, Associated Press`, `Source: Xinhua`; an agency's name alone."""
        if self._names is None:
            return
        near = _filled(lines, range(opening - 1, -1, -1), NEAR_LINES)
        near = [place for place in near if len(lines[place].strip()) <= LONGEST_BYLINE]
        for place in near:
            line = lines[place].strip()
            if self._first_words.isdisjoint(WORD.findall(line.casefold())) or "©" in line or PHOTO.search(line):
                continue
            for match in self._names.finditer(line):
                entry = self._by_name[match[0].casefold()]
                before, after = line[: match.start()].rstrip(), line[match.end() :].strip()
                alone = not before and not after
                credits_it = _CREDITS_NEXT.search(line[: match.start()]) is not None
                dated = not after and any(sign.isdigit() for sign in before)
                signed = before.endswith(_SIGNED) and (dated or _CREDIT.match(line) is not None)
                if credits_it or signed or (alone and entry.kind is Kind.AGENCY):
                    yield Mark("byline", entry.name, BYLINE, line, place + 1)
                elif alone:
                    yield Mark("masthead", entry.name, MASTHEAD, line, place + 1)
        author = self._by_name.get((extraction.author or "").strip().casefold())
        if author is not None and extraction.author:
            yield Mark("byline", author.name, BYLINE, extraction.author)


def _filled(lines: Sequence[str], places: range, most: int) -> list[int]:
    """The first `most` of `places` whose lines hold text."""
    found: list[int] = []
    for place in places:
        if lines[place].strip():
            found.append(place)
            if len(found) == most:
                break
    return found


def _opening(page: Page, extraction: Extraction) -> int:
    """The index of the line with which the main text opens; where none was cut out, of the first long line; or 0."""
    start = extraction.text[:60].split("\n", 1)[0].strip()
    if start:
        text = "\n".join(page.lines)
        at = text.find(start)
        if at >= 0:
            return text.count("\n", 0, at)
    if True in extraction.kept:
        return extraction.kept.index(True)
    return next((place for place, line in enumerate(page.lines) if len(line.encode()) >= _LONG_LINE), 0)


def _confidence(weight: float, all_weights: float) -> float:
    """How sure a source is: the more its marks weigh, and the less those of others do, the surer."""
    return round(min(0.99, 1 - math.pow(0.5, weight / 2)) * weight / all_weights, 3)
