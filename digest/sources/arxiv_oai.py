"""arXiv's OAI-PMH: the route that tells everything but the mailing, and holds when the search is overloaded.

It lists what was changed since a day, by set: new papers, new versions, and old papers of which somebody corrected the
journal. Its pages come in the order of that change. https://info.arxiv.org/help/oa/index.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.model import Failure, Paper, Topic
from digest.ports import Findings, Question
from digest.sources.oai_page import Page, Record, read_page

if TYPE_CHECKING:  # importing it costs more than `digest --help` should take
    from digest.web import Response, Web

ENDPOINT = "https://oaipmh.arxiv.org/oai"

_PHYSICS = re.compile("(?:astro|cond|math|quant)-(?:ph|mat)|gr-qc|hep-(?:ex|lat|ph|th)|nlin|nucl-(?:ex|th)|physics")
"""Archives of the set `physics`; every other archive is a set of its own name (arXiv/arxiv-base, `taxonomy`)."""
_IDLE = 2
"""Pages in a row without anything new that are taken for a circle. One can be due to records that moved meanwhile."""


class ArxivOai:
    """`ports.Source` over `ListRecords`. `max_pages` (of up to 2000 records) bounds what is read of one set.

    A topic is complete when each of its sets was read to the last page. A topic that was never asked is not: the newest
    papers of all time can't be asked for here, since a window would have to be made up.
    """

    name = "oai"
    by_announcement = True

    def __init__(self, web: Web, *, endpoint: str = ENDPOINT, max_pages: int = 100) -> None:
        self.requests = 0
        self._web = web
        self._endpoint = endpoint
        self._max_pages = max_pages

    def ask(self, question: Question) -> Findings:
        """Papers that are new or revised since the topics' windows began. Raises `SourceError` when nothing came."""
        since = {topic.name: start for topic in question.topics if (start := question.since.get(topic.name))}
        wanted = {topic.name: _sets(topic) for topic in question.topics if topic.name in since}
        harvest = _Harvest()
        for name, day in _starts(wanted, since).items():
            try:
                self._read(name, day, harvest)
            except SourceError as error:
                harvest.fail(name, error)
                if _is_about_the_service(error):
                    break
        if harvest.errors and not harvest.records and not harvest.done:
            raise harvest.errors[0]
        first = min(since.values(), default=question.now)
        records = {name: record for name, record in harvest.records.items() if _is_news(record.paper, first)}
        return Findings(
            papers=tuple(record.paper for record in records.values()),
            edited=tuple(record.paper for name, record in harvest.records.items() if name not in records),
            complete=frozenset(
                topic for topic, names in wanted.items() if all(harvest.has(name, _day(since[topic])) for name in names)
            ),
            skipped=tuple(dict.fromkeys(harvest.rows)),
            versions={name: record.versions for name, record in records.items()},
        )

    def _read(self, name: str, start: dt.date, harvest: _Harvest) -> None:
        """Read a set to its last page. Where the server doesn't know it, the wider one is read in its place."""
        for known in _wider(name):
            if harvest.has(known, start):
                break
            try:
                for page in self._pages(known, start):
                    harvest.take(page)
            except _UnknownSetError as error:
                if known == name.partition(":")[0]:
                    raise Refused(f"arXiv has no set {name!r}: {error}", source=self.name) from error
            else:
                harvest.done[known] = start
                break
        harvest.done[name] = start

    def _pages(self, name: str, start: dt.date) -> Iterator[Page]:
        first = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": start.isoformat()}
        first |= {"set": name} if name else {}
        query, again = first, False
        tokens: set[str] = set()
        seen: set[str] = set()
        idle = 0
        for _ in range(self._max_pages):
            page = self._page(query)
            if page.error == "noRecordsMatch":  # an empty window, or a list that has become shorter
                return
            if page.error == "badResumptionToken" and query is not first and not again:
                query, again, idle = first, True, 0
                tokens.clear()
                seen.clear()
                continue
            if page.error == "badArgument" and name and query is first:
                raise _UnknownSetError(page.words)
            if page.error is not None:
                raise Refused(f"arXiv refused the harvest: {page.words or page.error}", source=self.name)
            idle = 0 if set(page.names) - seen else idle + 1
            seen |= set(page.names)
            yield page
            if page.token is None:
                return
            if page.token in tokens or idle >= _IDLE:
                raise Malformed("The list goes round in circles: the same page came again.", source=self.name)
            tokens.add(page.token)
            query = {"verb": "ListRecords", "resumptionToken": page.token}
        raise Malformed(f"The list has not ended after {self._max_pages} pages.", source=self.name)

    def _page(self, query: Mapping[str, str]) -> Page:
        def check(response: Response) -> Page:
            try:
                return read_page(response.content, source=self.name)
            except SourceError as error:
                error.status = response.status
                raise

        sent = self._web.requests
        try:
            return self._web.get(f"{self._endpoint}?{urlencode(query)}", source=self.name, spacing="arxiv", check=check)
        finally:
            self.requests += self._web.requests - sent


class _UnknownSetError(Exception):
    """The server doesn't know the set, or doesn't like something else about the request."""


class _Harvest:
    """An answer in the making."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        """Each paper once, in its highest version."""
        self.done: dict[str, dt.date] = {}
        """Sets that were read to the end → from which day on."""
        self.errors: list[SourceError] = []
        self.rows: list[Failure] = []

    def has(self, name: str, start: dt.date) -> bool:
        """Whether the set, or one that it is part of, was read from `start` on."""
        return any(_holds(done, name) and since <= start for done, since in self.done.items())

    def take(self, page: Page) -> None:
        self.rows += page.skipped
        for record in page.records:
            known = self.records.get(record.paper.arxiv_id)
            if known is None or known.paper.version <= record.paper.version:
                self.records[record.paper.arxiv_id] = record

    def fail(self, name: str, error: SourceError) -> None:
        self.errors.append(error)
        self.rows.append(
            Failure(stage="fetch", subject=f"oai: {name or 'all sets'}", message=error.message, hint=error.hint)
        )


def _sets(topic: Topic) -> frozenset[str]:
    """Sets that hold a topic's categories: `cs:cs:CV`, `physics:hep-th`; the empty one, which is all of arXiv."""
    names = set()
    for category in topic.categories:
        archive, _, subject = category.partition(".")
        if "*" in archive:
            return frozenset({""})
        levels = ["physics" if _PHYSICS.fullmatch(archive) else archive, archive, subject]
        names.add(":".join(levels if subject and "*" not in subject else levels[:2]))
    return frozenset(names or {""})


def _starts(wanted: Mapping[str, frozenset[str]], since: Mapping[str, dt.datetime]) -> dict[str, dt.date]:
    """Set → from which day on to read it; a set stands before its parts."""
    starts: dict[str, dt.date] = {}
    for topic, names in wanted.items():
        for name in names:
            starts[name] = min(starts.get(name, dt.date.max), _day(since[topic]))
    return dict(sorted(starts.items()))


def _holds(name: str, other: str) -> bool:
    return not name or name == other or other.startswith(f"{name}:")


def _wider(name: str) -> list[str]:
    """The set and those that it is part of, narrowest first: servers of before 2025 know two levels only."""
    levels = name.split(":")
    return [":".join(levels[:count]) for count in range(len(levels), 0, -1)]


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(dt.UTC).date()


def _is_news(paper: Paper, since: dt.datetime) -> bool:
    """Whether a paper was submitted, revised or announced since; moderation holds some longer than any window.

    The month in an id is that of its announcement; old-style ids were all announced long ago.
    """
    month = f"{since - dt.timedelta(days=1):%y%m}"
    announced = "/" not in paper.arxiv_id and paper.arxiv_id[:4] >= month
    return announced or paper.updated is None or paper.updated >= since


def _is_about_the_service(error: SourceError) -> bool:
    """Whether asking for another set would only load it more."""
    if isinstance(error, Malformed):
        return False
    if isinstance(error, Refused):
        return error.status is not None  # else the server understood, and said so in OAI's own way
    return isinstance(error, Throttled | Unreachable) or error.status is None
