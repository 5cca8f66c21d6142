"""The search page in a real browser: in two languages, by keyboard, at any address, and when files are missing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from digest.model import Author, Digest
from tests.browser.awkward import awkward, built
from tests.browser.conftest import Visitor
from tests.factories import digest, entry, translation

Visit = Callable[..., Visitor]


def sample() -> Digest:
    many = [
        entry(f"2610.{number:05}", title=f"Splats and more splats, part {number}", abstract="Of Gaussians.")
        for number in range(1, 31)
    ]
    return digest(
        entry(title="Talking Heads from One Photograph"),
        entry("2611.90002", title="A survey", abstract="A talking head is one.", authors=(Author(name="Ada Byron"),)),
        entry("2401.00003", title="Heads that are talking", abstract="", authors=(Author(name="Émilie du Châtelet"),)),
        entry("2401.00004", title="<b>Bold</b> & <script>alert(1)</script>", abstract="", withdrawn=True),
        *many,
        translations=(
            translation(text="用一张照片生成说话头"),
            translation("2611.90002", text="综述：规模，态度"),
            translation("2611.90002", field="abstract", text="多模态大语言模型的说话头。"),
        ),
    )


@pytest.fixture(scope="module")
def site(serve: Callable[[dict[str, bytes]], str]) -> str:
    return serve(built(sample(), "en"))


def ask(page: Page, query: str) -> None:
    page.get_by_label("What to look for").fill(query)
    page.keyboard.press("Enter")


def ids(page: Page) -> list[str]:
    expect(page.locator("#count")).to_have_text(re.compile(r"\d paper"))
    return [each.get_attribute("id") or "" for each in page.locator("#results article").all()]


def test_a_phrase_is_found_typed_and_marked_and_nobody_else_is_asked(visit: Visit, site: str) -> None:
    visitor = visit()
    page = visitor.open(site + "search/")
    expect(page.get_by_label("What to look for")).to_be_focused()
    page.keyboard.type('"talking head"')
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("2 papers")
    assert ids(page) == ["2611.90002", "2611.90001"]
    assert page.locator("[id='2611.90001'] .title .s mark").all_inner_texts() == ["Talking Heads"]
    assert page.locator("[id='2611.90002'] .remark").inner_text() == "In the abstract"
    assert page.locator("[id='2611.90002'] mark").count() == 0
    assert page.url == f"{site}search/?q=%22talking+head%22"
    assert page.title().startswith('"talking head" · Search')
    assert visitor.complaints == []
    assert [url for url in visitor.requests if not url.startswith(site)] == []


def test_chinese_is_found_as_it_stands(visit: Visit, site: str) -> None:
    page = visit().open(site + "search/")
    ask(page, "说话头")
    assert ids(page) == ["2611.90002", "2611.90001"]
    assert page.locator("[id='2611.90001'] .title .t mark").all_inner_texts() == ["说话头"]
    ask(page, "模态")
    expect(page.locator("#count")).to_have_text("1 paper")
    assert page.locator("mark").count() == 0
    ask(page, "模态度")
    expect(page.locator("#count")).to_have_text("0 papers")


def test_the_best_come_first_when_asked_for(visit: Visit, site: str) -> None:
    page = visit().open(site + "search/?q=talking+head")
    assert ids(page) == ["2611.90002", "2611.90001", "2401.00003"]
    page.locator("form.query details summary").first.click()
    page.get_by_label("First").select_option("best")
    expect(page.locator("#results article").first).to_have_attribute("id", "2611.90001")
    assert page.url.endswith("?q=talking+head&sort=best")


def test_the_address_says_it_all(visit: Visit, site: str) -> None:
    page = visit().open(site + "search/?q=talking&topic=Avatar&until=2024-12-31")
    expect(page.locator("select[name=topic]")).to_be_visible()
    expect(page.locator("#count")).to_have_text("0 papers")
    page.get_by_label("Submitted from").fill("2026-01-01")
    page.get_by_label("to", exact=True).fill("2026-12-31")
    expect(page.locator("#count")).to_have_text("3 papers")
    page.go_back()
    page.go_back()
    expect(page.locator("#count")).to_have_text("0 papers")
    assert page.get_by_label("Submitted from").input_value() == ""


def test_what_is_wrong_is_said_where_it_is(visit: Visit, site: str) -> None:
    page = visit().open(site + "search/")
    ask(page, "ti:heads AND (au:lovelace")
    wrong = page.get_by_role("alert")
    expect(wrong).to_contain_text("The query has a parenthesis that is never closed, at character 14")
    expect(wrong).to_contain_text("Close it.")
    assert page.get_by_label("What to look for").get_attribute("aria-invalid") == "true"
    ask(page, "heads")
    expect(wrong).to_have_text("")
    assert len(ids(page)) == 3


def test_more_are_shown_when_asked_for(visit: Visit, site: str) -> None:
    page = visit().open(site + "search/?q=splat*")
    assert len(ids(page)) == 10
    page.get_by_role("button", name="Show more").press("Enter")
    expect(page.locator("#results article")).to_have_count(20)
    assert page.evaluate("document.activeElement.closest('article').id") == "2610.00020"
    page.get_by_role("button", name="Show more").press("Enter")
    expect(page.locator("#results article")).to_have_count(30)
    assert page.get_by_role("button", name="Show more").is_hidden()
    assert ids(page) == [f"2610.{number:05}" for number in range(30, 0, -1)]


def test_names_are_found_without_their_accents(visit: Visit, site: str) -> None:
    page = visit().open(site + "search/?q=au:chatelet")
    assert ids(page) == ["2401.00003"]
    assert page.locator("mark").all_inner_texts() == ["Châtelet"]


def test_the_text_of_a_paper_stays_text(visit: Visit, site: str) -> None:
    visitor = visit()
    page = visitor.open(site + "search/?q=bold")
    assert ids(page) == ["2401.00004"]
    assert page.locator("#results b, #results script").count() == 0
    assert page.locator("#results .title mark").inner_text() == "Bold"
    assert page.locator("#results .states").inner_text() == "withdrawn"
    assert page.locator("#results").get_by_role("link", name="PDF").count() == 0
    assert visitor.complaints == []


def test_results_are_read_by_keyboard_and_starred(visit: Visit, site: str) -> None:
    page = visit().open(site)
    page.locator("html.ready").wait_for(state="attached")
    page.keyboard.press("/")
    page.keyboard.type("splat*")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=splat*")
    assert len(ids(page)) == 10
    page.get_by_label("What to look for").blur()
    for _ in range(2):
        page.keyboard.press("j")
    page.keyboard.press("s")
    starred = page.locator("[data-act=star][aria-pressed=true]")
    expect(starred).to_have_count(1)
    page.keyboard.press("/")
    expect(page.get_by_label("What to look for")).to_be_focused()


def test_a_result_leads_to_where_the_paper_lives(visit: Visit, site: str) -> None:
    page = visit().open(site + "search/?q=id:2611.90001")
    page.locator("#results .title a").click()
    page.wait_for_url("**/papers/2611.90001/")


def test_files_that_cannot_be_had_are_said_to_be_missing(visit: Visit, site: str) -> None:
    page = visit().open(site)
    page.route("**/index.json", lambda route: route.abort())  # the page asks for it as soon as it opens
    page.goto(site + "search/")
    ask(page, "heads")
    expect(page.get_by_role("alert")).to_have_text("The index could not be loaded. Search again when you are online.")
    page.unroute("**/index.json")
    ask(page, "heads")
    assert len(ids(page)) == 3


def test_a_page_from_before_a_build_looks_into_the_new_index(
    visit: Visit, serve: Callable[[dict[str, bytes]], str]
) -> None:
    files = built(sample(), "en")
    site = serve(files)
    page = visit().open(site + "search/?q=heads")
    assert len(ids(page)) == 3
    old = files["_site/search/index.json"]
    new = built(digest(entry(title="Heads alone")), "en")
    page.route(re.compile(r"/search/[^/]+/"), lambda route: _answered(route, new))
    page.route("**/index.json", lambda route: route.fulfill(body=new["_site/search/index.json"]))
    assert old != new["_site/search/index.json"]
    ask(page, "splat*")
    expect(page.locator("#count")).to_have_text("0 papers")
    ask(page, "alone")
    assert ids(page) == ["2611.90001"]


def _answered(route: Route, files: dict[str, bytes]) -> None:
    content = files.get(f"_site/search/{'/'.join(route.request.url.rsplit('/', 2)[1:])}")
    if content is None:
        route.fulfill(status=404)
    else:
        route.fulfill(body=content)


def test_without_script_every_paper_can_be_reached(visit: Visit, site: str) -> None:
    page = visit(java_script_enabled=False).open(site)
    page.get_by_role("link", name="Search").click()
    main = page.get_by_role("main")
    assert main.get_by_text("Searching needs JavaScript").is_visible()
    assert not page.get_by_label("What to look for").is_visible()
    main.get_by_role("link", name="Avatar").click()
    page.wait_for_url("**/topics/avatar/")


def test_awkward_papers_are_found(visit: Visit, serve: Callable[[dict[str, bytes]], str]) -> None:
    visitor = visit()
    page = visitor.open(serve(built(awkward(), "zh")) + "search/?topic=C%2B%2B+%26+%3Cb%3ERust%3C%2Fb%3E")
    expect(page.locator("#results article").first).to_be_visible()
    assert visitor.complaints == []
