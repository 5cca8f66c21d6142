"""What backfills found and the month files don't hold yet, put into the archive by the rules of any other answer.

In whatever order it comes and however often: so parallel jobs need not know of each other, and a kill between writing
the month files and emptying a backfill's file costs nothing. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from digest.calendar import latest_mailing
from digest.changes import Found, compare, with_links
from digest.model import Entry, Paper

_DAY = dt.timedelta(days=1)


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag=1, forbid_unknown_fields=True):
    """How far a backfill, or one shard of it, has come: the first line of `docs/data/backfill/<name>.jsonl`."""

    since: dt.date
    """First day of the range: papers whose version 1 was submitted on it (UTC) or later."""
    until: dt.date
    """Last day of the range."""
    shard: int = 1
    """This shard, from 1."""
    shards: int = 1
    topics: str
    """Digest of the topics that were asked for: others are asked for from the beginning."""
    started: dt.datetime
    """When its papers count as first seen, however often it was interrupted."""
    asked: dt.datetime
    """What is this shard's and was submitted before this moment has been asked for."""

    @property
    def end(self) -> dt.datetime:
        """The moment after `until`."""
        return dt.datetime.combine(self.until + _DAY, dt.time(), dt.UTC)

    @property
    def done(self) -> bool:
        """Whether everything has been asked for. From then on its file is no longer the backfill's, but the fold's."""
        return self.asked >= self.end


class Backfill(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill's file: how far it has come, and what it found."""

    progress: Progress
    entries: Mapping[str, Entry] = {}
    """By arXiv id, each as arXiv described it then; `first_seen` is the start of the backfill."""


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What finished backfills have to hand over: whoever writes the month files of `arxiv_ids` writes `files` next."""

    arxiv_ids: frozenset[str] = frozenset()
    """Papers that the month files may lack."""
    files: Mapping[str, bytes] = {}
    """Files of these backfills without the papers, relative to the data folder."""


def fold(archive: Mapping[str, Entry], found: Iterable[Entry]) -> dict[str, Entry]:
    """`archive` (ascending) with what backfills found. Doing it again changes nothing."""
    groups: defaultdict[dt.datetime, list[Entry]] = defaultdict(list)
    for entry in found:
        groups[entry.first_seen].append(entry)
    if not groups:
        return dict(archive)
    after = dict(archive)
    for seen, group in sorted(groups.items()):
        near = {entry.arxiv_id: after[entry.arxiv_id] for entry in group if entry.arxiv_id in after}
        changes = compare(near, map(_answer, group), now=seen, mailing=latest_mailing(seen))
        after |= changes.entries
        for entry in sorted(group, key=lambda each: msgspec.json.encode(each.code_links)):
            if entry.arxiv_id in after:
                after[entry.arxiv_id] = with_links(after[entry.arxiv_id], entry.code_links)
    return dict(sorted(after.items()))


def _answer(entry: Entry) -> Found:
    """What arXiv said, as it said it."""
    return Found(
        paper=Paper(**{name: getattr(entry, name) for name in Paper.__struct_fields__}),
        topics=entry.topics,
        listed=entry.listed,
        revised=next((each.listed for each in entry.versions if each.version == entry.version), None),
        versions=entry.versions,
    )
