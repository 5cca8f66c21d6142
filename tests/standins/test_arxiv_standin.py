"""The stand-in answers as arXiv does: the shapes of recorded answers, the grammar of arXiv's server."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen
from xml.etree import ElementTree as ET

import pytest

from digest.model import Author, Paper
from tests.factories import paper
from tests.standins.arxiv import ArxivStandin, Fault, error_feed, feed
from tests.standins.arxiv_query import BadQueryError, read_query

FOLDER = Path(__file__).parents[2] / "../shared/data/recorded/atom"
SPACES = {"": "http://www.w3.org/2005/Atom", "arxiv": "http://arxiv.org/schemas/atom"}


def papers_of(content: bytes) -> list[Paper]:
    """A recorded page of the new server, verbatim, line breaks and all."""
    found = []
    for entry in ET.fromstring(content).findall("entry", SPACES):
        arxiv_id, _, version = entry.findtext("id", "", SPACES).removeprefix("http://arxiv.org/abs/").rpartition("v")
        primary = entry.find("arxiv:primary_category", SPACES)
        found.append(
            Paper(
                arxiv_id=arxiv_id,
                version=int(version),
                title=entry.findtext("title", "", SPACES),
                abstract=entry.findtext("summary", "", SPACES),
                authors=tuple(
                    Author(
                        name=each.findtext("name", "", SPACES),
                        affiliations=tuple(place.text or "" for place in each.findall("arxiv:affiliation", SPACES)),
                    )
                    for each in entry.findall("author", SPACES)
                ),
                primary_category=primary.get("term") if primary is not None else None,
                categories=tuple(each.get("term", "") for each in entry.findall("category", SPACES)),
                published=dt.datetime.fromisoformat(entry.findtext("published", "", SPACES)),
                updated=dt.datetime.fromisoformat(entry.findtext("updated", "", SPACES)),
                comment=entry.findtext("arxiv:comment", None, SPACES),
                journal_ref=entry.findtext("arxiv:journal_ref", None, SPACES),
                doi=entry.findtext("arxiv:doi", None, SPACES),
            )
        )
    return found


def entries(content: bytes) -> list[str]:
    return re.findall(r"  <entry>.*?</entry>", content.decode(), re.DOTALL)


RECORDED = sorted([*FOLDER.glob("arxivpy_q_*.xml"), *FOLDER.glob("arxivpy_id_*v1_*.xml"), *FOLDER.glob("*_2026-*.xml")])
needs_recordings = pytest.mark.skipif(not RECORDED, reason="needs ../shared/data, which a clone does not have")


@needs_recordings
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name[:40])
def test_entries_are_written_byte_for_byte_as_arxiv_writes_them(path: Path) -> None:
    content = path.read_bytes()
    papers = papers_of(content)
    assert entries(feed(papers, "all:testing", total=len(papers)).body) == entries(content)


@needs_recordings
def test_a_feed_begins_as_arxiv_begins_it() -> None:
    content = (FOLDER / "sotawhat_transformer_2026-06-14.xml").read_bytes()
    papers = papers_of(content)
    ours = feed(papers, "all:transformer AND cat:cs.LG", total=28946, size=5).body
    varying = rb"<id>https://arxiv.org/api/.*?</id>|<updated>2026-(06-14|11-11)T.*?</updated>"
    assert re.sub(varying, b"", ours) == re.sub(varying, b"", content)


@needs_recordings
def test_an_error_feed_is_arxivs() -> None:
    content = (FOLDER / "arxivpy_id_abc_s0_m100_b79c8dcf6bc3.xml").read_bytes()
    ours = error_feed("incorrect id format for abc", "incorrect_id_format_for_abc")
    varying = rb"<updated>.*?</updated>"
    assert re.sub(varying, b"", ours.body) == re.sub(varying, b"", content)
    assert ours.status == 400


def ask(standin: ArxivStandin, **parameters: object) -> tuple[int, str, list[str]]:
    """Status, total, and the identifiers on the page."""
    with urlopen(f"{standin.url}?{urlencode(parameters)}") as answer:
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        root = ET.fromstring(answer.read())
        total = root.findtext("{http://a9.com/-/spec/opensearch/1.1/}totalResults", "")
        return answer.status, total, [each.findtext("id", "", SPACES)[21:] for each in root.findall("entry", SPACES)]


DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 9, 12, tzinfo=dt.UTC)
MANY = [
    paper(f"2611.9000{day}", published=NOON - day * DAY, updated=NOON + day * DAY, title=f"Talking heads {day}")
    for day in range(5)
]


def test_results_are_sorted_cut_into_pages_and_counted() -> None:
    with ArxivStandin(MANY) as standin:
        query = {"search_query": 'ti:"talking head"'}
        newest = ["2611.90004v1", "2611.90003v1", "2611.90002v1", "2611.90001v1", "2611.90000v1"]
        assert ask(standin, **query, sortBy="lastUpdatedDate") == (200, "5", newest)
        assert ask(standin, **query, sortBy="submittedDate") == (200, "5", newest[::-1])
        assert ask(standin, **query, sortBy="submittedDate", sortOrder="ascending") == (200, "5", newest)
        assert ask(standin, **query, sortBy="lastUpdatedDate", start=1, max_results=2) == (200, "5", newest[1:3])
        assert ask(standin, **query, sortBy="lastUpdatedDate", start=5) == (200, "5", [])
        assert len(standin.requests) == 5
        assert standin.connections == 5


def test_ids_are_looked_up_and_missing_ones_are_missing() -> None:
    old, new = paper("math/0309136", version=1), paper("math/0309136", version=2, title="Second")
    with ArxivStandin([old, new, *MANY]) as standin:
        found = ask(standin, id_list="2611.90003,math/0309136,0000.0000,math/0309136v1")
        assert found == (200, "3", ["2611.90003v1", "math/0309136v2", "math/0309136v1"])
        assert ask(standin, id_list="2611.90003,2611.90001", search_query='ti:"heads 1"') == (
            200,
            "1",
            ["2611.90001v1"],
        )
        assert ask(standin, search_query="ti:second")[1] == "1"


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"id_list": "abc"}, 400),
        ({"search_query": "(ti:a"}, 400),
        ({"search_query": "ti:ü"}, 400),
        ({"search_query": "ti:a", "sortBy": "date"}, 400),
        ({"search_query": "ti:a", "max_results": 0}, 500),
        ({"search_query": "ti:a", "start": 10_000}, 500),
    ],
)
def test_what_arxiv_refuses_is_refused(parameters: dict[str, object], status: int) -> None:
    with ArxivStandin(MANY) as standin, pytest.raises(HTTPError) as caught:
        ask(standin, **parameters)
    caught.value.close()
    assert caught.value.code == status


def test_faults_happen_once_each() -> None:
    with ArxivStandin(MANY, [Fault.status(429, retry_after=7)]) as standin:
        with pytest.raises(HTTPError) as caught:
            ask(standin, search_query="ti:heads")
        caught.value.close()
        assert caught.value.headers["Retry-After"] == "7"
        assert ask(standin, search_query="ti:heads")[1] == "5"


SUBJECT = paper(
    "2611.90001",
    version=2,
    title="Non-invasive Talking-Head Synthesis",
    abstract="An adaptive method, after Poincaré.",
    comment="Accepted at CVPR",
    journal_ref="J. Math. 3 (2026)",
    authors=(Author(name="Adrian Del Maestro"), Author(name="Michel J. P. Gingras")),
    categories=("cs.CV", "math.AG"),
    published=NOON,
)


@pytest.mark.parametrize(
    "query",
    [
        "ti:talking",
        "ti:heads",  # stems
        'ti:"talking head"',
        'ti:"talking heads"',
        'abs:"adaptation methods"',
        "abs:poincare",
        "co:cvpr",
        "jr:math",
        "au:maestro",
        'au:"del maestro"',
        "au:del_maestro",
        "au:gingras_m",
        "cat:cs.CV",
        "cat:math.AG",
        "cat:cs.*",
        "id:2611.90001",
        "id:2611.90001v1",
        "all:cvpr",
        "all:gingras",
        "talking",
        "nowhere talking",  # a missing operator is OR
        "ti:(nowhere talking)",
        "ti:talking AND OR nowhere",  # the last operator holds
        "ti:talking ANDNOT ti:nowhere AND ti:gone",  # talking ANDNOT (nowhere AND gone)
        "submittedDate:[202611 TO 202611]",
        "submittedDate:[202611091200 TO 202611091200]",
        "submittedDate:[2026 TO 2027]",
        "lastUpdatedDate:[20261109 TO 20261109]",  # rewritten to submittedDate
        "ti:talk*",
    ],
)
def test_queries_that_find(query: str) -> None:
    assert read_query(query)(SUBJECT)


@pytest.mark.parametrize(
    "query",
    [
        "ti:cvpr",
        'ti:"head talking"',
        'ti:"talking synthesis"',
        "cat:cs",  # no category has this name
        "cat:cv",
        "and",
        "ti:non-invasive",  # non NOT invasive
        "au:maestro_z",
        "submittedDate:[202610 TO 20261108]",
        "ti:nowhere AND ti:talking OR ti:talking",  # nowhere AND (talking OR talking)
        "ti:talking ANDNOT abs:adaptive",
        "ti:talking ANDNOT ti:nowhere OR abs:adaptive",  # talking ANDNOT (nowhere OR adaptive)
    ],
)
def test_queries_that_do_not_find(query: str) -> None:
    assert not read_query(query)(SUBJECT)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "(",
        "ti:",
        "ti:a)",
        "(ti:a",
        "AND",
        "ti:a AND",
        "AND ti:a",
        'ti:"a',
        "submittedDate:[* TO 2026]",
        "ti:[1 TO 2]",
        "nope:a",
        "ti:é",
        "submittedDate:2026",
        "submittedDate:[20261301 TO 2027]",
    ],
)
def test_queries_that_arxiv_cannot_read(query: str) -> None:
    with pytest.raises(BadQueryError):
        read_query(query)
