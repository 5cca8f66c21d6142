"""The invented papers that ship with the program, as a source: what arXiv would have said on a given day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from digest.model import Paper, Topic
from digest.ports import Answer
from digest.words import words

_LONG = 4
"""Letters from which a word of a filter counts."""


class Sample:
    """`ports.Source` over papers in memory.

    Looser than the topics it is asked for, as arXiv's search has been: one word of a filter is enough. What only
    shares a word is for our own matching to leave out.
    """

    name = "api"

    def __init__(self, papers: Iterable[Paper], today: dt.date) -> None:
        self.requests = 0
        self._papers = [paper for paper in papers if paper.announced is None or paper.announced <= today]

    def fetch(self, topic: Topic, *, since: dt.datetime | None, limit: int) -> Answer:
        """The newest version of each paper that shares a word with the topic."""
        self.requests += 1
        found: dict[str, Paper] = {}
        for paper in self._papers:
            known = found.get(paper.arxiv_id)
            if known is None or known.version < paper.version:
                found[paper.arxiv_id] = paper
        asked = {word for phrase in topic.filters for word in words(phrase) if len(word) >= _LONG}
        wanted = [paper for paper in found.values() if asked & set(words(_text(paper))) and _is_recent(paper, since)]
        newest = sorted(wanted, key=lambda paper: (str(paper.updated), paper.arxiv_id), reverse=True)
        return Answer(papers=tuple(newest[:limit]), cut=max(0, len(newest) - limit))


def _text(paper: Paper) -> str:
    return f"{paper.title} {paper.abstract} {paper.comment or ''}"


def _is_recent(paper: Paper, since: dt.datetime | None) -> bool:
    return since is None or paper.updated is None or paper.updated >= since
