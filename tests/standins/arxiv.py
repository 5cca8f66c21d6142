"""arXiv's search API on loopback, as its server of 2026 answers: real queries over the papers it is given.

Shapes are those of recorded answers, byte for byte (`test_arxiv_standin`); limits are those of arXiv/arxiv-search at
764d7eb. `faults` happen instead of the right answer, one for each request.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import quote_plus
from xml.sax.saxutils import escape, quoteattr

from digest.model import Author, Paper
from tests.standins.arxiv_query import BadQueryError, read_query
from tests.standins.http import Fault, Reply, Request, Server

__all__ = ["ArxivStandin", "Fault"]

_NOW = "2026-11-11T06:00:00Z"
_WINDOW = 10_000
_MAX_SIZE = 2_000
_ID = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
_SORT_KEYS = {
    "relevance": lambda paper: 0,
    "lastUpdatedDate": lambda paper: _seconds(paper.updated),
    "submittedDate": lambda paper: _seconds(paper.published),
}
_NAMESPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    ' xmlns="http://www.w3.org/2005/Atom"'
)
_BROKEN = Reply(b"<!doctype html><title>500 Internal Server Error</title>", "text/html; charset=utf-8", 500)


class Asked:
    """The parameters of a request."""

    def __init__(self, request: Request) -> None:
        fields = request.query
        self.path = request.path
        self.query = fields.get("search_query", "")
        self.ids = [each for each in fields.get("id_list", "").split(",") if each]
        self.key, self.order = fields.get("sortBy", "relevance"), fields.get("sortOrder", "descending")
        self.start, self.size = int(fields.get("start", "0")), min(int(fields.get("max_results", "10")), _MAX_SIZE)

    def objection(self) -> Reply | None:
        """What arXiv says to parameters that it can't use."""
        if self.path != "/api/query":
            return Reply(b"Not Found", "text/html; charset=utf-8", 404)
        if self.key not in _SORT_KEYS or self.order not in ("ascending", "descending"):
            return error_feed(f"Invalid sortBy or sortOrder: {self.key!r}, {self.order!r}")
        if not self.query and not self.ids:
            return error_feed("One of search_query and id_list must be given")
        for each in self.ids:
            if not _ID.fullmatch(each):
                return error_feed(f"incorrect id format for {each}", f"incorrect_id_format_for_{each}")
        return _BROKEN if self.size == 0 or self._is_beyond() else None

    def _is_beyond(self) -> bool:
        """As arXiv has it, which numbers pages by rounding, and so refuses some within the window."""
        page = 1 + round(self.start / self.size)
        return page > _WINDOW // self.size or self.start + self.size > _WINDOW


class ArxivStandin(Server):
    """`with ArxivStandin(papers) as standin:` answers at `standin.url`; papers may be changed meanwhile."""

    def __init__(self, papers: Iterable[Paper] = (), faults: Iterable[Fault] = ()) -> None:
        super().__init__(self.reply, faults)
        self.papers = list(papers)

    @property
    def url(self) -> str:
        return f"{self.origin}/api/query"

    def reply(self, request: Request) -> Reply:
        asked = Asked(request)
        return asked.objection() or self._results(asked)

    def _results(self, asked: Asked) -> Reply:
        try:
            found = self._select(asked.query, asked.ids)
        except BadQueryError:
            return error_feed(f"Invalid query string: {asked.query!r}")
        found.sort(key=_SORT_KEYS[asked.key], reverse=asked.order == "descending")
        page = found[asked.start : asked.start + asked.size]
        return feed(page, asked.query, asked.ids, total=len(found), start=asked.start, size=asked.size)

    def _select(self, query: str, ids: list[str]) -> list[Paper]:
        current: dict[str, Paper] = {}
        for paper in self.papers:
            if paper.arxiv_id not in current or paper.version > current[paper.arxiv_id].version:
                current[paper.arxiv_id] = paper
        pool = list(current.values())
        if ids:  # what is not there is missing from the answer, without a word
            named = {f"{paper.arxiv_id}v{paper.version}": paper for paper in self.papers} | current
            pool = [named[each] for each in ids if each in named]
        wanted = read_query(query) if query else None
        return [paper for paper in pool if wanted is None or wanted(paper)]


def feed(
    papers: Iterable[Paper], query: str, ids: Iterable[str] = (), *, total: int, start: int = 0, size: int = 10
) -> Reply:
    """A page of results."""
    listed = ",".join(ids)
    title = f"arXiv Query: search_query={query}&id_list={listed}&start={start}&max_results={size}"
    asked = f"search_query={quote_plus(query, ':()')}&start={start}&max_results={size}&id_list={listed}"
    name = base64.b64encode(hashlib.sha1(title.encode()).digest()).decode().rstrip("=")
    return _document(
        f"https://arxiv.org/api/{name}",
        title,
        [f'<link href={quoteattr(f"https://arxiv.org/api/query?{asked}")} type="application/atom+xml"/>'],
        (size, total, start),
        map(_entry, papers),
    )


def error_feed(summary: str, anchor: str = "", status: int = 400) -> Reply:
    """arXiv's way to say no."""
    url = "https://arxiv.org/api/errors" + (f"#{anchor}" if anchor else "")
    lines = [
        f"<id>{escape(url)}</id>",
        "<title>Error</title>",
        f"<updated>{_NOW}</updated>",
        f'<link href={quoteattr(url)} rel="alternate" type="text/html"/>',
        f"<summary>{escape(summary)}</summary>",
        *_author(Author(name="arXiv api core")),
    ]
    return _document("https://arxiv.org/", "arXiv Search Results", [], (1, 1, 0), [lines])._replace(status=status)


def _document(
    url: str, title: str, links: list[str], numbers: tuple[int, int, int], entries: Iterable[list[str]]
) -> Reply:
    names = ("itemsPerPage", "totalResults", "startIndex")
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f"<feed {_NAMESPACES}>",
        f"  <id>{url}</id>",
        f"  <title>{escape(title)}</title>",
        f"  <updated>{_NOW}</updated>",
        *(f"  {link}" for link in links),
        *(f"  <opensearch:{name}>{number}</opensearch:{name}>" for name, number in zip(names, numbers, strict=True)),
    ]
    for entry in entries:
        lines += ["  <entry>", *(f"    {line}" for line in entry), "  </entry>"]
    return Reply("\n".join([*lines, "</feed>", ""]).encode())


def _entry(paper: Paper) -> list[str]:
    name = f"{paper.arxiv_id}v{paper.version}"
    primary = paper.primary_category
    lines = [
        f"<id>http://arxiv.org/abs/{name}</id>",
        f"<title>{escape(paper.title)}</title>",
        f"<updated>{_time(paper.updated)}</updated>" if paper.updated else "",
        f'<link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'<link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>',
        f"<summary>{escape(paper.abstract)}</summary>",
        *(f'<category term={quoteattr(each)} scheme="http://arxiv.org/schemas/atom"/>' for each in paper.categories),
        f"<published>{_time(paper.published)}</published>" if paper.published else "",
        f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>" if paper.comment else "",
        f"<arxiv:primary_category term={quoteattr(primary)}/>" if primary else "",
        f"<arxiv:journal_ref>{escape(paper.journal_ref)}</arxiv:journal_ref>" if paper.journal_ref else "",
        *(line for author in paper.authors for line in _author(author)),
    ]
    if paper.doi:
        lines.append(f"<arxiv:doi>{escape(paper.doi)}</arxiv:doi>")
        lines.append(f'<link rel="related" href={quoteattr(f"https://doi.org/{paper.doi}")} title="doi"/>')
    return list(filter(None, lines))


def _author(author: Author) -> list[str]:
    places = (f"  <arxiv:affiliation>{escape(each)}</arxiv:affiliation>" for each in author.affiliations)
    return ["<author>", f"  <name>{escape(author.name)}</name>", *places, "</author>"]


def _time(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _seconds(moment: dt.datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
