"""Tables of real papers, awkward ones too, read back with GitHub's parser: six cells a row, and exactly the text."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from digest.model import Author, Digest, Entry, TopicMatch
from digest.outputs.markdown import Markdown
from digest.text import plain, printable
from tests.factories import SEEN, digest, translation
from tests.rendered import Cell, Page

DATA = Path(__file__).parents[2] / "../shared/data"
EVERY = 1 if os.environ.get("CORPUS") == "all" else 16
"""Every paper of the corpus with CORPUS=all in the environment (two minutes), a sixteenth of them without."""
A_DAY = 250
"""Papers on a page; the parser takes longer for a page than for its parts."""

OURS = {"a", "br", "details", "em", "span", "strong", "summary"}
ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@cache
def papers() -> tuple[Entry, ...]:
    files = [DATA / "corpus.jsonl.gz", DATA / "edge_cases.jsonl.gz"]
    if not all(file.exists() for file in files):
        return ()
    return tuple(_entries(files))


def _entries(files: list[Path]) -> Iterator[Entry]:
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % EVERY == 0 or file.name.startswith("edge"):
                    yield _entry(
                        json.loads(line), f"2611.{9}{number:05}{'' if file.name.startswith('c') else 'e'}", number
                    )


def _entry(facts: dict[str, Any], arxiv_id: str, number: int) -> Entry:
    """A paper of the corpus under an id of its own, as some are there twice."""
    return Entry(
        arxiv_id=arxiv_id,
        version=1,
        title=facts["title"],
        abstract=facts["abstract"],
        authors=tuple(Author(name=name) for name in facts["authors"] or ()),
        published=dt.datetime(2026, 11, 9, tzinfo=dt.UTC),
        first_seen=SEEN,
        listed=dt.date(2000, 1, 1) + dt.timedelta(days=number // EVERY // A_DAY),
        topics=(TopicMatch(topic="Avatar"),),
        withdrawn=number % 50 == 0,
    )


@pytest.fixture(scope="module")
def shown() -> Digest:
    if not papers():
        pytest.skip("needs ../shared/data/corpus.jsonl.gz, which a clone does not have")
    # Real abstracts stand in for translations, so that hostile text is in every place.
    texts = [translation(paper.arxiv_id, field="abstract", text=paper.title) for paper in papers()[::2]]
    return digest(*papers(), translations=tuple(texts))


def check(row: list[Cell], paper: Entry, *, translated: bool) -> None:
    assert len(row) == 6, paper
    date, title, authors, abstract, pdf, code = row
    assert date.text == "2026-11-09"
    assert title.bold == (plain(paper.title) or paper.arxiv_id), paper
    assert title.text == ("[withdrawn] " if paper.withdrawn else "") + title.bold, paper
    assert authors.text == _authors(paper), paper
    original, copy = plain(paper.abstract), plain(paper.title)
    assert abstract.text == (f"{copy}\n\n{original}" if translated else original), paper
    assert pdf.text == ("" if paper.withdrawn else paper.arxiv_id)
    assert code.text == ""
    for cell in row:
        for tag, attributes in cell.tags:
            assert tag in OURS, paper
            assert set(attributes) == ({"href"} if tag == "a" else set()), paper
    assert all(link in _addresses(paper) for cell in (title, authors, abstract) for link in cell.links), paper
    assert date.links + pdf.links == [
        f"https://arxiv.org/abs/{paper.arxiv_id}",
        *([] if paper.withdrawn else [f"https://arxiv.org/pdf/{paper.arxiv_id}"]),
    ]


def _authors(paper: Entry) -> str:
    names = [name for author in paper.authors if (name := plain(author.name))]
    if len(names) <= 4:
        return printable(", ".join(names))
    return printable(", ".join(names[:3])) + f" and {len(names) - 3:,} more"


class _Prefixes:
    """Addresses that a text holds: a link may end before the punctuation behind it."""

    def __init__(self, text: str) -> None:
        self.starts = [text[found.start() :] for found in ADDRESS.finditer(text)]

    def __contains__(self, link: object) -> bool:
        return any(start.startswith(str(link)) for start in self.starts)


def _addresses(paper: Entry) -> _Prefixes:
    return _Prefixes(
        "\n".join([plain(paper.title), plain(paper.abstract), *(plain(a.name) for a in paper.authors[:4])])
    )


def test_every_row_shows_exactly_its_paper(shown: Digest) -> None:
    by_id = {paper.arxiv_id: paper for paper in shown.entries}
    translated = {arxiv_id for arxiv_id, _ in shown.translations["zh"]}
    seen = set()
    for path, content in Markdown().render(shown).items():
        if path.endswith("README.md"):
            continue
        page = Page(content.decode())
        assert page.outside <= {"a", "p", "table", "thead", "tbody"}, path
        for row in page.rows:
            if any(cell.tags for cell in row):
                arxiv_id = row[0].links[0].removeprefix("https://arxiv.org/abs/")
                check(row, by_id[arxiv_id], translated=arxiv_id in translated)
                seen.add(arxiv_id)
    assert seen == set(by_id)
