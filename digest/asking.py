"""Ask the routes to arXiv, one after the other, until every topic has a whole answer; say which have none.

A route's word is not taken for granted: an answer that lacks many of the papers which the same window held yesterday is
broken, and an answer that brings nothing new is confirmed by a second route where there is one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from digest import calendar
from digest.changes import united
from digest.errors import SourceError
from digest.model import Entry, Failure, Feed, Paper, Topic, Version
from digest.ports import Findings, Question, Reporter, Source
from digest.topics import Matcher

_FEW, _SHARE = 3, 0.25
"""Papers of before, and their share, that an answer may not lack: one may have been removed."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What became of asking one route."""

    name: str
    asked: frozenset[str]
    """Topics that it was asked for."""
    complete: frozenset[str] = frozenset()
    reached: bool = False
    """Whether anything that came could be used."""
    by_announcement: bool = False
    announced: dt.date | None = None
    """The only mailing that its answer held; None when it held the whole window."""
    message: str | None = None
    """What it failed with."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What all routes said together."""

    routes: tuple[Route, ...]
    papers: Mapping[str, Paper]
    """Each once, in its highest version, with what any route knew of it."""
    edited: Mapping[str, Paper]
    """Old papers whose record somebody corrected: they bring what is stored up to date, and are no news."""
    versions: Mapping[str, tuple[Version, ...]]
    cut: Mapping[str, int]
    failures: tuple[Failure, ...]
    feeds: Mapping[str, Feed]
    shown: Mapping[str, dt.date]
    """arXiv id → the mailing that the route is of which told of it, where that is one mailing's."""

    def complete(self, topic: str) -> tuple[Route, ...]:
        """The routes that gave the topic a whole answer, the first asked first."""
        return tuple(route for route in self.routes if topic in route.complete)


def ask(
    sources: Sequence[Source], question: Question, *, known: Mapping[str, frozenset[str]], reporter: Reporter
) -> Answers:
    """Ask in order, each route for the topics that are still open. `known`: papers that their window held before."""
    reporter.stage("fetch", len(question.topics))
    gathered = _Gathered()
    waiting = {topic.name: topic for topic in question.topics}
    for source in sources:
        if not waiting:
            break
        route = gathered.take(source, _only(question, waiting.values()), known)
        for name in route.complete:
            reporter.step(waiting.pop(name).name)
    return gathered.answers()


def confirm(
    sources: Sequence[Source], question: Question, answers: Answers, *, known: Mapping[str, frozenset[str]]
) -> Answers:
    """Ask a route that goes by announcement, if none has answered: for papers that were held, and a second opinion.

    A topic without categories isn't asked for again: it would take all of arXiv.
    """
    gathered = _Gathered(answers)
    by_announcement = {source.name for source in sources if source.by_announcement}
    seen = {topic for route in answers.routes if route.name in by_announcement for topic in route.complete}
    asked = {route.name for route in answers.routes}
    waiting = {
        topic.name: topic
        for topic in question.topics
        if topic.categories and topic.name not in seen and question.since.get(topic.name) is not None
    }
    for source in sources:
        if waiting and source.by_announcement and source.name not in asked:
            route = gathered.take(source, _only(question, waiting.values()), known)
            for name in route.complete:
                del waiting[name]
    return gathered.answers()


class _Gathered:
    """Answers in the making."""

    def __init__(self, start: Answers | None = None) -> None:
        self._routes = list(start.routes) if start else []
        self._papers = dict(start.papers) if start else {}
        self._edited = dict(start.edited) if start else {}
        self._versions = dict(start.versions) if start else {}
        self._cut = dict(start.cut) if start else {}
        self._failures = list(start.failures) if start else []
        self._feeds = dict(start.feeds) if start else {}
        self._shown = dict(start.shown) if start else {}

    def take(self, source: Source, question: Question, known: Mapping[str, frozenset[str]]) -> Route:
        """Ask one route and keep what it says."""
        asked = frozenset(topic.name for topic in question.topics)
        try:
            findings = source.ask(question)
        except SourceError as error:
            self._failures.append(Failure(stage="fetch", subject=source.name, message=error.message, hint=error.hint))
            route = Route(name=source.name, asked=asked, message=error.message)
        else:
            route = self._keep(source.name, asked, findings, known)
        route = msgspec.structs.replace(route, by_announcement=source.by_announcement)
        self._routes.append(route)
        return route

    def _keep(self, name: str, asked: frozenset[str], findings: Findings, known: Mapping[str, frozenset[str]]) -> Route:
        for paper in findings.papers:
            before = self._papers.get(paper.arxiv_id)
            self._papers[paper.arxiv_id] = paper if before is None else united(before, paper)
        self._edited |= {paper.arxiv_id: paper for paper in findings.edited}
        for arxiv_id, versions in findings.versions.items():
            self._versions[arxiv_id] = versions
        self._feeds |= findings.feeds
        if findings.announced is not None:
            self._shown |= {paper.arxiv_id: findings.announced for paper in findings.papers}
        self._failures += findings.skipped
        hollow = _hollow(findings, known)
        self._failures += [
            Failure(
                stage="fetch",
                subject=f"{name}: {topic}",
                message=f"The answer lacks {_share(lack, len(known[topic]))} papers that its window held before.",
                hint="arXiv sometimes gives empty answers; nothing is lost, and the next run asks again.",
            )
            for topic, lack in sorted(hollow.items())
        ]
        complete = (findings.complete & asked) - hollow.keys()
        self._cut |= {topic: cut for topic, cut in findings.cut.items() if topic in complete and cut}
        message = findings.skipped[0].message if findings.skipped and not complete else None
        return Route(
            name=name,
            asked=asked,
            complete=complete,
            reached=bool(complete or findings.papers),
            announced=findings.announced,
            message="The answer was not whole." if hollow and not complete else message,
        )

    def answers(self) -> Answers:
        """What has been gathered."""
        return Answers(
            routes=tuple(self._routes),
            papers=self._papers,
            edited=self._edited,
            versions=self._versions,
            cut=self._cut,
            failures=tuple(self._failures),
            feeds=self._feeds,
            shown=self._shown,
        )


def known_papers(
    entries: Iterable[Entry], since: Mapping[str, dt.datetime | None], matcher: Matcher, now: dt.datetime
) -> dict[str, frozenset[str]]:
    """Topic → stored papers that its window must hold again, because arXiv forgets nothing.

    Without those of tonight's mailing, which OAI shows before the search does, and without those that a revision has
    taken the topic's words from.
    """
    first = min((start for start in since.values() if start is not None), default=now)
    found: dict[str, set[str]] = {}
    for entry in entries:
        days = (entry.listed, *(version.listed for version in entry.versions if version.listed))
        if entry.updated is None or entry.updated <= first or not calendar.is_searchable(max(days), now):
            continue
        for match in matcher.topics_of(entry):
            start = since.get(match.topic)
            if start is not None and entry.updated > start:
                found.setdefault(match.topic, set()).add(entry.arxiv_id)
    return {topic: frozenset(ids) for topic, ids in found.items()}


def _hollow(findings: Findings, known: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """Topics whose answer can't be right → papers that it lacks. A route that tells one mailing has no window."""
    if findings.announced is not None:
        return {}
    came = {paper.arxiv_id for paper in findings.papers}
    lacking = {topic: len(known.get(topic, frozenset()) - came) for topic in findings.complete}
    return {topic: lack for topic, lack in lacking.items() if lack >= _FEW and lack > _SHARE * len(known[topic])}


def _share(lack: int, known: int) -> str:
    return f"all {known}" if lack == known else f"{lack} of {known}"


def _only(question: Question, topics: Iterable[Topic]) -> Question:
    """The question for some of its topics."""
    left = tuple(topics)
    return msgspec.structs.replace(
        question, topics=left, since={topic.name: question.since.get(topic.name) for topic in left}
    )
