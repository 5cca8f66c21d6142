"""arXiv's query syntax is read as arXiv reads it, or refused with its place."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.grammar import parse
from digest.query import And, AndNot, Or, Query, Range, Term

Minute: TypeAlias = tuple[int, int, int, int, int]

A, B, C = Term("title", "a"), Term("title", "b"), Term("title", "c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # https://info.arxiv.org/help/api/user-manual.html#query_details
        ("ti:a", A),
        ("title:a", A),
        ("abs:x", Term("abstract", "x")),
        ("co:x", Term("comment", "x")),
        ("au:x", Term("authors", "x")),
        ("jr:x", Term("journal_ref", "x")),
        ("id:2411.09268", Term("id", "2411.09268")),
        ("doi:10.1038/418838a", Term("doi", "10.1038/418838a")),
        ("cat:cs.*", Term("category", "cs.*")),
        ("all:x", Term("all", "x")),
        ("x", Term("all", "x")),
        ('ti:"quantum  criticality "', Term("title", "quantum  criticality")),
        ("au:del_maestro", Term("authors", "del maestro")),
        ("ti: a", A),
        ("all:foo:bar", Term("all", "foo:bar")),
        ("https://github.com", Term("all", "https://github.com")),
        ("(((ti:a)))", A),
        # no precedence, everything groups to the right
        ("ti:a AND ti:b OR ti:c", And((A, Or((B, C))))),
        ("ti:a OR ti:b AND ti:c", Or((A, And((B, C))))),
        ("(ti:a AND ti:b) OR ti:c", Or((And((A, B)), C))),
        ("ti:a ANDNOT ti:b AND ti:c", AndNot(A, And((B, C)))),
        ("ti:a ANDNOT ti:b ANDNOT ti:c", AndNot(A, AndNot(B, C))),
        ("ti:a OR ti:b OR ti:c", Or((A, B, C))),
        # what arXiv fills in (search/domain/classic_api/classic_search_query.py)
        ("ti:a ti:b", Or((A, B))),
        ("deep learning", Or((Term("all", "deep"), Term("all", "learning")))),
        ("ti:a AND AND ti:b", And((A, B))),
        ("ti:a AND OR ti:b", Or((A, B))),
        ("ti:a OR OR AND ti:b", And((A, B))),
        ("ti:a AND NOT ti:b", AndNot(A, B)),
        ("ti:a NOT ti:b", AndNot(A, B)),
        ("ti:(a b)", Or((A, B))),
        ("ti:(a AND (b OR c))", And((A, Or((B, C))))),
        ("ti:(a AND au:x)", And((A, Term("authors", "x")))),
        ("all:(title:(a))", Term("all", "a")),
        ('ti:("a" AND b)', And((A, B))),
        ("(ti:a)(ti:b)", Or((A, B))),
        # a bare negation inside is fine where it narrows something
        ("ti:a AND (NOT ti:b)", AndNot(A, B)),
        ("(NOT ti:a) AND ti:b", AndNot(B, A)),
        ("ti:a ANDNOT (NOT ti:b)", And((A, B))),
        # lower case in quotes is a word, upper case in a word is no operator
        ('ti:"and" AND ti:ANDROID', And((Term("title", "and"), Term("title", "ANDROID")))),
        ("ti:non-NOT", Term("title", "non-NOT")),
    ],
)
def test_reading(text: str, expected: Query) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("submittedDate:[2023 TO 2024]", (2023, 1, 1, 0, 0), (2024, 12, 31, 23, 59)),
        ("submittedDate:[202302 TO 202402]", (2023, 2, 1, 0, 0), (2024, 2, 29, 23, 59)),
        ("submittedDate:[20230201 TO 20230201]", (2023, 2, 1, 0, 0), (2023, 2, 1, 23, 59)),
        ("submittedDate:[202301010600 TO 202401010601]", (2023, 1, 1, 6, 0), (2024, 1, 1, 6, 1)),
        ("submittedDate:[20230101060059 TO 20240101060159]", (2023, 1, 1, 6, 0), (2024, 1, 1, 6, 1)),
        ('submittedDate:"202301010600 TO 202401010600"', (2023, 1, 1, 6, 0), (2024, 1, 1, 6, 0)),
    ],
)
def test_ranges_are_filled_in_as_arxiv_does(text: str, start: Minute, end: Minute) -> None:
    first, last = (dt.datetime(*edge, tzinfo=dt.UTC) for edge in (start, end))
    assert parse(text) == Range(first, last)
    assert parse(f"ti:a AND {text}") == And((A, Range(first, last)))


@pytest.mark.parametrize(
    ("text", "place", "says", "hint"),
    [
        ("", 1, "nothing where a word", "Put one there"),
        ("()", 2, "nothing where a word", "Put one there"),
        ("ti:a AND", 9, "nothing where a word", "remove what waits"),
        ("ti:a AND )", 10, "nothing where a word", "remove"),
        ("OR ti:a", 1, "OR with nothing before it", "Remove it"),
        ("ti:", 1, "ti: with nothing to look for", "ti:words"),
        ("ti:a AND au:", 10, "au: with nothing to look for", "au:words"),
        ("ti:au:x", 1, "ti: with nothing to look for", "ti:words"),
        ('ti:""', 4, "without a letter or digit", "Put a word"),
        ("ti:---", 4, "without a letter or digit", "Put a word"),
        ('ti:a AND ti:"b', 13, "without its partner", "Close"),
        ("ti:a AND (ti:b", 10, "never closed", "Close it"),
        ("ti:a) AND ti:b", 5, "never opened", "Remove"),
        ("ti:a and ti:b", 6, "'and'", "Write AND"),
        ("ti:a Or ti:b", 6, "'Or'", "Write OR"),
        ("titel:a", 1, "titel:", "title:?"),
        ("ti:a AND Abs:b", 10, "Abs:", "abs:?"),
        ("rn:CERN-TH-2026", 1, "a report number", "Leave it out"),
        ("NOT ti:a", 1, "nothing but what is not wanted", "Say first"),
        ("ti:a OR (NOT ti:b)", 1, "nothing but what is not wanted", "Say first"),
        ("submittedDate:2023", 1, "no range of dates", "[20260101 TO"),
        ("submittedDate:[2024 TO 2023]", 1, "no range of dates", "[20260101 TO"),
        ("submittedDate:[20230230 TO 2024]", 1, "no range of dates", "[20260101 TO"),
        ("submittedDate:[2023010106 TO 2024]", 1, "no range of dates", "[20260101 TO"),
        ("submittedDate:[* TO 2024]", 1, "no range of dates", "[20260101 TO"),
        ("ti:a AND lastUpdatedDate:[2023 TO 2024]", 10, "lastUpdatedDate", "submittedDate"),
    ],
)
def test_mistakes_are_refused_with_their_place(text: str, place: int, says: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert says in caught.value.message
    assert f"at character {place}:" in caught.value.message
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    "text", ["(" * 10_000, "(" * 10_000 + "a" + ")" * 10_000, " AND ".join("a OR b" for _ in range(5_000)), '"' * 9_999]
)
def test_a_monstrous_query_is_refused_and_not_a_crash(text: str) -> None:
    started = time.process_time()
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert len(caught.value.message) < 400
    assert time.process_time() - started < 5


def test_a_long_list_is_no_monster() -> None:
    found = parse(" OR ".join(f"ti:word{number}" for number in range(2_000)))
    assert isinstance(found, Or)
    assert len(found.parts) == 2_000


PIECES = st.sampled_from(
    [
        "a",
        "b-c",
        '"d e"',
        "ti:",
        "abs:",
        "au:",
        "cat:cs.*",
        "(",
        ")",
        "AND",
        "OR",
        "ANDNOT",
        "NOT",
        '"',
        "x:",
        "é",
        "[1]",
    ]
)


@given(st.lists(PIECES, max_size=12), st.sampled_from(["", " "]))
def test_any_text_is_read_or_refused(pieces: list[str], between: str) -> None:
    with contextlib.suppress(ConfigError):
        parse(between.join(pieces))


@given(st.text(max_size=40))
def test_any_characters_are_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigError):
        parse(text)
