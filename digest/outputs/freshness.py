"""Says how fresh the pages are and what they lack, from recorded facts only: no page claims a check that failed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import msgspec

from digest.model import Digest, SourceStatus, Status
from digest.outputs.views import Date, on_day
from digest.outputs.wording import Words
from digest.text import collapse


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a reader should know of, in one calm sentence."""

    text: str
    detail: str | None = None
    """What the source or program said, in English; None when it says no more than `text`."""


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source in the table of the about page."""

    name: str
    reached: Date | None
    complete: Date | None
    failing: Date | None
    message: str | None


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """When arXiv was last asked with success, and what it last had."""

    checked: Date | None
    """UTC day of the last usable answer; None when there never was one."""
    newest: Date | None
    """When the newest paper was submitted."""
    shown: Date | None
    """The newest mailing day that has a page."""
    problems: tuple[Problem, ...]
    sources: tuple[SourceRow, ...]


def assess(digest: Digest, words: Words) -> Freshness:
    """What `digest.status` and the papers themselves say of their age."""
    sources = digest.status.sources
    reached = [status.reached for status in sources.values() if status.reached is not None]
    published = [entry.published for entry in digest.entries if entry.published is not None]
    listed = [known.listed for entry in digest.entries for known in entry.versions if known.listed is not None]
    listed += [entry.listed for entry in digest.entries]
    return Freshness(
        checked=on_day(digest.today if digest.sample else max(reached, default=None), words),
        newest=on_day(max(published, default=None), words),
        shown=on_day(max(listed, default=None), words),
        problems=tuple(_problems(digest, words)),
        sources=tuple(
            SourceRow(
                name=words.name("source", name),
                reached=on_day(status.reached, words),
                complete=on_day(status.complete, words),
                failing=on_day(status.failing_since, words),
                message=collapse(status.message) if status.message else None,
            )
            for name, status in sources.items()
        ),
    )


def _problems(digest: Digest, words: Words) -> Iterator[Problem]:
    for name, status in digest.status.sources.items():
        if status.failing_since is not None:
            yield _failing(words.name("source", name), status, status.failing_since, words)
    yield from _unanswered(digest.status, words)
    yield from _survived(digest.status, words)
    if not digest.sample:
        yield from _waiting(digest.status, words)


def _failing(name: str, status: SourceStatus, since: dt.datetime, words: Words) -> Problem:
    detail = collapse(status.message) if status.message else None
    on = _day(since, words)
    if status.reached is None:
        return Problem(text=words("notice.never", source=name, since=on), detail=detail)
    return Problem(text=words("notice.failing", source=name, since=on, last=_day(status.reached, words)), detail=detail)


def _unanswered(status: Status, words: Words) -> Iterator[Problem]:
    """Topics that show what they had, or not all that arXiv has."""
    for topic, known in status.topics.items():
        if known.failing_since is not None and known.answered is not None:
            yield Problem(text=words("notice.topic", topic=collapse(topic), last=_day(known.answered, words)))
        elif known.failing_since is not None:
            yield Problem(text=words("notice.topic.never", topic=collapse(topic)))
        if known.cut:
            yield Problem(text=words.count("notice.cut", known.cut, topic=collapse(topic)))


def _survived(status: Status, words: Words) -> Iterator[Problem]:
    """Failures by stage, with the day when the first of them began; the about page lists each."""
    for stage, number in Counter(failure.stage for failure in status.failures).items():
        since = [failure.since for failure in status.failures if failure.stage == stage and failure.since]
        yield Problem(text=words.count(f"notice.{stage}", number, day=_day(min(since), words) if since else "?"))


def _waiting(status: Status, words: Words) -> Iterator[Problem]:
    """Papers that nobody is going to translate as things are."""
    for report in status.languages:
        if report.backend is None and report.waiting:
            text = words.count("notice.waiting", report.waiting, language=words.name("language", report.language))
            yield Problem(text=text, detail=collapse(report.note) if report.note else None)


def _day(time: dt.datetime, words: Words) -> str:
    return words.date(time.astimezone(dt.UTC).date())
