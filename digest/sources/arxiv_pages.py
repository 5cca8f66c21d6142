"""Reads arXiv's results page by page: what is on one page, and how to get from it to the next without a gap.

The paging of `arxiv.Client` counts by what it could read, and must count by what came.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import msgspec

from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.model import Author, Failure, Paper
from digest.sources.atom_guard import Feed, guard
from digest.sources.fields import categories, one_line
from digest.sources.identifiers import parse_arxiv_id

if TYPE_CHECKING:  # importing it costs more than `digest --help` should take
    from digest.web import Response, Web

NAME = "api"
"""What config.yaml and reports call this route."""
REACH = 9_000
"""Results that paging can reach. The window of arXiv's search engine is 10,000, but as it rounds `start / max_results`,
some pages that end within are refused (arXiv/arxiv-search, `MAX_RESULTS` and `Query.page`)."""
LARGE = 1_000
"""Entries on a page. arXiv allows 2,000, and then often sends fewer: https://github.com/ContentMine/getpapers/issues/179.
"""
_SMALLEST = 10
"""Entries. Some pages fail at one size and not at another: https://github.com/JosePizarro3/pyrxiv/issues/20."""

_UNREADABLE = {
    HTTPStatus.OK,  # with an error feed
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of results."""

    papers: tuple[Paper, ...]
    """In arXiv's order."""
    total: int
    """Results of the query, over all pages."""
    came: int
    """Entries on the page, readable or not."""
    skipped: tuple[Failure, ...]


class Pages:
    """All results of one query, from the first page on. `page` gets (start, size) and may raise `SourceError`."""

    def __init__(self, page: Callable[[int, int], Page], *, largest: int, reach: int = REACH) -> None:
        self.start = 0
        """Results that have been read."""
        self.total = sys.maxsize
        self.gap = 0
        """Results that may have been missed: the next page goes back for them."""
        self._page = page
        self._largest = largest
        self._reach = reach
        self._least = sys.maxsize
        self._came = 0

    @property
    def ended(self) -> bool:
        """Whether there is no further page, or none that can be reached."""
        return not self.gap and self.start >= min(self.total, self._reach)

    @property
    def whole(self) -> bool:
        """Whether every result has been read."""
        return not self.gap and self.start >= self.total

    def read(self, wanted: int) -> Page:
        """The next page, of about `wanted` entries. Raises `SourceError`."""
        while True:
            size = min(self._largest, max(wanted, self.gap), self._reach - self.start)
            try:
                page = self._first(size) if self.start == 0 else self._page(self.start, size)
                if self._came and not page.total:
                    raise Malformed("There were results, and then there were none.", source=NAME)
                break
            except SourceError as error:
                if size <= _SMALLEST or not self._is_about_the_page(error, size):
                    raise
                self._largest = size // 4
        self._came = max(self._came, page.came)
        # When results vanish between two pages, the rest moves up, past the beginning of this page: go back for it.
        self.gap = max(0, self._least - page.total) if self.start else 0
        self.total = page.total
        self._least = min(self._least, page.total)
        self.start = max(0, self.start - self.gap) if self.gap else self.start + page.came
        return page

    def _first(self, size: int) -> Page:
        """Now and then arXiv finds nothing of what it has: https://groups.google.com/g/arxiv-api/c/DYHxWrtBgbo."""
        page = self._page(0, size)
        # Another size makes another URL, which no cache on the way has an answer to.
        return page if page.total else self._page(0, size - 1 or 2)

    def _is_about_the_page(self, error: SourceError, size: int) -> bool:
        """Whether a smaller page may come through where this one did not."""
        broken = (error.status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Throttled)
        slow = isinstance(error, Unreachable) and 0 < self._came < size
        return broken or slow or isinstance(error, Malformed)


def is_about_the_query(error: Refused) -> bool:
    """Whether another query may be answered; a 403 or 404 holds for all of them."""
    return error.status in _UNREADABLE


class Pile:
    """What has come so far."""

    def __init__(self) -> None:
        self.papers: dict[str, Paper] = {}
        """Each once, in its highest version."""
        self.skipped: dict[Failure, None] = {}
        """What could not be read, each told once however often it came."""

    def add(self, papers: Iterable[Paper], skipped: Iterable[Failure] = ()) -> None:
        """Keep these too."""
        for paper in papers:
            known = self.papers.get(paper.arxiv_id)
            if known is None or known.version < paper.version:
                self.papers[paper.arxiv_id] = paper
        self.skipped |= dict.fromkeys(skipped)


class Gate:
    """What `arxiv.Client` takes for its session: sends through `Web`, hands on what the guard lets through."""

    feed: Feed
    """The last page."""

    def __init__(self, web: Web, source: str) -> None:
        self.web = web
        self.start = 0
        self._source = source

    def get(self, url: str, **_: object) -> _Passed:
        """The page at `url`. The client's own headers name no one to write to; ours do."""
        self.feed = self.web.get(url, source=self._source, spacing="arxiv", check=self._check)
        return _Passed(content=self.feed.content)

    def _check(self, response: Response) -> Feed:
        try:
            return guard(response.content, source=self._source, start=self.start)
        except SourceError as error:
            error.status = response.status
            raise


class _Passed(msgspec.Struct, frozen=True, kw_only=True):
    """What `arxiv.Client` looks at in a response."""

    content: bytes
    status_code: int = HTTPStatus.OK


class _Author(Protocol):
    name: str
    affiliation: Sequence[str]


class Result(Protocol):
    """What we read of an `arxiv.Result`."""

    entry_id: str
    title: str
    summary: str
    authors: Sequence[_Author]
    primary_category: str
    categories: Sequence[str]
    published: dt.datetime
    updated: dt.datetime
    comment: str | None
    journal_ref: str | None
    doi: str | None


def to_paper(result: Result) -> Paper:
    """What `result` says."""
    arxiv_id, version = parse_arxiv_id(result.entry_id)
    terms = categories(result.primary_category, result.categories)
    return Paper(
        arxiv_id=arxiv_id,
        version=version or 1,
        title=one_line(result.title),
        abstract=one_line(result.summary),
        authors=tuple(_author(each) for each in result.authors if one_line(each.name)),
        primary_category=terms[0] if result.primary_category and terms else None,
        categories=terms,
        published=result.published,
        updated=result.updated,
        comment=one_line(result.comment) or None,
        journal_ref=one_line(result.journal_ref) or None,
        doi=one_line(result.doi) or None,
    )


def _author(author: _Author) -> Author:
    affiliations = tuple(filter(None, map(one_line, author.affiliation)))
    return Author(name=one_line(author.name), affiliations=affiliations)
