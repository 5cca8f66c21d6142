"""arXiv over some weeks, on loopback: three routes, each showing what it would show at the moment of one clock.

What a mailing brings is to be seen where arXiv shows it: in OAI from 22:30 in New York on, in the search and in the
feeds from the midnight after. https://info.arxiv.org/help/availability.html. Nothing waits: a sleep moves the clock,
and so does a server that takes its time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import NamedTuple, Self, SupportsIndex

from digest import calendar
from digest.model import Paper
from tests.standins.arxiv import ArxivStandin
from tests.standins.http import Clock, Fault, Line, Reply, Request, Server
from tests.standins.oai import OaiStandin
from tests.standins.rss import EASTERN, RssStandin

ROUTES = ("api", "rss", "oai")
_PACE = 0.5
"""Seconds that a good answer takes."""
_IN_OAI = dt.timedelta(hours=2, minutes=30)
"""After the mailing."""


class Stage(NamedTuple):
    """A paper as it is from a mailing on: new, in another version, or in another category."""

    paper: Paper
    """A first version has its mailing in `announced`; the day of a later one follows from its time of submission."""
    day: dt.date
    """The mailing."""
    crossed: bool = False
    """Whether the mailing only lists it in another category."""


class Trouble(NamedTuple):
    """What goes wrong on a route."""

    name: str
    fault: Fault
    times: int | None = None
    """Requests that it befalls; None: all."""
    after: int = 0
    """Requests that are answered right before it begins."""
    takes: float = _PACE
    """Seconds that each of them takes."""


class Arrival(NamedTuple):
    """A request, as the route saw it."""

    route: str
    at: float
    """Seconds since the clock began."""
    target: str
    trouble: str | None


class Now(Clock):
    """The clock of a world."""

    def go(self, moment: dt.datetime) -> None:
        """Let time pass until `moment`, at least."""
        self.passed = max(self.passed, (moment - self.start).total_seconds())

    def second(self) -> dt.datetime:
        """The time in whole seconds, as the program reads it."""
        return self.now().replace(microsecond=0)


class World:
    """`with World(history, now) as world:` answers at `world.endpoints`: rightly, but for `world.trouble`."""

    def __init__(self, history: Iterable[Stage], now: dt.datetime, *, page_size: int = 2000) -> None:
        self.clock = Now(now)
        self.arrivals: list[Arrival] = []
        self.trouble({})
        self.history = sorted(history, key=lambda stage: (stage.day, stage.paper.version))
        self._shown = {oai: [(from_(stage.day), stage) for stage in self.history] for oai, from_ in _FROM.items()}
        self.api: ArxivStandin = _Api(self)
        self.rss: RssStandin = _Rss(self)
        self.oai: OaiStandin = _Oai(self, page_size)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        servers: dict[str, Server] = {"api": self.api, "rss": self.rss, "oai": self.oai}
        for route, server in servers.items():
            server.faults = _Always(_Gate(self, route).fault)
            self._open.enter_context(server)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    @property
    def endpoints(self) -> dict[str, str]:
        return {"api": self.api.url, "rss": self.rss.url, "oai": self.oai.url}

    def trouble(self, troubles: Mapping[str, Trouble]) -> None:
        """From now on, this goes wrong on these routes, and nothing else. Requests are counted from here."""
        self._troubles = dict(troubles)
        self._befallen = dict.fromkeys(ROUTES, 0)

    def befall(self, route: str) -> Trouble | None:
        """What happens to the next request of a route."""
        trouble = self._troubles.get(route)
        if trouble is None:
            return None
        number = self._befallen[route]
        self._befallen[route] += 1
        last = trouble.after + trouble.times if trouble.times is not None else number + 1
        return trouble if trouble.after <= number < last else None

    def shown(self, *, oai: bool = False) -> list[Stage]:
        """What can be seen: of each version its newest stage."""
        now = self.clock.now()
        found: dict[tuple[str, int], Stage] = {}
        for since, stage in self._shown[oai]:
            if since > now:
                break
            found[stage.paper.arxiv_id, stage.paper.version] = stage
        return list(found.values())


def midnight(day: dt.date) -> dt.datetime:
    """When a day begins in New York."""
    return dt.datetime.combine(day, dt.time(), EASTERN).astimezone(dt.UTC)


def in_oai(day: dt.date) -> dt.datetime:
    """When the papers of a mailing are to be seen in OAI."""
    return calendar.mailed(day) + _IN_OAI


_FROM = {False: midnight, True: in_oai}
"""Whether in OAI → from when on a mailing is to be seen."""


def right(line: Line) -> bool:
    """The right answer, compressed for those who take it."""
    reply = line.right()
    if "gzip" in line.request.headers.get("accept-encoding", ""):
        reply = reply.packed()
    return Fault.reply(reply).act(line)


class _Always(list[Fault]):
    """A script that never ends."""

    def __init__(self, fault: Fault) -> None:
        super().__init__([fault])

    def pop(self, index: SupportsIndex = -1) -> Fault:
        return self[0]


class _Gate:
    """Where requests of a route arrive: noted, delayed, and answered in the right way or in another."""

    def __init__(self, world: World, route: str) -> None:
        self._world = world
        self._route = route

    @property
    def fault(self) -> Fault:
        return Fault(self._act)

    def _act(self, line: Line) -> bool:
        clock = self._world.clock
        trouble = self._world.befall(self._route)
        name = trouble.name if trouble else None
        self._world.arrivals.append(Arrival(self._route, clock.passed, line.request.target, name))
        clock.passed += trouble.takes if trouble else _PACE
        return trouble.fault.act(line) if trouble else right(line)


class _Api(ArxivStandin):
    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def reply(self, request: Request) -> Reply:
        self.papers = [stage.paper for stage in self._world.shown()]
        return super().reply(request)


class _Rss(RssStandin):
    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def feed(self, query: str, *, of: dt.date | None = None, dated: dt.date | None = None) -> Reply:
        shown = self._world.shown()
        self.now = self._world.clock.now()
        self.papers = [stage.paper for stage in shown]
        self.crossed = {stage.paper.arxiv_id: stage.day for stage in shown if stage.crossed}
        return super().feed(query, of=of, dated=dated)

    def reply(self, request: Request) -> Reply:
        self.now = self._world.clock.now()
        return super().reply(request)


class _Oai(OaiStandin):
    def __init__(self, world: World, page_size: int) -> None:
        super().__init__(page_size=page_size)
        self._world = world

    def reply(self, request: Request) -> Reply:
        shown = self._world.shown(oai=True)
        self.now = self._world.clock.now()
        self.papers = [stage.paper for stage in shown]
        self.edited = {stage.paper.arxiv_id: stage.day for stage in shown if stage.crossed}
        return super().reply(request)
