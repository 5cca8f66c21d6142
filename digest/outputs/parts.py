"""The small things that pages are put together from: places to link to, sections, pages of a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote

import msgspec

PER_PAGE = 100
"""Papers on one page: with 100 bilingual abstracts it stays near 100 KB on the wire."""

Item = TypeVar("Item")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a link goes: `path` from the top of the site, percent-encoded, and what readers call it."""

    path: str
    name: str


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a page of papers."""

    id: str
    name: str
    path: str = ""
    """Of the page about it, for sections that have one."""
    figure: str = ""
    count: str = ""
    papers: tuple[str, ...] = ()
    """`site/_paper.html`, rendered: HTML that is already escaped."""


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list that is too long for one."""

    path: str
    number: int
    current: bool


def folder(*names: str) -> str:
    """Address of a folder, percent-encoded: `topics/数字人/` → `topics/%E6%95%B0%E5%AD%97%E4%BA%BA/`."""
    return "".join(f"{quote(name, safe='/')}/" for name in names)


def paged(home: str, items: Sequence[Item]) -> Iterator[tuple[str, list[Numbered], Sequence[Item]]]:
    """Path, list of all pages and share of `items` for each page below `home`; an empty list has one page too."""
    count = max(1, -(-len(items) // PER_PAGE))
    paths = [home if number == 1 else f"{home}{number}/" for number in range(1, count + 1)]
    for index, path in enumerate(paths):
        pages = [Numbered(path=each, number=number, current=each == path) for number, each in enumerate(paths, start=1)]
        yield path, pages, items[index * PER_PAGE : (index + 1) * PER_PAGE]
