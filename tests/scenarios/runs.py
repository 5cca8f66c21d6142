"""One run of the program against a world: the real pipeline, the real routes, real sockets, and a clock that jumps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from digest import config, pipeline
from digest.codefinders import FINDERS
from digest.config import Config, Fetch
from digest.errors import DigestError, SourceError
from digest.model import Entry, Status
from digest.ports import Findings, Question, Source
from digest.sources import SOURCES
from digest.sources.arxiv_api import ArxivApi
from digest.store import Store
from digest.web import Web
from tests.fakes import FakeOutput, FakeReporter
from tests.world import ROUTES, Arrival, World

Make = Callable[[Web, Fetch, Status], Source]
DATA = "docs/data"
PATIENCE = 20.0
"""Seconds of real time for one request: far more than loopback takes."""


class Heard(NamedTuple):
    """What a route answered."""

    route: str
    complete: frozenset[str] = frozenset()
    announced: dt.date | None = None
    error: str | None = None


class Ran(NamedTuple):
    """What came of a run."""

    at: dt.datetime
    run: pipeline.Run | None
    error: DigestError | None
    arrivals: tuple[Arrival, ...]
    heard: tuple[Heard, ...]
    entries: Mapping[str, Entry]
    status: Status

    @property
    def whole(self) -> frozenset[str]:
        """Topics that have a whole answer."""
        return frozenset(topic.topic for topic in self.run.report.topics if topic.asked) if self.run else frozenset()

    @property
    def routes(self) -> frozenset[str]:
        """Routes that gave a topic its whole answer."""
        topics = self.run.report.topics if self.run else ()
        return frozenset(topic.source for topic in topics if topic.asked)

    def requests(self, route: str) -> int:
        return sum(each.route == route for each in self.arrivals)


def configured(topics: str, endpoints: Mapping[str, str], routes: Iterable[str] = ROUTES) -> Config:
    """A config.yaml for a world."""
    lines = [f"keywords:{topics}", "fetch:", f"  sources: [{', '.join(routes)}]", "  endpoints:"]
    lines += [f"    {route}: {url}" for route, url in endpoints.items()]
    return config.parse("\n".join(lines), "config.yaml")


def in_pages_of(size: int) -> dict[str, Make]:
    """The routes, the search in small pages, so that a few papers fill several."""
    return {**SOURCES, "api": lambda web, fetch, _: ArxivApi(web, endpoint=fetch.endpoints.api, page_size=size)}


class _Listener:
    """A route, with an ear at it."""

    def __init__(self, source: Source, heard: list[Heard]) -> None:
        self.name = source.name
        self.by_announcement = source.by_announcement
        self._source = source
        self._heard = heard

    @property
    def requests(self) -> int:
        return self._source.requests

    def ask(self, question: Question) -> Findings:
        try:
            found = self._source.ask(question)
        except SourceError as error:
            self._heard.append(Heard(self.name, error=error.message))
            raise
        self._heard.append(Heard(self.name, found.complete, found.announced))
        return found


class _Search(_Listener):
    """The route that can be asked for papers by name."""

    def by_id(self, ids: Sequence[str]) -> Findings:
        assert isinstance(self._source, ArxivApi)
        return self._source.by_id(ids)


def _listener(source: Source, heard: list[Heard]) -> Source:
    return (_Search if isinstance(source, ArxivApi) else _Listener)(source, heard)


def run(
    world: World,
    root: Path,
    settings: Config,
    *,
    sources: Mapping[str, Make] = SOURCES,
    patience: float = PATIENCE,
    skew: dt.timedelta = dt.timedelta(),
) -> Ran:
    """Run the program at the world's present moment. `skew`: by how much its own clock is fast."""

    def now() -> dt.datetime:
        return world.clock.second() + skew

    before, at = len(world.arrivals), world.clock.second()
    store = Store(root / DATA)
    heard: list[Heard] = []
    with Web("arxiv-digest/test (+https://example.org)", world.clock, deadline=patience) as web:
        status = store.status()
        parts = pipeline.Parts(
            config=settings,
            root=root,
            now=now,
            reporter=FakeReporter(),
            sources=tuple(
                _listener(sources[name](web, settings.fetch, status), heard) for name in settings.fetch.sources
            ),
            finders=tuple(make() for make in FINDERS.values()),
            outputs=(FakeOutput(),),
        )
        done: pipeline.Run | None = None
        error: DigestError | None = None
        try:
            done = pipeline.run(parts)
        except DigestError as stopped:
            error = stopped
    return Ran(at, done, error, tuple(world.arrivals[before:]), tuple(heard), store.entries(), store.status())
