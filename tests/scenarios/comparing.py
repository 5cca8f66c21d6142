"""What may differ between two stores, one of which was made of arXiv at its worst: as little as can be, each with why.

Some things are told once. Only RSS says which mailing announced a paper, and on its day alone; a paper that was held
for longer than the lookback is beyond what the search is asked for. So a difference is excused only where, between the
moment when the perfect run knew it and the moment when this one did, no route that tells it was in order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from digest import calendar
from digest.changes import is_withdrawn
from digest.model import Entry, Paper, Topic, Version
from digest.topics import Matcher
from tests.scenarios.runs import Ran
from tests.standins.rss import EASTERN
from tests.world import Stage, in_oai, midnight

LOOKBACK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)
_LEFT_OUT = 6
"""Replacements from this version on are not in RSS."""
EXCUSES = {
    "seen later": "seen later: no route that shows it was in order meanwhile",
    "seen sooner": "seen sooner: OAI, which is asked when others fail, shows a mailing before they do",
    "mailing not told": "`announced` missing: RSS was not in order on the day, and nobody else knows",
    "licence not told": "`license` missing: RSS was not in order on the day, and OAI was not asked since",
    "listed by our sight": "`listed` of a paper that was held, or met by a new version or category, without "
    "`announced`: between the day that its submission speaks for and the day that we saw it",
    "passed by": "a version missing: another one replaced it before any route was in order",
    "cross-list missed": "a paper missing: of before the lookback, and listed in another category while RSS was not in "
    "order",
    "left out": "seen or listed later, or without `announced`: it could not be read, and the report says so",
    "nearer to the truth": "a fact that the perfect run lacks: OAI tells more than RSS, and is asked when RSS fails",
}


class Difference(NamedTuple):
    """Two stores say different things of a paper."""

    arxiv_id: str
    field: str
    perfect: object
    found: object
    excuse: str | None
    """One of `EXCUSES`; None when there is none."""

    def __str__(self) -> str:
        return f"{self.arxiv_id} {self.field}: {_short(self.perfect)} → {_short(self.found)} ({self.excuse})"


def _short(value: object) -> str:
    return msgspec.json.encode(value).decode()[:300]


class Judge:
    """Compares stores that were made at the same moments, one of them from a perfect arXiv.

    `order` says for each run which routes were in order.
    """

    def __init__(
        self,
        history: Iterable[Stage],
        topics: Sequence[Topic],
        perfect: Sequence[Ran],
        found: Sequence[Ran],
        order: Sequence[frozenset[str]],
    ) -> None:
        self._matcher = Matcher(topics)
        self._topics = {topic.name: topic for topic in topics}
        self._perfect, self._found = perfect[-1].entries, found[-1].entries
        self._runs = list(zip(found, order, strict=True))
        self._end = found[-1].at
        self._stages: dict[str, list[Stage]] = {}
        for stage in history:
            if midnight(stage.day) <= self._end:
                self._stages.setdefault(stage.paper.arxiv_id, []).append(stage)

    def differences(self) -> Iterator[Difference]:
        """All of them, excused or not."""
        for arxiv_id in sorted(self._perfect.keys() | self._found.keys()):
            one, other = self._perfect.get(arxiv_id), self._found.get(arxiv_id)
            if one is None or other is None:
                yield Difference(arxiv_id, "entry", one, other, self._of_entry(one, other))
                continue
            for name in Entry.__struct_fields__:
                before, after = getattr(one, name), getattr(other, name)
                if before != after:
                    yield Difference(arxiv_id, name, before, after, self._of_field(name, one, other))

    def lost(self) -> Iterator[str]:
        """Papers that hold a topic's words and can be seen, and that even the perfect run has not."""
        for arxiv_id, stages in sorted(self._stages.items()):
            if arxiv_id not in self._perfect and self._matcher.topics_of(stages[-1].paper):
                yield arxiv_id

    def truth(self, arxiv_id: str) -> Paper:
        return self._stages[arxiv_id][-1].paper

    def _of_entry(self, perfect: Entry | None, found: Entry | None) -> str | None:
        if perfect is None:
            assert found is not None
            stages = self._stages[found.arxiv_id]
            return "nearer to the truth" if any(self._matcher.topics_of(stage.paper) for stage in stages) else None
        stages = [stage for stage in self._stages[perfect.arxiv_id] if midnight(stage.day) <= perfect.first_seen]
        if stages[-1].crossed and not self._could(stages[-1], perfect, self._end):
            return "cross-list missed"
        return None

    def _of_field(self, name: str, perfect: Entry, found: Entry) -> str | None:
        truth = self.truth(found.arxiv_id)
        if name == "first_seen":
            return self._of_sight(perfect, found)
        if name == "announced" and found.announced is None:
            return self._of_mailing(found)
        if name == "license" and found.license is None:
            return "licence not told" if self._of_mailing(found) else None
        if name == "listed":
            return self._of_listing(found)
        if name == "versions":
            return self._of_versions(perfect, found)
        true: object = self._stages[found.arxiv_id][0].day if name == "announced" else getattr(truth, name, None)
        if name == "withdrawn":
            true = is_withdrawn(truth)
        if name == "topics":
            true = self._matcher.topics_of(truth)
        return "nearer to the truth" if getattr(found, name) == true else None

    def _of_sight(self, perfect: Entry, found: Entry) -> str | None:
        if found.first_seen < perfect.first_seen:
            return "seen sooner"
        shown = [stage for stage in self._stages[found.arxiv_id] if midnight(stage.day) <= found.first_seen]
        if any(self._could(stage, perfect, found.first_seen) for stage in shown):
            return self._left_out(found, shown[0].day, found.first_seen)
        return "seen later"

    def _of_mailing(self, found: Entry) -> str | None:
        """Why nobody told the mailing of a paper."""
        first = self._stages[found.arxiv_id][0]
        told = any(
            "rss" in order and self._shows("rss", first, found, run.at, known=found.first_seen <= run.at)
            for run, order in self._runs
        )
        return self._left_out(found, first.day, midnight(first.day) + _DAY) if told else "mailing not told"

    def _of_listing(self, found: Entry) -> str | None:
        first, *later = self._stages[found.arxiv_id]
        assert first.paper.published is not None
        soonest, sight = calendar.mailing_of(first.paper.published), calendar.latest_mailing(found.first_seen)
        if found.announced is not None or not soonest <= found.listed <= sight:
            return None
        is_plain = first.day == soonest and self._matcher.topics_of(first.paper)
        if is_plain and all(stage.day != sight for stage in later):
            return self._left_out(found, first.day, found.first_seen)
        return "listed by our sight"

    def _left_out(self, paper: Paper, day: dt.date, end: dt.datetime) -> str | None:
        """Whether a run of this time could not read something: this paper, or one without a name."""
        runs = (run for run, _ in self._runs if midnight(day) <= run.at <= end)
        rows = [row for run in runs if run.run for row in run.run.report.failures if "left out" in row.message]
        return "left out" if any(row.subject == paper.arxiv_id or "without id" in row.subject for row in rows) else None

    def _of_versions(self, perfect: Entry, found: Entry) -> str | None:
        excuse = None
        there = {each.version: each for each in found.versions}
        times = {stage.paper.version: stage.paper.updated for stage in self._stages[found.arxiv_id]}
        for version in perfect.versions:
            mine = there.pop(version.version, None)
            if mine == version:
                continue
            excuse = self._of_version(version, mine, found, times)
            if excuse is None:
                return None
        true = all(each.updated == times.get(each.version) for each in there.values())
        return (excuse or "nearer to the truth") if true else None

    def _of_version(
        self, perfect: Version, mine: Version | None, found: Entry, times: Mapping[int, dt.datetime | None]
    ) -> str | None:
        stages = self._stages[found.arxiv_id]
        its = [stage for stage in stages if stage.paper.version == perfect.version]
        if mine is None or mine.listed is None:
            later = [stage.day for stage in stages if stage.paper.version > perfect.version]
            gone = midnight(min(later)) if later else self._end
            return None if its and self._could(its[0], found, gone, known=True) else "passed by"
        if mine.updated not in (perfect.updated, times.get(perfect.version)):
            return None
        if mine.listed == perfect.listed:
            return "nearer to the truth"
        if perfect.version == found.versions[0].version:
            return self._of_listing(found)
        return None if self._could(its[0], found, midnight(mine.listed), known=True) else "seen later"

    def _could(self, stage: Stage, entry: Entry, end: dt.datetime, *, known: bool = False) -> bool:
        """Whether some run before `end` had a route in order that shows this."""
        return any(
            run.at < end and any(self._shows(route, stage, entry, run.at, known=known) for route in order)
            for run, order in self._runs
        )

    def _shows(self, route: str, stage: Stage, entry: Entry, at: dt.datetime, *, known: bool) -> bool:
        """Whether a route, asked at a moment, tells us of this. `known`: whether we know the paper by then."""
        paper, names = stage.paper, {each.topic for each in self._matcher.topics_of(stage.paper)}
        assert paper.updated is not None
        if route == "api":
            return bool(names) and midnight(stage.day) <= at < paper.updated + LOOKBACK
        if not any(self._topics[name].categories for name in names or {each.topic for each in entry.topics}):
            return False  # it would take all of arXiv
        if route == "oai":
            month = f"{at - LOOKBACK - 2 * _DAY:%y%m}"
            news = not stage.crossed or ("/" not in paper.arxiv_id and paper.arxiv_id[:4] >= month)
            return (bool(names) or known) and news and in_oai(stage.day) <= at < midnight(stage.day) + LOOKBACK
        texts = msgspec.structs.replace(paper, comment=None)
        told = paper.version < _LEFT_OUT and (known or bool(self._matcher.topics_of(texts)))
        return told and _mailing_in_feeds(at) == stage.day


def _mailing_in_feeds(at: dt.datetime) -> dt.date | None:
    """The mailing that the feeds show; None on a day without."""
    day = at.astimezone(EASTERN).date()
    return day if calendar.is_mailing(day) else None
