"""A page that nobody has made again says so by itself: the reader's clock against the day of the last check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from digest.model import Mailing, SourceStatus, Status, Topic, TopicStatus
from digest.outputs.feeds import Feeds
from digest.outputs.freshness import PROMISE
from digest.outputs.site import Site
from tests.browser.conftest import BASE, Visitor
from tests.factories import LISTED, SEEN, UTC, digest, entry

Visit = Callable[..., Visitor]
Serve = Callable[[dict[str, bytes]], str]

PAGES = ["", "days/", "days/2026-11-11/", "topics/avatar/", "papers/2611.90001/", "about/", "404.html"]
LAST_MOMENT = dt.datetime.combine(LISTED + dt.timedelta(days=PROMISE), dt.time(23, 59, 59), UTC)
ONE_LATER = LAST_MOMENT + dt.timedelta(seconds=1)


def files(language: str = "en", *, reached: bool = True, sample: bool = False) -> dict[str, bytes]:
    status = Status(
        sources={"api": SourceStatus(reached=SEEN if reached else None)},
        topics={"Avatar": TopicStatus(definition="", answered=SEEN)},
        mailing=Mailing(day=LISTED, papers=1, agreed=("api",)),
    )
    of = digest(
        entry(),
        status=status,
        topics=(Topic(name="Avatar"),),
        sample=sample,
        site_url=f"https://someone.github.io{BASE}/",
    )
    return Site(language=language).render(of) | Feeds(language=language).render(of)


@pytest.fixture(scope="module")
def english(serve: Serve) -> str:
    return serve(files())


@pytest.fixture(scope="module")
def chinese(serve: Serve) -> str:
    return serve(files("zh"))


def banner(page: Page) -> str | None:
    """What the banner says, or None when there is none to be seen."""
    found = page.locator(".overdue")
    if found.count() == 0:
        return None
    assert found.count() == 1
    assert found.is_visible()
    return " ".join(found.inner_text().split())


def test_within_the_promise_no_page_says_anything(visit: Visit, english: str) -> None:
    visitor = visit(now=LAST_MOMENT)
    assert [path for path in PAGES if banner(visitor.open(english + path)) is not None] == []


@pytest.mark.parametrize("path", PAGES)
def test_after_it_every_page_says_so_at_its_top(visit: Visit, english: str, path: str) -> None:
    visitor = visit(now=ONE_LATER)
    page = visitor.open(english + path)
    said = banner(page)
    assert said == (
        "5 These pages were last checked 5 days ago That was on 11 Nov 2026 (UTC); something may have stopped. "
        "What arXiv has announced since is not here. Details"
    )
    box, main = page.locator(".overdue").bounding_box(), page.locator("main").bounding_box()
    assert box is not None
    assert main is not None
    assert box["y"] + box["height"] <= main["y"]
    assert box["y"] < 200
    assert visitor.complaints == []


def test_both_sides_in_chinese(visit: Visit, chinese: str) -> None:
    assert banner(visit(now=LAST_MOMENT).open(chinese)) is None
    assert banner(visit(now=ONE_LATER).open(chinese)) == (
        "5 本站已有 5 天没有检查更新 "
        "上次检查是在 2026-11-11（UTC），更新可能已经中断，此后 arXiv 公布的论文尚未收录。 详情"
    )


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_those_of_utc_wherever_the_reader_is(visit: Visit, english: str, zone: str) -> None:
    assert banner(visit(now=LAST_MOMENT, timezone_id=zone).open(english)) is None
    assert "5 days ago" in (banner(visit(now=ONE_LATER, timezone_id=zone).open(english)) or "")


@pytest.mark.parametrize(
    ("days", "english_words", "chinese_words"),
    [(1, "last checked 1 day ago", "已有 1 天没有"), (1234, "last checked 1,234 days ago", "已有 1,234 天没有")],
)
def test_the_number_is_written_as_the_language_does(
    visit: Visit, serve: Serve, days: int, english_words: str, chinese_words: str
) -> None:
    for language, words in (("en", english_words), ("zh", chinese_words)):
        sooner = {
            path: content.replace(b'data-promise-days="4"', b'data-promise-days="0"')
            for path, content in files(language).items()
        }
        page = visit(now=SEEN + dt.timedelta(days=days), width=360).open(serve(sooner))
        assert words in (banner(page) or "")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_script_the_dates_are_there_and_no_empty_banner(visit: Visit, serve: Serve, language: str) -> None:
    page = visit(now=ONE_LATER, java_script_enabled=False).open(serve(files(language)))
    top = page.locator("header").inner_text()
    checked, mailing = {
        "en": ("Checked 11 Nov 2026 (UTC)", "newest mailing Wed 11 Nov 2026: 1 new paper"),
        "zh": ("最近检查：2026-11-11（UTC）", "最近一次公布：2026-11-11（周三），1 篇新论文"),
    }[language]
    assert checked in top
    assert mailing in top
    assert "{days}" not in page.locator("body").inner_text()
    assert not page.locator(".overdue").is_visible()


def test_the_sample_is_never_overdue(visit: Visit, serve: Serve) -> None:
    site = serve(files(sample=True))
    visitor = visit(now=SEEN + dt.timedelta(days=3000))
    assert [path for path in PAGES if banner(visitor.open(site + path)) is not None] == []


def test_what_was_never_checked_says_that_instead(visit: Visit, serve: Serve) -> None:
    page = visit(now=SEEN + dt.timedelta(days=3000)).open(serve(files(reached=False)))
    assert banner(page) is None
    assert "arXiv has not been reached yet" in page.locator("header").inner_text()


def test_a_clock_that_is_behind_says_nothing(visit: Visit, english: str) -> None:
    assert banner(visit(now=dt.datetime(1970, 1, 1, tzinfo=UTC)).open(english)) is None


def test_a_tab_that_stays_open_learns_of_it_once(visit: Visit, english: str) -> None:
    visitor = visit(now=LAST_MOMENT)
    page = visitor.open(english)
    visitor.context.clock.set_fixed_time(ONE_LATER)
    for _ in range(2):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert "5 days ago" in (banner(page) or "")
    assert visitor.complaints == []


def test_the_banner_leads_to_the_details(visit: Visit, english: str) -> None:
    page = visit(now=ONE_LATER).open(english + "papers/2611.90001/")
    page.locator(".overdue a").click()
    assert page.url == f"{english}about/#status"


def test_the_banner_is_a_landmark_with_a_name(visit: Visit, english: str) -> None:
    page = visit(now=ONE_LATER).open(english)
    name = "These pages were last checked 5 days ago"
    assert page.get_by_role("complementary", name=name).is_visible()
    assert page.get_by_role("heading", name=name).is_visible()
