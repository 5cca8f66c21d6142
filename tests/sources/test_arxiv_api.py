"""One topic asked of arXiv's search: what is read of an answer, how far, and how its pages are fitted together."""

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
from digest.ports import Findings, Question, Source
from digest.sources.arxiv_api import ENDPOINT, ArxivApi
from digest.sources.arxiv_pages import REACH
from digest.web import Web
from tests.factories import paper
from tests.standins.arxiv import ArxivStandin, Fault
from tests.standins.http import Clock

TOPIC = Topic(name="Avatar", filters=("talking head",))
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
WHOLE = frozenset({"Avatar"})


def hours_ago(count: int, **changes: object) -> Paper:
    """A paper that was last updated so many hours ago."""
    moment = NOW - count * HOUR
    return paper(f"2611.{90000 + count}", **({"published": moment, "updated": moment} | changes))


def ask(api: ArxivApi, *, since: dt.datetime | None, limit: int) -> Findings:
    return api.ask(Question(topics=(TOPIC,), since={TOPIC.name: since}, limit=limit, now=NOW))


def ids(findings: Findings) -> list[str]:
    return [each.arxiv_id for each in findings.papers]


def left_out(count: int) -> dict[str, int]:
    """`Findings.cut`, when the limit leaves out so many."""
    return {TOPIC.name: count} if count else {}


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
    return ArxivApi(web, endpoint=standin.url, page_size=11)


def test_it_is_a_source(api: ArxivApi) -> None:
    source: Source = api
    assert (source.name, source.by_announcement, source.requests) == ("api", False, 0)
    assert ENDPOINT == "https://export.arxiv.org/api/query"


def test_the_question_is_the_topic_newest_first(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(0)]
    ask(api, since=None, limit=7)
    (request,) = standin.requests
    asked = request.query
    assert '"talking head"' in asked["search_query"]
    assert (asked["sortBy"], asked["sortOrder"]) == ("lastUpdatedDate", "descending")
    assert (asked["start"], asked["max_results"]) == ("0", "8")
    assert request.headers["user-agent"] == "arxiv-digest/0.1.0 (+https://example.org)"


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
    (read,) = ask(api, since=None, limit=7).papers
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
    (read,) = ask(api, since=None, limit=7).papers
    assert (read.authors, read.primary_category, read.categories) == ((), None, ())
    assert (read.comment, read.journal_ref, read.doi, read.license, read.announced) == (None,) * 5


def test_nothing_in_the_window_is_an_answer(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(30)]
    assert ask(api, since=NOW - 24 * HOUR, limit=7) == Findings(complete=WHOLE)


@pytest.mark.parametrize("since", [None, NOW - 24 * HOUR], ids=["newest", "window"])
def test_nothing_in_all_of_arxiv_is_none(api: ArxivApi, standin: ArxivStandin, since: dt.datetime | None) -> None:
    with pytest.raises(SourceError, match="never had such a paper") as caught:
        ask(api, since=since, limit=7)
    assert (caught.value.source, caught.value.topic) == ("api", "Avatar")
    assert api.requests == len(standin.requests) == 2


# How far to read


def test_everything_since_a_moment_and_no_more(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    findings = ask(api, since=NOW - 25 * HOUR, limit=100)
    assert ids(findings) == [f"2611.{90000 + count}" for count in range(26)]
    assert (findings.complete, findings.cut, findings.skipped) == (WHOLE, {}, ())
    assert api.requests == len(standin.requests) == 3


def test_a_revised_paper_is_recent_however_old_it_is(api: ArxivApi, standin: ArxivStandin) -> None:
    old = paper("0704.0001", version=9, published=dt.datetime(2007, 4, 1, tzinfo=dt.UTC), updated=NOW - HOUR)
    standin.papers = [hours_ago(0), old, hours_ago(30)]
    assert ids(ask(api, since=NOW - 24 * HOUR, limit=100)) == ["2611.90000", "0704.0001"]


def test_a_page_out_of_order_is_read_whole(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(25)]

    def shuffle(page: bytes) -> bytes:
        head, *entries = page.split(b"  <entry>")
        entries[-1], tail = entries[-1].split(b"</feed>")
        return b"  <entry>".join([head, entries[1], *entries[4:], entries[0], *entries[2:4]]) + b"</feed>" + tail

    standin.faults = [Fault.altered(shuffle)] * 2
    findings = ask(api, since=NOW - 24 * HOUR, limit=100)
    assert (len(findings.papers), findings.complete) == (25, WHOLE)


def test_a_paper_out_of_order_does_not_end_the_reading(api: ArxivApi, standin: ArxivStandin) -> None:
    """Stop at a page that ends before `since`, not at the first paper that does."""
    standin.papers = [hours_ago(count) for count in range(25)]
    standin.faults = [
        Fault.altered(lambda page: page.replace(b"<updated>2026-11-11T03:00:00Z", b"<updated>2026-10-11T03:00:00Z"))
    ]
    findings = ask(api, since=NOW - 24 * HOUR, limit=100)
    assert ids(findings) == [f"2611.{90000 + count}" for count in range(25) if count != 3]
    assert findings.complete == WHOLE


@pytest.mark.parametrize("limit", [1, 9, 25, 100])
def test_with_a_moment_the_limit_cuts_nothing(api: ArxivApi, standin: ArxivStandin, limit: int) -> None:
    """Which papers belong to the topic is known after the matching: to cut before would cut the wrong ones."""
    standin.papers = [hours_ago(count) for count in range(60)]
    findings = ask(api, since=NOW - 40 * HOUR, limit=limit)
    assert ids(findings) == [f"2611.{90000 + count}" for count in range(41)]
    assert (findings.complete, findings.cut, len(standin.requests)) == (WHOLE, {}, 4)


@pytest.mark.parametrize(("limit", "requests"), [(1, 1), (9, 1), (10, 1), (11, 2), (19, 2), (25, 3)])
def test_without_a_moment_no_more_is_read_than_the_limit_and_one(
    api: ArxivApi, standin: ArxivStandin, limit: int, requests: int
) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    findings = ask(api, since=None, limit=limit)
    assert ids(findings) == [f"2611.{90000 + count}" for count in range(limit)]
    assert (findings.cut, len(standin.requests)) == (left_out(60 - limit), requests)
    assert sum(int(each.query["max_results"]) for each in standin.requests) == limit + 1


def test_a_limit_that_just_suffices_cuts_nothing(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(11)]
    assert ask(api, since=None, limit=10).cut == {"Avatar": 1}
    assert ask(api, since=None, limit=11).cut == {}
    assert ask(api, since=None, limit=12).cut == {}


@pytest.mark.parametrize("limit", [1, 9, 10, 11, 30, 59, 60, 61, 1000])
def test_without_a_moment_what_is_cut_is_known_exactly(api: ArxivApi, standin: ArxivStandin, limit: int) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    findings = ask(api, since=None, limit=limit)
    assert len(findings.papers) == min(limit, 60)
    assert (findings.complete, findings.cut) == (WHOLE, left_out(60 - len(findings.papers)))


def test_arxivs_window_is_never_left(web: Web, standin: ArxivStandin) -> None:
    """Beyond 10,000 results arXiv answers with an error: what lies there is cut, and said to be."""
    api = ArxivApi(web, endpoint=standin.url, page_size=2000)
    standin.papers = [paper(f"2611.{number:05}", authors=()) for number in range(10_007)]
    findings = ask(api, since=None, limit=20_000)
    assert (len(findings.papers), findings.complete, findings.skipped) == (REACH, WHOLE, ())
    assert findings.cut == {"Avatar": 10_007 - REACH}
    assert reached(standin) == REACH
    # Of one second, all of them: no other question gets at the rest, and that is said.
    findings = ask(api, since=NOW - 9999 * HOUR, limit=20_000)
    assert (len(findings.papers), findings.complete, findings.cut) == (REACH, frozenset(), {})
    assert [row.subject for row in findings.skipped] == ["api: Avatar"]
    assert reached(standin) == REACH


def reached(standin: ArxivStandin) -> int:
    return max(start + size for start, size in pages(standin))


# Pages that do not fit together

both_ways = pytest.mark.parametrize("since", [None, NOW - 99 * HOUR], ids=["newest", "window"])
"""Both are read from the newest update on, and end for different reasons."""


def pages(standin: ArxivStandin) -> list[tuple[int, int]]:
    return [(int(each.query["start"]), int(each.query["max_results"])) for each in standin.requests]


@both_ways
def test_a_short_page_is_followed_by_what_it_left_out(
    api: ArxivApi, standin: ArxivStandin, since: dt.datetime | None
) -> None:
    standin.papers = [hours_ago(count) for count in range(25)]
    standin.faults = [Fault.altered(lambda page: first(page, 4))]
    findings = ask(api, since=since, limit=100)
    assert ids(findings) == [f"2611.{90000 + count}" for count in range(25)]
    assert (findings.complete, findings.cut) == (WHOLE, {})
    assert pages(standin) == [(0, 11), (4, 11), (15, 11)]


@both_ways
def test_a_paper_on_two_pages_is_one_paper(api: ArxivApi, standin: ArxivStandin, since: dt.datetime | None) -> None:
    """A new paper comes in between two requests, and moves all others down by one."""
    standin.papers = [hours_ago(count) for count in range(1, 26)]
    changes = iter([None, hours_ago(0)])

    def grow(page: bytes) -> bytes:
        new = next(changes)
        if new:
            standin.papers.append(new)
        return page

    standin.faults = [Fault.altered(grow)] * 2
    findings = ask(api, since=since, limit=100)
    assert sorted(ids(findings)) == [f"2611.{90000 + count}" for count in range(1, 26)]
    assert (findings.complete, findings.cut) == (WHOLE, {})


@both_ways
def test_of_two_versions_the_higher_one_counts(api: ArxivApi, standin: ArxivStandin, since: dt.datetime | None) -> None:
    standin.papers = [hours_ago(count) for count in range(15)]

    def repeat(page: bytes) -> bytes:
        return page.replace(b"2611.90004v1", b"2611.90003v2").replace(b"2611.90006v1", b"2611.90005v1")

    standin.faults = [Fault.altered(repeat)]
    findings = ask(api, since=since, limit=100)
    assert len(ids(findings)) == len(set(ids(findings))) == 13
    assert {each.arxiv_id: each.version for each in findings.papers}["2611.90003"] == 2


@both_ways
def test_when_results_vanish_between_two_pages_nothing_is_missed(
    api: ArxivApi, standin: ArxivStandin, since: dt.datetime | None
) -> None:
    """Papers that leave the results move all others up: those that cross the page's edge must be read all the same."""
    standin.papers = [hours_ago(count) for count in range(40)]
    turn = iter(range(9))

    def shrink(page: bytes) -> bytes:
        if next(turn) == 0:
            standin.papers = standin.papers[3:]
        return page

    standin.faults = [Fault.altered(shrink)] * 9
    findings = ask(api, since=since, limit=100)
    assert sorted(ids(findings)) == [f"2611.{90000 + count}" for count in range(40)]
    assert (findings.complete, findings.cut) == (WHOLE, {})


@both_ways
def test_a_total_that_jumps_about_does_not_keep_us_for_ever(
    api: ArxivApi, standin: ArxivStandin, since: dt.datetime | None
) -> None:
    standin.papers = [hours_ago(count) for count in range(60)]
    totals = iter([60, 45] * 50)

    def jump(page: bytes) -> bytes:
        return page.replace(b">60</opensearch:totalResults>", b">%d</opensearch:totalResults>" % next(totals))

    standin.faults = [Fault.altered(jump)] * 100
    findings = ask(api, since=since, limit=100)
    assert len(standin.requests) < 20
    assert len(findings.papers) >= 45


@both_ways
def test_unreadable_entries_do_not_shift_the_pages(
    api: ArxivApi, standin: ArxivStandin, since: dt.datetime | None
) -> None:
    """The client counts on by what it could read; entry 11 would come twice, or the last page never end."""
    standin.papers = [hours_ago(count) for count in range(23)]

    def spoil(page: bytes) -> bytes:
        for count in (3, 10, 21, 22):
            name = f"2611.{90000 + count}v1</id>".encode()
            page = page.replace(name, name.replace(b"v1", b""))
        return page

    standin.faults = [Fault.altered(spoil)] * 9
    findings = ask(api, since=since, limit=100)
    assert ids(findings) == [f"2611.{90000 + count}" for count in range(23) if count not in (3, 10, 21, 22)]
    assert [each.subject for each in findings.skipped] == ["2611.90003", "2611.90010", "2611.90021", "2611.90022"]
    assert (findings.complete, findings.cut) == (WHOLE, {})
    assert pages(standin) == [(0, 11), (11, 11), (22, 11)]


@both_ways
def test_a_page_of_which_nothing_can_be_read_is_not_the_end(
    api: ArxivApi, standin: ArxivStandin, since: dt.datetime | None
) -> None:
    standin.papers = [hours_ago(count) for count in range(15)]
    standin.faults = [Fault.altered(lambda page: page.replace(b"<published>2", b"<published>x2"))]
    findings = ask(api, since=since, limit=100)
    assert ids(findings) == [f"2611.{90000 + count}" for count in range(11, 15)]
    assert len(findings.skipped) == 11


def test_skipped_papers_are_replaced_within_the_limit(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(count) for count in range(20)]
    standin.faults = [Fault.altered(lambda page: page.replace(b"2611.90002v1</id>", b"2611.90002</id>"))]
    findings = ask(api, since=None, limit=5)
    assert ids(findings) == ["2611.90000", "2611.90001", "2611.90003", "2611.90004", "2611.90005"]
    assert (len(findings.skipped), findings.cut) == (1, {"Avatar": 14})


def first(page: bytes, count: int) -> bytes:
    """The page with its first `count` entries only."""
    parts = page.split(b"  <entry>")
    return b"  <entry>".join(parts[: count + 1]) + b"</feed>\n"


# Manners


def test_pages_keep_their_distance(api: ArxivApi, standin: ArxivStandin, clock: Clock) -> None:
    standin.papers = [hours_ago(count) for count in range(25)]
    ask(api, since=None, limit=100)
    ask(api, since=None, limit=100)
    assert len(standin.requests) == 6
    assert clock.slept == [3.0] * 5
    assert standin.connections == 1


def test_requests_are_counted_with_their_repetitions(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [hours_ago(0)]
    standin.faults = [Fault.status(500)]
    ask(api, since=None, limit=5)
    assert api.requests == 2
    standin.faults = [Fault.status(403)]
    with pytest.raises(SourceError):
        ask(api, since=None, limit=5)
    assert api.requests == 3


def test_an_error_names_source_and_topic(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [Fault.status(403)]
    with pytest.raises(SourceError) as caught:
        ask(api, since=None, limit=5)
    assert (caught.value.source, caught.value.topic, caught.value.status) == ("api", "Avatar", 403)


def test_the_sources_cost_nothing_until_one_is_used() -> None:
    heavy = "{'arxiv', 'requests', 'lxml', 'tenacity', 'urllib3'}"
    script = f"import sys, digest.sources; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ages=st.lists(st.integers(0, 50), unique=True, min_size=1, max_size=50),
    since=st.none() | st.integers(0, 60),
    limit=st.integers(1, 60),
    page_size=st.integers(1, 60),
)
def test_whatever_the_pages_the_answer_is_the_newest_or_all_of_the_window(
    ages: list[int], since: int | None, limit: int, page_size: int, standin: ArxivStandin
) -> None:
    standin.papers = [hours_ago(age) for age in ages]
    window = sorted(ages)[:limit] if since is None else [age for age in sorted(ages) if age <= since]
    with Web("test", Clock(), delay=0) as web:
        api = ArxivApi(web, endpoint=standin.url, page_size=page_size)
        findings = ask(api, since=None if since is None else NOW - since * HOUR, limit=limit)
    assert ids(findings) == [f"2611.{90000 + age}" for age in window]
    assert findings.cut == left_out(len(ages) - len(window) if since is None else 0)
    assert (findings.complete, findings.skipped) == (WHOLE, ())
