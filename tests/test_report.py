"""A run in words: for the terminal, for a job's summary, and for the clock that turns a scheduled job red."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from digest import report
from digest.model import (
    Failure,
    LanguageReport,
    Mailing,
    RunReport,
    SourceStatus,
    Status,
    TopicReport,
    TopicStatus,
)
from tests.factories import UTC
from tests.rendered import Page

NOW = dt.datetime(2026, 11, 14, 11, tzinfo=UTC)  # a Saturday
MORNING = NOW.replace(hour=6)
THURSDAY, FRIDAY = dt.date(2026, 11, 12), dt.date(2026, 11, 13)


def before(**passed: float) -> dt.datetime:
    return NOW - dt.timedelta(**passed)


def topic(answered: dt.datetime | None = None, failing_since: dt.datetime | None = None) -> TopicStatus:
    return TopicStatus(definition="", answered=answered, failing_since=failing_since)


def told(**status: Any) -> list[str]:
    return report.freshness(Status(**status), NOW)


def run(**facts: Any) -> RunReport:
    known: dict[str, Any] = {
        "command": "run",
        "version": "0",
        "started": MORNING,
        "finished": MORNING + dt.timedelta(seconds=12.5),
        "requests": 3,
        "returned": 40,
        "unmatched": 2,
        "topics": (
            TopicReport(topic="Avatar", source="api", asked=True, matched=38, new=5, revised=1),
            TopicReport(topic="Speech", source="rss"),
        ),
        "new": 5,
        "revised": 1,
        "total": 1200,
    }
    return RunReport(**(known | facts))


# The age that --max-age compares


def test_the_age_is_that_of_the_topic_that_waits_longest() -> None:
    topics = {"A": topic(before(hours=5)), "B": topic(before(days=6)), "C": topic(before(days=1))}
    assert report.age(Status(topics=topics), NOW) == dt.timedelta(days=6)


def test_routes_that_answer_different_topics_make_a_whole_together() -> None:
    """No route gave every topic its answer, and yet every topic had one."""
    sources = {"api": SourceStatus(reached=MORNING), "rss": SourceStatus(reached=MORNING)}
    topics = {"A": topic(MORNING), "B": topic(MORNING)}
    assert report.age(Status(sources=sources, topics=topics), NOW) == dt.timedelta(hours=5)


def test_a_route_that_was_reached_is_no_answer() -> None:
    """A source can be complete for what it was asked while a topic went without."""
    sources = {"api": SourceStatus(reached=MORNING, complete=MORNING)}
    topics = {"A": topic(MORNING), "B": topic(before(days=9), failing_since=before(days=8))}
    assert report.age(Status(sources=sources, topics=topics), NOW) == dt.timedelta(days=9)


@pytest.mark.parametrize(
    "topics",
    [{}, {"A": topic()}, {"A": topic(MORNING), "B": topic(failing_since=MORNING)}],
    ids=["none", "new", "half"],
)
def test_there_is_no_age_before_every_topic_was_answered(topics: dict[str, TopicStatus]) -> None:
    assert report.age(Status(topics=topics), NOW) is None


# digest status


def test_before_the_first_run_status_says_what_to_do() -> None:
    assert told() == ["No run yet: python -m digest run"]


def test_status_of_a_digest_that_is_well() -> None:
    assert told(
        sources={
            "rss": SourceStatus(reached=MORNING, complete=MORNING),
            "api": SourceStatus(reached=MORNING, complete=before(days=3)),
        },
        topics={"A": topic(MORNING), "B": topic(before(hours=7))},
        newest_paper="2611.90003",
        newest_published=before(days=3),
        mailing=Mailing(day=FRIDAY, papers=5, agreed=("api", "rss")),
    ) == [
        "api: last reached 2026-11-14 06:00 UTC (5 hours ago); last whole answer 2026-11-11 11:00 UTC (3 days ago)",
        "rss: last reached 2026-11-14 06:00 UTC (5 hours ago)",
        "every topic had a whole answer 2026-11-14 04:00 UTC (7 hours ago)",
        "newest paper: 2611.90003, submitted 2026-11-11 11:00 UTC (3 days ago)",
        "newest mailing: Fri 2026-11-13, 5 new papers (whole answer from api and rss)",
        (
            "next mailing: Mon 2026-11-16, out at 2026-11-16 01:00 UTC "
            "(arXiv announces nothing at weekends and on its holidays)"
        ),
    ]


def test_status_says_what_fails_and_since_when() -> None:
    assert told(
        sources={
            "api": SourceStatus(
                reached=before(days=4), complete=before(days=4), failing_since=before(days=3), message="HTTP\n 503"
            ),
            "rss": SourceStatus(failing_since=before(hours=1)),
        },
        topics={
            "A": topic(before(days=4), failing_since=before(days=3)),
            "B": topic(failing_since=before(days=3)),
            "C": topic(before(hours=1)),
            "D": topic(),
        },
    ) == [
        (
            "api: last reached 2026-11-10 11:00 UTC (4 days ago); failing since 2026-11-11 11:00 UTC (3 days ago)"
            ": HTTP 503"
        ),
        "rss: never reached; failing since 2026-11-14 10:00 UTC (1 hour ago); no whole answer yet",
        "1 topic had a whole answer 2026-11-14 10:00 UTC (1 hour ago)",
        ("A: no whole answer since 2026-11-11 11:00 UTC (3 days ago); the last one 2026-11-10 11:00 UTC (4 days ago)"),
        "B: no whole answer since 2026-11-11 11:00 UTC (3 days ago); nor before",
        "D: no whole answer; nor before",
    ]


@pytest.mark.parametrize(
    ("papers", "agreed", "words"),
    [
        (1, ("api",), "1 new paper (whole answer from api)"),
        (2, (), "2 new papers so far; no whole answer for it yet"),
        (0, ("api", "calendar"), "no new paper (api and calendar agree)"),
        (0, ("rss",), "no new paper, says rss; no second route has confirmed it yet"),
        (0, (), "no answer for it yet"),
    ],
)
def test_status_says_whether_the_newest_mailing_is_confirmed(papers: int, agreed: tuple[str, ...], words: str) -> None:
    lines = told(mailing=Mailing(day=FRIDAY, papers=papers, agreed=agreed))
    assert f"newest mailing: Fri 2026-11-13, {words}" in lines


def test_status_knows_of_mailings_that_no_run_has_seen() -> None:
    lines = told(mailing=Mailing(day=THURSDAY, papers=1, agreed=("api",)))
    assert "not asked for yet: the mailing of Fri 2026-11-13, out since 01:00 UTC" in lines
    assert not [line for line in told(mailing=Mailing(day=FRIDAY)) if line.startswith("not asked")]


def test_a_mailing_of_the_next_day_needs_no_reason() -> None:
    now = dt.datetime(2026, 11, 12, 6, tzinfo=UTC)
    lines = report.freshness(Status(mailing=Mailing(day=THURSDAY, papers=1, agreed=("api",))), now)
    assert "next mailing: Fri 2026-11-13, out at 2026-11-13 01:00 UTC" in lines


def test_status_warns_when_the_table_of_holidays_has_run_out() -> None:
    now = dt.datetime(2031, 5, 6, 6, tzinfo=UTC)
    lines = report.freshness(Status(mailing=Mailing(day=dt.date(2031, 5, 6), papers=1, agreed=("api",))), now)
    assert [line for line in lines if line.startswith("warning: arXiv's holidays of 2031 are not known")]


def test_status_ends_with_the_last_run() -> None:
    assert told(last_run=run())[-4:] == report.lines(run())


# A run


def test_a_run_in_lines() -> None:
    failures = (Failure(stage="fetch", subject="api", message="HTTP 503", hint="Wait.", since=before(days=1)),)
    languages = (LanguageReport(language="zh", backend="openai", translated=4, waiting=2, failed=1, note="slow"),)
    assert report.lines(run(failures=failures, languages=languages, warnings=("old key",))) == [
        "run: 5 new, 1 revised; 1,200 papers in all (3 requests to arXiv, 12.5 s)",
        "  40 papers came, 2 without any topic's words, left out",
        "  Avatar: 38 matched, 5 new, 1 revised (api)",
        "  Speech: no whole answer (last asked: rss); what is stored stays as it is",
        "  zh: 4 papers translated by openai, 2 not translated yet, 1 failed their checks, slow",
        "  warning: old key",
        "  failed: fetch: api: HTTP 503 (since 2026-11-13 11:00 UTC)",
        "    Wait.",
    ]


def test_a_run_that_changed_nothing_says_so() -> None:
    quiet = run(topics=(), new=0, revised=0, total=1, requests=1)
    assert report.lines(quiet) == ["run: nothing new; 1 paper in all (1 request to arXiv, 12.5 s)"]


def test_what_was_cut_is_counted() -> None:
    cut = TopicReport(topic="A", source="api", asked=True, matched=10, new=10, cut=90)
    assert report.asked(cut) == "10 matched, 10 new, 0 revised, 90 cut by max_results (api)"


# The summary of a job


def test_the_summary_holds_a_table_of_topics() -> None:
    page = Page(report.summary(run()))
    assert page.headings == ["arXiv digest: 5 new, 1 revised; 1,200 papers in all"]
    assert [[cell.text for cell in row] for row in page.rows[1:]] == [
        ["Avatar", "38", "5", "1", "", "api"],
        ["Speech", "0", "0", "0", "", "no whole answer"],
    ]


def test_the_summary_says_how_fresh_the_digest_is_after_the_run() -> None:
    status = Status(
        sources={"api": SourceStatus(reached=MORNING, failing_since=MORNING, message="HTTP 503")},
        topics={"Avatar": topic(MORNING), "Speech": topic(before(days=4), failing_since=before(days=3))},
        newest_paper="2611.90003",
        newest_published=before(days=3),
        mailing=Mailing(day=FRIDAY, papers=5, agreed=("api",)),
        last_run=run(),
    )
    text = Page(report.summary(run(), status)).text
    for fact in (
        "api: last reached 2026-11-14 06:00 UTC (0 hours ago); failing since 2026-11-14 06:00 UTC",
        "Speech: no whole answer since 2026-11-11 11:00 UTC (2 days ago)",
        "newest paper: 2611.90003",
        "newest mailing: Fri 2026-11-13, 5 new papers (whole answer from api)",
        "next mailing: Mon 2026-11-16",
    ):
        assert fact in text
    assert text.count("38") == 1  # the last run is the one that the table shows


def test_nothing_in_the_summary_comes_alive() -> None:
    evil = "# <script>x</script> | `y` [a](javascript:b)\n\n# z"
    status = Status(
        sources={evil: SourceStatus(failing_since=MORNING, message=evil)}, topics={evil: topic(failing_since=MORNING)}
    )
    made = report.summary(
        run(
            topics=(TopicReport(topic=evil, source=evil, asked=True),),
            languages=(LanguageReport(language=evil, note=evil),),
            failures=(Failure(stage="fetch", subject=evil, message=evil, hint=evil),),
            warnings=(evil,),
        ),
        status,
    )
    page = Page(made)
    assert page.outside <= {"p", "ul", "li", "table", "thead", "tbody", "span", "em", "strong"}
    assert len(page.headings) == 1
    assert [tag for row in page.rows for cell in row for tag, _ in cell.tags] == []
