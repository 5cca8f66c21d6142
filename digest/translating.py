"""The second half of a run: translate what has no translation of its present text, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from digest.errors import TranslationError
from digest.model import Entry, Failure, LanguageReport, TextField, Translation
from digest.ports import Reporter, Translator
from digest.store import digest_of

Texts = Mapping[tuple[str, str], Translation]
"""(arXiv id, field) → translation, of one language."""


class Translated(msgspec.Struct, frozen=True, kw_only=True):
    """The memory of one language after a run, and what the run did to it."""

    texts: Texts
    touched: frozenset[str]
    """arXiv ids whose translation changed."""
    report: LanguageReport
    failures: tuple[Failure, ...]


def translate(
    entries: Mapping[str, Entry],
    memory: Texts,
    language: str,
    translators: Sequence[Translator],
    *,
    fields: Sequence[TextField],
    limit: int,
    note: str | None,
    reporter: Reporter,
) -> Translated:
    """Translate at most `limit` papers. One that fails stays as it is and is tried again next run."""
    waiting = missing(entries.values(), memory, fields)
    ready = list(translators)
    todo = waiting[:limit] if ready else []
    reporter.stage(f"translate {language}", len(todo))
    texts = dict(memory)
    done: list[str] = []
    failures: list[Failure] = []
    used: dict[str, None] = {}
    tried = 0
    for entry, wanted in todo:
        if not ready:
            break
        tried += 1
        found, failed = _first(entry, wanted, language, ready)
        failures += failed
        if found:
            texts |= {(each.arxiv_id, each.field): each for each in found}
            used |= dict.fromkeys(each.engine for each in found)
            done.append(entry.arxiv_id)
        reporter.step(entry.arxiv_id)
    return Translated(
        texts=texts,
        touched=frozenset(done),
        report=LanguageReport(
            language=language,
            backend=", ".join(used) or (translators[0].name if translators else None),
            translated=len(done),
            waiting=len(waiting) - len(done),
            failed=tried - len(done),
            note=note,
        ),
        failures=tuple(failures),
    )


def missing(
    entries: Iterable[Entry], memory: Texts, fields: Sequence[TextField]
) -> list[tuple[Entry, tuple[TextField, ...]]]:
    """Papers with the fields whose present text has no translation, newest first."""
    found = []
    for entry in entries:
        wanted = tuple(field for field in fields if getattr(entry, field) and not _is_current(entry, field, memory))
        if wanted:
            found.append((entry, wanted))
    return sorted(found, key=_newest, reverse=True)


def current(entries: Mapping[str, Entry], memory: Texts) -> dict[tuple[str, str], Translation]:
    """The memory as pages show it: a text that a new version left as it was counts as that version's."""
    return {
        key: msgspec.structs.replace(text, version=entries[key[0]].version)
        if text.version != entries[key[0]].version and _is_current(entries[key[0]], text.field, memory)
        else text
        for key, text in memory.items()
        if key[0] in entries
    }


def _is_current(entry: Entry, field: TextField, memory: Texts) -> bool:
    text = memory.get((entry.arxiv_id, field))
    return text is not None and text.source == digest_of(getattr(entry, field))


def _newest(waiting: tuple[Entry, tuple[TextField, ...]]) -> tuple[dt.date, str]:
    entry, _ = waiting
    days = [version.listed for version in entry.versions if version.listed]
    return max([entry.listed, *days]), entry.arxiv_id


def _first(
    entry: Entry, wanted: Sequence[TextField], language: str, ready: list[Translator]
) -> tuple[tuple[Translation, ...], list[Failure]]:
    """The first translator's result that is one; who would fail for every paper is dropped from `ready`."""
    failures: list[Failure] = []
    for translator in tuple(ready):
        try:
            return translator.translate(entry, wanted, language), failures
        except TranslationError as error:
            subject = f"{translator.name}: {entry.arxiv_id} ({language})"
            if error.fatal:
                ready.remove(translator)
                subject = f"{translator.name} ({language})"
            failures.append(Failure(stage="translate", subject=subject, message=error.message, hint=error.hint))
    return (), failures
