"""Reads arXiv's past through its search API, window by window, so that a backfill can be stopped and taken up again.

A window ends where its first page ends: the next begins with the minute of the last paper that came. So no page
depends on another, and whatever arXiv adds or removes meanwhile shifts nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import msgspec

from digest.errors import Refused
from digest.model import Failure, Paper, Topic
from digest.ports import Findings
from digest.sources.arxiv_pages import LARGE, NAME, Pages, Pile, is_about_the_query
from digest.sources.combined import MINUTE, dated, halved, in_order, middle, minute, pack, question, settled

_LONGEST = dt.timedelta(days=31)
"""Of a window: a false "nothing found" must not cost a year."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of arXiv's past."""

    start: dt.datetime
    """First moment of submission (version 1, UTC) that belongs to it."""
    end: dt.datetime
    """First moment that doesn't, where the next window starts."""
    findings: Findings


class History:
    """What may belong to `topics` and was first submitted from `start` on and before `end` (aware).

    `pages` opens the results of a query, oldest submission first.
    """

    def __init__(
        self, pages: Callable[[str], Pages], topics: Sequence[Topic], start: dt.datetime, end: dt.datetime
    ) -> None:
        self._pages = pages
        self._batches = list(pack(topics))
        self._topics = frozenset(topic.name for topic in topics)
        self._start = start.astimezone(dt.UTC)
        self._end = end.astimezone(dt.UTC)
        self._refused: dict[str, Failure] = {}
        """Topics that arXiv can't look for: asked once, told with every window."""

    def windows(self) -> Iterator[Window]:
        """All windows, oldest first, none empty in time. Raises `SourceError` where the next one fails."""
        start = self._start
        while start < self._end:
            window = self._window(start, min(self._end, start + _LONGEST))
            yield window
            start = window.end

    def _window(self, start: dt.datetime, end: dt.datetime) -> Window:
        pile = Pile()
        crowded: dict[str, Failure] = {}
        at = 0
        while at < len(self._batches):
            topics = self._batches[at]
            try:
                end, whole = self._read(question(topics), start, end, pile)
            except Refused as error:
                at = self._divide(at, error)
                continue
            if not whole:
                message = f"More was submitted in the minute {start:%Y-%m-%d %H:%M} UTC than arXiv's search reaches."
                crowded |= {topic.name: self._row(topic, message, None) for topic in topics}
            at += 1
        lost = self._refused | crowded
        # Where a later query ended the window earlier, the next window asks for the rest again.
        inside = (each for each in pile.papers.values() if each.published and start <= each.published < end)
        findings = Findings(
            papers=tuple(sorted(inside, key=_age)),
            complete=self._topics.difference(lost),
            skipped=(*pile.skipped, *lost.values()),
        )
        return Window(start=start, end=end, findings=findings)

    def _read(self, query: str, start: dt.datetime, end: dt.datetime, pile: Pile) -> tuple[dt.datetime, bool]:
        """Read from `start` on. Until when that succeeded, `end` or earlier, and whether nothing is missing."""
        while True:
            pages = self._pages(dated(query, start, end))
            came: list[Paper] = []
            shorter = None
            while not pages.ended and shorter is None:
                page = pages.read(LARGE)
                pile.add(page.papers, page.skipped)
                came += page.papers
                if pages.whole:
                    return end, True
                if not in_order(came):  # then nothing says where to go on: make it fit on one page
                    shorter = middle(start, end)
                elif not pages.gap and (until := settled(came, start)) is not None:
                    return until, True
            if shorter is None:
                return min(end, minute(start) + MINUTE), False
            end = shorter

    def _divide(self, at: int, error: Refused) -> int:
        """Ask a batch in halves, to find the topic that is refused; without it, ask the others together again.

        Where in the batches to go on.
        """
        topics = self._batches[at]
        parts = halved(topics)
        others = [*self._batches[:at], *self._batches[at + 1 :]]
        if not is_about_the_query(error) or not (parts or others):
            raise error
        if parts:
            self._batches[at : at + 1] = parts
            return at
        self._refused[topics[0].name] = self._row(topics[0], error.message, error.hint)
        self._batches = list(pack(topic for batch in others for topic in batch))
        return 0

    def _row(self, topic: Topic, message: str, hint: str | None) -> Failure:
        return Failure(stage="fetch", subject=f"{NAME}: {topic.name}", message=message, hint=hint)


def _age(paper: Paper) -> tuple[str, str]:
    return paper.published.isoformat() if paper.published else "", paper.arxiv_id
