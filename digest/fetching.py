"""The first half of a run: ask every topic, match what came, and say what it changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from digest import calendar
from digest.changes import Changes, Found, compare, with_links
from digest.errors import CodeFinderError, SourceError
from digest.model import (
    Entry,
    Failure,
    Paper,
    SourceStatus,
    Status,
    Topic,
    TopicMatch,
    TopicReport,
    TopicStatus,
)
from digest.ports import Answer, CodeFinder, Reporter, Source
from digest.store import digest_of
from digest.topics import Matcher


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What the sources said, compared with what was stored."""

    changes: Changes
    topics: tuple[TopicReport, ...]
    failures: tuple[Failure, ...]
    sources: Mapping[str, SourceStatus]
    asked: Mapping[str, TopicStatus]
    requests: int


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One topic's answer, by whichever source gave one first."""

    topic: Topic
    since: dt.datetime | None
    answer: Answer | None
    source: str
    """Whose answer it is, or who was asked last."""
    failed: Mapping[str, str]
    """Sources that were tried in vain → what they said."""
    failures: tuple[Failure, ...]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask, whom, and how far back."""

    topics: tuple[Topic, ...]
    sources: tuple[Source, ...]
    """Tried in this order until one answers."""
    finders: tuple[CodeFinder, ...]
    lookback: dt.timedelta
    """Before the start of the last whole answer: moderation holds papers for days."""
    limit: int
    """Papers for each topic."""


def fetch(asking: Asking, stored: Mapping[str, Entry], status: Status, *, now: dt.datetime, reporter: Reporter) -> News:
    """Ask the topics in order. A topic without an answer keeps what it had; the others go on."""
    topics, sources = asking.topics, asking.sources
    before = sum(source.requests for source in sources)
    reporter.stage("fetch", len(topics))
    asked: list[_Asked] = []
    for topic in topics:
        asked.append(_ask(topic, sources, since=_since(topic, status, asking.lookback), limit=asking.limit))
        reporter.step(topic.name)
    matches = _matches(asked, Matcher(topics))
    found = tuple(
        Found(paper=paper, topics=belongs, listed=_listing_day(paper, belongs, status, now))
        for paper, belongs in matches.values()
    )
    changes = compare(stored, found, now=now, mailing=calendar.latest_mailing(now))
    changes, lost = _find_code(changes, asking.finders, reporter)
    return News(
        changes=changes,
        topics=tuple(_report(each, matches, changes) for each in asked),
        failures=(*(failure for each in asked for failure in each.failures), *lost),
        sources=_source_status(asked, status, now),
        asked={each.topic.name: _topic_status(each, status, now) for each in asked},
        requests=sum(source.requests for source in sources) - before,
    )


def _ask(topic: Topic, sources: Sequence[Source], *, since: dt.datetime | None, limit: int) -> _Asked:
    failures: list[Failure] = []
    failed: dict[str, str] = {}
    answer: Answer | None = None
    source = ""
    for each in sources:
        source = each.name
        try:
            answer = each.fetch(topic, since=since, limit=limit)
        except SourceError as error:
            subject = f"{each.name}: {topic.name}"
            failures.append(Failure(stage="fetch", subject=subject, message=error.message, hint=error.hint))
            failed[each.name] = error.message
        else:
            failures += answer.skipped
            break
    return _Asked(topic=topic, since=since, answer=answer, source=source, failed=failed, failures=tuple(failures))


def _since(topic: Topic, status: Status, lookback: dt.timedelta) -> dt.datetime | None:
    """From when to ask: a topic that is new, or was changed, from the beginning."""
    known = status.topics.get(topic.name)
    if known is None or known.answered is None or known.definition != _definition(topic):
        return None
    return known.answered - lookback


def _definition(topic: Topic) -> str:
    return digest_of(msgspec.json.encode(topic).decode())


def _matches(asked: Sequence[_Asked], matcher: Matcher) -> dict[str, tuple[Paper, tuple[TopicMatch, ...]]]:
    """Every paper that came, once, in its highest version, with the topics whose words it holds."""
    papers: dict[str, Paper] = {}
    for each in asked:
        for paper in each.answer.papers if each.answer else ():
            known = papers.get(paper.arxiv_id)
            if known is None or known.version < paper.version:
                papers[paper.arxiv_id] = paper
    return {arxiv_id: (paper, matcher.topics_of(paper)) for arxiv_id, paper in papers.items()}


def _listing_day(paper: Paper, belongs: Sequence[TopicMatch], status: Status, now: dt.datetime) -> dt.date:
    looks = [status.topics[each.topic].answered for each in belongs if each.topic in status.topics]
    known = [look for look in looks if look is not None]
    return calendar.listing_day(
        published=paper.published,
        announced=paper.announced,
        first_seen=now,
        # Only when every topic of the paper had looked before: a new topic brings old papers, which weren't held.
        looked_until=min(known) if known and len(known) == len(belongs) else None,
    )


def _find_code(
    changes: Changes, finders: Sequence[CodeFinder], reporter: Reporter
) -> tuple[Changes, tuple[Failure, ...]]:
    """Look for the code of what is new or revised."""
    fresh = (*changes.new, *changes.revised)
    reporter.stage("find code", len(fresh))
    failures: list[Failure] = []
    entries = dict(changes.entries)
    for arxiv_id in fresh:
        for finder in finders:
            try:
                entries[arxiv_id] = with_links(entries[arxiv_id], finder.find(entries[arxiv_id]))
            except CodeFinderError as error:
                failures.append(Failure(stage="code", subject=f"{finder.name}: {arxiv_id}", message=error.message))
        reporter.step(arxiv_id)
    return msgspec.structs.replace(changes, entries=entries), tuple(failures)


def _report(
    asked: _Asked, matches: Mapping[str, tuple[Paper, tuple[TopicMatch, ...]]], changes: Changes
) -> TopicReport:
    name = asked.topic.name
    returned = [paper.arxiv_id for paper in asked.answer.papers] if asked.answer else []
    mine = {arxiv_id for arxiv_id, (_, belongs) in matches.items() if any(each.topic == name for each in belongs)}
    return TopicReport(
        topic=name,
        source=asked.source,
        asked=asked.answer is not None,
        returned=len(returned),
        unmatched=len(set(returned) - mine),
        new=len(mine & set(changes.new)),
        revised=len(mine & set(changes.revised)),
        cut=asked.answer.cut if asked.answer else 0,
    )


def _source_status(asked: Sequence[_Asked], status: Status, now: dt.datetime) -> dict[str, SourceStatus]:
    found = dict(status.sources)
    for name in dict.fromkeys(name for each in asked for name in (*each.failed, each.source)):
        known = found.get(name, SourceStatus())
        failed = [each.failed[name] for each in asked if name in each.failed]
        reached = any(each.answer is not None and each.source == name for each in asked)
        found[name] = SourceStatus(
            reached=now if reached else known.reached,
            complete=now if reached and not failed else known.complete,
            failing_since=(known.failing_since or now) if failed else None,
            message=failed[0] if failed else None,
        )
    return found


def _topic_status(asked: _Asked, status: Status, now: dt.datetime) -> TopicStatus:
    known = status.topics.get(asked.topic.name, TopicStatus(definition=""))
    if asked.answer is None:
        # What was asked before still holds; a changed definition is asked from the beginning once there is an answer.
        return msgspec.structs.replace(known, failing_since=known.failing_since or now)
    cut = asked.answer.cut + (known.cut if asked.since is not None else 0)
    return TopicStatus(definition=_definition(asked.topic), answered=now, cut=cut)
