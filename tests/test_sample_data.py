"""The sample is the product's shop window and the demo's only input: it has to be right, varied and fully invented."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
import yaml

from digest.calendar import mailing_of
from digest.model import Paper

SAMPLE = Path(__file__).parents[1] / "digest" / "sample"
DAYS = [dt.date(2026, 11, day) for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13)]
OLD_STYLE = "hep-th/0611999"
ODDITIES = 4
"""Papers that no topic shows: three hold none of the phrases, one is excluded."""

# Pandoc's rule tells `$5 and $6` from a formula: https://pandoc.org/MANUAL.html#extension-tex_math_dollars
FORMULA = re.compile(r"(?<!\\)\$(?=\S)(?:\\.|[^$\\])+(?<=\S)\$(?!\d)")
URL = re.compile(r"(?:https?://|(?<![/\w])github\.com/)[^\s{}，。；、（）]+[^\s{}，。；、（）.,;:)]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
HAN = re.compile(r"[\u3400-\u9fff]")

HOWLERS = ("变形金刚", "变压器", "对话头", "驾驶", "基地", "一代", "单镜头", "散斑", "去纠缠", "注意力头部", "不平凡")
TERMS = {
    "talking head": "说话头",
    "talking face": "说话[人的]?脸",
    "head avatar": "头部化身",
    "digital human": "数字人",
    "one-shot": "单样本",
    "driving audio": "驱动音频",
    "Gaussian splatting": "高斯泼溅",
    "radiance field": "辐射场",
    "post-training quantization": "训练后量化",
    "KV cache": "KV 缓存",
    "speculative decoding": "推测解码",
    "mixture of experts": "混合专家",
    "linear attention": "线性注意力",
    "sparse attention": "稀疏注意力",
    "small language model": "小语言模型",
    "attention head": "注意力头",
    "disentangle": "解耦",
    "basis": "基",
    "Transformer": "Transformer",
    "3DGS": "3DGS",
}
PLACEHOLDER = re.compile(
    r"\b(?:TODO|FIXME|TBD|XXX|N/A|null|lorem|ipsum|foo|untranslated)\b|待译|未翻译|占位|�", re.IGNORECASE
)


class Chinese(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    arxiv_id: str
    version: int
    title: str
    abstract: str


def read_lines(name: str) -> list[bytes]:
    return (SAMPLE / name).read_bytes().splitlines()


PAPERS = [msgspec.json.decode(line, type=Paper) for line in read_lines("papers.jsonl")]
CHINESE = [msgspec.json.decode(line, type=Chinese) for line in read_lines("zh.jsonl")]
CONFIG = yaml.safe_load((SAMPLE / "config.yaml").read_text(encoding="utf-8"))

BY_VERSION = {(each.arxiv_id, each.version): each for each in PAPERS}
TRANSLATED = {(each.arxiv_id, each.version): each for each in CHINESE}
HISTORIES: dict[str, list[Paper]] = defaultdict(list)
for _paper in PAPERS:
    HISTORIES[_paper.arxiv_id].append(_paper)
PAIRS = [
    pytest.param(getattr(BY_VERSION[key], field), getattr(chinese, field), id=f"{key[0]}v{key[1]}-{field}")
    for key, chinese in TRANSLATED.items()
    if key in BY_VERSION
    for field in ("title", "abstract")
]


def label(paper: Paper) -> str:
    return f"{paper.arxiv_id}v{paper.version}"


def listed(paper: Paper) -> dt.date:
    assert paper.announced is not None, label(paper)
    return paper.announced


def submitted(paper: Paper) -> tuple[dt.datetime, dt.datetime]:
    assert paper.published is not None, label(paper)
    assert paper.updated is not None, label(paper)
    return paper.published, paper.updated


def holds(phrase: str, text: str) -> bool:
    """Whether the words of `phrase` stand in `text`, hyphens and a plural allowed: plainer than the real matcher."""
    words = r"[\s-]+".join(map(re.escape, phrase.split()))
    return re.search(rf"\b{words}s?\b", text, re.IGNORECASE) is not None


def wanted_by(topic: dict[str, list[str]], paper: Paper) -> bool:
    text = " | ".join((paper.title, paper.abstract, paper.comment or ""))
    return any(holds(phrase, text) for phrase in topic["filters"])


def topics_of(paper: Paper) -> list[str]:
    text = " | ".join((paper.title, paper.abstract, paper.comment or ""))
    return [
        topic
        for topic, rule in CONFIG["keywords"].items()
        if wanted_by(rule, paper)
        and ("categories" not in rule or set(rule["categories"]) & set(paper.categories))
        and not any(holds(phrase, text) for phrase in rule.get("exclude", ()))
    ]


def without_formulas_and_urls(text: str) -> str:
    return FORMULA.sub(" ", URL.sub(" ", text))


# The papers


def test_each_line_holds_known_keys_in_the_order_of_the_type() -> None:
    order = {key: place for place, key in enumerate(Paper.__struct_fields__)}
    for line in read_lines("papers.jsonl"):
        places = [order[key] for key in json.loads(line)]
        assert places == sorted(places)


def test_lines_are_sorted_and_no_version_stands_twice() -> None:
    keys = [(listed(each), each.arxiv_id, each.version) for each in PAPERS]
    assert keys == sorted(keys)
    assert len(BY_VERSION) == len(PAPERS)


def test_there_are_enough_papers_over_ten_uneven_days() -> None:
    assert 55 <= len(HISTORIES) <= 66
    sizes = Counter(map(listed, PAPERS))
    assert sorted(sizes) == DAYS
    assert min(sizes.values()) >= 3
    assert len(set(sizes.values())) >= 4


def test_no_id_can_exist_on_arxiv_and_ids_follow_submission() -> None:
    modern = sorted(each for each in HISTORIES if each != OLD_STYLE)
    assert len(modern) == len(HISTORIES) - 1
    assert all(re.fullmatch(r"26(10|11)\.9\d{4}", each) for each in modern)
    times = [submitted(HISTORIES[each][0])[0] for each in modern]
    assert all(earlier < later for earlier, later in pairwise(times))
    # 2610 for what was submitted before November began in New York
    november = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)
    assert [each.startswith("2611.") for each in modern] == [time >= november for time in times]


@pytest.mark.parametrize("paper", PAPERS, ids=label)
def test_a_version_is_listed_under_the_mailing_that_its_submission_falls_into(paper: Paper) -> None:
    published, updated = submitted(paper)
    assert mailing_of(updated) == listed(paper)
    assert (published == updated) == (paper.version == 1)


def test_versions_of_a_paper_follow_each_other() -> None:
    for arxiv_id, history in HISTORIES.items():
        assert len({each.published for each in history}) == 1
        assert all(submitted(earlier)[1] < submitted(later)[1] for earlier, later in pairwise(history))
        numbers = [each.version for each in history]
        assert numbers == ([3] if arxiv_id == OLD_STYLE else list(range(1, len(numbers) + 1)))


@pytest.mark.parametrize("paper", PAPERS, ids=label)
def test_a_paper_is_complete_and_clean(paper: Paper) -> None:
    assert 90 <= len(paper.abstract.split()) <= 180
    assert paper.authors
    assert paper.primary_category == paper.categories[0]
    assert len(set(paper.categories)) == len(paper.categories)
    for text in (paper.title, paper.abstract, paper.comment or "", *(each.name for each in paper.authors)):
        assert text == " ".join(text.split()) == unicodedata.normalize("NFC", text)
        assert not any(unicodedata.category(char) == "Cc" for char in text)
        assert not PLACEHOLDER.search(text)


def test_nothing_but_invented_places_and_numbers_is_linked() -> None:
    invented = re.compile(
        r"(?:https://)?(?:(?:github|gitlab|huggingface)\.(?:com|co)/(?:example-lab|sample-org)/"
        r"|example-lab\.github\.io/|anonymous\.4open\.science/r/sample-0000)"
    )
    for paper in PAPERS:
        assert all(invented.match(url) for url in URL.findall(f"{paper.abstract} {paper.comment or ''}")), label(paper)
        assert paper.doi is None or paper.doi.startswith("10.0000/")


# What the demo has to show


def test_four_papers_are_revised_one_of_them_twice_and_say_something_new() -> None:
    revised = [history for history in HISTORIES.values() if len(history) > 1 and not withdrawn(history[-1])]
    assert sorted(len(history) for history in revised) == [2, 2, 2, 3]
    for history in revised:
        assert listed(history[0]) <= DAYS[4] < listed(history[1])
        assert all(earlier.abstract != later.abstract for earlier, later in pairwise(history))
    assert any(history[0].title != history[-1].title for history in revised)
    assert any(history[0].authors != history[-1].authors for history in revised)


def withdrawn(paper: Paper) -> bool:
    return "This paper has been withdrawn" in (paper.comment or "")


def test_one_paper_of_the_first_week_is_withdrawn_in_the_second() -> None:
    (paper,) = filter(withdrawn, PAPERS)
    assert paper.version == 2
    assert listed(HISTORIES[paper.arxiv_id][0]) <= DAYS[4] < listed(paper)


def test_an_old_paper_is_met_at_its_third_version() -> None:
    (paper,) = HISTORIES[OLD_STYLE]
    assert paper.version == 3
    assert submitted(paper)[0].year == 2006
    assert topics_of(paper) == ["Gaussian splatting"]


def test_some_author_lists_are_long() -> None:
    sizes = sorted((len(history[0].authors) for history in HISTORIES.values()), reverse=True)
    assert sizes[:2] == [301, 48]
    assert sizes[2] <= 8


KINDS: dict[str, Callable[[Paper], bool]] = {
    "formula in the title": lambda paper: bool(FORMULA.search(paper.title)),
    "asymptotics": lambda paper: r"$\mathcal{O}(n \log n)$" in paper.abstract,
    "norm": lambda paper: r"$\ell_2$" in paper.title,
    "space": lambda paper: r"\mathbb{R}^{3}" in paper.abstract,
    "percentage as a formula": lambda paper: r"$95.3\%$" in paper.abstract,
    "bold": lambda paper: r"\textbf{" in paper.abstract,
    "emphasis": lambda paper: r"\emph{" in paper.abstract,
    "quotation marks of TeX": lambda paper: "``" in paper.abstract and "''" in paper.abstract,
    "tie": lambda paper: "~" in paper.abstract,
    "accent of TeX": lambda paper: r"Schr\"odinger" in paper.title,
    "url command": lambda paper: r"\url{https://" in paper.abstract,
    "href command": lambda paper: r"\href{https://" in paper.abstract,
    "URL before a full stop": lambda paper: bool(re.search(r"https://\S+\w\.$", paper.abstract)),
    "URL without a scheme": lambda paper: bool(re.search(r"(?<![/\w])github\.com/", paper.abstract)),
    "URL in the comment": lambda paper: "https://" in (paper.comment or ""),
    "code host's .git": lambda paper: (paper.comment or "").endswith(".git"),
    "pipe in the title": lambda paper: "|" in paper.title,
    "script tag": lambda paper: "<script>" in paper.abstract,
    "HTML comment": lambda paper: "<!--" in paper.abstract,
    "backticks": lambda paper: "`drop_last`" in paper.abstract,
    "currency": lambda paper: "$5 and $6" in paper.abstract,
    "less than and ampersand": lambda paper: "b < a & " in paper.abstract,
    "emoji": lambda paper: any(unicodedata.category(char) == "So" for char in paper.abstract),
    "word from right to left": lambda paper: any(unicodedata.bidirectional(char) == "AL" for char in paper.abstract),
    "quotation marks in the title": lambda paper: '"' in paper.title and ":" in paper.title,
    "name with diacritics": lambda paper: any(not each.name.isascii() for each in paper.authors),
    "affiliation": lambda paper: any(each.affiliations for each in paper.authors),
    "DOI and journal": lambda paper: bool(paper.doi and paper.journal_ref),
    "licence": lambda paper: paper.license is not None,
    "no licence known": lambda paper: paper.license is None,
    "cross-list": lambda paper: len(paper.categories) > 1,
    "single category": lambda paper: len(paper.categories) == 1,
    "matched by its comment alone": lambda paper: (
        bool(topics_of(paper)) and not topics_of(msgspec.structs.replace(paper, comment=None))
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_awkward_kind_is_there_and_shown(kind: str) -> None:
    assert any(KINDS[kind](paper) and topics_of(paper) for paper in PAPERS)


def test_topics_are_all_fed_and_some_papers_belong_to_two() -> None:
    days: dict[str, set[dt.date]] = defaultdict(set)
    for paper in PAPERS:
        for topic in topics_of(paper):
            days[topic].add(listed(paper))
    assert set(days) == set(CONFIG["keywords"])
    assert all(len(each) >= 9 for each in days.values())
    assert sum(len(topics_of(history[0])) == 2 for history in HISTORIES.values()) >= 6


def test_three_papers_hold_no_phrase_and_one_is_excluded() -> None:
    hidden = [history[0] for history in HISTORIES.values() if not topics_of(history[0])]
    held = [paper for paper in hidden if any(wanted_by(rule, paper) for rule in CONFIG["keywords"].values())]
    assert len(hidden) == ODDITIES
    assert [paper.title.split(" for ")[0] for paper in held] == ["Talking-Heads Attention"]


def test_the_config_keeps_to_documented_keys() -> None:
    assert set(CONFIG) == {"title", "description", "keywords", "max_results", "translate"}
    assert CONFIG["title"] == "Sample digest"
    assert CONFIG["translate"] == {"languages": ["zh"]}
    for rule in CONFIG["keywords"].values():
        assert set(rule) <= {"filters", "exclude", "categories"}


def test_the_readme_says_that_all_is_invented() -> None:
    assert "Everything here is invented" in (SAMPLE / "README.md").read_text(encoding="utf-8")


# The translations


def test_each_translation_is_of_a_version_that_exists() -> None:
    keys = [(each.arxiv_id, each.version) for each in CHINESE]
    assert keys == sorted(set(keys))
    assert set(keys) <= set(BY_VERSION)
    for line in read_lines("zh.jsonl"):
        assert tuple(json.loads(line)) == Chinese.__struct_fields__


def test_two_papers_wait_for_translation_and_one_has_that_of_an_earlier_version() -> None:
    missing = [paper for key, paper in BY_VERSION.items() if key not in TRANSLATED and topics_of(paper)]
    waiting = [paper for paper in missing if all((paper.arxiv_id, n) not in TRANSLATED for n in (1, 2, 3))]
    assert len(waiting) == 2
    (behind,) = (paper for paper in missing if paper not in waiting)
    assert behind.version == 2
    assert (behind.arxiv_id, 1) in TRANSLATED
    assert all(topics_of(BY_VERSION[key]) for key in TRANSLATED)


def count(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(pattern.findall(text))


@pytest.mark.parametrize(("source", "chinese"), PAIRS)
def test_formulas_urls_and_numbers_come_through(source: str, chinese: str) -> None:
    assert count(URL, chinese) == count(URL, source)
    assert count(FORMULA, chinese) == count(FORMULA, source)
    assert count(NUMBER, without_formulas_and_urls(chinese)) == count(NUMBER, without_formulas_and_urls(source))
    for quoted in re.findall(r"(?<!`)`[^`]+`(?!`)", source):
        assert quoted in chinese


@pytest.mark.parametrize(("source", "chinese"), PAIRS)
def test_a_translation_is_chinese_of_a_sensible_length(source: str, chinese: str) -> None:
    # a title may be a name and little else
    least_share, longest = (0.75, 0.45) if len(source) > 200 else (0.4, 0.8)
    own = without_formulas_and_urls(re.sub(r"`[^`]+`", " ", chinese))
    assert len(HAN.findall(own)) / sum(char.isalpha() for char in own) > least_share
    assert 0.2 < len(own) / len(without_formulas_and_urls(source)) < longest


@pytest.mark.parametrize(("source", "chinese"), PAIRS)
def test_terms_are_the_ones_of_the_trade(source: str, chinese: str) -> None:
    assert not [each for each in HOWLERS if each in chinese]
    assert not PLACEHOLDER.search(chinese)
    for english, term in TERMS.items():
        assert not holds(english, source) or re.search(term, chinese), english


@pytest.mark.parametrize(("source", "chinese"), PAIRS)
def test_chinese_typography(source: str, chinese: str) -> None:
    assert chinese == " ".join(chinese.split()) == unicodedata.normalize("NFC", chinese)
    assert source != chinese
    prose = FORMULA.sub("$", re.sub(r"`[^`]+`", "`", chinese))
    # a space between Chinese and Latin letters, digits or formulas; none beside full-width punctuation
    assert not re.search(r"[\u3400-\u9fff][A-Za-z0-9$`]|[A-Za-z0-9%$`][\u3400-\u9fff]", prose)
    assert not re.search(r"[，。：；、？！（] | [，。：；、？！）]", prose)
    assert not re.search(r"[\u3400-\u9fff][,;:?!()]|[,;:?!()][\u3400-\u9fff]", prose)
    # TeX text markup is unwrapped: only formulas keep their backslashes
    assert "\\" not in prose
    assert not re.search(r"~|``|''|--(?!>)|et\.al", prose.replace("<!--", ""))


def test_a_translation_follows_its_source_from_version_to_version() -> None:
    for history in HISTORIES.values():
        known = [paper for paper in history if (paper.arxiv_id, paper.version) in TRANSLATED]
        for earlier, later in pairwise(known):
            texts = [TRANSLATED[each.arxiv_id, each.version].abstract for each in (earlier, later)]
            assert (earlier.abstract == later.abstract) == (texts[0] == texts[1])


def test_abstracts_are_not_variations_of_each_other() -> None:
    def trigrams(text: str) -> set[tuple[str, ...]]:
        words = text.lower().split()
        return set(zip(words, words[1:], words[2:], strict=False))

    def shared(texts: Iterable[str]) -> float:
        first, second = map(trigrams, texts)
        return len(first & second) / min(len(first), len(second))

    latest = [history[-1].abstract for history in HISTORIES.values()]
    assert all(shared((one, other)) < 0.1 for place, one in enumerate(latest) for other in latest[:place])
