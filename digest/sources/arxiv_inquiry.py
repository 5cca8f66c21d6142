"""Asks arXiv's search batch after batch, so that what fails costs no more than itself and what came is kept."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from digest.errors import Refused, SourceError, Throttled, Unreachable
from digest.model import Failure, Paper
from digest.ports import Findings, Question
from digest.sources.arxiv_pages import NAME, Pages, Pile, is_about_the_query
from digest.sources.combined import Batch, by_submission, halves, plan, still_to_come

T = TypeVar("T")

_FIRST, _FIRST_OF_ALL = 100, 500
"""Entries on the first page for each topic, and for all together: its dates say how many more are worth asking for."""
_PATIENCE = 3
"""Queries that may fail one after the other, each after all the tries that `web` gives it."""


class Inquiry:
    """A question under way. `pages` opens the results of a query, newest update first."""

    def __init__(self, pages: Callable[[str], Pages], question: Question) -> None:
        self._pages = pages
        self._question = question
        self._pile = Pile()
        self._failed: dict[str, SourceError] = {}
        self._cut: dict[str, int] = {}
        self._found: dict[bool, set[str]] = {False: set(), True: set()}
        """Topics that were in a query with results, of whatever age, and in one without."""

    def findings(self) -> Findings:
        """Ask, and say what is known. Raises `SourceError` when nothing that came can be used."""
        asked = self._question
        each_in_turn(plan(asked.topics, asked.since, asked.now), self._read, halves, self._fail)
        hint = "It says so at times when it is busy, and the next run asks again. Or is a word misspelt?"
        nothing = SourceError("arXiv says that it never had such a paper.", source=NAME, hint=hint)
        for name in sorted(self._found[False] - self._found[True]):
            self._failed.setdefault(name, nothing)
        complete = frozenset(topic.name for topic in asked.topics).difference(self._failed)
        if self._failed and not (complete or self._pile.papers):
            name, error = next(iter(self._failed.items()))
            error.topic = name if len(self._failed) == 1 else None
            raise error
        rows = (
            Failure(stage="fetch", subject=f"{NAME}: {name}", message=error.message, hint=error.hint)
            for name, error in self._failed.items()
        )
        return Findings(
            papers=tuple(self._pile.papers.values()),
            complete=complete,
            cut={name: cut for name, cut in self._cut.items() if cut and name in complete},
            skipped=(*self._pile.skipped, *rows),
        )

    def _fail(self, batch: Batch, error: SourceError) -> None:
        for topic in batch.topics:
            self._failed.setdefault(topic.name, error)

    def _read(self, batch: Batch) -> Sequence[Batch]:
        """Read one batch. What has to be asked in its place, when it holds more than paging reaches."""
        pages = self._pages(batch.query)
        beyond: Sequence[Paper] | None = None
        if batch.since is None:
            self._newest(pages, batch.topics[0].name)
        else:
            beyond = self._recent(pages, batch.since, min(_FIRST * len(batch.topics), _FIRST_OF_ALL))
        self._found[pages.total > 0].update(topic.name for topic in batch.topics)
        if beyond is None:
            return ()
        instead = halves(batch) or by_submission(batch, beyond)
        if not instead:
            message = f"arXiv's search reaches {pages.start:,} papers, and more are of the same minute."
            self._fail(batch, SourceError(message, source=NAME))
        return instead

    def _newest(self, pages: Pages, topic: str) -> None:
        """Keep the newest papers, and count the others. Half of them are not worth it: the next run asks for all."""
        limit = self._question.limit
        pile = Pile()
        while not pages.ended and (pages.gap or len(pile.papers) <= limit):
            page = pages.read(limit + 1 - len(pile.papers))  # one more tells whether the limit cuts anything
            pile.add(page.papers, page.skipped)
        found = sorted(pile.papers.values(), key=_age, reverse=True)
        self._pile.add(found[:limit], pile.skipped)
        cut = max(0, len(found) - limit) + max(0, pages.total - pages.start)
        self._cut[topic] = self._cut.get(topic, 0) + cut

    def _recent(self, pages: Pages, since: dt.datetime, wanted: int) -> Sequence[Paper] | None:
        """Keep what was updated from `since` on. All that came, when that is not reached; else None.

        The results are in the order of their last update, and nothing but this order tells where to stop:
        `submittedDate:` looks at version 1 and would miss what was revised, and `lastUpdatedDate:` means the same to
        arXiv's search (arXiv/arxiv-search, `fix_aliases`).
        """
        came: list[Paper] = []
        while not pages.ended:
            page = pages.read(wanted)
            self._pile.add((paper for paper in page.papers if _is_recent(paper, since)), page.skipped)
            if page.papers and not pages.gap and not _is_recent(page.papers[-1], since):
                return None
            came += page.papers
            moments = [paper.updated for paper in came if paper.updated is not None]
            if moments:
                wanted = max(_FIRST, still_to_come(pages.start, moments[0], moments[-1], since))
        return None if pages.whole else came


def each_in_turn(
    questions: Iterable[T],
    ask: Callable[[T], Sequence[T]],
    halves_of: Callable[[T], Sequence[T]],
    fail: Callable[[T, SourceError], None],
) -> None:
    """`ask` every question, and what it returns to be asked instead.

    One that fails is asked in halves, so that a topic which arXiv can't read costs no other. But nothing more is asked
    once arXiv wants to be left alone, can't be reached, or has failed several times running: that would be eight
    minutes of patience for each of the rest. `fail` hears of all that have no answer.
    """
    waiting = deque(questions)
    failures = 0
    last: SourceError | None = None
    while waiting:
        each = waiting.popleft()
        if last is not None:
            message = f"Not asked for, after this: {last.message}"
            fail(each, SourceError(message, source=last.source, status=last.status, hint=last.hint))
            continue
        try:
            instead = ask(each)
            failures = 0
        except SourceError as error:
            failures += not isinstance(error, Refused)
            if _is_the_end(error) or failures >= _PATIENCE:
                last = error
            instead = () if last else halves_of(each)
            if not instead:
                fail(each, error)
        waiting.extendleft(reversed(instead))


def _is_the_end(error: SourceError) -> bool:
    if isinstance(error, Refused):
        return not is_about_the_query(error)
    return isinstance(error, Throttled | Unreachable)


def _is_recent(paper: Paper, since: dt.datetime) -> bool:
    return paper.updated is not None and paper.updated >= since


def _age(paper: Paper) -> tuple[float, str]:
    return paper.updated.timestamp() if paper.updated else 0.0, paper.arxiv_id
