"""The first half of a run: ask for every topic, match what came, and say what it changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import msgspec

from digest import calendar
from digest.asking import Answers, Route, ask, confirm, known_papers, look_up, without_times
from digest.changes import Changes, Found, compare, with_links
from digest.errors import CodeFinderError
from digest.model import (
    Entry,
    Failure,
    Feed,
    Mailing,
    Paper,
    SourceStatus,
    Status,
    Topic,
    TopicMatch,
    TopicReport,
    TopicStatus,
    latest_look,
)
from digest.ports import CodeFinder, Question, Reporter, Source
from digest.store import digest_of
from digest.topics import Matcher


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask, whom, and how far back."""

    topics: tuple[Topic, ...]
    sources: tuple[Source, ...]
    """Tried in this order until every topic has a whole answer."""
    finders: tuple[CodeFinder, ...]
    lookback: dt.timedelta
    """Before the start of the last whole answer: moderation holds papers for days."""
    limit: int
    """Papers for each topic."""


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What the routes said, compared with what was stored."""

    changes: Changes
    topics: tuple[TopicReport, ...]
    failures: tuple[Failure, ...]
    sources: Mapping[str, SourceStatus]
    asked: Mapping[str, TopicStatus]
    mailing: Mailing
    feeds: Mapping[str, Feed]
    requests: int
    returned: int
    unmatched: int


class _Matched(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that came, and the topics whose words it holds."""

    paper: Paper
    topics: tuple[TopicMatch, ...]


def fetch(asking: Asking, stored: Mapping[str, Entry], status: Status, *, now: dt.datetime, reporter: Reporter) -> News:
    """Ask, match and compare. A topic without a whole answer keeps what it had, and gets what came nevertheless."""
    before = sum(source.requests for source in asking.sources)
    since = {topic.name: _since(topic, status, asking.lookback) for topic in asking.topics}
    question = Question(topics=asking.topics, since=since, limit=asking.limit, now=now)
    matcher = Matcher(asking.topics)
    known = known_papers(stored.values(), since, matcher, now)
    answers = ask(asking.sources, question, known=known, reporter=reporter)
    if any(route.complete for route in answers.routes):
        answers = confirm(asking.sources, question, answers, known=known)
    matched = _match(answers, matcher, stored)
    ours = (each.paper for arxiv_id, each in matched.items() if each.topics or arxiv_id in stored)
    if bare := without_times(ours, stored, now.date()):
        answers = look_up(asking.sources, answers, bare)
        matched = _match(answers, matcher, stored)
    matched, cut = _within_limit(matched, asking, stored)
    changes = compare(stored, _found(matched, answers, status, now), now=now, mailing=calendar.latest_mailing(now))
    changes, lost = _find_code(changes, asking.finders, reporter)
    cut = {topic.name: cut.get(topic.name, 0) + answers.cut.get(topic.name, 0) for topic in asking.topics}
    return News(
        changes=changes,
        topics=tuple(_report(topic.name, answers, matched, changes, cut[topic.name]) for topic in asking.topics),
        failures=(*answers.failures, *lost),
        sources=_source_status(answers, status, now, {source.name for source in asking.sources}),
        asked={
            topic.name: _topic_status(topic, answers, status, now, since[topic.name], cut[topic.name])
            for topic in asking.topics
        },
        mailing=_mailing(answers, changes, status, now),
        feeds={**status.feeds, **answers.feeds},
        requests=sum(source.requests for source in asking.sources) - before,
        returned=len(answers.papers),
        unmatched=sum(not each.topics for each in matched.values()),
    )


def _since(topic: Topic, status: Status, lookback: dt.timedelta) -> dt.datetime | None:
    """From when to ask: a topic that is new, or was changed, from the beginning."""
    known = status.topics.get(topic.name)
    if known is None or known.answered is None or known.definition != _definition(topic):
        return None
    return known.answered - lookback


def _definition(topic: Topic) -> str:
    return digest_of(msgspec.json.encode(topic).decode())


def _match(answers: Answers, matcher: Matcher, stored: Mapping[str, Entry]) -> dict[str, _Matched]:
    return {
        arxiv_id: _Matched(paper=_possible(paper, stored.get(arxiv_id)), topics=matcher.topics_of(paper))
        for arxiv_id, paper in answers.papers.items()
    }


def _possible(paper: Paper, stored: Entry | None) -> Paper:
    """Without a mailing that went out after we had the paper: a feed that stays behind dates yesterday's anew."""
    if paper.announced is None or stored is None or stored.first_seen >= calendar.mailed(paper.announced):
        return paper
    return msgspec.structs.replace(paper, announced=None)


def _within_limit(
    matched: Mapping[str, _Matched], asking: Asking, stored: Mapping[str, Entry]
) -> tuple[dict[str, _Matched], dict[str, int]]:
    """At most `limit` papers a topic, the newest; what is stored already isn't cut, and what is cut is counted."""
    kept = dict(matched)
    cut: dict[str, int] = {}
    for topic in asking.topics:
        fresh = [
            each.paper
            for each in matched.values()
            if each.paper.arxiv_id not in stored and any(match.topic == topic.name for match in each.topics)
        ]
        over = sorted(fresh, key=_age, reverse=True)[asking.limit :]
        for paper in over:
            left = tuple(match for match in kept[paper.arxiv_id].topics if match.topic != topic.name)
            kept[paper.arxiv_id] = _Matched(paper=paper, topics=left)
        if over:
            cut[topic.name] = len(over)
    return kept, cut


def _age(paper: Paper) -> tuple[str, str]:
    moment = paper.updated or paper.published
    return (moment.isoformat() if moment else "", paper.arxiv_id)


def _found(matched: Mapping[str, _Matched], answers: Answers, status: Status, now: dt.datetime) -> tuple[Found, ...]:
    corrected = (paper for arxiv_id, paper in answers.edited.items() if arxiv_id not in matched)
    return tuple(
        Found(
            paper=each.paper,
            topics=each.topics,
            listed=_listing_day(each, answers, status, now),
            revised=_revision_day(each, answers, status, now),
            versions=answers.versions.get(each.paper.arxiv_id, ()),
        )
        for each in (*matched.values(), *(_Matched(paper=paper, topics=()) for paper in corrected))
    )


def _listing_day(matched: _Matched, answers: Answers, status: Status, now: dt.datetime) -> dt.date:
    """Day under which a paper that is new to us stands as new."""
    paper = matched.paper
    # A paper that is met in a later version wasn't held: its first one was out long ago. Nor was one that had come to
    # the last run and could not be read.
    held = paper.version == 1 and all(row.subject != paper.arxiv_id for row in status.failures)
    return calendar.listing_day(
        published=paper.published,
        announced=paper.announced or (answers.shown.get(paper.arxiv_id) if paper.published is None else None),
        first_seen=now,
        looked_until=_looked_until(matched, status) if held else None,
    )


def _revision_day(matched: _Matched, answers: Answers, status: Status, now: dt.datetime) -> dt.date:
    """Day under which a later version stands as revised."""
    paper = matched.paper
    return calendar.listing_day(
        published=paper.updated,
        announced=answers.shown.get(paper.arxiv_id) if paper.updated is None else None,
        first_seen=now,
        looked_until=_looked_until(matched, status),
    )


def _looked_until(matched: _Matched, status: Status) -> dt.datetime | None:
    """Start of the last whole answer, when every topic of the paper had one: a new topic brings old papers."""
    looks = [_look(each, status.topics[each.topic]) for each in matched.topics if each.topic in status.topics]
    known = [look for look in looks if look is not None]
    return min(known) if known and len(known) == len(matched.topics) else None


def _look(match: TopicMatch, known: TopicStatus) -> dt.datetime | None:
    """Start of the last answer that could show such a paper: feeds tell no comments."""
    return known.answered if {each.field for each in match.evidence} == {"comment"} else latest_look(known)


def _find_code(
    changes: Changes, finders: Sequence[CodeFinder], reporter: Reporter
) -> tuple[Changes, tuple[Failure, ...]]:
    """Look for the code of what is new or revised."""
    fresh = (*changes.new, *changes.revised, *changes.edited)  # a comment that comes later often brings the link
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


def _report(topic: str, answers: Answers, matched: Mapping[str, _Matched], changes: Changes, cut: int) -> TopicReport:
    mine = {arxiv_id for arxiv_id, each in matched.items() if any(match.topic == topic for match in each.topics)}
    routes = answers.complete(topic)
    last = [route.name for route in answers.routes if topic in route.asked]
    return TopicReport(
        topic=topic,
        source=routes[0].name if routes else (last[-1] if last else ""),
        asked=bool(routes),
        matched=len(mine),
        new=len(mine & set(changes.new)),
        revised=len(mine & set(changes.revised)),
        cut=cut,
    )


def _source_status(
    answers: Answers, status: Status, now: dt.datetime, configured: Collection[str]
) -> dict[str, SourceStatus]:
    """A route fails when it gave no usable answer. One that can't answer a topic by its nature doesn't."""
    found = {name: known for name, known in status.sources.items() if name in configured}
    for route in answers.routes:
        known = found.get(route.name, SourceStatus())
        failing = route.message is not None
        found[route.name] = SourceStatus(
            reached=now if route.reached else known.reached,
            complete=now if route.complete >= route.asked else known.complete,
            failing_since=(known.failing_since or now) if failing else None,
            message=route.message,
        )
    return found


def _topic_status(
    topic: Topic, answers: Answers, status: Status, now: dt.datetime, since: dt.datetime | None, cut: int
) -> TopicStatus:
    known = status.topics.get(topic.name, TopicStatus(definition=""))
    routes = answers.complete(topic.name)
    if not routes:
        # What was asked before still holds; a changed definition is asked from the beginning once there is an answer.
        return msgspec.structs.replace(known, failing_since=known.failing_since or now)
    first = since is None
    return TopicStatus(
        definition=_definition(topic),
        answered=now if any(route.announced is None for route in routes) else known.answered,
        followed=now if first or any(route.by_announcement for route in routes) else known.followed,
        before=cut if first else known.before,
        cut=0 if first else known.cut + cut,
    )


def _mailing(answers: Answers, changes: Changes, status: Status, now: dt.datetime) -> Mailing:
    """The newest mailing, and who agrees on what it brought."""
    day = calendar.latest_mailing(now)
    agreed = [route.name for route in answers.routes if _tells_of(route, day, now)]
    before = status.mailing
    if before is not None and before.day == day:
        agreed = [*before.agreed, *agreed]
    papers = sum(entry.listed == day for entry in changes.entries.values())
    return Mailing(day=day, papers=papers, agreed=tuple(dict.fromkeys(agreed)))


def _tells_of(route: Route, day: dt.date, now: dt.datetime) -> bool:
    """Whether a route's answer was whole, and given when it could hold the mailing of `day`."""
    if not route.complete or route.complete < route.asked:
        return False
    return route.announced == day if route.announced else calendar.is_searchable(day, now)
