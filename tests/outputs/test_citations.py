"""References as reference managers read them: real parsers, hostile papers, and the real corpus where it is there."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import bibtexparser
import pytest
import rispy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pybtex.database import Person, parse_string

from digest.model import Author, Entry
from digest.outputs import citations
from digest.outputs.citations import FORMATS
from digest.outputs.citations.bibtex import bibtex, escape, key
from digest.outputs.citations.csl import csl
from digest.outputs.citations.names import Name, split_name
from digest.outputs.citations.record import record
from digest.outputs.citations.ris import ris
from digest.outputs.homes import homes
from digest.outputs.site import Site
from digest.outputs.templating import locale
from digest.outputs.views import view
from digest.outputs.wording import Words
from digest.text import plain
from tests.factories import digest, entry, translation

CORPUS = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "corpus.jsonl.gz"
CSL = {
    *("type", "id", "title", "author", "issued", "number", "version", "publisher", "URL", "DOI"),
    *("categories", "note", "custom"),
}
"""Names of https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json"""
CSL_NAME = {"family", "given", "dropping-particle", "non-dropping-particle", "suffix", "literal"}
HOSTILE = [
    "}",
    "{",
    "{{}",
    r"\{",
    r"\}",
    r"50% of {them & #1_x ^ ~ \ @article{x, title={y}}",
    "a\n@misc{b}\nER  - \nTY  - JOUR",
    "$x$ and $y",
    r"$\{x$",
    r"$\text{a}}$ b",
    r"$\input{/etc/passwd}$",
    r"\(O(n^2)\) and \[x\]",
    "ends in \\",
    "say \"so\" 'and' that, too",
    "<script>alert(1)</script>",
    "naïve Erdős 数字人 🙂",
    "",
]


def of(title: str = "A", **changes: Any) -> Entry:
    return entry(title=title, **changes)


def in_bibtex(text: str) -> dict[str, str]:
    """The one entry of `text`, as bibtexparser reads it."""
    parser = bibtexparser.bparser.BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    entries = bibtexparser.loads(text, parser).entries
    assert len(entries) == 1, text
    found: dict[str, str] = entries[0]
    return found


def untexed(field: str) -> str:
    """What TeX would print of our own escapes, outside formulas."""
    names = {
        "textbackslash": "\\",
        "textbraceleft": "{",
        "textbraceright": "}",
        "textasciicircum": "^",
        "textasciitilde": "~",
        "textless": "<",
        "textgreater": ">",
        "textbar": "|",
    }
    marks = dict(zip(names, "\ue000\ue001\ue002\ue003\ue004\ue005\ue006\ue007", strict=True))
    for name, mark in marks.items():
        field = field.replace(rf"{{\{name}}}", mark)
    field = re.sub(r"\\([$&%#_])", r"\1", field).replace("{", "").replace("}", "")
    for name, mark in marks.items():
        field = field.replace(mark, names[name])
    return field


def words(text: str) -> str:
    return " ".join(text.split())


# One paper


def test_bibtex_is_what_its_users_expect() -> None:
    paper = of(
        r"NeRF in $O(n^2)$: 50\% Less Memory",
        arxiv_id="math/0309136",
        authors=(Author(name="Jan van der Berg"), Author(name="Qwen Team"), Author(name='Erd\\H{o}s, P\\"al')),
        doi="10.1000/a_b",
        journal_ref="J. Tests & Trials 1",
        withdrawn=True,
    )
    assert bibtex(record(paper)) == (
        "@misc{arXiv-math-0309136,\n"
        "  title = {{NeRF} in {$O(n^2)$}: 50\\% Less Memory},\n"
        "  author = {van der Berg, Jan and {Qwen Team} and {Erdős, Päl}},\n"
        "  year = {2026},\n"
        "  month = nov,\n"
        "  eprint = {math/0309136},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CV},\n"
        "  doi = {10.1000/a_b},\n"
        "  url = {https://arxiv.org/abs/math/0309136},\n"
        "  note = {J. Tests \\& Trials 1. Withdrawn from arXiv}\n"
        "}\n"
    )


def test_ris_is_tagged_lines() -> None:
    paper = of("NeRF in $O(n^2)$", authors=(Author(name="Jan van der Berg"), Author(name="A*STAR Team")), doi="10.1/x")
    assert ris(record(paper)).split("\r\n") == [
        "TY  - UNPB",
        "ID  - arXiv-2611.90001",
        "TI  - NeRF in O(n²)",
        "AU  - van der Berg, Jan",
        "AU  - ASTAR Team",
        "PY  - 2026",
        "DA  - 2026/11/09",
        "PB  - arXiv",
        "AN  - arXiv:2611.90001",
        "DO  - 10.1/x",
        "UR  - https://arxiv.org/abs/2611.90001",
        "KW  - cs.CV",
        "KW  - cs.GR",
        "ER  - ",
        "",
        "",
    ]


def test_csl_has_the_names_of_the_schema_and_what_the_stars_need() -> None:
    paper = of(authors=(Author(name="Jan van der Berg Jr."), Author(name="OpenAI")))
    shown = digest(paper, translations=(translation(),))
    item = csl(record(paper), view(paper, shown, Words("en", locale("en")), {"Avatar": ""}, homes(shown)))
    assert item == {
        "id": "arXiv-2611.90001",
        "type": "article",
        "title": "A",
        "author": [
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der", "suffix": "Jr."},
            {"literal": "OpenAI"},
        ],
        "issued": {"date-parts": [[2026, 11, 9]]},
        "number": "arXiv:2611.90001",
        "version": "1",
        "publisher": "arXiv",
        "URL": "https://arxiv.org/abs/2611.90001",
        "categories": ["cs.CV", "cs.GR"],
        "custom": {
            "arxiv": "2611.90001",
            "page": "papers/2611.90001/",
            "titles": {"zh": "一张照片生成说话头"},
            "withdrawn": False,
        },
    }


def test_without_a_time_of_submission_the_mailing_gives_the_year() -> None:
    paper = of(published=None, updated=None, listed=dt.date(2025, 1, 2))
    assert "year = {2025},\n  month = jan," in bibtex(record(paper))


def test_a_day_is_that_of_utc() -> None:
    late = dt.datetime(2026, 12, 31, 20, tzinfo=dt.timezone(dt.timedelta(hours=-8)))
    assert record(of(published=late)).issued == dt.date(2027, 1, 1)


def test_missing_facts_leave_no_field() -> None:
    bare = of(authors=(), categories=(), primary_category=None)
    assert set(in_bibtex(bibtex(record(bare)))) == {
        "ENTRYTYPE", "ID", "title", "year", "month", "eprint", "archiveprefix", "url",
    }  # fmt: skip
    assert "None" not in ris(record(bare))


@pytest.mark.parametrize(
    ("name", "inverted"),
    [
        ("Ada Lovelace", "Lovelace, Ada"),
        ("J. R. R. Tolkien", "Tolkien, J. R. R."),
        ("Jan van der Berg", "van der Berg, Jan"),
        ("Luc Van Gool", "Van Gool, Luc"),
        ("Santiago Ramón y Cajal", "Ramón y Cajal, Santiago"),
        ("Juan Pablo de la Cruz Pérez", "de la Cruz Pérez, Juan Pablo"),
        ("Martin Luther King Jr.", "King, Martin Luther, Jr."),
        ("m. c. schraefel", "c. schraefel, m."),
        ("ada lovelace", "lovelace, ada"),
        ("OpenAI", "OpenAI"),
        ("The ATLAS Collaboration", "The ATLAS Collaboration"),
        ("Mistral AI", "Mistral AI"),
        ("Song-Chun Ai", "Ai, Song-Chun"),
        ("University of Somewhere", "University of Somewhere"),
        ("毛 泽东", "毛 泽东"),
        ("Smith, John", "Smith, John"),
        ("Tom & Jerry", "Tom & Jerry"),
        ("", ""),
    ],
)
def test_a_name_is_inverted_only_where_that_is_safe(name: str, inverted: str) -> None:
    assert split_name(name).inverted == inverted


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab Ày,.& {}vandeJrI-毛"), max_size=30))
def test_no_word_of_a_name_is_lost(text: str) -> None:
    name = plain(text)
    found = split_name(name)
    if found.literal or not name:
        assert found == Name(literal=name)
    else:
        assert found.family
        parts = (found.given, found.particle, found.family, found.suffix)
        assert " ".join(part for part in parts if part) == name


# Hostile papers


def hostile_entry(text: str) -> Entry:
    return of(
        f"A {text}",
        authors=(Author(name=f"B {text}"), Author(name="Ada Lovelace")),
        doi=f"10.1/{text}",
        journal_ref=f"J {text}",
        categories=(f"c {text}",),
        primary_category=f"c {text}",
    )


def check(paper: Entry) -> None:
    """Every parser reads what we meant, and nothing else."""
    facts = record(paper)
    text = bibtex(facts)
    assert text.count("{") == text.count("}")
    assert text.endswith("\n}\n")
    found = in_bibtex(text)
    assert set(found) <= {
        "ENTRYTYPE", "ID", "title", "author", "year", "month", "eprint", "archiveprefix", "primaryclass", "doi", "url",
        "note",
    }  # fmt: skip
    assert found["eprint"] == paper.arxiv_id
    if "$" not in found["title"].replace(r"\$", ""):
        assert words(untexed(found["title"])) == words(facts.title)
    (second,) = parse_string(text, "bibtex").entries.values()
    people = list(second.persons["author"]) if facts.authors else []
    assert len(people) == len(facts.authors)
    for person, name in zip(people, facts.authors, strict=True):
        assert words(untexed(str(person))) == words(name.inverted) or name.suffix

    (listed,) = rispy.loads(ris(facts))
    assert listed["id"] == key(paper.arxiv_id)
    assert len(listed.get("authors", [])) == len(facts.authors)
    assert words(listed.get("title", "")) == words(facts.title)
    assert listed["type_of_reference"] == "UNPB"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_field(text: str) -> None:
    check(hostile_entry(text))


@settings(deadline=None)
@example("0$&$0")
@given(st.text(max_size=40) | st.text(alphabet=st.sampled_from("{}\\$%&@,=\"'# \n~^_aA-TYER"), max_size=40))
def test_no_text_leaves_its_field(text: str) -> None:
    check(hostile_entry(text))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_an_escape_prints_what_went_in(text: str) -> None:
    escaped = escape(plain(text))
    assert untexed(escaped) == plain(text)
    depth = 0
    for sign in re.findall(r"[{}]", escaped):
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_a_name_of_bibtex_words_is_one_person() -> None:
    text = bibtex(record(of(authors=(Author(name="Romeo and Juliet"), Author(name="others")))))
    people = parse_string(text, "bibtex").entries["arXiv-2611.90001"].persons["author"]
    assert [isinstance(person, Person) for person in people] == [True, True]
    assert "{Romeo and Juliet} and {others}" in text


def test_a_formula_that_bibtex_could_not_hold_becomes_words() -> None:
    for formula in (r"$a % b$", r"$\input{x}$", r"$x^{2}} {$"):
        title = bibtex(record(of(f"On {formula} so"))).split("\n")[1]
        assert not re.search(r"(?<!\\)\$", title), title


def test_capitals_survive_a_style_that_lowers_them() -> None:
    title = bibtex(record(of("A 3D GAN for MRI: Gaussian Splatting in C++ and Vitamin C"))).split("\n")[1]
    assert title == "  title = {A {3D} {GAN} for {MRI}: Gaussian Splatting in {C}++ and Vitamin {C}},"


# Files


def files() -> dict[str, bytes]:
    crowd = tuple(entry(f"2611.9{number:04}", authors=(Author(name=f"Ada B{number}"),)) for number in range(120))
    return Site().render(digest(*crowd, entry("math/0309136", listed=dt.date(2026, 10, 1), versions=())))


def test_a_day_and_a_topic_have_whole_files_of_each_format() -> None:
    made = files()
    for folder, count in (("days/2026-11-11", 120), ("days/2026-10-01", 1), ("topics/avatar", 121)):
        text = {each.suffix: made[f"_site/{folder}/cite.{each.suffix}"].decode() for each in FORMATS}
        assert (
            len(bibtexparser.loads(text["bib"], bibtexparser.bparser.BibTexParser(common_strings=True)).entries)
            == count
        )
        assert len(rispy.loads(text["ris"])) == count
        assert len(json.loads(text["json"])) == count


def test_a_topic_grows_for_ever_and_its_file_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.outputs.site.NEWEST", 50)
    made = files()
    items = json.loads(made["_site/topics/avatar/cite.json"])
    assert len(items) == 50
    assert items[0]["custom"]["arxiv"] == "2611.90119"
    assert "The newest 50 papers:" in made["_site/topics/avatar/index.html"].decode()
    assert len(json.loads(made["_site/days/2026-11-11/cite.json"])) == 120


def test_the_page_of_a_paper_carries_its_references_and_writes_no_file() -> None:
    made = files()
    assert not [path for path in made if path.startswith("_site/papers/") and not path.endswith("/index.html")]
    paper = entry("2611.90001", title='"Quotes" & <b> % # 数字人 }{')
    shown = view(paper, digest(paper), Words("en", locale("en")), {"Avatar": ""}, homes(digest(paper)))
    links = citations.embedded(paper, shown)
    assert [each.file for each in links] == ["2611.90001.bib", "2611.90001.ris", "2611.90001.json"]
    for each, kind in zip(links, FORMATS, strict=True):
        head, _, body = each.href.partition(",")
        assert head == f"data:{kind.media_type};charset=utf-8"
        assert not re.search(r"[\s#\"<>]", body)
        assert unquote(body) == kind.write([(record(paper), shown)])


# Real papers


def real() -> Iterator[Entry]:
    if not CORPUS.exists():
        pytest.skip(f"needs the corpus at {CORPUS}")
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            yield entry(
                paper["id"],
                title=paper["title"],
                authors=tuple(Author(name=name) for name in paper["authors"]),
                primary_category=paper["primary"],
                categories=tuple(paper["categories"]),
                published=dt.datetime.fromisoformat(paper["published"]) if paper["published"] else None,
                doi=paper["doi"],
                journal_ref=paper["journal_ref"],
            )


def test_real_papers_are_read_back_by_three_parsers() -> None:
    """Every fiftieth: parsers are slow. All of them are written, and their braces counted."""
    shown = view(entry(), digest(entry()), Words("en", locale("en")), {"Avatar": ""}, homes(digest(entry())))
    for number, paper in enumerate(real()):
        if number % 50 == 0:
            check(paper)
        else:
            text = bibtex(record(paper))
            assert text.count("{") == text.count("}"), text
        item: dict[str, Any] = csl(record(paper), shown)
        assert set(item) <= CSL
        assert all(set(name) <= CSL_NAME for name in item["author"])
