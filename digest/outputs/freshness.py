"""Says how fresh the pages are and what they lack, from recorded facts only: no page claims a check that failed.

No clock is asked, so a second run on one day leaves every page as it is. That nobody has run anything since, only the
reader's own clock can tell: `templates/static/site.js` compares it with `Freshness.checked`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import msgspec

from digest.model import Digest, Failure, SourceStatus, Status, TopicStatus, latest_look
from digest.outputs.homes import homes
from digest.outputs.mailing import Told, named, tell
from digest.outputs.parts import Place
from digest.outputs.views import Date, on_day
from digest.outputs.wording import Words
from digest.text import collapse

PROMISE = 4
"""Days without a check after which a page says so at its top.

A run on each working day leaves three between Friday's and Monday's, also around arXiv's holidays, for a run that finds
no mailing is a check too. One day more is for a run that failed.
"""
_NAMED = 3
"""Topics that a sentence names before it counts the rest."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a reader should know of, in one calm sentence."""

    text: str
    detail: str | None = None
    """What the source or program said, in English; None when it says no more than `text`."""


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A route to arXiv in the table of the about page."""

    name: str
    reached: Date | None
    complete: Date | None
    failing: Date | None


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """When arXiv was last asked with success, what it last had, and what is missing."""

    checked: Date | None
    """UTC day of the last usable answer; None when there never was one."""
    promise: int
    """`PROMISE`."""
    mailing: Told | None
    """The newest mailing; None when no run has looked for one."""
    newest: Date | None
    """When the newest paper was submitted."""
    paper: Place | None
    """Where the newest paper lives."""
    shown: Date | None
    """The newest mailing day that has a page."""
    whole: bool
    """Whether every topic has had its whole answer, by whichever route."""
    empty: str
    """Why there is no paper, for a digest that has none."""
    problems: tuple[Problem, ...]
    """What these pages may lack: for the top of every page."""
    remarks: tuple[Problem, ...]
    """What failed without loss: for the about page alone."""
    sources: tuple[SourceRow, ...]


def assess(digest: Digest, words: Words) -> Freshness:
    """What `digest.status` and the papers themselves say of their age."""
    status = digest.status
    reached = [source.reached for source in status.sources.values() if source.reached is not None]
    submitted = max(((each.published, each.arxiv_id) for each in digest.entries if each.published), default=None)
    listed = [known.listed for entry in digest.entries for known in entry.versions if known.listed is not None]
    listed += [entry.listed for entry in digest.entries]
    told = tell(status.mailing, words) if status.mailing else None
    whole = _is_whole(status)
    return Freshness(
        checked=on_day(digest.today if digest.sample else max(reached, default=None), words),
        promise=PROMISE,
        mailing=told,
        newest=on_day(submitted[0], words) if submitted else None,
        paper=Place(path=homes(digest)[submitted[1]], name=submitted[1]) if submitted else None,
        shown=on_day(max(listed, default=None), words),
        whole=whole,
        empty=_empty(status, words, whole=whole),
        problems=tuple(_problems(digest, told, words, whole=whole)),
        remarks=tuple(_remarks(status, words)) if whole else (),
        sources=tuple(
            SourceRow(
                name=words.name("source", name),
                reached=on_day(source.reached, words),
                complete=on_day(source.complete, words),
                failing=on_day(source.failing_since, words),
            )
            for name, source in status.sources.items()
        ),
    )


def _is_whole(status: Status) -> bool:
    if not status.topics:
        return all(source.failing_since is None for source in status.sources.values())
    return all(latest_look(topic) is not None and topic.failing_since is None for topic in status.topics.values())


def _empty(status: Status, words: Words, *, whole: bool) -> str:
    if not whole:
        return words("empty.failing")
    return words("empty.first" if status.last_run is None else "empty.unmatched")


def _problems(digest: Digest, told: Told | None, words: Words, *, whole: bool) -> Iterator[Problem]:
    status = digest.status
    if not whole:
        for name, source in status.sources.items():
            if source.failing_since is not None:
                yield Problem(text=_failing(name, source, source.failing_since, words), detail=_said(source))
    yield from _unanswered(status, words)
    if whole and told is not None and told.doubt is not None:
        yield Problem(text=told.doubt)
    yield from _survived(status, words)
    if not digest.sample:
        yield from _waiting(status, words)


def _remarks(status: Status, words: Words) -> Iterator[Problem]:
    """Routes that failed while another one gave all that was asked for."""
    answering = [name for name, source in status.sources.items() if source.reached and not source.failing_since]
    routes = named(answering, words) if answering else None
    for name, source in status.sources.items():
        if source.failing_since is None:
            continue
        whole = words("remark.whole", routes=routes) if routes else ""
        text = f"{_failing(name, source, source.failing_since, words)} {whole}".rstrip()
        yield Problem(text=text, detail=_said(source))


def _failing(name: str, source: SourceStatus, since: dt.datetime, words: Words) -> str:
    values = {"source": words.name("source", name), "since": _day(since, words)}
    if source.reached is None:
        return words("notice.never", **values)
    part = source.reached >= since
    return words("notice.part" if part else "notice.failing", last=_day(source.reached, words), **values)


def _said(source: SourceStatus) -> str | None:
    return collapse(source.message) if source.message else None


def _unanswered(status: Status, words: Words) -> Iterator[Problem]:
    """Topics that show what they had, those of one fate together; and topics that don't show all that arXiv has."""
    fates: dict[tuple[str, str | None], list[str]] = {}
    for topic, known in status.topics.items():
        if (fate := _fate(known, words)) is not None:
            fates.setdefault(fate, []).append(topic)
    for (since, last), names in fates.items():
        topics = _together(names, len(status.topics), words)
        if last is None:
            yield Problem(text=words("notice.topic.never", topics=topics, since=since))
        else:
            yield Problem(text=words("notice.topic", topics=topics, since=since, last=last))
    for topic, known in status.topics.items():
        if known.cut:
            yield Problem(text=words.count("notice.cut", known.cut, topic=collapse(topic)))


def _fate(topic: TopicStatus, words: Words) -> tuple[str, str | None] | None:
    """Since when it has no whole answer, and when it had the last one."""
    if topic.failing_since is None:
        return None
    look = latest_look(topic)
    return _day(topic.failing_since, words), _day(look, words) if look else None


def _together(names: list[str], all_topics: int, words: Words) -> str:
    if len(names) == all_topics > 1:
        return words("notice.any")
    quoted = [words("notice.quoted", topic=collapse(name)) for name in names]
    more = len(quoted) - _NAMED
    if more <= 1:
        return words.series(quoted)
    return words.count("notice.topics", more, topics=words.series(quoted[:_NAMED]))


def _survived(status: Status, words: Words) -> Iterator[Problem]:
    """Failures by stage, with the day when the first of them began; the about page lists each."""
    failures = [failure for failure in status.failures if not _is_told_by_route(failure, status)]
    for stage, number in Counter(failure.stage for failure in failures).items():
        since = [failure.since for failure in failures if failure.stage == stage and failure.since]
        yield Problem(text=words.count(f"notice.{stage}", number, day=_day(min(since), words) if since else "?"))


def _is_told_by_route(failure: Failure, status: Status) -> bool:
    """Whether what the status holds of routes and topics tells it already: its subject is `api` or `api: Topic`."""
    route, _, topic = failure.subject.partition(": ")
    return failure.stage == "fetch" and route in status.sources and (not topic or topic in status.topics)


def _waiting(status: Status, words: Words) -> Iterator[Problem]:
    """Papers that nobody is going to translate as things are."""
    for report in status.languages:
        if report.backend is None and report.waiting:
            text = words.count("notice.waiting", report.waiting, language=words.name("language", report.language))
            yield Problem(text=text, detail=collapse(report.note) if report.note else None)


def _day(time: dt.datetime, words: Words) -> str:
    return words.date(time.astimezone(dt.UTC).date())
