"""What arXiv returned to real digests, read again: single words agree, phrases of the years before 2026 don't."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from digest.model import Author, Paper, Topic
from digest.text import plain
from digest.topics import Matcher, match, parse, query_of, to_arxiv

ROOT = Path(__file__).parents[1]
DATA = ROOT / "../shared/data"

NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, real papers and digests")


@cache
def corpus() -> dict[str, dict[str, Any]]:
    with gzip.open(DATA / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {row["id"]: row for row in map(json.loads, lines)}


def paper(row: dict[str, Any]) -> Paper:
    return Paper(
        arxiv_id=row["id"],
        version=row["version"] or 1,
        title=row["title"] or "",
        abstract=row["abstract"] or "",
        comment=row["comment"],
        authors=tuple(Author(name=name) for name in row["authors"] or ()),
        categories=tuple(row["categories"] or ()),
    )


def share(store: str, topic: str, *filters: str) -> tuple[int, float]:
    """How many papers of a digest's topic we know, and the share that holds the topic's own words."""
    rows = json.loads((DATA / "stores" / store).read_text(encoding="utf-8"))[topic]
    ids = {re.sub(r"v\d+$", "", arxiv_id) for arxiv_id in rows}
    known = [paper(corpus()[arxiv_id]) for arxiv_id in sorted(ids & corpus().keys())]
    asked = Topic(name=topic, filters=filters)
    return len(known), sum(match(asked, each) is not None for each in known) / len(known)


@NEEDS_DATA
@pytest.mark.parametrize(
    ("store", "topic", "filters", "papers"),
    [
        ("Vincentqyw__cv-arxiv-daily.json", "NeRF", ("NeRF",), 48),
        ("Vincentqyw__cv-arxiv-daily.json", "SLAM", ("SLAM", "Visual Odometry"), 40),
        ("Linaom1214__cv-arxiv-daily.json", "mamba", ("mamba",), 78),
        ("csyanghan.json", "Math Reasoning", ("GSM8k", "Math Reasoning"), 29),
    ],
)
def test_single_words_agree_with_arxivs_own_search(
    store: str, topic: str, filters: tuple[str, ...], papers: int
) -> None:
    known, agreed = share(store, topic, *filters)
    assert known == papers
    assert agreed >= 0.99


@NEEDS_DATA
@pytest.mark.parametrize(
    ("topic", "papers", "agreed"),
    [
        ("SFM", 54, 0.63),
        ("Visual Localization", 246, 0.37),
        ("Keypoint Detection", 34, 0.65),
        ("Image Matching", 127, 0.15),
    ],
)
def test_phrases_that_arxiv_took_for_loose_words_are_not_evidence(topic: str, papers: int, agreed: float) -> None:
    config = yaml.safe_load((DATA / "configs/Vincentqyw__cv-arxiv-daily.yaml").read_text(encoding="utf-8"))
    known, found = share("Vincentqyw__cv-arxiv-daily.json", topic, *config["keywords"][topic]["filters"])
    assert known == papers
    assert found == pytest.approx(agreed, abs=0.02)


def seed() -> dict[str, str]:
    """arXiv id → title of the page that this project descends from."""
    page = (DATA / "seed.md").read_text(encoding="utf-8")
    return {found[2]: found[1] for found in re.finditer(r"\|\*\*([^|*]+)\*\*\|[^|]*\|\[(\d+\.\d+)\]", page)}


@NEEDS_DATA
def test_this_repositorys_own_topic_keeps_the_seed_page_but_its_two_strangers() -> None:
    keywords = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["keywords"]["Avatar"]
    avatar = msgspec.convert({"name": "Avatar", **keywords}, Topic)
    categories = {"2406.09519": ("cs.CL", "cs.LG"), "2404.04924": ("cs.CV", "cs.LG")}
    papers = [
        Paper(arxiv_id=arxiv_id, version=1, title=title, abstract="", categories=categories.get(arxiv_id, ("cs.CV",)))
        for arxiv_id, title in seed().items()
    ]
    assert len(papers) == 30
    strangers = {each.arxiv_id for each in papers if match(avatar, each) is None}
    assert strangers == {"2406.09519", "2404.04924"}


@NEEDS_DATA
def test_every_topic_of_real_forks_can_be_asked() -> None:
    asked = 0
    for path in sorted((DATA / "configs").glob("*.yaml")):
        keywords = yaml.safe_load(path.read_text(encoding="utf-8")).get("keywords")
        for name, each in keywords.items() if isinstance(keywords, dict) else ():
            filters = tuple(phrase for phrase in each.get("filters", ()) if isinstance(phrase, str))
            if filters:
                written = to_arxiv(query_of(Topic(name=name, filters=filters)))
                assert to_arxiv(parse(written)).count("ti:") == written.count("ti:")
                asked += 1
    assert asked > 100


@NEEDS_DATA
def test_many_topics_over_the_corpus_find_what_each_finds_alone() -> None:
    config = yaml.safe_load((DATA / "configs/monologg__nlp-arxiv-daily.yaml").read_text(encoding="utf-8"))
    topics = [Topic(name=name, filters=tuple(each["filters"])) for name, each in config["keywords"].items()]
    matcher = Matcher(topics)
    for row in list(corpus().values())[::40]:
        candidate = paper(row)
        alone = {topic.name: evidence for topic in topics if (evidence := match(topic, candidate)) is not None}
        assert {each.topic: each.evidence for each in matcher.topics_of(candidate)} == alone


@NEEDS_DATA
def test_matching_the_source_finds_what_matching_the_readable_text_finds() -> None:
    """Words are taken from TeX source in a rough and fast way (`words.printed`); a reader sees `text.plain`."""
    names = ("monologg__nlp-arxiv-daily", "Gaming722__cv-arxiv-daily", "Vincentqyw__cv-arxiv-daily")
    configs = [yaml.safe_load((DATA / f"configs/{name}.yaml").read_text(encoding="utf-8")) for name in names]
    filters = {phrase for each in configs for topic in each["keywords"].values() for phrase in topic["filters"]}
    matcher = Matcher([Topic(name=phrase, filters=(phrase,)) for phrase in sorted(filters)])
    written_in_tex = [row for row in corpus().values() if "\\" in row["title"] + row["abstract"]]
    for row in written_in_tex[::5]:
        source = paper(row)
        shown = Paper(
            arxiv_id=source.arxiv_id,
            version=1,
            title=plain(source.title),
            abstract=plain(source.abstract),
            comment=plain(source.comment or ""),
        )
        assert matcher.topics_of(source) == matcher.topics_of(shown)
