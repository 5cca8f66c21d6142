"""Papers as they stand in lists: each rendered once, however many pages show it, at whatever depth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from jinja2 import Environment

from digest.model import Entry
from digest.outputs import templating
from digest.outputs.citations import context_of
from digest.outputs.parts import up
from digest.outputs.views import Paper
from digest.outputs.wording import Words

_ROOT = "\0"
"""Stands for the way to the top of the site until a page is known. No text holds it: `digest.text` drops controls."""


class Items:
    """The papers of a site, by arXiv id. `recent`: those that have a page of their own."""

    def __init__(
        self, environment: Environment, words: Words, papers: Mapping[str, Paper], recent: Collection[str]
    ) -> None:
        self._environment = environment
        self._words = words
        self._papers = papers
        self._recent = recent
        self._kept: dict[tuple[str, bool], str] = {}

    def on(self, path: str, entries: Iterable[Entry], *, home: bool = False) -> tuple[str, ...]:
        """`site/_paper.html` for each of `entries` on the page at `path`; `home`: where older papers live.

        The abstract of a recent paper unfolds wherever a day or a topic lists it; the page of its month is an index.
        That of an older one stands once, at its home, so that archives stay small.
        """
        items = (self._item(entry, brief=(entry.arxiv_id in self._recent) is home) for entry in entries)
        return tuple(item.replace(_ROOT, up(path)) for item in items)

    def _item(self, entry: Entry, *, brief: bool) -> str:
        arxiv_id = entry.arxiv_id
        key = (arxiv_id, brief)
        if key in self._kept:
            return self._kept[key]
        item = templating.render(
            self._environment,
            "site/_paper.html",
            paper=self._papers[arxiv_id],
            brief=brief,
            coins=None if brief else context_of(entry),
            root=_ROOT,
            t=self._words,
            lang=self._words.language,
        )
        if brief or arxiv_id in self._recent:  # an older paper stands whole on one page only
            self._kept[key] = item
        return item
