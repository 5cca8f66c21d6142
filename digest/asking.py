"""Ask the routes to arXiv, one after the other, until every topic has a whole answer; say which have none.

A route's word is not taken for granted: an answer that lacks many of the papers which the same window held yesterday is
broken, and an answer that brings nothing new is confirmed by a second route where there is one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import msgspec

from digest import calendar
from digest.changes import united
from digest.errors import SourceError
from digest.model import Entry, Failure, Feed, Paper, Topic, Version
from digest.ports import Findings, Question, Reporter, Source
from digest.topics import Matcher

_FEW, _SHARE = 3, 0.25
"""Papers of before, and their share, that an answer may not lack: one may have been removed."""
_RECENT = dt.timedelta(days=31)
_AT_ONCE = 100
"""Papers that are looked up by name in a run: one request."""


Known = Mapping[str, Mapping[str, str | None]]
"""Topic → papers that its window held before → their primary category."""


@runtime_checkable
class Lookup(Protocol):
    """A route that can be asked for papers by name."""

    name: str

    def by_id(self, ids: Sequence[str]) -> Findings:
        """The papers called `ids` in their newest version. Raises `SourceError` when nothing could be used."""


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


def ask(sources: Sequence[Source], question: Question, *, known: Known, reporter: Reporter) -> Answers:
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


def confirm(sources: Sequence[Source], question: Question, answers: Answers, *, known: Known) -> Answers:
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


def without_times(papers: Iterable[Paper], stored: Mapping[str, Entry], today: dt.date) -> list[str]:
    """Papers, of these and of those of a month, of which no route has said when they were submitted.

    So they came by feeds alone, which tell no comment either: not whether a paper is withdrawn, nor where its code is.
    """
    newest: dict[str, Paper] = {
        arxiv_id: entry
        for arxiv_id, entry in stored.items()
        if max((entry.listed, *(each.listed for each in entry.versions if each.listed))) > today - _RECENT
    }
    for paper in papers:
        known = stored.get(paper.arxiv_id)
        if known is None or known.version < paper.version or known.updated is None:
            newest[paper.arxiv_id] = paper
    return [arxiv_id for arxiv_id, paper in newest.items() if paper.updated is None][-_AT_ONCE:]


def look_up(sources: Sequence[Source], answers: Answers, ids: Sequence[str]) -> Answers:
    """What the first route that can be asked for papers by name tells of `ids`, unless it has just failed."""
    failed = {route.name for route in answers.routes if not route.complete}
    source = next((each for each in sources if isinstance(each, Lookup) and each.name not in failed), None)
    if source is None:
        return answers
    gathered = _Gathered(answers)
    gathered.look_up(source, ids)
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

    def take(self, source: Source, question: Question, known: Known) -> Route:
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

    def look_up(self, source: Lookup, ids: Sequence[str]) -> None:
        """Ask one route for papers by name. That it fails costs nothing that was known."""
        try:
            findings = source.by_id(ids)
        except SourceError as error:
            self._failures.append(Failure(stage="fetch", subject=source.name, message=error.message, hint=error.hint))
        else:
            self._add(findings.papers)
            self._failures += findings.skipped

    def _add(self, papers: Iterable[Paper]) -> None:
        for paper in papers:
            before = self._papers.get(paper.arxiv_id)
            self._papers[paper.arxiv_id] = paper if before is None else united(before, paper)

    def _keep(self, name: str, asked: frozenset[str], findings: Findings, known: Known) -> Route:
        self._add(findings.papers)
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
) -> Known:
    """Stored papers that the windows must hold again, because arXiv forgets nothing.

    Without those of tonight's mailing, which OAI shows before the search does, and without those that a revision has
    taken the topic's words from.
    """
    first = min((start for start in since.values() if start is not None), default=now)
    found: dict[str, dict[str, str | None]] = {}
    for entry in entries:
        days = (entry.listed, *(version.listed for version in entry.versions if version.listed))
        if entry.updated is None or entry.updated <= first or not calendar.is_searchable(max(days), now):
            continue
        for match in matcher.topics_of(entry):
            start = since.get(match.topic)
            if start is not None and entry.updated > start:
                found.setdefault(match.topic, {})[entry.arxiv_id] = entry.primary_category
    return found


def _hollow(findings: Findings, known: Known) -> dict[str, int]:
    """Topics whose answer can't be right → papers that it lacks. A route that tells one mailing has no window."""
    if findings.announced is not None:
        return {}
    came = {paper.arxiv_id for paper in findings.papers}
    lacking = {topic: known[topic].keys() - came for topic in findings.complete & known.keys()}
    return {topic: len(lack) for topic, lack in lacking.items() if _is_much(lack, known[topic])}


def _is_much(lack: Collection[str], papers: Mapping[str, str | None]) -> bool:
    """Whether that is no chance, over all or in one category: OAI is asked for each apart."""
    there, gone = Counter(papers.values()), Counter(papers[arxiv_id] for arxiv_id in lack)
    parts = [(len(lack), len(papers)), *((gone[name], there[name]) for name in gone)]
    return any(few >= _FEW and few > _SHARE * many for few, many in parts)


def _share(lack: int, known: int) -> str:
    return f"all {known}" if lack == known else f"{lack} of {known}"


def _only(question: Question, topics: Iterable[Topic]) -> Question:
    """The question for some of its topics."""
    left = tuple(topics)
    return msgspec.structs.replace(
        question, topics=left, since={topic.name: question.since.get(topic.name) for topic in left}
    )
