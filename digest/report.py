"""A run report in words: for the terminal, and for the summary of a GitHub job. Pure."""

from __future__ import annotations

import datetime as dt

from digest.model import Failure, LanguageReport, RunReport, Status, TopicReport


def headline(report: RunReport) -> str:
    """One sentence: what changed."""
    if not report.new and not report.revised and not report.withdrawn:
        changed = "nothing new"
    else:
        counts = ((report.new, "new"), (report.revised, "revised"), (report.withdrawn, "withdrawn"))
        changed = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"{changed}; {report.total:,} papers in all"


def lines(report: RunReport) -> list[str]:
    """The report as plain lines."""
    seconds = (report.finished - report.started).total_seconds()
    found = [f"{report.command}: {headline(report)} ({report.requests} requests to arXiv, {seconds:.1f} s)"]
    found += [f"  {topic.topic}: {asked(topic)}" for topic in report.topics]
    found += [f"  {language.language}: {translated(language)}" for language in report.languages]
    found += [f"  warning: {warning}" for warning in report.warnings]
    for failure in report.failures:
        message, *hint = _failed(failure)
        found += [f"  failed: {failure.stage}: {message}", *hint]
    return found


def summary(report: RunReport) -> str:
    """The report as Markdown for `GITHUB_STEP_SUMMARY`."""
    rows = [
        f"| {_cell(topic.topic)} | {topic.returned} | {topic.new} | {topic.revised} | {topic.unmatched} "
        f"| {topic.cut or ''} | {'' if topic.asked else 'no answer'} |"
        for topic in report.topics
    ]
    table = [
        "| Topic | Returned | New | Revised | Without the topic's words | Cut | |",
        "|---|--:|--:|--:|--:|--:|---|",
        *rows,
        "",
    ]
    languages = [f"- {_cell(language.language)}: {_cell(translated(language))}" for language in report.languages]
    warnings = [f"- warning: {_cell(warning)}" for warning in report.warnings]
    failures = [f"- **failed**: {failure.stage} {_cell(' '.join(_failed(failure)))}" for failure in report.failures]
    parts = [f"### arXiv digest: {headline(report)}", "", *(table if rows else []), *languages, *warnings, *failures]
    return "\n".join(parts) + "\n"


def asked(topic: TopicReport) -> str:
    """What one topic brought."""
    if not topic.asked:
        return f"no answer from {topic.source}; what is stored stays as it is"
    parts = [f"{topic.returned} returned", f"{topic.new} new", f"{topic.revised} revised"]
    if topic.unmatched:
        parts.append(f"{topic.unmatched} without the topic's words, left out")
    if topic.cut:
        parts.append(f"{topic.cut} cut by max_results")
    return ", ".join(parts)


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
    """`digest status`: when arXiv was last reached, the newest paper, what fails and since when."""
    found = []
    for name, source in sorted(status.sources.items()):
        reached = f"last reached {_ago(source.reached, now)}" if source.reached else "never reached"
        failing = f"; failing since {_ago(source.failing_since, now)}: {source.message}" if source.failing_since else ""
        found.append(f"{name}: {reached}{failing}")
    if not found:
        found.append("No run yet: python -m digest run")
    if status.newest_paper and status.newest_published:
        found.append(f"newest paper: {status.newest_paper}, submitted {_ago(status.newest_published, now)}")
    if status.last_run:
        found += lines(status.last_run)
    return found


def age(status: Status, now: dt.datetime) -> dt.timedelta | None:
    """Time since any source last gave a whole answer to every topic; None when none ever did."""
    answers = [source.complete for source in status.sources.values() if source.complete]
    return now - max(answers) if answers else None


def _failed(failure: Failure) -> list[str]:
    since = f" (since {failure.since:%Y-%m-%d %H:%M} UTC)" if failure.since else ""
    hint = [f"    {failure.hint}"] if failure.hint else []
    return [f"{failure.subject}: {failure.message}{since}", *hint]


def _ago(moment: dt.datetime, now: dt.datetime) -> str:
    passed = now - moment
    ago = f"{passed.days} days" if passed >= dt.timedelta(days=2) else f"{passed.total_seconds() / 3600:.0f} hours"
    return f"{moment:%Y-%m-%d %H:%M} UTC ({ago} ago)"


def _cell(text: str) -> str:
    """Text for GitHub's summary, where a topic's name or a server's message must not become markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    return " ".join(escaped.replace("`", "&#96;").split())
