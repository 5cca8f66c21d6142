"""Every recorded answer of arXiv, served again byte for byte, is read as exactly what it says."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from digest.errors import Refused
from digest.model import Author, Paper
from digest.sources.arxiv_api import ArxivApi, Page
from digest.web import Web
from tests.standins.arxiv import feed
from tests.standins.http import ATOM, Clock, Reply, Server

FOLDER = Path(__file__).parents[2] / "../shared/data/recorded/atom"
FILES = sorted(FOLDER.glob("*.xml"))
ERRORS = ["arxivpy_id_abc_s0_m100_b79c8dcf6bc3.xml"]
EDITED = ["eliorav_sample.xml"]
"""Its author replaced the identifier with `sample_code`."""

SPACES = {
    "": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
}

TEXTS = ("title", "summary", "published", "updated", "arxiv:comment", "arxiv:journal_ref", "arxiv:doi")

pytestmark = pytest.mark.skipif(not FILES, reason="recorded answers need ../shared/data, which a clone does not have")


def replay(content: bytes, status: int = 200) -> tuple[Page, int]:
    """What is read of `content`, and how many requests that took."""
    root = ET.fromstring(content)
    start = int(root.findtext("opensearch:startIndex", "", SPACES))
    with Server(lambda request: Reply(content, ATOM, status)) as server, Web("test", Clock()) as web:
        api = ArxivApi(web, endpoint=f"{server.origin}/api/query")
        page = api.page("all:testing", start=start, size=100)
        assert server.requests[0].query["start"] == str(start)
        return page, api.requests


def line(text: str | None) -> str:
    return " ".join((text or "").split())


def told(entry: ET.Element) -> Paper:
    """An entry as the file has it, read without any of our code. Holds for well-formed recordings only."""
    name = entry.findtext("id", "", SPACES).removeprefix("http://arxiv.org/abs/")
    arxiv_id, _, version = name.rpartition("v")
    text = {tag: line(entry.findtext(tag, None, SPACES)) for tag in TEXTS}
    primary = entry.find("arxiv:primary_category", SPACES)
    terms = [each.get("term", "") for each in entry.findall("category", SPACES)]
    return Paper(
        arxiv_id=arxiv_id,
        version=int(version),
        title=text["title"],
        abstract=text["summary"],
        authors=tuple(
            Author(
                name=line(each.findtext("name", None, SPACES)),
                affiliations=tuple(line(place.text) for place in each.findall("arxiv:affiliation", SPACES)),
            )
            for each in entry.findall("author", SPACES)
        ),
        primary_category=primary.get("term") if primary is not None else None,
        categories=tuple(term for term in terms if " " not in term),
        published=dt.datetime.fromisoformat(text["published"]),
        updated=dt.datetime.fromisoformat(text["updated"]),
        comment=text["arxiv:comment"] or None,
        journal_ref=text["arxiv:journal_ref"] or None,
        doi=text["arxiv:doi"] or None,
    )


def test_no_recording_is_forgotten() -> None:
    assert len(FILES) == 35


@pytest.mark.parametrize(
    "path", [each for each in FILES if each.name not in ERRORS + EDITED], ids=lambda path: path.name[:50]
)
def test_a_recorded_page_is_read_as_what_it_says(path: Path) -> None:
    content = path.read_bytes()
    root = ET.fromstring(content)
    page, requests = replay(content)
    assert list(page.papers) == [told(each) for each in root.findall("entry", SPACES)]
    assert page.total == int(root.findtext("opensearch:totalResults", "", SPACES))
    assert page.came == len(page.papers)
    assert page.skipped == ()
    assert requests == 1


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("status", [200, 400])
def test_a_recorded_error_feed_is_a_refusal_in_its_own_words(name: str, status: int) -> None:
    with pytest.raises(Refused, match="incorrect id format for abc") as caught:
        replay((FOLDER / name).read_bytes(), status)
    assert caught.value.status == status


@pytest.mark.parametrize("name", EDITED)
def test_an_entry_without_identifier_is_named_and_left_out(name: str) -> None:
    page, _ = replay((FOLDER / name).read_bytes())
    assert page.papers == ()
    assert (page.came, page.total) == (1, 6123)
    assert [each.subject for each in page.skipped] == ["http://arxiv.org/abs/sample_code"]
    assert "not an arXiv identifier" in page.skipped[0].message


AWKWARD = FOLDER.parents[1] / "edge_cases.jsonl.gz"


@pytest.mark.skipif(not AWKWARD.exists(), reason="awkward papers need ../shared/data, which a clone does not have")
def test_the_most_awkward_papers_of_arxiv_arrive_as_they_are() -> None:
    moment = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
    with gzip.open(AWKWARD, "rt", encoding="utf-8") as lines:
        facts = [json.loads(each) for each in lines]

    def paper(fact: dict[str, Any], write: Callable[[str], str]) -> Paper:
        return Paper(
            arxiv_id=fact["id"],
            version=fact["version"] or 1,
            title=write(fact["title"]),
            abstract=write(fact["abstract"]),
            authors=tuple(Author(name=write(each)) for each in fact["authors"]),
            primary_category=fact["primary"],
            categories=tuple(each for each in fact["categories"] or () if each != fact["primary"]),
            published=moment,
            updated=moment,
            comment=write(fact["comment"] or "") or None,
        )

    def without_controls(text: str) -> str:
        return line(re.sub("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]", "", text))

    sent = [paper(fact, str) for fact in facts]
    page, _ = replay(feed(sent, "all:testing", total=len(sent)).body)
    assert len(page.papers) == len(facts) > 400
    for read, fact in zip(page.papers, facts, strict=True):
        expected = paper(fact, without_controls)
        own = tuple(
            each for each in (fact["primary"], *expected.categories) if each and not any(map(str.isdigit, each))
        )
        assert read == msgspec.structs.replace(expected, categories=own)
