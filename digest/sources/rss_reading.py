"""A feed as it came, compared with what it held before and with its neighbours: what speaks against relying on it.

arXiv's feeds are cached each on its own, and one can stay behind while its neighbours and its own date move on
(https://github.com/ZJU-REAL/Polaris/issues/414). Pure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

import msgspec

from digest import calendar
from digest.model import Feed
from digest.sources.rss_feed import EASTERN, Batch

_REMEMBERED = 50
"""New papers kept of a feed: a stale one has them all again, the next one none."""
_TELLING = 8
"""New papers that a feed must have before its highest id says anything: that all of them lie in the lowest quarter of
the others happens by chance once in 65,000 days."""
_FRIDAY = 4
_LONGEST_ETAG = 200
_IN_ORDER = re.compile(r"[0-9]{4}\.[0-9]{5}v[0-9]+")
"""Ids that are given out one after the other, and compare as text."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one request said."""

    names: tuple[str, ...]
    """Categories and archives that it was for."""
    day: dt.date
    """Date of the feed."""
    batch: Batch | None
    """None when the feed is as it was when it was last taken in."""
    etag: str | None = None
    before: dt.date | None = None
    """Date of the feed when it was last taken in."""
    known: frozenset[str] = frozenset()
    """Some of the new papers that it had then, as ids with version."""

    def remembered(self) -> Feed | None:
        """What the next run should know of the feed; None when there is nothing worth it."""
        if self.batch is None or not self.batch.new:
            return None
        etag = self.etag if self.etag and self.etag.isascii() and self.etag.isprintable() else None
        return Feed(
            etag=etag if etag and len(etag) <= _LONGEST_ETAG else None,
            batch=(self.day.isoformat(), *self.batch.new[-_REMEMBERED:]),
        )


def recalled(feed: Feed | None) -> tuple[dt.date | None, frozenset[str]]:
    """Date and papers that `Reading.remembered` wrote down."""
    try:
        return (dt.date.fromisoformat(feed.batch[0]), frozenset(feed.batch[1:])) if feed else (None, frozenset())
    except (IndexError, ValueError):
        return None, frozenset()


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """Why a feed can't be relied on."""

    message: str
    misdated: bool = False
    """Whether its papers are not those of its date."""


def doubt(reading: Reading, others: Iterable[Reading], now: dt.datetime) -> Doubt | None:
    """What speaks against a feed; None when nothing does. `others` came at the same time, `now` is aware."""
    against = _against_its_date(reading.day, now)
    if against or reading.batch is None:
        return against
    if not reading.batch.came:
        missing = calendar.is_mailing(reading.day)
        return Doubt(message=f"The feed is empty, though {reading.day} has a mailing.") if missing else None
    return _against_its_papers(reading, reading.batch, others)


def _against_its_date(day: dt.date, now: dt.datetime) -> Doubt | None:
    today = now.astimezone(EASTERN).date()
    # A mailing goes out in the evening, and is in the feeds from midnight on.
    newest = calendar.latest_mailing(dt.datetime.combine(today, dt.time(), EASTERN))
    if day > today:
        return Doubt(message=f"The feed is dated {day}, which is still to come.", misdated=True)
    if day < newest:
        return Doubt(message=f"The feed is still that of {day}; the newest mailing is of {newest}.")
    return None


def _against_its_papers(reading: Reading, batch: Batch, others: Iterable[Reading]) -> Doubt | None:
    day, before = reading.day, reading.before
    strange = sorted(item.day for item in batch.items if item.day is not None and item.day != day)
    message = None
    if strange:
        message = f"and holds papers of {strange[0]}."
    elif day.weekday() > _FRIDAY:
        message = "a weekend, on which arXiv announces nothing."
    elif before is not None and before < day and 2 * len(reading.known.intersection(batch.new)) > len(reading.known):
        message = f"and announces again what was announced on {before}."
    elif _is_behind(_numbers([reading]), _numbers(each for each in others if each.day == day)):
        message = "and all its new papers are older than those of other feeds."
    return Doubt(message=f"The feed is dated {day}, {message}", misdated=True) if message else None


def _is_behind(own: list[str], others: list[str]) -> bool:
    return min(len(own), len(others)) >= _TELLING and own[-1] < others[len(others) // 4]


def _numbers(readings: Iterable[Reading]) -> list[str]:
    """New papers, in the order in which arXiv counts them."""
    batches = [each.batch for each in readings if each.batch]
    return sorted({name for batch in batches for name in batch.new if _IN_ORDER.fullmatch(name)})
