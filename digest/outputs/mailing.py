"""Says what the newest arXiv mailing brought, how sure that is, and when the next one comes: silence needs a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from digest import calendar
from digest.model import Mailing
from digest.outputs.wording import Words

AGREE = 2
"""Routes, or a route and the calendar, that make sure that a mailing without papers is no fault."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A few words with a day in them."""

    text: str
    """The day as readers write it: `newest mailing Fri 13 Nov 2026: 5 new papers`."""
    iso: str
    """The day in digits, as beside tables: `newest mailing 2026-11-13: 5 new papers`."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The newest mailing in words."""

    line: Line
    next: Line | None
    """The mailing after it, where arXiv is silent in between; None when it is that of the day after."""
    brought: str
    """What it brought and who said so, in sentences."""
    then: str
    """When the next one comes and why not sooner, in sentences."""
    doubt: str | None
    """What is not sure about it; None when nothing is."""


def tell(mailing: Mailing, words: Words) -> Told:
    """`mailing` in words. Counts from its own day, never from the clock, so that a page stays as it is."""
    following = calendar.next_mailing(calendar.mailed(mailing.day))
    pause = following - mailing.day > dt.timedelta(days=1)
    state, doubtful = _state(mailing)
    brought = _sentence(f"mailing.{state}", mailing, words)
    return Told(
        line=Line(
            text=_sentence(f"fresh.mailing.{state}", mailing, words),
            iso=_sentence(f"fresh.mailing.{state}", mailing, words, day=mailing.day.isoformat()),
        ),
        next=Line(
            text=words("fresh.next", day=on_weekday(following, words)),
            iso=words("fresh.next", day=following.isoformat()),
        )
        if pause
        else None,
        brought=brought,
        then=" ".join(_then(following, words, pause=pause)),
        doubt=brought if doubtful else None,
    )


def on_weekday(day: dt.date, words: Words) -> str:
    """`Fri 13 Nov 2026`."""
    return words("date.weekday", weekday=words(f"wkd.{day.isoweekday()}"), date=words.date(day))


def named(routes: Iterable[str], words: Words) -> str:
    """`arXiv API and arXiv RSS`."""
    *most, last = (words.name("source", route) for route in routes)
    return words("routes.and").join([words.series(most), last]) if most else last


def _state(mailing: Mailing) -> tuple[str, bool]:
    """How the locales call what is known of it, and whether that leaves a doubt."""
    if mailing.papers:
        return ("brought", False) if mailing.agreed else ("part", True)
    if len(mailing.agreed) >= AGREE:
        return "nothing", False
    return ("unconfirmed", True) if mailing.agreed else ("unanswered", True)


def _sentence(key: str, mailing: Mailing, words: Words, day: str | None = None) -> str:
    values = {
        "day": day or on_weekday(mailing.day, words),
        "routes": named(mailing.agreed, words) if mailing.agreed else "",
    }
    return words.count(key, mailing.papers, **values) if mailing.papers else words(key, **values)


def _then(following: dt.date, words: Words, *, pause: bool) -> list[str]:
    day = on_weekday(following, words)
    found = [words("mailing.pause" if pause else "mailing.next", day=day)]
    if calendar.warning(following):
        found.append(words("mailing.unknown", year=following.year))
    return found
