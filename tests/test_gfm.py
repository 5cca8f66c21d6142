"""Text in GitHub's Markdown, read back with GitHub's own parser: exactly the text, and nothing alive in it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.gfm import address, cell, link
from digest.text import printable
from tests.rendered import Cell, Page

AWKWARD = [
    *"|\\`*_~[]<>&#!$:@{}%()^'\"=+-., ;/\n\r\t",
    *("https://a.b/c", "http://", "www.x.com", "www.", "WWW.X.CO/_a_", "a@b.com", "mailto:a@b.co", "xmpp:a@b.c"),
    *("ftp://a.b/c", "HTTPS://A.B", "https://a.b:80/x:y:z", "http://a_b.c/_d_", "https://x.y/a*b*", "https://x.y/(z)"),
    *(
        ":smile:",
        "&amp;",
        "&#36;",
        "&copy",
        "<b>",
        "</td>",
        "</details>",
        "<!--",
        "-->",
        "<script>",
        "```",
        "$x$",
        "$$",
    ),
    *("javascript:", "[a](https://e.f)", "![x](y)", "~~", "**", "__", "| a | b |", "---", "1. ", "{{ x }}", "{% x %}"),
    *("[^1]", "中", "é", "\u202e", "\u200b", "\x00", "\ud800", "\U0001f600", "\u2028", "\xa0", "a", "b1", "http"),
]
hostile = st.lists(st.sampled_from(AWKWARD), max_size=14).map("".join)
anything = st.one_of(hostile, st.text(max_size=60))


def cells(*sources: str) -> list[Cell]:
    head = "|" + "H|" * len(sources)
    page = Page(f"{head}\n{'|' + '-|' * len(sources)}\n|{'|'.join(sources)}|\n|{'next|' * len(sources)}\n")
    assert page.outside <= {"table", "thead", "tbody"}
    first, row, following = page.rows
    assert len(first) == len(row) == len(following) == len(sources), page.html
    return row


def holds_only(found: Cell, text: str) -> None:
    assert found.text == printable(text)
    for tag, attributes in found.tags:
        if tag == "a":
            assert set(attributes) == {"href"}
            assert urlsplit(attributes["href"] or "").scheme in ("http", "https")
        else:
            assert (tag, attributes) == ("span", {})


@settings(max_examples=1500, deadline=None)
@given(anything, hostile)
@example("a|b\\|c", "\\")
@example("HTTPS://A.B@.http://", "WWW.X.CO/_a_www.x.com\\")
@example("$5 and $6", "`$x$`")
def test_a_cell_shows_exactly_its_text(one: str, other: str) -> None:
    for found, text in zip(cells(cell(one), cell(other)), (one, other), strict=True):
        holds_only(found, text)


@settings(max_examples=500, deadline=None)
@given(hostile)
def test_a_cell_in_bold_and_in_details_shows_exactly_its_text(text: str) -> None:
    shown = printable(text)
    bold, folded = cells(f"**{cell(f'x{text}x')}**<br>y", f"<details><summary>s</summary>{cell(text)}</details>")
    assert bold.bold == printable(f"x{text}x")
    assert folded.text == shown
    assert folded.summary == "s"


def test_an_address_becomes_one_link() -> None:
    for text, links in {
        "see https://github.com/a_b/c_d_e, and": ["https://github.com/a_b/c_d_e"],
        "(https://a.org/x)": ["https://a.org/x"],
        "https://a.org/x_(y).": ["https://a.org/x_(y)"],
        "https://a.org/?a=1&copy=2": ["https://a.org/?a=1&copy=2"],
        "代码见https://a.org/b。": ["https://a.org/b"],
        "https://a.org/~user/~~x~~": ["https://a.org/~user/~~x"],
    }.items():
        (found,) = cells(cell(text))
        holds_only(found, text)
        assert found.links == links


@pytest.mark.parametrize(
    "text",
    ["https://a.org/$x$", "https://a.org/[x]", "www.a.org", "ftp://a.org", "a@b.org", "mailto:a@b.org", "http://"],
)
def test_what_could_not_be_whole_is_no_link(text: str) -> None:
    (found,) = cells(cell(text))
    holds_only(found, text)
    assert found.links == []


@pytest.mark.parametrize("text", ["costs $5", ":smile:", "@someone", "@"])
def test_what_github_would_change_after_parsing_is_broken_up(text: str) -> None:
    (found,) = cells(cell(text))
    assert found.text == text
    assert [tag for tag, _ in found.tags] == ["span"]


def test_jekyll_finds_nothing_to_do() -> None:
    assert "{{" not in cell("{{{ site.secret }}")
    assert "{%" not in cell("{% include x %}")


def test_controls_that_hide_or_reorder_are_gone() -> None:
    assert cell("a\u202eb\u2066c\u200bd\x00e\ud800f\ufeffg\U000e0041h") == "abcdefgh"


@settings(max_examples=500, deadline=None)
@given(hostile, st.one_of(hostile.map("https://host.org/{}".format), hostile, st.text(max_size=30)))
def test_a_link_goes_where_it_says_or_nowhere(text: str, url: str) -> None:
    label = f"x{text.replace('http', '').replace('HTTP', '')}"
    (found,) = cells(link(label, url))
    assert found.text == printable(label)
    targets = [target for target in found.links if urlsplit(target).hostname]
    assert len(targets) == len(found.links) == (1 if address(url) else 0)
    assert all(urlsplit(target).scheme in ("http", "https") for target in targets)


@pytest.mark.parametrize(
    "url", ["https://a.org/b(c)", "https://a.org/|x|", "https://a.org/?a=1&b=2", "http://a.org/é$*"]
)
def test_a_link_keeps_its_address(url: str) -> None:
    (found,) = cells(link("x", url))
    assert [unquote(target) for target in found.links] == [url]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//a.org", "a.org", "", None, "https://", "https://[x", "file:///x"],
)
def test_an_address_that_no_browser_should_follow_is_none(url: str | None) -> None:
    assert link("x", url) == "x"
