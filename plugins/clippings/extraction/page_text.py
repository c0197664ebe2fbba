"""The main text of a plain-text page scrape: what the line model says of each line, held to how articles are built."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from clippings.extraction.bylines import find_author, is_byline
from clippings.extraction.confidence import expected_f1
from clippings.extraction.datelines import dateline_end, is_date_line, is_dateline
from clippings.extraction.endings import is_comments_heading, is_related_heading, sign_offs
from clippings.extraction.features import strip_bullet
from clippings.extraction.line_model import text_likelihoods
from clippings.extraction.network import Network
from clippings.extraction.titles import find_title, same_title
from clippings.pages import Extraction, LineVerdict, Page

Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]

THRESHOLD = 0.45
"""A line at least this likely is kept; chosen on folds of sites that the model had not seen."""

_ADDRESS = re.compile(r"https?://\S+")
_IDEOGRAPHS = re.compile(r"[\u3040-\u9fff]")
_PARAGRAPH_WORDS = 35
"""Words of a line that can hardly be anything but running text."""
_FIRST_LINE = 0.1
"""Likelihood from which the paragraph that a page begins with is the article's, where the article goes on below it."""
_LAST_LINE = 0.35
_SENTENCE_WORDS = 10
_SENTENCE_ENDS = '.!?…。"”»'
"""Likelihood, least words and last sign of a sentence right below the text that is its last. On folds of sites this
makes no difference that can be told."""
_BEFORE_COMMENTS = 0.3
_BEFORE_RELATED = 0.6
"""Share of the kept words that must stand before a heading of comments, or of related news, for it to end the article:
related news are found within an article, too."""
_LEDE_WORDS = 20
"""A line above the byline with more words is a paragraph."""


def extract_lines(page: Page, networks: Sequence[Network] | None = None) -> Extraction:
    """Title, author and main text out of the lines of a page scrape, with a verdict for every line.

    `networks`: others than those that ship (to measure what they make of sites that they have not seen).
    """
    lines = page.lines
    bare = [strip_bullet(line) for line in lines]
    likely = text_likelihoods(lines, networks, bare)
    words = np.fromiter((_words(line) if line else 0 for line in bare), np.int64, len(bare))
    kept = likely >= THRESHOLD
    kept[[i for i in _places(kept) if _ADDRESS.fullmatch(bare[i])]] = False
    _rescue(kept, likely)
    _complete(bare, words, kept, likely)
    _end_article(bare, words, kept)
    _begin_at_dateline(bare, kept)
    _drop_repeats(bare, kept)
    on = np.flatnonzero(kept)
    if not len(on):
        judge = partial(_verdicts, lines, bare, likely, kept, None)
        return Extraction("", None, None, None, "lines", 0.0, tuple(kept.tolist()), judge)
    first = _anchor(words, on)
    listed = [bool(line) and line != given.strip() for line, given in zip(bare[:first], lines, strict=False)]
    title = find_title(bare, listed, first, "\n".join(bare[i] for i in on if i >= first))
    below = kept.copy()
    if title is not None:
        _begin_after_title(bare, below, title, first)
        _begin_after_byline(bare, words, below, title)
    if below.any():
        kept = below
    else:  # a page of one line many times over: what seemed its title is all the text there is
        title = None
    on = np.flatnonzero(kept)
    author = find_author(bare, title if title is not None else first - 12, int(on[0]), int(on[-1]))
    heading = [i for i in on[:3] if is_byline(bare[i]) or is_dateline(bare[i]) or is_date_line(bare[i])]
    if len(heading) < len(on):
        kept[heading] = False
    kept[sign_offs(bare, _places(kept))] = False
    on = np.flatnonzero(kept)
    paragraphs = [bare[i] for i in on]
    if paragraphs:
        paragraphs[0] = paragraphs[0][dateline_end(paragraphs[0]) :]
    return Extraction(
        text="\n\n".join(paragraphs),
        title=bare[title] if title is not None else None,
        author=author,
        site_name=None,
        method="lines",
        confidence=expected_f1(words, likely, kept),
        kept=tuple(kept.tolist()),
        judge=partial(_verdicts, lines, bare, likely, kept, title),
    )


def _words(line: str) -> int:
    words = line.count(" ") + 1
    return words if line.isascii() else words + len(_IDEOGRAPHS.findall(line)) // 2


def _places(kept: npt.NDArray[np.bool_]) -> list[int]:
    """The places of the kept lines."""
    return [int(at) for at in np.flatnonzero(kept)]


def _rescue(kept: npt.NDArray[np.bool_], likely: Floats) -> None:
    """Where no line is likely enough, the likeliest is kept: a doubtful text is filed as such, not dropped."""
    if not kept.any() and likely.size and float(likely.max()) > 0.1:
        kept |= likely >= 0.7 * likely.max()


def _complete(bare: Sequence[str], words: Counts, kept: npt.NDArray[np.bool_], likely: Floats) -> None:
    """A long paragraph right above the first kept one belongs to the article even where the model is in two minds, and
    more so where the page begins with it: the model has nothing above to tell from there. So does a whole sentence right
    below the last kept line."""
    on = _places(kept)
    if on:
        below = next((i for i in range(on[-1] + 1, len(bare)) if bare[i]), None)
        if below is not None and words[below] >= _SENTENCE_WORDS and bare[below][-1] in _SENTENCE_ENDS:
            kept[below] = likely[below] >= _LAST_LINE
        above = next((i for i in range(on[0] - 1, -1, -1) if bare[i]), None)
        if above is not None and words[above] >= _PARAGRAPH_WORDS:
            kept[above] = likely[above] >= (THRESHOLD / 2 if any(bare[:above]) else _FIRST_LINE)


def _end_article(bare: Sequence[str], words: Counts, kept: npt.NDArray[np.bool_]) -> None:
    """Nothing is kept behind a heading of comments or of related news that has enough of the article before it."""
    if not kept.any():
        return
    chosen = words * kept
    before = np.cumsum(chosen) - chosen
    total = float(chosen.sum())
    last = _places(kept)[-1]
    for i in np.flatnonzero(before[: last + 1] > max(_BEFORE_COMMENTS * total, 30)).tolist():
        if is_comments_heading(bare[i]) or (before[i] > _BEFORE_RELATED * total and is_related_heading(bare[i])):
            kept[i:] = False
            return


def _begin_at_dateline(bare: Sequence[str], kept: npt.NDArray[np.bool_]) -> None:
    """What stands before a dateline is not main text (a lede or a caption)."""
    for i in _places(kept)[:5]:
        if dateline_end(bare[i]):
            kept[:i] = False
            return


def _drop_repeats(bare: Sequence[str], kept: npt.NDArray[np.bool_]) -> None:
    """Of two equal long lines the first is kept; a short line whose words stand in a long kept one is a pull quote."""
    seen: set[str] = set()
    on = _places(kept)
    copies = Counter(bare[i] for i in on)
    for i in on:
        # what stands there three times is a refrain, such as the question of an interview
        if bare[i] in seen and len(bare[i]) > 40 and copies[bare[i]] == 2:
            kept[i] = False
        seen.add(bare[i])
    whole = [bare[i] for i in _places(kept)]
    text = "\n".join(whole)
    for i in _places(kept):
        line = bare[i].strip("\"“”„«»' ")
        if 40 < len(line) < 250 and text.count(line) > 1:
            kept[i] = not any(len(other) > len(bare[i]) + 10 and line in other for other in whole)


def _anchor(words: Counts, on: npt.NDArray[np.intp]) -> int:
    """The first kept line that is surely running text; the first kept line where there is none."""
    return next((int(i) for i in on if words[i] >= 15), int(on[0]))


def _begin_after_title(bare: Sequence[str], kept: npt.NDArray[np.bool_], title: int, first: int) -> None:
    """The main text begins below the last copy of the title that stands above its first paragraph."""
    last = max(i for i in range(title, first) if same_title(bare[i], bare[title]))
    kept[: last + 1] = False
    for i in _places(kept):
        if same_title(bare[i], bare[title]):
            kept[i] = False


def _begin_after_byline(bare: Sequence[str], words: Counts, kept: npt.NDArray[np.bool_], title: int) -> None:
    """A lede between title and byline is no main text, where the article goes on behind the byline."""
    filled = [i for i in range(title + 1, len(bare)) if bare[i]][:8]
    for i in filled:
        above, below = np.flatnonzero(kept[title:i]) + title, kept[i + 1 :].sum()
        if is_byline(bare[i]) and len(above) <= 2 and below >= 3 and words[above].max(initial=0) <= _LEDE_WORDS:
            kept[: i + 1] = False
            return


def _verdicts(
    lines: Sequence[str], bare: Sequence[str], likely: Floats, kept: npt.NDArray[np.bool_], title: int | None
) -> tuple[LineVerdict, ...]:
    commented = next((i for i, line in enumerate(bare) if is_comments_heading(line)), len(bare))
    verdicts = []
    for i, (line, keep, share) in enumerate(zip(bare, kept.tolist(), likely.tolist(), strict=True)):
        if not line:
            role = "blank"
        elif keep:
            role = "paragraph" if len(line) > 80 or line[-1] in _SENTENCE_ENDS else "heading"
        elif title is not None and line == bare[title]:
            role = "title"
        elif is_byline(line):
            role = "byline"
        elif is_dateline(line):
            role = "dateline"
        else:
            role = "comment" if i >= commented else "boilerplate"
        verdicts.append(LineVerdict(keep, round(share, 3), role))
    return tuple(verdicts)
