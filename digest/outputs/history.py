"""Tells the known versions of a paper with their dates, so that a revision is never taken for a new paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import msgspec

from digest import calendar
from digest.model import Entry, Version
from digest.outputs.views import Date, on_day
from digest.outputs.wording import Words


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a paper."""

    number: int
    submitted: Date | None
    listed: str | None
    """`listed 11 Nov 2026` or `listed as revised 18 Nov 2026`; None when this digest never showed it."""
    path: str | None
    """Of the page of that day, from the top of the site."""


def versions(entry: Entry, paths: Mapping[tuple[str, dt.date], str], words: Words) -> tuple[VersionRow, ...]:
    """Every version of `entry` that is known, ascending. `paths`: (arXiv id, day) → page that shows it."""
    known = {each.version: each for each in entry.versions}
    if 1 not in known and entry.published is not None:
        known[1] = Version(version=1, updated=entry.published)
    known.setdefault(entry.version, Version(version=entry.version, updated=entry.updated))
    return tuple(_row(known[number], entry, paths, words) for number in sorted(known))


def _row(version: Version, entry: Entry, paths: Mapping[tuple[str, dt.date], str], words: Words) -> VersionRow:
    listed = version.listed
    if listed is not None and version.updated is not None and listed < calendar.mailing_of(version.updated):
        listed = None  # the day of the paper, for an earlier version
    key = "version.listed" if listed == entry.listed else "version.revised"
    return VersionRow(
        number=version.version,
        submitted=on_day(version.updated, words),
        listed=words(key, day=words.date(listed)) if listed else None,
        path=paths[entry.arxiv_id, listed] if listed else None,
    )
