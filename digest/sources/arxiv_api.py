"""arXiv's search API: the only route that answers a free query, over all of arXiv's history.

`arxiv.Client` writes the URLs and reads the entries. What is sent, waited for and let through is ours (`web`,
`atom_guard`), and so is the paging: the client's own counts by what it could read, and must count by what came.
https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import msgspec

from digest.errors import Malformed, SourceError, Throttled
from digest.model import Author, Failure, Paper, Topic
from digest.ports import Answer
from digest.sources.atom_guard import Feed, guard
from digest.sources.fields import categories, one_line
from digest.sources.identifiers import parse_arxiv_id
from digest.topics import query_of, to_arxiv

if TYPE_CHECKING:  # importing it costs more than `digest --help` should take
    from digest.web import Response, Web

ENDPOINT = "https://export.arxiv.org/api/query"

_WINDOW = 10_000
"""Results that paging can reach: the window of arXiv's search engine (arXiv/arxiv-search, `MAX_RESULTS`)."""
_SMALLEST = 10
"""Entries. Some pages fail at one size and not at another: https://github.com/JosePizarro3/pyrxiv/issues/20."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of results."""

    papers: tuple[Paper, ...]
    """In arXiv's order."""
    total: int
    """Results of the query, over all pages."""
    came: int
    """Entries on the page, readable or not."""
    skipped: tuple[Failure, ...]


class ArxivApi:
    """`ports.Source` over the search API. Sorted by last update, so that new and revised papers come first."""

    name = "api"

    def __init__(
        self,
        web: Web,
        *,
        endpoint: str = ENDPOINT,
        page_size: int = 100,
        search_query: Callable[[Topic], str] = lambda topic: to_arxiv(query_of(topic)),
    ) -> None:
        self.requests = 0
        self._page_size = page_size
        self._search_query = search_query
        self._gate = _Gate(web, self.name)
        # Untyped, and imported here because it costs more than `digest --help` should take.
        self._arxiv = importlib.import_module("arxiv")
        self._client = self._arxiv.Client(delay_seconds=0, num_retries=0)
        self._client.query_url_format = f"{endpoint}?{{}}"
        setattr(self._client, _SESSION, self._gate)

    def fetch(self, topic: Topic, *, since: dt.datetime | None, limit: int) -> Answer:
        """Papers of `topic` submitted or revised since `since` (None: the newest `limit`). Raises `SourceError`."""
        try:
            return self._fetch(self._search_query(topic), since, limit)
        except SourceError as error:
            error.topic = topic.name
            raise

    def page(self, query: str, *, start: int, size: int) -> Page:
        """Results `start` to `start + size` of a query in arXiv's syntax. Raises `SourceError`."""
        search = self._arxiv.Search(query, max_results=None, sort_by=self._arxiv.SortCriterion.LastUpdatedDate)
        self._client.page_size = size
        self._gate.start = start
        before = self._gate.web.requests
        try:
            results = list(self._client.results(search, offset=start))
        finally:
            self.requests += self._gate.web.requests - before
        feed = self._gate.feed
        if [each.entry_id for each in results] != list(feed.ids):
            raise Malformed("arxiv.Client did not read every entry that it was given.", source=self.name)
        return Page(papers=tuple(map(_paper, results)), total=feed.total, came=feed.came, skipped=feed.skipped)

    def _fetch(self, query: str, since: dt.datetime | None, limit: int) -> Answer:
        found: dict[str, Paper] = {}
        skipped: dict[Failure, None] = {}
        start, gap, least, largest = 0, 0, sys.maxsize, self._page_size + 1
        while True:
            # One paper more than the limit tells whether the limit cuts anything.
            size = min(largest, max(limit + 1 - len(found), gap), _WINDOW - start)
            try:
                page = self.page(query, start=start, size=size)
            except SourceError as error:
                if size <= _SMALLEST or not _is_about_the_page(error):
                    raise
                largest = size // 4
                continue
            skipped |= dict.fromkeys(page.skipped)
            for paper in page.papers:
                known = found.get(paper.arxiv_id)
                if _is_recent(paper, since) and (known is None or known.version < paper.version):
                    found[paper.arxiv_id] = paper
            # When results vanish between two pages, the rest moves up, past the beginning of this page: go back for it.
            gap = max(0, least - page.total) if start else 0
            least = min(least, page.total)
            start = max(0, start - gap) if gap else start + page.came
            reached = bool(page.papers) and not _is_recent(page.papers[-1], since)
            if not gap and (reached or len(found) > limit or start >= min(page.total, _WINDOW)):
                break
        newest = sorted(found.values(), key=_age, reverse=True)[:limit]
        cut = len(found) - len(newest)
        if not reached and start < page.total:
            cut = cut + page.total - start if since is None else max(cut, 1)
        return Answer(papers=tuple(newest), cut=cut, skipped=tuple(skipped))


_SESSION = "_session"
"""Where `arxiv.Client` keeps its `requests.Session`: the one private name we lean on; tests hold the client to it."""


class _Gate:
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


def _is_about_the_page(error: SourceError) -> bool:
    """Whether a smaller page may come through where this one did not."""
    broken = (error.status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Throttled)
    return broken or isinstance(error, Malformed)


def _is_recent(paper: Paper, since: dt.datetime | None) -> bool:
    return since is None or (paper.updated is not None and paper.updated >= since)


def _age(paper: Paper) -> tuple[float, str]:
    return paper.updated.timestamp() if paper.updated else 0.0, paper.arxiv_id


class _Author(Protocol):
    name: str
    affiliation: Sequence[str]


class _Result(Protocol):
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


def _paper(result: _Result) -> Paper:
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
