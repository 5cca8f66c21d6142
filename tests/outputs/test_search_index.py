"""The files of the index: what a day changes in them, and that they depend on nothing but the papers."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Entry
from digest.outputs.search import Search
from digest.outputs.search.postings import LAST
from digest.outputs.search.segment import RULES
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


def test_a_build_over_an_earlier_one_is_the_same_as_one_from_nothing() -> None:
    old = [*papers(1, 800, "2608"), *papers(1, 700, "2609"), *papers(1, 300)]
    revised = msgspec.structs.replace(old[900], version=2, abstract="Other words.")
    new = [*old[:900], revised, *old[901:], *papers(2_001, 60)]
    whole = Search().render(digest(*new))
    earlier = of_index(Search().render(digest(*old)))
    asked: list[str] = []

    def held(path: str) -> bytes | None:
        asked.append(path)
        return earlier.get(path)

    assert Search(held=held).render(digest(*new)) == whole
    assert any(path.endswith("w0.txt") for path in asked)


@pytest.mark.parametrize("spoil", [lambda content: content[:-1], lambda _: b"", lambda _: None, lambda _: b"{}"])
def test_what_was_spoilt_is_made_again(spoil: Callable[[bytes], bytes | None]) -> None:
    of = digest(*papers(1, 30))
    whole = Search().render(of)
    for path in of_index(whole):
        held: dict[str, bytes | None] = {**of_index(whole), path: spoil(of_index(whole)[path])}
        assert Search(held=held.get).render(of) == whole, path


def of_index(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path.removeprefix("_site/search/"): content for path, content in files.items()}


def test_a_segment_is_taken_over_rather_than_made() -> None:
    of = digest(*papers(1, 30))
    files = of_index(Search().render(of))
    made = msgspec.json.decode(files[next(path for path in files if path.endswith("/made.json"))])
    name = made["segment"]["name"]
    files[f"{name}/w0.txt"] += b"by hand\n\n"
    paths = sorted(made["files"])
    content = b"".join(f"{path} {len(files[path])}\n".encode() + files[path] for path in paths)
    files[f"{name}/made.json"] = msgspec.json.encode(made | {"digest": hashlib.sha256(content).hexdigest()})
    assert Search(held=files.get).render(of)[f"_site/search/{name}/w0.txt"] == files[f"{name}/w0.txt"]


def test_rules_are_raised_when_papers_are_read_or_written_in_another_way() -> None:
    """When this fails and the change is meant: raise `RULES` in digest/outputs/search/segment.py, and change this."""
    title = "Łukasz's {\\it Talking}-Heads in C++, $\\beta$-VAE: 扩散 模型，3D高斯"
    of = digest(entry(title=title), *papers(1, 9), translations=(translation(), translation(field="abstract")))
    index = {path: content for path, content in Search().render(of).items() if path.endswith(".txt")}
    content = hashlib.sha256(repr(sorted(index.items())).encode()).hexdigest()
    assert (RULES, content[:16]) == (1, "0c1b87afd5e5e326")


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
