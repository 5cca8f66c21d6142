"""The site as a reader, a browser and a hostile author meet it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import (
    Author,
    CodeLink,
    Digest,
    Entry,
    Failure,
    LanguageReport,
    Mailing,
    Match,
    RunReport,
    SourceStatus,
    Status,
    Topic,
    TopicMatch,
    TopicStatus,
    Translation,
    Version,
)
from digest.outputs import richtext
from digest.outputs.feeds import Feeds
from digest.outputs.homes import homes
from digest.outputs.site import Site
from digest.outputs.templating import environment
from digest.tex import mathml
from digest.text import plain
from tests.factories import LISTED, SEEN, SUBMITTED, UTC, digest, entry, translation

GOLDEN = Path(__file__).parent.parent / "golden" / "site-day.html"
DAY = "_site/days/2026-11-11/index.html"
PAPER = "_site/papers/2611.90001/index.html"
HOSTILE = "</p><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}<!--|`$x<y$&amp;\x00\x1b\u202e"


def render(of: Digest, language: str = "en") -> dict[str, bytes]:
    return Site(language=language).render(of)


def parse(page: bytes) -> Element:
    tree: Element = html5lib.parse(page, namespaceHTMLElements=False)
    return tree


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def words_of(page: bytes) -> str:
    body = parse(page).find("body")
    assert body is not None
    return text_of(body)


def one(page: bytes, path: str) -> Element:
    found = parse(page).findall(path)
    assert len(found) == 1, [text_of(each) for each in found]
    return found[0]


def shape(element: Element) -> list[object]:
    """Tags and attribute names, without any text or value that a paper could decide.

    Nor what papers are typeset with, which `test_richtext.py` looks at.
    """
    typeset = (richtext.TAGS | mathml.ELEMENTS) - {"a"}
    inside = [
        child for child in element if child.tag.rpartition("}")[2] not in typeset and child.get("rel") != "nofollow"
    ]
    return [element.tag, sorted(element.attrib), [shape(child) for child in inside]]


def revised(arxiv_id: str = "2610.90007", **changes: object) -> Entry:
    """A paper listed in October whose second version came on the day of the others."""
    facts: dict[str, object] = {
        "version": 2,
        "title": "An Older Paper, Revised",
        "listed": dt.date(2026, 10, 14),
        "published": dt.datetime(2026, 10, 12, tzinfo=UTC),
        "updated": dt.datetime(2026, 11, 9, tzinfo=UTC),
        "versions": (Version(version=1, listed=dt.date(2026, 10, 14)), Version(version=2, listed=LISTED)),
    }
    return entry(arxiv_id, **(facts | changes))


def small_day() -> Digest:
    return digest(
        entry(code_links=(CodeLink(url="https://github.com/a/b", kind="code", found_by="abstract"),)),
        revised(),
        translations=(translation(), translation(field="abstract", text="我们用一张照片和一段音频驱动说话头。")),
        status=Status(
            sources={"api": SourceStatus(reached=SEEN, complete=SEEN)},
            topics={"Avatar": TopicStatus(definition="", answered=SEEN)},
            mailing=Mailing(day=LISTED, papers=1, agreed=("api",)),
        ),
    )


def many(count: int, **changes: object) -> tuple[Entry, ...]:
    return tuple(entry(f"2611.9{number:04}", **changes) for number in range(count))


def test_a_small_day_reads_as_it_should(tmp_path: Path) -> None:
    made = render(small_day())[DAY].decode()
    seen = tmp_path / GOLDEN.name
    seen.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8"), f"when the change is meant, copy {seen} to {GOLDEN}"


def test_the_same_digest_gives_the_same_bytes() -> None:
    assert render(small_day()) == render(small_day())


# What stands where


def test_the_newest_day_is_the_home_page() -> None:
    files = render(small_day())
    home, day = one(files["_site/index.html"], ".//main"), one(files[DAY], ".//main")
    assert text_of(home) == text_of(day)
    assert shape(home) == shape(day)


def test_new_and_revised_papers_stand_apart() -> None:
    sections = parse(render(small_day())[DAY]).findall(".//section")
    ids = [[article.get("id") for article in section.findall("article")] for section in sections]
    assert [text_of(section.findall(".//h2")[0]) for section in sections] == ["New", "Revised"]
    assert ids == [["2611.90001"], ["2610.90007"]]


def test_a_revised_paper_is_new_on_its_own_day() -> None:
    old = render(small_day())["_site/days/2026-10-14/index.html"]
    assert [section.get("aria-labelledby") for section in parse(old).findall(".//section")] == ["new"]


def test_a_paper_in_two_topics_is_one_entry_with_two_chips() -> None:
    both = (TopicMatch(topic="Avatar"), TopicMatch(topic="Speech"))
    files = render(digest(entry(topics=both), topics=(Topic(name="Avatar"), Topic(name="Speech"))))
    articles = parse(files[DAY]).findall(".//article")
    assert len(articles) == 1
    assert [text_of(chip) for chip in articles[0].findall(".//a[@class='chip']")] == ["Avatar", "Speech"]
    for topic in ("avatar", "speech"):
        assert len(parse(files[f"_site/topics/{topic}/index.html"]).findall(".//article")) == 1


def test_the_evidence_says_which_phrase_and_where() -> None:
    match = TopicMatch(
        topic="Avatar",
        evidence=(
            Match(phrase="talking head", field="title"),
            Match(phrase="talking head", field="abstract"),
            Match(phrase="Ada Lovelace", field="authors"),
        ),
    )
    files = render(digest(entry(topics=(match,))))
    why = text_of(one(files[DAY], ".//ul[@class='why']/li"))
    assert why == "Avatar matches “talking head” in the title and abstract by the author “Ada Lovelace”"


def test_a_topic_that_left_the_config_keeps_its_page() -> None:
    files = render(digest(entry(topics=(TopicMatch(topic="Bygone"),))))
    assert len(parse(files["_site/topics/bygone/index.html"]).findall(".//article")) == 1
    assert "No longer followed" in words_of(files["_site/about/index.html"])


def test_no_page_holds_more_than_a_hundred_papers() -> None:
    files = render(digest(*many(205)))
    counts = {
        path: len(parse(page).findall(".//article[@id]")) for path, page in files.items() if path.endswith(".html")
    }
    assert max(counts.values()) == 100
    assert [counts[f"_site/days/2026-11-11/{page}index.html"] for page in ("", "2/", "3/")] == [100, 100, 5]
    assert [counts[f"_site/topics/avatar/{page}index.html"] for page in ("", "2/", "3/")] == [100, 100, 5]
    assert counts["_site/index.html"] == 100


def test_days_stand_in_a_calendar() -> None:
    page = render(small_day())["_site/days/index.html"]
    assert [text_of(each) for each in parse(page).findall(".//section/h2")] == ["2026"]
    assert [text_of(each) for each in parse(page).findall(".//caption")] == [
        "November 2026 1 paper",
        "October 2026 1 paper",
    ]
    assert [(text_of(each), each.get("href")) for each in parse(page).findall(".//td/a")] == [
        ("11 1+1 1 new · 1 revised", "../days/2026-11-11/"),
        ("14 1 1 new", "../days/2026-10-14/"),
    ]
    for table in parse(page).findall(".//table"):
        assert [heading.get("abbr") for heading in table.findall(".//th[@scope='col']")][::6] == ["Monday", "Sunday"]
        assert {len(row) for row in table.findall(".//tr")} == {7}


def test_a_day_is_as_the_calendar_says() -> None:
    page = render(small_day())["_site/days/index.html"]
    november, october = parse(page).findall(".//table")
    says = {int(text_of(cell).split()[0]): cell for cell in november.findall(".//td") if text_of(cell)}
    assert {number: cell.get("class") for number, cell in says.items() if number in (9, 8, 11, 12)} == {
        9: "none",  # a Monday between the first and the last mailing that we know of
        8: "silent",
        11: "papers",
        12: "beyond",
    }
    assert [text_of(says[number]) for number in (8, 9, 12)] == ["8 no mailing", "9 no paper listed", "12"]
    first = {text_of(cell).split()[0]: cell.get("class") for cell in october.findall(".//td") if text_of(cell)}
    assert [first[number] for number in ("12", "13", "14", "15")] == ["beyond", "beyond", "papers", "none"]


def test_a_mailing_that_brought_nothing_is_told_before_the_newest_day_that_has_papers() -> None:
    day = LISTED + dt.timedelta(days=1)
    quiet = Status(
        sources={"api": SourceStatus(reached=SEEN), "rss": SourceStatus(reached=SEEN)},
        mailing=Mailing(day=day, agreed=("api", "rss")),
    )
    files = render(digest(entry(), revised(), status=quiet))
    for path in ("_site/index.html", DAY):
        told = text_of(one(files[path], ".//section[@aria-labelledby='quiet']"))
        assert told == (
            "12 Thursday, 12 November 2026 The mailing of Thu 12 Nov 2026 brought no new paper on these topics "
            "(arXiv API and arXiv RSS agree). The next mailing is that of Fri 13 Nov 2026."
        )
    assert "quiet" not in words_of(files["_site/days/2026-10-14/index.html"])
    calendar = parse(files["_site/days/index.html"]).findall(".//td[@class='none']")
    assert "12 no paper listed" in [text_of(cell) for cell in calendar]


def old(count: int, **changes: object) -> tuple[Entry, ...]:
    """Papers listed on one day of a year before the others."""
    day = dt.date(2025, 3, 12)
    facts: dict[str, object] = {
        "listed": day,
        "published": dt.datetime(2025, 3, 10, tzinfo=UTC),
        "updated": dt.datetime(2025, 3, 10, tzinfo=UTC),
        "versions": (Version(version=1, listed=day),),
    }
    return tuple(entry(f"2503.1{number:04}", **(facts | changes)) for number in range(count))


def test_recent_papers_have_pages_and_older_ones_live_on_the_page_of_their_month() -> None:
    of = digest(entry(), *old(101), paper_pages=100)
    files = render(of) | Feeds().render(of)
    assert [path for path in files if "/papers/" in path] == [PAPER]
    found = [
        {article.get("id") for article in parse(files[f"_site/months/2025-03/{page}index.html"]).findall(".//article")}
        for page in ("", "2/")
    ]
    assert [len(each) for each in found] == [100, 1]
    assert b"/months/2025-03/#2503.10100" in files["_site/feed.xml"]
    links = hrefs(files["_site/days/2025-03-12/2/index.html"])
    assert "../../../months/2025-03/2/#2503.10000" in links


def test_the_number_of_pages_is_the_users_choice() -> None:
    entries = (entry(), revised("2610.90001", versions=()), *old(3))
    for most, count in ((0, 0), (1, 1), (2, 2), (4, 2), (5, 5), (1000, 5)):
        of = digest(*entries, paper_pages=most)
        assert len([path for path in render(of) if "/papers/" in path]) == count, "whole mailings only"


def test_an_older_paper_with_a_new_version_has_a_page_again() -> None:
    again = old(
        1, version=2, versions=(Version(version=1, listed=dt.date(2025, 3, 12)), Version(version=2, listed=LISTED))
    )
    assert "_site/papers/2503.10000/index.html" in render(digest(entry(), *again, *old(9)[1:], paper_pages=5))


def test_an_abstract_stands_on_the_days_of_recent_papers_and_at_the_home_of_older_ones() -> None:
    files = render(digest(entry(), *old(1), paper_pages=1))
    with_abstract = {path for path, page in files.items() if path.endswith(".html") and b"single photograph" in page}
    assert with_abstract == {
        "_site/index.html",
        DAY,
        PAPER,
        "_site/topics/avatar/index.html",  # holds both
        "_site/months/2025-03/index.html",
    }
    topic = parse(files["_site/topics/avatar/index.html"]).findall(".//article")
    assert [len(article.findall(".//details")) for article in topic] == [1, 0]


def test_a_list_of_many_pages_links_to_the_first_the_last_and_those_near_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.outputs.parts.PER_PAGE", 2)
    files = render(digest(*many(19)))
    said = [
        text_of(one(files[f"_site/topics/avatar/{page}index.html"], ".//nav[@aria-label='Pages of this list']"))
        for page in ("", "5/", "10/")
    ]
    assert said == ["1 2 3 … 10", "1 … 3 4 5 6 7 … 10", "1 … 8 9 10"]


def test_an_article_says_what_scripts_need_to_know() -> None:
    both = (TopicMatch(topic="Avatar"), TopicMatch(topic="数字人"))
    link = CodeLink(url="https://github.com/a/b", kind="code", found_by="abstract")
    files = render(digest(entry(topics=both, code_links=(link,)), entry("2611.90002", topics=())))
    first, second = parse(files[DAY]).findall(".//article")
    assert second.attrib == {
        "class": "row paper",
        "id": "2611.90001",
        "data-topics": "avatar 数字人",
        "data-categories": "cs.CV cs.GR",
        "data-listed": "2026-11-11",
        "data-code": "",
    }
    assert "data-code" not in first.attrib
    assert first.get("data-topics") == ""


def test_the_phrase_that_made_a_topic_match_is_marked() -> None:
    assert text_of(one(render(small_day())[PAPER], ".//ul[@class='why']//mark")) == "talking head"


def test_old_style_ids_keep_their_slash() -> None:
    assert "_site/papers/math/0309136/index.html" in render(digest(entry("math/0309136")))


# What a paper shows


def test_every_text_says_its_language() -> None:
    article = one(render(digest(entry(), translations=(translation(),)))[DAY], ".//article")
    assert {text_of(each) for each in article.findall(".//*[@lang='zh']")} == {"一张照片生成说话头"}
    assert "Talking Heads from One Photograph" in {text_of(each) for each in article.findall(".//*[@lang='en']")}


def test_an_untranslated_paper_shows_its_original_and_says_so() -> None:
    page = render(digest(entry()))[DAY]
    assert "not translated yet" in words_of(page)
    assert text_of(one(page, ".//article//h3")) == "Talking Heads from One Photograph"
    assert one(page, ".//article//div[@class='s alone']") is not None


def test_a_half_translated_paper_says_which_half_is_missing() -> None:
    assert "abstract not translated yet" in words_of(render(digest(entry(), translations=(translation(),)))[DAY])


def test_a_translation_of_another_version_is_marked() -> None:
    of = digest(entry(version=3), translations=(translation(version=1), translation(field="abstract", version=3)))
    assert "translation of v1" in words_of(render(of)[DAY])


def test_a_translation_names_its_maker() -> None:
    texts = (translation(), translation(field="abstract", engine="firefox", model=None))
    page = words_of(render(digest(entry(), translations=texts))[PAPER])
    assert "Machine translation: OpenAI-compatible service, test-model" in page
    assert "Machine translation: Firefox Translations" in page


def test_without_a_language_there_is_no_switch_and_no_reproach() -> None:
    page = render(digest(entry(), languages=()))[DAY]
    assert parse(page).findall(".//fieldset") == []
    assert "translat" not in words_of(page)


def test_a_withdrawn_paper_stays_is_marked_and_offers_no_file() -> None:
    files = render(digest(entry(withdrawn=True)))
    for page in (files[DAY], files[PAPER]):
        assert "withdrawn" in words_of(page)
        assert not [link for link in hrefs(page) if "/pdf/" in link or "/html/" in link]


@pytest.mark.parametrize(("arxiv_id", "has"), [("2312.00001", True), ("2311.99999", False), ("math/0309136", False)])
def test_html_is_linked_only_where_arxiv_makes_it(arxiv_id: str, has: bool) -> None:
    files = render(digest(entry(arxiv_id)))
    assert any("arxiv.org/html/" in link for link in hrefs(files[DAY])) is has


def test_a_long_list_of_authors_is_counted_in_lists_and_whole_on_the_page_of_the_paper() -> None:
    crowd = tuple(Author(name=f"Author {number}") for number in range(3000))
    files = render(digest(entry(authors=crowd)))
    assert text_of(one(files[DAY], ".//p[@class='authors']")) == "Author 0, Author 1, Author 2 and 2,997 more"
    assert "Author 2999" in text_of(one(files[PAPER], ".//p[@class='authors']"))


def test_missing_facts_leave_no_trace() -> None:
    bare = entry(
        authors=(),
        categories=(),
        primary_category=None,
        published=None,
        updated=None,
        topics=(),
        versions=(),
        abstract="",
    )
    files = render(digest(bare))
    for page in (files[DAY], files[PAPER]):
        assert "None" not in words_of(page)
        assert "submitted" not in text_of(one(page, ".//main")).lower()


def test_the_page_of_a_paper_lists_its_versions_and_calls_none_of_them_new() -> None:
    day = dt.date(2026, 10, 14)
    known = (
        Version(version=1, updated=dt.datetime(2026, 10, 12, tzinfo=UTC), listed=day),
        Version(version=2, updated=dt.datetime(2026, 11, 9, tzinfo=UTC), listed=LISTED),
    )
    page = render(digest(*many(101), revised(versions=known)))["_site/papers/2610.90007/index.html"]
    assert [text_of(row) for row in one(page, ".//ol[@class='versions']").findall("li")] == [
        "v1 submitted 12 Oct 2026 listed 14 Oct 2026",
        "v2 submitted 9 Nov 2026 listed as revised 11 Nov 2026",
    ]
    links = [link.get("href") for link in one(page, ".//ol[@class='versions']").iter("a")]
    assert links == ["../../days/2026-10-14/#2610.90007", "../../days/2026-11-11/2/#2610.90007"]
    assert "new" not in text_of(one(page, ".//main")).lower().split()


def test_a_paper_of_one_version_needs_no_list() -> None:
    assert "Versionv1" in text_of(one(render(digest(entry()))[PAPER], ".//dl"))


def test_a_withdrawn_version_is_marked_in_the_list() -> None:
    page = render(digest(revised(withdrawn=True)))["_site/papers/2610.90007/index.html"]
    rows = [text_of(row) for row in one(page, ".//ol[@class='versions']").findall("li")]
    assert [row.endswith("withdrawn") for row in rows] == [False, True]


# How fresh it is


def failing() -> Status:
    since = dt.datetime(2026, 11, 9, 6, tzinfo=UTC)
    reached = dt.datetime(2026, 11, 8, 6, tzinfo=UTC)
    api = SourceStatus(reached=reached, failing_since=since, message="429 <Too Many Requests>")
    return Status(
        sources={"api": api, "rss": SourceStatus(failing_since=since)},
        topics={
            "Avatar": TopicStatus(definition="", answered=reached, failing_since=since),
            "Speech": TopicStatus(definition="", answered=SEEN, cut=12),
        },
        failures=(Failure(stage="translate", subject="2611.90001 title", message="lost a <formula>", since=since),),
        languages=(LanguageReport(language="zh", waiting=3, note="OPENAI_API_KEY is not set"),),
        last_run=RunReport(command="run", version="0", started=SEEN, finished=SEEN),
    )


def test_a_day_on_which_no_source_answered_is_not_called_checked() -> None:
    page = words_of(render(digest(entry(), status=failing()))["_site/index.html"])
    assert "Checked 8 Nov 2026 (UTC)" in page
    assert "newest paper submitted 9 Nov 2026" in page


def test_failures_are_told_on_every_page() -> None:
    files = render(digest(entry(), status=failing()))
    for path, page in files.items():
        if path.endswith(".html"):
            notice = text_of(one(page, ".//aside[@class='row notice']"))
            assert (
                "arXiv API has not given a usable answer since 9 Nov 2026; the last one came on 8 Nov 2026." in notice
            )
            assert "arXiv RSS has not given a usable answer since 9 Nov 2026, nor before." in notice
            assert "no whole answer for Avatar since 9 Nov 2026; the last whole one is of 8 Nov 2026." in notice
            assert "12 papers on Speech were left out" in notice
            assert "1 translation failed (since 9 Nov 2026)" in notice
            assert "3 papers wait for a translation into Chinese" in notice
            assert "These pages show papers listed up to 11 Nov 2026." in notice


def test_the_about_page_holds_the_details() -> None:
    about = words_of(render(digest(entry(), status=failing()))["_site/about/index.html"])
    for detail in ("429 <Too Many Requests>", "lost a <formula>", "OPENAI_API_KEY is not set", "“talking head”"):
        assert detail in about


def test_the_about_page_says_how_each_route_and_topic_stands() -> None:
    page = render(digest(entry(), status=failing(), topics=(*small_day().topics, Topic(name="Unasked"))))[
        "_site/about/index.html"
    ]
    facts = {text_of(row[0]): text_of(row[1]) for row in parse(page).findall(".//dl[@class='record']/div")}
    assert facts == {"Last reached": "8 Nov 2026 (UTC)", "Newest paper": "arXiv:2611.90001 submitted 9 Nov 2026"}
    assert [[text_of(cell) for cell in row] for row in parse(page).findall(".//tbody/tr")] == [
        ["arXiv API", "8 Nov 2026", "never", "9 Nov 2026"],
        ["arXiv RSS", "never", "never", "9 Nov 2026"],
    ]
    topics = [text_of(topic) for topic in parse(page).findall(".//section[@aria-labelledby='topics']//li")]
    assert topics[0].endswith("Last whole answer: 8 Nov 2026")
    assert topics[1].endswith("There has been no whole answer for this topic yet.")


def test_the_about_page_says_what_the_newest_mailing_brought_and_when_the_next_one_comes() -> None:
    page = render(small_day())["_site/about/index.html"]
    facts = {text_of(row[0]): text_of(row[1]) for row in parse(page).findall(".//dl[@class='record']/div")}
    assert facts["Newest mailing"] == (
        "The mailing of Wed 11 Nov 2026 brought 1 new paper on these topics (whole answer from arXiv API)."
    )
    assert facts["Next mailing"] == "The next mailing is that of Thu 12 Nov 2026."


def test_only_an_answer_allows_to_say_that_a_topic_has_no_paper() -> None:
    files = render(digest(status=small_day().status, topics=(Topic(name="Avatar"), Topic(name="Unasked"))))
    assert "No paper has matched this topic yet." in words_of(files["_site/topics/avatar/index.html"])
    unasked = words_of(files["_site/topics/unasked/index.html"])
    assert "There has been no whole answer for this topic yet." in unasked
    assert "No paper has matched" not in unasked


def test_a_route_that_another_one_stands_in_for_is_told_on_the_about_page_alone() -> None:
    status = small_day().status
    down = SourceStatus(reached=SEEN, failing_since=SEEN + dt.timedelta(days=1), message="HTTP 503")
    both = Status(sources={**status.sources, "oai": down}, topics=status.topics, mailing=status.mailing)
    files = render(digest(entry(), status=both))
    for path, page in files.items():
        if path.endswith(".html"):
            assert one(page, ".//header").findall("aside") == [], path
            assert ("No paper is missing for it" in words_of(page)) is (path == "_site/about/index.html"), path


def test_when_all_is_well_nothing_is_said() -> None:
    header = one(render(small_day())["_site/index.html"], ".//header")
    assert header.findall("aside") == []
    assert [text_of(line) for line in header.findall(".//p[@class='fresh']/span")] == [
        "Checked 11 Nov 2026 (UTC)",
        "newest mailing Wed 11 Nov 2026: 1 new paper",
        "newest paper submitted 9 Nov 2026",
    ]


def test_nothing_is_called_checked_before_a_source_has_answered() -> None:
    page = words_of(render(digest())["_site/index.html"])
    assert "arXiv has not been reached yet" in page
    assert "Checked" not in page


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status(), "No run has finished so far."),
        (failing(), "not every source could be asked"),
        (
            Status(
                sources={"api": SourceStatus(reached=SEEN)},
                last_run=RunReport(command="run", version="0", started=SEEN, finished=SEEN),
            ),
            "no paper has matched the topics so far",
        ),
    ],
)
def test_an_empty_archive_says_why_it_is_empty(status: Status, reason: str) -> None:
    files = render(digest(status=status))
    assert reason in words_of(files["_site/index.html"])
    assert "0 papers" in words_of(files["_site/about/index.html"])


def test_a_sample_says_so_on_every_page_and_to_every_robot() -> None:
    files = render(digest(entry(), sample=True))
    for path, page in files.items():
        if path.endswith(".html"):
            assert "Every paper on these pages is invented" in words_of(page), path
            assert parse(page).findall(".//meta[@name='robots']")[0].get("content") == "noindex"
    assert b"Disallow: /\n" in files["_site/robots.txt"]


# Links


def hrefs(page: bytes) -> list[str]:
    return [value for link in parse(page).iter("a") if (value := link.get("href"))]


def references(page: bytes) -> Iterator[str]:
    for element in parse(page).iter():
        for name in ("href", "src"):
            if value := element.get(name):
                yield value


def rich() -> Digest:
    """Every kind of page: several pages of a day and a topic, an old-style id, a topic in Chinese, a left topic."""
    topics = (TopicMatch(topic="数字人"), TopicMatch(topic="C++"), TopicMatch(topic="Bygone"))
    return digest(
        *many(101),
        entry("math/0309136", topics=topics, listed=dt.date(2026, 11, 10)),
        revised(),
        topics=(Topic(name="Avatar"), Topic(name="数字人"), Topic(name="C++"), Topic(name="c++")),
        status=failing(),
    )


def resolve(files: Mapping[str, bytes], path: str, link: str) -> tuple[str, str]:
    """File and fragment that `link` on the page `path` leads to."""
    target = urlsplit(urljoin(f"https://host/{path}", link))
    assert target.netloc == "host"
    name = unquote(target.path).lstrip("/")
    return (f"{name}index.html" if name.endswith("/") else name), target.fragment


def test_every_internal_link_and_fragment_leads_somewhere() -> None:
    of = rich()
    files = render(of) | Feeds().render(of)
    ids = {
        path: {element.get("id") for element in parse(page).iter()}
        for path, page in files.items()
        if path.endswith(".html")
    }
    for path, page in files.items():
        if path.endswith(".html") and path != "_site/404.html":
            for link in references(page):
                if not urlsplit(link).scheme:
                    assert not link.startswith("/"), f"{path}: {link} works from one base path only"
                    file, fragment = resolve(files, path, link)
                    assert file in files, f"{path}: {link}"
                    assert not fragment or fragment in ids[file], f"{path}: {link}"


def test_ids_are_unique_on_a_page() -> None:
    for path, page in render(rich()).items():
        if path.endswith(".html"):
            ids = [element.get("id") for element in parse(page).iter() if element.get("id")]
            assert len(ids) == len(set(ids)), path


def test_the_page_of_a_paper_leads_back_to_where_it_is_listed() -> None:
    files = render(digest(*many(101)))
    page = "_site/papers/2611.90000/index.html"
    file, fragment = resolve(files, page, one(files[page], ".//a[@class='figure']").get("href", ""))
    assert fragment == "2611.90000"
    assert file == "_site/days/2026-11-11/2/index.html"


@pytest.mark.parametrize(
    ("site_url", "root"),
    [("https://someone.github.io/avatar-daily/", "/avatar-daily/"), ("https://x.org", "/"), (None, "/")],
)
def test_the_lost_page_links_from_the_top_because_it_is_served_at_any_depth(site_url: str | None, root: str) -> None:
    for link in references(render(digest(entry(), site_url=site_url))["_site/404.html"]):
        assert link.startswith((root, "https://arxiv.org/abs/")) or link == "#main"


def test_nothing_is_loaded_from_elsewhere_or_written_inline() -> None:
    files = render(rich())
    for path, page in files.items():
        if not path.endswith(".html"):
            continue
        policy = parse(page).findall(".//meta[@http-equiv='Content-Security-Policy']")[0].get("content", "")
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert "unsafe" not in policy
        for element in parse(page).iter():
            assert "style" not in element.attrib
            assert not [name for name in element.attrib if name.startswith("on")]
            if element.tag in ("script", "link", "img", "source", "iframe"):
                assert not urlsplit(element.get("src") or element.get("href") or "").netloc
            if element.tag == "script":
                assert text_of(element) == ""
    for path in ("_site/static/site.css", "_site/static/site.js"):
        assert b"//" not in files[path].replace(b"// ", b"")
        assert b"url(" not in files[path]


# Hostile papers


def hostile(text: str) -> Digest:
    return digest(
        entry(
            title=f"A{text}",
            abstract=f"A{text}",
            comment=f"A{text}",
            journal_ref=f"A{text}",
            doi=f"A{text}",
            authors=(Author(name=f"A{text}"),),
            categories=(f"A{text}",),
            topics=(TopicMatch(topic=f"A{text}", evidence=(Match(phrase=f"A{text}", field="title"),)),),
            code_links=(CodeLink(url="https://example.org/a", kind="code", found_by=f"A{text}"),),
        ),
        translations=(
            translation(text=f"A{text}", model=f"A{text}"),
            translation(field="abstract", text=f"A{text}", model=f"A{text}"),
        ),
        title=f"A{text}",
        description=f"A{text}",
        topics=(Topic(name=f"A{text}", filters=(f"A{text}",), query=f"A{text}"),),
    )


def pages(of: Digest) -> list[bytes]:
    return [page for path, page in sorted(render(of).items()) if path.endswith(".html")]


def test_hostile_text_stays_text() -> None:
    for tame, wild in zip(pages(hostile("")), pages(hostile(HOSTILE)), strict=True):
        assert shape(parse(wild)) == shape(parse(tame))
        assert b"\x00" not in wild
        assert b"\x1b" not in wild
    title = one(render(hostile(HOSTILE))[PAPER], ".//h1/span[@lang='en']")
    assert text_of(title) == " ".join(plain(f"A{HOSTILE}").split())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=40))
def test_no_text_changes_the_structure_of_a_page(text: str) -> None:
    for tame, wild in zip(pages(hostile("")), pages(hostile(text)), strict=True):
        assert shape(parse(wild)) == shape(parse(tame))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "https://", "http://a b/", "https://[x"]
)
def test_a_link_that_is_no_web_address_is_not_made(url: str) -> None:
    files = render(digest(entry(code_links=(CodeLink(url=url, kind="code", found_by="abstract"),))))
    for page in (files[DAY], files[PAPER]):
        assert url not in hrefs(page)


def test_a_name_that_turns_the_line_around_ends_where_it_ends() -> None:
    page = render(digest(entry(authors=(Author(name="עדה לאבלייס"), Author(name="B")))))[DAY]
    assert [text_of(name) for name in one(page, ".//p[@class='authors']").findall("bdi")] == ["עדה לאבלייס", "B"]


# Making it one's own


def test_a_template_or_static_file_of_the_user_wins(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "site" / "_voices.html").write_text("<p>mine</p>")
    (tmp_path / "static" / "extra.css").write_text("p { color: red }")
    files = Site(environment=environment(tmp_path)).render(small_day())
    assert b"<p>mine</p>" in files[DAY]
    assert files["_site/static/extra.css"] == b"p { color: red }"
    assert "_site/static/site.css" in files


def test_the_output_folder_is_the_users_choice() -> None:
    assert all(path.startswith("public/papers/") for path in Site(output="public/papers").render(small_day()))


def test_chinese_is_the_language_of_the_page_when_asked_for() -> None:
    page = render(small_day(), "zh")[DAY]
    assert parse(page).get("lang") == "zh"
    words = words_of(page)
    assert "标题中有“talking head”" in words
    assert "2026年11月11日 星期三" in words


def test_all_paths_are_normal() -> None:
    for path in render(rich()):
        assert normpath(path) == path


def test_dates_are_those_of_utc() -> None:
    late = SUBMITTED.replace(hour=23).astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert "submitted 9 Nov 2026" in words_of(render(digest(entry(published=late)))[DAY])


def test_a_correction_by_a_person_is_not_called_a_machine_translation() -> None:
    by_hand: tuple[Translation, ...] = (translation(engine="human", model=None),)
    by_hand += (translation(field="abstract", engine="human", model=None),)
    article = text_of(one(render(digest(entry(), translations=by_hand))[DAY], ".//article"))
    assert "Translated by a person" in article
    assert "Machine" not in article


@pytest.mark.parametrize("most", [0, 1, 5, 150, 1000])
def test_every_paper_lives_where_links_to_it_lead(most: int) -> None:
    of = digest(*old(3), entry("math/0309136"), revised(), *many(101), paper_pages=most)
    files = render(of)
    for arxiv_id, home in homes(of).items():
        file, fragment = resolve(files, "_site/index.html", home)
        found = parse(files[file])
        assert fragment == arxiv_id or text_of(one(files[file], ".//h1"))
        assert fragment == "" or fragment in {article.get("id") for article in found.iter("article")}
        assert b"We drive a talking head" in files[file]
