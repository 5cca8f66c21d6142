"""The script in the browser reads words and queries as the program does: the same cases through both."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.grammar import parse
from digest.query import And, AndNot, Or, Query, Range, Term
from digest.words import fold, marked, needle, pieces, stem, words
from tests.node import Node

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
ENGLISH = json.loads((ROOT / "templates/locales/en.json").read_text(encoding="utf-8"))

AWKWARD = [
    "G\\\"odel's {\\it Talking}-Heads",
    "$\\beta$-VAE and \\textbf{bold} \\cite[p. 3]{knuth} $x^2_i$",
    "C++ and C# but a* c++11 f#",
    "Łukasiewicz Straße Ægir Ørsted þorn ıstanbul İzmir ΣΊΣΥΦΟΣ",
    "扩散 模型，3D高斯泼溅 ガンダム がぎぐ",
    "हिन्दी ไทย العربية עברית 한국어",
    "ﬁ ﬂ ½ ² Ⅷ ① 𝔊 𝐱 ℝ",
    "don’t authors' author's s' 's",
    "trans* mod*l* a*b *x head*s ab** 模*",
    "\\'{\\i} \\o \\aa\\AA \\ss{} \\v{c} \\c c \\`a \\\\",
    "e\u0301 a\u0345b \u0334x ก\u0e38 क\u093c",
    "snake_case  _x_ {a}{b} ~tilde~ ^hat",
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    return Node(tmp_path_factory.mktemp("node"))


def corpus() -> Iterator[dict[str, str]]:
    path = DATA / "corpus.jsonl.gz"
    if not path.exists():
        pytest.skip(f"needs {path.name} of the shared data, which a clone doesn't have")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


# Words


ENDINGS = """
s ss es ies sses eed ed ing y ational tional enci anci izer abli alli entli eli ousli ization ation ator alism
iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able
ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ll le ey yy
"""


def test_made_up_words_have_the_same_stems(node: Node) -> None:
    chance = random.Random(4)
    made = {
        "".join(chance.choices("aeiouybcdglnrstwxzé", k=chance.randint(0, 5)))
        + "".join(chance.choices(ENDINGS.split(), k=chance.randint(0, 3)))
        for _ in range(40_000)
    }
    cases = sorted(made)
    assert node.each('import { stem } from "./words.js";', "stem(it)", cases) == list(map(stem, cases))


def test_every_word_of_the_corpus_has_the_same_stem(node: Node) -> None:
    vocabulary = sorted(
        {word for paper in corpus() for field in ("title", "abstract") for word in words(paper[field] or "")}
    )
    assert len(vocabulary) > 50_000
    assert node.each('import { stem } from "./words.js";', "stem(it)", vocabulary) == list(map(stem, vocabulary))


READ = 'import { fold, needle, pieces, marked } from "./words.js";'


def read(text: str) -> list[object]:
    return [fold(text), needle(text), [*map(str, marked(text))]]


def test_awkward_phrases_are_read_the_same(node: Node) -> None:
    assert node.each(READ, "[fold(it), needle(it), marked(it)]", AWKWARD) == [read(text) for text in AWKWARD]


def test_titles_of_the_corpus_are_read_the_same(node: Node) -> None:
    titles = [paper["title"] for paper in corpus()]
    assert node.each(READ, "[fold(it), needle(it), marked(it)]", titles) == [read(text) for text in titles]


def test_runs_of_characters_are_read_the_same(node: Node) -> None:
    cases = [text for text in AWKWARD if "*" not in text]
    assert node.each(READ, "pieces(it)", cases) == [pieces(text) for text in cases]


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(st.text(max_size=40), min_size=50, max_size=200))
def test_any_text_is_read_the_same(node: Node, texts: list[str]) -> None:
    cases = [text for text in texts if _same_unicode(text)]
    assert node.each(READ, "[fold(it), needle(it), marked(it)]", cases) == [read(text) for text in cases]


def _same_unicode(text: str) -> bool:
    """Whether this Python knows all characters; Node may know newer ones."""
    import unicodedata

    return all(unicodedata.category(letter) not in ("Cn", "Cs") for letter in text)


# Queries


PARSE = 'import { parse } from "./grammar.js";'
READ_QUERY = """(() => {
  try { return parse(it, { arxiv: true }); } catch (error) {
    if (error.code === undefined) throw error;
    return { code: error.code, place: error.place, values: error.values };
  }
})()"""

PARTS = [
    *("talking head", "AND", "OR", "ANDNOT", "NOT", "(", ")", '"', '"talking head"', "ti:", "au:", "abs:", "cat:cs.CV"),
    *("all:", "id:2411.09268", "submittedDate:", "submittedDate:[2026 TO 202611]", "submittedDate:[20261 TO 2]"),
    *("lastUpdatedDate:[2026 TO 2027]", "del_maestro", "and", "Or", "x:y", "http://a", "rn:7", "c++", "扩散模型", "—"),
    *("head*", "jr:", "doi:10.1/x", "title:", "co:", "\t", "\x1c", "é", "ANDNOT(", "AND)", "_", "*", "submittedDate:["),
    "submittedDate:[20260230 TO 20260301]",
]


def tree(query: Query) -> dict[str, object]:
    match query:
        case Term(field, text):
            return {"kind": "term", "field": field, "text": text}
        case Range(start, end):
            return {"kind": "range", "start": int(start.timestamp()) // 60, "end": int(end.timestamp()) // 60}
        case And(parts):
            return {"kind": "and", "parts": [tree(part) for part in parts]}
        case Or(parts):
            return {"kind": "or", "parts": [tree(part) for part in parts]}
        case AndNot(left, right):
            return {"kind": "andnot", "left": tree(left), "right": tree(right)}


def random_queries(count: int) -> list[str]:
    chance = random.Random(7)
    return [
        "".join(f"{part}{chance.choice(['', ' ', ' ', ' '])}" for part in chance.choices(PARTS, k=chance.randint(0, 9)))
        for _ in range(count)
    ]


def well_formed(chance: random.Random, depth: int = 0) -> str:
    if depth > 4 or chance.random() < 0.3:
        return chance.choice(
            ["diffusion", '"talking head"', "ti:face", 'au:"del maestro"', "submittedDate:[2020 TO 2021]"]
        )
    if chance.random() < 0.3:
        return f"{chance.choice(['', 'ti:', 'abs:', 'ANDNOT '])}({well_formed(chance, depth + 1)})"
    operator = chance.choice([" AND ", " OR ", " ANDNOT ", " ", " AND NOT "])
    return operator.join(well_formed(chance, depth + 1) for _ in range(chance.randint(2, 3)))


def read_query(text: str) -> dict[str, object] | ConfigError:
    try:
        return tree(parse(text))
    except ConfigError as error:
        return error


def test_the_script_reads_queries_as_the_program_does(node: Node) -> None:
    chance = random.Random(9)
    cases = [
        *random_queries(10_000),
        *(well_formed(chance) for _ in range(5_000)),
        "(" * 101 + "a" + ")" * 101,
        '\U0001d50a "',
    ]
    refused = 0
    for query, found in zip(cases, node.each(PARSE, READ_QUERY, cases), strict=True):
        expected = read_query(query)
        if not isinstance(expected, ConfigError):
            assert found == expected, query
            continue
        refused += 1
        assert "code" in found, (query, found, expected.message)
        what = ENGLISH[f"search.wrong.{found['code']}"].format_map(found["values"])
        said = ENGLISH["search.wrong"].format_map({"what": what, "place": found["place"]})
        assert expected.message.startswith(f"{said}: "), query
        if found["code"] != "prefix":  # the script names them all, and leaves the guess to the reader
            assert ENGLISH[f"search.mend.{found['code']}"].format_map(found["values"]) == expected.hint, query
    assert 1_000 < refused < len(cases) - 1_000


def test_what_the_script_writes_means_what_it_read(node: Node) -> None:
    chance = random.Random(11)
    cases = [well_formed(chance) for _ in range(2_000)]
    shown = node.each('import { parse, written } from "./grammar.js";', READ_WRITTEN, cases)
    for query, text in zip(cases, shown, strict=True):
        if text is not None:
            assert text["again"] == text["first"], query
    assert sum(text is not None for text in shown) > 1_000


READ_WRITTEN = """(() => {
  try {
    const first = parse(it);
    return { first: written(first), again: written(parse(written(first))) };
  } catch { return null; }
})()"""
