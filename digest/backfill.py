"""Past months: asked for window by window, oldest first; what one brought is stored before the next is asked for.

A backfill, or each shard of one, writes a single file of its own (`folding.Backfill`), whole after every window. So a
kill costs one window, and what shards found side by side is merged by git without a conflict. The archive shows its
papers at once; they move into the month files when everything has been asked for: at the end of an unsharded backfill,
else in the next run.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec

from digest import __version__, calendar
from digest.changes import Changes, Found, compare, is_withdrawn, with_links
from digest.errors import CodeFinderError, Malformed, SourceError
from digest.folding import Backfill, Progress, fold
from digest.model import Entry, Failure, Paper, RunReport, Topic, TopicReport, Version
from digest.months import Span, months_left, resume
from digest.ports import CodeFinder, Findings, Reporter
from digest.publish import publish
from digest.store import Store, digest_of, encode_backfill, encode_entries, month_of
from digest.topics import Matcher

_FEW = 3
"""Stored papers whose absence from an answer means something: one may have been removed."""


class Window(Protocol):
    """What a route says of the papers whose version 1 was submitted in a stretch of time."""

    @property
    def start(self) -> dt.datetime:
        """Its first moment, aware UTC."""

    @property
    def end(self) -> dt.datetime:
        """The moment after its last."""

    @property
    def findings(self) -> Findings:
        """Everything that any of the topics asked for."""


@runtime_checkable
class History(Protocol):
    """A source that can be asked for past submissions."""

    name: str
    requests: int

    def between(self, topics: Sequence[Topic], start: dt.datetime, end: dt.datetime) -> Iterator[Window]:
        """Windows from `start` to before `end`, oldest first, without a gap. Raises `SourceError`.

        Whoever implements it asks twice before it calls a window empty.
        """


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a backfill is made of; `assembly` builds it from the configuration, tests from fakes."""

    topics: tuple[Topic, ...]
    root: Path
    """Working directory."""
    data: str
    """Folder of the store, below it."""
    history: History
    finders: tuple[CodeFinder, ...]
    reporter: Reporter
    now: Callable[[], dt.datetime]
    budget: dt.timedelta
    """After it no further window is begun. The one under way is finished, so that every run of it gets on."""
    warnings: tuple[str, ...] = ()


def run(parts: Parts, span: Span) -> RunReport:
    """Go on with `span` until its end, the budget's, or a window that fails; report.

    Raises `ConfigError` for a range that can't be asked for, `StoreError`, `PublishError`. What was stored stays.
    """
    began = parts.now()
    work = _Work(parts, span, began)
    remarks = list(_remarks(work.progress, span, f"{parts.data}/backfill/{span.name}.jsonl", asks=bool(work.months)))
    try:
        for _ in work.windows():
            if not work.progress.done and parts.now() - began >= parts.budget:
                minutes = f"{parts.budget.total_seconds() / 60:g} minutes"
                remarks.append(_stopped(work.progress, f"the {minutes} of fetch.budget_minutes are used up"))
                break
    except SourceError as error:
        subject = f"{parts.history.name}: papers from {_day(work.progress.asked)} on"
        work.failures.append(Failure(stage="fetch", subject=subject, message=error.message, hint=error.hint))
        remarks.append(_stopped(work.progress, "there is no whole answer"))
    if work.progress.done and span.shards == 1:
        work.hand_over()
    return work.report((*parts.warnings, *remarks))


class _Work:
    """A backfill under way."""

    def __init__(self, parts: Parts, span: Span, now: dt.datetime) -> None:
        self._parts = parts
        self._name = span.name
        self._store = Store(parts.root / parts.data)
        known = self._store.backfills().get(span.name)
        self.progress = resume(span, known.progress if known else None, _definition(parts.topics), now)
        self.months = months_left(self.progress)
        self.failures: list[Failure] = []
        self._archive = self._store.entries()
        self._own = dict(known.entries) if known else {}
        self._matcher = Matcher(parts.topics)
        self._began = now
        self._requests = parts.history.requests
        self._counts: Counter[str | tuple[str, str]] = Counter()
        """Papers, and windows; of a topic by (what, its name)."""

    def windows(self) -> Iterator[None]:
        """Ask for what is left and store what comes: a window a step. Raises `SourceError`."""
        self._parts.reporter.stage("backfill", len(self.months))
        starts = [start for start, _ in self.months]
        for (start, end), following in zip(self.months, [*starts[1:], self.progress.end], strict=False):
            at = start
            for window in self._parts.history.between(self._parts.topics, start, end):
                if window.start > at:
                    break
                self._doubt(window)
                at = max(at, window.end)
                self._keep(window.findings, asked=at if at < end else following)
                yield
            if at < end:
                message = f"Nothing was said of papers from {_day(at)} on."
                raise Malformed(message, source=self._parts.history.name)
            self._parts.reporter.step(f"{start:%Y-%m}")

    def hand_over(self) -> None:
        """Move the papers of finished backfills into the month files; empty their own files after that."""
        pending = self._store.pending()
        months = {month_of(arxiv_id) for arxiv_id in pending.arxiv_ids}
        files = encode_entries(entry for entry in self._archive.values() if month_of(entry.arxiv_id) in months)
        self._publish({**files, **pending.files})

    def report(self, warnings: tuple[str, ...]) -> RunReport:
        """What this run of the backfill did; one that was interrupted before it told of its own."""
        counts, topics = self._counts, self._parts.topics if self.months else ()
        dated = [(entry.published, entry.arxiv_id) for entry in self._archive.values() if entry.published]
        return RunReport(
            command="backfill",
            version=__version__,
            started=self._began,
            finished=self._parts.now(),
            requests=self._parts.history.requests - self._requests,
            returned=counts["returned"],
            unmatched=counts["unmatched"],
            topics=tuple(
                TopicReport(
                    topic=topic.name,
                    source=self._parts.history.name,
                    asked=counts["windows"] > 0,
                    matched=counts["matched", topic.name],
                    new=counts["new", topic.name],
                    revised=counts["revised", topic.name],
                )
                for topic in topics
            ),
            new=counts["new"],
            revised=counts["revised"],
            withdrawn=counts["withdrawn"],
            unchanged=counts["unchanged"],
            total=len(self._archive),
            newest=max(dated)[1] if dated else None,
            failures=tuple(self.failures),
            warnings=warnings,
        )

    def _doubt(self, window: Window) -> None:
        """Empty answers come without reason now and then: one that lacks all that is stored is not believed."""
        if window.findings.papers or window.findings.skipped:
            return
        known = sum(
            entry.published is not None
            and window.start <= entry.published < window.end
            and bool(self._matcher.topics_of(entry))
            for entry in self._archive.values()
        )
        if known >= _FEW:
            message = f"The answer is empty, and yet {known} papers of its window are stored."
            raise Malformed(message, source=self._parts.history.name, hint="The next try may find them.")

    def _keep(self, findings: Findings, asked: dt.datetime) -> None:
        """Match, compare, find code and store, as a run does; then this window is done with."""
        without = [topic.name for topic in self._parts.topics if topic.name not in findings.complete]
        self.failures += findings.skipped
        if without or any(findings.cut.values()):
            message = f"The answer is not whole for {', '.join(without) or 'every topic'}."
            raise Malformed(message, source=self._parts.history.name)
        started = self.progress.started
        found = {paper.arxiv_id: self._found(paper, findings) for paper in findings.papers}
        changes = compare(self._archive, found.values(), now=started, mailing=calendar.latest_mailing(started))
        entries = {each: self._entry(found[each]) for each in changes.touched}
        again = {each: entry for each, entry in self._own.items() if each in entries}
        self._own |= entries
        self._own |= fold(again, (entries[each] for each in again))
        self._archive = fold(self._archive, entries.values())
        self.progress = msgspec.structs.replace(self.progress, asked=asked)
        self._publish(encode_backfill(self._name, Backfill(progress=self.progress, entries=self._own)))
        self._count(found.values(), changes)

    def _found(self, paper: Paper, findings: Findings) -> Found:
        return Found(
            paper=paper,
            topics=self._matcher.topics_of(paper),
            listed=self._mailing_of(paper.published, paper.announced),
            revised=self._mailing_of(paper.updated) if paper.version > 1 else None,
            versions=findings.versions.get(paper.arxiv_id, ()),
        )

    def _mailing_of(self, submitted: dt.datetime | None, announced: dt.date | None = None) -> dt.date:
        started = self.progress.started
        return calendar.listing_day(published=submitted, announced=announced, first_seen=started, looked_until=None)

    def _entry(self, found: Found) -> Entry:
        """What came, as it came: what it changes in the archive is found out anew whenever it is folded in."""
        paper = found.paper
        earlier = (each for each in found.versions if each.version < paper.version)
        entry = Entry(
            **msgspec.structs.asdict(paper),
            first_seen=self.progress.started,
            listed=found.listed,
            topics=found.topics,
            withdrawn=is_withdrawn(paper),
            versions=(*earlier, Version(version=paper.version, updated=paper.updated, listed=found.revised)),
        )
        for finder in self._parts.finders:
            try:
                entry = with_links(entry, finder.find(paper))
            except CodeFinderError as error:
                subject = f"{finder.name}: {paper.arxiv_id}"
                self.failures.append(Failure(stage="code", subject=subject, message=error.message))
        return entry

    def _publish(self, files: dict[str, bytes]) -> None:
        publish(self._parts.root, {f"{self._parts.data}/{path}": content for path, content in files.items()})

    def _count(self, found: Collection[Found], changes: Changes) -> None:
        kinds = {"new": changes.new, "revised": changes.revised, "withdrawn": changes.withdrawn}
        kinds |= {"unchanged": (*changes.unchanged, *changes.edited)}
        self._counts.update({what: len(ids) for what, ids in kinds.items()})
        self._counts.update(windows=1, returned=len(found), unmatched=sum(not each.topics for each in found))
        for each in found:
            for match in each.topics:
                self._counts["matched", match.topic] += 1
                self._counts["new", match.topic] += each.paper.arxiv_id in changes.new
                self._counts["revised", match.topic] += each.paper.arxiv_id in changes.revised


def _definition(topics: Sequence[Topic]) -> str:
    """Changes when what is asked for does."""
    return digest_of(msgspec.json.encode(sorted(topics, key=lambda topic: topic.name)).decode())


def _remarks(progress: Progress, span: Span, path: str, *, asks: bool) -> Iterator[str]:
    """What the reader has to know of what was asked for."""
    if span.until > progress.until:
        yield f"--to {span.until} is not over yet: asked for papers until {progress.until}."
    if not asks and progress.done:
        yield (
            f"{progress.since} to {progress.until} was asked for before, on {_day(progress.started)}: nothing to do. "
            f"To ask again, delete {path}."
        )
    elif not asks:
        yield f"Shard {span.shard}/{span.shards} has nothing to do: none of the months left is its own."
    elif progress.since.year not in calendar.covered_years():
        yield (
            f"arXiv's holidays before {calendar.covered_years()[0]} are not known to this version: "
            "some papers are listed a day off."
        )


def _stopped(progress: Progress, why: str) -> str:
    return f"Stopped at {_day(progress.asked)}: {why}. Run the same command again to go on from there."


def _day(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d}" if moment.time() == dt.time() else f"{moment:%Y-%m-%d %H:%M} UTC"
