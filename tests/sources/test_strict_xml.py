from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import Malformed, SourceError, Throttled
from digest.sources.strict_xml import read_xml, text_of

WHOLE = b"<list><it>one</it><it>t<b>w</b>o</it></list>"


def read(content: bytes) -> list[str]:
    document = read_xml(content, source="oai", root="list", record="it")
    return ["".join(each.itertext()) for each in document.root]


def test_a_whole_document_is_read() -> None:
    assert read(WHOLE) == ["one", "two"]
    assert read(b"\xef\xbb\xbf<?xml version='1.0' encoding='latin-1'?>\n<list><it>\xc3\xa9</it></list>") == ["é"]


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", Malformed, "empty answer"),
        (b" \n", Malformed, "empty answer"),
        (b"Rate exceeded.", Throttled, "Rate exceeded"),
        (b"<!DOCTYPE html><html></html>", Malformed, "web page"),
        (b"<html><body>Down</body></html>", Malformed, "web page"),
        (WHOLE[:-9], Malformed, "not whole"),
        (WHOLE + b"<list/>", Malformed, "not whole"),
        (b"<other/>", Malformed, "'other'"),
        (b"<list><it>\xe9</it></list>", Malformed, "not UTF-8"),
        ("<list/>".encode("utf-16"), Malformed, "UTF-16"),
        (b'<!DOCTYPE l [<!ENTITY a "b">]><list>&a;</list>', Malformed, "declares what none may"),
        (b'<!DOCTYPE l SYSTEM "file:///etc/passwd"><list/>', Malformed, "declares what none may"),
    ],
)
def test_anything_else_is_an_error_that_says_what_came(content: bytes, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        read(content)
    assert caught.value.source == "oai"


def test_what_xml_forbids_is_taken_out_and_its_record_known() -> None:
    content = "<list><it>fine\ttoo</it><it>a\x0bb\x00c&#x1;d&#xFFFE;e</it><it>\ufffe&#65;</it></list>".encode()
    document = read_xml(content, source="oai", root="list", record="it")
    assert ["".join(each.itertext()) for each in document.root] == ["fine\ttoo", "a bcde", "A"]
    assert document.cleaned == {1, 2}


def test_text_is_that_of_the_whole_element() -> None:
    root = read_xml(WHOLE, source="oai", root="list", record="it").root
    assert (text_of(root, "it"), text_of(root, "none")) == ("one", "")


@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: f"<list><it>{text}</it></list>".encode()))
def test_any_bytes_are_a_document_or_a_source_error(content: bytes) -> None:
    with contextlib.suppress(SourceError):
        read(content)


@given(st.integers(0, len(WHOLE) - 1))
def test_no_beginning_of_a_document_is_one(length: int) -> None:
    with pytest.raises(Malformed):
        read(WHOLE[:length])
