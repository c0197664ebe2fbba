"""One measured figure: the row of a table, and what a floor is set for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`table` / `row` / `metric` name it, for example `main text, articles` / `text` / `f1`; `count` is how many
    pages (or questions) it was taken over."""

    table: str
    row: str
    metric: str
    value: float
    count: int
    higher_is_better: bool = True
