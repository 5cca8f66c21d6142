"""Cuts the archive into segments by arXiv id, so that new papers touch small ones and old ones stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TypeAlias

from digest.model import Entry

_LEVELS = (32_768, 8_192, 2_048, 512)
"""Papers. Each level is four times the next: readers ask few segments, and a paper moves up three times in its life."""
_UNIT = 1_000
"""Numbers of arXiv that stay together: about what all of arXiv gets in a day."""
_FIRST_YEAR = 91
"""Of arXiv; ids have two digits for it."""

_NEW = re.compile(r"(\d\d)(\d\d)\.(\d+)")
_OLD = re.compile(r".*/(\d\d)(\d\d)(\d+)")

Rank: TypeAlias = tuple[int, int, str]
"""Year and month, number in the month, and the whole id to part what old archives numbered alike."""


def rank(arxiv_id: str) -> Rank:
    """Place of a paper in the order in which arXiv took them in: `2411.09268`, `math/0309136`."""
    found = _NEW.match(arxiv_id) or _OLD.match(arxiv_id)
    if found is None:
        return 0, 0, arxiv_id
    year = int(found[1])
    century = 1900 if year >= _FIRST_YEAR else 2000
    return (century + year) * 100 + int(found[2]), int(found[3]), arxiv_id


def segments(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], ...]:
    """Newest first, in each the newest paper first.

    Decided by the ids alone, oldest first: papers that come later than all others only ever change the last segments.
    """
    ranked = sorted(((rank(entry.arxiv_id), entry) for entry in entries), key=lambda each: each[0])
    units = [
        [entry for _, entry in group]
        for _, group in groupby(ranked, key=lambda each: (each[0][0], each[0][1] // _UNIT))
    ]
    found = []
    start = 0
    for end in _cuts([len(unit) for unit in units]):
        found.append(tuple(entry for unit in units[start:end] for entry in unit)[::-1])
        start = end
    return tuple(reversed(found))


def _cuts(sizes: Sequence[int]) -> list[int]:
    """Ends of the segments: as many of the largest level as there are, then of the next, then what is left."""
    cuts = []
    start = 0
    for level in _LEVELS:
        end, papers = start, 0
        while end < len(sizes):
            papers += sizes[end]
            end += 1
            if papers >= level:
                cuts.append(end)
                start, papers = end, 0
    if start < len(sizes):
        cuts.append(len(sizes))
    return cuts
