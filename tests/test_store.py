from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import StoreError
from digest.model import CodeLink, Entry, Status, TopicStatus
from digest.store import Store, digest_of, encode_entries, encode_status, encode_translations, month_of
from tests.factories import SEEN, entry, translation

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("arxiv_id", "month"),
    [
        ("2611.90001", "2611"),
        ("0704.0001", "0704"),
        ("hep-th/0611999", "0611"),
        ("math/9901001", "9901"),
        ("solv-int/9701001", "9701"),
    ],
)
def test_month_of_an_id(arxiv_id: str, month: str) -> None:
    assert month_of(arxiv_id) == month


def test_an_id_without_month_is_refused() -> None:
    with pytest.raises(StoreError, match="'sol' is not an arXiv identifier"):
        month_of("sol")


def test_one_entry_a_line_sorted_with_schema_first_and_nothing_empty(tmp_path: Path) -> None:
    files = encode_entries([entry("2611.90002"), entry("2611.90001"), entry("hep-th/0611999")])
    assert sorted(files) == ["papers/0611.jsonl", "papers/2611.jsonl"]
    lines = files["papers/2611.jsonl"].splitlines()
    assert [json.loads(line)["arxiv_id"] for line in lines] == ["2611.90001", "2611.90002"]
    assert lines[0].startswith(b'{"schema":1,"arxiv_id":"2611.90001","version":1,"title":')
    assert b"null" not in lines[0]
    write(tmp_path, files)
    assert list(Store(tmp_path).entries()) == ["2611.90001", "2611.90002", "hep-th/0611999"]


@given(title=TEXT, abstract=TEXT, comment=st.none() | TEXT, url=TEXT, withdrawn=st.booleans())
def test_what_is_stored_comes_back(
    tmp_path_factory: pytest.TempPathFactory, title: str, abstract: str, comment: str | None, url: str, withdrawn: bool
) -> None:
    root = tmp_path_factory.mktemp("store")
    links = (CodeLink(url=url, kind="code", found_by="abstract"),)
    stored = entry(title=title, abstract=abstract, comment=comment, code_links=links, withdrawn=withdrawn)
    text = translation(text=title)
    write(root, encode_entries([stored]) | encode_translations("zh", [text]))
    assert Store(root).entries() == {stored.arxiv_id: stored}
    assert Store(root).translations("zh") == {(text.arxiv_id, "title"): text}
    assert encode_entries(Store(root).entries().values()) == encode_entries([stored])


def test_status_round_trip_and_its_absence(tmp_path: Path) -> None:
    assert Store(tmp_path).status() == Status()
    status = Status(newest_paper="2611.90001", topics={"Avatar": TopicStatus(definition="x", answered=SEEN)})
    write(tmp_path, {"status.json": encode_status(status)})
    assert Store(tmp_path).status() == status


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (b"<<<<<<< HEAD", "2611.jsonl:2: can't be read", "merge conflict"),
        (b'{"schema":1,"arxiv_id":"2611.9', "2611.jsonl:2: can't be read", "git checkout"),
        (b'{"schema":7,"arxiv_id":"2611.90009"}', "2611.jsonl:2: can't be read", "another version"),
        (b"\xff\xfe", "2611.jsonl:2: can't be read", "git checkout"),
    ],
)
def test_a_broken_line_is_named_and_stops(tmp_path: Path, line: bytes, message: str, hint: str) -> None:
    good = encode_entries([entry()])["papers/2611.jsonl"]
    write(tmp_path, {"papers/2611.jsonl": good + line + b"\n"})
    with pytest.raises(StoreError) as caught:
        Store(tmp_path).entries()
    assert message in str(caught.value)
    assert hint in (caught.value.hint or "")


def test_a_field_that_we_do_not_know_is_refused_rather_than_dropped(tmp_path: Path) -> None:
    line = encode_entries([entry()])["papers/2611.jsonl"].replace(b'"version":1', b'"version":1,"stars":5', 1)
    write(tmp_path, {"papers/2611.jsonl": line})
    with pytest.raises(StoreError, match="stars"):
        Store(tmp_path).entries()


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    line = encode_entries([entry()])["papers/2611.jsonl"]
    write(tmp_path, {"papers/2611.jsonl": line + line})
    with pytest.raises(StoreError, match=r"2611\.jsonl:2: 2611\.90001 is stored twice"):
        Store(tmp_path).entries()


def test_a_line_separator_in_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    stored = entry(abstract="one\u2028two\u0085three")
    write(tmp_path, encode_entries([stored]))
    assert Store(tmp_path).entries()[stored.arxiv_id].abstract == "one\u2028two\u0085three"


def test_a_status_that_is_not_one_says_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, {"status.json": b"[]"})
    with pytest.raises(StoreError) as caught:
        Store(tmp_path).status()
    assert "delete it" in (caught.value.hint or "")


def test_a_changed_text_has_another_digest() -> None:
    assert digest_of("a") != digest_of("b")
    assert digest_of("a") == digest_of("a")
    assert len(digest_of("论文")) == 16


def test_entries_are_frozen() -> None:
    stored: object = entry()
    assert isinstance(stored, Entry)
    with pytest.raises(AttributeError):
        setattr(stored, "title".lower(), "other")
