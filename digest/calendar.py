"""arXiv's announcement days: under which day a paper is listed, and whether silence is a holiday or a failure.

Submissions freeze at 14:00 in New York, Monday to Friday; what froze is mailed at 20:00 and listed under the next day:

    frozen   Mon 14:00   Tue 14:00   Wed 14:00   Thu 14:00   Fri 14:00
    mailed   Mon 20:00   Tue 20:00   Wed 20:00   Thu 20:00   Sun 20:00
    listed   Tue         Wed         Thu         Fri         Mon

On a holiday there is no freeze, so its mailing and the listing of the weekday after it are missing, and its submissions
wait for the next freeze. The holiday's own listing stands: it was mailed the evening before.
https://info.arxiv.org/help/availability.html; the same rule in arXiv's code: arXiv/arxiv-base, `arXiv_holidays`.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_EASTERN = ZoneInfo("America/New_York")
_FREEZE, _MAILED = 14, 20  # o'clock
_SATURDAY = 5
_DAY = dt.timedelta(days=1)
_FIRST_PAPER = dt.datetime(1991, 8, 1, tzinfo=dt.UTC)  # a date before it is a fault of the source

_WITHOUT_FREEZE = {
    2017: "03-14 11-13 11-23 12-25 12-27",
    2018: "01-01 03-26 09-03 11-22 12-24 12-25 12-27",
    2019: "01-01 01-21 09-02 11-07 11-28 12-25 12-26 12-30",
    2020: "01-01 01-20 06-09 11-26 12-25 12-29 12-30",
    2021: "01-01 10-20 11-25 12-24 12-28 12-30",
    2022: "01-17 06-20 09-05 11-24 12-27 12-29",
    2023: "01-16 06-14 06-19 07-04 08-17 09-04 11-23 12-25 12-27",
    2024: "01-15 05-22 06-19 07-04 09-02 10-08 11-28 12-25 12-26 12-31",
    2025: "01-01 01-20 06-19 07-04 09-01 11-27 12-25 12-30",
    2026: "01-01 01-19 06-19 07-03 09-07 11-26 12-25 12-29 12-31",
}
"""Weekdays without a freeze: holidays, outages, one strike. From arXiv's own list, which begins earlier, but the freeze
was at 16:00 until the end of 2016. https://github.com/arXiv/arxiv-base/blob/develop/arxiv/db/arxiv_holidays_seed.sql
(read 2026-06) and https://info.arxiv.org/help/availability.html (2026), which names Sunday 2025-07-06 for Friday 07-04.
"""
_HOLIDAYS = frozenset(
    dt.date.fromisoformat(f"{year}-{day}") for year, days in _WITHOUT_FREEZE.items() for day in days.split()
)


def covered_years() -> range:
    """Years whose holidays are known; in others only weekends are taken to be without a mailing."""
    return range(min(_WITHOUT_FREEZE), max(_WITHOUT_FREEZE) + 1)


def warning(day: dt.date) -> str | None:
    """What the reader has to know when `day` lies in a year that isn't covered; None when it is."""
    if day.year in covered_years():
        return None
    return (
        f"arXiv's holidays of {day.year} are not known to this version, "
        "so a holiday's missing mailing looks like a day without papers."
    )


def is_mailing(day: dt.date) -> bool:
    """Whether arXiv lists new papers under `day`: a weekday before which submissions froze."""
    return _is_weekday(day) and _weekday_before(day) not in _HOLIDAYS


def mailed(day: dt.date) -> dt.datetime:
    """When the mailing listed under `day` goes out: 20:00 in New York the evening before, in UTC."""
    return dt.datetime.combine(day - _DAY, dt.time(_MAILED), _EASTERN).astimezone(dt.UTC)


def is_searchable(day: dt.date, now: dt.datetime) -> bool:
    """Whether search and feeds can show the mailing of `day`: from the midnight in New York after it went out."""
    return now >= dt.datetime.combine(day, dt.time(), _EASTERN)


def mailing_of(submitted: dt.datetime) -> dt.date:
    """First listing that a paper submitted then can be in; moderation may hold it longer.

    `submitted` is aware, else `ValueError`. At 14:00:00 sharp the freeze is missed, as in arXiv's code.
    """
    local = _local(submitted)
    frozen = local.date() if local.hour < _FREEZE else local.date() + _DAY
    while not _is_weekday(frozen) or frozen in _HOLIDAYS:
        frozen += _DAY
    return _weekday_after(frozen)


def latest_mailing(now: dt.datetime) -> dt.date:
    """Newest listing whose mailing has gone out at `now` (aware, else `ValueError`)."""
    day = _newest_date(now)
    while not is_mailing(day):
        day -= _DAY
    return day


def next_mailing(now: dt.datetime) -> dt.date:
    """First listing whose mailing has not yet gone out at `now` (aware, else `ValueError`)."""
    day = _newest_date(now) + _DAY
    while not is_mailing(day):
        day += _DAY
    return day


def listing_day(
    *,
    published: dt.datetime | None,
    announced: dt.date | None,
    first_seen: dt.datetime,
    looked_until: dt.datetime | None,
) -> dt.date:
    """Day under which the digest lists a paper that it meets for the first time. Never a day still to come.

    - `announced`, when a source named it, unless that is a weekend or still to come. The source may know of a mailing
      on what our table holds for a holiday.
    - Else the first mailing that the submission (`published`, v1) can be in, unless the digest looked successfully for
      this topic after that mailing could be seen (`looked_until`, the start of that look) and the paper was not there:
      then moderation held it, and it is listed under the newest mailing, where a reader looks for news.
      arXiv's API shows a mailing from the midnight after it went out, so an earlier look says nothing.
    - A paper seen before its mailing (the API can be early), or whose submission date is missing or impossible,
      is listed under the newest mailing that is out.

    `looked_until` is None at a topic's first look and for a backfill. Datetimes are aware, else `ValueError`.
    """
    newest = latest_mailing(first_seen)
    for moment in (published, looked_until):
        if moment is not None:
            _refuse_naive(moment)
    if announced is not None and _is_weekday(announced) and announced <= _newest_date(first_seen):
        return announced
    if published is None or not _FIRST_PAPER <= published <= first_seen:
        return newest
    day = mailing_of(published)
    held = looked_until is not None and is_searchable(day, looked_until)
    return newest if held else min(day, newest)


def _refuse_naive(moment: dt.datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")


def _local(moment: dt.datetime) -> dt.datetime:
    _refuse_naive(moment)
    return moment.astimezone(_EASTERN)


def _newest_date(now: dt.datetime) -> dt.date:
    """Newest date whose mailing, were it a mailing day, has gone out."""
    local = _local(now)
    return local.date() + _DAY if local.hour >= _MAILED else local.date()


def _is_weekday(day: dt.date) -> bool:
    return day.weekday() < _SATURDAY


def _weekday_before(day: dt.date) -> dt.date:
    day -= _DAY
    return day if _is_weekday(day) else _weekday_before(day)


def _weekday_after(day: dt.date) -> dt.date:
    day += _DAY
    return day if _is_weekday(day) else _weekday_after(day)
