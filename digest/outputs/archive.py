"""Puts the papers of a digest in the order of its pages, so that the site and the feeds agree on what stands where."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from digest.model import Digest, Entry, Topic
from digest.text import slug

_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What one mailing brought. A paper is in one of the two parts, never in both."""

    date: dt.date
    new: tuple[Entry, ...] = ()
    revised: tuple[Entry, ...] = ()


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A topic with its papers, newest mailing first."""

    name: str
    slug: str
    """Name of its folder; no two subjects share one."""
    topic: Topic | None = None
    """How it is configured; None when papers still carry a topic that config.yaml no longer has."""
    entries: tuple[Entry, ...] = ()


def gather_days(entries: Iterable[Entry]) -> tuple[Day, ...]:
    """Mailing days that brought something, newest first; in each, the newest submission first.

    A paper is new on the day it was listed, and revised on each later day that showed another version of it.
    """
    new: dict[dt.date, list[Entry]] = defaultdict(list)
    revised: dict[dt.date, list[Entry]] = defaultdict(list)
    for entry in entries:
        new[entry.listed].append(entry)
        later = {known.listed for known in entry.versions if known.listed is not None} - {entry.listed}
        for date in sorted(later):
            revised[date].append(entry)
    return tuple(
        Day(
            date=date,
            new=tuple(sorted(new[date], key=_submitted, reverse=True)),
            revised=tuple(sorted(revised[date], key=_revised, reverse=True)),
        )
        for date in sorted({*new, *revised}, reverse=True)
    )


def gather_subjects(digest: Digest) -> tuple[Subject, ...]:
    """Topics in the order of config.yaml, then those that only papers remember, by name."""
    papers: dict[str, list[Entry]] = {topic.name: [] for topic in digest.topics}
    for entry in digest.entries:
        for name in dict.fromkeys(match.topic for match in entry.topics):
            papers.setdefault(name, []).append(entry)
    configured = {topic.name: topic for topic in digest.topics}
    names = [*configured, *sorted(papers.keys() - configured.keys())]
    slugs = _slugs(names)
    return tuple(
        Subject(name=name, slug=slugs[name], topic=configured.get(name), entries=newest_first(papers[name]))
        for name in names
    )


def newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """By mailing day, then by submission, newest first."""
    return tuple(sorted(entries, key=lambda entry: (entry.listed, *_submitted(entry)), reverse=True))


def latest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """By the newest mailing day that showed them: a paper with a new version comes up again."""
    return tuple(sorted(entries, key=lambda entry: (last_listed(entry), *_submitted(entry)), reverse=True))


def last_listed(entry: Entry) -> dt.date:
    """The newest mailing day that showed the paper, as new or with another version."""
    return max([entry.listed, *(known.listed for known in entry.versions if known.listed is not None)])


def _submitted(entry: Entry) -> tuple[dt.datetime, str]:
    return entry.published or _LONG_AGO, entry.arxiv_id


def _revised(entry: Entry) -> tuple[dt.datetime, str]:
    return entry.updated or _LONG_AGO, entry.arxiv_id


def _slugs(names: Iterable[str]) -> dict[str, str]:
    """`C` and `c` would share a folder: the later one gets a number."""
    slugs: dict[str, str] = {}
    for name in names:
        slugs[name] = slug(name, frozenset(slugs.values()))
    return slugs
