"""The story of a run: fetch → compare → find code → translate → store → render.

Everything is read first and written last, so that a run that stops leaves every file as it was. What fails on the way
and can be survived becomes a row of the report; the next run tries it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from digest import __version__, calendar
from digest.config import Config
from digest.fetching import Asking, News, fetch
from digest.folding import Pending
from digest.model import Digest, Entry, Failure, LanguageReport, RunReport, Status
from digest.ports import CodeFinder, Output, Reporter, Source, Translator
from digest.publish import Published, merge, publish
from digest.store import Store, encode_entries, encode_status, encode_translations, month_of
from digest.translating import Texts, Translated, current, missing, translate

ALL = frozenset({"fetch", "translate", "render"})


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is made of; `assembly` builds it from the configuration, tests from fakes."""

    config: Config
    root: Path
    """Working directory: every path that is written lies below it."""
    now: Callable[[], dt.datetime]
    reporter: Reporter
    sources: tuple[Source, ...] = ()
    finders: tuple[CodeFinder, ...] = ()
    translators: tuple[Translator, ...] = ()
    note: str | None = None
    """Why a configured translator is not among `translators`."""
    outputs: tuple[Output, ...] = ()
    warnings: tuple[str, ...] = ()
    sample: bool = False


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is stored, as it was read or as it will be written."""

    entries: Mapping[str, Entry]
    texts: Mapping[str, Texts]
    """By language."""
    status: Status
    pending: Pending = Pending()
    """What finished backfills hand over to the month files."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run."""

    report: RunReport
    status: Status
    published: Published


def run(parts: Parts, *, command: str = "run", stages: frozenset[str] = ALL) -> Run:
    """Do the stages, publish, report. Raises `DigestError` when nothing could be published; then nothing was."""
    started = parts.now()
    stored = gather(parts)
    news = _fetch(parts, stored, started) if "fetch" in stages else None
    entries = news.changes.entries if news else stored.entries
    translated = _translate(parts, entries, stored) if "translate" in stages else ()
    report = _report(command, parts, stored, entries, news, translated, started)
    archive = Archive(
        entries=entries,
        texts={**stored.texts, **{each.report.language: each.texts for each in translated}},
        status=_status(parts, stored, report, entries, news, translated) if news or translated else stored.status,
        pending=stored.pending if news else Pending(),
    )
    files = _facts(parts.config.data, archive, news, translated)
    if "render" in stages:
        files |= render(parts, archive)
    if news or translated:  # last: it says that the rest is there
        files |= {f"{parts.config.data}/status.json": encode_status(archive.status)}
    folders = (parts.config.site.output, parts.config.daily) if "render" in stages else ()
    return Run(report=report, status=archive.status, published=publish(parts.root, files, folders=folders))


def gather(parts: Parts) -> Archive:
    """Read everything. Raises `StoreError`."""
    store = Store(parts.root / parts.config.data)
    languages = parts.config.translate.languages
    return Archive(
        entries=store.entries(),
        texts={language: store.translations(language) for language in languages},
        status=store.status(),
        pending=store.pending(),
    )


def render(parts: Parts, archive: Archive) -> dict[str, bytes]:
    """Every file that readers see. Raises `RenderError`."""
    config = parts.config
    reached = [source.reached for source in archive.status.sources.values() if source.reached]
    digest = Digest(
        title=config.title,
        description=config.description,
        topics=config.topics,
        entries=tuple(archive.entries.values()),
        translations={language: current(archive.entries, texts) for language, texts in archive.texts.items()},
        languages=config.translate.languages,
        status=archive.status,
        today=max(reached).date() if reached else parts.now().date(),
        site_url=config.site_url,
        repository=config.repository,
        paper_pages=config.site.paper_pages,
        sample=parts.sample,
    )
    parts.reporter.stage("render", len(parts.outputs))
    rendered = []
    for output in parts.outputs:
        rendered.append(output.render(digest))
        parts.reporter.step(output.name)
    return merge([*rendered, {f"{config.site.output}/status.json": encode_status(archive.status)}])


def _fetch(parts: Parts, stored: Archive, now: dt.datetime) -> News:
    asking = Asking(
        topics=parts.config.topics,
        sources=parts.sources,
        finders=parts.finders,
        lookback=dt.timedelta(days=parts.config.fetch.lookback_days),
        limit=parts.config.max_results,
    )
    return fetch(asking, stored.entries, stored.status, now=now, reporter=parts.reporter)


def _translate(parts: Parts, entries: Mapping[str, Entry], stored: Archive) -> tuple[Translated, ...]:
    settings = parts.config.translate
    return tuple(
        translate(
            entries,
            stored.texts[language],
            language,
            parts.translators,
            fields=settings.fields,
            limit=settings.max_papers,
            note=parts.note,
            reporter=parts.reporter,
        )
        for language in settings.languages
    )


def _facts(data: str, archive: Archive, news: News | None, translated: Iterable[Translated]) -> dict[str, bytes]:
    """The month files in which something changed."""
    fresh = (*archive.pending.arxiv_ids, *(news.changes.touched if news else ()))
    touched = {month_of(arxiv_id) for arxiv_id in fresh}
    files = encode_entries(entry for entry in archive.entries.values() if month_of(entry.arxiv_id) in touched)
    for each in translated:
        months = {month_of(arxiv_id) for arxiv_id in each.touched}
        texts = (text for text in each.texts.values() if month_of(text.arxiv_id) in months)
        files |= encode_translations(each.report.language, texts)
    files |= archive.pending.files  # after the month files: a kill in between leaves the papers in both
    return {f"{data}/{path}": content for path, content in files.items()}


def _report(
    command: str,
    parts: Parts,
    stored: Archive,
    entries: Mapping[str, Entry],
    news: News | None,
    translated: tuple[Translated, ...],
    started: dt.datetime,
) -> RunReport:
    changes = news.changes if news else None
    failures = (*(news.failures if news else ()), *(failure for each in translated for failure in each.failures))
    unknown = calendar.warning(started.date())
    return RunReport(
        command=command,
        version=__version__,
        started=started,
        finished=parts.now(),
        requests=news.requests if news else 0,
        returned=news.returned if news else 0,
        unmatched=news.unmatched if news else 0,
        topics=news.topics if news else (),
        new=len(changes.new) if changes else 0,
        revised=len(changes.revised) if changes else 0,
        withdrawn=len(changes.withdrawn) if changes else 0,
        unchanged=len(changes.unchanged) + len(changes.edited) if changes else 0,
        total=len(entries),
        newest=_newest(entries),
        languages=tuple(each.report for each in translated),
        failures=_since_when(failures, stored.status, started),
        warnings=(*parts.warnings, *([unknown] if unknown and news else [])),
    )


def _status(
    parts: Parts,
    stored: Archive,
    report: RunReport,
    entries: Mapping[str, Entry],
    news: News | None,
    translated: tuple[Translated, ...],
) -> Status:
    """The status after a run: what this run didn't do stands as it was."""
    known = stored.status
    newest = entries[report.newest] if report.newest else None
    done = ({"fetch", "code"} if news else set()) | ({"translate"} if translated else set())
    return Status(
        sources=dict(news.sources) if news else known.sources,
        topics=dict(news.asked) if news else known.topics,
        mailing=news.mailing if news else known.mailing,
        feeds=dict(news.feeds) if news else known.feeds,
        languages=report.languages if translated else _still_waiting(parts, stored, entries),
        failures=(*report.failures, *(failure for failure in known.failures if failure.stage not in done)),
        newest_paper=report.newest,
        newest_published=newest.published if newest else None,
        last_run=report,
    )


def _still_waiting(parts: Parts, stored: Archive, entries: Mapping[str, Entry]) -> tuple[LanguageReport, ...]:
    """What is known of each language, with the papers that wait now that there are new ones."""
    fields = parts.config.translate.fields
    return tuple(
        msgspec.structs.replace(each, waiting=len(missing(entries.values(), stored.texts[each.language], fields)))
        for each in stored.status.languages
        if each.language in stored.texts
    )


def _since_when(failures: Iterable[Failure], known: Status, now: dt.datetime) -> tuple[Failure, ...]:
    """Each failure with the moment when it began: a page that says "failing since" must mean it."""
    began = {(failure.stage, failure.subject): failure.since for failure in known.failures}
    return tuple(
        msgspec.structs.replace(failure, since=began.get((failure.stage, failure.subject)) or now)
        for failure in failures
    )


def _newest(entries: Mapping[str, Entry]) -> str | None:
    dated = [(entry.published, entry.arxiv_id) for entry in entries.values() if entry.published]
    return max(dated)[1] if dated else None
