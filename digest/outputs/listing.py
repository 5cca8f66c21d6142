"""Arranges the papers of a mailing day in Markdown tables, so that a day's page and README.md show the same rows."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

import msgspec
from jinja2 import Environment

from digest.model import Digest, Entry, TextField, Version
from digest.outputs import templating
from digest.outputs.archive import Day, gather_days, gather_subjects
from digest.outputs.homes import homes
from digest.outputs.views import Paper, view
from digest.outputs.wording import Words
from digest.text import collapse

_FIELDS: tuple[TextField, ...] = ("title", "abstract")


class _Row(NamedTuple):
    """A paper in a table."""

    entry: Entry
    version: str | None
    """`v2, 2026-11-10`, in the table of revisions."""
    topics: tuple[str, ...]
    """Topics that the table itself doesn't name."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A table: the papers of a topic, or those with a new version."""

    name: str
    count: int
    rows: tuple[str, ...]
    """`markdown/_row.md`, rendered; fewer than `count` where there was no room."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A mailing day with its tables."""

    date: str
    path: str
    """Of its page, relative to the page that it is listed on."""
    counts: str
    """`12 new papers, 3 revised`."""
    groups: tuple[Group, ...] = ()
    left: int = 0
    """Papers for which there was no room."""


class Listings:
    """All days of a digest. A row is made once, however many pages show it."""

    def __init__(self, environment: Environment, words: Words, digest: Digest, daily: str) -> None:
        self.days = gather_days(digest.entries)
        self._environment = environment
        self._words = words
        self._digest = digest
        self._daily = daily
        self._order = {subject.name: place for place, subject in enumerate(gather_subjects(digest))}
        self._homes = homes(digest)
        self._papers: dict[str, Paper] = {}
        self._rows: dict[tuple[str, str | None, tuple[str, ...]], str] = {}

    def listing(self, day: Day, home: str) -> Listing:
        """The day without its tables, to be linked to from a page in the folder `home`."""
        counts = [("day.new", len(day.new)), ("day.revised", len(day.revised))]
        return Listing(
            date=day.date.isoformat(),
            path=relative(f"{self._daily}/{page_of(day)}", home),
            counts=self._words.series(self._words.count(key, number) for key, number in counts if number),
        )

    def with_tables(self, day: Day, home: str, room: int | None = None) -> Listing:
        """The day with as many of its rows as there is `room` for, from the top; None: all."""
        room = size_of(day) if room is None else room
        left = size_of(day) - room
        groups = []
        for name, rows in self._tables(day):
            if room > 0:
                shown = tuple(self._row(row) for row in rows[:room])
                groups.append(Group(name=name, count=len(rows), rows=shown))
            room -= len(rows)
        return msgspec.structs.replace(self.listing(day, home), groups=tuple(groups), left=max(0, left))

    def credits(self, day: Day) -> tuple[str, ...]:
        """Who translated what is shown; and first that machines err, when one did."""
        entries = [*day.new, *day.revised]
        known = [self._digest.translations.get(language, {}) for language in self._digest.languages]
        made = [texts.get((entry.arxiv_id, field)) for texts in known for entry in entries for field in _FIELDS]
        by_machine = any(text is not None and not self._words.has(f"by.{text.engine}") for text in made)
        names = (name for entry in entries for voice in self._paper(entry).voices for name in voice.credit)
        return (*((self._words("foot.machine"),) if by_machine else ()), *dict.fromkeys(names))

    def _tables(self, day: Day) -> Iterator[tuple[str, list[_Row]]]:
        """Tables of a day by name. A new paper stands once, under its first topic."""
        by_topic: dict[str | None, list[Entry]] = {}
        for entry in sorted(day.new, key=lambda entry: _newest(entry.published, entry), reverse=True):
            by_topic.setdefault(next(iter(self._topics(entry)), None), []).append(entry)
        for topic in sorted(by_topic, key=lambda name: len(self._order) if name is None else self._order[name]):
            name = self._words("md.none") if topic is None else collapse(topic)
            yield name, [_Row(entry, None, self._topics(entry)[1:]) for entry in by_topic[topic]]
        if day.revised:
            versions = {entry.arxiv_id: _listed_on(entry, day.date) for entry in day.revised}
            revised = sorted(
                day.revised, key=lambda entry: _newest(versions[entry.arxiv_id].updated, entry), reverse=True
            )
            rows = [_Row(entry, _named(versions[entry.arxiv_id]), self._topics(entry)) for entry in revised]
            yield self._words("day.revised"), rows

    def _topics(self, entry: Entry) -> tuple[str, ...]:
        """In the order of config.yaml."""
        return tuple(sorted({match.topic for match in entry.topics}, key=self._order.__getitem__))

    def _row(self, row: _Row) -> str:
        key = (row.entry.arxiv_id, row.version, row.topics)
        if key not in self._rows:
            names = self._words.series(collapse(name) for name in row.topics)
            paper = self._paper(row.entry)
            text = templating.render(
                self._environment,
                "markdown/_row.md",
                t=self._words,
                paper=paper,
                version=row.version,
                note=self._words("md.topics" if row.version else "md.also", topics=names) if names else None,
                abstract_note=self._abstract_note(paper),
            )
            self._rows[key] = text.replace("\n", "")
        return self._rows[key]

    def _paper(self, entry: Entry) -> Paper:
        if entry.arxiv_id not in self._papers:
            no_pages = dict.fromkeys(self._order, "")
            self._papers[entry.arxiv_id] = view(entry, self._digest, self._words, no_pages, self._homes)
        return self._papers[entry.arxiv_id]

    def _abstract_note(self, paper: Paper) -> str:
        """What to know before opening an abstract: that it isn't translated, or of which version the translation is."""
        missing = [voice.lang for voice in paper.voices if voice.abstract is None]
        notes = [voice.stale for voice in paper.abstracts if voice.stale]
        if missing and len(paper.voices) == 1:
            notes.append(self._words("missing.all"))
        elif missing:
            languages = self._words.series(self._words.name("language", language) for language in missing)
            notes.append(self._words("md.untranslated", languages=languages))
        return self._words("md.note", text=self._words.series(dict.fromkeys(notes))) if notes else ""


def page_of(day: Day) -> str:
    """Path of a day's page in the folder of all days."""
    return f"{day.date.year}/{day.date.isoformat()}.md"


def size_of(day: Day) -> int:
    """Rows that a day has."""
    return len(day.new) + len(day.revised)


def relative(path: str, home: str) -> str:
    """A link from a page in the folder `home` to `path`; both from the working directory."""
    return quote(posixpath.relpath(path, home or "."))


def _listed_on(entry: Entry, day: dt.date) -> Version:
    """The newest version that was listed on `day`."""
    return max((known for known in entry.versions if known.listed == day), key=lambda known: known.version)


def _named(version: Version) -> str:
    """`v2, 2026-11-10`."""
    return f"v{version.version}" + (f", {_utc_day(version.updated).isoformat()}" if version.updated else "")


def _newest(submitted: dt.datetime | None, entry: Entry) -> tuple[dt.date, str]:
    """Sorts by the date that a row shows, then by id."""
    return _utc_day(submitted) if submitted else dt.date.min, entry.arxiv_id


def _utc_day(time: dt.datetime) -> dt.date:
    return time.astimezone(dt.UTC).date()
