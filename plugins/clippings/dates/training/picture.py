"""A reliability picture: what was said of dates, and how many of them were right, as an SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

SIDE = 400
LEFT, TOP, RIGHT, BOTTOM = 70, 50, 190, 60
COLOURS = ("#1b6ca8", "#c2571a", "#3d8b37", "#7a4fa3")
LARGEST_DOT = 9.0
DEVIATIONS = 1.96
"""Of the bars, which hold the true share in 95 of 100 cases (Wilson's interval)."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Dates of about one confidence: what was said on average, the share of them right, and how many they are."""

    said: float
    right: float
    count: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which shares the true one lies."""
        z = DEVIATIONS**2 / self.count
        middle = (self.right + z / 2) / (1 + z)
        half = DEVIATIONS / (1 + z) * sqrt(self.right * (1 - self.right) / self.count + z / (4 * self.count))
        return middle - half, middle + half


def picture(title: str, rows: Mapping[str, Sequence[Bin]]) -> str:
    """The SVG with one colour a row; dots on the diagonal are confidences that hold, the larger the more dates."""
    most = max((one.count for bins in rows.values() for one in bins), default=1)
    width, height = LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="28" font-size="16" font-weight="bold">{escape(title)}</text>',
        *_axes(),
    ]
    for number, (row, bins) in enumerate(rows.items()):
        colour, shift = COLOURS[number % len(COLOURS)], 3 * (number - (len(rows) - 1) / 2)
        points = " ".join(f"{_x(one.said) + shift:.1f},{_y(one.right):.1f}" for one in bins)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-opacity="0.5"/>')
        for one in bins:
            x, (low, high) = _x(one.said) + shift, one.bounds
            radius = max(2.5, LARGEST_DOT * sqrt(one.count / most))
            parts.append(
                f'<line x1="{x:.1f}" y1="{_y(low):.1f}" x2="{x:.1f}" y2="{_y(high):.1f}" stroke="{colour}"/>'
                f'<circle cx="{x:.1f}" cy="{_y(one.right):.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.8"/>'
            )
        at = TOP + 14 + 24 * number
        parts.append(f'<circle cx="{LEFT + SIDE + 20}" cy="{at - 4}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + SIDE + 32}" y="{at}">{escape(row)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axes() -> list[str]:
    parts = [
        f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#777777"/>',
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#777777" stroke-dasharray="5 4"/>',
    ]
    for step in range(0, 11, 2):
        share = step / 10
        parts += [
            f'<text x="{_x(share)}" y="{TOP + SIDE + 20}" text-anchor="middle">{share:.1f}</text>',
            f'<text x="{LEFT - 8}" y="{_y(share) + 4}" text-anchor="end">{share:.1f}</text>',
        ]
    middle = TOP + SIDE / 2
    return [
        *parts,
        f'<text x="{LEFT + SIDE / 2}" y="{TOP + SIDE + 45}" text-anchor="middle">confidence given</text>',
        f'<text x="22" y="{middle}" text-anchor="middle" transform="rotate(-90 22 {middle})">share right</text>',
    ]


def _x(share: float) -> float:
    return LEFT + SIDE * share


def _y(share: float) -> float:
    return TOP + SIDE * (1 - share)
