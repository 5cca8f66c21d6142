"""Builds the files of one segment: a function of its papers alone, so that one without news need not be built again."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from digest.outputs.search.cards import blocks
from digest.outputs.search.postings import Shelf, shelve
from digest.outputs.search.reading import Document, read
from digest.outputs.search.segments import rank

_LARGE = 2_048
"""Papers; smaller segments have larger files, so that a new paper changes few."""
_FILE = {"w": 3_000, "z": 5_000, "n": 6_000, "k": 8_000}
"""Bytes of a file before compression, by kind of term."""
_BLOCK = 64
"""Files whose bounds stand together: a reader gets those near a term, and never all."""
_DAY_ONE = dt.date(1991, 1, 1)


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader has to know of a segment before its files."""

    name: str
    """Of its folder. It tells what is in the index, so that a page which was opened before a build finds the old files
    or none, never others."""
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


def build(documents: Sequence[Document], homes: Mapping[str, str]) -> tuple[Segment, dict[str, bytes]]:
    """The segment of `documents`, newest first, and its files by path below the folder of the index.

    `homes` says where each paper lives; it moves on while the segment stays, so only the cards tell.
    """
    terms = read(documents)
    scale = 1 if len(documents) >= _LARGE else 2
    shelves = {
        kind: shelve(fields, _FILE[kind] * scale, with_places=kind in "wz")
        for kind, fields in (("w", terms.words), ("z", terms.pairs), ("n", terms.names), ("k", terms.keys))
    }
    index = _files(shelves)
    submitted = [time and time.astimezone(dt.UTC) for time in (each.entry.published for each in documents)]
    times = [time for time in submitted if time is not None]
    index["days.txt"] = _written(None if time is None else (time.date() - _DAY_ONE).days for time in submitted)
    index["minutes.txt"] = _written(None if time is None else time.hour * 60 + time.minute for time in submitted)
    segment = Segment(
        name=_name(documents, index),
        size=len(documents),
        since=min(times).date().isoformat() if times else "",
        until=max(times).date().isoformat() if times else "",
        undated=len(submitted) - len(times),
        shelves={kind: _tops(shelf) for kind, shelf in shelves.items() if shelf.papers},
        cjk_names=bool(terms.pairs["u"]),
    )
    index |= {f"cards{number}.json": block for number, block in enumerate(blocks(documents, homes))}
    return segment, {f"{segment.name}/{path}": content for path, content in index.items()}


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


def _name(documents: Sequence[Document], index: Mapping[str, bytes]) -> str:
    """The month of its newest paper, and a digest of what the index says of which papers."""
    ids = "\n".join(document.entry.arxiv_id for document in documents)
    content = hashlib.sha256(ids.encode())
    for path, each in sorted(index.items()):
        content.update(f"\n{path}\n{len(each)}\n".encode() + each)
    return f"{rank(documents[0].entry.arxiv_id)[0]}-{content.hexdigest()[:12]}"
