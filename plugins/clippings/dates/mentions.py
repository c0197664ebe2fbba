"""A mention: one place on a page, in its markup or in its address that names a date."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clippings.articles import Precision
from clippings.dates.expressions import Expression


class Place(StrEnum):
    """Where a date stands. What the markup says comes under its own names; the rest are zones of the visible text."""

    URL = "url"
    LINKED = "linked data says published"
    PUBLISHED = "markup says published"
    MODIFIED = "markup says modified"
    UNSPECIFIC = "markup gives a date"
    TIME = "time element"
    SCRIPT = "data of a script say published"
    TOP = "above the article"
    HEAD = "between title and text"
    BODY = "in the main text"
    GAP = "between paragraphs"
    TAIL = "below the article"


@dataclass(frozen=True, slots=True)
class Mention:
    """A date as it stands somewhere. `line` is its place in `Page.lines` where it stands in the text; `text` is the
    passage that shows it."""

    place: Place
    value: str
    precision: Precision
    day: date
    text: str
    line: int | None = None
    expression: Expression | None = None

    @classmethod
    def of(cls, place: Place, expression: Expression, text: str, line: int | None = None) -> "Mention":
        """The mention that an expression is."""
        return cls(place, expression.value, expression.precision, expression.first_day, text, line, expression)
