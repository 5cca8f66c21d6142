"""Papers that are hard to take in right, though every answer is as it should be. All come with today's mailing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from digest.model import Author, Entry, Paper
from tests.world import ROUTES, Stage

_TODAY, _YESTERDAY = dt.date(2026, 11, 11), dt.date(2026, 11, 10)
_NOW = dt.datetime(2026, 11, 10, 15, 30, tzinfo=dt.UTC)
_BEFORE = _NOW - dt.timedelta(days=1)
_HOSTILE = (
    "<script>alert('&amp;lt;script&gt;')</script> | `rm` $a_b$ \\url{javascript:alert(1)} ]]> \u202e talking head"
)
_AUTHORS = tuple(Author(name=f"{first}{number} Lovelace") for number in range(1500) for first in ("Ada", "Byron"))


class Content(NamedTuple):
    """Something that one paper does."""

    number: int | None
    """In the list; None for what isn't in it."""
    name: str
    what: str
    arxiv_id: str
    stages: tuple[Stage, ...]
    is_right: Callable[[Entry], bool]
    today: tuple[str, ...] = ROUTES
    """Routes that, alone, tell all of it today; with the others it is right tomorrow."""
    only: tuple[str, ...] = ROUTES
    """Routes without which it is never known."""


def paper(arxiv_id: str, **changes: object) -> Paper:
    first = Paper(
        arxiv_id=arxiv_id,
        version=1,
        title="A Talking Head",
        abstract="We let it speak.",
        authors=(Author(name="Ada Lovelace"), Author(name="Charles Babbage")),
        primary_category="cs.CV",
        categories=("cs.CV",),
        published=_NOW,
        updated=_NOW,
        comment="9 pages",
        license="http://creativecommons.org/licenses/by/4.0/",
        announced=_TODAY,
    )
    return msgspec.structs.replace(first, **changes)


def known(arxiv_id: str, **changes: object) -> Paper:
    """A paper of yesterday."""
    return paper(arxiv_id, published=_BEFORE, updated=_BEFORE, announced=_YESTERDAY, **changes)


def old(arxiv_id: str, year: int, **changes: object) -> Paper:
    """A paper of long ago."""
    moment = dt.datetime(year, 9, 8, 12, tzinfo=dt.UTC)
    facts = {"title": "Sporadic Groups", "primary_category": "math.GR", "categories": ("math.GR",)}
    return paper(arxiv_id, published=moment, updated=moment, announced=dt.date(year, 9, 10), **(facts | changes))


def later(first: Paper, version: int = 2, minutes: int = 0, **changes: object) -> Stage:
    """Another version, in today's mailing."""
    updated = _NOW + dt.timedelta(minutes=minutes)
    return Stage(msgspec.structs.replace(first, version=version, updated=updated, announced=None, **changes), _TODAY)


def revised(arxiv_id: str, year: int) -> tuple[Stage, Stage]:
    first = old(arxiv_id, year)
    return Stage(first, dt.date(year, 9, 10)), later(first, abstract="We count them again.")


_WITHDRAWN = "This paper has been withdrawn by the authors due to an error."
_COMMENTED, _REPLACED, _BUMPED = known("2611.96001"), known("2611.96002"), known("2611.96003")
_GONE = known("2611.96006")
_ELSEWHERE = paper("2205.06399", published=dt.datetime(2022, 5, 12, 12, tzinfo=dt.UTC), categories=("cs.LG",))
_ELSEWHERE = msgspec.structs.replace(
    _ELSEWHERE, updated=_ELSEWHERE.published, announced=dt.date(2022, 5, 13), primary_category="cs.LG"
)

CONTENTS: tuple[Content, ...] = (
    Content(
        31,
        "long data, within reason",
        "3,000 authors, 100,000 characters, line breaks in the title",
        "2611.96010",
        (
            Stage(
                paper("2611.96010", authors=_AUTHORS, abstract="talking " * 12_500, title="A\n Talking\n Head"), _TODAY
            ),
        ),
        lambda entry: (len(entry.authors), len(entry.abstract), entry.title) == (3000, 99_999, "A Talking Head"),
    ),
    Content(
        32,
        "withdrawn, says the comment",
        "a new version, `withdrawn by the authors` in its comment",
        _COMMENTED.arxiv_id,
        (Stage(_COMMENTED, _YESTERDAY), later(_COMMENTED, comment=_WITHDRAWN)),
        lambda entry: entry.withdrawn and entry.version == 2,
        today=("api", "oai"),
    ),
    Content(
        32,
        "withdrawn, says the abstract",
        "a new version, `withdrawn by the authors` in place of its abstract",
        _REPLACED.arxiv_id,
        (Stage(_REPLACED, _YESTERDAY), later(_REPLACED, abstract=_WITHDRAWN)),
        lambda entry: entry.withdrawn and entry.version == 2,
    ),
    Content(
        32,
        "withdrawn, its words gone",
        "a new version without the topic's words, which the search doesn't find any more",
        _GONE.arxiv_id,
        (Stage(_GONE, _YESTERDAY), later(_GONE, title="Void", abstract="None.", comment=_WITHDRAWN)),
        lambda entry: entry.withdrawn and entry.version == 2,
        today=("oai",),
    ),
    Content(
        33,
        "version bump",
        "v1 yesterday, v3 today, with other title and authors",
        _BUMPED.arxiv_id,
        (
            Stage(_BUMPED, _YESTERDAY),
            later(_BUMPED),
            later(_BUMPED, 3, 90, title="Two Talking Heads", authors=(Author(name="Ada Byron"),)),
        ),
        lambda entry: (
            (entry.version, entry.title, entry.listed) == (3, "Two Talking Heads", _YESTERDAY)
            and [author.name for author in entry.authors] == ["Ada Byron"]
            and entry.versions[-1].listed == _TODAY
        ),
    ),
    Content(
        34,
        "cross-list",
        "a new paper whose first category is not asked for",
        "2611.96004",
        (Stage(paper("2611.96004", primary_category="eess.IV", categories=("eess.IV", "cs.CV")), _TODAY),),
        lambda entry: entry.listed == _TODAY and entry.primary_category == "eess.IV",
    ),
    Content(
        34,
        "cross-list of an old paper",
        "a paper of 2022 is listed in `cs.CV` today",
        _ELSEWHERE.arxiv_id,
        (
            Stage(_ELSEWHERE, dt.date(2022, 5, 13)),
            Stage(msgspec.structs.replace(_ELSEWHERE, categories=("cs.LG", "cs.CV")), _TODAY, crossed=True),
        ),
        lambda entry: entry.listed == _TODAY and "cs.CV" in entry.categories,
        today=("rss",),
        only=("rss",),
    ),
    Content(
        35,
        "old-style id",
        "`math/0412001` has a second version",
        "math/0412001",
        revised("math/0412001", 2004),
        lambda entry: entry.version == 2 and entry.abstract == "We count them again.",
    ),
    Content(
        36,
        "id of four digits",
        "`0705.0001` has a second version",
        "0705.0001",
        revised("0705.0001", 2007),
        lambda entry: entry.version == 2,
    ),
    Content(
        36,
        "id of five digits",
        "`1501.00001` has a second version",
        "1501.00001",
        revised("1501.00001", 2015),
        lambda entry: entry.version == 2,
    ),
    Content(
        46,
        "markup in texts",
        "tags, entities, a pipe, backticks, TeX, a bidi mark in title and abstract",
        "2611.96005",
        (Stage(paper("2611.96005", title=_HOSTILE, abstract=_HOSTILE), _TODAY),),
        lambda entry: entry.title == entry.abstract == _HOSTILE,
    ),
    Content(
        None,
        "words in the comment alone",
        "the topic's words stand nowhere else, and RSS tells no comments",
        "2611.96007",
        (Stage(paper("2611.96007", title="Things", comment="9 pages, with a talking head"), _TODAY),),
        lambda entry: entry.listed == _TODAY,
        today=("api", "oai"),
    ),
)


def stages() -> list[Stage]:
    return [stage for content in CONTENTS for stage in content.stages]
