"""The RSS route: what it reads, what it calls whole, and every way in which a feed can mislead it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import calendar
from digest.config.categories import CATEGORIES
from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.model import Author, Feed, Paper, Topic
from digest.ports import Findings, Question, Source
from digest.sources.arxiv_rss import ENDPOINT, ArxivRss
from digest.sources.rss_feed import read_feed
from digest.web import Web
from tests.factories import paper
from tests.standins import http
from tests.standins.http import Clock, Fault, Reply, Server
from tests.standins.rss import EASTERN, Listed, RssStandin, error_feed, listed_on, mailing_before, rss

FOLDER = Path(__file__).parents[2] / "../shared/data/recorded/rss"
needs_recordings = pytest.mark.skipif(not FOLDER.exists(), reason="needs ../shared/data, which a clone does not have")

GROUPS = {"Six": ("cs.AI", "cs.CL", "cs.CR", "cs.CV", "cs.DB"), "One": ("math.NA",)}
"""Topics whose categories take two requests."""
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
"""One in the morning in New York, on a Wednesday with a mailing."""
TODAY = dt.date(2026, 11, 11)
TOPIC = Topic(name="Avatar", filters=("talking head",), categories=("cs.CV", "cs.GR"))
HTML = b"<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>"


def announced(day: dt.date, number: int = 0, **changes: object) -> Paper:
    """A paper of the mailing of `day`; its number is in the order of announcement."""
    submitted = dt.datetime.combine(mailing_before(day), dt.time(9), EASTERN).astimezone(dt.UTC)
    assert calendar.mailing_of(submitted) == day
    facts = {"published": submitted, "updated": submitted} | changes
    return paper(f"{day:%y%m}.{90000 + 100 * day.day + number}", **facts)


def question(*topics: Topic, now: dt.datetime = NOW, since: dt.datetime | None = NOW - DAY) -> Question:
    return Question(topics=topics, since={topic.name: since for topic in topics}, limit=100, now=now)


def ids(findings: Findings) -> list[str]:
    return sorted(f"{each.arxiv_id}v{each.version}" for each in findings.papers)


@pytest.fixture
def standin() -> Iterator[RssStandin]:
    week = [mailing_before(TODAY), TODAY]
    with RssStandin([announced(day, number) for day in week for number in range(3)]) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def web(clock: Clock) -> Iterator[Web]:
    with Web("arxiv-digest/0.1.0 (+https://example.org)", clock, deadline=20) as running:
        yield running


@pytest.fixture
def route(web: Web, standin: RssStandin) -> ArxivRss:
    return ArxivRss(web, endpoint=standin.url, known=CATEGORIES)


# What it is and asks


def test_it_is_a_source_that_goes_by_announcement(route: ArxivRss) -> None:
    source: Source = route
    assert (source.name, source.by_announcement) == ("rss", True)
    assert ENDPOINT == "https://rss.arxiv.org/rss"


def test_the_categories_of_all_topics_are_asked_for_together_and_politely(
    route: ArxivRss, standin: RssStandin, clock: Clock
) -> None:
    many = Topic(name="Many", filters=("x",), categories=("cs.CL", "math.NA", "hep-th", "cs.CV", "cs.SD"))
    findings = route.ask(question(TOPIC, many))
    assert [each.path for each in standin.requests] == ["/rss/cs.CL+cs.CV+cs.GR+cs.SD+hep-th", "/rss/math.NA"]
    assert standin.requests[0].headers["user-agent"] == "arxiv-digest/0.1.0 (+https://example.org)"
    assert clock.slept == [pytest.approx(3.0)]
    assert route.requests == 2
    # math.NA had nothing: this can't be told from an empty answer
    assert findings.complete == {"Avatar"}


def test_a_whole_archive_is_one_feed_and_holds_its_categories(route: ArxivRss, standin: RssStandin) -> None:
    archive = Topic(name="All", filters=("x",), categories=("cs.*",))
    findings = route.ask(question(TOPIC, archive))
    assert [each.path for each in standin.requests] == ["/rss/cs"]
    assert findings.complete == {"Avatar", "All"}


@pytest.mark.parametrize("categories", [(), ("*",), ("cs.CV", "*.CV")])
def test_a_topic_that_no_feed_holds_is_never_complete(
    route: ArxivRss, standin: RssStandin, categories: tuple[str, ...]
) -> None:
    findings = route.ask(question(msgspec.structs.replace(TOPIC, categories=categories)))
    assert findings == Findings()
    assert standin.requests == []


# What it reads


def test_every_field_arrives_verbatim_but_for_line_breaks(route: ArxivRss, standin: RssStandin) -> None:
    said = announced(
        TODAY,
        title="A talking head\n  for $a_b$ | `x` <script>alert(1)</script> &amp; Poincar\\'e",
        abstract=" One\ntwo \u202eeerht\u202c. ",
        authors=(Author(name="Jürgen Schmidhuber", affiliations=("IDSIA, Lugano",)), Author(name="語 Zhang, Jr.")),
        primary_category="math.AG",
        categories=("math.AG", "cs.GR"),
        doi="10.1000/xyz",
        journal_ref="J. Test\n1 (2026)",
        license="http://creativecommons.org/licenses/by/4.0/",
        comment="lost on the way",
    )
    standin.papers[:] = [said]
    [read] = route.ask(question(TOPIC)).papers
    assert read == msgspec.structs.replace(
        said,
        title="A talking head for $a_b$ | `x` <script>alert(1)</script> &amp; Poincar\\'e",
        abstract="One two \u202eeerht\u202c.",
        journal_ref="J. Test 1 (2026)",
        published=None,
        updated=None,
        comment=None,
    )


def test_how_a_paper_is_announced_is_told_and_only_a_new_one_is_of_that_day(
    route: ArxivRss, standin: RssStandin
) -> None:
    old, older = dt.date(2026, 9, 10), dt.date(2026, 9, 11)
    revised = announced(TODAY).updated
    standin.papers[:] = [
        announced(TODAY, 1),
        announced(TODAY, 2, primary_category="cs.LG", categories=("cs.LG", "cs.CV")),
        announced(old, 3),
        announced(old, 3, version=2, updated=revised),
        announced(old, 4),
        announced(old, 4, version=3, updated=revised, primary_category="cs.LG", categories=("cs.LG", "cs.CV")),
        announced(old, 5, version=6, updated=revised),
        announced(older, 6),
    ]
    standin.crossed["2609.91106"] = TODAY
    findings = route.ask(question(TOPIC))
    assert route.kinds == {
        "2611.91101": "new",
        "2611.91102": "cross",
        "2609.91003": "replace",
        "2609.91004": "replace-cross",
        "2609.91106": "cross",
    }
    assert {each.arxiv_id: each.announced for each in findings.papers if each.announced} == {"2611.91101": TODAY}
    assert {each.arxiv_id: each.version for each in findings.papers}["2609.91004"] == 3
    assert findings.announced == TODAY


def test_old_identifiers_keep_their_slash(route: ArxivRss, standin: RssStandin) -> None:
    old = paper("math/0309136", version=2, published=announced(dt.date(2026, 9, 10)).published, categories=("cs.CV",))
    standin.papers[:] = [msgspec.structs.replace(old, updated=announced(TODAY).updated)]
    assert ids(route.ask(question(TOPIC))) == ["math/0309136v2"]


def test_a_paper_of_two_feeds_comes_once_as_it_was_announced_best(route: ArxivRss, standin: RssStandin) -> None:
    both = announced(TODAY, primary_category="math.NA", categories=("math.NA", "cs.CV"))
    standin.papers[:] = [both]
    many = Topic(name="Many", filters=("x",), categories=("cs.AI", "cs.CL", "cs.CV", "cs.LG", "cs.SD", "math.NA"))
    findings = route.ask(question(many))
    assert len(standin.requests) == 2
    assert (ids(findings), route.kinds, findings.papers[0].announced) == (
        ["2611.91100v1"],
        {"2611.91100": "new"},
        TODAY,
    )


def test_an_item_that_cannot_be_read_is_named_and_the_rest_is_good(route: ArxivRss, standin: RssStandin) -> None:
    changes = [
        (b"oai:arXiv.org:2611.91100v1", b"oai:arXiv.org:2611.91100"),
        (b"<title>Talking Heads from One Photograph</title>\n      <link>https://arxiv.org/abs/2611.91101", b"<link>x"),
        (b"Abstract: We drive", b"Abstract: \x0bWe drive"),
        (b"oai:arXiv.org:2611.91104v1", b""),
    ]

    def spoil(body: bytes) -> bytes:
        for old, new in changes:
            assert old in body
            body = body.replace(old, new, 3 if b"Abstract" in old else 1)
        return body

    standin.papers.append(announced(TODAY, 3, abstract=" "))
    standin.papers.append(announced(TODAY, 4, abstract="fine"))
    standin.papers.append(announced(TODAY, 5, abstract="x" * 1_000_001))
    standin.faults = [Fault.altered(spoil)]
    findings = route.ask(question(TOPIC))
    assert ids(findings) == ["2611.91102v1"]
    assert findings.complete == {"Avatar"}
    assert {(each.subject, each.message) for each in findings.skipped} == {
        ("2611.91100", "characters that XML forbids were removed"),
        ("2611.91100", "left out: no version in its id"),
        ("2611.91101", "characters that XML forbids were removed"),
        ("2611.91101", "left out: no title"),
        ("2611.91102", "characters that XML forbids were removed"),
        ("2611.91103", "left out: no abstract"),
        ("an item without id", "left out: not an arXiv identifier: ''"),
        ("2611.91105", "left out: a field of more than 1,000,000 characters"),
    }


def test_how_a_paper_is_announced_is_found_in_its_description_too(route: ArxivRss, standin: RssStandin) -> None:
    standin.faults = [Fault.altered(lambda body: body.replace(b"announce_type", b"other"))]
    findings = route.ask(question(TOPIC))
    assert set(route.kinds.values()) == {"new"}
    assert {each.announced for each in findings.papers} == {TODAY}


@pytest.mark.parametrize("order", [["cs.CV", "math.NA"], ["math.NA", "cs.CV"]])
def test_of_two_ways_of_being_announced_the_better_one_counts(web: Web, order: list[str]) -> None:
    revised = announced(dt.date(2026, 9, 10), version=2, updated=announced(TODAY).updated)
    papers = [msgspec.structs.replace(revised, primary_category=order[0], categories=tuple(order))]
    topics = [Topic(name=name, filters=("x",), categories=names) for name, names in GROUPS.items()]
    with RssStandin(papers) as standin:
        route = ArxivRss(web, endpoint=standin.url)
        route.ask(question(*topics))
        assert len(standin.requests) == 2
    assert route.kinds == {"2609.91000": "replace"}


def test_an_item_without_a_readable_date_says_nothing_of_its_day(route: ArxivRss, standin: RssStandin) -> None:
    date = b"<pubDate>Wed, 11 Nov 2026 00:00:00 -0500</pubDate>\n      <arxiv"
    standin.faults = [Fault.altered(lambda body: body.replace(date, b"<pubDate>today</pubDate>\n      <arxiv"))]
    findings = route.ask(question(TOPIC))
    assert [each.announced for each in findings.papers] == [None] * 3
    assert findings.complete == {"Avatar"}


# When it is whole


@pytest.mark.parametrize(
    ("answered", "now", "whole"),
    [
        ("2026-11-10T06:00Z", "2026-11-11T06:00Z", True),  # Tuesday's run, Wednesday's
        ("2026-11-10T05:00Z", "2026-11-11T06:00Z", True),  # midnight in New York, when Tuesday's mailing shows
        ("2026-11-10T04:59Z", "2026-11-11T06:00Z", False),  # a minute before: it wasn't to be seen yet
        ("2026-11-09T06:00Z", "2026-11-11T06:00Z", False),  # Tuesday was missed
        ("2026-11-11T05:30Z", "2026-11-11T06:00Z", True),  # a second run
        ("2026-11-10T06:00Z", "2026-11-12T00:59Z", True),  # just before Thursday's mailing goes out
        ("2026-11-10T06:00Z", "2026-11-12T01:00Z", False),  # it is out, and the feed is still Wednesday's
        ("2026-11-05T06:00Z", "2026-11-06T06:00Z", True),  # Thursday, Friday
        ("2026-11-06T06:00Z", "2026-11-09T06:00Z", True),  # Friday, Monday
        ("2026-11-06T06:00Z", "2026-11-07T06:00Z", True),  # Friday, Saturday: nothing to miss
        ("2026-11-05T06:00Z", "2026-11-07T06:00Z", False),  # Saturday's feed doesn't hold Friday's mailing
        ("2026-11-26T06:00Z", "2026-11-27T06:00Z", True),  # the day after Thanksgiving has no mailing
        ("2026-11-26T06:00Z", "2026-11-30T06:00Z", True),
        ("2026-11-25T06:00Z", "2026-11-27T06:00Z", False),
    ],
)
@pytest.mark.parametrize("window", ["answered", "since"])
def test_it_is_whole_when_its_mailing_is_the_only_one_missed(
    web: Web, answered: str, now: str, *, whole: bool, window: str
) -> None:
    look, then = dt.datetime.fromisoformat(answered), dt.datetime.fromisoformat(now)
    days = [dt.date(2026, 11, 1) + number * DAY for number in range(30)]
    papers = [announced(day) for day in days if calendar.is_mailing(day)]
    with RssStandin(papers, now=then) as standin:
        if window == "since":
            route = ArxivRss(web, endpoint=standin.url)
            findings = route.ask(question(TOPIC, now=then, since=look))
        else:
            route = ArxivRss(web, endpoint=standin.url, answered={"Avatar": look})
            findings = route.ask(question(TOPIC, now=then, since=look - 7 * DAY))
    assert findings.complete == ({"Avatar"} if whole else set())
    assert findings.skipped == ()
    assert findings.announced == standin.today


def test_a_topic_that_was_never_asked_gets_what_there_is_and_is_not_whole(web: Web, standin: RssStandin) -> None:
    for answered in ({}, {"Avatar": None}, {"Avatar": NOW}):
        route = ArxivRss(web, endpoint=standin.url, answered=answered)
        findings = route.ask(question(TOPIC, since=None))
        assert (findings.complete, len(findings.papers)) == (frozenset(), 3)


MAILINGS = [day for number in range(60) if calendar.is_mailing(day := dt.date(2026, 11, 1) + number * DAY)]
HOURS = st.integers(0, 24 * 50).map(lambda hours: dt.datetime(2026, 11, 3, tzinfo=dt.UTC) + dt.timedelta(hours=hours))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(HOURS, st.integers(0, 120))
def test_what_it_calls_whole_lacks_nothing_that_was_mailed_since(web: Web, answered: dt.datetime, hours: int) -> None:
    now = answered + dt.timedelta(hours=hours)
    papers = [announced(day) for day in MAILINGS]
    with RssStandin(papers, now=now) as standin:
        route = ArxivRss(web, endpoint=standin.url, answered={"Avatar": answered})
        findings = route.ask(question(TOPIC, now=now))
    # a look sees a mailing from the midnight after it went out
    due = {
        each.arxiv_id
        for each, day in zip(papers, MAILINGS, strict=True)
        if answered < dt.datetime.combine(day, dt.time(), EASTERN) and calendar.mailed(day) <= now
    }
    if findings.complete:
        assert due <= {each.arxiv_id for each in findings.papers}
    elif not findings.skipped:
        assert due - {each.arxiv_id for each in findings.papers}


# What it remembers


def test_an_unchanged_feed_is_not_sent_again(web: Web, standin: RssStandin) -> None:
    first = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC))
    [(url, memory)] = first.feeds.items()
    assert url == f"{standin.url}/cs.CV+cs.GR"
    assert memory.batch == ("2026-11-11", "2611.91100v1", "2611.91101v1", "2611.91102v1")
    again = ArxivRss(web, endpoint=standin.url, feeds=first.feeds, answered={"Avatar": NOW})
    findings = again.ask(question(TOPIC))
    assert standin.requests[-1].headers["if-none-match"] == memory.etag
    assert again.requests == 1
    assert findings == Findings(complete=frozenset({"Avatar"}), announced=TODAY)


def test_what_is_remembered_survives_storage(web: Web, standin: RssStandin) -> None:
    feeds = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC)).feeds
    stored = msgspec.json.decode(msgspec.json.encode(feeds), type=dict[str, Feed])
    route = ArxivRss(web, endpoint=standin.url, feeds=stored, answered={"Avatar": NOW})
    assert route.ask(question(TOPIC)).complete == {"Avatar"}
    assert "if-none-match" in standin.requests[-1].headers


def test_a_changed_feed_is_sent_whole_in_spite_of_what_is_remembered(web: Web, standin: RssStandin) -> None:
    feeds = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC)).feeds
    standin.papers.append(announced(TODAY, 9))
    findings = ArxivRss(web, endpoint=standin.url, feeds=feeds, answered={"Avatar": NOW}).ask(question(TOPIC))
    assert len(findings.papers) == 4
    assert findings.feeds != feeds


def test_who_missed_the_mailing_gets_it_even_if_another_topic_had_it(web: Web, standin: RssStandin) -> None:
    feeds = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC)).feeds
    late = msgspec.structs.replace(TOPIC, name="Late")
    for answered, since in (({"Avatar": NOW}, NOW - DAY), ({"Avatar": NOW, "Late": NOW}, None)):
        route = ArxivRss(web, endpoint=standin.url, feeds=feeds, answered=answered)
        asked = msgspec.structs.replace(question(TOPIC, late), since={"Avatar": NOW - DAY, "Late": since})
        findings = route.ask(asked)
        assert "if-none-match" not in standin.requests[-1].headers
        assert len(findings.papers) == 3


def test_who_has_missed_a_mailing_in_one_feed_gets_all_its_feeds(web: Web, standin: RssStandin) -> None:
    standin.papers.append(announced(TODAY, 9, primary_category="math.NA", categories=("math.NA",)))
    both = Topic(name="Both", filters=("x",), categories=(*GROUPS["Six"], *GROUPS["One"]))
    feeds = ArxivRss(web, endpoint=standin.url).ask(question(both)).feeds
    assert len(feeds) == 2
    for answered, sent in ((NOW, True), (NOW - DAY, False)):
        findings = ArxivRss(web, endpoint=standin.url, feeds=feeds, answered={"Both": answered}).ask(question(both))
        assert ["if-none-match" in each.headers for each in standin.requests[-2:]] == [sent, sent]
        assert len(findings.papers) == (0 if sent else 4)
        assert findings.complete == {"Both"}


def test_a_feed_that_has_not_changed_since_an_earlier_mailing_is_late(web: Web, standin: RssStandin) -> None:
    feeds = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC)).feeds
    next_day = NOW + DAY
    route = ArxivRss(web, endpoint=standin.url, feeds=feeds, answered={"Avatar": next_day})
    findings = route.ask(question(TOPIC, now=next_day))  # the stand-in's clock stands still
    assert findings.complete == frozenset()
    [row] = findings.skipped
    assert row.message == "The feed is still that of 2026-11-11; the newest mailing is of 2026-11-12."


@pytest.mark.parametrize("etag", [None, "", "é", "a\tb", "x" * 201])
def test_a_mark_that_cannot_be_sent_back_is_not_kept(web: Web, etag: str | None) -> None:
    right = rss([Listed(announced(TODAY), "new")], ["cs.CV"], dated=TODAY)
    with Server(lambda request: right._replace(headers={"etag": etag} if etag else {})) as server:
        feeds = ArxivRss(web, endpoint=server.origin).ask(question(TOPIC)).feeds
        assert [each.etag for each in feeds.values()] == [None]
        ArxivRss(web, endpoint=server.origin, feeds=feeds, answered={"Avatar": NOW}).ask(question(TOPIC))
        assert "if-none-match" not in server.requests[-1].headers


def test_not_modified_without_having_asked_is_no_answer(route: ArxivRss, standin: RssStandin) -> None:
    standin.faults = [Fault.status(304)] * 9
    with pytest.raises(Malformed, match="Not modified"):
        route.ask(question(TOPIC))


@pytest.mark.parametrize("batch", [(), ("nonsense",), ("2026-13-01", "x"), ("2026-11-10",)])
def test_a_memory_that_tells_nothing_is_none(web: Web, standin: RssStandin, batch: tuple[str, ...]) -> None:
    feeds = {f"{standin.url}/cs.CV+cs.GR": Feed(etag="x", batch=batch)}
    findings = ArxivRss(web, endpoint=standin.url, feeds=feeds).ask(question(TOPIC))
    assert findings.complete == {"Avatar"}
    assert "if-none-match" not in standin.requests[-1].headers


# What speaks against a feed


def one_row(findings: Findings) -> str:
    assert findings.complete == frozenset()
    [row] = findings.skipped
    assert (row.stage, row.subject.split(": ")[0]) == ("fetch", "rss")
    return row.message


def test_yesterdays_mailing_under_todays_date_is_recognised(web: Web, standin: RssStandin) -> None:
    yesterday = NOW - DAY
    standin.now = yesterday
    feeds = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC, now=yesterday, since=yesterday - DAY)).feeds
    standin.now = NOW
    standin.stale = {"cs.CV+cs.GR"}
    findings = ArxivRss(web, endpoint=standin.url, feeds=feeds).ask(question(TOPIC))
    assert one_row(findings) == "The feed is dated 2026-11-11, and announces again what was announced on 2026-11-10."
    # they are real papers, but not of today
    assert ids(findings) == ["2611.91000v1", "2611.91001v1", "2611.91002v1"]
    assert {each.announced for each in findings.papers} == {None}
    assert (findings.announced, findings.feeds) == (None, {})


def test_a_mailing_that_shares_cross_lists_with_the_one_before_is_another_one(web: Web, standin: RssStandin) -> None:
    yesterday = NOW - DAY
    standin.now = yesterday
    feeds = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC, now=yesterday)).feeds
    standin.now = NOW
    standin.papers[:] = [each for each in standin.papers if each.arxiv_id.startswith("2611.910")]
    standin.crossed |= dict.fromkeys(("2611.91000", "2611.91001", "2611.91002"), TODAY)
    findings = ArxivRss(web, endpoint=standin.url, feeds=feeds).ask(question(TOPIC))
    assert findings.complete == {"Avatar"}
    assert len(findings.papers) == 3


def test_the_same_mailing_on_the_same_day_is_not_stale(web: Web, standin: RssStandin) -> None:
    feeds = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC)).feeds
    findings = ArxivRss(web, endpoint=standin.url, feeds=feeds).ask(question(TOPIC))
    assert findings.complete == {"Avatar"}
    assert len(findings.papers) == 3


def test_a_feed_whose_papers_are_all_older_than_those_of_others_is_stale(web: Web) -> None:
    papers = [
        announced(day, number, primary_category=category, categories=(category,))
        for day in (mailing_before(TODAY), TODAY)
        for number, category in enumerate(("cs.CV", "math.NA") * 8)
    ]
    topics = [Topic(name=name, filters=("x",), categories=names) for name, names in GROUPS.items()]
    with RssStandin(papers) as standin:
        standin.stale = {"math.NA"}
        findings = ArxivRss(web, endpoint=standin.url).ask(question(*topics))
        assert findings.complete == {"Six"}
        assert [each.subject for each in findings.skipped] == ["rss: math.NA"]
        assert "older than those of other feeds" in findings.skipped[0].message
        assert findings.announced == TODAY
        assert {each.announced for each in findings.papers if each.categories == ("math.NA",)} == {None}
        standin.stale = set()
        assert ArxivRss(web, endpoint=standin.url).ask(question(*topics)).complete == {"Six", "One"}


MISLEADING: list[tuple[str, Callable[[RssStandin], Fault], dt.datetime, str]] = [
    (
        "late",
        lambda standin: standin.instead(of=dt.date(2026, 11, 10), dated=dt.date(2026, 11, 10)),
        NOW,
        "The feed is still that of 2026-11-10; the newest mailing is of 2026-11-11.",
    ),
    (
        "ahead of time",
        lambda standin: standin.instead(dated=dt.date(2026, 11, 12)),
        NOW,
        "The feed is dated 2026-11-12, which is still to come.",
    ),
    (
        "empty on a mailing day",
        lambda standin: standin.instead(of=dt.date(2026, 11, 8)),
        NOW,
        "The feed is empty, though 2026-11-11 has a mailing.",
    ),
    (
        "Friday's papers on a Saturday",
        lambda standin: standin.instead(of=dt.date(2026, 11, 10)),
        dt.datetime(2026, 11, 14, 8, tzinfo=dt.UTC),
        "The feed is dated 2026-11-14, a weekend, on which arXiv announces nothing.",
    ),
    (
        "of two days",
        lambda standin: Fault.altered(
            lambda body: body.replace(b"<pubDate>Wed, 11 Nov", b"<pubDate>Tue, 10 Nov").replace(
                b"Tue, 10", b"Wed, 11", 1
            )
        ),
        NOW,
        "The feed is dated 2026-11-11, and holds papers of 2026-11-10.",
    ),
]


@pytest.mark.parametrize(("fault", "now", "message"), [each[1:] for each in MISLEADING], ids=[x[0] for x in MISLEADING])
def test_a_feed_that_cannot_be_right_is_not_relied_on(
    route: ArxivRss, standin: RssStandin, fault: Callable[[RssStandin], Fault], now: dt.datetime, message: str
) -> None:
    standin.now = now
    standin.faults = [fault(standin)]
    findings = route.ask(question(TOPIC, now=now, since=now - DAY))
    assert one_row(findings) == message
    assert (findings.announced, findings.feeds) == (None, {})
    # of a late feed the date is right, of the others it isn't
    right = dt.date(2026, 11, 10) if "still that of" in message else None
    assert {each.announced for each in findings.papers} <= {right}


@pytest.mark.parametrize(("month", "day"), [(11, 14), (11, 15), (11, 27)])
def test_a_day_without_mailing_is_empty_and_whole(web: Web, month: int, day: int) -> None:
    now = dt.datetime(2026, month, day, 8, tzinfo=dt.UTC)
    with RssStandin([announced(each) for each in MAILINGS], now=now) as standin:
        findings = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC, now=now, since=now - dt.timedelta(hours=20)))
    assert findings == Findings(complete=frozenset({"Avatar"}), announced=now.date())


# Too much, or refused


def crowd(count: int, category: str, first: int) -> list[Paper]:
    moment = announced(TODAY).published
    return [
        paper(f"2611.{first + number:05}", published=moment, updated=moment, abstract="x", categories=(category,))
        for number in range(count)
    ]


def test_a_full_feed_is_asked_for_in_halves_until_it_fits(web: Web) -> None:
    with RssStandin([*crowd(1200, "cs.CV", 90000), *crowd(1200, "cs.GR", 95000)]) as standin:
        findings = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC))
        assert [each.path for each in standin.requests] == ["/rss/cs.CV+cs.GR", "/rss/cs.CV", "/rss/cs.GR"]
    assert findings.complete == {"Avatar"}
    assert len(findings.papers) == 2400


def test_a_full_archive_is_asked_for_by_its_categories(web: Web) -> None:
    archive = Topic(name="All", filters=("x",), categories=("stat.*",))
    known = ("stat.AP", "stat.ME", "stat.ML")
    papers = [*crowd(900, "stat.AP", 90000), *crowd(900, "stat.ME", 92000), *crowd(900, "stat.ML", 94000)]
    with RssStandin(papers) as standin:
        findings = ArxivRss(web, endpoint=standin.url, known=known).ask(question(archive))
        assert [each.path for each in standin.requests] == ["/rss/stat", "/rss/stat.AP+stat.ME", "/rss/stat.ML"]
        assert findings.complete == {"All"}
        assert len(findings.papers) == 2700
        standin.faults = [standin.instead(), standin.instead(), *[Fault.body(HTML)] * 3]
        findings = ArxivRss(web, endpoint=standin.url, known=known).ask(question(archive))
        assert "web page" in one_row(findings)
        assert len(findings.papers) == 1800
        findings = ArxivRss(web, endpoint=standin.url).ask(question(archive))
        assert one_row(findings) == "The feed is full: it ends after 2000 items, and may lack others."
        assert len(findings.papers) == 2000


def test_a_category_that_arxiv_refuses_costs_nobody_else_an_answer(web: Web, standin: RssStandin) -> None:
    wrong = Topic(name="Wrong", filters=("x",), categories=("cs.CV", "cs.XX"))
    findings = ArxivRss(web, endpoint=standin.url).ask(question(TOPIC, wrong))
    assert standin.requests[0].path == "/rss/cs.CV+cs.GR+cs.XX"
    assert findings.complete == {"Avatar"}
    [row] = findings.skipped
    assert row.subject == "rss: cs.XX"
    assert "answered 400 (Bad Request): Feed error for query" in row.message
    assert "Bad subject class 'XX'" in row.message


@pytest.mark.parametrize("status", [200, 400])
def test_a_feed_of_nothing_but_errors_is_a_refusal_in_arxivs_words(
    route: ArxivRss, standin: RssStandin, status: int
) -> None:
    standin.faults = [Fault.reply(error_feed("cs.CV", "Bad archive 'zz'.", dated=TODAY, status=status))] * 9
    with pytest.raises(Refused, match="Bad archive 'zz'"):
        route.ask(question(TOPIC))


# What fails


BROKEN: list[tuple[str, Fault, type[SourceError], str]] = [
    ("429", Fault.status(429, b"Rate exceeded."), Throttled, "429"),
    ("406", Fault.status(406), Throttled, "406"),
    ("503", Fault.status(503, b"first byte timeout", retry_after=0), Throttled, "first byte timeout"),
    ("soft limit", Fault.body(b"Rate exceeded."), Throttled, "Rate exceeded"),
    ("403", Fault.status(403, b"<h1>Access Denied</h1>"), Refused, "Access Denied"),
    ("404", Fault.status(404), Refused, "404"),
    ("500", Fault.status(500), SourceError, "500"),
    ("web page", Fault.body(HTML, "text/html"), Malformed, "web page"),
    ("empty body", Fault.body(b""), Malformed, "empty answer"),
    ("cut short", Fault.altered(lambda body: body[: len(body) // 2]), Malformed, "not whole"),
    ("no channel", Fault.body(b"<rss></rss>"), Malformed, "no channel"),
    ("no date", Fault.altered(lambda body: body.replace(b"pubDate>", b"date>")), Malformed, "no readable date"),
    ("year 1969", Fault.altered(lambda body: body.replace(b"Nov 2026", b"Nov 1969")), Malformed, "no readable date"),
    ("latin-1", Fault.altered(lambda body: body.replace(b"Ada", b"\xc4da")), Malformed, "not UTF-8"),
    ("entities", Fault.body(b'<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>'), Malformed, "declares"),
    ("reset", http.reset_in_body(), Unreachable, "no whole answer"),
    ("end too early", http.fin_in_body(), Unreachable, "no whole answer"),
]


@pytest.mark.parametrize(("fault", "error", "words"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_when_no_feed_comes_it_says_why(
    route: ArxivRss, standin: RssStandin, fault: Fault, error: type[SourceError], words: str
) -> None:
    standin.faults = [fault] * 9
    with pytest.raises(error, match=words):
        route.ask(question(TOPIC))
    standin.faults.clear()
    assert route.ask(question(TOPIC)).complete == {"Avatar"}


SIX = Topic(name="Six", filters=("x",), categories=("cs.AI", "cs.CL", "cs.CR", "cs.CV", "cs.DB"))
ONE = Topic(name="One", filters=("x",), categories=("cs.GR",))


@pytest.mark.parametrize(
    ("fault", "tries", "asked"),
    [
        (Fault.status(429), 5, ["/rss/cs.AI+cs.CL+cs.CR+cs.CV+cs.DB"]),
        (Fault.status(403), 1, ["/rss/cs.AI+cs.CL+cs.CR+cs.CV+cs.DB"]),
        (Fault.body(HTML), 3, ["/rss/cs.AI+cs.CL+cs.CR+cs.CV+cs.DB", "/rss/cs.GR"]),
        (Fault.status(500), 3, ["/rss/cs.AI+cs.CL+cs.CR+cs.CV+cs.DB", "/rss/cs.GR"]),
    ],
)
def test_a_service_that_fails_is_left_alone_and_a_feed_that_fails_costs_only_itself(
    route: ArxivRss, standin: RssStandin, fault: Fault, tries: int, asked: list[str]
) -> None:
    standin.faults = [fault] * tries
    if len(asked) == 1:
        with pytest.raises(SourceError):
            route.ask(question(SIX, ONE))
    else:
        findings = route.ask(question(SIX, ONE))
        assert findings.complete == {"One"}
        assert [each.subject for each in findings.skipped] == ["rss: cs.AI+cs.CL+cs.CR+cs.CV+cs.DB"]
    assert list(dict.fromkeys(each.path for each in standin.requests)) == asked
    assert route.requests == len(standin.requests) == tries + len(asked) - 1


def test_a_topic_is_whole_only_if_all_its_feeds_are(route: ArxivRss, standin: RssStandin) -> None:
    both = Topic(name="Both", filters=("x",), categories=(*SIX.categories, *ONE.categories))
    for faults in ([Fault.body(HTML)] * 3, [standin.instead(), *[Fault.body(HTML)] * 3]):
        standin.faults = faults
        findings = route.ask(question(both))
        assert (findings.complete, len(findings.papers), len(findings.skipped)) == (frozenset(), 3, 1)


def test_what_came_before_the_service_failed_is_kept(route: ArxivRss, standin: RssStandin) -> None:
    standin.faults = [standin.instead(), *[Fault.status(429)] * 5]
    findings = route.ask(question(SIX, ONE))
    assert findings.complete == {"Six"}
    assert len(findings.papers) == 3
    assert [each.subject for each in findings.skipped] == ["rss: cs.GR"]


# Recorded feeds, and the stand-in


def told(item: ET.Element, *, atom: bool) -> tuple[Paper, str]:
    """An item as the file has it, read without any of our code. Holds for recordings only."""
    spaces = {"arxiv": "http://arxiv.org/schemas/atom", "dc": "http://purl.org/dc/elements/1.1/"}
    own = "{http://www.w3.org/2005/Atom}" if atom else ""

    def text(name: str) -> str | None:
        return item.findtext(name, None, spaces)

    name = (text(f"{own}id" if atom else "guid") or "").removeprefix("oai:arXiv.org:")
    arxiv_id, _, version = name.rpartition("v")
    kind = text("arxiv:announce_type") or ""
    described = text(f"{own}summary" if atom else "description") or ""
    opening, _, abstract = described.partition("\nAbstract: ")
    assert opening.rstrip() == f"arXiv:{name} Announce Type: {kind}"
    terms = [(each.get("term") if atom else each.text) or "" for each in item.findall(f"{own}category")]
    day = (text(f"{own}published") or "")[:10] if atom else "2026-09-24"
    assert atom or text("pubDate") == "Thu, 24 Sep 2026 00:00:00 -0400"
    said = Paper(
        arxiv_id=arxiv_id,
        version=int(version),
        title=text(f"{own}title") or "",
        abstract=" ".join(abstract.split()),
        authors=tuple(Author(name=each) for each in (text("dc:creator") or "").split(", ")),
        primary_category=terms[0],
        categories=tuple(terms),
        doi=text("arxiv:DOI"),
        journal_ref=text("arxiv:journal_reference"),
        license=text("dc:rights"),
        announced=dt.date.fromisoformat(day) if kind == "new" else None,
    )
    return said, kind


@needs_recordings
@pytest.mark.parametrize(
    ("name", "form", "now", "kinds"),
    [
        ("laya_rss_multi_2026-09-24.xml", "rss", "2026-09-24T09:00Z", ["new", "new", "cross", "replace"]),
        ("tidedra_atom_cs.AI_2025-08-20.xml", "atom", "2025-08-20T09:00Z", ["cross"] * 5 + ["new"] * 2),
    ],
)
def test_a_recorded_feed_is_read_as_what_it_says(web: Web, name: str, form: str, now: str, kinds: list[str]) -> None:
    content = (FOLDER / name).read_bytes()
    root, moment, atom = ET.fromstring(content), dt.datetime.fromisoformat(now), form == "atom"
    items = root.findall("{http://www.w3.org/2005/Atom}entry" if atom else "channel/item")
    expected = [told(item, atom=atom) for item in items]
    with Server(lambda request: Reply(content, f"application/{form}+xml")) as server:
        route = ArxivRss(web, endpoint=f"{server.origin}/{form}")
        findings = route.ask(question(TOPIC, now=moment, since=moment - DAY))
    assert list(findings.papers) == [paper for paper, _ in expected]
    assert list(route.kinds.values()) == [kind for _, kind in expected] == kinds
    assert (findings.skipped, findings.announced) == ((), moment.date())
    assert findings.complete == {"Avatar"}


@needs_recordings
def test_no_recording_is_forgotten() -> None:
    assert len(list(FOLDER.iterdir())) == 2


@needs_recordings
def test_the_stand_in_writes_byte_for_byte_what_arxiv_writes() -> None:
    content = (FOLDER / "laya_rss_multi_2026-09-24.xml").read_bytes()
    batch = read_feed(content, source="rss")
    built = dt.datetime(2026, 9, 24, 8, 58, 5, tzinfo=dt.UTC)
    names = ["cs.LG", "cs.AI", "cs.CL", "stat.ML"]
    listed = [Listed(item.paper, item.kind) for item in batch.items]
    assert rss(listed, names, dated=batch.day, built=built).body == content


def test_the_stand_in_knows_what_is_announced_when() -> None:
    first, second = announced(dt.date(2026, 11, 6)), announced(TODAY).published
    papers = [first, msgspec.structs.replace(first, version=2, updated=second)]
    assert [kind for _, kind in listed_on(dt.date(2026, 11, 6), ["cs"], papers)] == ["new"]
    assert [(each.version, kind) for each, kind in listed_on(TODAY, ["cs"], papers)] == [(2, "replace")]
    assert listed_on(dt.date(2026, 11, 10), ["cs"], papers) == []
    assert listed_on(TODAY, ["math"], papers) == []
    # what is cut off are the new ones
    many = [*papers, announced(TODAY, 1)]
    assert [kind for _, kind in listed_on(TODAY, ["cs"], many)] == ["new", "replace"]
    assert [kind for _, kind in listed_on(TODAY, ["cs"], many, limit=1)] == ["replace"]
    with RssStandin(papers) as standin:
        standin.today = dt.date(2026, 11, 14)
        assert (standin.now, standin.today) == (dt.datetime(2026, 11, 14, 6, tzinfo=dt.UTC), dt.date(2026, 11, 14))
        assert standin.papers is papers


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=40).filter(str.strip)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_any_text_comes_through_a_feed(told: list[tuple[str, str]]) -> None:
    papers = [announced(TODAY, number, title=title, abstract=text) for number, (title, text) in enumerate(told)]
    feed = rss([Listed(each, "new") for each in papers], ["cs.CV"], dated=TODAY)
    batch = read_feed(feed.body, source="rss")
    assert [(item.paper.title, item.paper.abstract) for item in batch.items] == [
        (" ".join(title.split()), " ".join(text.split())) for title, text in told
    ]
