"""The page of plots says what is in the archive, no more: counts, shares and terms, with much or little to show."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Author, CodeLink, Digest, Entry, Topic, TopicMatch
from digest.outputs.plots import HEIGHT, bars, ranked
from digest.outputs.site import Site
from digest.outputs.terms import new_terms
from digest.outputs.trends import DAYS, LATE, LINES, MONTHS
from tests.factories import LISTED, digest, entry

SVG = "{http://www.w3.org/2000/svg}"
CODE = (CodeLink(url="https://github.com/a/b", kind="code", found_by="abstract"),)
TOPICS = (Topic(name="Avatar"), Topic(name="数字人"))


def page(of: Digest, language: str = "en") -> Element:
    made = Site(language=language).render(of)["_site/trends/index.html"]
    tree: Element = html5lib.parse(made, namespaceHTMLElements=False)
    return tree


def text(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def part(tree: Element, name: str) -> Element:
    found = tree.find(f".//section[@aria-labelledby='{name}']")
    assert found is not None
    return found


def rows(tree: Element, name: str) -> list[list[str]]:
    """The table of a part of the page, its head included."""
    return [[text(cell) for cell in row] for row in part(tree, name).iter("tr")]


def on(day: dt.date, number: int, **changes: object) -> Entry:
    return entry(f"{day:%y%m}.9{number:04}", listed=day, **changes)


def matched(*topics: str) -> tuple[TopicMatch, ...]:
    return tuple(TopicMatch(topic=topic, evidence=()) for topic in topics)


def some() -> Digest:
    october, monday = dt.date(2026, 10, 30), dt.date(2026, 11, 9)
    return digest(
        on(october, 1, topics=matched("数字人")),
        on(monday, 2, code_links=CODE),
        on(monday, 3),
        on(LISTED, 4, code_links=CODE, topics=matched("Avatar", "数字人")),
        topics=TOPICS,
    )


def test_days_are_counted_by_topic_and_days_without_papers_too() -> None:
    assert rows(page(some()), "daily") == [
        ["Mailing", "All papers", "Avatar", "数字人"],
        ["11 Nov 2026", "1", "1", "1"],
        ["10 Nov 2026", "0", "0", "0"],
        ["9 Nov 2026", "2", "2", "0"],
        ["6 Nov 2026", "0", "0", "0"],
        ["5 Nov 2026", "0", "0", "0"],
        ["4 Nov 2026", "0", "0", "0"],
        ["3 Nov 2026", "0", "0", "0"],
        ["2 Nov 2026", "0", "0", "0"],
        ["30 Oct 2026", "1", "0", "1"],
    ]


def test_months_are_counted_and_the_share_with_code() -> None:
    tree = page(some())
    assert rows(tree, "monthly")[1:] == [["November 2026", "3", "3", "1"], ["October 2026", "1", "0", "1"]]
    assert rows(tree, "code") == [
        ["Month", "With code", "Papers", "Share"],
        ["November 2026", "2", "3", "67%"],
        ["October 2026", "0", "1", "0%"],
    ]


def test_a_month_without_papers_has_no_share() -> None:
    tree = page(digest(on(dt.date(2026, 9, 1), 1), on(LISTED, 2)))
    assert rows(tree, "code")[2] == ["October 2026", "0", "0", ""]


def test_one_topic_that_every_paper_has_is_not_drawn_twice() -> None:
    tree = page(digest(entry()))
    assert rows(tree, "daily")[0] == ["Mailing", "All papers"]
    assert len(list(part(tree, "daily").iter("figure"))) == 1


def test_every_plot_says_what_it_shows() -> None:
    tree = page(some())
    plots = list(tree.iter("figure"))
    assert len(plots) == 7
    for plot in plots:
        svg = next(plot.iter(f"{SVG}svg"))
        named = [svg.find(f".//*[@id='{name}']") for name in svg.get("aria-labelledby", "").split()]
        assert svg.get("role") == "img"
        assert text(named[0]) == text(plot.find("figcaption/bdi"))
        assert text(named[1]).startswith("Bars, ")
    first = next(plots[0].iter(f"{SVG}svg"))
    assert text(first.find(f"{SVG}desc")) == "Bars, 30 Oct 2026 – 11 Nov 2026. Most: 2. Newest: 1."
    assert [(rect.get("x"), rect.get("height"), rect.get("class")) for rect in first.iter(f"{SVG}rect")] == [
        ("0.11", "50", None),
        ("6.11", "100", None),
        ("8.11", "50", "newest"),
    ]


def test_old_days_and_months_are_left_out() -> None:
    old = tuple(on(dt.date(2020, 1, 6) + dt.timedelta(days=30 * number), number) for number in range(84))
    tree = page(digest(*old))
    assert len(rows(tree, "daily")) == DAYS + 1
    assert len(rows(tree, "monthly")) == MONTHS + 1


def test_names_are_counted_once_a_paper() -> None:
    twice = (Author(name="Ada Lovelace"), Author(name="Ada Lovelace"))
    tree = page(digest(entry(authors=twice), entry("2611.90002", authors=twice[:1]), entry("2611.90003")))
    assert rows(tree, "authors")[1:] == [["Ada Lovelace", "3"]]
    many = tuple(Author(name=f"{letter} Lovelace") for letter in "ABCDEFGHIJKLMNOP")
    tree = page(digest(entry(authors=many), entry("2611.90002", authors=many)))
    assert len(rows(tree, "authors")) == LINES + 1


def test_new_terms_need_a_past_to_be_new_in() -> None:
    before, late = LISTED - dt.timedelta(days=LATE), LISTED - dt.timedelta(days=LATE - 1)
    fresh = [on(late, 1, title="Flow Avatars at Sea"), on(LISTED, 2, title="Why Flow Avatars?")]
    assert "once the digest reaches further back" in text(part(page(digest(*fresh)), "terms"))
    past = [on(before, number, title="Talking Heads") for number in (3, 4)]
    assert rows(page(digest(*fresh, *past)), "terms") == [["Term", "Papers"], ["Flow Avatars", "2"]]
    none = [on(LISTED, 2, title="Talking Heads"), on(LISTED, 5, title="A Talking Head")]
    assert "No term stands in two titles since 15 Oct 2026" in text(part(page(digest(*none, *past)), "terms"))


def test_without_a_paper_there_is_nothing_to_plot() -> None:
    tree = page(digest())
    assert "nothing to plot yet" in text(tree.find(".//main"))
    assert not list(tree.iter("figure"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_day_is_enough(language: str) -> None:
    tree = page(digest(entry()), language)
    assert len(list(tree.iter(f"{SVG}rect"))) == 2  # a day and a month; none of it with code


def test_the_same_digest_gives_the_same_bytes() -> None:
    first, second = (Site().render(some())["_site/trends/index.html"] for _ in range(2))
    assert first == second


def test_every_page_leads_there() -> None:
    for path, content in Site().render(some()).items():
        if path.endswith("index.html"):
            assert re.search(rb'href="(\.\./)*(\./)?trends/"', content), path


def test_hostile_words_stay_words() -> None:
    hostile = "</title></svg><script>alert(1)</script>\"'&"
    titled = [on(LISTED, number, title=f"Of {hostile} {hostile}", authors=(Author(name=hostile),)) for number in (1, 2)]
    past = [on(dt.date(2026, 9, 1), number) for number in (3, 4)]
    tree = page(digest(*titled, *past, topics=(Topic(name=hostile), *TOPICS)))
    assert hostile in [row[0] for row in rows(tree, "authors")]
    assert {script.get("src") for script in tree.iter("script")} == {"../static/theme.js", "../static/site.js"}


# Bars


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=80))
def test_bars_stand_within_the_plot_and_in_proportion(values: Sequence[int]) -> None:
    top = max(values) or 1
    made = bars(values, top)
    assert len(made) == sum(1 for value in values if value)
    assert [bar.newest for bar in made].count(True) == (1 if values[-1] else 0)
    for bar, (place, value) in zip(made, ((place, value) for place, value in enumerate(values) if value), strict=True):
        assert place < float(bar.x) < float(bar.x) + float(bar.width) < place + 1
        assert float(bar.y) + float(bar.height) == pytest.approx(HEIGHT)
        assert float(bar.height) == pytest.approx(max(2, HEIGHT * value / top), abs=0.01)


def test_a_ranking_is_as_wide_as_its_first_line() -> None:
    assert [line.share for line in ranked([("a", 8), ("b", 3)])] == ["100", "37.5"]
    assert ranked([]) == ()


# Terms


@pytest.mark.parametrize(
    ("late", "before", "found"),
    [
        (["Mean Flows for All", "Fast mean flows"], [], [("Mean Flows", 2)]),
        (["Mean Flows for All", "Fast mean flow"], ["The Mean Flow"], []),  # a plural is no news
        (["Mean Flows", "Mean Flows", "Flows"], [], [("Flows", 3), ("Mean Flows", 2)]),
        (["Alone"], [], []),
        (["Theory of Mind", "A Theory of Mind"], ["Mind", "Theory"], [("Theory of Mind", 2)]),
        (["Heads for Avatars", "Heads for Avatars"], ["Heads", "Avatars"], []),  # `for` parts terms
        (["MeanFlow: Avatars", "MeanFlow: Avatars"], ["Avatars"], [("MeanFlow", 2)]),  # so does a colon
        (["GPT 7", "GPT 7"], [], []),
        (["A gpt-7 Avatar", "GPT-7 avatars", "GPT-7"], [], [("GPT-7", 3), ("GPT-7 avatars", 2)]),
        (["数字人", "数字人"], [], []),
    ],
)
def test_terms(late: list[str], before: list[str], found: list[tuple[str, int]]) -> None:
    assert new_terms(late, before) == found


TITLES = st.lists(st.text("ab C-:,of ", max_size=20), max_size=8)


@settings(max_examples=200)
@given(TITLES, TITLES)
def test_what_has_been_in_a_title_is_not_new(late: list[str], before: list[str]) -> None:
    assert new_terms(late, late) == []
    for term, number in new_terms(late, before):
        assert 2 <= number <= len(late)
        assert term not in dict(new_terms(late, [*before, term]))


def test_the_order_of_titles_does_not_matter() -> None:
    titles = ["Mean Flows", "mean flows", "Gaussian Avatars", "gaussian avatars", "Zero"]
    assert new_terms(titles, []) == new_terms(reversed(titles), [])
