"""Reading by keyboard alone: papers, stars, marks, filters; with storage that is refused, corrupt or too new."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from playwright.sync_api import Page, expect

from digest.model import Author, CodeLink, Digest, Topic, TopicMatch
from digest.outputs.feeds import Feeds
from digest.outputs.site import Site
from tests.browser.conftest import BASE, Visitor
from tests.factories import LISTED, SEEN, digest, entry, translation

Visit = Callable[..., Visitor]
Serve = Callable[[dict[str, bytes]], str]

KEY = f"arxiv-digest:reading:{BASE}/"
YESTERDAY = LISTED - dt.timedelta(days=1)
REFUSED = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("refused", "SecurityError"); } });
"""


def sample() -> Digest:
    both = (TopicMatch(topic="Avatar"), TopicMatch(topic="语音"))
    crowd = tuple(Author(name=f"{name} Person") for name in ("Ann", "Bob", "Cem", "Dee", "Łukasz"))
    code = (CodeLink(url="https://example.org/code", kind="code", found_by="abstract"),)
    project = (CodeLink(url="https://example.org/page", kind="project", found_by="abstract"),)
    return digest(
        entry("2611.90001", title="First", code_links=code, authors=crowd),
        entry("2611.90002", title="Second", topics=both, categories=("cs.SD",), code_links=project),
        entry("2611.90003", title="Third", topics=(TopicMatch(topic="语音"),), code_links=code),
        entry("math/0309136", title="Earlier", listed=YESTERDAY, versions=()),
        translations=(translation("2611.90003", text="第三篇"), translation("2611.90003", "abstract", "摘要文字")),
        topics=(Topic(name="Avatar"), Topic(name="语音")),
        site_url=f"https://someone.github.io{BASE}/",
    )


def files(language: str = "en") -> dict[str, bytes]:
    return Site(language=language).render(sample()) | Feeds(language=language).render(sample())


@pytest.fixture(scope="module")
def site(serve: Serve) -> str:
    return serve(files())


@pytest.fixture
def reader(visit: Visit, site: str) -> Iterator[Visitor]:
    """A visitor who must end without an error, a breach of the policy, or a request to anybody else."""
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    yield visitor
    assert visitor.complaints == []
    assert [url for url in visitor.requests if not url.startswith((site, "data:", "blob:"))] == []


def ready(page: Page) -> Page:
    page.locator("html.ready").wait_for()
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def said(page: Page) -> str:
    return page.locator("#said").inner_text()


def focused(page: Page) -> str | None:
    """Id of the paper that has the focus."""
    found: str | None = page.evaluate("document.activeElement.closest('article')?.id ?? null")
    return found


def visible(page: Page) -> list[str]:
    return [str(each.get_attribute("id")) for each in page.locator("article.paper").all() if each.is_visible()]


def stored(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.evaluate(f"localStorage.getItem('{KEY}')"))
    return found


def reading(**changes: Any) -> str:
    facts = {"version": 1, "stars": [], "read": [], "since": None, "newest": None, "visited": 0}
    return json.dumps(facts | changes)


def keep(visitor: Visitor, text: str, key: str = KEY) -> None:
    """Fills the storage of the next pages, once."""
    code = f"if (localStorage.getItem({key!r}) === null) localStorage.setItem({key!r}, {json.dumps(text)});"
    visitor.context.add_init_script(code)


# Keys


def test_papers_one_after_the_other(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    assert visible(page) == ["2611.90003", "2611.90002", "2611.90001"]
    seen = []
    for key in "jjjjkkkk":
        press(page, key)
        seen.append(focused(page))
    third, second, first = visible(page)
    assert seen == [third, second, first, first, second, third, third, third]
    assert said(page) == "First paper on this page"
    assert page.evaluate("document.activeElement.matches('.title a')")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"


def test_the_abstract_opens_and_folds(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    abstract = page.locator("[id='2611.90003'] details")
    press(page, "j", "o")
    assert abstract.get_attribute("open") is not None
    assert said(page) == "Abstract open"
    press(page, "o")
    assert abstract.get_attribute("open") is None
    page.locator("[id='2611.90003'] [data-act=read][aria-pressed=true]").wait_for()  # browsers tell of it later
    assert stored(page)["read"] == [["2611.90003", 1]]


def test_the_language_goes_round_and_stays(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    for voice, name in (
        ("source", "Original"),
        ("both", "Both"),
        ("translation", "Translation"),
        ("source", "Original"),
    ):
        press(page, "v")
        assert page.locator(f"#voice-{voice}").is_checked()
        assert said(page) == name
    page.reload()
    assert page.locator("#voice-source").is_checked()


def test_stars_and_marks_stay(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    press(page, "j", "s", "m")
    paper = page.locator("[id='2611.90003']")
    for act in ("star", "read"):
        assert paper.locator(f"[data-act={act}]").get_attribute("aria-pressed") == "true"
    assert said(page) == "Marked as read: 第三篇"
    ready(page).reload()
    ready(page)
    assert paper.locator("[data-act=star]").get_attribute("aria-pressed") == "true"
    paper.locator("[data-act=star]").focus()
    press(page, "Enter")
    assert said(page) == "Star taken away: 第三篇"
    press(page, "m")
    assert stored(page)["stars"] == []
    assert stored(page)["read"] == [["2611.90003", 0]]
    assert paper.locator(".mark").is_visible()


def test_the_theme_goes_round_and_is_there_before_the_first_paint(reader: Visitor, site: str) -> None:
    reader.context.add_init_script(
        """new MutationObserver((_, self) => { if (!document.body) return; self.disconnect();
        window.first = getComputedStyle(document.documentElement).backgroundColor; })
        .observe(document, { childList: true, subtree: true });"""
    )
    page = ready(reader.open(site))
    light = page.evaluate("window.first")
    press(page, "t")
    assert said(page) == "Theme: light"
    press(page, "t")
    assert said(page) == "Theme: dark"
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != light
    page.reload()
    assert page.evaluate("window.first") == dark
    press(ready(page), "t")
    assert said(page) == "Theme: system"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == light


def test_light_in_a_dark_system_is_light(visit: Visit, site: str) -> None:
    page = ready(visit(color_scheme="dark").open(site))
    before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    press(page, "t")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != before


def test_days_turn_with_the_arrows(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    press(page, "ArrowLeft")
    page.wait_for_url("**/days/2026-11-10/")
    press(ready(page), "ArrowRight")
    page.wait_for_url("**/days/2026-11-11/")


def test_the_help_names_every_key_and_gives_the_focus_back(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    press(page, "j", "?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert dialog.is_visible()
    assert dialog.locator("kbd").all_inner_texts() == ["j", "k", "o", "v", "s", "m", "/", "t", "?", "←", "→"]
    press(page, "s", "m")
    assert stored(page)["stars"] == []
    press(page, "Escape")
    assert not dialog.is_visible()
    assert focused(page) == "2611.90003"


def test_single_keys_can_be_switched_off(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    press(page, "?")
    page.get_by_label("Use these keys").focus()
    press(page, "Space", "Escape", "j")
    assert focused(page) is None
    page.reload()
    press(ready(page), "j", "?")
    assert focused(page) is None
    page.get_by_role("button", name="Keys").focus()
    press(page, "Enter")
    assert page.get_by_role("dialog").is_visible()


@pytest.mark.parametrize("keys", ["Control+j", "Alt+j", "Meta+j", "Shift+J"])
def test_keys_with_modifiers_are_not_ours(reader: Visitor, site: str, keys: str) -> None:
    page = ready(reader.open(site))
    press(page, keys)
    assert focused(page) is None


def test_what_is_typed_or_composed_is_not_ours(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    page.locator("#filters summary").focus()
    press(page, "Enter")
    page.get_by_label("Author").focus()
    page.keyboard.type("jsm?")
    assert page.get_by_label("Author").input_value() == "jsm?"
    assert stored(page)["stars"] == []
    assert not page.get_by_role("dialog").is_visible()
    page.evaluate(
        """document.body.dispatchEvent(new KeyboardEvent("keydown",
        { key: "s", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    assert stored(page)["stars"] == []


def test_the_slash_goes_to_the_search(reader: Visitor, site: str) -> None:
    for path in ("", "about/"):
        page = ready(reader.open(site + path))
        press(page, "/")
        assert page.evaluate("document.activeElement.name") == "q", path


# Unread


def test_a_first_visit_has_nothing_unread(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    assert page.locator(".is-unread").count() == 0
    assert page.title() == "Papers listed on Wednesday, 11 November 2026 · Avatar papers, daily"


def test_what_came_since_the_last_visit_is_marked_and_counted(reader: Visitor, site: str) -> None:
    keep(reader, reading(newest=str(YESTERDAY), visited=SEEN.timestamp() * 1000 - 86_400_000))
    page = ready(reader.open(site))
    assert page.locator(".opening #unread").inner_text() == "3 unread since 10 Nov 2026"
    assert page.title().startswith("(3) ")
    press(page, "j", "m")
    assert page.locator("#unread").inner_text() == "2 unread since 10 Nov 2026"
    page.goto(site + "days/2026-11-10/")
    assert ready(page).locator(".is-unread").count() == 0
    page.goto(site)
    ready(page).locator("#all-read").focus()
    press(page, "Enter")
    assert page.locator(".is-unread").count() == 0
    assert said(page) == "2 papers marked as read"


def test_a_short_pause_is_the_same_visit(reader: Visitor, site: str) -> None:
    hours = 3_600_000
    state = reading(since=str(YESTERDAY), newest=str(LISTED), visited=SEEN.timestamp() * 1000 - 5 * hours)
    keep(reader, state)
    assert ready(reader.open(site)).locator(".is-unread").count() == 3


def test_opening_a_paper_reads_it(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    press(page, "j", "Enter")
    page.wait_for_url("**/papers/2611.90003/")
    press(ready(page), "s")
    assert stored(page)["read"] == [["2611.90003", 1]]
    assert [star[:2] for star in stored(page)["stars"]] == [["2611.90003", "2026-11-11"]]


# Filters


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("topic=avatar", ["2611.90002", "2611.90001"]),
        ("topic=语音", ["2611.90003", "2611.90002"]),
        ("topic=avatar&topic=x&code=1", ["2611.90001"]),
        ("cat=cs.SD", ["2611.90002"]),
        ("code=1", ["2611.90003", "2611.90001"]),
        ("author=LOVELACE", ["2611.90003", "2611.90002"]),
        ("author=lukasz+person", ["2611.90001"]),
        ("author=ada+babbage", []),
        ("topic=gone", []),
        ("code=0", ["2611.90003", "2611.90002", "2611.90001"]),
    ],
)
@pytest.mark.parametrize("path", ["", "days/2026-11-11/"])
def test_the_address_narrows_the_page(reader: Visitor, site: str, path: str, query: str, ids: list[str]) -> None:
    page = ready(reader.open(f"{site}{path}?{query}"))
    expect(page.locator("article.paper:visible")).to_have_count(len(ids))
    assert visible(page) == ids
    assert page.locator("#nothing").is_visible() is (not ids)
    expected = "" if query == "code=0" else f"{len(ids)} of 3 papers"
    assert page.locator("#found").inner_text() == expected


def test_filters_combine_count_and_go_back(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    page.locator("#filters summary").focus()
    press(page, "Enter")
    topic = page.locator("[data-filter=topic]")
    assert topic.locator("option:not([hidden])").all_inner_texts() == ["All topics (3)", "Avatar (2)", "语音 (2)"]
    topic.focus()
    press(page, "A")
    assert page.url == f"{site}?topic=avatar"
    assert said(page) == "2 of 3 papers"
    page.get_by_label("With code").focus()
    press(page, "Space")
    page.wait_for_url(f"{site}?topic=avatar&code=1")
    assert visible(page) == ["2611.90001"]
    assert topic.locator("option:not([hidden])").all_inner_texts() == ["All topics (2)", "Avatar (1)", "语音 (1)"]
    press(page, "j")
    assert focused(page) == "2611.90001"
    page.go_back()
    assert visible(page) == ["2611.90002", "2611.90001"]
    assert not page.get_by_label("With code").is_checked()
    assert "?topic=avatar" in str(page.locator("a[rel=prev]").get_attribute("href"))
    page.go_back()
    assert len(visible(page)) == 3
    page.go_forward()
    assert topic.input_value() == "avatar"


def test_a_name_that_is_typed_is_one_step_of_history(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    page.locator("#filters summary").focus()
    press(page, "Enter")
    page.get_by_label("Author").focus()
    page.keyboard.type("nobo")
    expect(page.locator("#nothing")).to_be_visible()
    page.keyboard.type("dy")
    page.wait_for_url("**author=nobody")
    assert "No paper on this page is what you look for." in page.locator("#nothing").inner_text()
    page.go_back()
    assert page.url == site
    assert len(visible(page)) == 3
    page.go_forward()
    page.locator("#nothing button").focus()
    press(page, "Enter")
    assert len(visible(page)) == 3


def test_topics_filter_too_and_hide_empty_days(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site + "topics/avatar/?code=1"))
    assert visible(page) == ["2611.90001"]
    assert page.locator("main section:visible").count() == 1


# Sharing


def test_a_link_is_copied(reader: Visitor, site: str) -> None:
    page = ready(reader.open(site))
    page.locator("[id='math/0309136'], [id='2611.90003']").locator("[data-act=share]").focus()
    press(page, "Enter")
    expect(page.locator("#said")).to_have_text(f"Link copied: {site}papers/2611.90003/")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}papers/2611.90003/"


def test_the_system_shares_where_it_can(reader: Visitor, site: str) -> None:
    reader.context.add_init_script("navigator.share = async (data) => { window.shared = data; };")
    page = ready(reader.open(site + "papers/2611.90003/?x=1#y"))
    page.locator("[data-act=share]").focus()
    press(page, "Enter")
    assert page.evaluate("window.shared") == {"title": "第三篇", "url": f"{site}papers/2611.90003/"}


# Stars


def starred(page: Page, site: str) -> Page:
    press(ready(page), "j", "s", "j", "j", "s")
    page.goto(site + "days/2026-11-10/")
    press(ready(page), "j", "s")
    page.goto(site + "stars/")
    return ready(page)


def download(page: Page, name: str) -> str:
    button = page.get_by_role("button", name=name)
    button.focus()
    with page.expect_download() as caught:
        press(page, "Enter")
    return Path(caught.value.path()).read_text(encoding="utf-8")


def test_the_page_of_stars_tells_what_was_starred(reader: Visitor, site: str) -> None:
    page = starred(reader.open(site), site)
    expect(page.locator("#stars .authors:not(:empty)")).to_have_count(3)
    assert set(visible(page)) == {"2611.90003", "2611.90001", "math/0309136"}
    third = page.locator("[id='2611.90003']")
    assert third.locator(".title .t").inner_text() == "第三篇"
    assert third.locator(".title a").get_attribute("href") == f"{site}papers/2611.90003/"
    assert page.locator("[id='2611.90001'] .authors").inner_text() == "Ann Person, Bob Person, Cem Person and 2 more"
    old = page.locator("[id='math/0309136'] .facts a").first
    assert old.get_attribute("href") == "https://arxiv.org/abs/math/0309136"
    assert page.locator(".opening .figure").inner_text() == "3"
    press(page, "j", "s")
    assert len(stored(page)["stars"]) == 2
    page.reload()
    expect(page.locator("#stars article")).to_have_count(2)


def test_references_of_the_starred_ones(reader: Visitor, site: str) -> None:
    page = starred(reader.open(site), site)
    parser = bibtexparser.bparser.BibTexParser(common_strings=True)
    entries = bibtexparser.loads(download(page, "BibTeX"), parser).entries
    assert {each["eprint"] for each in entries} == {"2611.90003", "2611.90001", "math/0309136"}
    assert said(page) == "3 references"
    assert {each["id"] for each in rispy.loads(download(page, "RIS"))} == {
        "arXiv-2611.90003",
        "arXiv-2611.90001",
        "arXiv-math-0309136",
    }
    assert {item["number"] for item in json.loads(download(page, "CSL-JSON"))} == {
        "arXiv:2611.90003",
        "arXiv:2611.90001",
        "arXiv:math/0309136",
    }


def test_out_of_one_browser_into_another(reader: Visitor, visit: Visit, site: str, tmp_path: Path) -> None:
    saved = tmp_path / "stars.json"
    saved.write_text(download(starred(reader.open(site), site), "Save to a file"), encoding="utf-8")
    other = visit()
    keep(other, reading(stars=[["2611.90002", "2026-11-11", "2026-11-11T01:00:00.000Z"]], read=[["2611.90003", 0]]))
    page = ready(other.open(site + "stars/"))
    page.set_input_files("#import", saved)
    expect(page.locator("#said")).to_have_text("Added from the file. Stars: 3; marks of papers as read or unread: 0.")
    expect(page.locator("#stars article")).to_have_count(4)
    assert stored(page)["read"] == [["2611.90003", 0]]
    page.set_input_files("#import", saved)
    expect(page.locator("#said")).to_have_text("Added from the file. Stars: 0; marks of papers as read or unread: 0.")
    assert other.complaints == []


GOOD = {"format": "arxiv-digest reading list", "version": 1, "stars": [], "read": []}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "it is not JSON"),
        ("\x00\xff", "it is not JSON"),
        ("null", "not a list that a digest has exported"),
        ("[]", "not a list that a digest has exported"),
        (json.dumps(GOOD | {"format": "x"}), "not a list that a digest has exported"),
        (json.dumps(GOOD | {"stars": {}}), "not a list that a digest has exported"),
        (json.dumps(GOOD | {"version": 2}), "a newer version"),
        (json.dumps(GOOD | {"version": "1"}), "a newer version"),
        (" " * (8 * 1024 * 1024 + 1), "too large"),
    ],
)
def test_a_bad_file_changes_nothing(reader: Visitor, site: str, tmp_path: Path, text: str, problem: str) -> None:
    page = starred(reader.open(site), site)
    before = stored(page)
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="utf-8")
    page.set_input_files("#import", bad)
    expect(page.get_by_role("alert")).to_contain_text(problem)
    assert stored(page) == before


def test_what_a_file_gets_wrong_is_counted_and_the_rest_is_taken(reader: Visitor, site: str, tmp_path: Path) -> None:
    page = ready(reader.open(site + "stars/"))
    wild = ["2611.90001", "2026-11-11", "2026-11-11T01:00:00.000Z"]
    stars = [wild, ["<script>", *wild[1:]], ["__proto__", *wild[1:]], [wild[0], "../../x", wild[2]], 7, None, wild[:1]]
    file = tmp_path / "mixed.json"
    file.write_text(json.dumps(GOOD | {"stars": stars, "read": [["2611.90002", 1], ["2611.90002", "1"]]}))
    page.set_input_files("#import", file)
    expect(page.locator("#said")).to_have_text(
        "Added from the file. Stars: 1; marks of papers as read or unread: 1. 7 entries could not be understood."
    )


def test_a_star_that_this_digest_lost_is_still_there(reader: Visitor, site: str) -> None:
    keep(reader, reading(stars=[["2401.00001", "2026-11-11", "2026-11-11T01:00:00.000Z"]]))
    page = ready(reader.open(site + "stars/"))
    expect(page.locator("#stars .remark")).to_have_text("This digest no longer lists this paper.")
    assert page.locator("#stars .title a").get_attribute("href") == "https://arxiv.org/abs/2401.00001"


def test_what_is_kept_is_bounded(reader: Visitor, site: str) -> None:
    at = "2026-11-10T01:00:00.000Z"
    stars = [[f"2401.{number:05}", "2026-11-11", at] for number in range(5000)]
    keep(reader, reading(stars=stars, read=[[f"2401.{number:05}", 1] for number in range(25_000)]))
    page = ready(reader.open(site))
    press(page, "j", "s")
    assert said(page) == "There is no room for more stars: 5,000 are kept."
    press(page, "m")
    kept = stored(page)
    assert len(kept["stars"]) == 5000
    assert len(kept["read"]) == 20_000
    assert kept["read"][-1] == ["2611.90003", 1]
    page.goto(site + "stars/")
    expect(ready(page).locator("#stars article")).to_have_count(100)
    page.get_by_role("button", name="Show more").focus()
    press(page, "Enter")
    expect(page.locator("#stars article")).to_have_count(200)


# Storage


def test_refused_storage_serves_until_the_page_is_left_and_says_so(reader: Visitor, site: str) -> None:
    reader.context.add_init_script(REFUSED)
    page = ready(reader.open(site))
    press(page, "j", "s")
    assert said(page) == (
        "Starred: 第三篇 This browser keeps nothing for this site: it lasts until you leave the page."
    )
    assert page.locator("[id='2611.90003'] [data-act=star]").get_attribute("aria-pressed") == "true"
    press(page, "m", "v", "t", "t")
    assert said(page) == "Theme: dark"
    assert page.evaluate("document.documentElement.style.colorScheme") == "dark"
    page.goto(site + "stars/")
    assert ready(page).get_by_text("No paper is starred yet").is_visible()


@pytest.mark.parametrize(
    "text", ["{", "null", "7", '"x"', "[]", '{"version":1,"stars":7,"read":{"a":1},"since":5,"visited":"x"}', "\x00"]
)
def test_corrupt_storage_is_no_end(reader: Visitor, site: str, text: str) -> None:
    keep(reader, text)
    page = ready(reader.open(site))
    press(page, "j", "s")
    assert [star[0] for star in stored(page)["stars"]] == ["2611.90003"]


def test_what_could_not_be_read_is_set_aside_and_the_rest_is_kept(reader: Visitor, site: str) -> None:
    good = ["2611.90001", "2026-11-11", "2026-11-11T01:00:00.000Z"]
    text = reading(stars=[good, ["x"]])
    keep(reader, text)
    page = ready(reader.open(site))
    assert stored(page)["stars"] == [good]
    assert page.evaluate(f"localStorage.getItem('{KEY}:unreadable')") == text


def test_what_a_newer_version_wrote_is_not_touched(reader: Visitor, site: str) -> None:
    text = json.dumps({"version": 2, "stars": "something else"})
    keep(reader, text)
    page = ready(reader.open(site))
    press(page, "j", "s")
    assert "lasts until you leave" in said(page)
    assert page.evaluate(f"localStorage.getItem('{KEY}')") == text


def test_two_tabs_know_of_each_other(reader: Visitor, site: str) -> None:
    one, two = ready(reader.open(site)), ready(reader.open(site))
    press(one, "j", "s")
    expect(two.locator("[id='2611.90003'] [data-act=star]")).to_have_attribute("aria-pressed", "true")
    press(two, "j", "j", "s")
    assert [star[0] for star in stored(one)["stars"]] == ["2611.90003", "2611.90002"]


# Without script, and everywhere


PAGES = ["", "days/", "days/2026-11-10/", "topics/avatar/", "papers/2611.90003/", "stars/", "about/"]


@pytest.mark.parametrize("path", PAGES)
def test_without_script_there_is_no_control_that_does_nothing(visit: Visit, site: str, path: str) -> None:
    page = visit(java_script_enabled=False).open(site + path)
    assert [each for each in page.locator("button, select, input:not([name=voice])").all() if each.is_visible()] == []
    if path == "stars/":
        assert "without scripts it can’t be shown" in page.locator("main").inner_text()
        page.locator("main").get_by_role("link", name="All days").click()
        assert page.url == site + "days/"


@pytest.mark.parametrize(("path", "count"), [("days/2026-11-11/", 3), ("topics/avatar/", 3), ("papers/2611.90003/", 1)])
def test_references_need_no_script(visit: Visit, site: str, path: str, count: int) -> None:
    page = visit(java_script_enabled=False).open(site + path)
    for name in ("BibTeX", "RIS", "CSL-JSON"):
        with page.expect_download() as caught:
            page.get_by_role("link", name=name, exact=True).click()
        text = Path(caught.value.path()).read_text(encoding="utf-8")
        assert text.count("https://arxiv.org/abs/") == count
        assert caught.value.suggested_filename.endswith({"BibTeX": ".bib", "RIS": ".ris", "CSL-JSON": ".json"}[name])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_comes_from_the_page(visit: Visit, serve: Serve, language: str) -> None:
    page = ready(visit().open(serve(files(language))))
    press(page, "j", "s")
    assert said(page) == {"en": "Starred: 第三篇", "zh": "已加星标：第三篇"}[language]


def test_tools_that_cannot_be_loaded_are_not_shown(visit: Visit, serve: Serve) -> None:
    made = {path: content for path, content in files().items() if not path.endswith("reading/keys.js")}
    page = visit().open(serve(made))
    expect(page.locator("html.scripted")).to_have_count(0)
    assert not page.locator("button").first.is_visible()
