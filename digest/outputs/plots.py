"""Small plots as SVG, made when the site is built: bars alone, because the page sets all words as words.

Such a picture may be as wide as its place: bars stretch, letters would not bear it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

HEIGHT = 100
"""Units of a plot; each bar has a unit of its width."""
_GAP = 0.22


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A bar, in units of its plot, as SVG wants numbers."""

    x: str
    y: str
    width: str
    height: str
    newest: bool


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """Values over time, oldest first."""

    id: str
    name: str
    figure: str
    """The newest value."""
    span: str
    """From when to when."""
    most: str
    said: str
    """The plot in a sentence, for those who don't see it."""
    slots: int
    """Its width; more than it has bars where there is little to show yet."""
    bars: tuple[Bar, ...]


class Rank(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a ranking."""

    name: str
    number: str
    share: str
    """Of the first one's number, in percent: the width of the bar."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers behind plots. The first cell of a row is its head."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def bars(values: Sequence[float], top: float) -> tuple[Bar, ...]:
    """A bar for each value, where `top` is as high as the plot. Nothing has no bar, and little still has one to see."""
    made = []
    for place, value in enumerate(values):
        height = max(2.0, HEIGHT * value / top) if value else 0.0
        made.append(
            Bar(
                x=_short(place + _GAP / 2),
                y=_short(HEIGHT - height),
                width=_short(1 - _GAP),
                height=_short(height),
                newest=place == len(values) - 1,
            )
        )
    return tuple(bar for bar in made if bar.height != "0")


def ranked(counts: Iterable[tuple[str, int]]) -> tuple[Rank, ...]:
    """Lines for what is counted, most first."""
    found = list(counts)
    return tuple(
        Rank(name=name, number=f"{number:,}", share=_short(100 * number / found[0][1])) for name, number in found
    )


def _short(number: float) -> str:
    """Two places at most: `0.11`, `40`, `7.5`."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
