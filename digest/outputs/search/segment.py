"""Makes the files of one segment: a function of its papers alone, so that one without news is not built again."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from digest.outputs.search.cards import blocks
from digest.outputs.search.postings import Shelf, shelve
from digest.outputs.search.reading import Document, read
from digest.outputs.search.segments import rank

RULES = 1
"""To be raised when the same papers come to be read or written in another way, so that no older segment is taken over.

A test watches."""
_FILE = {"w": 3_000, "z": 5_000, "n": 6_000, "k": 8_000}
"""Bytes of a file before compression, by kind of term."""
_BLOCK = 64
"""Files whose bounds stand together: a reader gets those near a term, and never all."""
_DAY_ONE = dt.date(1991, 1, 1)


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader has to know of a segment before its files."""

    name: str
    """Of its folder. It tells what is in it: a page that was opened before a build finds the old files or none, never
    others."""
    size: int
    """Papers."""
    since: str
    """First day on which one of the papers was submitted (UTC, ISO); empty when no day is known."""
    until: str
    undated: int
    """Papers of which no source told when they were submitted."""
    shelves: dict[str, str | None]
    """For every kind of term that there is, the first terms of all but its first block of bounds, apart by line feeds;
    None for a single file, which needs no bounds."""
    cjk_names: bool
    """Whether an author's name is written in Chinese, Japanese or Korean characters."""


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to take over a segment from an earlier build instead of building it again."""

    segment: Segment
    files: tuple[str, ...]
    digest: str
    """SHA-256 of the files: what was cut short or changed by hand is not taken over."""


Files: TypeAlias = dict[str, bytes]
"""Path below the folder of the index → content."""


def made(documents: Sequence[Document], held: Callable[[str], bytes | None]) -> tuple[Segment, Files]:
    """The segment of `documents`, newest first, without its cards; as an earlier build `held` it, where it did."""
    name = _name(documents)
    return _taken(name, held) or _built(name, documents)


def cards(name: str, documents: Sequence[Document], homes: Mapping[str, str]) -> Files:
    """The cards of the segment `name`. Papers move to other homes while the segment stays, so these are always made."""
    return {f"{name}/cards{number}.json": block for number, block in enumerate(blocks(documents, homes))}


def _taken(name: str, held: Callable[[str], bytes | None]) -> tuple[Segment, Files] | None:
    known = held(f"{name}/made.json")
    if known is None:
        return None
    try:
        told = msgspec.json.decode(known, type=_Made)
    except msgspec.DecodeError:
        return None
    own = (path for path in told.files if re.fullmatch(rf"{re.escape(name)}/\w+\.txt", path))
    files = {path: content for path in own if (content := held(path)) is not None}
    if len(files) < len(told.files) or _digest(files) != told.digest or told.segment.name != name:
        return None
    return told.segment, files | {f"{name}/made.json": known}


def _built(name: str, documents: Sequence[Document]) -> tuple[Segment, Files]:
    terms = read(documents)
    shelves = {
        kind: shelve(fields, _FILE[kind], with_places=kind in "wz")
        for kind, fields in (("w", terms.words), ("z", terms.pairs), ("n", terms.names), ("k", terms.keys))
    }
    submitted = [time and time.astimezone(dt.UTC) for time in (each.entry.published for each in documents)]
    times = [time for time in submitted if time is not None]
    segment = Segment(
        name=name,
        size=len(documents),
        since=min(times).date().isoformat() if times else "",
        until=max(times).date().isoformat() if times else "",
        undated=len(submitted) - len(times),
        shelves={kind: _tops(shelf) for kind, shelf in shelves.items() if shelf.papers},
        cjk_names=bool(terms.pairs["u"]),
    )
    index = _files(shelves)
    index["days.txt"] = _written(None if time is None else (time.date() - _DAY_ONE).days for time in submitted)
    index["minutes.txt"] = _written(None if time is None else time.hour * 60 + time.minute for time in submitted)
    files = {f"{name}/{path}": content for path, content in index.items()}
    note = _Made(segment=segment, files=tuple(files), digest=_digest(files))
    return segment, files | {f"{name}/made.json": msgspec.json.encode(note)}


def _name(documents: Sequence[Document]) -> str:
    """The month of its newest paper, and a digest of all that the index is made of."""
    content = hashlib.sha256(str(RULES).encode())
    for document in documents:
        entry = document.entry
        given = (
            *(entry.arxiv_id, entry.version, entry.title, entry.abstract, entry.comment, entry.journal_ref, entry.doi),
            *(entry.categories, entry.published, [author.name for author in entry.authors]),
            *([each.topic for each in entry.topics], [(*names, made.text) for *names, made in document.translations]),
        )
        content.update(msgspec.json.encode(given))
    return f"{rank(documents[0].entry.arxiv_id)[0]}-{content.hexdigest()[:12]}"


def _digest(files: Mapping[str, bytes]) -> str:
    content = hashlib.sha256()
    for path, each in sorted(files.items()):
        content.update(f"{path} {len(each)}\n".encode() + each)
    return content.hexdigest()


def _files(shelves: Mapping[str, Shelf]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for kind, shelf in shelves.items():
        files |= {f"{kind}{number}.txt": content for number, content in enumerate(shelf.papers)}
        files |= {f"{kind}{number}at.txt": content for number, content in enumerate(shelf.places)}
        for number in range(0, len(shelf.papers) if shelf.bounds else 0, _BLOCK):
            block = shelf.bounds[number : number + _BLOCK - 1]
            files[f"{kind}{number // _BLOCK}from.txt"] = "\n".join(block).encode()
    return files


def _tops(shelf: Shelf) -> str | None:
    return "\n".join(shelf.bounds[_BLOCK - 1 :: _BLOCK]) if shelf.bounds else None


def _written(numbers: Iterable[int | None]) -> bytes:
    """A character for each number; 0 is for what is not known."""
    return "".join(chr(0 if number is None else number + 1) for number in numbers).encode()
