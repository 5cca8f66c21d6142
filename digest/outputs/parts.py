"""The small things that pages are put together from: places to link to, sections, pages of a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote

import msgspec

PER_PAGE = 100
"""Papers on one page: with 100 bilingual abstracts it stays near 100 KB on the wire."""

NEAR = 2
"""Pages on either side of the open one that a long list links to, beside the first and the last."""

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
    after_gap: bool = False
    """Whether pages before it are left out."""


def folder(*names: str) -> str:
    """Address of a folder, percent-encoded: `topics/数字人/` → `topics/%E6%95%B0%E5%AD%97%E4%BA%BA/`."""
    return "".join(f"{quote(name, safe='/')}/" for name in names)


def top(site_url: str | None) -> str | None:
    """Address of the top of the site, ending in `/`, where config.yaml says it."""
    return site_url.rstrip("/") + "/" if site_url else None


def up(path: str) -> str:
    """From a page back to the top of the site."""
    return "../" * path.count("/") or "./"


def paged(home: str, items: Sequence[Item]) -> Iterator[tuple[str, list[Numbered], Sequence[Item]]]:
    """Path, links to other pages and share of `items` for each page below `home`; an empty list has one page too."""
    count = max(1, -(-len(items) // PER_PAGE))
    for number in range(1, count + 1):
        share = items[(number - 1) * PER_PAGE : number * PER_PAGE]
        yield _numbered_path(home, number), _links(home, number, count), share


def _numbered_path(home: str, number: int) -> str:
    return home if number == 1 else f"{home}{number}/"


def _links(home: str, open_page: int, count: int) -> list[Numbered]:
    """First, last and near pages: with all of them, long lists would hold more links than papers."""
    near = range(max(1, open_page - NEAR), min(count, open_page + NEAR) + 1)
    numbers = sorted({1, *near, count})
    return [
        Numbered(
            path=_numbered_path(home, number),
            number=number,
            current=number == open_page,
            after_gap=number - before > 1,
        )
        for before, number in zip([0, *numbers], numbers, strict=False)
    ]
