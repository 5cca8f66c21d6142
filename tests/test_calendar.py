from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import calendar

EASTERN = ZoneInfo("America/New_York")
COVERED = calendar.covered_years()
dates = st.dates(dt.date(COVERED[0], 1, 10), dt.date(COVERED[-1], 12, 20))
moments = st.builds(dt.datetime.combine, dates, st.times(), st.just(dt.UTC))
spans = st.timedeltas(dt.timedelta(0), dt.timedelta(days=40))


def et(text: str) -> dt.datetime:
    """`2026-11-20 14:00` in New York, as UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=EASTERN).astimezone(dt.UTC)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("submitted", "listed"),
    [
        # the table of https://info.arxiv.org/help/availability.html: week of Monday 2026-11-16
        ("2026-11-16 14:00", "2026-11-18"),
        ("2026-11-17 13:59", "2026-11-18"),
        ("2026-11-17 14:00", "2026-11-19"),
        ("2026-11-18 13:59", "2026-11-19"),
        ("2026-11-18 14:00", "2026-11-20"),
        ("2026-11-19 13:59", "2026-11-20"),
        ("2026-11-19 14:00", "2026-11-23"),
        ("2026-11-20 13:59", "2026-11-23"),
        ("2026-11-20 14:00", "2026-11-24"),
        ("2026-11-21 12:00", "2026-11-24"),
        ("2026-11-22 23:00", "2026-11-24"),
        ("2026-11-23 13:59", "2026-11-24"),
        # Thanksgiving, Thursday 11-26: Wednesday's freeze is listed on the day itself, Thursday's is missing
        ("2026-11-25 13:59", "2026-11-26"),
        ("2026-11-25 14:00", "2026-11-30"),
        ("2026-11-26 13:59", "2026-11-30"),
        ("2026-11-27 13:59", "2026-11-30"),
        ("2026-11-27 14:00", "2026-12-01"),
        # a Friday (Juneteenth) takes Sunday's mailing and Monday's listing with it
        ("2026-06-18 13:59", "2026-06-19"),
        ("2026-06-18 14:00", "2026-06-23"),
        ("2026-06-22 13:59", "2026-06-23"),
        # a Monday (Labor Day)
        ("2026-09-04 13:59", "2026-09-07"),
        ("2026-09-04 14:00", "2026-09-09"),
        ("2026-09-08 13:59", "2026-09-09"),
        # Christmas to New Year: freezes only on 12-28 and 12-30
        ("2026-12-24 13:59", "2026-12-25"),
        ("2026-12-24 14:00", "2026-12-29"),
        ("2026-12-28 14:00", "2026-12-31"),
        ("2026-12-30 13:59", "2026-12-31"),
        ("2026-12-30 14:00", "2027-01-04"),
        # the clock went back on 2026-11-01 and forward on 2026-03-08, both Sundays
        ("2026-10-30 13:59", "2026-11-02"),
        ("2026-11-02 13:59", "2026-11-03"),
        ("2026-03-06 14:00", "2026-03-10"),
        ("2026-03-09 13:59", "2026-03-10"),
    ],
)
def test_first_mailing_of_a_submission(submitted: str, listed: str) -> None:
    assert calendar.mailing_of(et(submitted)) == day(listed)


@pytest.mark.parametrize(
    ("now", "latest", "following"),
    [
        ("2026-11-20T00:59:59+00:00", "2026-11-19", "2026-11-20"),  # 19:59:59 in New York
        ("2026-11-20T01:00:00+00:00", "2026-11-20", "2026-11-23"),
        ("2026-11-22T12:00:00+00:00", "2026-11-20", "2026-11-23"),  # Sunday
        ("2026-11-23T01:00:00+00:00", "2026-11-23", "2026-11-24"),  # Sunday 20:00
        ("2026-11-26T04:55:00+00:00", "2026-11-26", "2026-11-30"),  # Thanksgiving: nothing on Friday
        ("2026-11-28T12:00:00+00:00", "2026-11-26", "2026-11-30"),
        ("2026-07-06T12:00:00+00:00", "2026-07-03", "2026-07-07"),  # Friday 07-03 was the holiday
        ("2026-07-07T00:00:00+00:00", "2026-07-07", "2026-07-08"),  # summer time: 20:00 is midnight UTC
        ("2026-07-06T23:59:59+00:00", "2026-07-03", "2026-07-07"),
        ("2026-12-30T12:00:00+00:00", "2026-12-29", "2026-12-31"),
    ],
)
def test_newest_mailing_and_the_next(now: str, latest: str, following: str) -> None:
    moment = dt.datetime.fromisoformat(now)
    assert calendar.latest_mailing(moment) == day(latest)
    assert calendar.next_mailing(moment) == day(following)


@pytest.mark.parametrize(
    ("listing", "sent"),
    [
        ("2026-11-18", "2026-11-18T01:00:00+00:00"),
        ("2026-11-23", "2026-11-23T01:00:00+00:00"),
        ("2026-07-07", "2026-07-07T00:00:00+00:00"),
    ],
)
def test_hour_of_a_mailing(listing: str, sent: str) -> None:
    assert calendar.mailed(day(listing)) == dt.datetime.fromisoformat(sent)


def listing(
    published: str | None,
    first_seen: str,
    *,
    looked_until: str | None = None,
    announced: str | None = None,
) -> str:
    return calendar.listing_day(
        published=et(published) if published else None,
        announced=day(announced) if announced else None,
        first_seen=et(first_seen),
        looked_until=et(looked_until) if looked_until else None,
    ).isoformat()


def test_the_ordinary_paper_is_listed_in_the_first_mailing_that_it_can_be_in() -> None:
    assert listing("2026-11-17 10:00", "2026-11-18 02:00", looked_until="2026-11-17 02:00") == "2026-11-18"


def test_a_first_look_spreads_a_week_over_its_mailings() -> None:
    seen = "2026-11-20 02:00"
    found = [listing(f"2026-11-{submitted} 10:00", seen) for submitted in (13, 16, 17, 18, 19)]
    assert found == ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]


def test_a_paper_that_moderation_held_is_news_on_the_day_it_appears() -> None:
    assert listing("2026-11-12 10:00", "2026-11-18 02:00", looked_until="2026-11-17 02:00") == "2026-11-18"


def test_an_outage_of_ours_is_not_moderation() -> None:
    assert listing("2026-11-17 10:00", "2026-11-20 02:00", looked_until="2026-11-17 02:00") == "2026-11-18"


def test_a_look_between_the_mailing_and_midnight_says_nothing() -> None:
    late = {"first_seen": "2026-11-19 02:00", "published": "2026-11-17 10:00"}
    assert listing(**late, looked_until="2026-11-17 23:59") == "2026-11-18"
    assert listing(**late, looked_until="2026-11-18 00:00") == "2026-11-19"


def test_a_paper_seen_before_its_mailing_is_listed_under_the_newest_one_that_is_out() -> None:
    assert listing("2026-11-17 10:00", "2026-11-17 19:59", looked_until="2026-11-17 02:00") == "2026-11-17"
    assert listing("2026-11-19 15:00", "2026-11-21 09:00") == "2026-11-20"  # Saturday; its own is Monday


def test_what_a_source_announced_wins() -> None:
    assert listing("2026-11-12 10:00", "2026-11-18 02:00", announced="2026-11-17") == "2026-11-17"
    # the source knows of a mailing that our table of holidays denies
    assert listing("2026-11-26 10:00", "2026-11-27 02:00", announced="2026-11-27") == "2026-11-27"


@pytest.mark.parametrize("announced", ["2026-11-19", "2030-01-01", "2026-11-15"])
def test_an_announcement_still_to_come_or_at_a_weekend_is_not_believed(announced: str) -> None:
    assert listing("2026-11-17 10:00", "2026-11-18 02:00", announced=announced) == "2026-11-18"


@pytest.mark.parametrize(
    "published",
    [None, dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, tzinfo=dt.UTC)],
)
def test_a_missing_or_impossible_date_means_the_newest_mailing(published: dt.datetime | None) -> None:
    seen = et("2026-11-18 02:00")
    found = calendar.listing_day(published=published, announced=None, first_seen=seen, looked_until=None)
    assert found == day("2026-11-18")


def test_a_time_without_zone_is_a_mistake() -> None:
    naive = dt.datetime.fromisoformat("2026-11-18T02:00:00")
    with pytest.raises(ValueError, match="no time zone"):
        calendar.mailing_of(naive)
    with pytest.raises(ValueError, match="no time zone"):
        calendar.listing_day(published=naive, announced=None, first_seen=et("2026-11-18 02:00"), looked_until=None)


def test_known_years_and_what_is_said_of_others() -> None:
    assert list(COVERED) == list(range(2017, 2027))
    assert calendar.warning(day("2026-12-31")) is None
    said = calendar.warning(day("2027-01-01"))
    assert said is not None
    assert "2027" in said
    assert calendar.is_mailing(day("2027-12-24"))  # weekends only


def test_every_day_without_freeze_is_a_weekday_of_its_year() -> None:
    assert len(calendar._HOLIDAYS) == sum(len(days.split()) for days in calendar._WITHOUT_FREEZE.values())
    assert all(holiday.weekday() < 5 for holiday in calendar._HOLIDAYS)


@given(dates)
def test_no_listing_at_a_weekend_nor_after_a_day_without_freeze(listed: dt.date) -> None:
    before = listed - dt.timedelta(days=3 if listed.weekday() == 0 else 1)
    assert calendar.is_mailing(listed) == (listed.weekday() < 5 and before not in calendar._HOLIDAYS)


@given(moments)
def test_a_paper_is_mailed_after_its_freeze_and_soon(submitted: dt.datetime) -> None:
    listed = calendar.mailing_of(submitted)
    assert calendar.is_mailing(listed)
    assert listed > submitted.astimezone(EASTERN).date()
    waited = calendar.mailed(listed) - submitted
    assert dt.timedelta(hours=5, minutes=59) < waited < dt.timedelta(days=7)


@given(moments, spans)
def test_time_runs_forward(moment: dt.datetime, later: dt.timedelta) -> None:
    assert calendar.mailing_of(moment) <= calendar.mailing_of(moment + later)
    assert calendar.latest_mailing(moment) <= calendar.latest_mailing(moment + later)
    assert calendar.next_mailing(moment) <= calendar.next_mailing(moment + later)


@given(moments)
def test_latest_and_next_are_neighbours(now: dt.datetime) -> None:
    latest, following = calendar.latest_mailing(now), calendar.next_mailing(now)
    assert calendar.mailed(latest) <= now < calendar.mailed(following)
    between = (latest + dt.timedelta(days=step) for step in range(1, (following - latest).days))
    assert not any(calendar.is_mailing(each) for each in between)


@given(dates)
def test_a_mailing_is_the_latest_from_its_first_second(listed: dt.date) -> None:
    if calendar.is_mailing(listed):
        sent = calendar.mailed(listed)
        assert calendar.latest_mailing(sent) == listed
        assert calendar.next_mailing(sent - dt.timedelta(seconds=1)) == listed


@given(dates)
def test_every_mailing_has_its_submissions(listed: dt.date) -> None:
    """Whatever froze last before a mailing is listed in it, so no mailing is skipped and none is made up."""
    if calendar.is_mailing(listed):
        freeze = listed - dt.timedelta(days=3 if listed.weekday() == 0 else 1)
        last = dt.datetime.combine(freeze, dt.time(13, 59, 59), EASTERN)
        assert calendar.mailing_of(last) == listed
        assert calendar.mailing_of(last + dt.timedelta(seconds=1)) > listed


@given(moments, spans, st.none() | spans)
def test_a_listing_day_is_a_mailing_that_is_out(
    published: dt.datetime, wait: dt.timedelta, ago: dt.timedelta | None
) -> None:
    seen = published + wait
    looked = None if ago is None else seen - ago
    found = calendar.listing_day(published=published, announced=None, first_seen=seen, looked_until=looked)
    assert calendar.is_mailing(found)
    assert found <= calendar.latest_mailing(seen)
    assert found in {calendar.mailing_of(published), calendar.latest_mailing(seen)}
    # decided once: looking again at the same facts, or taking the answer for an announcement, changes nothing
    again = calendar.listing_day(published=published, announced=found, first_seen=seen, looked_until=looked)
    assert again == found


@given(moments, spans, spans)
def test_a_paper_met_later_is_never_listed_earlier(
    published: dt.datetime, wait: dt.timedelta, more: dt.timedelta
) -> None:
    first, second = (
        calendar.listing_day(published=published, announced=None, first_seen=seen, looked_until=None)
        for seen in (published + wait, published + wait + more)
    )
    assert first <= second
