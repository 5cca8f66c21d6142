"""Every fault of the wire that can befall the API, each by its name: what we do meanwhile, and that all is well after.

None of them may ever look like "no new papers". Most do to `arxiv.Client` alone.
"""

from __future__ import annotations

import datetime as dt
import re
import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.model import Paper, Topic
from digest.ports import Findings, Question
from digest.sources.arxiv_api import ArxivApi
from digest.web import Web
from tests.factories import paper
from tests.standins import http
from tests.standins.arxiv import ArxivStandin, Fault, error_feed
from tests.standins.http import Clock

TOPIC = Topic(name="Avatar", filters=("talking head",))
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
SINCE = NOW - dt.timedelta(days=7)
IDS = [f"2611.{90000 + count}" for count in range(30)]
HTML = b"<!DOCTYPE html><html><head><title>arXiv</title></head><body><h1>Down for maintenance</h1></body></html>"


def published(count: int) -> Paper:
    moment = NOW - dt.timedelta(hours=count)
    return paper(IDS[count], published=moment, updated=moment)


@pytest.fixture
def standin() -> Iterator[ArxivStandin]:
    with ArxivStandin(map(published, range(30))) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(request: pytest.FixtureRequest, standin: ArxivStandin, clock: Clock) -> Iterator[ArxivApi]:
    # Who dawdles is cut off at the deadline: a short one, or the tests dawdle too.
    deadline = 0.5 if "[23 slow" in request.node.name or "[23 sil" in request.node.name else 20
    with Web("arxiv-digest/0.1.0 (+https://example.org)", clock, deadline=deadline) as web:
        yield ArxivApi(web, endpoint=standin.url, page_size=20)


def ask(api: ArxivApi, *, since: dt.datetime | None = SINCE, limit: int = 100) -> Findings:
    return api.ask(Question(topics=(TOPIC,), since={TOPIC.name: since}, limit=limit, now=NOW))


def ids(findings: Findings) -> list[str]:
    return [each.arxiv_id for each in findings.papers]


def is_whole(findings: Findings) -> bool:
    return findings == Findings(papers=findings.papers, complete=frozenset({"Avatar"})) and ids(findings) == IDS


def is_the_first_page(findings: Findings) -> bool:
    """Kept, and said to be no whole findings."""
    (row,) = findings.skipped
    told = (row.stage, row.subject) == ("fetch", "api: Avatar") and row.message.isprintable() and row.message != ""
    return told and ids(findings) == IDS[:20] and findings.complete == set() and findings.cut == {}


def sizes(standin: ArxivStandin) -> list[int]:
    return [int(each.query["max_results"]) for each in standin.requests]


WELL = Fault.altered(lambda page: page)


def clipped(page: bytes) -> bytes:
    """Cut inside an entry: the length is right, the XML is not."""
    return page[: page.index(b"<summary>", len(page) // 2) + 20]


def emptied(page: bytes) -> bytes:
    """No entry, though the totals announce some."""
    return re.sub(rb"  <entry>.*</entry>\n", b"", page, flags=re.DOTALL)


def nothing(page: bytes) -> bytes:
    """No entry, and none announced."""
    return emptied(page).replace(b">30</opensearch:totalResults>", b">0</opensearch:totalResults>")


def spelled(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda page: page.replace(old.encode(), new.encode("latin-1", errors="replace"), 1)


class Case(NamedTuple):
    fault: Fault
    kind: type[SourceError]
    tries: int
    """Requests for one page before it is given up: 5 where patience helps, 3 where it may, 1 where it can't."""


CASES = {
    # the rows of facts/arxiv.md §5
    "1 429 bare": Case(Fault.status(429, body=b"Rate exceeded.", content_type="text/plain"), Throttled, 5),
    "2 429 retry-after": Case(Fault.status(429, retry_after=7), Throttled, 5),
    "2 429 retry-after 0": Case(Fault.status(429, retry_after=0), Throttled, 5),
    "2 429 retry-after a day": Case(Fault.status(429, retry_after=86_400), Throttled, 1),
    "3 406": Case(Fault.status(406), Throttled, 5),
    "5 soft limit": Case(Fault.body(b"Rate exceeded.", "text/plain"), Throttled, 5),
    "5 soft limit as atom": Case(Fault.body(b"Rate exceeded."), Throttled, 5),
    "6 503": Case(Fault.status(503, retry_after=0, body=b"<h1>first byte timeout</h1>"), Throttled, 5),
    "7 403 denied": Case(Fault.status(403, body=b"<h1>Access Denied</h1>"), Refused, 1),
    "8 400 bad query": Case(Fault.reply(error_feed("Invalid query string: '('")), Refused, 1),
    "9 error feed with 200": Case(Fault.reply(error_feed("incorrect id format for abc", status=200)), Refused, 1),
    "10 500 html": Case(Fault.status(500, body=HTML), SourceError, 3),
    "10 500 error feed": Case(Fault.reply(error_feed("internal error", status=500)), SourceError, 3),
    "10 502": Case(Fault.status(502), SourceError, 3),
    "11 html with 200": Case(Fault.body(HTML, "text/html; charset=utf-8"), Malformed, 3),
    "11 html as atom": Case(Fault.body(HTML), Malformed, 3),
    "12 empty body": Case(Fault.body(b""), Malformed, 3),
    "14 empty page": Case(Fault.altered(emptied), Malformed, 3),
    "19 reset before headers": Case(http.reset_before_headers(), Unreachable, 5),
    "20 reset in body": Case(http.reset_in_body(), Unreachable, 5),
    "21 fin in body": Case(http.fin_in_body(), Unreachable, 5),
    "21 fin in chunk": Case(http.fin_in_chunk(), Unreachable, 5),
    "21 fin without length": Case(http.fin_without_length(), Malformed, 3),
    "22 truncated xml": Case(Fault.altered(clipped), Malformed, 3),
    "23 slow headers": Case(http.slow_headers(0.2), Unreachable, 5),
    "23 slow body": Case(http.slow_body(0.2), Unreachable, 5),
    "23 slow body without length": Case(http.slow_body_without_length(0.2), Unreachable, 5),
    "23 silence": Case(http.silence(), Unreachable, 5),
    "24 plain as gzip": Case(http.not_gzip(), Malformed, 3),
    "24 half gzip": Case(http.half_gzip(), Malformed, 3),
    "25 latin-1": Case(Fault.altered(spelled("Ada", "Adà")), Malformed, 3),
    "25 utf-16": Case(Fault.altered(lambda page: page.decode().encode("utf-16")), Malformed, 3),
    "27 dtd": Case(Fault.altered(spelled("<feed", "<!DOCTYPE feed><feed")), Malformed, 3),
    "27 xxe": Case(
        Fault.altered(spelled("<feed", '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed')), Malformed, 3
    ),
    "28 redirect to another host": Case(Fault.redirect("http://evil.example/"), Refused, 1),
    "28 redirect loop": Case(Fault.redirect("/api/query"), Refused, 6),
    "28 redirect out of https": Case(Fault.redirect("ftp://127.0.0.1/"), Refused, 1),
    "29 no totals": Case(Fault.altered(spelled("opensearch:totalResults>", "opensearch:x>")), Malformed, 3),
    "another page than asked": Case(Fault.altered(spelled("startIndex>", "startIndex>9")), Malformed, 3),
    "json": Case(Fault.body(b'{"message": "ok"}', "application/json"), Malformed, 3),
    "404": Case(Fault.status(404), Refused, 1),
}

SMALLER = {"10 500 html", "10 500 error feed", "10 502"}
"""Besides `Malformed`: these make us try smaller pages before we give up."""

WAYS = {"newest": None, "window": SINCE}
newest_or_window = pytest.mark.parametrize("since", WAYS.values(), ids=WAYS)
every_case = pytest.mark.parametrize(
    ("name", "since"),
    [
        pytest.param(name, since, id=f"{name}-{way}")
        for name in CASES
        for way, since in WAYS.items()
        if since or not name.startswith("23 ")  # these take their time
    ],
)


def patience(name: str) -> int:
    """Requests before we give up: for 20 entries, then for 5 where a page may come through in pieces."""
    case = CASES[name]
    return case.tries * (2 if case.kind is Malformed or name in SMALLER else 1)


@every_case
def test_while_it_lasts_it_is_an_error_and_when_it_is_over_all_is_there(
    name: str, since: dt.datetime | None, api: ArxivApi, standin: ArxivStandin, clock: Clock
) -> None:
    case = CASES[name]
    standin.faults = [case.fault] * 50
    with pytest.raises(case.kind) as caught:
        ask(api, since=since)
    assert type(caught.value) is case.kind
    assert len(standin.requests) == patience(name)
    assert (caught.value.source, caught.value.topic) == ("api", "Avatar")
    assert str(caught.value).isprintable()
    assert clock.passed < 20 * 60
    standin.faults = []
    assert is_whole(ask(api, since=since))


@every_case
def test_on_a_later_page_it_costs_the_topic_its_answer(
    name: str, since: dt.datetime | None, api: ArxivApi, standin: ArxivStandin, clock: Clock
) -> None:
    """What came of a window is kept. A first look begins anew with the next run, as long as it takes."""
    case = CASES[name]
    standin.faults = [WELL, *[case.fault] * 50]
    if since:
        assert is_the_first_page(ask(api, since=since))
    else:
        with pytest.raises(case.kind) as caught:
            ask(api, since=since)
        assert type(caught.value) is case.kind
        assert (caught.value.source, caught.value.topic) == ("api", "Avatar")
    assert len(standin.requests) == 1 + patience(name)
    assert clock.passed < 20 * 60
    standin.faults = []
    assert is_whole(ask(api, since=since))


PASSING = [name for name, case in CASES.items() if case.kind is not Refused and case.tries > 1]


@pytest.mark.parametrize("page", [0, 1], ids=["first page", "later page"])
@pytest.mark.parametrize("name", PASSING)
def test_when_it_passes_the_same_run_is_whole(name: str, page: int, api: ArxivApi, standin: ArxivStandin) -> None:
    """On the first page, or on a later one, where `arxiv.Client` would take it for the end."""
    standin.faults = [WELL] * page + [CASES[name].fault] * 2
    assert is_whole(ask(api))
    assert api.requests == len(standin.requests) == 4


def test_1_throttling_is_waited_out_from_half_a_minute_on(api: ArxivApi, standin: ArxivStandin, clock: Clock) -> None:
    standin.faults = [CASES["1 429 bare"].fault] * 3
    assert is_whole(ask(api))
    assert [wait // 10 * 10 for wait in clock.slept if wait > 3] == [30, 60, 120]


def test_2_retry_after_is_honoured(api: ArxivApi, standin: ArxivStandin, clock: Clock) -> None:
    standin.faults = [CASES["2 429 retry-after"].fault]
    assert is_whole(ask(api))
    assert clock.slept[0] == 7


def test_4_accept_is_always_sent(api: ArxivApi, standin: ArxivStandin) -> None:
    ask(api)
    assert {each.headers["accept"] for each in standin.requests} == {"*/*"}


def test_8_arxiv_says_itself_what_is_wrong(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [CASES["8 400 bad query"].fault]
    with pytest.raises(Refused, match=r"Invalid query string: '\('") as caught:
        ask(api)
    assert caught.value.status == 400


def test_10_a_page_that_fails_whole_may_come_in_pieces(api: ArxivApi, standin: ArxivStandin) -> None:
    """start=400 fails with 166, 167 and 200 entries, and works with others: JosePizarro3/pyrxiv#20."""
    standin.faults = [Fault.status(500)] * 3
    assert is_whole(ask(api))
    assert sizes(standin)[:4] == [20, 20, 20, 5]


def test_22_an_entry_that_breaks_every_page_it_is_on_fails_the_topic(api: ArxivApi, standin: ArxivStandin) -> None:
    """The rest would be half an answer, stored as if there were no other half."""
    standin.faults = [Fault.altered(spelled(f"{IDS[0]}v1</id>", f"{IDS[0]}v1<id>"))] * 50
    with pytest.raises(Malformed):
        ask(api)
    assert sizes(standin) == [20] * 3 + [5] * 3


def test_22_what_came_before_such_an_entry_is_kept(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [Fault.altered(spelled(f"{IDS[20]}v1</id>", f"{IDS[20]}v1<id>"))] * 50
    assert is_the_first_page(ask(api))
    assert sizes(standin) == [20] + [20] * 3 + [5] * 3


@newest_or_window
def test_13_false_empty_is_never_an_answer(since: dt.datetime | None, api: ArxivApi, standin: ArxivStandin) -> None:
    """Nothing tells it from a true one, so that neither is taken for "no new papers"."""
    papers, standin.papers = standin.papers, []
    with pytest.raises(SourceError, match="never had such a paper"):
        ask(api, since=since)
    assert sizes(standin) == [20, 19]
    standin.papers = papers
    assert is_whole(ask(api, since=since))


@newest_or_window
def test_13_false_empty_that_passes_is_asked_past_any_cache(
    since: dt.datetime | None, api: ArxivApi, standin: ArxivStandin
) -> None:
    standin.faults = [Fault.altered(nothing)]
    assert is_whole(ask(api, since=since))
    assert sizes(standin)[:2] == [20, 19]


def test_13_false_empty_on_a_later_page_is_not_the_end(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [WELL, Fault.altered(nothing)]
    assert is_whole(ask(api))
    standin.faults = [WELL, *[Fault.altered(nothing)] * 50]
    findings = ask(api)
    assert is_the_first_page(findings)
    assert findings.skipped[0].message == "There were results, and then there were none."


def test_18_a_start_beyond_the_window_is_never_asked_for(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [
        Fault.altered(lambda page: page.replace(b">30</opensearch:total", b">30000</opensearch:total"))
    ] * 50
    findings = ask(api, since=None, limit=20)
    assert (ids(findings), findings.cut) == (IDS[:20], {"Avatar": 29_980})
    assert sizes(standin) == [20, 1]


def test_19_nobody_listens(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/api/query"
    with Web("test", clock) as web, pytest.raises(Unreachable, match="Connection refused"):
        ask(ArxivApi(web, endpoint=url))


def test_26_control_characters_are_removed_and_reported(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.faults = [Fault.altered(spelled("<title>Talking Heads", "<title>Talk\x01ing\x0bHe&#x1;ads"))]
    findings = ask(api)
    assert len(findings.papers) == 30
    assert findings.papers[0].title == "Talking Heads from One Photograph"
    assert [each.subject for each in findings.skipped] == [IDS[0]]


BROKEN_ENTRIES = {
    "29 no published": (r"<published>.*?</published>", ""),
    "29 no summary": (r"<summary>.*?</summary>", ""),
    "29 no id": (r"<id>http://arxiv.org/abs/.*?</id>", ""),
    "29 blank title": (r"<title>Talk.*?</title>", "<title> </title>"),
    "30 not a date": (r"<updated>2026-11-11T06:00:00Z</updated>\n    <link", "<updated>not a date</updated><link"),
    "30 no zone": (r"(<published>[^<]*)Z<", r"\1<"),
    "30 year 0001": (r"<published>2026", "<published>0001"),
    "36 no version": (r"(/abs/2611\.90000)v1</id>", r"\1</id>"),
    "36 not an id": (r"/abs/2611\.90000v1</id>", r"/abs/sample_code</id>"),
}


@pytest.mark.parametrize("name", BROKEN_ENTRIES)
def test_an_unreadable_entry_costs_itself_only(name: str, api: ArxivApi, standin: ArxivStandin) -> None:
    pattern, replacement = BROKEN_ENTRIES[name]
    standin.faults = [
        Fault.altered(lambda page: re.sub(pattern, replacement, page.decode(), count=1, flags=re.DOTALL).encode())
    ]
    findings = ask(api)
    assert ids(findings) == IDS[1:]
    assert len(findings.skipped) == 1
    assert findings.skipped[0].stage == "fetch"
    assert findings.complete == {"Avatar"}
    assert findings.skipped[0].message.startswith("left out: ")
    assert is_whole(ask(api))


@pytest.mark.parametrize("name", ["author", "category", "link", "arxiv:primary_category"])
def test_29_an_entry_without_what_it_can_do_without_is_kept(name: str, api: ArxivApi, standin: ArxivStandin) -> None:
    pattern = rf"\s*<{name}\b(?:[^>]*/>|.*?</{name}>)"
    standin.faults = [Fault.altered(lambda page: re.sub(pattern, "", page.decode(), flags=re.DOTALL).encode())] * 2
    assert is_whole(ask(api))


def test_29_a_title_of_0_is_a_title(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers = [paper(title="0", abstract="A talking head.")]
    assert [each.title for each in ask(api).papers] == ["0"]


def test_31_long_data_is_read_whole(api: ArxivApi, standin: ArxivStandin) -> None:
    authors = paper().authors * 1500
    long = paper(title="talking head " * 1000, abstract="x" * 100_000, authors=authors)
    standin.papers = [long]
    (read,) = ask(api).papers
    assert (len(read.title), len(read.abstract), len(read.authors)) == (12_999, 100_000, 3000)


def test_31_what_is_too_long_is_named(api: ArxivApi, standin: ArxivStandin) -> None:
    standin.papers.append(paper("2611.99999", title="talking head", abstract="x" * 1_048_577))
    findings = ask(api)
    assert ids(findings) == IDS
    assert [each.subject for each in findings.skipped] == ["2611.99999"]


def test_35_old_identifiers(api: ArxivApi, standin: ArxivStandin) -> None:
    names = ["math.GT/0309136", "hep-th/9901001", "solv-int/9901001", "cond-mat/0412498"]
    standin.papers = [paper(name, version=2) for name in names]
    found = {each.arxiv_id: each.version for each in ask(api).papers}
    assert found == {"math/0309136": 2, "hep-th/9901001": 2, "solv-int/9901001": 2, "cond-mat/0412498": 2}


def test_46_text_of_every_kind_arrives_as_it_was_written(api: ArxivApi, standin: ArxivStandin) -> None:
    title = "<script>alert('&amp;lt;')</script> | `rm` $a_b$ \\url{javascript:alert(1)} talking head ]]> \u202e"
    standin.papers = [paper(title=title)]
    assert [each.title for each in ask(api).papers] == [title]
