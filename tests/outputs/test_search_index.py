"""The files of the index: what a day changes in them, and that they depend on nothing but the papers."""

from __future__ import annotations

import datetime as dt
import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Entry
from digest.outputs.search import Search
from digest.outputs.search.postings import LAST
from digest.outputs.search.segments import rank, segments
from tests.factories import digest, entry, translation

OPEN = 512
"""Papers from which on a segment is sealed."""


def papers(first: int, count: int, month: str = "2611") -> list[Entry]:
    return [entry(f"{month}.{number:05}", title=f"Paper number {number}") for number in range(first, first + count)]


def segment_of(path: str) -> str:
    return path.removeprefix("_site/search/").split("/")[0]


def test_a_day_writes_only_the_files_of_the_open_segment_and_the_table_of_contents() -> None:
    old = [*papers(1, 2_999, "2609"), *papers(1, 300)]
    before = Search().render(digest(*old, paper_pages=10**6))
    after = Search().render(digest(*old, *papers(1_001, 60), paper_pages=10**6))
    written = {path for path, content in after.items() if before.get(path) != content}
    assert len({segment_of(path) for path in written}) == 2
    index = msgspec.json.decode(after["_site/search/index.json"])
    newest = index["segments"][0]
    assert newest["size"] <= OPEN
    assert {segment_of(path) for path in written} == {"index.json", newest["name"]}
    assert len(written) < len(after) / 3


def test_a_paper_that_moves_to_the_page_of_its_month_changes_its_card_alone() -> None:
    many = papers(1, 700)
    before = Search().render(digest(*many, paper_pages=700))
    moved = [msgspec.structs.replace(each, listed=each.listed + dt.timedelta(days=1)) for each in many[600:]]
    after = Search().render(digest(*many[:600], *moved, paper_pages=100))
    assert {segment_of(path) for path in before} == {segment_of(path) for path in after}
    assert all("cards" in path for path in after if before[path] != after[path])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["1991", "9107", "0001", "2611"]), st.integers(1, 9)), unique=True), st.randoms()
)
def test_the_order_in_which_papers_come_changes_nothing(ids: list[tuple[str, int]], chance: random.Random) -> None:
    entries = [entry(f"{month}.{number:05}") for month, number in ids]
    shuffled = list(entries)
    chance.shuffle(shuffled)
    assert segments(entries) == segments(shuffled)


def test_papers_stand_in_the_order_in_which_arxiv_took_them_in() -> None:
    ids = ["math/0309136", "hep-th/9108001", "0704.0001", "2611.00009", "2611.00010", "cs/0309001", "solv-int/9701001"]
    found = [each.arxiv_id for group in segments([entry(each) for each in ids]) for each in group]
    assert found == sorted(ids, key=rank, reverse=True)
    assert found[-2:] == ["solv-int/9701001", "hep-th/9108001"]


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(), st.text())
def test_no_text_breaks_the_index(title: str, abstract: str, made: str) -> None:
    files = Search().render(digest(entry(title=title, abstract=abstract), translations=(translation(text=made),)))
    for content in files.values():
        content.decode("utf-8")


def test_a_very_long_text_ends_in_one_place() -> None:
    files = Search().render(digest(entry(abstract="word " * (LAST + 9), title="数字人" * LAST)))
    assert all(content.decode("utf-8") for content in files.values())


def test_an_empty_digest_has_an_index() -> None:
    assert msgspec.json.decode(Search().render(digest())["_site/search/index.json"])["segments"] == []
