"""The OAI route: what it reads, how it pages, what it calls whole, and every way in which a harvest can go astray."""

from __future__ import annotations

import copy
import datetime as dt
import email.utils
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import calendar
from digest.config.categories import ARCHIVES, CATEGORIES
from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.model import Author, Paper, Topic, Version
from digest.ports import Findings, Question, Source
from digest.sources.arxiv_oai import ENDPOINT, ArxivOai
from digest.sources.oai_page import read_page
from digest.web import Web
from tests.factories import paper
from tests.standins import http
from tests.standins.http import Clock, Fault, Reply, Server
from tests.standins.oai import OaiStandin, error, expired, same_token
from tests.standins.oai_xml import Kept, records_page

FOLDER = Path(__file__).parents[2] / "../shared/data/recorded/oai"
FILES = sorted(FOLDER.glob("*.xml"))
IN_OURS = FOLDER / "fatcat_55ce38_arxivraw_1810.09584.xml"
"""The only one in the format that we ask for."""
needs_recordings = pytest.mark.skipif(not FILES, reason="needs ../shared/data, which a clone does not have")

OAI = "{http://www.openarchives.org/OAI/2.0/}"
RAW = "{http://arxiv.org/OAI/arXivRaw/}"
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
SINCE = NOW - 7 * DAY
TOPIC = Topic(name="Avatar", filters=("talking head",), categories=("cs.CV",))
HTML = b"<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>"


def submitted(hours: int, number: int | None = None, **changes: object) -> Paper:
    """A paper that was submitted so many hours ago."""
    moment = NOW - hours * HOUR
    return paper(
        f"{moment:%y%m}.{90000 + (hours if number is None else number)}",
        **({"published": moment, "updated": moment} | changes),
    )


def question(*topics: Topic, since: dt.datetime | None = SINCE, now: dt.datetime = NOW) -> Question:
    return Question(topics=topics, since={topic.name: since for topic in topics}, limit=100, now=now)


def names(findings: Findings) -> list[str]:
    return sorted(f"{each.arxiv_id}v{each.version}" for each in findings.papers)


@pytest.fixture
def standin() -> Iterator[OaiStandin]:
    with OaiStandin([submitted(hours) for hours in (20, 40, 60, 80, 100)]) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def web(clock: Clock) -> Iterator[Web]:
    with Web("arxiv-digest/0.1.0 (+https://example.org)", clock, deadline=20) as running:
        yield running


@pytest.fixture
def route(web: Web, standin: OaiStandin) -> ArxivOai:
    return ArxivOai(web, endpoint=standin.url)


ALL = ["2611.90020v1", "2611.90040v1", "2611.90060v1", "2611.90080v1", "2611.90100v1"]


# What it is and asks


def test_it_is_a_source_that_goes_by_announcement(route: ArxivOai) -> None:
    source: Source = route
    assert (source.name, source.by_announcement) == ("oai", True)
    assert ENDPOINT == "https://oaipmh.arxiv.org/oai"


def test_it_asks_for_what_was_changed_in_a_category_since_a_day(route: ArxivOai, standin: OaiStandin) -> None:
    findings = route.ask(question(TOPIC))
    [asked] = standin.requests
    assert asked.query == {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "from": "2026-11-04",
        "set": "cs:cs:CV",
    }
    assert asked.headers["user-agent"] == "arxiv-digest/0.1.0 (+https://example.org)"
    assert names(findings) == ALL
    assert (findings.complete, findings.skipped, findings.announced) == (frozenset({"Avatar"}), (), None)
    assert route.requests == 1


def test_the_day_is_that_of_utc(route: ArxivOai, standin: OaiStandin) -> None:
    eastern = dt.timezone(-5 * HOUR)
    route.ask(question(TOPIC, since=dt.datetime(2026, 11, 3, 23, tzinfo=eastern)))
    assert standin.requests[0].query["from"] == "2026-11-04"


PHYSICS = {"astro-ph", "cond-mat", "gr-qc", "math-ph", "nlin", "physics", "quant-ph"}


@pytest.mark.parametrize("category", [*CATEGORIES, *ARCHIVES, *(f"{archive}.*" for archive in ARCHIVES)])
def test_every_category_has_a_set_that_arxiv_knows_and_that_holds_its_papers(category: str) -> None:
    archive, _, subject = category.partition(".")
    held = next(each for each in CATEGORIES if each.partition(".")[0] == archive) if subject in ("", "*") else category
    group = "physics" if archive in PHYSICS or archive.startswith(("hep-", "nucl-")) else archive
    expected = f"{group}:{archive}" + (f":{subject}" if subject not in ("", "*") else "")
    with OaiStandin([submitted(20, categories=("zz.ZZ", held))]) as standin, Web("test", Clock(NOW)) as web:
        findings = ArxivOai(web, endpoint=standin.url).ask(
            question(msgspec.structs.replace(TOPIC, categories=(category,)))
        )
        assert [each.query["set"] for each in standin.requests] == [expected]
    assert names(findings) == ["2611.90020v1"]


@pytest.mark.parametrize("categories", [(), ("*",), ("*.CV", "cs.GR")])
def test_a_topic_of_all_arxiv_is_harvested_without_a_set(
    route: ArxivOai, standin: OaiStandin, categories: tuple[str, ...]
) -> None:
    everything = Topic(name="All", filters=("x",), categories=categories)
    findings = route.ask(question(TOPIC, everything))
    assert ["set" in each.query for each in standin.requests] == [False]
    assert findings.complete == {"Avatar", "All"}


def test_each_set_is_read_once_from_the_earliest_day_that_any_topic_needs(
    route: ArxivOai, standin: OaiStandin, clock: Clock
) -> None:
    topics = [
        Topic(name=name, filters=("x",), categories=categories)
        for name, categories in {
            "Late": ("cs.CV", "hep-th"),
            "Early": ("cs.CV",),
            "Part": ("math.NA",),
            "Whole": ("math.*",),
            "Longer": ("stat.ML",),
            "Shorter": ("stat.*",),
            "Never": ("econ.EM",),
        }.items()
    ]
    asked = question(*topics)
    early = {"Early": SINCE - 3 * DAY, "Longer": SINCE - 2 * DAY, "Never": None}
    findings = route.ask(msgspec.structs.replace(asked, since={**asked.since, **early}))
    assert [(each.query["set"], each.query["from"]) for each in standin.requests] == [
        ("cs:cs:CV", "2026-11-01"),
        ("math:math", "2026-11-04"),
        ("physics:hep-th", "2026-11-04"),
        ("stat:stat", "2026-11-04"),
        ("stat:stat:ML", "2026-11-02"),
    ]
    assert findings.complete == {"Late", "Early", "Part", "Whole", "Longer", "Shorter"}
    assert clock.slept == [pytest.approx(3.0)] * 4


def test_a_topic_that_was_never_asked_is_not_answered_here(route: ArxivOai, standin: OaiStandin) -> None:
    assert route.ask(question(TOPIC, since=None)) == Findings()
    assert standin.requests == []


# What it reads


def test_every_field_arrives_verbatim_but_for_line_breaks(route: ArxivOai, standin: OaiStandin) -> None:
    said = submitted(
        20,
        version=2,
        published=dt.datetime(2026, 11, 6, 7, 6, 5, tzinfo=dt.UTC),
        title="A talking head\n  for $a_b$ | `x` <script>alert(1)</script> &amp; Poincar\\'e",
        abstract="  One\ntwo \u202eeerht\u202c. ",
        authors=(Author(name="Jürgen Schmidhuber", affiliations=("IDSIA, Lugano",)), Author(name="語 Zhang, Jr.")),
        primary_category="math.AG",
        categories=("math.AG", "cs.CV"),
        comment="9 pages,\n 3 figures",
        journal_ref="J. Test 1 (2026)",
        doi="10.1000/xyz",
        license="http://creativecommons.org/licenses/by/4.0/",
    )
    standin.papers[:] = [said]
    findings = route.ask(question(TOPIC))
    assert findings.papers == (
        msgspec.structs.replace(
            said,
            title="A talking head for $a_b$ | `x` <script>alert(1)</script> &amp; Poincar\\'e",
            abstract="One two \u202eeerht\u202c.",
            comment="9 pages, 3 figures",
        ),
    )


def test_all_versions_are_told_with_their_times(route: ArxivOai, standin: OaiStandin) -> None:
    first, third = NOW - 60 * DAY, NOW - 30 * HOUR
    second = NOW - 20 * DAY
    standin.papers[:] = [
        paper("2609.90001", version=number, published=first, updated=moment)
        for number, moment in ((1, first), (2, second), (3, third))
    ]
    findings = route.ask(question(TOPIC))
    [read] = findings.papers
    assert (read.version, read.published, read.updated) == (3, first, third)
    assert findings.versions == {
        "2609.90001": (
            Version(version=1, updated=first),
            Version(version=2, updated=second),
            Version(version=3, updated=third),
        )
    }


def test_news_is_told_from_mere_corrections(route: ArxivOai, standin: OaiStandin) -> None:
    old = NOW - 60 * DAY
    today = NOW.date()
    standin.papers[:] = [
        paper("2609.90001", published=old, updated=old),
        paper("math/0309136", published=old, updated=old),
        paper("2609.90003", version=2, published=old, updated=NOW - 30 * HOUR),
        # held by moderation: announced in the window, submitted long before it
        paper("2611.90004", published=NOW - 20 * DAY, updated=NOW - 20 * DAY, announced=today - 2 * DAY),
    ]
    standin.edited |= {"2609.90001": today, "math/0309136": today - DAY}
    findings = route.ask(question(TOPIC))
    assert names(findings) == ["2609.90003v2", "2611.90004v1"]
    assert [each.arxiv_id for each in findings.edited] == ["math/0309136", "2609.90001"]
    assert set(findings.versions) == {"2609.90003", "2611.90004"}


def test_what_is_news_is_so_for_the_topic_that_looks_back_furthest(route: ArxivOai, standin: OaiStandin) -> None:
    standin.papers[:] = [paper("2609.90001", version=2, published=NOW - 60 * DAY, updated=NOW - 9 * DAY)]
    standin.edited["2609.90001"] = NOW.date()
    other = msgspec.structs.replace(TOPIC, name="Other")
    asked = msgspec.structs.replace(question(TOPIC, other), since={"Avatar": SINCE, "Other": NOW - 10 * DAY})
    assert names(route.ask(asked)) == ["2609.90001v2"]
    later = route.ask(question(TOPIC))
    assert names(later) == []
    assert len(later.edited) == 1


def test_a_paper_of_two_sets_comes_once(route: ArxivOai, standin: OaiStandin) -> None:
    both = Topic(name="Both", filters=("x",), categories=("cs.CV", "cs.GR"))
    findings = route.ask(question(both))
    assert [each.query["set"] for each in standin.requests] == ["cs:cs:CV", "cs:cs:GR"]
    assert names(findings) == ALL


def test_a_deleted_record_is_passed_over(route: ArxivOai, standin: OaiStandin) -> None:
    standin.deleted["2611.90040"] = NOW.date()
    findings = route.ask(question(TOPIC))
    assert b'<header status="deleted">' in standin.reply(standin.requests[0]).body
    assert names(findings) == [each for each in ALL if "90040" not in each]
    assert (findings.complete, findings.skipped) == (frozenset({"Avatar"}), ())


def test_a_record_that_cannot_be_read_is_named_and_the_rest_is_good(route: ArxivOai, standin: OaiStandin) -> None:
    def spoil(body: bytes) -> bytes:
        records = body.split(b"<record>")
        for number, (old, new) in enumerate(
            [
                (b'version="v1"', b'version="last"'),
                (b"<title>Talking", b"<title></title><x>Talking\x0b"),
                (b"arXivRaw", b"arXivNew"),
                (b"<id>2611", b"<id>x2611"),
                (b"talking head from", b"talking head " + b"x" * 1_000_000),
            ],
            start=1,
        ):
            assert old in records[number]
            records[number] = records[number].replace(old, new)
            if b"<x>" in new:
                records[number] = records[number].replace(b"Photograph</title>", b"Photograph</x>")
        return b"<record>".join(records)

    standin.faults = [Fault.altered(spoil)]
    findings = route.ask(question(TOPIC))
    assert findings.papers == ()
    assert findings.complete == {"Avatar"}
    assert sorted(each.message for each in findings.skipped) == [
        "characters that XML forbids were removed",
        "left out: a field of more than 1,000,000 characters",
        "left out: no arXivRaw in it",
        "left out: no title",
        "left out: not a version: 'last'",
        "left out: not an arXiv identifier: 'x2611.90100'",
    ]
    assert {each.subject for each in findings.skipped} <= {each[:-2] for each in ALL}


@pytest.mark.parametrize(("name", "subject"), [("", "a record without id"), ("nonsense", "nonsense")])
def test_a_record_is_called_by_what_it_has_for_an_identifier(name: str, subject: str) -> None:
    content = f'<OAI-PMH xmlns="{OAI[1:-1]}"><ListRecords><record><header><identifier>{name}</identifier></header>'
    page = read_page(f"{content}</record><record/></ListRecords></OAI-PMH>".encode(), source="oai")
    assert [each.subject for each in page.skipped] == [subject, "a record without id"]


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 09 Nov 1960 00:00:00 GMT", "Mon, 09 Nov 2026 10:00:00"])
def test_a_time_that_cannot_be_read_is_missing_and_said_so(route: ArxivOai, standin: OaiStandin, date: str) -> None:
    right = f"{NOW - 20 * HOUR:%a, %d %b %Y %H:%M:%S GMT}"
    standin.faults = [Fault.altered(lambda body: body.replace(right.encode(), date.encode()))]
    findings = route.ask(question(TOPIC))
    [flawed] = [each for each in findings.papers if each.published is None]
    assert (flawed.arxiv_id, flawed.updated) == ("2611.90020", None)
    assert [(each.subject, each.message) for each in findings.skipped] == [
        ("2611.90020", "the time of v1 can't be read")
    ]
    assert len(findings.papers) == 5


# How it pages


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_pages_of_any_size_hold_the_same(web: Web, size: int) -> None:
    papers = [submitted(20 + number // 2, number) for number in range(9)]
    with OaiStandin(papers, page_size=size) as standin:
        route = ArxivOai(web, endpoint=standin.url)
        findings = route.ask(question(TOPIC))
        assert all(set(each.query) == {"verb", "resumptionToken"} for each in standin.requests[1:])
    assert route.requests == -(-9 // size)
    assert names(findings) == sorted(f"{each.arxiv_id}v1" for each in papers)
    assert findings.complete == {"Avatar"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 24 * 40), unique=True, max_size=12), st.integers(1, 4), st.integers(1, 30))
def test_nothing_that_was_mailed_in_the_window_is_missing(web: Web, hours: list[int], size: int, days: int) -> None:
    papers = [submitted(each) for each in hours]
    since = NOW - days * DAY
    with OaiStandin(papers, page_size=size) as standin:
        route = ArxivOai(web, endpoint=standin.url)
        findings = route.ask(question(TOPIC, since=since))
    assert findings.complete == {"Avatar"}
    due = {
        each.arxiv_id
        for each in papers
        if each.published and since <= calendar.mailed(calendar.mailing_of(each.published)) <= NOW - 3 * HOUR
    }
    found = {each.arxiv_id for each in findings.papers}
    corrected = {each.arxiv_id for each in findings.edited}
    assert due <= found | corrected
    assert {
        each.arxiv_id for each in papers if each.updated and each.updated >= since and each.arxiv_id in due
    } <= found
    assert found | corrected <= {each.arxiv_id for each in papers}


def test_an_empty_window_is_an_answer(route: ArxivOai, standin: OaiStandin) -> None:
    standin.papers.clear()
    assert route.ask(question(TOPIC)) == Findings(complete=frozenset({"Avatar"}))
    assert len(standin.requests) == 1


def test_a_list_that_became_shorter_meanwhile_has_ended(web: Web, standin: OaiStandin) -> None:
    standin.page_size = 3
    standin.faults = [Fault.altered(bytes), Fault.reply(error("noRecordsMatch", "", {}))]
    findings = ArxivOai(web, endpoint=standin.url).ask(question(TOPIC))
    assert (findings.complete, len(findings.papers)) == (frozenset({"Avatar"}), 3)


def test_records_that_moved_from_one_page_to_the_next_are_not_doubled(web: Web, standin: OaiStandin) -> None:
    standin.page_size = 2

    def insert(body: bytes) -> bytes:
        """After the first page has been made, a paper is added in front: the next page begins with an old one."""
        standin.papers.append(submitted(99))
        return body

    standin.faults = [Fault.altered(insert)]
    findings = ArxivOai(web, endpoint=standin.url).ask(question(TOPIC))
    assert set(ALL) <= set(names(findings))
    assert len(names(findings)) == len(set(names(findings)))
    assert findings.complete == {"Avatar"}


def one_row(findings: Findings) -> str:
    assert findings.complete == frozenset()
    [row] = findings.skipped
    assert (row.stage, row.subject) == ("fetch", "oai: cs:cs:CV")
    return row.message


def test_a_token_that_names_itself_ends_the_harvest(web: Web, standin: OaiStandin) -> None:
    standin.page_size = 2
    first = [Fault.altered(bytes)]
    token = "verb%3DListRecords%26metadataPrefix%3DarXivRaw%26set%3Dcs%253Acs%253ACV%26from%3D2026-11-04%26skip%3D2"
    standin.faults = [*first, *[same_token(token)] * 9]
    findings = ArxivOai(web, endpoint=standin.url).ask(question(TOPIC))
    assert one_row(findings) == "The list goes round in circles: the same page came again."
    assert len(standin.requests) == 3
    assert len(findings.papers) >= 3


def test_tokens_that_lead_in_a_circle_end_the_harvest(web: Web, standin: OaiStandin) -> None:
    standin.page_size = 2
    standin.faults = [
        same_token(f"verb%3DListRecords%26metadataPrefix%3DarXivRaw%26skip%3D{'0' * n}1") for n in range(9)
    ]
    findings = ArxivOai(web, endpoint=standin.url).ask(question(TOPIC))
    assert one_row(findings) == "The list goes round in circles: the same page came again."
    assert len(standin.requests) == 4  # the first two bring something new, two more don't


def test_a_list_without_end_is_left(web: Web, standin: OaiStandin) -> None:
    standin.page_size = 1
    findings = ArxivOai(web, endpoint=standin.url, max_pages=3).ask(question(TOPIC))
    assert one_row(findings) == "The list has not ended after 3 pages."
    assert len(findings.papers) == len(standin.requests) == 3


def test_a_token_that_has_expired_begins_the_harvest_anew_once(web: Web, standin: OaiStandin) -> None:
    standin.page_size = 2
    standin.faults = [Fault.altered(bytes), expired()]
    findings = ArxivOai(web, endpoint=standin.url).ask(question(TOPIC))
    assert ["from" in each.query for each in standin.requests] == [True, False, True, False, False]
    assert names(findings) == ALL
    assert findings.complete == {"Avatar"}


def test_a_token_that_expires_again_and_again_ends_the_harvest(web: Web, standin: OaiStandin) -> None:
    standin.page_size = 2
    standin.faults = [Fault.altered(bytes), expired(), Fault.altered(bytes), expired()]
    findings = ArxivOai(web, endpoint=standin.url).ask(question(TOPIC))
    assert "invalid or expired" in one_row(findings)
    assert len(standin.requests) == 4
    assert len(findings.papers) == 2


# Sets and refusals


def test_a_server_of_old_is_asked_for_the_wider_set(web: Web) -> None:
    papers = [submitted(20), submitted(30, categories=("cs.LG",))]
    two = Topic(name="Two", filters=("x",), categories=("cs.CV", "cs.GR"))
    with OaiStandin(papers, old_sets=True) as standin:
        findings = ArxivOai(web, endpoint=standin.url).ask(question(two))
        assert [each.query["set"] for each in standin.requests] == ["cs:cs:CV", "cs:cs"]
    assert findings.complete == {"Two"}
    assert len(findings.papers) == 2


def test_a_set_that_does_not_exist_costs_nobody_else_an_answer(route: ArxivOai, standin: OaiStandin) -> None:
    wrong = Topic(name="Wrong", filters=("x",), categories=("zz.ZZ",))
    findings = route.ask(question(TOPIC, wrong))
    assert findings.complete == {"Avatar"}
    assert [each.query["set"] for each in standin.requests] == ["cs:cs:CV", "zz:zz:ZZ", "zz:zz", "zz"]
    [row] = findings.skipped
    assert row.subject == "oai: zz:zz:ZZ"
    assert "arXiv has no set 'zz:zz:ZZ'" in row.message
    assert "Reason: Set does not exist" in row.message


@pytest.mark.parametrize("code", ["badArgument", "badVerb", "cannotDisseminateFormat", "badResumptionToken"])
def test_a_refusal_says_what_arxiv_says(route: ArxivOai, standin: OaiStandin, code: str) -> None:
    standin.faults = [Fault.reply(error(code, "Because of <that>", {}))] * 3
    with pytest.raises(Refused, match="Reason: Because of <that>"):
        route.ask(question(TOPIC))


# What fails


BROKEN: list[tuple[str, Fault, type[SourceError], str]] = [
    ("429", Fault.status(429, b"Rate exceeded."), Throttled, "429"),
    ("503", Fault.status(503, b"first byte timeout", retry_after=0), Throttled, "first byte timeout"),
    ("soft limit", Fault.body(b"Rate exceeded."), Throttled, "Rate exceeded"),
    ("403", Fault.status(403, b"<h1>Access Denied</h1>"), Refused, "Access Denied"),
    ("500", Fault.status(500), SourceError, "500"),
    ("web page", Fault.body(HTML, "text/html"), Malformed, "web page"),
    ("empty body", Fault.body(b""), Malformed, "empty answer"),
    ("cut short", Fault.altered(lambda body: body[: len(body) // 2]), Malformed, "not whole"),
    ("another document", Fault.body(b"<feed/>"), Malformed, "'feed'"),
    ("no list", Fault.body(f'<OAI-PMH xmlns="{OAI[1:-1]}"/>'.encode()), Malformed, "neither records nor an error"),
    ("latin-1", Fault.altered(lambda body: body.replace(b"Ada", b"\xc4da")), Malformed, "not UTF-8"),
    ("entities", Fault.body(b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'), Malformed, "declares"),
    ("reset", http.reset_in_body(), Unreachable, "no whole answer"),
    ("end too early", http.fin_in_body(), Unreachable, "no whole answer"),
]


@pytest.mark.parametrize(("fault", "kind", "words"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_when_nothing_comes_it_says_why(
    route: ArxivOai, standin: OaiStandin, fault: Fault, kind: type[SourceError], words: str
) -> None:
    standin.faults = [fault] * 9
    with pytest.raises(kind, match=words):
        route.ask(question(TOPIC))
    standin.faults.clear()
    assert route.ask(question(TOPIC)).complete == {"Avatar"}


@pytest.mark.parametrize("fault", [each[1] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_when_a_later_page_does_not_come_the_answer_is_not_whole_and_what_came_is_kept(
    web: Web, standin: OaiStandin, fault: Fault
) -> None:
    standin.page_size = 3
    standin.faults = [Fault.altered(bytes), *[fault] * 9]
    findings = ArxivOai(web, endpoint=standin.url).ask(question(TOPIC))
    assert one_row(findings)
    assert len(findings.papers) == 3


@pytest.mark.parametrize(
    ("fault", "tries", "asked"),
    [
        (Fault.status(429), 5, ["cs:cs:CV"]),
        (Fault.status(403), 1, ["cs:cs:CV"]),
        (Fault.body(HTML), 3, ["cs:cs:CV", "cs:cs:GR"]),
        (Fault.status(500), 3, ["cs:cs:CV", "cs:cs:GR"]),
    ],
)
def test_a_service_that_fails_is_left_alone_and_a_set_that_fails_costs_only_itself(
    route: ArxivOai, standin: OaiStandin, fault: Fault, tries: int, asked: list[str]
) -> None:
    other = Topic(name="Other", filters=("x",), categories=("cs.GR",))
    standin.faults = [fault] * tries
    if len(asked) == 1:
        with pytest.raises(SourceError):
            route.ask(question(TOPIC, other))
    else:
        findings = route.ask(question(TOPIC, other))
        assert findings.complete == {"Other"}
        assert [each.subject for each in findings.skipped] == ["oai: cs:cs:CV"]
    assert list(dict.fromkeys(each.query["set"] for each in standin.requests)) == asked
    assert route.requests == len(standin.requests) == tries + len(asked) - 1


def test_a_topic_is_whole_only_if_all_its_sets_are(route: ArxivOai, standin: OaiStandin) -> None:
    both = Topic(name="Both", filters=("x",), categories=("cs.CV", "cs.GR"))
    for faults in ([Fault.body(HTML)] * 3, [Fault.altered(bytes), *[Fault.body(HTML)] * 3]):
        standin.faults = faults
        findings = route.ask(question(both))
        assert (findings.complete, len(findings.skipped)) == (frozenset(), 1)
        assert names(findings) == ALL


# Recorded answers, and the stand-in


class Told(NamedTuple):
    """A record as the file has it, read without any of our code."""

    name: str
    title: str
    abstract: str
    categories: tuple[str, ...]
    rest: tuple[str | None, ...]


def line(text: str | None) -> str:
    return " ".join((text or "").split())


def told(record: ET.Element) -> Told:
    def text(name: str) -> str | None:
        return line(record.findtext(f"{OAI}metadata/*/{{*}}{name}")) or None

    return Told(
        name=line(record.findtext(f"{OAI}header/{OAI}identifier")).removeprefix("oai:arXiv.org:"),
        title=text("title") or "",
        abstract=text("abstract") or "",
        categories=tuple((text("categories") or "").split()),
        rest=tuple(map(text, ("comments", "journal-ref", "doi", "license"))),
    )


def as_told(paper: Paper) -> Told:
    rest = (paper.comment, paper.journal_ref, paper.doi, paper.license)
    return Told(paper.arxiv_id, paper.title, paper.abstract, paper.categories, rest)


def listed(root: ET.Element) -> ET.Element:
    """The document as an answer to ListRecords; some were recorded one by one, or put together by hand from such."""
    records = list(root.iter(f"{OAI}record"))
    whole = ET.Element(f"{OAI}OAI-PMH")
    ET.SubElement(whole, f"{OAI}ListRecords").extend(records)
    return whole


@needs_recordings
def test_no_recording_is_forgotten() -> None:
    assert len(FILES) == 32


@needs_recordings
def test_a_recorded_record_in_our_format_is_read_as_what_it_says(web: Web) -> None:
    root = listed(ET.fromstring(IN_OURS.read_bytes()))
    with Server(lambda request: Reply(ET.tostring(root), "application/xml")) as server:
        findings = ArxivOai(web, endpoint=server.origin).ask(question(TOPIC, since=SINCE.replace(year=2018)))
    [read] = findings.papers
    [record] = root.iter(f"{OAI}record")
    assert as_told(read) == told(record)
    assert [each.name for each in read.authors] == [
        "Raphael Chetrite",
        "Shamik Gupta",
        "Izaak Neri",
        r"\'Edgar Rold\'an",
    ]
    times = [email.utils.parsedate_to_datetime(each.text or "") for each in root.iter(f"{RAW}date")]
    assert (read.published, read.updated, read.version) == (times[0], times[1], 2)
    assert [(each.version, each.updated) for each in findings.versions["1810.09584"]] == [(1, times[0]), (2, times[1])]


@needs_recordings
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[:50])
def test_a_recorded_page_in_another_format_is_not_taken_for_an_empty_one(path: Path) -> None:
    root = ET.fromstring(path.read_bytes())
    records = list(root.iter(f"{OAI}record"))
    page = read_page(ET.tostring(listed(root)), source="oai")
    assert list(page.names) == [line(each.findtext(f"{OAI}header/{OAI}identifier")) for each in records]
    assert len(page.records) + len(page.skipped) == len(records) > 0
    if root.find(f"{OAI}ListRecords") is not None:
        whole = read_page(path.read_bytes(), source="oai")
        assert whole.token == root.findtext(f"{OAI}ListRecords/{OAI}resumptionToken")
        assert (whole.names, whole.error) == (page.names, None)
    else:
        with pytest.raises(Malformed, match="neither records nor an error"):
            read_page(path.read_bytes(), source="oai")


@needs_recordings
@pytest.mark.parametrize("path", [each for each in FILES if each != IN_OURS], ids=lambda path: path.name[:50])
def test_a_recorded_page_is_read_as_what_it_says_once_it_is_in_our_format(path: Path) -> None:
    """The same facts as `arXivRaw` has them: a line of authors, and versions with their times."""
    root = listed(ET.fromstring(path.read_bytes()))
    expected = []
    for record in root.iter(f"{OAI}record"):
        metadata = record.find(f"{OAI}metadata")
        if metadata is None or metadata.find("{*}arXiv") is None:
            continue
        split = copy.deepcopy(metadata[0])
        if split.find("{*}abstract") is None or not told(record).categories:
            continue
        raw = ET.SubElement(metadata, f"{RAW}arXivRaw")
        metadata.remove(metadata[0])
        people = []
        for each in split.iter():
            if each.tag.endswith("}author"):
                parts = (each.findtext(f"{{*}}{part}") for part in ("forenames", "keyname", "suffix"))
                people.append(" ".join(filter(None, parts)))
            elif not each.tag.endswith(("}arXiv", "}authors", "name", "names", "}suffix", "}affiliation")):
                ET.SubElement(raw, RAW + each.tag.partition("}")[2]).text = each.text
        ET.SubElement(raw, f"{RAW}authors").text = ", ".join(people)
        for number in (1, 2):
            version = ET.SubElement(raw, f"{RAW}version", version=f"v{number}")
            ET.SubElement(version, f"{RAW}date").text = f"Mon, 0{number} Jan 2024 00:00:00 GMT"
        expected.append((told(record), people))
    page = read_page(ET.tostring(root), source="oai")
    read = [(as_told(each.paper), [author.name for author in each.paper.authors]) for each in page.records]
    assert [facts for facts, _ in read] == [facts for facts, _ in expected]
    for (_, names), (_, people) in zip(read, expected, strict=True):
        assert names == [line(each) for each in people if each != ":"]


@needs_recordings
def test_the_stand_in_writes_what_arxiv_writes() -> None:
    content = (FOLDER / "agentgraph_ListRecords_arXiv_newendpoint_2026-09-20.xml").read_text()
    kept = []
    for record in ET.fromstring(content).iter(f"{OAI}record"):
        facts = told(record)
        days = [record.findtext(f".//{{*}}{name}") or "" for name in ("created", "updated")]
        created, updated = (dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC) for day in days)
        comment, journal_ref, doi, terms = facts.rest
        said = Paper(
            arxiv_id=facts.name,
            version=2,
            title=facts.title,
            abstract=facts.abstract,
            authors=tuple(
                Author(name=f"{each.findtext('{*}forenames')} {each.findtext('{*}keyname')}")
                for each in record.findall(".//{*}author")
            ),
            categories=facts.categories,
            published=created,
            updated=updated,
            comment=comment,
            journal_ref=journal_ref,
            doi=doi,
            license=terms,
        )
        day = dt.date.fromisoformat(record.findtext(f"{OAI}header/{OAI}datestamp") or "")
        kept.append(Kept(facts.name, day, {2: said}))
    asked = {
        "verb": "ListRecords",
        "metadataPrefix": "arXiv",
        "from": "2026-01-05",
        "until": "2026-01-05",
        "set": "physics:physics:plasm-ph",
    }
    ours = records_page(kept, "arXiv", asked, dt.datetime(2026, 9, 20, 5, 54, 30, tzinfo=dt.UTC)).body.decode()
    assert ET.canonicalize(ours, strip_text=True) == ET.canonicalize(content, strip_text=True)


def test_the_stand_in_shows_a_mailing_once_it_is_out(web: Web) -> None:
    held = submitted(20)  # frozen on Tuesday at 14:00, mailed at 20:00, here at 22:30
    with OaiStandin([held], now=dt.datetime(2026, 11, 11, 3, 29, tzinfo=dt.UTC)) as standin:
        route = ArxivOai(web, endpoint=standin.url)
        assert route.ask(question(TOPIC)).papers == ()
        standin.now += dt.timedelta(minutes=1)
        assert route.ask(question(TOPIC)).papers == (held,)
        standin.today = dt.date(2026, 11, 10)
        assert (standin.now, standin.papers) == (dt.datetime(2026, 11, 10, 6, tzinfo=dt.UTC), [held])
        assert route.ask(question(TOPIC)).papers == ()


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=40).filter(str.strip)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_any_text_comes_through_a_page(texts: list[tuple[str, str]]) -> None:
    papers = [submitted(number, title=title, abstract=text) for number, (title, text) in enumerate(texts, start=1)]
    body = records_page([Kept(each.arxiv_id, NOW.date(), {1: each}) for each in papers], "arXivRaw", {}).body
    page = read_page(body, source="oai")
    assert [(each.paper.title, each.paper.abstract) for each in page.records] == [
        (line(title), line(text)) for title, text in texts
    ]
