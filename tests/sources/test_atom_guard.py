from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import Malformed, Refused, SourceError, Throttled
from digest.sources.atom_guard import Feed, guard
from tests.factories import paper
from tests.standins.arxiv import error_feed, feed

PAPERS = [paper(f"2611.9000{number}", title=f"Talking Heads {number}") for number in range(4)]
PAGE = feed(PAPERS, "all:heads", total=4).body
IDS = tuple(f"http://arxiv.org/abs/2611.9000{number}v1" for number in range(4))


def swap(old: str, new: str, content: bytes = PAGE) -> bytes:
    assert old.encode() in content
    return content.replace(old.encode(), new.encode(), 1)


def read(content: bytes, start: int = 0) -> Feed:
    return guard(content, source="api", start=start)


client = importlib.import_module("arxiv._feed")
"""What `arxiv.Client` parses with."""


def results(page: Feed) -> list[Any]:
    found: list[Any] = client.parse(page.content).results
    return found


def test_a_good_page_passes_whole() -> None:
    page = read(PAGE)
    assert (page.ids, page.total, page.came, page.skipped) == (IDS, 4, 4, ())
    assert [(each.entry_id, each.title) for each in results(page)] == [
        (name, f"Talking Heads {number}") for number, name in enumerate(IDS)
    ]


def test_the_client_is_told_that_nothing_follows() -> None:
    page = read(feed(PAPERS, "all:heads", total=500, start=100).body, start=100)
    assert page.total == 500
    assert client.parse(page.content).header.total_results == 104


def test_nothing_found_is_an_answer() -> None:
    page = read(feed([], "all:heads", total=0).body)
    assert (page.ids, page.total, page.came) == ((), 0, 0)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf"])
def test_an_empty_body(content: bytes) -> None:
    with pytest.raises(Malformed):
        read(content)


@pytest.mark.parametrize("content", [b"Rate exceeded.", b"  rate exceeded\n"])
def test_a_throttling_page(content: bytes) -> None:
    with pytest.raises(Throttled, match="Rate exceeded"):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>Down for maintenance</body></html>",
        b"\n<!doctype HTML>\n<p>unclosed",
        b"<html><head></head></html>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"></html>',
    ],
)
def test_a_web_page(content: bytes) -> None:
    with pytest.raises(Malformed, match="A web page came"):
        read(content)


@pytest.mark.parametrize(
    "content", [b"<rss version='2.0'/>", b"<feed/>", b'<?xml version="1.0"?><a xmlns="x"/>', b"{}"]
)
def test_another_document(content: bytes) -> None:
    with pytest.raises(Malformed, match=r"Not what was asked for|not whole"):
        read(content)


@given(st.integers(1, len(PAGE.rstrip()) - 1))
def test_half_a_page_never_passes(length: int) -> None:
    with pytest.raises(Malformed):
        read(PAGE[:length])


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_feed_is_never_a_paper(status: int) -> None:
    with pytest.raises(Refused, match="incorrect id format for abc"):
        read(error_feed("incorrect id format for abc", "incorrect_id_format_for_abc", status).body)


@pytest.mark.parametrize("url", ["http://arxiv.org/api/errors", "https://arxiv.org/api/errors#x"])
def test_an_error_feed_of_either_server(url: str) -> None:
    with pytest.raises(Refused):
        read(swap(IDS[2], url))


def test_a_page_without_the_entries_it_announces() -> None:
    with pytest.raises(Malformed, match="An empty page came, though 500 results"):
        read(feed([], "all:heads", total=500).body)
    with pytest.raises(Malformed, match="An empty page"):
        read(feed([], "all:heads", total=500, start=400).body, start=400)


def test_a_page_that_was_not_asked_for() -> None:
    with pytest.raises(Malformed, match="Results from 0 on came, not from 100 on"):
        read(PAGE, start=100)


@pytest.mark.parametrize("total", ["", "many", "-1", "1e3", "9" * 5000, "٤"])
def test_a_page_without_a_readable_total(total: str) -> None:
    with pytest.raises(Malformed, match="no readable totalResults"):
        read(swap(">4</opensearch:totalResults>", f">{total}</opensearch:totalResults>"))


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE feed [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE feed SYSTEM "http://evil.example/feed.dtd">',
        "<!DOCTYPE feed>",
    ],
)
def test_a_document_type_is_not_even_looked_at(declaration: str) -> None:
    with pytest.raises(Malformed, match="declares what none may"):
        read(swap("<feed ", f"{declaration}<feed "))


def test_an_entity_that_nobody_declared() -> None:
    with pytest.raises(Malformed):
        read(swap("Talking Heads 1", "Talking &nbsp; Heads"))


# Encoding


def test_latin_1_in_a_feed_that_says_utf_8() -> None:
    with pytest.raises(Malformed, match="not UTF-8"):
        read(swap("Talking Heads 1", "T\u00eates parlantes").decode().encode("latin-1"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_another_encoding(encoding: str) -> None:
    with pytest.raises(Malformed):
        read(PAGE.decode().encode(encoding))


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read(b"\xef\xbb\xbf" + PAGE).ids == IDS


@pytest.mark.parametrize("declared", ["ISO-8859-1", "utf-16", "us-ascii"])
def test_what_is_utf_8_is_read_as_utf_8_whatever_it_claims(declared: str) -> None:
    content = swap("Talking Heads 1", "Têtes parlantes 语", swap("encoding='UTF-8'", f"encoding='{declared}'"))
    assert results(read(content))[1].title == "Têtes parlantes 语"


# Characters that XML forbids


@pytest.mark.parametrize("bad", ["\x00", "\x01", "\x1b", "\ufffe", "\uffff", "&#x1;", "&#0;", "&#xFFFE;", "&#xD800;"])
def test_a_forbidden_character_is_removed_and_reported(bad: str) -> None:
    page = read(swap("Talking Heads 2", f"Talk{bad}ing Heads 2"))
    assert page.ids == IDS
    assert results(page)[2].title == "Talking Heads 2"
    assert [(each.subject, each.stage) for each in page.skipped] == [("2611.90002", "fetch")]
    assert "characters that XML forbids were removed" in page.skipped[0].message


@pytest.mark.parametrize("bad", ["\x0b", "\x0c", "&#11;", "&#x1F;"])
def test_a_forbidden_space_becomes_a_space(bad: str) -> None:
    page = read(swap("Talking Heads 2", f"Talking{bad}Heads 2"))
    assert results(page)[2].title == "Talking Heads 2"
    assert len(page.skipped) == 1


def test_a_forbidden_character_between_entries_is_reported_too() -> None:
    page = read(swap("<feed ", "<feed \x01"))
    assert page.ids == IDS
    assert [each.subject for each in page.skipped] == ["a page of results"]


@pytest.mark.parametrize("reference", ["&#xE9;", "&#233;", "&#x1F600;", "&amp;#x1;", "&#10;", "&#x9;"])
def test_references_to_other_characters_stay(reference: str) -> None:
    page = read(swap("Talking Heads 2", f"Talking {reference} Heads 2"))
    assert page.skipped == ()
    assert page.ids == IDS


# Entries


def without(name: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        head, middle, tail = content.partition(b"<id>http://arxiv.org/abs/2611.90001v1</id>")
        before, _, rest = (middle + tail).partition(f"<{name}".encode())
        end = rest.index(f"</{name}>".encode()) + len(name) + 3
        return head + before + rest[end:]

    return change


@pytest.mark.parametrize(
    ("change", "subject", "message"),
    [
        (without("id"), "an entry without id", "not an arXiv identifier: ''"),
        (without("title"), "2611.90001", "no title"),
        (without("summary"), "2611.90001", "no summary"),
        (without("published"), "2611.90001", "not a time: ''"),
        (without("updated"), "2611.90001", "not a time: ''"),
        (lambda page: swap("<title>Talking Heads 1<", "<title> \n <", page), "2611.90001", "no title"),
        (lambda page: swap(IDS[1], "http://arxiv.org/abs/2611.90001", page), "2611.90001", "no version in its id"),
        (
            lambda page: swap(IDS[1], "http://arxiv.org/abs/nonsense", page),
            "http://arxiv.org/abs/nonsense",
            "not an arX",
        ),
        (lambda page: swap("Heads 1<", "H" * 1_000_001 + "<", page), "2611.90001", "more than 1,000,000 characters"),
    ],
)
def test_an_entry_that_cannot_be_read_is_left_out_and_named(
    change: Callable[[bytes], bytes], subject: str, message: str
) -> None:
    page = read(change(PAGE))
    assert page.ids == (IDS[0], IDS[2], IDS[3])
    assert [each.entry_id for each in results(page)] == [IDS[0], IDS[2], IDS[3]]
    assert page.came == 4
    assert [each.subject for each in page.skipped] == [subject]
    assert page.skipped[0].message.startswith("left out: ")
    assert message in page.skipped[0].message


@pytest.mark.parametrize("date", ["not a date", "2026-11-09T15:30:12", "0001-01-01T00:00:00Z", "", "9" * 99])
@pytest.mark.parametrize("name", ["published", "updated"])
def test_a_bad_date_costs_its_own_entry_only(name: str, date: str) -> None:
    page = read(swap(f"<{name}>2026-11-09T15:30:12Z<", f"<{name}>{date}<"))
    assert page.ids == IDS[1:]
    assert [each.subject for each in page.skipped] == ["2611.90000"]
    assert "not a time" in page.skipped[0].message


@pytest.mark.parametrize("name", ["author", "link", "category", "arxiv:primary_category"])
def test_an_entry_stays_without_what_a_paper_can_be_without(name: str) -> None:
    pattern = rf"\s*<{name}\b(?:[^>]*/>|.*?</{name}>)".encode()
    content, count = re.subn(pattern, b"", PAGE, flags=re.DOTALL)
    assert count >= 4
    page = read(content)
    assert (page.ids, page.skipped) == (IDS, ())
    assert len(results(page)) == 4


def test_a_title_may_be_0() -> None:
    assert results(read(swap("<title>Talking Heads 1<", "<title>0<")))[1].title == "0"


def test_markup_in_a_title_does_not_cut_it_short() -> None:
    page = read(swap("<title>Talking Heads 1<", "<title>Talking <i>Heads</i> 1<"))
    assert results(page)[1].title == "Talking Heads 1"


def test_endless_nesting_is_no_trouble() -> None:
    page = read(swap("Talking Heads 1", "<i>" * 100_000 + "Talking Heads 1" + "</i>" * 100_000))
    assert results(page)[1].title == "Talking Heads 1"


def test_long_entries_are_read_whole() -> None:
    long = paper(title="t" * 100_000, abstract="a " * 400_000, authors=PAPERS[0].authors * 1500)
    result = results(read(feed([long], "all:x", total=1).body))[0]
    assert (len(result.title), len(result.summary), len(result.authors)) == (100_000, 800_000, 3000)


def test_no_entry_makes_the_guard_slow() -> None:
    """Linear in what came: a page of broken entries that never end is read once."""
    with pytest.raises(Malformed):
        read(PAGE[:-10] + b"\x01<entry><id>" * 200_000)


ALPHABET = st.characters(exclude_categories=["Cs"])


@given(st.lists(st.text(ALPHABET), min_size=6, max_size=6))
def test_whatever_passes_the_client_reads_too(texts: list[str]) -> None:
    """Fields of any text: the page is refused, or the client finds the very entries that were promised."""
    title, abstract, name, published, comment, arxiv_id = texts
    content = swap("Talking Heads 1", title.replace("<", "&lt;"))
    content = swap("We drive a talking head", abstract, content)
    content = swap("Ada Lovelace", name, content)
    content = swap("2026-11-09T15:30:12Z</published>", f"{published}</published>", content)
    content = swap("<published>", f"<arxiv:comment>{comment}</arxiv:comment><published>", content)
    content = swap("2611.90003v1</id>", f"{arxiv_id}</id>", content)
    try:
        page = read(content)
    except SourceError:
        return
    assert tuple(each.entry_id for each in results(page)) == page.ids
    assert page.came == 4
    assert len(page.ids) + len([each for each in page.skipped if each.message.startswith("left out")]) == 4


@given(st.binary(max_size=400))
def test_no_bytes_are_too_strange(content: bytes) -> None:
    with pytest.raises(SourceError):
        read(content)
