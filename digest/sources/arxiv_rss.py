"""arXiv's RSS feeds: the only route that says which mailing announced a paper, and the lightest one.

A feed holds one mailing and nothing of the days before, so it is a whole answer only for a topic that has missed no
other. Nor does it tell everything: no comments, no times of submission, no replacements from version 6 on
(arXiv/arxiv-feed, `feed/database.py`). https://info.arxiv.org/help/rss.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from digest import calendar
from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.model import Failure, Feed, Paper, Topic
from digest.ports import Findings, Question
from digest.sources.rss_feed import EASTERN, Item, read_feed
from digest.sources.rss_reading import Reading, doubt, recalled

if TYPE_CHECKING:  # importing it costs more than `digest --help` should take
    from digest.web import Response, Web

ENDPOINT = "https://rss.arxiv.org/rss"

_FULL = 2000
"""Items in a feed, at most; the new papers are cut off first (arXiv/arxiv-feed, `result_limit`)."""
_GROUP = 5
"""Categories in one request: cs.LG alone has up to 700 items a day."""
_KINDS = ("new", "cross", "replace", "replace-cross")
"""Best first, where a paper stands in several feeds."""
_DAY = dt.timedelta(days=1)


class ArxivRss:
    """`ports.Source` over the feeds of the topics' categories.

    `known` are arXiv's categories: with them, an archive whose feed is full is asked for in parts. `answered` is the
    start of each topic's last whole answer, by whatever route: a topic is complete when no mailing but the one in its
    feeds has gone out since. For a topic that isn't in it, the start of the window counts. `feeds` is what earlier runs
    remembered (`Findings.feeds`).

    A topic without categories can't be asked for, and is never complete.
    """

    name = "rss"
    by_announcement = True

    def __init__(
        self,
        web: Web,
        *,
        endpoint: str = ENDPOINT,
        known: Iterable[str] = (),
        answered: Mapping[str, dt.datetime | None] | None = None,
        feeds: Mapping[str, Feed] | None = None,
    ) -> None:
        self.requests = 0
        self.kinds: Mapping[str, str] = {}
        """arXiv id → how the papers of the last answer were announced: `new`, `cross`, `replace`, `replace-cross`."""
        self._web = web
        self._endpoint = endpoint
        self._known = tuple(known)
        self.answered = answered or {}
        self.feeds = feeds or {}

    def ask(self, question: Question) -> Findings:
        """Every paper of the newest mailing in the topics' categories. Raises `SourceError` when no feed came."""
        wanted = {topic.name: names for topic in question.topics if (names := _names(topic))}
        missed = {topic: self._missed(topic, question) for topic in wanted}
        asking = _Asking()
        for group in self._groups(sorted(set(chain(*wanted.values())))):
            of_it = [missed[topic] for topic, names in wanted.items() if any(_serves(group, name) for name in names)]
            # That a feed is as it was is enough for topics that have missed nothing; others need it once more.
            self._read(group, asking, unchanged_will_do=all(days == frozenset() for days in of_it))
        if asking.errors and not asking.readings:
            raise asking.errors[0]
        good, papers = self._judge(asking, question.now)
        whole = frozenset(
            topic
            for topic, names in wanted.items()
            if (days := missed[topic]) is not None and all(_is_whole(name, good, asking, days) for name in names)
        )
        return Findings(
            papers=papers,
            complete=whole,
            skipped=tuple(dict.fromkeys(asking.rows)),
            # On a weekend that is the date of empty feeds: they are no word on the mailing before.
            announced=max((reading.day for reading in good), default=None),
            feeds={self._url(reading.names): memory for reading in good if (memory := reading.remembered())},
        )

    def _missed(self, topic: str, question: Question) -> frozenset[dt.date] | None:
        """Mailings that could be seen since the topic was answered; None when it never was."""
        since = question.since.get(topic)
        start = self.answered.get(topic, since)
        if since is None or start is None:
            return None
        # Feeds and the search show a mailing from its midnight on.
        first, last = start.astimezone(EASTERN).date() + _DAY, calendar.latest_mailing(question.now)
        days = (first + number * _DAY for number in range((last - first).days + 1))
        return frozenset(filter(calendar.is_mailing, days))

    def _groups(self, names: list[str]) -> Iterator[tuple[str, ...]]:
        """What to ask for in one request each: whole archives alone, the rest by the handful."""
        left = [name for name in names if "." not in name or _archive(name) not in names]
        whole = [name for name in left if self._classes(name)]
        yield from ((name,) for name in whole)
        rest = [name for name in left if name not in whole]
        yield from (tuple(rest[start : start + _GROUP]) for start in range(0, len(rest), _GROUP))

    def _classes(self, archive: str) -> tuple[str, ...]:
        return tuple(name for name in self._known if name.startswith(f"{archive}."))

    def _read(self, names: tuple[str, ...], asking: _Asking, *, unchanged_will_do: bool = False) -> None:
        """Ask for the feed of `names`; in halves when it is full, or when arXiv refuses one of the names."""
        asking.names.append(names)
        if asking.given_up:
            return
        try:
            reading = self._get(names, unchanged_will_do=unchanged_will_do)
        except SourceError as error:
            if _is_about_the_names(error) and len(names) > 1:
                self._read_halves(names, names, asking)
            else:
                asking.fail(names, error)
            return
        parts = names if len(names) > 1 else self._classes(names[0])
        full = reading.batch is not None and reading.batch.came >= _FULL
        if full and len(parts) > 1:
            self._read_halves(names, parts, asking)
            return
        asking.readings.append(reading)
        if full:
            asking.row(names, f"The feed is full: it ends after {_FULL} items, and may lack others.")

    def _read_halves(self, names: tuple[str, ...], parts: tuple[str, ...], asking: _Asking) -> None:
        asking.names.remove(names)
        middle = (len(parts) + 1) // 2
        for half in (parts[:middle], parts[middle:]):
            self._read(half, asking)

    def _get(self, names: tuple[str, ...], *, unchanged_will_do: bool) -> Reading:
        url = self._url(names)
        memory = self.feeds.get(url)
        before, known = recalled(memory)
        etag = memory.etag if memory and before and unchanged_will_do else None

        def check(response: Response) -> Reading:
            if response.status == HTTPStatus.NOT_MODIFIED:
                if etag is None or before is None:
                    raise Malformed("“Not modified” came, though nothing was known.", source=self.name)
                return Reading(names=names, day=before, batch=None)
            try:
                batch = read_feed(response.content, source=self.name)
            except SourceError as error:
                error.status = response.status
                raise
            mark = response.headers.get("ETag")
            return Reading(names=names, day=batch.day, batch=batch, etag=mark, before=before, known=known)

        sent = self._web.requests
        try:
            headers = {"If-None-Match": etag} if etag else {}
            return self._web.get(url, source=self.name, spacing="arxiv", headers=headers, check=check)
        finally:
            self.requests += self._web.requests - sent

    def _judge(self, asking: _Asking, now: dt.datetime) -> tuple[list[Reading], tuple[Paper, ...]]:
        """The feeds that can be relied on, and the papers of all; doubts become rows."""
        good: list[Reading] = []
        best: dict[str, Item] = {}
        for reading in asking.readings:
            others = [each for each in asking.readings if each is not reading]
            against = doubt(reading, others, now)
            if against:
                asking.row(reading.names, against.message)
            elif reading.names not in asking.flawed:
                good.append(reading)
            asking.rows += reading.batch.skipped if reading.batch else ()
            for item in reading.batch.items if reading.batch else ():
                held = _undated(item) if against and against.misdated else item
                arxiv_id = item.paper.arxiv_id
                best[arxiv_id] = max(held, best.get(arxiv_id, held), key=_worth)
        self.kinds = {arxiv_id: item.kind for arxiv_id, item in best.items()}
        return good, tuple(item.paper for item in best.values())

    def _url(self, names: tuple[str, ...]) -> str:
        return f"{self._endpoint}/{'+'.join(quote(name, safe='') for name in names)}"


class _Asking:
    """An answer in the making."""

    def __init__(self) -> None:
        self.names: list[tuple[str, ...]] = []
        """What was to be asked for, each request's."""
        self.readings: list[Reading] = []
        self.errors: list[SourceError] = []
        self.rows: list[Failure] = []
        self.flawed: set[tuple[str, ...]] = set()
        """Requests whose answer can't be relied on."""

    @property
    def given_up(self) -> bool:
        """Whether the service itself failed, so that asking for more would only load it."""
        return bool(self.errors) and _is_about_the_service(self.errors[-1])

    def fail(self, names: tuple[str, ...], error: SourceError) -> None:
        self.errors.append(error)
        self.row(names, error.message, error.hint)

    def row(self, names: tuple[str, ...], message: str, hint: str | None = None) -> None:
        self.flawed.add(names)
        self.rows.append(Failure(stage="fetch", subject=f"rss: {'+'.join(names)}", message=message, hint=hint))


def _is_about_the_names(error: SourceError) -> bool:
    return isinstance(error, Refused) and error.status in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST)


def _is_about_the_service(error: SourceError) -> bool:
    if isinstance(error, Throttled | Unreachable):
        return True
    broken = (error.status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR
    return not (broken or isinstance(error, Malformed) or _is_about_the_names(error))


def _names(topic: Topic) -> frozenset[str]:
    """Feeds that hold a topic's categories: `cs.CV`, or `cs` for `cs.*`. Empty when no feed does."""
    names = set()
    for category in topic.categories:
        archive = _archive(category)
        if "*" in archive:
            return frozenset()
        names.add(archive if "*" in category else category)
    return frozenset(names)


def _archive(name: str) -> str:
    return name.partition(".")[0]


def _serves(names: tuple[str, ...], name: str) -> bool:
    """Whether the feed of `names` has papers of `name`."""
    return name in names or _archive(name) in names or any(_archive(each) == name for each in names)


def _is_whole(name: str, good: list[Reading], asking: _Asking, days: frozenset[dt.date]) -> bool:
    """Whether everything that was mailed on `days` in the category or archive has come."""
    needed = [names for names in asking.names if _serves(names, name)]
    dates = {reading.names: reading.day for reading in good}
    return bool(needed) and all(names in dates and days <= {dates[names]} for names in needed)


def _undated(item: Item) -> Item:
    return msgspec.structs.replace(item, paper=msgspec.structs.replace(item.paper, announced=None))


def _worth(item: Item) -> tuple[int, bool, int]:
    rank = _KINDS.index(item.kind) if item.kind in _KINDS else len(_KINDS)
    return item.paper.version, item.paper.announced is not None, -rank
