"""Asked together, topics lose nothing that they would find alone, and no URL grows longer than arXiv takes."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.model import Author, Paper, Topic
from digest.sources.combined import (
    LONGEST,
    Batch,
    by_submission,
    dated,
    halved,
    halves,
    in_order,
    middle,
    pack,
    plan,
    question,
    settled,
    still_to_come,
)
from digest.topics import match, query_of, to_arxiv
from tests.factories import paper
from tests.standins.arxiv_query import read_query

DATA = Path(__file__).parents[2] / "../shared/data"
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)

HEADS = Topic(name="Heads", filters=("talking head",))
NERF = Topic(name="NeRF", filters=("NeRF", "radiance field"))
LLM = Topic(name="LLM", filters=("LLM",))
AGENTS = Topic(name="Agents", filters=("LLM agent",))


def test_phrases_of_all_topics_are_asked_for_field_by_field() -> None:
    words = '("talking head" nerf "radiance field")'
    assert question((HEADS, NERF)) == f"(ti:{words} OR abs:{words} OR co:{words})"


def test_one_topic_is_asked_for_as_it_always_was() -> None:
    topic = Topic(name="T", filters=("agent",), categories=("cs.CV",), exclude=("human",), fields=("title",))
    assert question((topic,)) == to_arxiv(query_of(topic)) == "((ti:agent AND cat:cs.CV) ANDNOT ti:human)"


def test_topics_with_the_same_categories_and_fields_go_together() -> None:
    gated = [Topic(name=name, filters=(name,), categories=("cs.CV", "eess.*"), fields=("title",)) for name in "ab"]
    turned = Topic(name="c", filters=("c",), categories=("eess.*", "cs.CV"), fields=("title",))
    other = Topic(name="d", filters=("d",), fields=("abstract",), exclude=("e",))
    assert question((*gated, turned, other)) == "((ti:(a b c) AND (cat:cs.CV OR cat:eess.*)) OR abs:d)"


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (Topic(name="T", authors=("Ada Lovelace",)), 'au:"ada lovelace"'),
        (Topic(name="T", categories=("cs.CV",)), "cat:cs.CV"),
        (Topic(name="T", query="ti:a ANDNOT abs:b"), "(ti:a ANDNOT abs:b)"),
        (Topic(name="T", query="ti:a", exclude=("b",), categories=("cs.CV",)), "(ti:a AND cat:cs.CV)"),
        (Topic(name="T", filters=("ti:a AND abs:b",)), "(ti:a AND abs:b)"),
        (Topic(name="T", filters=("ti:a",), fields=("abstract",)), "ti:a"),
        (Topic(name="T", filters=("a",), fields=("title", "authors")), '(ti:a OR au:"a")'),
        (Topic(name="T", filters=("说话头",), categories=("cs.CV",)), "cat:cs.CV"),
    ],
)
def test_what_is_no_phrase_is_asked_for_beside_them(topic: Topic, expected: str) -> None:
    words = "ti:llm OR abs:llm OR co:llm"
    assert question((LLM, topic)) == f"(({words}) OR {expected})"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"authors": ("Ada",)}, 'au:"ada"'),
        ({"filters": ("a", "co:b")}, "co:b"),
        ({"query": "abs:c"}, "abs:c"),
        ({"filters": ("a", "co:b"), "authors": ("Ada",)}, '(co:b OR au:"ada")'),
    ],
)
def test_a_topic_with_phrases_and_more_is_in_both_places(more: dict[str, Any], expected: str) -> None:
    topic = Topic(**{"name": "T", "filters": ("a",), "fields": ("title",), "categories": ("cs.CV",)} | more)
    words = "(ti:llm OR abs:llm OR co:llm)"
    assert question((topic, LLM)) == f"((ti:a AND cat:cs.CV) OR {words} OR ({expected} AND cat:cs.CV))"


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (("LLM", "LLM agent", "a multi-modal LLM"), "llm"),
        (("LLM agent", "LLM"), "llm"),
        (("vision model", "a vision model", "vision models"), '("vision model" "vision models")'),
        (("LLM", "LLM"), "llm"),
        (("LLM", "LLMs"), "(llm llms)"),  # one stem, but comments are taken by the letter
        (("state of the art", "of the"), '("state of the art" "of the")'),  # arXiv finds nothing with `of the`
        (("art", "state of the art"), "art"),
        (("GPT-3.5", "3.5", "5"), '("3.5" 5)'),
        (("learn*", "learn* model"), "((learn* OR learn) ((learn* OR learn) AND model))"),
        (("NeRF", "learn*"), "(nerf (learn* OR learn))"),
        (("C++", "C++ templates"), "c"),
        (("OR", "ANDNOT"), "(or andnot)"),
    ],
)  # fmt: skip
def test_what_another_phrase_finds_as_well_is_left_out(filters: tuple[str, ...], words: str) -> None:
    topic = Topic(name="T", filters=filters, fields=("title",))
    never = Topic(name="U", categories=("cs.CV",))
    assert question((topic, never)) == f"(ti:{words} OR cat:cs.CV)"


def test_a_topic_that_arxiv_has_no_letters_for_is_refused() -> None:
    with pytest.raises(ConfigError):
        question((LLM, Topic(name="T", filters=("说话头",))))


# Packing


def many(count: int, length: int = 30) -> tuple[Topic, ...]:
    return tuple(Topic(name=f"T{number}", filters=(f"{'x' * length}{number}",)) for number in range(count))


def test_as_many_as_one_url_holds() -> None:
    packed = pack(many(100))
    assert [topic for batch in packed for topic in batch] == list(many(100))
    lengths = [len(quote_plus(question(batch))) for batch in packed]
    assert max(lengths) <= LONGEST
    assert min(lengths[:-1]) > LONGEST - 150
    assert pack(()) == ()


def test_a_last_topic_that_makes_the_others_needless_lets_all_go_together() -> None:
    wordy = tuple(Topic(name=f"T{number}", filters=(f"llm {'x' * 30}{number}",)) for number in range(100))
    assert pack((*wordy, LLM)) == ((*wordy, LLM),)


@pytest.mark.parametrize("field", ["filters", "authors", "categories"])
def test_a_topic_too_long_for_one_url_is_asked_for_in_parts(field: str) -> None:
    values = tuple(f"cs.{'x' * 60}{number}" for number in range(200))
    topic = msgspec.structs.replace(Topic(name="Long", categories=("cs.CV",)), **{field: values})
    parts = [part for batch in pack((topic,)) for part in batch]
    assert len(parts) > 1
    assert {part.name for part in parts} == {"Long"}
    assert tuple(value for part in parts for value in getattr(part, field)) == values
    assert all(len(quote_plus(question((part,)))) <= LONGEST for part in parts)


def test_what_cant_be_parted_is_asked_for_as_it_is() -> None:
    topic = Topic(name="T", query=" OR ".join(f"ti:{'x' * 50}{number}" for number in range(100)))
    assert pack((topic,)) == ((topic,),)


def test_the_25_topics_of_a_real_digest_are_one_question() -> None:
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data, real configurations")
    text = (DATA / "configs/monologg__nlp-arxiv-daily.yaml").read_text(encoding="utf-8")
    topics = [
        Topic(name=name, filters=tuple(each["filters"])) for name, each in yaml.safe_load(text)["keywords"].items()
    ]
    assert len(topics) == 25
    (batch,) = pack(topics)
    assert len(quote_plus(question(batch))) < LONGEST


# Windows


def names(batches: tuple[Batch, ...]) -> list[tuple[str, ...]]:
    return [tuple(topic.name for topic in batch.topics) for batch in batches]


def test_topics_with_similar_windows_go_together_and_are_read_from_the_earliest() -> None:
    since = {"Heads": NOW - 8 * DAY, "NeRF": NOW - 10 * DAY, "LLM": NOW - 60 * DAY, "Agents": None}
    batches = plan((LLM, AGENTS, HEADS, NERF), since, NOW)
    assert names(batches) == [("Heads", "NeRF"), ("LLM",), ("Agents",)]
    assert [batch.since for batch in batches] == [NOW - 10 * DAY, NOW - 60 * DAY, None]


def test_topics_that_were_never_asked_for_are_asked_alone() -> None:
    assert names(plan((HEADS, NERF), {}, NOW)) == [("Heads",), ("NeRF",)]


def test_a_window_that_has_just_begun_or_lies_ahead_is_no_reason_to_ask_apart() -> None:
    since: dict[str, dt.datetime | None] = {"Heads": NOW + DAY, "NeRF": NOW - 60 * SECOND, "LLM": NOW - DAY}
    assert names(plan((HEADS, NERF, LLM), since, NOW)) == [("Heads", "NeRF", "LLM")]


@given(st.lists(st.none() | st.integers(-1, 90), max_size=40))
def test_every_topic_is_asked_for_from_its_window_on(days: list[int | None]) -> None:
    topics = many(len(days), length=200)
    since = {topic.name: None if back is None else NOW - back * DAY for topic, back in zip(topics, days, strict=True)}
    batches = plan(topics, since, NOW)
    assert sorted(topic.name for batch in batches for topic in batch.topics) == sorted(since)
    for batch in batches:
        windows = [since[topic.name] for topic in batch.topics]
        known = [window for window in windows if window is not None]
        assert (batch.since,) == ((min(known),) if known else (None,))
        assert len(known) == len(windows) or len(windows) == 1


def test_halves() -> None:
    batch = Batch(topics=(HEADS, NERF, LLM), since=NOW)
    assert names(halves(batch)) == [("Heads",), ("NeRF", "LLM")]
    assert halves(Batch(topics=(HEADS,), since=NOW)) == ()
    assert halved((1, 2, 3, 4)) == ((1, 2), (3, 4))
    assert halved(()) == ()


# Dates


def test_a_range_ends_with_the_first_second_of_a_minute() -> None:
    """So it has to end a minute later than what is wanted, unless that ends with a minute."""
    written = "(ti:a) AND submittedDate:[202611110600 TO 202611110700]"
    assert dated("ti:a", NOW, NOW + 3600 * SECOND) == written
    assert dated("ti:a", NOW + SECOND, NOW + 3541 * SECOND) == written
    inside = read_query(dated("all:talking", NOW, NOW + 90 * SECOND))
    assert [inside(paper(published=NOW + seconds * SECOND)) for seconds in (-1, 0, 89, 120, 121)] == [
        False, True, True, True, False,
    ]  # fmt: skip


def at(*seconds: int) -> list[Paper]:
    return [paper(published=NOW + each * SECOND) for each in seconds]


def test_papers_settle_the_time_until_the_minute_of_the_last() -> None:
    assert settled(at(5, 70, 185), NOW) == NOW + 180 * SECOND
    assert settled(at(5, 59), NOW) is None
    assert settled(at(5, 60), NOW) == NOW + 60 * SECOND
    assert settled(at(65, 119), NOW + 62 * SECOND) is None
    assert settled([], NOW) is None
    assert in_order(at(5, 5, 70))
    assert not in_order(at(5, 70, 69))


def test_the_middle_is_a_minute_between() -> None:
    assert middle(NOW, NOW + 2 * DAY) == NOW + DAY
    assert middle(NOW, NOW + 179 * SECOND) == NOW + 60 * SECOND
    assert middle(NOW, NOW + 60 * SECOND) is None
    assert middle(NOW + SECOND, NOW + 61 * SECOND) is None


def test_papers_are_parted_where_half_of_what_came_is_older() -> None:
    batch = Batch(topics=(HEADS,), since=NOW)
    older, newer = by_submission(batch, at(0, 60, 120, 180))
    assert older.submitted is not None
    assert newer.submitted is not None
    assert (older.submitted[1], newer.submitted[0]) == (NOW + 120 * SECOND, NOW + 120 * SECOND)
    assert "TO 202611110602]" in older.query
    assert "[202611110602 TO" in newer.query
    (lower, upper) = by_submission(newer, at(150, 200, 240))
    assert (lower.submitted, upper.submitted) == (
        (NOW + 120 * SECOND, NOW + 180 * SECOND),
        (NOW + 180 * SECOND, newer.submitted[1]),
    )
    assert by_submission(lower, at(150, 200, 240)) == ()
    assert by_submission(lower, at(125, 130)) == ()
    assert by_submission(batch, []) == ()


def test_the_pace_tells_how_much_is_still_to_come() -> None:
    """100 papers a day, and a quarter more to be safe."""
    assert still_to_come(100, NOW, NOW - DAY, NOW - 8 * DAY) == 875
    assert still_to_come(100, NOW, NOW - DAY, NOW - DAY) == 0
    assert still_to_come(100, NOW, NOW, NOW - DAY) == sys.maxsize
    assert still_to_come(100, NOW - DAY, NOW, NOW - DAY) == sys.maxsize


# Nothing is lost


WORDS = ["talking", "head", "heads", "agent", "Agents", "map", "mapping", "x", "the", "of"]
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join) | st.sampled_from(
    ["talking-head", "head*", "talking hea*", "C++", "GPT-3.5", "3.5", "Poincaré map", '"talking head"', "head's", "A*"]
)
EXPRESSIONS = st.sampled_from(
    ["ti:head", "abs:head AND ti:map", 'all:"talking head" ANDNOT co:x', "au:lovelace", "cat:cs.CV AND abs:agent"]
)
CATEGORIES = st.sampled_from(["cs.CV", "cs.*", "cs", "math.AG"])
AUTHORS = st.sampled_from(["Lovelace", "Ada Lovelace", "Babbage, Charles"])
FIELDS = st.lists(
    st.sampled_from(["title", "abstract", "comment", "authors", "journal_ref"]), min_size=1, max_size=4, unique=True
)
QUERIES = st.sampled_from(
    [
        "ti:head AND abs:map OR co:x",
        "all:talking ANDNOT (ti:map OR cat:math.AG)",
        "submittedDate:[20261109 TO 20261110] AND all:head",
        'ti:("talking head" agent)',
        "jr:map OR au:babbage",
    ]
)


def tuples(values: st.SearchStrategy[str], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=most).map(tuple)


TOPICS = st.lists(
    st.builds(
        Topic,
        name=st.just("T"),
        filters=tuples(PHRASES | EXPRESSIONS, 4),
        exclude=tuples(PHRASES, 2),
        categories=tuples(CATEGORIES, 2),
        authors=tuples(AUTHORS, 1),
        fields=FIELDS.map(tuple),
        query=st.none() | QUERIES,
    ).filter(lambda topic: bool(topic.filters or topic.categories or topic.authors or topic.query)),
    min_size=1,
    max_size=5,
)
TEXTS = st.lists(PHRASES, max_size=4).map(" ".join)
PAPERS = st.builds(
    lambda title, abstract, comment, journal, who, where: paper(
        title=title,
        abstract=abstract,
        comment=comment,
        journal_ref=journal,
        authors=tuple(Author(name=name) for name in who),
        categories=tuple(where),
    ),
    TEXTS,
    TEXTS,
    st.none() | TEXTS,
    st.none() | TEXTS,
    st.lists(st.sampled_from(["Ada Lovelace", "Charles Babbage", "Babbage, C."]), max_size=2),
    st.lists(st.sampled_from(["cs.CV", "cs.LG", "math.AG"]), max_size=2),
)


@given(TOPICS, st.lists(PAPERS, min_size=1, max_size=5))
def test_what_belongs_to_any_topic_is_asked_for(topics: list[Topic], papers: list[Paper]) -> None:
    """As arXiv's own search would read the question, by a reader that knows nothing of ours."""
    written = question(topics)
    finds = read_query(written)
    for candidate in papers:
        assert finds(candidate) or not any(match(topic, candidate) is not None for topic in topics)
    assert written.isascii()
