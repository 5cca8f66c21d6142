"""Days of a digest: fine until yesterday, something wrong today, fine again tomorrow. Then nothing may lack."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from digest.config import Config
from digest.model import Entry
from digest.sources.identifiers import parse_arxiv_id
from tests.scenarios.comparing import Difference, Judge
from tests.scenarios.outcomes import Outcome
from tests.scenarios.papers import invent, steady
from tests.scenarios.runs import PATIENCE, Make, Ran, configured, in_pages_of, run
from tests.standins.http import Fault
from tests.world import ROUTES, Stage, Trouble, World

TOPICS = """
  Heads: {filters: [talking head, head avatar], categories: [cs.CV, cs.GR]}
  Groups: {filters: [sporadic group], categories: [math.GR]}
"""
TODAY = dt.datetime(2026, 11, 11, 6, 17, tzinfo=dt.UTC)
_DAY = dt.timedelta(days=1)
_FROM, _TO = dt.date(2026, 10, 19), dt.date(2026, 11, 27)
DENIED = Trouble("403", Fault.status(403, b"<h1>Access Denied</h1>"))
_PATIENCE = 0.15
"""Seconds of real time that a server may take which takes for ever."""


class Seen(NamedTuple):
    """What came of it."""

    today: Ran
    tomorrow: Ran
    outcome: Outcome
    missing: tuple[str, ...]
    """Papers and versions that a world without faults shows today and that were not seen, though nobody said so."""
    differences: tuple[Difference, ...]
    """From a world without faults, tomorrow."""


class Days:
    """Plays scenarios in one world, each from this morning on."""

    def __init__(self, world: World, root: Path, *, topics: str = TOPICS, today: dt.datetime = TODAY) -> None:
        self.world = world
        self._root = root
        self._topics = topics
        self._today = today
        self._sources: Mapping[str, Make] = in_pages_of(8)
        self._number = 0
        self._past = (self.run("past", today - 2 * _DAY), self.run("past", today - _DAY))
        self.perfect = (*self._past, self.run(self.copy("perfect"), today), self.run("perfect", today + _DAY))
        """What runs without faults come to: two in the past, one today, one tomorrow."""
        usual = {route: self.run(self.copy(), today, before(route)) for route in ROUTES}
        self._usual = {route: ran.requests(route) for route, ran in usual.items()}
        perfect = set(map(version_of, self.perfect[2].entries.values()))
        lonely = {route: self.run(self.copy(), today, alone(route)) for route in ROUTES}
        self._unknown = {
            route: perfect.difference(map(version_of, ran.entries.values())) for route, ran in lonely.items()
        }

    def other(self, *, topics: str = TOPICS, today: dt.datetime = TODAY) -> Days:
        """Other days in the same world."""
        self._number += 1
        return Days(self.world, self._root / f"other-{self._number}", topics=topics, today=today)

    def play(
        self,
        troubles: Mapping[str, Trouble],
        *,
        on: str,
        slow: bool = False,
        endpoints: Mapping[str, str] | None = None,
    ) -> Seen:
        """What comes of troubles today. `on`: the route that is looked at; those before it are denied.

        `slow`: only a deadline ends them. `endpoints`: other addresses of routes.
        """
        name = self.copy()
        denied = before(on)
        today = self.run(
            name, self._today, denied | dict(troubles), endpoints, patience=_PATIENCE if slow else PATIENCE
        )
        tomorrow = self.run(name, self._today + _DAY)
        shutil.rmtree(self._root / name)
        broken = denied.keys() | troubles.keys() | (endpoints or {}).keys()
        found = self.differences(today, tomorrow, broken)
        return Seen(today, tomorrow, self.outcome(today, on), self._missing(today), found)

    def differences(self, today: Ran, tomorrow: Ran, broken: Iterable[str]) -> tuple[Difference, ...]:
        """What tells these two days from days without faults. `broken`: routes that were not in order today."""
        everything = frozenset(ROUTES)
        order = [everything, everything, everything.difference(broken), everything]
        runs = (*self._past, today, tomorrow)
        return tuple(Judge(self.world.history, self.settings().topics, self.perfect, runs, order).differences())

    def settings(self, endpoints: Mapping[str, str] | None = None) -> Config:
        return configured(self._topics, {**self.world.endpoints, **(endpoints or {})})

    def run(
        self,
        name: str,
        at: dt.datetime,
        troubles: Mapping[str, Trouble] | None = None,
        endpoints: Mapping[str, str] | None = None,
        *,
        patience: float = PATIENCE,
        skew: dt.timedelta = dt.timedelta(),
    ) -> Ran:
        """Run the digest in a folder at a moment, be it before the last one."""
        world, settings = self.world, self.settings(endpoints)
        world.clock.passed = (at - world.clock.start).total_seconds()
        world.trouble(troubles or {})
        return run(world, self._root / name, settings, sources=self._sources, patience=patience, skew=skew)

    def copy(self, name: str | None = None) -> str:
        """A folder as it was this morning."""
        self._number += 1
        name = name or str(self._number)
        shutil.copytree(self._root / "past", self._root / name)
        return name

    def fresh(self) -> str:
        """A folder in which nothing has ever run."""
        self._number += 1
        return f"fresh-{self._number}"

    def outcome(self, ran: Ran, on: str) -> Outcome:
        if ran.run is None:
            return "stopped"
        report = ran.run.report
        if not all(topic.asked for topic in report.topics):
            return "next day, said so"
        if ran.routes != {on}:
            return "other route"
        if any(_is_of_a_paper(row.subject) for row in report.failures):
            return "partial, said so"
        return "retried" if ran.requests(on) > self._usual[on] else "harmless"

    def _missing(self, ran: Ran) -> tuple[str, ...]:
        if ran.run is None or ran.whole < {topic.name for topic in self.settings().topics}:
            return ()
        rows = {row.subject for row in ran.run.report.failures}
        told = {version_of(entry) for entry in ran.entries.values()}.union(
            *(self._unknown[each] for each in ran.routes)
        )
        there = (entry for entry in self.perfect[2].entries.values() if entry.arxiv_id not in rows)
        return tuple(name for name in map(version_of, there) if name not in told)


def version_of(entry: Entry) -> str:
    return f"{entry.arxiv_id}v{entry.version}"


def before(route: str) -> dict[str, Trouble]:
    """Those that are asked before it don't answer."""
    return dict.fromkeys(ROUTES[: ROUTES.index(route)], DENIED)


def alone(route: str) -> dict[str, Trouble]:
    """Nobody else answers."""
    return {each: DENIED for each in ROUTES if each != route}


def _is_of_a_paper(subject: str) -> bool:
    if "without id" in subject:
        return True
    try:
        parse_arxiv_id(subject)
    except ValueError:
        return False
    return True


def history(extra: Iterable[Stage] = ()) -> list[Stage]:
    """The papers of these weeks."""
    return [*invent(_FROM, _TO, seed=7, papers=8), *steady(_FROM, _TO), *extra]
