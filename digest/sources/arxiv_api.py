"""arXiv's search API: the only route that answers a free query, over all of arXiv's history.

`arxiv.Client` writes the URLs and reads the entries. What is sent, waited for and let through is ours (`web`,
`atom_guard`), and so are the paging (`arxiv_pages`) and the asking for many topics at once (`combined`).
https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from digest.errors import Malformed, SourceError
from digest.model import Failure, Topic
from digest.ports import Findings, Question
from digest.sources.arxiv_history import History, Window
from digest.sources.arxiv_inquiry import Inquiry, each_in_turn
from digest.sources.arxiv_pages import LARGE, NAME, Gate, Page, Pages, Pile, to_paper
from digest.sources.combined import halved
from digest.sources.fields import one_line
from digest.sources.identifiers import parse_arxiv_id

if TYPE_CHECKING:  # importing it costs more than `digest --help` should take
    from digest.web import Web

__all__ = ["ENDPOINT", "ArxivApi", "Page", "Window"]

ENDPOINT = "https://export.arxiv.org/api/query"

_IDS = 100
"""Papers that are looked up in one request: some 1,300 characters of URL."""


class ArxivApi:
    """`ports.Source` over the search API."""

    name = NAME
    by_announcement = False

    def __init__(self, web: Web, *, endpoint: str = ENDPOINT, page_size: int = LARGE) -> None:
        self.requests = 0
        self._page_size = page_size
        self._gate = Gate(web, self.name)
        # Untyped, and imported here because it costs more than `digest --help` should take.
        self._arxiv = importlib.import_module("arxiv")
        self._client = self._arxiv.Client(delay_seconds=0, num_retries=0)
        self._client.query_url_format = f"{endpoint}?{{}}"
        setattr(self._client, _SESSION, self._gate)

    def ask(self, question: Question) -> Findings:
        """Whatever may belong to the topics: submitted or revised since the start of their windows, or the newest.

        What came in a topic's window is kept, even when a later page fails; of a first look, only the whole. Raises
        `SourceError` when nothing could be used, `ConfigError` for a topic that arXiv's search has no letters for.
        """

        def pages(query: str) -> Pages:
            return Pages(lambda start, size: self.page(query, start=start, size=size), largest=self._page_size)

        return Inquiry(pages, question).findings()

    def between(
        self, topics: Sequence[Topic], start: dt.datetime, end: dt.datetime, *, limit: int | None = None
    ) -> Iterator[Window]:
        """Whatever may belong to `topics` and was first submitted from `start` on and before `end` (aware).

        Oldest first, window by window, so that each can be stored before the next is asked for: who stops goes on
        from the end of the last one. Ends after the window with which `limit` papers have come. Raises `SourceError`
        where arXiv has to be asked again later, `ConfigError` as `ask` does.
        """

        def pages(query: str) -> Pages:
            return Pages(
                lambda start, size: self.page(query, start=start, size=size, oldest_first=True),
                largest=self._page_size,
            )

        came = 0
        for window in History(pages, topics, start, end).windows():
            yield window
            came += len(window.findings.papers)
            if limit is not None and came >= limit:
                return

    def by_id(self, ids: Sequence[str]) -> Findings:
        """The papers called `ids` in their newest version: what only the API tells, of papers that RSS told of.

        `skipped` names those that arXiv doesn't have and those that it could not be asked for. Raises `SourceError`
        when nothing could be used.
        """
        pile = Pile()
        failed: dict[str, SourceError] = {}
        names: dict[str, None] = {}
        for each in ids:
            try:
                names[parse_arxiv_id(each)[0]] = None
            except ValueError as error:  # arXiv would refuse all that are asked for along with it
                pile.add((), [self._row(one_line(each)[:80], str(error))])

        def read(some: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
            pages = Pages(lambda start, size: self.page("", ids=some, start=start, size=size), largest=len(some))
            while not pages.ended:
                page = pages.read(len(some))
                pile.add(page.papers, page.skipped)
            return ()

        def fail(some: tuple[str, ...], error: SourceError) -> None:
            failed.update(dict.fromkeys(some, error))

        wanted = tuple(names)
        each_in_turn((wanted[at : at + _IDS] for at in range(0, len(wanted), _IDS)), read, halved, fail)
        if failed and not pile.papers:
            raise next(iter(failed.values()))
        told = {row.subject for row in pile.skipped} | pile.papers.keys()
        missing = (
            self._row(name, failed[name].message if name in failed else "arXiv has no paper of this name.")
            for name in names
            if name not in told
        )
        return Findings(papers=tuple(pile.papers.values()), skipped=(*pile.skipped, *missing))

    def page(self, query: str, *, start: int, size: int, ids: Sequence[str] = (), oldest_first: bool = False) -> Page:
        """Results `start` to `start + size` of a query in arXiv's syntax, or of the papers called `ids`.

        The last updated first, or the first submitted first. Raises `SourceError`.
        """
        search = self._arxiv.Search(
            query,
            id_list=list(ids),
            max_results=None,
            sort_by=getattr(self._arxiv.SortCriterion, "SubmittedDate" if oldest_first else "LastUpdatedDate"),
            sort_order=getattr(self._arxiv.SortOrder, "Ascending" if oldest_first else "Descending"),
        )
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
        return Page(papers=tuple(map(to_paper, results)), total=feed.total, came=feed.came, skipped=feed.skipped)

    def _row(self, subject: str, message: str) -> Failure:
        return Failure(stage="fetch", subject=subject, message=message)


_SESSION = "_session"
"""Where `arxiv.Client` keeps its `requests.Session`: the one private name we lean on; tests hold the client to it."""
