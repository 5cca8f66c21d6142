"""A query written in arXiv's syntax is read by arXiv as we read it, and never leaves out a paper that we would keep."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.grammar import parse
from digest.model import Author, Paper, Topic
from digest.query import And, AndNot, Or, Query, Term, to_arxiv
from digest.topics import match as matches
from digest.topics import query_of
from tests.factories import paper


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (Topic(name="T", filters=("agent",)), "(ti:agent OR abs:agent OR co:agent)"),
        (
            Topic(name="T", filters=("talking head", "NeRF"), fields=("title", "abstract")),
            '((ti:"talking head" OR abs:"talking head") OR (ti:nerf OR abs:nerf))',
        ),
        (
            Topic(name="T", filters=("talking head",), fields=("title",), categories=("cs.CV", "eess.*")),
            '(ti:"talking head" AND (cat:cs.CV OR cat:eess.*))',
        ),
        (
            Topic(
                name="T",
                filters=("talking head",),
                authors=("Del Maestro, Adrian",),
                categories=("cs.CV",),
                exclude=("talking-heads attention",),
                fields=("title",),
            ),
            '(((ti:"talking head" OR au:"del maestro adrian") AND cat:cs.CV) ANDNOT ti:"talking heads attention")',
        ),
        (Topic(name="T", categories=("cs.CV",)), "cat:cs.CV"),
        (Topic(name="T", categories=("hep-th",)), "(cat:hep-th OR cat:hep-th.*)"),
        (Topic(name="T", query="au:del_maestro ANDNOT ti:checkerboard"), '(au:"del maestro" ANDNOT ti:checkerboard)'),
        (
            Topic(name="T", query="ti:a AND ti:b OR ti:c", categories=("cs.CV",)),
            "((ti:a AND (ti:b OR ti:c)) AND cat:cs.CV)",
        ),
        (
            Topic(name="T", query="id:2411.09268 OR doi:10.1038/418838a OR jr:nature"),
            '(id:2411.09268 OR doi:"10.1038/418838a" OR jr:nature)',
        ),
        (
            Topic(name="T", query="cat:cs.CV AND submittedDate:[2023 TO 202406]"),
            "(cat:cs.CV AND submittedDate:[202301010000 TO 202407010000])",
        ),
    ],
)
def test_a_topic_in_arxivs_syntax(topic: Topic, expected: str) -> None:
    assert to_arxiv(query_of(topic)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("non-invasive", 'ti:"non invasive"'),  # arXiv/arxiv-search#322: unquoted, it is non NOT invasive
        ("Vision-and-Language (VLN)", 'ti:"vision and language vln"'),
        ('the "best": a/b', 'ti:"the best a b"'),
        ("GPT-3.5", 'ti:"gpt 3.5"'),
        ("1,000 years", 'ti:"1,000 years"'),
        ("Alzheimer’s disease", 'ti:"alzheimer\'s disease"'),
        ("Poincaré", "ti:poincare"),
        ("β-VAE", 'ti:"beta vae"'),
        (r"$\beta$-VAE", 'ti:"beta vae"'),
        ("C++", "ti:c"),
        ("A* search", 'ti:"a search"'),
        ("OR", "ti:or"),
        ("patholog*", "(ti:patholog* OR ti:patholog)"),
        ("deep learn* model", "(ti:deep AND (ti:learn* OR ti:learn) AND ti:model)"),
        (" Argument Quality ", 'ti:"argument quality"'),
    ],
)
def test_phrases_lose_what_arxivs_parser_chokes_on(text: str, expected: str) -> None:
    assert to_arxiv(Term("title", text)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("J.K. Rowling", 'au:"j.k. rowling"'),
        ("Jean-Luc Picard", 'au:"jean-luc picard"'),
        ("O’Brien, Miles", 'au:"o\'brien miles"'),
        ("Jürgen Schmidhuber", 'au:"jurgen schmidhuber"'),
        ("Einst*", 'au:"einst*"'),
    ],
)
def test_names_keep_what_belongs_to_them(name: str, expected: str) -> None:
    assert to_arxiv(Term("authors", name)) == expected


@pytest.mark.parametrize("unwanted", ["C++", "state of the art", "β-VAE", "survey*", "A* search"])
def test_arxiv_is_never_asked_to_leave_out_more_than_we_would(unwanted: str) -> None:
    assert to_arxiv(AndNot(Term("title", "a"), Term("title", unwanted))) == "ti:a"
    assert to_arxiv(AndNot(Term("title", "a"), Term("all", "b"))) == "ti:a"
    both = Or((Term("title", unwanted), Term("title", "x")))
    assert to_arxiv(AndNot(Term("title", "a"), both)) == "(ti:a ANDNOT ti:x)"
    assert to_arxiv(AndNot(Term("title", "a"), And((Term("title", unwanted), Term("title", "x"))))) == "ti:a"
    twice = AndNot(Term("title", "a"), AndNot(Term("title", "x"), Term("title", unwanted)))
    assert to_arxiv(twice).startswith("(ti:a ANDNOT (ti:x ANDNOT ")


def test_what_arxiv_cant_search_is_left_to_us_or_refused() -> None:
    chinese, english, category = Term("title", "说话头"), Term("title", "talking head"), Term("category", "cs.CV")
    assert to_arxiv(And((chinese, category))) == "cat:cs.CV"
    assert to_arxiv(And((Or((chinese, english)), category))) == "cat:cs.CV"
    with pytest.raises(ConfigError) as caught:
        to_arxiv(Or((chinese, english)))
    assert "English" in (caught.value.hint or "")


WORDS = st.sampled_from(["talking", "head", "heads", "agent", "agents", "Head", "map", "mapping", "x"])
EXACT = st.lists(WORDS, min_size=1, max_size=2).map(" ".join)
ODD = st.sampled_from(
    [
        "C++",
        "C",
        "talking-head",
        "head*",
        "talking hea*",
        "talking the head",
        "β-VAE",
        "beta VAE",
        "GPT-3.5",
        "3.5",
        "说话头",
    ]
)
FIELDS = st.sampled_from(["title", "abstract", "comment"])
CATEGORIES = st.sampled_from(["cs.CV", "cs.*", "cs", "math.AG"]).map(lambda name: Term("category", name))
AUTHORS = st.sampled_from(["Lovelace", "Ada Lovelace", "Babbage, Charles", "A. Lovelace"]).map(
    lambda name: Term("authors", name)
)


def trees(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Query]:
    parts = terms | CATEGORIES | AUTHORS
    return st.recursive(
        parts,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda each: And(tuple(each))),
            st.lists(inner, min_size=2, max_size=3).map(lambda each: Or(tuple(each))),
            st.tuples(inner, inner).map(lambda pair: AndNot(*pair)),
        ),
        max_leaves=8,
    )


TEXTS = st.lists(WORDS | ODD | st.just("the"), max_size=5).map(" ".join)
PAPERS = st.builds(
    lambda title, abstract, comment, names, categories: paper(
        title=title,
        abstract=abstract,
        comment=comment,
        authors=tuple(Author(name=name) for name in names),
        categories=tuple(categories),
    ),
    TEXTS,
    TEXTS,
    st.none() | TEXTS,
    st.lists(st.sampled_from(["Ada Lovelace", "Charles Babbage", "Babbage, C."]), max_size=2),
    st.lists(st.sampled_from(["cs.CV", "cs.LG", "math.AG"]), max_size=2),
)


def spelled(query: Query) -> str:
    """As a careful user would write it: every phrase quoted, every group in parentheses."""
    prefixes = {"title": "ti", "abstract": "abs", "comment": "co", "authors": "au", "category": "cat"}
    match query:
        case Term(field, text):
            return f'{prefixes[field]}:"{text}"'
        case And(parts):
            return f"({' AND '.join(map(spelled, parts))})"
        case Or(parts):
            return f"({' OR '.join(map(spelled, parts))})"
        case AndNot(left, right):
            return f"({spelled(left)} ANDNOT {spelled(right)})"
        case _:
            raise AssertionError(query)


def fits(text: str, candidate: Paper) -> bool:
    return matches(Topic(name="T", query=text), candidate) is not None


@given(trees(st.builds(Term, FIELDS, EXACT)), PAPERS)
def test_plain_words_mean_the_same_on_both_sides(query: Query, candidate: Paper) -> None:
    assert fits(to_arxiv(query), candidate) == fits(spelled(query), candidate)


@given(trees(st.builds(Term, FIELDS, EXACT | ODD)), PAPERS)
def test_what_is_asked_for_holds_all_that_is_wanted(query: Query, candidate: Paper) -> None:
    try:
        asked = to_arxiv(query)
    except ConfigError:
        return  # arXiv can't be asked, and says so
    assert fits(asked, candidate) or not fits(spelled(query), candidate)


@given(trees(st.builds(Term, FIELDS, EXACT | ODD)))
def test_every_written_query_can_be_read(query: Query) -> None:
    with contextlib.suppress(ConfigError):
        asked = to_arxiv(query)
        assert asked.isascii()
        assert asked.count("(") == asked.count(")")
        assert parse(asked)
