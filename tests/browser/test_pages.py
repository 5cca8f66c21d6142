"""The pages in a real browser, with and without script, on a phone, in the dark, by keyboard, and from a disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from digest.model import Author, CodeLink, Digest, SourceStatus, Status, Topic, TopicMatch
from digest.outputs.feeds import Feeds
from digest.outputs.site import Site
from tests.browser.conftest import BASE, Visitor, write
from tests.factories import SEEN, digest, entry, translation

Visit = Callable[..., Visitor]

PAGES = [
    "",
    "days/",
    "days/2026-11-11/",
    "months/2026-11/",
    "topics/avatar/",
    "papers/2611.90001/",
    "papers/2611.90002/",
    "papers/math/0309136/",
    "about/",
    "404.html",
]
ABSTRACT = "We drive a talking head from a single photograph and an audio track."
TRANSLATED = "我们用一张照片和一段音频驱动说话头。"


def sample() -> Digest:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
    return digest(
        entry(code_links=(CodeLink(url=f"https://example.org/{long}", kind="code", found_by="abstract"),)),
        entry("2611.90002", title=long, comment=long, authors=tuple(Author(name=long[:60]) for _ in range(60))),
        entry("math/0309136", topics=(TopicMatch(topic="Avatar"), TopicMatch(topic=long))),
        translations=(translation(), translation(field="abstract", text=TRANSLATED)),
        topics=(Topic(name="Avatar", filters=("talking head",)),),
        status=Status(sources={"api": SourceStatus(reached=SEEN, failing_since=SEEN, message=long)}),
        site_url=f"https://someone.github.io{BASE}/",
    )


def files(language: str = "zh") -> dict[str, bytes]:
    of = sample()
    return Site(language=language).render(of) | Feeds(language=language).render(of)


@pytest.fixture(scope="module")
def site(serve: Callable[[dict[str, bytes]], str]) -> str:
    return serve(files())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_without_complaint_and_asks_nobody_else(visit: Visit, site: str, path: str) -> None:
    visitor = visit()
    page = visitor.open(site + path)
    assert visitor.complaints == []
    assert len(visitor.requests) >= 3
    assert [url for url in visitor.requests if not url.startswith((site, "data:"))] == []
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--rubric')")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_scrolls_sideways(visit: Visit, site: str, path: str, width: int) -> None:
    page = visit(width=width).open(site + path)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for voice in ("translation", "both"):
        if page.locator("#voice-both").count():
            page.check(f"#voice-{voice}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def unfold(page: Page) -> None:
    page.locator("[id='2611.90001'] summary").click()


def test_the_language_switches_without_script(visit: Visit, site: str) -> None:
    page = visit(java_script_enabled=False).open(site)
    unfold(page)
    paper = page.locator("[id='2611.90001']")
    source, translated = paper.get_by_text(ABSTRACT), paper.get_by_text(TRANSLATED)
    title, original = paper.locator(".title .t"), paper.locator(".title .s")

    assert [each.is_visible() for each in (translated, source, title, original)] == [True, False, True, True]
    page.check("#voice-source")
    assert [each.is_visible() for each in (translated, source, title, original)] == [False, True, False, True]
    page.check("#voice-both")
    assert [each.is_visible() for each in (translated, source, title, original)] == [True, True, True, True]


def test_an_untranslated_paper_is_readable_in_every_language(visit: Visit, site: str) -> None:
    page = visit(java_script_enabled=False).open(site + "papers/math/0309136/")
    for voice in ("translation", "source", "both"):
        page.check(f"#voice-{voice}")
        assert page.get_by_text(ABSTRACT).is_visible()
        assert page.locator("h1 .s").is_visible()


def test_both_languages_face_each_other_where_there_is_room(visit: Visit, site: str) -> None:
    for width, beside in ((1280, True), (390, False)):
        page = visit(width=width).open(site + "papers/2611.90001/")
        page.check("#voice-both")
        left, right = (page.get_by_text(text).bounding_box() for text in (TRANSLATED, ABSTRACT))
        assert left is not None
        assert right is not None
        assert (left["x"] + left["width"] <= right["x"]) is beside


def test_the_switch_works_by_keyboard_and_shows_its_focus(visit: Visit, site: str) -> None:
    page = visit(java_script_enabled=False).open(site)
    page.locator("#voice-translation").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#voice-source").is_checked()
    label = page.locator("label", has=page.locator("#voice-source"))
    assert label.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"


def test_an_abstract_unfolds_by_keyboard(visit: Visit, site: str) -> None:
    page = visit(java_script_enabled=False).open(site)
    summary = page.locator("[id='2611.90001'] summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text(TRANSLATED).is_visible()
    page.keyboard.press("Space")
    assert not page.get_by_text(TRANSLATED).is_visible()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visit: Visit, site: str) -> None:
    page = visit().open(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["y"] >= 0


def test_the_choice_of_language_stays_from_page_to_page(visit: Visit, site: str) -> None:
    visitor = visit()
    page = visitor.open(site)
    page.check("#voice-both")
    page.goto(site + "papers/2611.90001/")
    assert page.locator("#voice-both").is_checked()
    assert visitor.complaints == []


def test_the_dark_scheme_is_dark(visit: Visit, site: str) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        page = visit(color_scheme=scheme).open(site)
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        seen[scheme] = sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
    assert seen["dark"] < 100
    assert seen["light"] > 700


@pytest.mark.parametrize("path", PAGES)
def test_every_target_is_large_enough(visit: Visit, site: str, path: str) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 pixels, except for links within a sentence and what stands 24 pixels apart."""
    page = visit(width=390, has_touch=True).open(site + path)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    small = page.evaluate(
        """() => [...document.querySelectorAll('a, summary, label')]
        .filter(each => !each.closest('.prose, .skip, .notice p, dd, .links'))
        .map(each => [each.textContent.trim(), each.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
        .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
    )
    assert small == []


def test_the_pages_open_from_a_disk(visit: Visit, tmp_path: Path) -> None:
    write(files("en"), tmp_path)
    visitor = visit()
    page = visitor.open((tmp_path / "index.html").as_uri())
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--rubric')")
    page.get_by_role("link", name="All days").click()
    page.get_by_role("link", name="11 3 new").click()
    page.get_by_role("link", name="一张照片生成说话头").click()
    page.wait_for_url("**/papers/2611.90001/index.html")
    assert visitor.complaints == []


def test_a_broken_link_leads_to_a_page_that_works_at_any_depth(visit: Visit, site: str) -> None:
    page = visit().open(site + "404.html")
    page.get_by_role("main").get_by_role("link").first.click()
    assert page.url == site
