"""A paper belongs to a topic whose own words stand in it, and the evidence says which and where."""

from __future__ import annotations

import contextlib
import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.model import Author, Match, Topic, TopicMatch
from digest.topics import Matcher, match
from digest.words import words
from tests.factories import paper

AVATAR = Topic(
    name="Avatar",
    filters=("talking head", "talking face"),
    exclude=("talking-heads attention",),
    categories=("cs.CV", "cs.GR"),
)


def by(phrase: str, field: str) -> Match:
    return Match(phrase=phrase, field=field)


def found(phrase: str, title: str, abstract: str = "") -> bool:
    topic = Topic(name="T", filters=(phrase,))
    return match(topic, paper(title=title, abstract=abstract)) is not None


def test_evidence_is_the_users_phrase_and_every_field_that_holds_it() -> None:
    candidate = paper(title="Talking Heads from One Photograph", abstract="A talking-face method. Talking heads.")
    assert match(AVATAR, candidate) == (
        by("talking head", "title"),
        by("talking head", "abstract"),
        by("talking face", "abstract"),
    )


def test_topics_come_in_the_order_of_the_configuration() -> None:
    topics = [Topic(name="B", filters=("photograph",)), AVATAR, Topic(name="None", filters=("zebra",))]
    assert Matcher(topics).topics_of(paper(abstract="")) == (
        TopicMatch(topic="B", evidence=(by("photograph", "title"),)),
        TopicMatch(topic="Avatar", evidence=(by("talking head", "title"),)),
    )


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("talking head", "Talking-Heads from audio"),
        ("talking-head", "TALKING HEAD"),
        ("Talking  head ", "talking head's motion"),
        ("agent", "Multi-agent systems"),
        ("NeRF", r"\textbf{NeRF}++"),
        ("StyleTalk", "StyleTalk++: A Framework"),
        ("talking head", r"A {\it talking}~\emph{head}"),
        ("Poincare map", r"The Poincar\'e map"),
        ("Poincaré map", "The Poincare map"),
        ("β-VAE", r"$\beta$-VAE revisited"),
        ("beta-VAE", "β-VAE revisited"),
        ("CO2 capture", "CO$_2$ capture"),
        ("C++", "Parsing C++ templates"),
        ("A* search", "Learned A* Search"),
        ("A* search", "Learned A$^*$ search"),
        ("patholog*", "Computational pathology"),
        ("large language model*", "Large Language Models"),
        ("medical*", "Medically sound"),
        ("扩散模型", "基于扩散模型的生成"),
        ('"talking head"', "Talking heads"),
        ("topological order", "Topology order"),
    ],
)
def test_the_same_words_however_they_are_written(phrase: str, title: str) -> None:
    assert found(phrase, title)


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("SLAM", "Islam and society"),
        ("agent", "Agency and structure"),
        ("talking head", "Heads that are talking"),
        ("talking head", "Talking about the head"),
        ("talking head", "Talking to ahead"),
        ("C++", "Parsing C and C#"),
        ("A* search", "A search for dark matter"),
        ("medical*", "Medicine today"),
        ("language model*", "Modelling language"),
    ],
)
def test_other_words(phrase: str, title: str) -> None:
    assert not found(phrase, title)


def test_words_dont_join_across_fields_or_hide_in_fields_that_werent_asked_for() -> None:
    assert not found("talking head", "On talking", abstract="Head motion.")
    title_only = Topic(name="T", filters=("talking head",), fields=("title",))
    assert match(title_only, paper(title="Faces", abstract="A talking head.", comment="talking head")) is None
    assert match(Topic(name="T", filters=("oral",)), paper(comment="CVPR, oral")) == (by("oral", "comment"),)


def test_a_plural_of_an_earlier_phrase_is_not_told_twice() -> None:
    topic = Topic(name="T", filters=("Large Language Model", "Large Language Models", "LLM"))
    assert match(topic, paper(title="Large language models", abstract="")) == (by("Large Language Model", "title"),)


@pytest.mark.parametrize(
    ("categories", "fits"),
    [(("cs.CV",), True), (("math.AG", "cs.GR"), True), (("cs.CL",), False), (("cs.CVX",), False), ((), False)],
)
def test_categories_are_a_gate(categories: tuple[str, ...], fits: bool) -> None:
    assert (match(AVATAR, paper(categories=categories)) is not None) == fits


@pytest.mark.parametrize(
    ("asked", "category", "fits"),
    [
        ("cs.*", "cs.CV", True),
        ("cs", "cs.CV", True),
        ("cs.cv", "cs.CV", True),
        ("hep-th", "hep-th", True),
        ("math", "math-ph", False),
        ("cs.*", "physics.cs", False),
    ],
)
def test_archives_and_wildcards(asked: str, category: str, fits: bool) -> None:
    evidence = match(Topic(name="T", categories=(asked,)), paper(categories=(category,)))
    assert evidence == ((by(asked, "category"),) if fits else None)


def test_an_excluded_phrase_keeps_a_paper_out_wherever_it_stands() -> None:
    assert match(AVATAR, paper(abstract="Unlike Talking-Heads Attention, we use none.")) is None
    assert match(AVATAR, paper(comment="on talking heads attention")) is None


@pytest.mark.parametrize(
    ("wanted", "names", "fits"),
    [
        ("Ada Lovelace", ("Ada Lovelace",), True),
        ("Lovelace, Ada", ("Ada Lovelace",), True),
        ("lovelace", ("Ada Lovelace",), True),
        ("Del Maestro, Adrian", ("Adrian Del Maestro",), True),
        ("Jürgen Schmidhuber", ('J\\"urgen Schmidhuber',), True),
        ("Jean Luc Picard", ("Jean-Luc Picard",), True),
        ("A. Lovelace", ("A. Lovelace",), True),
        ("A. Lovelace", ("Ada Lovelace",), False),  # arXiv compares whole words of a name
        ("Ada Babbage", ("Ada Lovelace", "Charles Babbage"), False),
        ("Love", ("Ada Lovelace",), False),
        ("Love*", ("Ada Lovelace",), True),
    ],
)
def test_authors(wanted: str, names: tuple[str, ...], fits: bool) -> None:
    candidate = paper(title="x", abstract="", authors=tuple(Author(name=name) for name in names))
    evidence = match(Topic(name="T", authors=(wanted,)), candidate)
    assert evidence == ((by(wanted, "authors"),) if fits else None)


def test_authors_are_another_way_in_and_pass_the_same_gate() -> None:
    topic = Topic(name="T", filters=("nothing of this",), authors=("Lovelace",), categories=("cs.CV",))
    assert match(topic, paper()) == (by("Lovelace", "authors"),)
    assert match(topic, paper(categories=("cs.CL",))) is None


@pytest.mark.parametrize(
    ("query", "evidence"),
    [
        ('ti:"talking head"', (by("talking head", "title"),)),
        ('ti:"talking head" AND cat:cs.CV', (by("talking head", "title"),)),
        ("cat:cs.CV", (by("cs.CV", "category"),)),
        ('ti:"talking head" ANDNOT cat:cs.CV', None),
        ('ti:"talking head" ANDNOT co:withdrawn', (by("talking head", "title"),)),
        (
            "au:lovelace AND photograph",
            (by("lovelace", "authors"), by("photograph", "title"), by("photograph", "abstract")),
        ),
        ("ti:zebra OR abs:audio", (by("audio", "abstract"),)),
        ("id:2611.90001", (by("2611.90001", "id"),)),
        ("id:2611.90001v1", (by("2611.90001v1", "id"),)),
        ("id:2611.9000", None),
        ("doi:10.1/X", (by("10.1/X", "id"),)),
        ("jr:nature", (by("nature", "journal_ref"),)),
        ("submittedDate:[20261109 TO 20261109]", ()),
        ("submittedDate:[202611091530 TO 202611091530]", ()),
        ("submittedDate:[20261110 TO 2027]", None),
        ("all:cs.GR", (by("cs.GR", "category"),)),
    ],
)
def test_queries_of_ones_own(query: str, evidence: tuple[Match, ...] | None) -> None:
    candidate = paper(comment=None, doi="10.1/x", journal_ref="Nature 1 (2026)")
    assert match(Topic(name="T", query=query), candidate) == evidence


def test_an_unknown_date_is_no_match() -> None:
    assert match(Topic(name="T", query="submittedDate:[2020 TO 2030]"), paper(published=None)) is None
    early = paper(published=dt.datetime(2019, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
    assert match(Topic(name="T", query="submittedDate:[2020 TO 2030]"), early) is None


@pytest.mark.parametrize(
    "expression",
    [
        'ti:"talking head" OR abs:zebra',
        "zebra OR photograph",
        '"(abs:photograph AND (zebra OR audio)) AND (cat:cs.CV)"',
    ],
)
def test_filters_that_forks_wrote_as_expressions_are_read_as_such(expression: str) -> None:
    assert match(Topic(name="T", filters=(expression,)), paper())
    assert match(Topic(name="T", filters=(expression,)), paper(title="x", abstract="", comment=None)) is None


@pytest.mark.parametrize(
    ("topic", "says"),
    [
        (Topic(name="Empty"), "asks for nothing"),
        (Topic(name="Empty", exclude=("x",)), "asks for nothing"),
        (Topic(name="Empty", filters=("…",)), "no letter or digit"),
        (Topic(name="Empty", authors=("-",)), "no letter or digit"),
        (Topic(name="Empty", filters=("x",), exclude=("",)), "no letter or digit"),
        (Topic(name="Empty", query="ti:"), "nothing to look for"),
    ],
)
def test_a_topic_that_cant_be_read_names_itself(topic: Topic, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Matcher([topic])
    assert "'Empty'" in caught.value.message
    assert says in caught.value.message
    assert caught.value.hint


PHRASES = st.lists(st.sampled_from(["talking head", "head*", "talking", "C++", "map", "zebra"]), max_size=3).map(tuple)
TITLES = st.lists(st.sampled_from(["talking", "heads", "C++", "C", "map", "the", "mapping"]), max_size=6).map(" ".join)


@given(PHRASES, PHRASES, TITLES, TITLES)
def test_many_topics_at_once_find_what_each_finds_alone(
    some: tuple[str, ...], others: tuple[str, ...], title: str, abstract: str
) -> None:
    topics = [Topic(name=str(place), filters=(*some[place:], "x"), exclude=others) for place in range(3)]
    candidate = paper(title=title, abstract=abstract)
    alone = {topic.name: match(topic, candidate) for topic in topics}
    together = {each.topic: each.evidence for each in Matcher(topics).topics_of(candidate)}
    assert together == {name: evidence for name, evidence in alone.items() if evidence is not None}


@given(st.text(st.characters(exclude_characters=':*"'), max_size=60).filter(words))
def test_any_phrase_is_found_in_itself(phrase: str) -> None:
    evidence = match(Topic(name="T", filters=(phrase,), fields=("title",)), paper(title=phrase))
    assert evidence == (by(phrase.strip(), "title"),)


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_phrase_can_be_looked_for_in_any_text(phrase: str, title: str) -> None:
    with contextlib.suppress(ConfigError):
        match(Topic(name="T", filters=(phrase,)), paper(title=title))


def test_a_paper_with_thousands_of_authors_and_a_vast_abstract_is_no_trouble() -> None:
    vast = paper(
        abstract="talking " * 200_000 + "head",
        authors=tuple(Author(name=f"Author {number}") for number in range(3_000)),
    )
    topics = [
        Topic(name=str(number), filters=(f"word{number} head", "talking head"), authors=("Nobody",))
        for number in range(25)
    ]
    started = time.process_time()
    assert len(Matcher(topics).topics_of(vast)) == 25
    assert time.process_time() - started < 10
