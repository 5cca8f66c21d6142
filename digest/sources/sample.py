"""The invented papers that ship with the program, as a source: what arXiv would have said on a given day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from digest.model import Paper
from digest.ports import Findings, Question
from digest.words import words

_LONG = 4
"""Letters from which a word of a filter counts."""


class Sample:
    """`ports.Source` over papers in memory.

    Looser than the topics it is asked for, as arXiv's search has been: one word of a filter is enough. What only
    shares a word is for our own matching to leave out.
    """

    name = "api"
    by_announcement = False

    def __init__(self, papers: Iterable[Paper], today: dt.date) -> None:
        self.requests = 0
        self._papers = [paper for paper in papers if paper.announced is None or paper.announced <= today]

    def ask(self, question: Question) -> Findings:
        """The newest version of each paper that shares a word with one of the topics."""
        self.requests += 1
        newest: dict[str, Paper] = {}
        for paper in self._papers:
            known = newest.get(paper.arxiv_id)
            if known is None or known.version < paper.version:
                newest[paper.arxiv_id] = paper
        phrases = [phrase for topic in question.topics for phrase in topic.filters]
        asked = {word for phrase in phrases for word in words(phrase) if len(word) >= _LONG}
        return Findings(
            papers=tuple(paper for paper in newest.values() if asked & set(words(_text(paper)))),
            complete=frozenset(topic.name for topic in question.topics),
        )


def _text(paper: Paper) -> str:
    return f"{paper.title} {paper.abstract} {paper.comment or ''}"
