"""Whole questions to arXiv's search, on loopback: few requests, nothing lost, and what is missing is said to be."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.model import Author, Paper, Topic
from digest.ports import Findings, Question, Source
from digest.sources.arxiv_api import ArxivApi, Window
from digest.sources.arxiv_history import History
from digest.sources.arxiv_inquiry import Inquiry
from digest.sources.arxiv_pages import LARGE, REACH, Page, Pages, Pile
from digest.topics import Matcher
from digest.web import Web
from tests.factories import paper
from tests.standins import http
from tests.standins.arxiv import ArxivStandin, Fault, error_feed
from tests.standins.http import Clock, Reply, Request

DATA = Path(__file__).parents[2] / "../shared/data"
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
SECOND, MINUTE, HOUR, DAY = (dt.timedelta(seconds=seconds) for seconds in (1, 60, 3600, 86_400))
WEEK = NOW - 8 * DAY

HEADS = Topic(name="Heads", filters=("talking head",))
NERF = Topic(name="NeRF", filters=("NeRF",))
ZEBRA = Topic(name="Zebra", filters=("zebra",))
LONGEST_LINE = 4_094
"""What gunicorn takes by default, arXiv's server (https://docs.gunicorn.org/en/stable/settings.html#limit-request-line)."""


def of(title: str, number: int, **changes: Any) -> Paper:
    """A paper with this title, `number` hours old."""
    moment = NOW - number * HOUR
    facts: dict[str, Any] = {"arxiv_id": f"2611.{10_000 + number}", "title": title, "abstract": "-", "authors": ()}
    return paper(**(facts | {"published": moment, "updated": moment} | changes))


def mixed(count: int) -> list[Paper]:
    """Talking heads, NeRFs and zebras in turn, one an hour."""
    return [of(("Talking heads", "A NeRF", "Zebras")[number % 3], number) for number in range(count)]


def asking(*topics: Topic, since: dt.datetime | None = WEEK, limit: int = 100) -> Question:
    return Question(topics=topics, since={topic.name: since for topic in topics}, limit=limit, now=NOW)


def ids(papers: Sequence[Paper]) -> list[str]:
    return sorted(each.arxiv_id for each in papers)


def pages(standin: ArxivStandin) -> list[tuple[int, int]]:
    return [(int(each.query["start"]), int(each.query["max_results"])) for each in standin.requests]


def rows(findings: Findings) -> dict[str, str]:
    return {row.subject: row.message for row in findings.skipped}


class Picky(ArxivStandin):
    """Answers with `refusal` to a query that holds `word`."""

    def __init__(self, papers: Sequence[Paper], word: str, refusal: Reply) -> None:
        super().__init__(papers)
        self.word = word
        self.refusal = refusal

    def reply(self, request: Request) -> Reply:
        return self.refusal if self.word in request.target else super().reply(request)


BAD_QUERY = error_feed("Invalid query string: 'zebra'")
BROKEN = Reply(b"<h1>Internal Server Error</h1>", "text/html", 500)


@pytest.fixture
def standin() -> Iterator[ArxivStandin]:
    with ArxivStandin() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web(clock: Clock) -> Iterator[Web]:
    with Web("arxiv-digest/0.1.0 (+https://example.org)", clock, deadline=20) as running:
        yield running


@pytest.fixture
def api(web: Web, standin: ArxivStandin) -> ArxivApi:
    return ArxivApi(web, endpoint=standin.url, page_size=20)


def test_it_is_a_source(api: ArxivApi) -> None:
    source: Source = api
    assert (source.name, source.by_announcement, source.requests) == ("api", False, 0)


# One question for all topics


def test_all_topics_are_one_query_by_last_update(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(30)
    findings = api.ask(asking(HEADS, NERF))
    (asked,) = {each.query["search_query"] for each in standin.requests}
    assert asked == '(ti:("talking head" nerf) OR abs:("talking head" nerf) OR co:("talking head" nerf))'
    assert {(each.query["sortBy"], each.query["sortOrder"]) for each in standin.requests} == {
        ("lastUpdatedDate", "descending")
    }
    assert ids(findings.papers) == ids([each for each in standin.papers if each.title != "Zebras"])
    assert (sorted(findings.complete), findings.cut, findings.skipped) == (["Heads", "NeRF"], {}, ())
    assert api.requests == len(standin.requests) == 1


def test_it_is_read_back_to_the_start_of_the_window_and_no_further(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [of("Talking heads", number) for number in range(100)]
    findings = api.ask(asking(HEADS, since=NOW - 49 * HOUR))
    assert ids(findings.papers) == ids(standin.papers[:50])
    assert pages(standin) == [(0, 20), (20, 20), (40, 20)]


def test_a_revised_paper_is_found_however_old_it_is(api: ArxivApi, standin: ArxivStandin) -> None:
    """`submittedDate:` would leave it out: it is the date of version 1."""
    old = paper("0704.0001", version=9, published=NOW - 6000 * DAY, updated=NOW - HOUR)
    standin.papers = [of("Talking heads", 0), old, of("Talking heads", 300, updated=NOW - 300 * HOUR)]
    assert ids(api.ask(asking(HEADS)).papers) == ["0704.0001", "2611.10000"]


def test_a_topic_that_was_never_asked_for_gets_its_newest(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(90)
    since = {"Heads": WEEK, "NeRF": None}
    findings = api.ask(Question(topics=(HEADS, NERF, ZEBRA), since=since, limit=7, now=NOW))
    assert findings.complete == {"Heads", "NeRF", "Zebra"}
    assert findings.cut == {"NeRF": 23, "Zebra": 23}
    heads = [each for each in standin.papers if each.title == "Talking heads"]
    assert ids(findings.papers) == ids([*heads, *standin.papers[1:21:3], *standin.papers[2:21:3]])
    assert len({each.query["search_query"] for each in standin.requests}) == 3


def test_a_paper_of_several_topics_comes_once_in_its_highest_version(api: ArxivApi, standin: ArxivStandin) -> None:
    both = of("Talking heads by NeRF", 1)
    standin.papers = [both, msgspec.structs.replace(both, version=2, updated=NOW)]
    since = {"Heads": WEEK, "NeRF": None}
    findings = api.ask(Question(topics=(HEADS, NERF), since=since, limit=7, now=NOW))
    assert [(each.arxiv_id, each.version) for each in findings.papers] == [(both.arxiv_id, 2)]


def test_of_two_versions_the_higher_one_is_kept_whichever_comes_first() -> None:
    first, second = of("Talking heads", 1), of("Talking heads", 1, version=2)
    for order in ([first, second], [second, first]):
        pile = Pile()
        pile.add(order[:1])
        pile.add(order[1:])
        assert list(pile.papers.values()) == [second]


def test_no_topic_no_request(api: ArxivApi) -> None:
    assert api.ask(asking()) == Findings()
    assert api.requests == 0


def test_windows_that_differ_much_are_read_apart(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(40)
    since = {"Heads": WEEK, "NeRF": NOW - 9 * DAY, "Zebra": NOW - 90 * DAY}
    api.ask(Question(topics=(HEADS, NERF, ZEBRA), since=since, limit=7, now=NOW))
    asked = list(dict.fromkeys(each.query["search_query"] for each in standin.requests))
    assert [("nerf" in each, "zebra" in each) for each in asked] == [(True, False), (False, True)]


def test_no_url_is_longer_than_arxiv_takes(web: Web, standin: ArxivStandin) -> None:
    topics = [Topic(name=f"T{number}", filters=(f"{'long phrase ' * 9}{number}",)) for number in range(40)]
    topics.append(Topic(name="Huge", filters=tuple(f"{'words ' * 9}{number}" for number in range(99))))
    standin.papers = [of("long phrase " * 9 + "39", 1), of("words " * 9 + "98", 2), of("words " * 9 + "0", 3)]
    api = ArxivApi(web, endpoint=standin.url)
    findings = api.ask(asking(*topics))
    assert len(findings.papers) == 3
    assert findings.complete >= {"T39", "Huge"}
    list(api.between(topics, WEEK, NOW))
    assert len(standin.requests) > 6
    assert max(len(f"GET {each.target} HTTP/1.1") for each in standin.requests) <= LONGEST_LINE


# How many pages


def test_the_first_page_tells_how_much_to_ask_for_next(web: Web, standin: ArxivStandin) -> None:
    standin.papers = [
        of("Talking heads", 0, arxiv_id=f"2611.{number:05}", updated=NOW - number * MINUTE) for number in range(4000)
    ]
    api = ArxivApi(web, endpoint=standin.url)
    findings = api.ask(asking(HEADS, since=NOW - 599 * MINUTE))
    assert len(findings.papers) == 600
    assert pages(standin) == [(0, 100), (100, 632)]
    standin.requests.clear()
    assert len(api.ask(asking(HEADS, since=NOW - 2399 * MINUTE)).papers) == 2400
    assert pages(standin) == [(0, 100), (100, 1000), (1100, 1000), (2100, 376)]


def test_more_topics_get_a_larger_first_page(web: Web, standin: ArxivStandin) -> None:
    standin.papers = mixed(600)
    topics = (HEADS, NERF, ZEBRA)
    ArxivApi(web, endpoint=standin.url).ask(asking(*topics))
    many = [Topic(name=f"T{number}", filters=(f"talking {number}",)) for number in range(20)]
    ArxivApi(web, endpoint=standin.url).ask(asking(HEADS, *many))
    assert pages(standin) == [(0, 300), (0, 500)]


@given(
    total=st.integers(0, 12_000),
    wanted=st.lists(st.integers(1, 2_500), min_size=1, max_size=50),
    came=st.lists(st.integers(1, LARGE), min_size=1, max_size=50),
)
def test_paging_keeps_within_what_arxiv_answers(total: int, wanted: list[int], came: list[int]) -> None:
    """arXiv numbers pages by rounding, and refuses some that end within its window of 10,000."""
    short, sizes = itertools.cycle(came), itertools.cycle(wanted)
    asked = []

    def page(start: int, size: int) -> Page:
        asked.append((start, size))
        return Page(papers=(), total=total, came=min(size, next(short), total - start), skipped=())

    walk = Pages(page, largest=LARGE, reach=REACH)
    while not walk.ended:
        walk.read(next(sizes))
    assert walk.whole == (total <= REACH)
    assert walk.start == min(total, REACH)
    assert all(1 <= size <= LARGE and 1 + round(start / size) <= 10_000 // size for start, size in asked)


# A real digest on a normal day


@pytest.fixture(scope="module")
def day() -> list[Paper]:
    """3,000 real papers spread over eight days, a third of them revisions of older ones, and 500 from before."""
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data, real papers")
    with gzip.open(DATA / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        told = [row for row in map(json.loads, lines) if row["title"] and row["abstract"] and row["id"][0].isdigit()]
    told.sort(key=lambda row: row["id"])
    chosen = random.Random(3).sample(told[-12_000:], 3_500)
    found = []
    for number, row in enumerate(chosen):
        moment = (NOW - number * (8 * DAY / 3000)).replace(microsecond=0)
        found.append(
            Paper(
                arxiv_id=row["id"],
                version=1 + number % 3 // 2,
                title=" ".join(row["title"].split()),
                abstract=" ".join(row["abstract"].split()),
                comment=row["comment"],
                authors=tuple(Author(name=name) for name in row["authors"] or ()),
                categories=tuple(row["categories"] or ()),
                published=moment - (number % 3 // 2) * 90 * DAY,
                updated=moment,
            )
        )
    return found


def test_a_real_digest_needs_few_requests_and_misses_nothing(day: list[Paper], web: Web, clock: Clock) -> None:
    text = (DATA / "configs/monologg__nlp-arxiv-daily.yaml").read_text(encoding="utf-8")
    topics = [
        Topic(name=name, filters=tuple(each["filters"])) for name, each in yaml.safe_load(text)["keywords"].items()
    ]
    matcher = Matcher(topics)
    with ArxivStandin(day) as standin:
        api = ArxivApi(web, endpoint=standin.url)
        together = api.ask(asking(*topics))
        requests, seconds = api.requests, clock.passed
        alone = {each.arxiv_id: each for topic in topics for each in api.ask(asking(topic)).papers}
    assert len(topics) == len(together.complete) == 25
    assert requests <= 4
    assert seconds <= 9
    assert api.requests - requests >= 25

    def matched(papers: Iterable[Paper]) -> set[tuple[str, str]]:
        return {(each.arxiv_id, found.topic) for each in papers for found in matcher.topics_of(each)}

    found = matched(together.papers)
    assert found == matched(alone.values())
    assert found == matched(each for each in day if each.updated and each.updated >= WEEK)
    assert len(found) > 1000


# Nothing is lost by asking broadly


PHRASES = st.sampled_from(["talking head", "heads", "NeRF", "zebra", "talking zebra", "head*", "ti:zebra AND abs:head"])
TITLES = st.lists(st.sampled_from(["talking", "head", "heads", "NeRF", "zebra", "x"]), max_size=4).map(" ".join)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(st.tuples(TITLES, TITLES, st.integers(0, 300), st.integers(0, 99)), max_size=30),
    topics=st.lists(
        st.tuples(
            st.lists(PHRASES, min_size=1, max_size=3), st.booleans(), st.booleans(), st.none() | st.integers(1, 300)
        ),
        min_size=1,
        max_size=5,
    ),
    page_size=st.integers(1, 12),
    limit=st.integers(1, 40),
)
def test_every_paper_that_belongs_to_a_topic_is_there(
    told: list[tuple[str, str, int, int]],
    topics: list[tuple[list[str], bool, bool, int | None]],
    page_size: int,
    limit: int,
    standin: ArxivStandin,
) -> None:
    standin.papers = [
        of(title or "-", number, abstract=abstract or "-", updated=NOW - age * HOUR, version=1 + old)
        for number, (title, abstract, age, old) in enumerate(told)
    ]
    asked = [
        Topic(
            name=f"T{number}",
            filters=tuple(filters),
            categories=("cs.CV",) if gated else (),
            exclude=("zebra",) if excluding else (),
        )
        for number, (filters, gated, excluding, _) in enumerate(topics)
    ]
    since = {
        topic.name: None if back is None else NOW - back * HOUR for topic, (*_, back) in zip(asked, topics, strict=True)
    }
    question = Question(topics=tuple(asked), since=since, limit=limit, now=NOW)
    with Web("test", Clock(), delay=0) as web:
        findings = Findings()
        with contextlib.suppress(SourceError):  # none of the topics has a paper, of whatever age
            findings = ArxivApi(web, endpoint=standin.url, page_size=page_size).ask(question)
    came = {each.arxiv_id for each in findings.papers}
    matcher = Matcher(asked)
    for topic in asked:
        start = since[topic.name]
        mine = [each for each in standin.papers if any(found.topic == topic.name for found in matcher.topics_of(each))]
        if start is not None:
            assert came >= {each.arxiv_id for each in mine if each.updated and each.updated >= start}
        elif topic.name not in findings.cut:
            assert came >= {each.arxiv_id for each in mine}
        if mine:
            assert topic.name in findings.complete
    assert len(came) == len(findings.papers)


# More than paging reaches


def ask_within(api: ArxivApi, question: Question, *, reach: int) -> Findings:
    def open_pages(query: str) -> Pages:
        return Pages(lambda start, size: api.page(query, start=start, size=size), largest=20, reach=reach)

    return Inquiry(open_pages, question).findings()


def test_what_is_too_much_together_is_asked_in_halves(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(120)
    findings = ask_within(api, asking(HEADS, NERF, ZEBRA), reach=45)
    assert ids(findings.papers) == ids(standin.papers)
    assert (sorted(findings.complete), findings.skipped) == (["Heads", "NeRF", "Zebra"], ())
    asked = list(dict.fromkeys(each.query["search_query"] for each in standin.requests))
    assert [sum(word in each for word in ("head", "nerf", "zebra")) for each in asked] == [3, 1, 2, 1, 1]


def test_what_is_too_much_for_one_topic_is_asked_by_submission(api: ArxivApi, standin: ArxivStandin) -> None:
    """Revisions of old papers among them; those of the very minute that parts them come once."""
    standin.papers = [
        of("Talking heads", number, published=NOW - (number * 37 % 400) * HOUR, updated=NOW - number * HOUR, version=2)
        for number in range(150)
    ]
    findings = ask_within(api, asking(HEADS), reach=45)
    assert ids(findings.papers) == ids(standin.papers)
    assert (sorted(findings.complete), findings.skipped) == (["Heads"], ())
    assert any("submittedDate" in each.query["search_query"] for each in standin.requests)


def test_what_cant_be_parted_is_kept_and_said_to_be_incomplete(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [
        of("Talking heads", number, published=NOW - 99 * DAY + number % 60 * SECOND) for number in range(100)
    ]
    standin.papers += [of("A NeRF", number) for number in range(100, 120)]
    findings = ask_within(api, asking(HEADS, NERF), reach=45)
    assert findings.complete == {"NeRF"}
    assert rows(findings) == {"api: Heads": "arXiv's search reaches 45 papers, and more are of the same minute."}
    assert len([each for each in findings.papers if each.title == "Talking heads"]) >= 45


# What fails costs no more than itself


@pytest.mark.parametrize("refusal", [BAD_QUERY, BROKEN, Reply(b"", "text/html", 414), Reply(b"[]", "text/html")])
def test_a_topic_that_arxiv_cant_answer_costs_no_other(refusal: Reply, web: Web) -> None:
    topics = [HEADS, NERF, ZEBRA, *(Topic(name=f"T{number}", filters=(f"head {number}",)) for number in range(4))]
    papers = [*mixed(30), *(of(f"head {number}", 40 + number) for number in range(4))]
    with Picky(papers, "zebra", refusal) as standin:
        findings = ArxivApi(web, endpoint=standin.url).ask(asking(*topics))
    assert findings.complete == {topic.name for topic in topics} - {"Zebra"}
    assert [row.subject for row in findings.skipped] == ["api: Zebra"]
    assert ids(findings.papers) == ids([each for each in papers if each.title != "Zebras"])


def test_pages_that_came_before_one_failed_are_kept(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(60)
    standin.faults = [Fault.altered(lambda page: page), *[Fault.status(429)] * 5]
    findings = api.ask(asking(HEADS, NERF, ZEBRA))
    assert ids(findings.papers) == ids(standin.papers[:20])
    assert findings.complete == set()
    assert list(rows(findings)) == ["api: Heads", "api: NeRF", "api: Zebra"]
    assert "429" in rows(findings)["api: NeRF"]


@pytest.mark.parametrize(
    ("fault", "tries", "word"),
    [
        (Fault.status(429), 5, "429"),
        (Fault.status(406), 5, "406"),
        (Fault.status(503), 5, "503"),
        (Fault.status(403), 1, "403"),
        (Fault.status(404), 1, "404"),
        (http.reset_before_headers(), 5, "gave no whole answer"),
    ],
    ids=["429", "406", "503", "403", "404", "reset"],
)
def test_once_arxiv_wants_to_be_left_alone_nothing_more_is_asked(
    fault: Fault, tries: int, word: str, api: ArxivApi, standin: ArxivStandin, clock: Clock
) -> None:
    standin.papers = mixed(9)
    standin.faults = [Fault.altered(lambda page: page), *[fault] * 50]
    others = [Topic(name=f"T{number}", filters=(f"head {number}",)) for number in range(9)]
    since = {"Heads": WEEK}
    findings = api.ask(Question(topics=(HEADS, *others), since=since, limit=7, now=NOW))
    assert findings.complete == {"Heads"}
    assert len(findings.papers) == 3
    assert len(standin.requests) == 1 + tries
    assert [row.subject for row in findings.skipped] == [f"api: T{number}" for number in range(9)]
    assert word in findings.skipped[0].message
    assert all(
        row.message == f"Not asked for, after this: {findings.skipped[0].message}" for row in findings.skipped[1:]
    )
    assert clock.passed < 10 * 60


def test_a_server_that_stays_broken_is_not_asked_for_every_topic(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [Fault.status(500)] * 500
    topics = [Topic(name=f"T{number}", filters=(f"head {number}",)) for number in range(25)]
    with pytest.raises(SourceError) as caught:
        api.ask(asking(*topics))
    assert (caught.value.status, caught.value.topic) == (500, None)
    assert len({each.query["search_query"] for each in standin.requests}) == 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.status(429), Throttled),
        (Fault.status(403), Refused),
        (Fault.body(b""), Malformed),
        (http.fin_in_body(), Unreachable),
        (Fault.reply(BAD_QUERY), Refused),
    ],
)
def test_when_nothing_came_at_all_that_is_an_error(
    fault: Fault, kind: type[SourceError], api: ArxivApi, standin: ArxivStandin
) -> None:
    standin.papers = mixed(9)
    standin.faults = [fault] * 99
    with pytest.raises(kind) as caught:
        api.ask(asking(HEADS))
    assert (type(caught.value), caught.value.topic, caught.value.source) == (kind, "Heads", "api")
    standin.faults = []
    assert api.ask(asking(HEADS)).complete == {"Heads"}


def test_a_large_page_that_is_too_slow_comes_in_smaller_ones(web: Web, standin: ArxivStandin) -> None:
    standin.papers = [of("Talking heads", number) for number in range(190)]
    standin.faults = [Fault.altered(lambda page: page), *[http.fin_in_body()] * 5]
    findings = ArxivApi(web, endpoint=standin.url).ask(asking(HEADS))
    assert ids(findings.papers) == ids(standin.papers)
    assert (sorted(findings.complete), findings.skipped) == (["Heads"], ())
    assert pages(standin)[-2:] == [(100, 29), (129, 29)] or pages(standin)[6][1] < pages(standin)[5][1]


def test_an_entry_that_cant_be_read_is_told_once(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(9)
    standin.faults = [Fault.altered(lambda page: page.replace(b"2611.10003v1</id>", b"2611.10003</id>"))] * 2
    findings = api.ask(Question(topics=(HEADS, NERF), since={"NeRF": WEEK}, limit=9, now=NOW))
    assert ids(findings.papers) == ["2611.10000", "2611.10001", "2611.10004", "2611.10006", "2611.10007"]
    assert rows(findings) == {"2611.10003": "left out: no version in its id"}
    assert findings.complete == {"Heads", "NeRF"}


# Nothing found


def empty(_: bytes) -> bytes:
    return ArxivStandin().reply(Request("GET", "/api/query?search_query=ti:nothing", {}, b"", 0)).body


def test_nothing_found_is_asked_again_past_any_cache(api: ArxivApi, standin: ArxivStandin) -> None:
    """https://groups.google.com/g/arxiv-api/c/DYHxWrtBgbo"""
    standin.papers = mixed(9)
    standin.faults = [Fault.altered(empty)]
    findings = api.ask(asking(HEADS, NERF))
    assert (len(findings.papers), sorted(findings.complete)) == (6, ["Heads", "NeRF"])
    assert pages(standin) == [(0, 20), (0, 19)]


def test_results_that_are_suddenly_gone_are_not_the_end(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(90)
    standin.faults = [Fault.altered(lambda page: page), *[Fault.altered(gone)] * 3]
    findings = api.ask(asking(HEADS, NERF))
    assert len(findings.papers) == 60
    assert findings.complete == {"Heads", "NeRF"}
    standin.faults = [Fault.altered(lambda page: page), *[Fault.altered(gone)] * 99]
    findings = api.ask(asking(HEADS, NERF))
    assert len(findings.papers) == 20
    assert findings.complete == set()
    assert list(rows(findings)) == ["api: Heads", "api: NeRF"]


def gone(page: bytes) -> bytes:
    """Nothing, from wherever was asked."""
    without = re.sub(rb"  <entry>.*</entry>\n", b"", page, flags=re.DOTALL)
    return re.sub(rb"(totalResults>)\d+", rb"\g<1>0", without)


def test_nothing_found_in_all_of_arxivs_history_is_no_answer(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(9)
    question = Question(topics=(HEADS, Topic(name="Never", filters=("unicorn",))), since={}, limit=9, now=NOW)
    findings = api.ask(question)
    assert findings.complete == {"Heads"}
    assert rows(findings) == {"api: Never": "arXiv says that it never had such a paper."}
    standin.papers = []
    with pytest.raises(SourceError, match="never had such a paper"):
        api.ask(question)


def test_nothing_in_the_window_is_an_answer(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [of("Talking heads", 500)]
    assert api.ask(asking(HEADS)) == Findings(complete=frozenset({"Heads"}))


# The past


def past(api: ArxivApi, *topics: Topic, start: dt.datetime, end: dt.datetime) -> list[Window]:
    return list(api.between(topics or (HEADS, NERF), start, end))


def union(windows: Sequence[Window]) -> list[str]:
    """Of a paper in two windows, twice."""
    return sorted(each.arxiv_id for window in windows for each in window.findings.papers)


def meet(windows: Sequence[Window], start: dt.datetime, end: dt.datetime) -> bool:
    edges = [window.start for window in windows] + [end]
    return edges[0] == start and all(window.end == edge for window, edge in zip(windows, edges[1:], strict=True))


def test_the_past_comes_window_by_window_oldest_first(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(90)
    windows = past(api, start=NOW - 80 * HOUR, end=NOW - 10 * HOUR)
    assert union(windows) == ids([each for each in standin.papers[11:81] if each.title != "Zebras"])
    assert meet(windows, NOW - 80 * HOUR, NOW - 10 * HOUR)
    assert len(windows) == len(standin.requests) == 3
    assert all(window.findings.complete == {"Heads", "NeRF"} for window in windows)
    times = [each.published for window in windows for each in window.findings.papers if each.published]
    assert times == sorted(times)
    asked = standin.requests[0].query
    assert asked["search_query"].endswith("AND submittedDate:[202611072200 TO 202611102000]")
    assert (asked["sortBy"], asked["sortOrder"], asked["start"]) == ("submittedDate", "ascending", "0")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seconds=st.lists(st.integers(0, 900), max_size=40),
    start=st.integers(-60, 900),
    length=st.integers(-10, 960),
    page_size=st.integers(1, 12),
    split=st.booleans(),
)
def test_wherever_windows_meet_nothing_is_lost_and_nothing_comes_twice(
    seconds: list[int], start: int, length: int, page_size: int, *, split: bool, standin: ArxivStandin
) -> None:
    """Dates have minutes, papers have seconds, and arXiv reads the end of a range as a minute's first second."""
    titles = ("Talking heads", "A NeRF")
    standin.papers = [
        of(titles[number % 2], number, published=NOW + second * SECOND, updated=NOW)
        for number, second in enumerate(seconds)
    ]
    # a topic of its own batch, whose windows end elsewhere
    nerf = Topic(name="NeRF", filters=("NeRF", *(f"{'x' * 60}{number}" for number in range(30 if split else 0))))
    begin, end = NOW + start * SECOND, NOW + (start + length) * SECOND
    with Web("test", Clock(), delay=0) as web:
        windows = past(ArxivApi(web, endpoint=standin.url, page_size=page_size), HEADS, nerf, start=begin, end=end)
        assert union(windows) == ids(
            [each for each in standin.papers if each.published and begin <= each.published < end]
        )
        assert meet(windows, begin, end) or (length <= 0 and not windows)
        if windows:
            again = windows[len(seconds) % len(windows)].start
            api = ArxivApi(web, endpoint=standin.url, page_size=page_size)
            assert [
                *windows[: len(seconds) % len(windows)],
                *past(api, HEADS, nerf, start=again, end=end),
            ] == windows


def test_a_backfill_that_was_killed_goes_on_from_its_last_window(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(90)
    start, end = NOW - 85 * HOUR, NOW
    whole = past(api, start=start, end=end)
    stored: list[Window] = []
    while not stored or stored[-1].end < end:
        stored.append(next(api.between((HEADS, NERF), stored[-1].end if stored else start, end)))
    assert stored == whole


def test_a_minute_fuller_than_a_page_is_read_page_by_page(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [of("Talking heads", number, published=NOW - HOUR + number % 60 * SECOND) for number in range(70)]
    standin.papers += [of("Talking heads", 100 + number) for number in range(3)]
    windows = past(api, start=NOW - 200 * HOUR, end=NOW)
    assert union(windows) == ids(standin.papers)
    assert (20, 20) in pages(standin)


def history(api: ArxivApi, start: dt.datetime, end: dt.datetime, *, reach: int) -> list[Window]:
    def open_pages(query: str) -> Pages:
        return Pages(
            lambda start, size: api.page(query, start=start, size=size, oldest_first=True), largest=20, reach=reach
        )

    return list(History(open_pages, (HEADS, NERF), start, end).windows())


def test_a_minute_fuller_than_paging_reaches_is_reported(api: ArxivApi, standin: ArxivStandin) -> None:
    crowd = [of("Talking heads", number, published=NOW - HOUR + number % 60 * SECOND) for number in range(70)]
    rest = [of("Talking heads", 100 + number) for number in range(30)] + [of("A NeRF", 0, arxiv_id="2611.00001")]
    standin.papers = crowd + rest
    windows = history(api, NOW - 200 * HOUR, NOW + HOUR, reach=45)
    (full,) = [window for window in windows if window.findings.skipped]
    assert (full.start, full.end) == (NOW - HOUR, NOW - HOUR + MINUTE)
    assert full.findings.complete == set()
    assert (
        list(rows(full.findings).values())
        == ["More was submitted in the minute 2026-11-11 05:00 UTC than arXiv's search reaches."] * 2
    )
    assert len(full.findings.papers) == 45
    assert set(union(windows)) >= set(ids(rest))
    assert meet(windows, NOW - 200 * HOUR, NOW + HOUR)


class Shuffled(ArxivStandin):
    """Takes no notice of the order that it is asked for."""

    def reply(self, request: Request) -> Reply:
        return super().reply(request._replace(target=re.sub(r"sortOrder=\w+", "sortOrder=descending", request.target)))


def test_results_in_another_order_are_read_in_smaller_windows(web: Web) -> None:
    papers = [of("Talking heads", number) for number in range(100)]
    with Shuffled(papers) as standin:
        api = ArxivApi(web, endpoint=standin.url, page_size=20)
        windows = past(api, start=NOW - 90 * HOUR, end=NOW + HOUR)
    assert union(windows) == ids(papers[:91])
    assert meet(windows, NOW - 90 * HOUR, NOW + HOUR)


def test_long_spans_are_asked_month_by_month_and_empty_ones_twice(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [of("Talking heads", -1)]
    windows = past(api, start=NOW - 100 * DAY, end=NOW)
    assert [window.end - window.start for window in windows] == [31 * DAY] * 3 + [7 * DAY]
    assert pages(standin) == [(0, 20), (0, 19)] * 4
    assert union(windows) == []
    assert all(window.findings.complete == {"Heads", "NeRF"} for window in windows)


def test_a_limit_ends_with_the_window_that_reaches_it(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = mixed(90)
    windows = list(api.between((HEADS, NERF), NOW - 89 * HOUR, NOW, limit=25))
    assert [len(window.findings.papers) for window in windows] == [19, 19]
    assert len(standin.requests) == 2


def test_other_time_zones_and_seconds_are_understood(api: ArxivApi, standin: ArxivStandin) -> None:
    east = dt.timezone(dt.timedelta(hours=-5))
    standin.papers = [
        of("Talking heads", number, published=NOW + number * SECOND, updated=NOW) for number in range(100)
    ]
    windows = past(api, start=(NOW + 5 * SECOND).astimezone(east), end=(NOW + 95 * SECOND).astimezone(east))
    assert union(windows) == ids(standin.papers[5:95])
    assert windows[0].start.tzinfo is dt.UTC


def test_a_topic_that_arxiv_refuses_is_told_with_every_window_and_asked_for_once(web: Web) -> None:
    with Picky(mixed(90), "zebra", BAD_QUERY) as standin:
        api = ArxivApi(web, endpoint=standin.url, page_size=20)
        windows = past(api, HEADS, ZEBRA, NERF, start=NOW - 80 * HOUR, end=NOW + HOUR)
        refused = sum("zebra" in each.target for each in standin.requests)
    assert len(windows) == 3
    assert {tuple(rows(window.findings)) for window in windows} == {("api: Zebra",)}
    assert {window.findings.complete for window in windows} == {frozenset({"Heads", "NeRF"})}
    assert refused == 3
    assert union(windows) == ids([each for each in mixed(81) if each.title != "Zebras"])
    with Picky(mixed(9), "zebra", BAD_QUERY) as standin, pytest.raises(Refused):
        past(ArxivApi(web, endpoint=standin.url), ZEBRA, start=NOW - DAY, end=NOW)


@pytest.mark.parametrize(("status", "kind"), [(403, Refused), (429, Throttled), (500, SourceError)])
def test_a_backfill_stops_where_arxiv_fails(
    status: int, kind: type[SourceError], api: ArxivApi, standin: ArxivStandin
) -> None:
    standin.papers = mixed(90)
    standin.faults = [Fault.altered(lambda page: page), *[Fault.status(status)] * 50]
    walk = api.between((HEADS, NERF), NOW - 80 * HOUR, NOW + HOUR)
    first = next(walk)
    with pytest.raises(kind):
        next(walk)
    standin.faults = []
    rest = past(api, start=first.end, end=NOW + HOUR)
    assert union([first, *rest]) == ids([each for each in mixed(81) if each.title != "Zebras"])


# By name


def test_papers_are_looked_up_a_hundred_at_a_time(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [of("x", number, comment=f"{number} pages") for number in range(250)]
    findings = api.by_id([each.arxiv_id for each in reversed(standin.papers)])
    assert {each.arxiv_id: each for each in findings.papers} == {each.arxiv_id: each for each in standin.papers}
    assert findings.skipped == ()
    assert [len(each.query["id_list"].split(",")) for each in standin.requests] == [100, 100, 50]
    assert [each.query["max_results"] for each in standin.requests] == ["100", "100", "50"]
    assert max(len(f"GET {each.target} HTTP/1.1") for each in standin.requests) <= LONGEST_LINE


def test_every_spelling_of_a_name_asks_for_the_newest_version_once(api: ArxivApi, standin: ArxivStandin) -> None:
    old, new = paper("math/0309136", version=1), paper("math/0309136", version=2, comment="Corrected")
    standin.papers = [old, new, paper("2611.90001")]
    findings = api.by_id(
        ["math.GT/0309136v1", "https://arxiv.org/abs/math/0309136", "arXiv:2611.90001", "2611.90001v3"]
    )
    assert [(each.arxiv_id, each.version) for each in findings.papers] == [("math/0309136", 2), ("2611.90001", 1)]
    assert standin.requests[0].query["id_list"] == "math/0309136,2611.90001"


def test_names_that_arxiv_doesnt_have_are_told(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [paper("2611.90001")]
    findings = api.by_id(["2611.90009", "2611.90001", "nonsense\n"])
    assert ids(findings.papers) == ["2611.90001"]
    assert rows(findings) == {
        "nonsense": "not an arXiv identifier: 'nonsense\\n'",
        "2611.90009": "arXiv has no paper of this name.",
    }
    assert findings.complete == set()


def test_a_short_page_is_followed_by_the_rest(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [of("x", number) for number in range(30)]
    standin.faults = [Fault.altered(lambda page: b"  <entry>".join(page.split(b"  <entry>")[:11]) + b"</feed>")]
    assert len(api.by_id([each.arxiv_id for each in standin.papers]).papers) == 30
    assert pages(standin) == [(0, 30), (10, 30)]


def test_a_name_that_arxiv_refuses_costs_no_other(web: Web) -> None:
    papers = [of("x", number) for number in range(150)]
    with Picky(papers, "2611.10042", error_feed("incorrect id format for 2611.10042")) as standin:
        findings = ArxivApi(web, endpoint=standin.url).by_id([each.arxiv_id for each in papers])
    assert len(findings.papers) == 149
    assert rows(findings) == {"2611.10042": "127.0.0.1 answered 400 (Bad Request): incorrect id format for 2611.10042"}


def test_throttled_in_between_the_rest_is_not_asked_for(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [of("x", number) for number in range(250)]
    names = [each.arxiv_id for each in standin.papers]
    standin.faults = [Fault.altered(lambda page: page), *[Fault.status(429)] * 50]
    findings = api.by_id(names)
    assert ids(findings.papers) == ids(standin.papers[:100])
    assert [row.subject for row in findings.skipped] == names[100:]
    assert len(standin.requests) == 6
    with pytest.raises(Throttled):
        api.by_id(names)


def test_an_entry_that_cant_be_read_is_not_called_unknown(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [of("x", 1), of("x", 2)]
    standin.faults = [Fault.altered(lambda page: page.replace(b"<summary>", b"<x>").replace(b"</summary>", b"</x>"))]
    findings = api.by_id(["2611.10001", "2611.10002"])
    assert findings.papers == ()
    assert [row.message[:8] for row in findings.skipped] == ["left out"] * 2


def test_no_names_no_request(api: ArxivApi) -> None:
    assert api.by_id([]) == Findings()
    assert api.requests == 0


def test_a_query_is_written_into_a_url_as_it_was_measured(api: ArxivApi, standin: ArxivStandin) -> None:
    query = 'ti:("talking head" a) OR au:"o\'neil"'
    api.page(query, start=0, size=5)
    assert f"search_query={quote_plus(query)}&" in standin.requests[0].target
