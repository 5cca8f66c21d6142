from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Author
from digest.sources.authors import split_authors

CORPUS = Path(__file__).parents[2] / "../shared/data/corpus.jsonl.gz"


def people(*told: str | tuple[str, ...]) -> tuple[Author, ...]:
    """`"Ada"` stands for a name, `("Ada", "Cambridge", …)` for a name with affiliations."""
    return tuple(
        Author(name=each) if isinstance(each, str) else Author(name=each[0], affiliations=each[1:]) for each in told
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", people()),
        (" , ,: ", people()),
        ("Plato", people("Plato")),
        ("Ada Lovelace, Charles Babbage", people("Ada Lovelace", "Charles Babbage")),
        (r"Shamik Gupta, Izaak Neri and \'Edgar Rold\'an", people("Shamik Gupta", "Izaak Neri", r"\'Edgar Rold\'an")),
        ("A. One, B. Two, and C. Three & D. Four", people("A. One", "B. Two", "C. Three", "D. Four")),
        ("Sandy Anderson, Andy Sand", people("Sandy Anderson", "Andy Sand")),
        ("Fred Bloggs, Jr., Ann Other", people("Fred Bloggs, Jr.", "Ann Other")),
        ("Fred Bloggs Jr, Ann Other III", people("Fred Bloggs Jr", "Ann Other III")),
        ("K. Flanigan, Ph.D.", people("K. Flanigan, Ph.D.")),
        ("A. One, B. Two, et al.", people("A. One", "B. Two")),
        ("A. One et al", people("A. One")),
        ("BELLE Collaboration: A. Person", people("BELLE Collaboration", "A. Person")),
        ("A. One (CERN, Geneva), B. Two", people(("A. One", "CERN, Geneva"), "B. Two")),
        ("A. One (CERN (Geneva)) and B. Two (MIT)", people(("A. One", "CERN (Geneva)"), ("B. Two", "MIT"))),
        ("A. One (Lab) (deceased)", people(("A. One", "Lab", "deceased"))),
        (
            "A. One (1), B. Two (1 and 2), C. Three ((1) Cornell, (2) CERN (Main), Geneva.)",
            people(("A. One", "Cornell"), ("B. Two", "Cornell", "CERN (Main), Geneva"), "C. Three"),
        ),
        ("A. One (1) B. Two (2) ((1) Cornell, (2) CERN)", people(("A. One", "Cornell"), ("B. Two", "CERN"))),
        ("A. One (1), B. Two (3*)", people("A. One", "B. Two")),
        ("William (Bill) Smith, B. Two", people("William (Bill) Smith", "B. Two")),
        ("(The LIGO People), B. Two", people("The LIGO People", "B. Two")),
        ("(X) B. Two", people("X", "B. Two")),
        ("A. One (), B. Two", people("A. One", "B. Two")),
        ("A. One (unclosed, B. Two", people("A. One (unclosed", "B. Two")),
        ("(One, Two", people("(One", "Two")),
        ("A. One) B. Two, C. Three", people("A. One) B. Two", "C. Three")),
        (r"{\v S}t{\'a}va, J.\,P. Smith", people(r"{\v S}t{\'a}va", r"J.\,P. Smith")),
        ("{One, Two}, Three", people("{One, Two}", "Three")),
        ("M. O&#39;Brien, K. M&uuml;ller, AT&T Labs; Ghent", people("M. O'Brien", "K. Müller", "AT&T Labs; Ghent")),
        ("Ada\n  Lovelace,\tCharles\x07 Babbage", people("Ada Lovelace", "Charles Babbage")),
    ],
)
def test_a_line_of_authors_is_split_into_people(line: str, expected: tuple[Author, ...]) -> None:
    assert split_authors(line) == expected


PLAIN = st.text("abcdeé語'.-~ {}", min_size=1, max_size=12).filter(lambda name: name.strip(" ") == name)
NAMES = st.lists(PLAIN.filter(lambda name: name.count("{") == name.count("}") == 0), min_size=1, max_size=8)


@given(NAMES)
def test_names_come_back_from_a_line_with_commas_and_from_one_with_and(names: list[str]) -> None:
    expected = [" ".join(name.split()) for name in names]
    for last in (", ", " and ", ", and "):
        line = last.join(filter(None, (", ".join(names[:-1]), names[-1])))
        assert [author.name for author in split_authors(line)] == expected


@given(st.text(st.sampled_from("ab ,:;(){}\\&1") | st.characters(), max_size=60))
def test_whatever_comes_is_split_without_complaint_into_names_on_one_line(line: str) -> None:
    for author in split_authors(line):
        for text in (author.name, *author.affiliations):
            assert text
            assert text == " ".join(text.split())


@pytest.mark.skipif(not CORPUS.exists(), reason="real names need ../shared/data, which a clone does not have")
def test_names_of_real_papers_are_not_torn_apart() -> None:
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line)["authors"] or [] for line, _ in zip(lines, range(10_000), strict=False)]
    torn = [
        names
        for names in papers
        if [author.name for author in split_authors(", ".join(names))] != [" ".join(name.split()) for name in names]
    ]
    # In these arXiv itself has torn the line apart, into names such as "and Chau Yuen" and ":".
    assert all(any(name.startswith("and ") or name in (":", "Ph. D") for name in names) for names in torn)
    assert len(torn) < 10
