"""Turns the words of a segment's papers into lists of papers and places, and the lists into files of a few kilobytes.

A list is a text: each of its characters is a number. UTF-8 then is a code of variable length that browsers decode by
themselves, and a web server compresses it like any text. Surrogates are no characters, so numbers end before them.
"""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import compress
from operator import eq, sub
from typing import TypeAlias, TypeVar

import msgspec

LAST = 27_000
"""Places in a text that are told apart; beyond, all are one. With its mark, a place is less than 0xD800."""

Term = TypeVar("Term", str, int)
Places: TypeAlias = defaultdict[Term, "array[int]"]
"""Term → `paper << 16 | place << 1 | 1`, ascending."""

_append = array.append
_HIGH, _LOW = (1, 0) if sys.byteorder == "little" else (0, 1)
_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of one kind, in order, in files that each begin where the one before ends."""

    bounds: tuple[str, ...]
    """For each file but the first, what no term before it reaches and its own terms do."""
    papers: tuple[bytes, ...]
    """Each file: for every term in order its name, a line feed, then for every field with it a letter, the number of
    papers, the first paper and the steps to the next ones; and a line feed."""
    places: tuple[bytes, ...] = ()
    """The same terms and fields in as many files, without names or marks between them: `place * 2`, plus one where a
    paper's last place is. So many papers, so many of those."""


def places() -> defaultdict[Term, array[int]]:
    """An empty collection."""
    return defaultdict(partial(array, "I"))


def note(into: Places[Term], paper: int, place: int, terms: Sequence[Term]) -> int:
    """Write down that `terms` stand in `paper`, one after the other from `place`. The place after them."""
    end = place + len(terms)
    if end <= LAST:
        codes: Iterable[int] = range(code(paper, place), code(paper, end), 2)
    else:
        codes = (code(paper, min(each, LAST)) for each in range(place, end))
    deque(map(_append, map(into.__getitem__, terms), codes), maxlen=0)
    return min(end, LAST)


def code(paper: int, place: int = 0) -> int:
    """A place of a paper as a number."""
    return paper << 16 | place << 1 | 1


def pairs(row: str) -> list[int]:
    """Each character with the next one, as a number. `row` is of characters that UTF-16 writes in two bytes."""
    data = memoryview(row.encode(_UTF16))
    count = len(row) - 1
    found = [0] * count
    found[::2] = data[: (count + 1) // 2 * 4].cast("I").tolist()
    found[1::2] = data[2 : 2 + count // 2 * 4].cast("I").tolist()
    return found


def unpaired(pair: int) -> str:
    """The two characters of one of `pairs`."""
    return pair.to_bytes(4, sys.byteorder).decode(_UTF16)


def shelve(fields: Mapping[str, Places[str]], size: int, *, with_places: bool) -> Shelf:
    """All terms of `fields` (letter → terms) in files of about `size` bytes; a term is never cut."""
    bounds: list[str] = []
    papers: list[bytes] = []
    spots: list[bytes] = []
    last = ""
    for names, group in _packed(_entries(fields, with_places=with_places), size):
        if papers:
            bounds.append(_between(last, names[0]))
        last = names[-1]
        papers.append(b"".join(each[0] for each in group))
        spots.append(b"".join(each[1] for each in group))
    return Shelf(bounds=tuple(bounds), papers=tuple(papers), places=tuple(spots) if with_places else ())


def _entries(fields: Mapping[str, Places[str]], *, with_places: bool) -> Iterator[tuple[str, bytes, bytes]]:
    for term in sorted(set().union(*fields.values())):
        papers, spots = f"{term}\n", ""
        for letter, terms in fields.items():
            codes = terms.get(term)
            if codes is None:
                continue
            if len(codes) == 1:  # as most are
                papers += f"{letter}\1{chr(codes[0] >> 16)}"
                spots += chr(codes[0] & 0xFFFF)
                continue
            halves = memoryview(codes).cast("B").cast("H")
            of = halves[_HIGH::2].tolist()
            once = list(dict.fromkeys(of))
            papers += f"{letter}{chr(len(once))}{''.join(map(chr, map(sub, once, [0, *once])))}"
            if with_places:
                spots += _marked(halves[_LOW::2], of)
        yield term, f"{papers}\n".encode(), spots.encode()


def _marked(spots: memoryview, of: Sequence[int]) -> str:
    """A character for each place, the mark taken from all that aren't the last of their paper."""
    text = bytearray(spots)
    for index in compress(range(len(of)), map(eq, of, of[1:])):
        text[2 * index + _LOW] &= 0xFE
    return text.decode(_UTF16)


def _packed(
    entries: Iterable[tuple[str, bytes, bytes]], size: int
) -> Iterator[tuple[list[str], list[tuple[bytes, bytes]]]]:
    """Groups of entries whose papers fill `size` bytes. One that does so alone stands alone."""
    names: list[str] = []
    group: list[tuple[bytes, bytes]] = []
    filled = 0
    for name, papers, spots in entries:
        if group and filled + len(papers) > size:
            yield names, group
            names, group, filled = [], [], 0
        names.append(name)
        group.append((papers, spots))
        filled += len(papers)
    if group:
        yield names, group


def _between(before: str, after: str) -> str:
    """The shortest beginning of `after` that comes after `before`."""
    return next(after[:length] for length in range(1, len(after) + 1) if after[:length] > before)
