"""Lays the mailing days out as a calendar: with papers, without any, without a mailing all look different."""

from __future__ import annotations

import datetime as dt
from calendar import Calendar
from collections.abc import Sequence
from itertools import groupby
from typing import Literal

import msgspec

from digest import calendar
from digest.model import Mailing
from digest.outputs.archive import Day
from digest.outputs.homes import Month
from digest.outputs.parts import folder
from digest.outputs.wording import Words


class Square(msgspec.Struct, frozen=True, kw_only=True):
    """A day in the calendar."""

    number: int
    state: Literal["papers", "none", "silent", "beyond"]
    """`papers`: brought some. `none`: a mailing of which nothing is listed. `silent`: arXiv mailed nothing that day.
    `beyond`: before the first paper or after the last mailing that we know of."""
    path: str | None = None
    """Of the day's page, when it has one."""
    count: str = ""
    """For the eye: `5`, or `5+1` with the revised ones."""
    said: str = ""
    """For the ear: `5 new · 1 revised`."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A month of the calendar."""

    id: str
    name: str
    month: str
    """`2026-11`."""
    path: str | None
    """Of the month's page; None when nothing was new in it."""
    count: str
    """Papers that were new in it: `23 papers`."""
    weeks: tuple[tuple[Square | None, ...], ...]
    """From Monday to Sunday; None for days of other months."""


class Year(msgspec.Struct, frozen=True, kw_only=True):
    """A year of the calendar."""

    id: str
    name: str
    sheets: tuple[Sheet, ...]
    """Newest month first."""


def lay_out(days: Sequence[Day], months: Sequence[Month], mailing: Mailing | None, words: Words) -> tuple[Year, ...]:
    """The calendar of `days` and `months` (both newest first), newest year first; months without anything left out."""
    if not days:
        return ()
    known = {day.date: day for day in days}
    # A mailing without an answer is still to come, as far as these pages can say.
    last = max(days[0].date, mailing.day) if mailing is not None and mailing.agreed else days[0].date
    span = (days[-1].date, last)
    listed = {month.first: month for month in months}
    firsts = sorted({day.replace(day=1) for day in [*known, last]}, reverse=True)
    return tuple(
        Year(
            id=f"y{year}",
            name=str(year),
            sheets=tuple(_sheet(first, known, listed.get(first), span, words) for first in group),
        )
        for year, group in groupby(firsts, key=lambda first: first.year)
    )


def _sheet(
    first: dt.date, known: dict[dt.date, Day], month: Month | None, span: tuple[dt.date, dt.date], words: Words
) -> Sheet:
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return Sheet(
        id=f"m{first:%Y-%m}",
        name=words.month(first),
        month=f"{first:%Y-%m}",
        path=month.path if month else None,
        count=words.count("papers", len(month.entries) if month else 0),
        weeks=tuple(
            tuple(_square(day, known.get(day), span, words) if day.month == first.month else None for day in week)
            for week in weeks
        ),
    )


def _square(date: dt.date, day: Day | None, span: tuple[dt.date, dt.date], words: Words) -> Square:
    if day is not None:
        return Square(
            number=date.day,
            state="papers",
            path=folder("days", date.isoformat()),
            count="+".join([f"{len(day.new):,}", *([f"{len(day.revised):,}"] if day.revised else [])]),
            said=told(day, words),
        )
    if not span[0] <= date <= span[1]:
        return Square(number=date.day, state="beyond")
    if not calendar.is_mailing(date):
        return Square(number=date.day, state="silent", said=words("days.silent"))
    return Square(number=date.day, state="none", said=words("days.none"))


def told(day: Day, words: Words) -> str:
    """`5 new · 1 revised`."""
    counts = {"new": len(day.new), "revised": len(day.revised)}
    return " · ".join(words(f"days.{part}", number=f"{number:,}") for part, number in counts.items() if number)
