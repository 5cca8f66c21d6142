"""What pages lack is told from stored facts: loud when something is missing, quiet when another route had it."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import msgspec
import pytest

from digest.model import Digest, Failure, Mailing, RunReport, SourceStatus, Status, Topic, TopicStatus
from digest.outputs.feeds import Feeds
from digest.outputs.freshness import PROMISE, Freshness, assess
from digest.outputs.markdown import Markdown
from digest.outputs.site import Site
from digest.outputs.templating import locale
from digest.outputs.wording import Words
from tests.factories import LISTED, SUBMITTED, UTC, digest, entry

RUN = RunReport(command="run", version="0", started=SUBMITTED, finished=SUBMITTED)


def at(day: int, hour: int = 6) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, tzinfo=UTC)


def topic(answered: int | None = None, failing: int | None = None) -> TopicStatus:
    return TopicStatus(
        definition="", answered=at(answered) if answered else None, failing_since=at(failing) if failing else None
    )


def judged(language: str = "en", of: Digest | None = None, **status: Any) -> Freshness:
    shown = msgspec.structs.replace(of or digest(entry()), status=Status(last_run=RUN, **status))
    return assess(shown, Words(language, locale(language)))


def problems(language: str = "en", **status: Any) -> list[str]:
    return [problem.text for problem in judged(language, **status).problems]


WELL = SourceStatus(reached=at(11), complete=at(11))
DOWN = SourceStatus(reached=at(8), complete=at(8), failing_since=at(9), message="HTTP  503\n")


# A route that fails


def test_a_route_that_fails_while_another_answers_is_a_remark_not_an_alarm() -> None:
    fresh = judged(sources={"api": DOWN, "rss": WELL}, topics={"A": topic(11), "B": topic(11)})
    assert fresh.whole
    assert fresh.problems == ()
    assert [(remark.text, remark.detail) for remark in fresh.remarks] == [
        (
            (
                "arXiv API has not given a usable answer since 9 Nov 2026; the last one came on 8 Nov 2026. "
                "No paper is missing for it: every topic had a whole answer from arXiv RSS."
            ),
            "HTTP 503",
        )
    ]


def test_the_failures_of_such_a_route_are_no_alarm_either() -> None:
    failures = (
        Failure(stage="fetch", subject="api", message="HTTP 503", since=at(9)),
        Failure(stage="fetch", subject="api: A: B", message="The answer lacks all papers.", since=at(9)),
    )
    assert problems(sources={"api": DOWN, "rss": WELL}, topics={"A: B": topic(11)}, failures=failures) == []


def test_an_item_that_could_not_be_read_is_missing_whatever_the_route_says() -> None:
    failures = (Failure(stage="fetch", subject="2611.90001", message="no title", since=at(10)),)
    assert problems(sources={"api": WELL}, topics={"A": topic(11)}, failures=failures) == [
        "1 answer of arXiv is missing or incomplete (since 10 Nov 2026); the next run asks again."
    ]


def test_when_a_topic_has_no_whole_answer_the_routes_that_fail_are_named_with_it() -> None:
    fresh = judged(sources={"api": DOWN, "rss": WELL}, topics={"A": topic(11), "B": topic(7, failing=10)})
    assert not fresh.whole
    assert fresh.remarks == ()
    assert [problem.text for problem in fresh.problems] == [
        "arXiv API has not given a usable answer since 9 Nov 2026; the last one came on 8 Nov 2026.",
        "There has been no whole answer for B since 10 Nov 2026; the last whole one is of 7 Nov 2026.",
    ]


def test_a_route_that_gave_a_part_is_not_said_to_have_given_nothing() -> None:
    part = SourceStatus(reached=at(11), complete=at(8), failing_since=at(9))
    assert problems(sources={"api": part}, topics={"A": topic(8, failing=9)})[0] == (
        "arXiv API has not given a whole answer since 9 Nov 2026; part of one came on 11 Nov 2026."
    )


def test_before_any_topic_is_on_record_a_route_that_fails_is_an_alarm() -> None:
    assert problems(sources={"api": SourceStatus(failing_since=at(9))}) == [
        "arXiv API has not given a usable answer since 9 Nov 2026, nor before."
    ]


# Topics without an answer


@pytest.mark.parametrize(
    ("names", "english", "chinese"),
    [
        ("A", "A", "“A”"),
        ("AB", "A, B", "“A”、“B”"),
        ("ABCD", "A, B, C, D", "“A”、“B”、“C”、“D”"),
        ("ABCDE", "A, B, C and 2 more topics", "“A”、“B”、“C”和另外 2 个主题"),
    ],
)
def test_topics_of_one_fate_share_a_sentence(names: str, english: str, chinese: str) -> None:
    topics = {name: topic(8, failing=9) for name in names} | {"well": topic(11)}
    assert problems(topics=topics) == [
        f"There has been no whole answer for {english} since 9 Nov 2026; the last whole one is of 8 Nov 2026."
    ]
    assert problems("zh", topics=topics) == [
        f"自 2026-11-09 起没有取得{chinese}的完整结果，上一次取得完整结果是在 2026-11-08。"
    ]


def test_each_fate_has_its_own_dates() -> None:
    topics = {"A": topic(8, failing=9), "B": topic(7, failing=8), "C": topic(None, failing=10)}
    assert problems(topics=topics) == [
        "There has been no whole answer for A since 9 Nov 2026; the last whole one is of 8 Nov 2026.",
        "There has been no whole answer for B since 8 Nov 2026; the last whole one is of 7 Nov 2026.",
        "There has been no whole answer for C since 10 Nov 2026, nor before.",
    ]


def test_when_all_topics_fail_none_is_listed() -> None:
    topics = {name: topic(8, failing=9) for name in "ABCDEFGHIJKLMNOPQRSTUVWXY"}
    assert problems(topics=topics) == [
        "There has been no whole answer for any topic since 9 Nov 2026; the last whole one is of 8 Nov 2026."
    ]
    assert problems("zh", topics=topics) == [
        "自 2026-11-09 起没有取得任何主题的完整结果，上一次取得完整结果是在 2026-11-08。"
    ]


# The newest mailing


def test_an_empty_answer_that_nobody_confirmed_is_told_at_the_top() -> None:
    facts: dict[str, Any] = {"sources": {"api": WELL}, "topics": {"A": topic(11)}}
    assert (
        "no second route has confirmed that yet" in problems(mailing=Mailing(day=LISTED, agreed=("api",)), **facts)[0]
    )
    assert problems(mailing=Mailing(day=LISTED, agreed=("api", "rss")), **facts) == []
    assert problems(mailing=Mailing(day=LISTED, papers=1, agreed=("api",)), **facts) == []


def test_a_mailing_without_answer_is_not_told_twice() -> None:
    told = problems(sources={"api": DOWN}, topics={"A": topic(8, failing=9)}, mailing=Mailing(day=LISTED))
    assert len(told) == 2
    assert not [text for text in told if "mailing" in text]


# What holds for all of it


def rendered(status: Status, **changes: Any) -> dict[str, bytes]:
    of = digest(entry(), status=status, topics=(Topic(name="A"),), **changes)
    files = Site().render(of) | Feeds().render(of) | Markdown(readme="").render(of)
    return {path: bytes(content) for path, content in files.items()}


def status(hour: int) -> Status:
    """What a run at `hour` of the eleventh leaves behind."""
    return Status(
        sources={"api": SourceStatus(reached=at(11, hour), complete=at(11, hour)), "rss": DOWN},
        topics={"A": TopicStatus(definition="", answered=at(11, hour))},
        mailing=Mailing(day=LISTED, papers=1, agreed=("api",)),
        failures=(Failure(stage="translate", subject="2611.90001 title", message="no", since=at(11, 5)),),
        last_run=msgspec.structs.replace(RUN, started=at(11, hour), finished=at(11, hour)),
    )


def test_a_second_run_on_one_day_changes_no_byte() -> None:
    assert rendered(status(6)) == rendered(status(22))


def test_nobody_has_to_know_what_day_it_is() -> None:
    """Only a sample counts its own day as checked: its runs are invented like its papers."""
    later = LISTED + dt.timedelta(days=30)
    assert rendered(status(6)) == rendered(status(6), today=later)
    fresh = assess(digest(entry(), status=status(6), sample=True, today=later), Words("en", locale("en")))
    assert fresh.checked is not None
    assert fresh.checked.iso == later.isoformat()


def test_the_promise_holds_from_friday_to_monday_with_a_day_to_spare() -> None:
    weekdays = [day for day in (dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(365)) if day.weekday() < 5]
    longest = max(later - day for day, later in itertools.pairwise(weekdays))
    assert longest + dt.timedelta(days=1) == dt.timedelta(days=PROMISE)
