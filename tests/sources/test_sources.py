"""Every name that config.yaml may give a source makes one, which asks where config.yaml says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
import pytest

from digest.config import Endpoints, Fetch
from digest.errors import Refused
from digest.model import Status, Topic, TopicStatus
from digest.ports import Question, Source
from digest.sources import SOURCES, arxiv_api, arxiv_oai, arxiv_rss
from digest.web import Web
from tests.factories import paper
from tests.standins.http import Clock, Reply, Server
from tests.standins.rss import RssStandin, mailing_before

NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TOPIC = Topic(name="Avatar", filters=("talking head",), categories=("cs.CV",))
QUESTION = Question(topics=(TOPIC,), since={"Avatar": NOW - 7 * DAY}, limit=7, now=NOW)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web("arxiv-digest/0.1.0 (+https://example.org)", Clock(NOW), deadline=20) as running:
        yield running


def test_those_that_config_asks_by_default_are_all_there_are() -> None:
    assert set(Fetch().sources) == set(SOURCES)


@pytest.mark.parametrize(
    ("name", "by_announcement", "path"), [("api", False, "/a/query"), ("rss", True, "/r/cs.CV"), ("oai", True, "/o")]
)
def test_each_asks_its_own_endpoint(name: str, path: str, web: Web, *, by_announcement: bool) -> None:
    with Server(lambda request: Reply(b"", "text/html", 403)) as server:
        endpoints = Endpoints(api=f"{server.origin}/a/query", rss=f"{server.origin}/r", oai=f"{server.origin}/o")
        source: Source = SOURCES[name](web, Fetch(endpoints=endpoints), Status())
        assert (source.name, source.by_announcement, source.requests) == (name, by_announcement, 0)
        with pytest.raises(Refused) as caught:
            source.ask(QUESTION)
    assert caught.value.source == name
    assert [each.path for each in server.requests] == [path]
    assert source.requests == 1


def test_unless_config_says_otherwise_it_is_arxivs_own() -> None:
    own = {"api": arxiv_api.ENDPOINT, "rss": arxiv_rss.ENDPOINT, "oai": arxiv_oai.ENDPOINT}
    assert msgspec.structs.asdict(Fetch().endpoints) == own


def test_rss_goes_on_from_what_the_last_run_remembers(web: Web) -> None:
    """A feed holds one mailing: alone, it is no whole answer to a question for the week."""
    submitted = dt.datetime.combine(mailing_before(NOW.date()), dt.time(15), dt.UTC)
    with RssStandin([paper(published=submitted, updated=submitted)]) as standin:
        fetch = Fetch(endpoints=Endpoints(rss=standin.url))
        first = SOURCES["rss"](web, fetch, Status()).ask(QUESTION)
        assert first.complete == set()
        answered = TopicStatus(definition="", followed=NOW)
        status = Status(topics={"Avatar": answered}, feeds=dict(first.feeds))
        again = SOURCES["rss"](web, fetch, status).ask(QUESTION)
    assert again.skipped == ()
    assert again.complete == {"Avatar"}
    assert "if-none-match" in standin.requests[-1].headers
