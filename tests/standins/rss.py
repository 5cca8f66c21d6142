"""arXiv's RSS feeds on loopback, as arXiv/arxiv-feed at 110b5ab makes them: one mailing, of the categories asked for.

Bytes are those of a recorded feed (`sources/test_rss.py`). `now` is the time of the simulated day: what is mailed later
isn't there yet. `faults` happen instead of the right answer, one for each request.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from digest import calendar
from digest.config.categories import ARCHIVES, CATEGORIES
from digest.model import Author, Paper
from tests.standins.http import Fault, Line, Reply, Request, Server

__all__ = ["Fault", "Listed", "RssStandin", "announced_on", "error_feed", "listed_on", "mailing_before", "rss"]

RSS = "application/rss+xml"
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
EASTERN = ZoneInfo("America/New_York")
LIMIT = 2000
"""Items in a feed."""
_LEFT_OUT = 6
"""Replacements from this version on are not in the feeds."""
_KINDS = ("replace-cross", "replace", "cross", "new")
"""In the order of the server's query, whose limit leaves out the new papers first."""
_NAMESPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


class Listed(NamedTuple):
    """A paper in a mailing, and how it is announced there."""

    paper: Paper
    kind: str


class NotModified(Reply):
    """An answer that never has a body, not even a compressed one."""

    __slots__ = ()

    def packed(self) -> Reply:
        return self


class RssStandin(Server):
    """`with RssStandin(papers, now=…) as standin:` answers at `standin.url`; everything may be changed meanwhile.

    `papers` may hold several versions of a paper, and is not copied when it is a list, so that stand-ins can share it.
    `crossed` says on which day a paper was cross-listed later on. `stale` are queries (`cs.CV+cs.GR`) whose feed has
    stayed behind: the mailing before, under today's date.
    """

    def __init__(
        self, papers: Iterable[Paper] = (), faults: Iterable[Fault] = (), *, now: dt.datetime = NOW, limit: int = LIMIT
    ) -> None:
        super().__init__(self.reply, faults)
        self.papers = papers if isinstance(papers, list) else list(papers)
        self.now = now
        self.limit = limit
        self.crossed: dict[str, dt.date] = {}
        self.stale: set[str] = set()

    @property
    def url(self) -> str:
        return f"{self.origin}/rss"

    @property
    def today(self) -> dt.date:
        """The date in New York: a feed changes at midnight there."""
        return self.now.astimezone(EASTERN).date()

    @today.setter
    def today(self, day: dt.date) -> None:
        self.now = dt.datetime.combine(day, dt.time(1), EASTERN).astimezone(dt.UTC)

    def reply(self, request: Request) -> Reply:
        query = unquote(request.path).removeprefix("/rss/")
        right = self.feed(query, of=mailing_before(self.today) if query in self.stale else None)
        if right.status == 200 and request.headers.get("if-none-match") == right.headers["etag"]:
            return NotModified(b"", RSS, 304, right.headers)
        return right

    def feed(self, query: str, *, of: dt.date | None = None, dated: dt.date | None = None) -> Reply:
        """The feed of `query` with the mailing of a day, under a date: today's both, unless said otherwise."""
        known = {name.lower(): name for name in (*ARCHIVES, *CATEGORIES)}
        wrong = [name for name in query.split("+") if name.lower() not in known]
        if wrong:
            return error_feed(query, _objection(wrong[0]), dated=self.today)
        names = [known[name.lower()] for name in query.split("+")]
        listed = listed_on(of or self.today, names, self.papers, self.crossed, limit=self.limit)
        return rss(listed, sorted(names, key=lambda name: "." in name), dated=dated or self.today)

    def instead(self, *, of: dt.date | None = None, dated: dt.date | None = None) -> Fault:
        """What was asked for, with the mailing of another day or under another date."""

        def act(line: Line) -> bool:
            query = unquote(line.request.path).removeprefix("/rss/")
            return Fault.reply(self.feed(query, of=of, dated=dated)).act(line)

        return Fault(act)


def mailing_before(day: dt.date) -> dt.date:
    """The last day before `day` that has a mailing."""
    day -= dt.timedelta(days=1)
    return day if calendar.is_mailing(day) else mailing_before(day)


def announced_on(paper: Paper) -> dt.date:
    """Day of the mailing that has this version: `announced` for the first, else what its submission time says."""
    if paper.version == 1 and paper.announced:
        return paper.announced
    submitted = paper.published if paper.version == 1 else paper.updated
    assert submitted is not None, f"{paper.arxiv_id}v{paper.version} has no time"
    return calendar.mailing_of(submitted)


def listed_on(
    day: dt.date,
    names: Sequence[str],
    papers: Iterable[Paper],
    crossed: Mapping[str, dt.date] | None = None,
    *,
    limit: int = LIMIT,
) -> list[Listed]:
    """What the mailing of `day` has in these categories and archives, each paper once, as the feed orders it."""
    versions: dict[str, dict[int, Paper]] = {}
    for paper in papers:
        if announced_on(paper) <= day:
            versions.setdefault(paper.arxiv_id, {})[paper.version] = paper
    listed = []
    for arxiv_id, its in versions.items():
        paper = its[max(its)]
        days = {announced_on(each) for each in its.values()}
        wanted = [each for each in paper.categories if each in names or each.partition(".")[0] in names]
        is_new, is_crossed = min(days) == day and 1 in its, (crossed or {}).get(arxiv_id) == day
        if not wanted or not (day in days or is_crossed):
            continue
        is_primary = paper.primary_category in wanted
        if is_new or is_crossed:
            listed.append(Listed(paper, "new" if is_new and is_primary else "cross"))
        elif paper.version < _LEFT_OUT:
            listed.append(Listed(paper, "replace" if is_primary else "replace-cross"))
    listed.sort(key=lambda each: each.paper.arxiv_id, reverse=True)
    listed.sort(key=lambda each: _KINDS.index(each.kind))
    return listed[:limit][::-1]


def rss(listed: Iterable[Listed], names: Sequence[str], *, dated: dt.date, built: dt.datetime | None = None) -> Reply:
    """A feed."""
    title = ", ".join(names)
    lines = [
        *_opening(
            "+".join(names), f"{title} updates on arXiv.org", f"{title} updates on the arXiv.org e-print archive."
        ),
        f"    <lastBuildDate>{email.utils.format_datetime(built or _midnight(dated, second=5))}</lastBuildDate>",
        "    <managingEditor>rss-help@arxiv.org</managingEditor>",
        f"    <pubDate>{email.utils.format_datetime(_midnight(dated))}</pubDate>",
        "    <skipDays>",
        "      <day>Sunday</day>",
        "      <day>Saturday</day>",
        "    </skipDays>",
    ]
    for each in listed:
        lines += ["    <item>", *(f"      {line}" for line in _item(*each, dated)), "    </item>"]
    body = "\n".join([*lines, "  </channel>", "</rss>", ""]).encode()
    headers = {"etag": hashlib.sha256(body).hexdigest(), "cache-control": "max-age=68000"}
    return Reply(body, RSS, 200, headers)


def error_feed(query: str, words: str, *, dated: dt.date, status: int = 400) -> Reply:
    """arXiv's way to say no."""
    lines = [
        *_opening(query, f"Feed error for query: http://rss.arxiv.org/rss/{query}", words),
        f"    <lastBuildDate>{email.utils.format_datetime(_midnight(dated, second=5))}</lastBuildDate>",
        "    <managingEditor>rss-help.arxiv.org</managingEditor>",
        f"    <pubDate>{email.utils.format_datetime(_midnight(dated))}</pubDate>",
        "  </channel>",
        "</rss>",
        "",
    ]
    return Reply("\n".join(lines).encode(), RSS, status)


def _opening(query: str, title: str, description: str) -> list[str]:
    link = f"http://rss.arxiv.org/rss/{query}"
    return [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f'<rss {_NAMESPACES} version="2.0">',
        "  <channel>",
        f"    <title>{escape(title)}</title>",
        f"    <link>{escape(link)}</link>",
        f"    <description>{escape(description)}</description>",
        f'    <atom:link href={quoteattr(link)} rel="self" type="application/rss+xml"/>',
        "    <docs>http://www.rssboard.org/rss-specification</docs>",
        "    <language>en-us</language>",
    ]


def _item(paper: Paper, kind: str, dated: dt.date) -> list[str]:
    name = f"{paper.arxiv_id}v{paper.version}"
    lines = [
        f"<title>{escape(paper.title)}</title>",
        f"<link>https://arxiv.org/abs/{paper.arxiv_id}</link>",
        f"<description>arXiv:{name} Announce Type: {kind} \nAbstract: {escape(paper.abstract)}</description>",
        f'<guid isPermaLink="false">oai:arXiv.org:{name}</guid>',
        *(f"<category>{escape(each)}</category>" for each in paper.categories),
        f"<pubDate>{email.utils.format_datetime(_midnight(dated))}</pubDate>",
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>",
        f"<dc:rights>{escape(paper.license)}</dc:rights>" if paper.license else "",
        f"<arxiv:DOI>{escape(paper.doi)}</arxiv:DOI>" if paper.doi else "",
        f"<arxiv:journal_reference>{escape(paper.journal_ref)}</arxiv:journal_reference>" if paper.journal_ref else "",
        f"<dc:creator>{escape(', '.join(map(_author, paper.authors)))}</dc:creator>",
    ]
    return list(filter(None, lines))


def _author(author: Author) -> str:
    return f"{author.name} ({', '.join(author.affiliations)})" if author.affiliations else author.name


def _midnight(day: dt.date, second: int = 0) -> dt.datetime:
    moment = dt.datetime.combine(day, dt.time(0, 0, second), EASTERN)
    return moment.astimezone(dt.UTC) if second else moment


def _objection(name: str) -> str:
    archive, _, subject = name.partition(".")
    if archive.lower() not in ARCHIVES:
        return f"Bad archive '{archive.lower()}'. Valid archive names are: {', '.join(ARCHIVES)}."
    classes = ", ".join(each for each in CATEGORIES if each.startswith(f"{archive.lower()}."))
    return f"Bad subject class '{subject}'. Valid subject classes for the archive '{archive.lower()}' are: {classes}."
