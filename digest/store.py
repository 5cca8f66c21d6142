"""Facts on disk: month files of JSON lines, one fact a line, so that git shows a day's news as a day's lines.

    <data>/papers/YYMM.jsonl                        one `Entry` a line, sorted by arXiv id
    <data>/translations/<language>/YYMM.jsonl       one `Translation` a line, sorted by arXiv id and field
    <data>/backfill/<range>.jsonl                   its `Progress`, then one `Entry` a line until they are handed over
    <data>/status.json                              one `Status`

Reading happens here; writing is `publish`'s, from the bytes that `encode_*` make. The same facts give the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from digest.errors import StoreError
from digest.folding import Backfill, Pending, Progress, fold
from digest.model import Entry, Status, Translation

_MONTH = re.compile(r"(?:.*/)?(\d{4})")
_encoder = msgspec.json.Encoder()
_T = TypeVar("_T", Entry, Translation)
_S = TypeVar("_S", Entry, Progress, Translation)


def month_of(arxiv_id: str) -> str:
    """`YYMM` of an identifier: `2611.90001` → `2611`, `hep-th/0611999` → `0611`."""
    found = _MONTH.match(arxiv_id)
    if found is None:
        raise StoreError(f"{arxiv_id!r} is not an arXiv identifier: it has no month.", path="papers")
    return found[1]


def digest_of(text: str) -> str:
    """Short digest of a text (64 bits of SHA-256), by which a changed text is recognised."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def encode_entries(entries: Iterable[Entry]) -> dict[str, bytes]:
    """Month files for `entries`, relative to the data folder."""
    months: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        months[month_of(entry.arxiv_id)].append(entry)
    return {
        f"papers/{month}.jsonl": _lines(sorted(found, key=lambda entry: entry.arxiv_id))
        for month, found in months.items()
    }


def encode_translations(language: str, translations: Iterable[Translation]) -> dict[str, bytes]:
    """Month files for the translations into one language, relative to the data folder."""
    months: defaultdict[str, list[Translation]] = defaultdict(list)
    for translation in translations:
        months[month_of(translation.arxiv_id)].append(translation)
    return {
        f"translations/{language}/{month}.jsonl": _lines(sorted(found, key=_key)) for month, found in months.items()
    }


def encode_backfill(name: str, backfill: Backfill) -> dict[str, bytes]:
    """The file of a backfill, relative to the data folder."""
    entries = (entry for _, entry in sorted(backfill.entries.items()))
    return {f"backfill/{name}.jsonl": _encoder.encode(backfill.progress) + b"\n" + _lines(entries)}


def encode_status(status: Status) -> bytes:
    """`status.json`, indented: people read it on GitHub."""
    return msgspec.json.format(_encoder.encode(status), indent=2) + b"\n"


def _key(translation: Translation) -> tuple[str, str]:
    return translation.arxiv_id, translation.field


def _lines(items: Iterable[_T]) -> bytes:
    return b"".join(_encoder.encode(item) + b"\n" for item in items)


class Store:
    """The data folder, for reading.

    Every method raises `StoreError` with file and line when something there can't be read: a run that can't read what
    it has stops before it could overwrite it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def entries(self) -> dict[str, Entry]:
        """Every stored paper by arXiv id, ascending: those of the month files, and what backfills found since."""
        found: dict[str, Entry] = {}
        for path, number, entry in self._read("papers", Entry):
            if entry.arxiv_id in found:
                raise _twice(path, number, entry.arxiv_id)
            found[entry.arxiv_id] = entry
        backfills = self.backfills().values()
        return fold(dict(sorted(found.items())), (entry for each in backfills for entry in each.entries.values()))

    def backfills(self) -> dict[str, Backfill]:
        """Every backfill that was begun here or whose file was merged, by name."""
        return {path.stem: _backfill(path) for path in self._paths("backfill")}

    def pending(self) -> Pending:
        """What finished backfills have to hand over to the month files. An unfinished one's file is its own."""
        full = {name: each for name, each in self.backfills().items() if each.progress.done and each.entries}
        emptied = [encode_backfill(name, Backfill(progress=each.progress)) for name, each in full.items()]
        return Pending(
            arxiv_ids=frozenset(arxiv_id for each in full.values() for arxiv_id in each.entries),
            files={path: content for files in emptied for path, content in files.items()},
        )

    def translations(self, language: str) -> dict[tuple[str, str], Translation]:
        """Every stored translation into `language` by (arXiv id, field)."""
        found: dict[tuple[str, str], Translation] = {}
        for path, number, translation in self._read(f"translations/{language}", Translation):
            key = (translation.arxiv_id, translation.field)
            if key in found:
                raise _twice(path, number, f"{translation.arxiv_id} ({translation.field})")
            found[key] = translation
        return found

    def status(self) -> Status:
        """The stored status, or an empty one before the first run."""
        path = self.root / "status.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=Status)
        except FileNotFoundError:
            return Status()
        except OSError as error:
            raise _unreadable(path, error) from error
        except msgspec.DecodeError as error:
            hint = "It holds no papers: delete it, and the next run writes it anew."
            raise StoreError(f"{path}: not a status file: {error}", path=str(path), hint=hint) from error

    def _read(self, folder: str, kind: type[_T]) -> Iterator[tuple[Path, int, _T]]:
        decoder = msgspec.json.Decoder(kind)
        for path in self._paths(folder):
            for number, line in _numbered(path):
                yield path, number, _decode(decoder, path, number, line)

    def _paths(self, folder: str) -> list[Path]:
        try:
            return sorted((self.root / folder).glob("*.jsonl"))
        except OSError as error:
            raise _unreadable(self.root / folder, error) from error


def _backfill(path: Path) -> Backfill:
    lines = _numbered(path)
    entries: dict[str, Entry] = {}
    number, first = next(lines, (1, b""))
    progress = _decode(msgspec.json.Decoder(Progress), path, number, first)
    decoder = msgspec.json.Decoder(Entry)
    for number, line in lines:
        entry = _decode(decoder, path, number, line)
        if entry.arxiv_id in entries:
            raise _twice(path, number, entry.arxiv_id)
        entries[entry.arxiv_id] = entry
    return Backfill(progress=progress, entries=entries)


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    # Only \n ends a line: U+2028 and others are part of a text.
    return ((number, line) for number, line in enumerate(content.split(b"\n"), start=1) if line.strip())


def _decode(decoder: msgspec.json.Decoder[_S], path: Path, number: int, line: bytes) -> _S:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _broken(path, number, line, error) from error


def _broken(path: Path, number: int, line: bytes, error: Exception) -> StoreError:
    if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>")):
        hint = "This is a merge conflict: keep the lines of both sides, each arXiv id once, and delete the markers."
    elif b"$.schema" in str(error).encode():
        hint = "The file was written by another version of arXiv digest: update this one."
    else:
        hint = f"Mend line {number}, or take the file back from git: git checkout -- {path.name}"
    return StoreError(f"{path}:{number}: can't be read: {error}", path=str(path), line=number, hint=hint)


def _twice(path: Path, number: int, what: str) -> StoreError:
    hint = "Keep the newer line and delete the other: nothing is merged by guessing."
    return StoreError(f"{path}:{number}: {what} is stored twice.", path=str(path), line=number, hint=hint)


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: can't be read: {error.strerror or error}", path=str(path), hint="Check the file's permissions."
    )
