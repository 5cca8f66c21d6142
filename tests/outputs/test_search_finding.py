"""The script finds in the index what the program finds in the papers: the same queries through both."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from digest.model import Author, Digest, Entry, Topic, TopicMatch, Translation
from digest.outputs.search import Search
from digest.topics import match
from digest.words import printed
from tests.factories import digest, entry, translation
from tests.node import Node

IMPORTS = """
import { Index } from "./files.js";
import { parse } from "./grammar.js";
import { Search } from "./finding.js";
import { readFile } from "node:fs/promises";
const base = process.argv[2];
const ask = async (path) => {
  try {
    const text = await readFile(path, "utf8");
    return { ok: true, status: 200, text: async () => text };
  } catch {
    return { ok: false, status: 404 };
  }
};
const index = await Index.open(base, ask);
async function idsOf(query, best) {
  const search = new Search(index, parse(query, { arxiv: true }), { best });
  while (!search.done) await search.more();
  const cards = await Promise.all(search.hits.map(({ segment, paper }) => segment.card(paper)));
  return cards.map(({ id }) => id);
}
"""

WORDS = [
    *("talking", "heads", "head", "diffusion", "models", "model", "the", "of", "neural", "Gaussian", "splatting"),
    *("C++", "C#", "GPT-4", "3D", "logic", "topology", "naïve", "$\\beta$-VAE", "A*", "learning", "don't", "e.g."),
]
CHINESE = [
    "扩散模型",
    "规模",
    "态度",
    "模态",
    "多模态",
    "大语言模型",
    "数字人",
    "，",
    "。",
    " ",
    "3D",
    "GPT",
    "高斯",
    "的",
    "、",
]
NAMES = [
    "Ada Lovelace",
    "Charles Babbage",
    "G. del Maestro",
    "Jean-Luc Ponty",
    "Łukasz Kaiser",
    "Ada del Ponty",
    "李 明",
]
CATEGORIES = ["cs.CV", "cs.CL", "cs.LG", "astro-ph", "astro-ph.CO", "hep-th", "math.AG"]


def some(count: int, seed: int) -> tuple[list[Entry], list[Translation]]:
    """Papers of few words, so that words meet; some years apart, in few segments."""
    chance = random.Random(seed)
    entries, texts = [], []
    for number in range(count):
        year = 2019 + number * 8 // count
        day = dt.datetime(year, 1 + number % 12, 1 + number % 28, number % 24, number % 60, 30, tzinfo=dt.UTC)
        arxiv_id = f"{year % 100}{1 + number % 12:02}.{number:05}"

        def text(words: Sequence[str], least: int, most: int, between: str = " ") -> str:
            return between.join(chance.choices(words, k=chance.randint(least, most)))

        entries.append(
            entry(
                arxiv_id,
                version=chance.randint(1, 3),
                title=text(WORDS, 1, 5),
                abstract=text(WORDS, 0, 30),
                authors=tuple(Author(name=name) for name in chance.sample(NAMES, chance.randint(1, 3))),
                categories=tuple(chance.sample(CATEGORIES, chance.randint(1, 2))),
                published=None if number % 17 == 0 else day,
                comment=chance.choice([None, "12 pages, talking heads", "C++ code"]),
                journal_ref=chance.choice([None, "J. Neural Models 4 (2020)"]),
                doi=chance.choice([None, f"10.1000/x{number}"]),
                topics=(TopicMatch(topic=chance.choice(["Avatar", "数字人"])),),
            )
        )
        if number % 3:
            texts.append(translation(arxiv_id, text=text(CHINESE, 2, 6, "")))
            texts.append(translation(arxiv_id, field="abstract", text=text(CHINESE, 2, 60, "")))
    return entries, texts


OPERANDS = [
    *("au:lovelace", 'au:"del maestro"', "au:Ponty_J", "au:kaiser", "au:del*", 'au:"ada del"'),
    *("cat:cs.CV", "cat:cs", "cat:astro-ph", "cat:cs.*", "cat:math.*", "all:hep-th"),
    *("submittedDate:[2020 TO 2023]", "submittedDate:[20210213 TO 202306140930]", "submittedDate:[2025 TO 2030]"),
    *("head*", "mod*", "ti:diff*", '"neural mod*"', "abs:topolog*", "doi:10.1000/x*", "jr:2020", "co:pages", "*head"),
    *("id:2003.*", "id:1901.00000", "id:2504.00051v2", 'co:"talking head"', "ti:(heads OR neural)"),
]


def queries(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)

    def operand() -> str:
        if chance.random() < 0.4:
            return chance.choice(OPERANDS)
        words = " ".join(chance.choices(WORDS, k=chance.choice([1, 1, 1, 2, 2, 3])))
        return f'{chance.choice(["", "", "ti:", "abs:", "all:"])}"{words}"'

    def expression(depth: int = 0) -> str:
        parts = []
        for _ in range(chance.choice([1, 1, 2, 2, 3])):
            nested = depth < 3 and chance.random() < 0.1
            parts += [chance.choice(["AND", "OR", "ANDNOT"]), f"({expression(depth + 1)})" if nested else operand()]
        return " ".join(parts[1:])

    return [expression() for _ in range(count)]


@pytest.fixture(scope="module")
def papers() -> Digest:
    return digest(*some(700, seed=3)[0])


@pytest.fixture(scope="module")
def bilingual() -> Digest:
    entries, texts = some(1_500, seed=5)
    return digest(*entries, translations=tuple(texts))


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def ask(node: Node, of: Digest, folder: Path, asked: Sequence[str]) -> list[list[str]]:
    write(of, folder)
    return node.each(IMPORTS, "idsOf(it, false)", asked, f"{folder}/search/")


def write(of: Digest, folder: Path) -> None:
    for path, content in Search(output="").render(of).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def test_the_script_finds_what_a_topic_would_match(node: Node, papers: Digest, tmp_path: Path) -> None:
    asked = queries(1_000, seed=7)
    found_some = 0
    for query, found in zip(asked, ask(node, papers, tmp_path, asked), strict=True):
        topic = Topic(name="Asked", query=query)
        expected = {each.arxiv_id for each in papers.entries if match(topic, each) is not None}
        assert set(found) == expected, query
        assert found == sorted(found, key=newest, reverse=True), query
        found_some += 0 < len(found) < len(papers.entries)
    assert found_some > 600


def newest(arxiv_id: str) -> tuple[str, str]:
    month, _, number = arxiv_id.partition(".")
    return month, number


def test_what_is_written_in_chinese_is_found_as_it_stands(node: Node, bilingual: Digest, tmp_path: Path) -> None:
    chance = random.Random(2)
    texts: dict[str, str] = {}
    for (arxiv_id, _), made in bilingual.translations["zh"].items():
        texts[arxiv_id] = f"{texts.get(arxiv_id, '')} beside {printed(made.text)}"
    parts = [each for each in "".join(CHINESE) if "\u4e00" <= each <= "\u9fff"]
    asked = sorted({"".join(chance.choices(parts, k=length)) for length in (1, 2) for _ in range(60)})
    asked += ["扩散模型", "多模态", "态度", "规模态度", "大语言模型的", "模型数字人", "数字人3D", "3D高斯", "GPT模态"]
    hits = 0
    for query, found in zip(asked, ask(node, bilingual, tmp_path, asked), strict=True):
        runs = re.findall(r"[a-z0-9]+|[^a-z0-9]+", printed(query))
        # Latin words are whole, and what stands around them doesn't matter, as in any phrase
        spelled = (rf"(?<![a-z0-9]){run}(?![a-z0-9])" if run.isascii() else r"\s*".join(run) for run in runs)
        pattern = re.compile(r"[\W_]*".join(spelled))
        expected = {arxiv_id for arxiv_id, text in texts.items() if pattern.search(text)}
        assert set(found) == expected, query
        hits += bool(expected)
    assert hits > 20
