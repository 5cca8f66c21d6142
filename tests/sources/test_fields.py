from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.categories import CATEGORIES, RENAMED
from digest.sources.fields import categories, moment, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, ""),
        ("  \n ", ""),
        ("  Two\n  lines\tand\r\nmore ", "Two lines and more"),
        ("a\x00b\x01c\x7fd\x9fe", "abcde"),
        ("a\x0bb\x0cc\x85d\u2028e\u3000f", "a b c d e f"),
        ("$a_b$ \\'e | `x` <b> &amp; \u202egnp.\u200b", "$a_b$ \\'e | `x` <b> &amp; \u202egnp.\u200b"),
        ("Poincare\u0301", "Poincare\u0301"),
    ],
)
def test_text_is_put_on_one_line_and_else_left_alone(text: str | None, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_a_line_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert "\n" not in line


@given(st.integers(0, 99_999_999_999), st.timezones())
def test_a_moment_is_the_same_in_utc(seconds: int, zone: dt.tzinfo) -> None:
    read = moment(dt.datetime.fromtimestamp(seconds, zone).isoformat())
    assert read.timestamp() == seconds
    assert read.tzinfo is dt.UTC


@pytest.mark.parametrize("text", ["2026-11-09T15:30:12Z", " 2026-11-09T15:30:12Z\n", "2026-11-09T10:30:12-05:00"])
def test_a_moment_in_arxivs_own_form(text: str) -> None:
    assert moment(text) == dt.datetime(2026, 11, 9, 15, 30, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "not a date",
        "2026-11-09T15:30:12",
        "2026-11-09",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-02-30T00:00:00Z",
        "1763391012",
        "Mon, 09 Nov 2026 15:30:12 GMT",
    ],
)
def test_what_is_no_moment_is_not_guessed(text: str | None) -> None:
    with pytest.raises(ValueError, match="not a time"):
        moment(text)


@given(st.text())
def test_no_text_is_too_strange_to_be_no_moment(text: str) -> None:
    with suppress(ValueError):
        assert moment(text).tzinfo is dt.UTC


def test_every_category_of_arxiv_is_one() -> None:
    every = (*CATEGORIES, *RENAMED)
    assert set(categories(None, every)) == set(every)


def test_primary_comes_first_and_each_once() -> None:
    assert categories("cs.GR", ["cs.CV", "cs.GR", "cs.CV", "math.AG"]) == ("cs.GR", "cs.CV", "math.AG")
    assert categories("", []) == ()


def test_classes_of_other_schemes_are_no_categories() -> None:
    terms = ["cs.LO", "03B70, 68Q99", "F.4.1; F.4.m; K.2", "68T01", "I.2.7", "i.2", "62-07", "Primary 14J28"]
    assert categories("cs.LO", terms) == ("cs.LO",)
