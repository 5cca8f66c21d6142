"""What runs did, in words: for the terminal, for the summary of a GitHub job, and for `--max-age`. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from digest import calendar
from digest.gfm import cell
from digest.model import (
    Failure,
    LanguageReport,
    Mailing,
    RunReport,
    SourceStatus,
    Status,
    TopicReport,
    TopicStatus,
    latest_look,
)

_AGREE = 2
"""Routes, or a route and the calendar, that make sure that a mailing without papers is no fault."""


def headline(report: RunReport) -> str:
    """One sentence: what changed."""
    if not report.new and not report.revised and not report.withdrawn:
        changed = "nothing new"
    else:
        counts = ((report.new, "new"), (report.revised, "revised"), (report.withdrawn, "withdrawn"))
        changed = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"{changed}; {_count(report.total, 'paper')} in all"


def lines(report: RunReport) -> list[str]:
    """The report as plain lines."""
    seconds = (report.finished - report.started).total_seconds()
    found = [f"{report.command}: {headline(report)} ({_count(report.requests, 'request')} to arXiv, {seconds:.1f} s)"]
    if report.topics:
        found.append(f"  {_came(report)}")
    found += [f"  {topic.topic}: {asked(topic)}" for topic in report.topics]
    found += [f"  {language.language}: {translated(language)}" for language in report.languages]
    found += [f"  warning: {warning}" for warning in report.warnings]
    for failure in report.failures:
        message, *hint = _failed(failure)
        found += [f"  failed: {failure.stage}: {message}", *hint]
    return found


def summary(report: RunReport, status: Status | None = None) -> str:
    """The report as Markdown for `GITHUB_STEP_SUMMARY`; with `status`, also how fresh the digest is after it."""
    rows = [
        f"| {cell(topic.topic)} | {topic.matched} | {topic.new} | {topic.revised} "
        f"| {topic.cut or ''} | {cell(topic.source) if topic.asked else 'no whole answer'} |"
        for topic in report.topics
    ]
    table = ["| Topic | Matched | New | Revised | Cut | Answer |", "|---|--:|--:|--:|--:|---|", *rows]
    fresh = [f"- {cell(line)}" for line in _freshness(status, report.finished)] if status else []
    languages = [f"- {cell(language.language)}: {cell(translated(language))}" for language in report.languages]
    warnings = [f"- warning: {cell(warning)}" for warning in report.warnings]
    failures = [f"- **failed**: {failure.stage} {cell(' '.join(_failed(failure)))}" for failure in report.failures]
    parts = [f"### arXiv digest: {headline(report)}", "", *fresh, ""]
    if rows:
        parts += [_came(report), "", *table, ""]
    return "\n".join([*parts, *languages, *warnings, *failures]) + "\n"


def asked(topic: TopicReport) -> str:
    """What one topic brought."""
    if not topic.asked:
        return f"no whole answer (last asked: {topic.source or 'nobody'}); what is stored stays as it is"
    parts = [f"{topic.matched} matched", f"{topic.new} new", f"{topic.revised} revised"]
    if topic.cut:
        parts.append(f"{topic.cut} cut by max_results")
    return f"{', '.join(parts)} ({topic.source})"


def translated(language: LanguageReport) -> str:
    """How far the translation into one language is."""
    by = f" by {language.backend}" if language.backend else ""
    parts = [f"{language.translated} papers translated{by}"]
    if language.waiting:
        parts.append(f"{language.waiting} not translated yet")
    if language.failed:
        parts.append(f"{language.failed} failed their checks")
    if language.note:
        parts.append(language.note)
    return ", ".join(parts)


def freshness(status: Status, now: dt.datetime) -> list[str]:
    """`digest status`: how each route and topic stands, the newest paper and mailing, and what the last run did."""
    return [*_freshness(status, now), *(lines(status.last_run) if status.last_run else [])]


def age(status: Status, now: dt.datetime) -> dt.timedelta | None:
    """Time since the last moment when every topic had a whole answer, by whichever route; None when one never had."""
    answers = [latest_look(topic) for topic in status.topics.values()]
    known = [answer for answer in answers if answer is not None]
    return now - min(known) if known and len(known) == len(answers) else None


def _freshness(status: Status, now: dt.datetime) -> Iterator[str]:
    if not status.sources:
        yield "No run yet: python -m digest run"
    for name, source in sorted(status.sources.items()):
        yield f"{name}: {_route(source, now)}"
    yield from _topics(status, now)
    if status.newest_paper and status.newest_published:
        yield f"newest paper: {status.newest_paper}, submitted {_ago(status.newest_published, now)}"
    if status.mailing:
        yield from _mailings(status.mailing, now)


def _route(source: SourceStatus, now: dt.datetime) -> str:
    parts = [f"last reached {_ago(source.reached, now)}" if source.reached else "never reached"]
    if source.failing_since:
        parts.append(f"failing since {_ago(source.failing_since, now)}")
    if source.complete is None:
        parts.append("no whole answer yet")
    elif source.complete != source.reached:
        parts.append(f"last whole answer {_ago(source.complete, now)}")
    return "; ".join(parts) + (f": {' '.join(source.message.split())}" if source.message else "")


def _topics(status: Status, now: dt.datetime) -> Iterator[str]:
    """Topics without a whole answer, by name; those that have one, together."""
    looks = [latest_look(topic) for topic in status.topics.values() if topic.failing_since is None]
    answered = [look for look in looks if look is not None]
    if answered:
        which = "every topic" if len(answered) == len(status.topics) else _count(len(answered), "topic")
        yield f"{which} had a whole answer {_ago(min(answered), now)}"
    for name, topic in status.topics.items():
        if not _is_whole(topic):
            since = f" since {_ago(topic.failing_since, now)}" if topic.failing_since else ""
            look = latest_look(topic)
            last = f"the last one {_ago(look, now)}" if look else "nor before"
            yield f"{name}: no whole answer{since}; {last}"


def _is_whole(topic: TopicStatus) -> bool:
    return latest_look(topic) is not None and topic.failing_since is None


def _mailings(mailing: Mailing, now: dt.datetime) -> Iterator[str]:
    yield f"newest mailing: {mailing.day:%a %Y-%m-%d}, {_brought(mailing)}"
    latest = calendar.latest_mailing(now)
    if latest > mailing.day:
        yield f"not asked for yet: the mailing of {latest:%a %Y-%m-%d}, out since {calendar.mailed(latest):%H:%M} UTC"
    following = calendar.next_mailing(now)
    silence = " (arXiv announces nothing at weekends and on its holidays)" if (following - latest).days > 1 else ""
    yield f"next mailing: {following:%a %Y-%m-%d}, out at {calendar.mailed(following):%Y-%m-%d %H:%M} UTC{silence}"
    if unknown := calendar.warning(following):
        yield f"warning: {unknown}"


def _brought(mailing: Mailing) -> str:
    routes = " and ".join(mailing.agreed)
    papers = _count(mailing.papers, "new paper") if mailing.papers else "no new paper"
    if not mailing.agreed:
        return f"{papers} so far; no whole answer for it yet" if mailing.papers else "no answer for it yet"
    if mailing.papers:
        return f"{papers} (whole answer from {routes})"
    if len(mailing.agreed) >= _AGREE:
        return f"{papers} ({routes} agree)"
    return f"{papers}, says {routes}; no second route has confirmed it yet"


def _came(report: RunReport) -> str:
    left_out = f", {report.unmatched} without any topic's words, left out" if report.unmatched else ""
    return f"{_count(report.returned, 'paper')} came{left_out}"


def _failed(failure: Failure) -> list[str]:
    since = f" (since {failure.since:%Y-%m-%d %H:%M} UTC)" if failure.since else ""
    hint = [f"    {failure.hint}"] if failure.hint else []
    return [f"{failure.subject}: {failure.message}{since}", *hint]


def _ago(moment: dt.datetime, now: dt.datetime) -> str:
    passed = now - moment
    hours = passed // dt.timedelta(hours=1)
    ago = _count(passed.days, "day") if passed >= dt.timedelta(days=2) else _count(max(hours, 0), "hour")
    return f"{moment:%Y-%m-%d %H:%M} UTC ({ago} ago)"


def _count(number: int, what: str) -> str:
    """`1 paper`, `1,234 papers`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
