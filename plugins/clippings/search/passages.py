"""Highlighted passages: what is asked for, and how the answer is cut into plain stretches of text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from clippings.search.ranking import Clause
from clippings.search.requests import Passage, Segment

PASSAGES = 3
CHARACTERS = 200
"""About how long a passage is: sentences are kept whole where they are not much longer."""

SPARE = 2
"""So many more are asked for, to stand in for those that are too short to tell anything."""

FEWEST_WORDS = 6
"""A passage of less is left out where there are others: a sentence cut at an abbreviation ("U.S.") ranks high."""

MOST_ANALYSED = 900_000
"""Characters of a text in which passages are looked for; OpenSearch refuses a million and more."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands before and after a matched word in an answer. Drawn anew for each search, so that no document can
    hold them, by accident or on purpose."""

    before: str
    after: str

    @classmethod
    def drawn(cls) -> "Marks":
        """New marks, of characters that no text has any use for."""
        secret = token_hex(8)
        return cls(f"\ufdd0{secret}\ufdd1", f"\ufdd2{secret}\ufdd3")

    def segments(self, marked: str) -> Passage:
        """A marked text cut at its marks."""
        pieces = re.split(f"({re.escape(self.before)}|{re.escape(self.after)})", marked)
        segments, matched = [], False
        for piece in pieces:
            if piece in {self.before, self.after}:
                matched = piece == self.before
            elif piece:
                segments.append(Segment(piece, matched))
        return tuple(segments)


def highlighting(query: Clause, marks: Marks, analyses: Iterable[str]) -> Clause:
    """What to ask for beside the hits, which have these analyses.

    Only the fields of its language hold a document's text and title: `text` is a copy made for searching, which
    OpenSearch does not highlight.
    """
    whole = {"number_of_fragments": 0}
    parts = {"number_of_fragments": PASSAGES + SPARE, "fragment_size": CHARACTERS, "no_match_size": CHARACTERS}
    return {
        "type": "unified",
        "order": "score",
        "max_analyzer_offset": MOST_ANALYSED,
        "require_field_match": True,
        "highlight_query": query,
        "pre_tags": [marks.before],
        "post_tags": [marks.after],
        "fields": {f"{kind}_{name}": asked for name in analyses for kind, asked in (("title", whole), ("text", parts))},
    }


def read_passages(highlight: Mapping[str, Any], marks: Marks) -> tuple[Passage, ...]:
    """The passages of one hit."""
    for field, fragments in highlight.items():
        if field.startswith("text_"):
            passages = [marks.segments(" ".join(fragment.split())) for fragment in fragments]
            telling = [passage for passage in passages if len(_plain(passage).split()) >= FEWEST_WORDS]
            return tuple(_opened(passage) for passage in (telling or passages)[:PASSAGES])
    return ()


def _plain(passage: Passage) -> str:
    return "".join(segment.text for segment in passage)


def _opened(passage: Passage) -> Passage:
    """A passage that begins in the middle of a sentence says so."""
    beginning = _plain(passage)[:1]
    return (Segment("… ", False), *passage) if beginning.islower() or beginning in set("-–,;:)") else passage


def read_title(highlight: Mapping[str, Any], marks: Marks, title: str | None) -> Passage:
    """The title with its matched words marked."""
    for field, fragments in highlight.items():
        if field.startswith("title_"):
            return marks.segments(fragments[0])
    return (Segment(title, False),) if title else ()
