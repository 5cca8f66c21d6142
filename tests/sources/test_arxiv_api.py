from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.model import Author, Paper, Topic
from digest.ports import Answer, Source
from digest.sources import SOURCES
from digest.sources.arxiv_api import ENDPOINT, ArxivApi
from digest.web import Web
from tests.factories import paper
from tests.standins.arxiv import ArxivStandin, Fault
from tests.standins.http import Clock

TOPIC = Topic(name="Avatar", filters=("talking head",))
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def hours_ago(count: int, **changes: object) -> Paper:
    """A paper that was last updated so many hours ago."""
    moment = NOW - count * HOUR
    return paper(f"2611.{90000 + count}", **({"published": moment, "updated": moment} | changes))


def ids(answer: Answer) -> list[str]:
    return [each.arxiv_id for each in answer.papers]


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
    return ArxivApi(web, endpoint=standin.url, page_size=10)


def test_it_is_a_source_and_the_first_of_them(api: ArxivApi) -> None:
    source: Source = api
    assert source.name == "api"
    assert SOURCES["api"] is ArxivApi
    assert ENDPOINT == "https://export.arxiv.org/api/query"


def test_the_question_is_the_topic_newest_first(api: ArxivApi, standin: ArxivStandin) -> None:
    api.fetch(TOPIC, since=None, limit=7)
    asked = standin.requests[0].query
    assert '"talking head"' in asked["search_query"]
    assert (asked["sortBy"], asked["sortOrder"]) == ("lastUpdatedDate", "descending")
    assert (asked["start"], asked["max_results"]) == ("0", "8")
    assert standin.requests[0].headers["user-agent"] == "arxiv-digest/0.1.0 (+https://example.org)"


def test_another_way_to_write_queries_can_be_given(web: Web, standin: ArxivStandin) -> None:
    ArxivApi(web, endpoint=standin.url, search_query=lambda topic: f"all:{topic.name}").fetch(
        TOPIC, since=None, limit=7
    )
    assert standin.requests[0].query["search_query"] == "all:Avatar"


def test_every_field_arrives_verbatim_but_for_line_breaks(api: ArxivApi, standin: ArxivStandin) -> None:
    said = paper(
        "math/0309136",
        version=12,
        title="A talking head\n  for $a_b$ | `x` <script>alert(1)</script> &amp; Poincar\\'e",
        abstract=" One\ntwo \u202eeerht\u202c. ",
        authors=(
            Author(name="Jürgen Schmidhuber", affiliations=("IDSIA", "KAUST")),
            Author(name="語 Zhang"),
            Author(name=" "),
        ),
        primary_category="math.AG",
        categories=("math.AG", "cs.GR", "68T45", "I.2.10; I.4"),
        published=dt.datetime(2003, 9, 8, 7, 6, 5, tzinfo=dt.UTC),
        updated=dt.datetime(2026, 11, 9, 15, 30, 12, tzinfo=dt.UTC),
        comment="12 pages,\n code: https://github.com/a/b",
        journal_ref="Ann. Math. 1 (2026)",
        doi="10.1000/xyz",
    )
    standin.papers = [said]
    (read,) = api.fetch(TOPIC, since=None, limit=7).papers
    assert read == paper(
        "math/0309136",
        version=12,
        title="A talking head for $a_b$ | `x` <script>alert(1)</script> &amp; Poincar\\'e",
        abstract="One two \u202eeerht\u202c.",
        authors=said.authors[:2],
        primary_category="math.AG",
        categories=("math.AG", "cs.GR"),
        published=said.published,
        updated=said.updated,
        comment="12 pages, code: https://github.com/a/b",
        journal_ref="Ann. Math. 1 (2026)",
        doi="10.1000/xyz",
    )


def test_what_is_missing_is_none(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [paper(authors=(), primary_category=None, categories=(), abstract="talking head")]
    (read,) = api.fetch(TOPIC, since=None, limit=7).papers
    assert (read.authors, read.primary_category, read.categories) == ((), None, ())
    assert (read.comment, read.journal_ref, read.doi, read.license, read.announced) == (None,) * 5


def test_nothing_found_is_an_answer(api: ArxivApi) -> None:
    assert api.fetch(TOPIC, since=None, limit=7) == Answer(papers=())


# How far to read


def test_everything_since_a_moment_and_no_more(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    answer = api.fetch(TOPIC, since=NOW - 25 * HOUR, limit=100)
    assert ids(answer) == [f"2611.{90000 + count}" for count in range(26)]
    assert answer.cut == 0
    assert api.requests == len(standin.requests) == 3


def test_a_revised_paper_is_recent_however_old_it_is(api: ArxivApi, standin: ArxivStandin) -> None:
    old = paper("0704.0001", version=9, published=dt.datetime(2007, 4, 1, tzinfo=dt.UTC), updated=NOW - HOUR)
    standin.papers = [hours_ago(0), old, hours_ago(30)]
    assert ids(api.fetch(TOPIC, since=NOW - 24 * HOUR, limit=100)) == ["2611.90000", "0704.0001"]


def test_a_paper_out_of_order_does_not_end_the_reading(api: ArxivApi, standin: ArxivStandin) -> None:
    """Stop at a page that ends before `since`, not at the first paper that does."""
    standin.papers = [hours_ago(count) for count in range(25)]

    def shuffle(page: bytes) -> bytes:
        head, *entries = page.split(b"  <entry>")
        entries[-1], tail = entries[-1].split(b"</feed>")
        return b"  <entry>".join([head, entries[1], *entries[4:], entries[0], *entries[2:4]]) + b"</feed>" + tail

    standin.faults = [Fault.altered(shuffle)] * 3
    assert len(api.fetch(TOPIC, since=NOW - 24 * HOUR, limit=100).papers) == 25


@pytest.mark.parametrize(("limit", "cut", "requests"), [(1, 1, 1), (9, 1, 1), (10, 1, 1), (19, 1, 2), (25, 1, 3)])
def test_the_limit_cuts_and_says_so(api: ArxivApi, standin: ArxivStandin, limit: int, cut: int, requests: int) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    answer = api.fetch(TOPIC, since=NOW - 40 * HOUR, limit=limit)
    assert ids(answer) == [f"2611.{90000 + count}" for count in range(limit)]
    assert (answer.cut, len(standin.requests)) == (cut, requests)


def test_a_limit_that_just_suffices_cuts_nothing(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    assert api.fetch(TOPIC, since=NOW - 9 * HOUR, limit=10).cut == 0
    assert api.fetch(TOPIC, since=NOW - 10 * HOUR, limit=10).cut == 1
    standin.papers = standin.papers[:10]
    assert api.fetch(TOPIC, since=NOW - 99 * HOUR, limit=10).cut == 0


@pytest.mark.parametrize("limit", [1, 9, 10, 11, 30, 59, 60, 61, 1000])
def test_without_a_moment_what_is_cut_is_known_exactly(api: ArxivApi, standin: ArxivStandin, limit: int) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    answer = api.fetch(TOPIC, since=None, limit=limit)
    assert len(answer.papers) == min(limit, 60)
    assert answer.cut == 60 - len(answer.papers)


def test_arxivs_window_is_never_left(web: Web, standin: ArxivStandin) -> None:
    """Beyond 10,000 results arXiv answers with an error: what lies there is cut, and said to be."""
    api = ArxivApi(web, endpoint=standin.url, page_size=2000, search_query=lambda topic: "cat:cs.CV")
    standin.papers = [paper(f"2611.{number:05}", authors=()) for number in range(10_007)]
    answer = api.fetch(TOPIC, since=None, limit=20_000)
    assert (len(answer.papers), answer.cut, answer.skipped) == (10_000, 7, ())
    assert [int(each.query["start"]) + int(each.query["max_results"]) for each in standin.requests][-1] == 10_000
    assert api.fetch(TOPIC, since=NOW - 9999 * HOUR, limit=20_000).cut == 1


# Pages that do not fit together


def pages(standin: ArxivStandin) -> list[tuple[int, int]]:
    return [(int(each.query["start"]), int(each.query["max_results"])) for each in standin.requests]


def test_a_short_page_is_followed_by_what_it_left_out(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(25)]
    standin.faults = [Fault.altered(lambda page: first(page, 4))]
    answer = api.fetch(TOPIC, since=None, limit=100)
    assert ids(answer) == [f"2611.{90000 + count}" for count in range(25)]
    assert answer.cut == 0
    assert pages(standin) == [(0, 11), (4, 11), (15, 11)]


def test_a_paper_on_two_pages_is_one_paper(api: ArxivApi, standin: ArxivStandin) -> None:
    """A new paper comes in between two requests, and moves all others down by one."""
    standin.papers = [hours_ago(count) for count in range(1, 26)]
    changes = iter([None, hours_ago(0)])

    def grow(page: bytes) -> bytes:
        new = next(changes)
        if new:
            standin.papers.append(new)
        return page

    standin.faults = [Fault.altered(grow)] * 2
    answer = api.fetch(TOPIC, since=None, limit=100)
    assert sorted(ids(answer)) == [f"2611.{90000 + count}" for count in range(1, 26)]
    assert answer.cut == 0


def test_of_two_versions_the_higher_one_counts(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(15)]

    def repeat(page: bytes) -> bytes:
        return page.replace(b"2611.90004v1", b"2611.90003v2").replace(b"2611.90006v1", b"2611.90005v1")

    standin.faults = [Fault.altered(repeat)]
    answer = api.fetch(TOPIC, since=None, limit=100)
    assert len(ids(answer)) == len(set(ids(answer))) == 13
    assert {each.arxiv_id: each.version for each in answer.papers}["2611.90003"] == 2


def test_when_results_vanish_between_two_pages_nothing_is_missed(api: ArxivApi, standin: ArxivStandin) -> None:
    """Papers that leave the results move all others up: those that cross the page's edge must be read all the same."""
    standin.papers = [hours_ago(count) for count in range(40)]
    turn = iter(range(9))

    def shrink(page: bytes) -> bytes:
        if next(turn) == 0:
            standin.papers = standin.papers[3:]
        return page

    standin.faults = [Fault.altered(shrink)] * 9
    answer = api.fetch(TOPIC, since=None, limit=100)
    assert ids(answer) == [f"2611.{90000 + count}" for count in range(40)]
    assert answer.cut == 0


def test_a_total_that_jumps_about_does_not_keep_us_for_ever(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    totals = iter([60, 45] * 50)

    def jump(page: bytes) -> bytes:
        return page.replace(b">60</opensearch:totalResults>", b">%d</opensearch:totalResults>" % next(totals))

    standin.faults = [Fault.altered(jump)] * 100
    answer = api.fetch(TOPIC, since=None, limit=100)
    assert len(standin.requests) < 20
    assert len(answer.papers) >= 45


def test_unreadable_entries_do_not_shift_the_pages(api: ArxivApi, standin: ArxivStandin) -> None:
    """The client counts on by what it could read; entry 11 would come twice, or the last page never end."""
    standin.papers = [hours_ago(count) for count in range(23)]

    def spoil(page: bytes) -> bytes:
        for count in (3, 10, 21, 22):
            name = f"2611.{90000 + count}v1</id>".encode()
            page = page.replace(name, name.replace(b"v1", b""))
        return page

    standin.faults = [Fault.altered(spoil)] * 9
    answer = api.fetch(TOPIC, since=None, limit=100)
    assert ids(answer) == [f"2611.{90000 + count}" for count in range(23) if count not in (3, 10, 21, 22)]
    assert [each.subject for each in answer.skipped] == ["2611.90003", "2611.90010", "2611.90021", "2611.90022"]
    assert answer.cut == 0
    assert pages(standin) == [(0, 11), (11, 11), (22, 11)]


def test_a_page_of_which_nothing_can_be_read_is_not_the_end(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(15)]
    standin.faults = [Fault.altered(lambda page: page.replace(b"<published>2", b"<published>x2"))]
    answer = api.fetch(TOPIC, since=None, limit=100)
    assert ids(answer) == [f"2611.{90000 + count}" for count in range(11, 15)]
    assert len(answer.skipped) == 11


def test_skipped_papers_are_replaced_within_the_limit(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(20)]
    standin.faults = [Fault.altered(lambda page: page.replace(b"2611.90002v1</id>", b"2611.90002</id>"))]
    answer = api.fetch(TOPIC, since=None, limit=5)
    assert ids(answer) == ["2611.90000", "2611.90001", "2611.90003", "2611.90004", "2611.90005"]
    assert (len(answer.skipped), answer.cut) == (1, 14)


def first(page: bytes, count: int) -> bytes:
    """The page with its first `count` entries only."""
    parts = page.split(b"  <entry>")
    return b"  <entry>".join(parts[: count + 1]) + b"</feed>\n"


# Manners


def test_pages_keep_their_distance(api: ArxivApi, standin: ArxivStandin, clock: Clock) -> None:
    standin.papers = [hours_ago(count) for count in range(25)]
    api.fetch(TOPIC, since=None, limit=100)
    api.fetch(TOPIC, since=None, limit=100)
    assert len(standin.requests) == 6
    assert clock.slept == [3.0] * 5
    assert standin.connections == 1


def test_requests_are_counted_with_their_repetitions(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [Fault.status(500)]
    api.fetch(TOPIC, since=None, limit=5)
    assert api.requests == 2
    standin.faults = [Fault.status(403)]
    with pytest.raises(SourceError):
        api.fetch(TOPIC, since=None, limit=5)
    assert api.requests == 3


def test_an_error_names_source_and_topic(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [Fault.status(403)]
    with pytest.raises(SourceError) as caught:
        api.fetch(TOPIC, since=None, limit=5)
    assert (caught.value.source, caught.value.topic, caught.value.status) == ("api", "Avatar", 403)


def test_the_sources_cost_nothing_until_one_is_used() -> None:
    heavy = "{'arxiv', 'requests', 'lxml', 'tenacity', 'urllib3'}"
    script = f"import sys, digest.sources; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ages=st.lists(st.integers(0, 50), unique=True, max_size=50),
    since=st.none() | st.integers(0, 60),
    limit=st.integers(1, 60),
    page_size=st.integers(1, 60),
)
def test_whatever_the_pages_the_answer_is_the_newest_of_the_window(
    ages: list[int], since: int | None, limit: int, page_size: int, standin: ArxivStandin
) -> None:
    standin.papers = [hours_ago(age) for age in ages]
    window = [age for age in sorted(ages) if since is None or age <= since]
    with Web("test", Clock(), delay=0) as web:
        api = ArxivApi(web, endpoint=standin.url, page_size=page_size)
        answer = api.fetch(TOPIC, since=None if since is None else NOW - since * HOUR, limit=limit)
    assert ids(answer) == [f"2611.{90000 + age}" for age in window[:limit]]
    left = max(0, len(window) - limit)
    assert answer.cut == left if since is None else bool(answer.cut) == bool(left)
    assert answer.cut <= left
