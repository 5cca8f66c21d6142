"""Faults of time and place: a run on a day, at an hour or to an address where all is different."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Mapping
from typing import NamedTuple

from digest.model import Entry, Failure
from tests.scenarios.faults import throttled
from tests.scenarios.outcomes import Outcome
from tests.scenarios.runs import Ran
from tests.scenarios.three_days import DENIED, TODAY, Days, alone, before
from tests.standins.arxiv import feed
from tests.standins.http import Fault, Line
from tests.world import ROUTES, Trouble, right

_DAY = dt.timedelta(days=1)
_SLOW = Trouble("503", Fault.status(503, b"<h1>first byte timeout</h1>", retry_after=0), takes=55)
_DOWN = {"rss": DENIED, "oai": DENIED}
TOMORROW, FRIDAY = TODAY + _DAY, TODAY + 2 * _DAY


class Course(NamedTuple):
    """Something that happens, and how to see it."""

    number: int | None
    """In the list; None for what isn't in it."""
    name: str
    what: str
    on: str
    """Route that is looked at."""
    outcome: Outcome
    play: Callable[[Days], Ran]
    """The run in which it happens. Asserts what else has to hold."""


def at(hour: int, minute: int, day: dt.datetime = TODAY) -> dt.datetime:
    """A time of day, UTC."""
    return day.replace(hour=hour, minute=minute)


def elsewhere(make: Callable[[], str], route: str) -> Callable[[Days], Ran]:
    """A route under an address where nothing good is."""

    def play(days: Days) -> Ran:
        path = {"api": "/api/query", "rss": "/rss", "oai": "/oai"}[route]
        ran = days.run(days.copy(), TODAY, before(route), {route: f"{make()}{path}"})
        assert route in {row.subject for row in told(ran)}
        return ran

    return play


def closed() -> str:
    """Nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def plain(days: Days) -> Ran:
    """Something speaks http where https is expected."""
    address = days.world.endpoints["api"].replace("http:", "https:")
    return days.run(days.copy(), TODAY, None, {"api": address}, patience=0.3)


def weekend(days: Days) -> Ran:
    """Friday is fine; on Sunday, only RSS answers, with empty feeds."""
    name = days.copy()
    friday = days.run(name, FRIDAY)
    sunday = days.run(name, FRIDAY + 2 * _DAY, alone("rss"))
    assert sunday.entries == friday.entries
    assert sunday.status.mailing == friday.status.mailing
    assert [row.subject for row in told(sunday)] == ["api"], "an empty feed on a Sunday is no failure"
    return sunday


def not_modified(days: Days) -> Ran:
    """A second run on the same day: RSS has nothing else to say."""
    name = days.copy()
    first = days.run(name, TODAY)
    second = days.run(name, at(15, 30), alone("rss"))
    assert days.world.rss.requests[-1].headers["if-none-match"]
    assert second.entries == first.entries
    return second


def nothing_new(days: Days) -> Ran:
    """Nobody has changed anything in a set for a week: `noRecordsMatch` is true."""
    topics = "\n  Rare: {filters: [cabbage], categories: [cs.OS]}\n"
    few = days.other(topics=topics)
    name = few.copy()
    ran = few.run(name, TODAY, alone("oai"))
    assert list(ran.entries) == ["1906.00001"]
    return ran


def deleted(days: Days) -> Ran:
    """A record is deleted. The paper was there, and stays."""
    name = days.copy()
    victim = next(iter(days.run(days.copy(), TODAY).entries))
    days.world.oai.deleted[victim] = TODAY.date()
    try:
        ran = days.run(name, TODAY, alone("oai"))
    finally:
        days.world.oai.deleted.clear()
    assert victim in ran.entries
    return ran


def unknown_name(days: Days) -> Ran:
    """A paper that RSS told of, and that was held for so long that the search isn't asked for it, is looked up."""

    def missing(line: Line) -> bool:
        return Fault.reply(feed([], "", total=0)).act(line) if line.request.query.get("id_list") else right(line)

    name = days.copy()
    ran = days.run(name, TODAY, {"api": Trouble("unknown", Fault(missing))})
    (row,) = told(ran)
    assert row.message == "arXiv has no paper of this name."
    assert ran.entries[row.subject].updated is None
    later = days.run(name, TOMORROW)
    assert later.entries[row.subject].updated is not None
    return ran


def another_order(days: Days) -> Ran:
    """Papers that are looked up come in an order of arXiv's own."""

    def turned(body: bytes) -> bytes:
        start, *papers = body.removesuffix(b"</feed>\n").split(b"  <entry>")
        return b"  <entry>".join([start, *reversed(papers)]) + b"</feed>\n"

    def act(line: Line) -> bool:
        return Fault.altered(turned).act(line) if line.request.query.get("id_list") else right(line)

    ran = days.run(days.copy(), TODAY, {"api": Trouble("order", Fault(act))})
    assert ran.entries == days.perfect[2].entries
    return ran


def before_midnight(days: Days) -> Ran:
    """04:55 UTC in November: the mailing is out, the search shows it from the midnight on, at 05:00."""
    name = days.copy()
    ran = days.run(name, at(4, 55), _DOWN)
    assert ran.status.mailing is not None
    assert ran.status.mailing.day == TODAY.date()
    assert ran.status.mailing.agreed == (), "nobody can know yet what it brought"
    later = days.run(name, TODAY)
    assert in_order(later, days)
    return ran


def in_the_evening(days: Days) -> Ran:
    """01:30 UTC: the mailing is just out, and no route shows it. None can say that it was empty."""
    name = days.copy()
    ran = days.run(name, at(1, 30))
    assert ran.status.mailing is not None
    assert (ran.status.mailing.day, ran.status.mailing.papers) == (TODAY.date(), 0)
    assert ran.status.mailing.agreed == (), "nobody can know yet what it brought"
    assert in_order(days.run(name, TODAY), days)
    return ran


def over_midnight(days: Days) -> Ran:
    """The run begins before midnight in New York and throttling holds it until after: RSS has turned the page."""
    name = days.copy()
    ran = days.run(name, at(4, 58), {"api": Trouble("429", throttled(), takes=30)})
    assert in_order(days.run(name, at(7, 0)), days)
    return ran


def holiday(days: Days) -> Ran:
    """Thanksgiving: nothing is mailed on 26 November, so there is no mailing of the 27th."""
    name = days.copy()
    for day in range(12, 27):
        thursday = days.run(name, at(6, 17, TODAY.replace(day=day)))
    assert thursday.status.mailing is not None
    assert thursday.status.mailing.day == dt.date(2026, 11, 26)
    friday = days.run(name, at(6, 17, TODAY.replace(day=27)), alone("rss"))
    assert [row.subject for row in told(friday)] == ["api"], "an empty feed on a holiday is no failure"
    assert friday.status.mailing is not None
    assert friday.status.mailing.day == dt.date(2026, 11, 26)
    assert friday.entries == thursday.entries
    return friday


def end_of_summer_time(days: Days) -> Ran:
    """1 November 2026, when 01:30 in New York comes twice; on the 2nd, midnight there is at 05:00 UTC, not at 04:00."""
    summer = days.other(today=dt.datetime(2026, 10, 30, 6, 17, tzinfo=dt.UTC))
    name = summer.copy()
    for hour in (5, 6):
        twice = summer.run(name, dt.datetime(2026, 11, 1, hour, 30, tzinfo=dt.UTC))
        assert not told(twice)
    early = summer.run(name, dt.datetime(2026, 11, 2, 4, 30, tzinfo=dt.UTC), _DOWN)
    assert early.status.mailing is not None
    assert early.status.mailing.day == dt.date(2026, 11, 2)
    assert early.status.mailing.agreed == ()
    ran = summer.run(name, dt.datetime(2026, 11, 2, 5, 30, tzinfo=dt.UTC))
    assert ran.status.mailing is not None
    assert ran.status.mailing.papers > 0
    assert ran.status.mailing.agreed == ("api", "rss")
    return ran


def skewed(hours: int) -> Callable[[Days], Ran]:
    """The clock of the machine is wrong for a day."""

    def play(days: Days) -> Ran:
        name = days.copy()
        ran = days.run(name, TODAY, skew=dt.timedelta(hours=hours))
        tomorrow = days.run(name, TOMORROW)
        perfect = days.perfect[-1].entries
        assert {key: each.version for key, each in perfect.items()} == {
            key: each.version for key, each in tomorrow.entries.items()
        }
        return ran

    return play


def two_slow_deaths(days: Days) -> Ran:
    """Two routes take a minute for each of their refusals. The third must get its turn within the run's budget."""
    ran = days.run(days.copy(), TODAY, {"api": _SLOW, "rss": _SLOW})
    assert took(ran) <= dt.timedelta(minutes=20)
    return ran


def all_slow_deaths(days: Days) -> Ran:
    """All three do."""
    name = days.copy()
    ran = days.run(name, TODAY, dict.fromkeys(("api", "rss", "oai"), _SLOW))
    assert took(ran) <= dt.timedelta(minutes=20)
    assert all(each.excuse for each in days.differences(ran, days.run(name, TOMORROW), ROUTES))
    return ran


def took(ran: Ran) -> dt.timedelta:
    assert ran.run is not None
    return ran.run.report.finished - ran.run.report.started


def told(ran: Ran) -> tuple[Failure, ...]:
    assert ran.run is not None
    return ran.run.report.failures


def in_order(ran: Ran, days: Days) -> bool:
    """Whether a store is today's of a world without faults, but for when each paper was first seen."""

    def facts(entries: Mapping[str, Entry]) -> dict[str, tuple[int, dt.date]]:
        return {key: (each.version, each.listed) for key, each in entries.items()}

    return facts(ran.entries) == facts(days.perfect[2].entries)


COURSES: tuple[Course, ...] = (
    *(
        Course(
            19,
            name,
            what,
            route,
            "next day, said so" if route == "oai" else "other route",
            elsewhere(make, route),
        )
        for name, what, make in (
            ("nobody listens", "connection refused", closed),
            ("no such host", "the name is not known", lambda: "http://export.arxiv.invalid"),
        )
        for route in ROUTES
    ),
    Course(19, "no TLS", "an https address that speaks http", "api", "other route", plain),
    Course(37, "unknown id", "a paper that is looked up is missing", "api", "partial, said so", unknown_name),
    Course(38, "another order", "papers that are looked up come in another order", "api", "harmless", another_order),
    Course(39, "RSS on a weekend", "a feed without papers, dated Sunday", "rss", "harmless", weekend),
    Course(41, "RSS 304", "a second run on one day: `304 Not Modified`", "rss", "harmless", not_modified),
    Course(42, "OAI noRecordsMatch", "a category without papers for a week", "oai", "harmless", nothing_new),
    Course(45, "OAI deleted record", '`status="deleted"`, no metadata', "oai", "harmless", deleted),
    Course(
        47, "before midnight", "a run at 04:55 UTC in November, RSS and OAI down", "api", "harmless", before_midnight
    ),
    Course(
        47, "in the evening", "a run at 20:30 in New York, when the mailing is out", "api", "harmless", in_the_evening
    ),
    Course(
        47, "over midnight", "a run that is held from 23:58 to 00:06 in New York", "api", "other route", over_midnight
    ),
    Course(47, "holiday", "Thanksgiving: no mailing on 27 November 2026", "rss", "harmless", holiday),
    Course(47, "end of summer time", "1 November 2026", "api", "harmless", end_of_summer_time),
    Course(47, "clock a day fast", "the machine's clock is 26 hours fast", "api", "harmless", skewed(26)),
    Course(47, "clock a day slow", "the machine's clock is 26 hours slow", "api", "harmless", skewed(-26)),
    Course(
        None, "two routes die slowly", "503 after a minute, each time, from two", "api", "other route", two_slow_deaths
    ),
    Course(None, "all routes die slowly", "503 after a minute, each time", "api", "next day, said so", all_slow_deaths),
)
