from __future__ import annotations

import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import config
from digest.config import Config, peers, yaml_tree
from digest.config.categories import ARCHIVES, CATEGORIES, RENAMED
from digest.config.problems import nearest
from digest.errors import ConfigError
from digest.model import Topic

ROOT = Path(__file__).parents[1]
INVALID = Path(__file__).parent / "invalid_configs"
LOADERS = [yaml_tree._LOADER, yaml.SafeLoader]
"""libyaml may be missing; what is said must not depend on it."""
SHARED = ROOT / "../shared/data/configs"
SMALLEST = "keywords: {Avatar: {filters: [talking head]}}\n"
CV_ARXIV_DAILY = """\
base_url: "https://arxiv.paperswithcode.com/api/v0/papers/"
user_name: "someone"
repo_name: "avatar-arxiv-daily"
show_authors: True
show_links: True
show_badge: True
max_results: 10
publish_readme: True
publish_gitpage: True
publish_wechat: False
json_readme_path: './docs/avatar-arxiv-daily.json'
json_gitpage_path: './docs/avatar-arxiv-daily-web.json'
json_wechat_path: './docs/avatar-arxiv-daily-wechat.json'
md_readme_path: 'README.md'
md_gitpage_path: './docs/index.md'
md_wechat_path: './docs/wechat.md'
keywords:
    "Avatar":
        filters: ["Talking Head", "Digital Avatar "]
    "Gesture & Speech":
        filters: ["Gesture Generation"]
"""


def said(tmp_path: Path, text: str) -> list[str]:
    """Every problem in a config.yaml of this text, without the folder."""
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode())
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in config.check(path)]


def test_this_repositorys_own_config_has_nothing_to_complain_about() -> None:
    assert config.check(ROOT / "config.yaml") == ()
    assert config.load(ROOT / "config.yaml").topics


# --- what is wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loader", LOADERS, ids=["C", "Python"])
@pytest.mark.parametrize("name", sorted(path.stem for path in INVALID.glob("*.yaml")))
def test_an_invalid_config_is_answered_in_these_words(name: str, loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", loader)
    monkeypatch.chdir(INVALID)
    path = Path(f"{name}.yaml")
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert [str(problem) for problem in config.check(path)] == expected
    with pytest.raises(ConfigError, match=rf"^{name}.yaml can't be used: \d+ problems?\.$") as caught:
        config.load(path)
    assert list(caught.value.problems) == [line for line in expected if ": warning: " not in line]
    assert caught.value.hint


def test_every_invalid_config_has_its_words_and_the_other_way_round() -> None:
    files = sorted(path.name for path in INVALID.iterdir())
    assert len(files) > 100
    assert {Path(name).suffix for name in files} == {".txt", ".yaml"}
    assert [name for name in files if name.endswith("txt")] == [
        name.replace(".yaml", ".txt") for name in files if name.endswith("yaml")
    ]


def test_a_problem_says_where_what_and_what_to_do() -> None:
    problem = config.Problem(
        level="error",
        file="config.yaml",
        line=12,
        column=5,
        key="keywords.Avatar.filter",
        message="unknown key",
        hint='Did you mean "filters"?',
    )
    assert str(problem) == 'config.yaml:12:5: keywords.Avatar.filter: unknown key. Did you mean "filters"?'


@pytest.mark.parametrize(("name", "why"), [("absent.yaml", "No such file"), (".", "directory")])
def test_a_file_that_can_not_be_read(tmp_path: Path, name: str, why: str) -> None:
    path = tmp_path / name
    (problem,) = config.check(path)
    assert why in str(problem)
    assert problem.hint
    with pytest.raises(ConfigError):
        config.load(path)


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    assert said(tmp_path, "#" * 1_000_001) == ["config.yaml:1:1: is longer than 1,000,000 bytes."]


@pytest.mark.parametrize(
    "text",
    [
        "translate: {openai: {api_key: SECRET}}",
        "translate: {openai: {api_key_env: SECRET-x}}",
        "translate: {openai: {api_key_env: [SECRET]}}",
        "translate: {openai: {base_url: 'https://me:SECRET@example.org'}}",
        "translate: {openai: {base_url: 'https://example.org/?key=SECRET'}}",
        "translate: {openai: {base_url: 'https://example.org:SECRET/'}}",
        "translate: {openai: SECRET}",
        "fetch: {endpoints: {api: 'https://SECRET@example.org'}}",
        "site_url: https://me:SECRET@example.org",
        "llm_api_key: SECRET",
        "translate: {openai: {api_key: @SECRET}}",
        "translate: {openai: {api_key: SECRET: x}}",
        'translate: {openai: {api_key: "SECRET',
        "translate: {openai: {api_key: *SECRET}}",
    ],
)
@pytest.mark.parametrize("loader", LOADERS, ids=["C", "Python"])
def test_no_message_repeats_a_secret(tmp_path: Path, text: str, loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", loader)
    problems = said(tmp_path, SMALLEST + text)
    assert problems
    assert "SECRET" not in "\n".join(problems)


def test_a_pasted_number_is_not_repeated_where_secrets_may_stand(tmp_path: Path) -> None:
    problems = said(tmp_path, SMALLEST + "translate: {openai: {api_key_env: 1234567890}}")
    assert problems
    assert "1234567890" not in problems[0]


# --- what is right --------------------------------------------------------------------------------------------------


def test_the_smallest_config_and_its_defaults() -> None:
    found = config.parse(SMALLEST, "config.yaml")
    assert (found.title, found.description, found.site_url, found.repository) == ("arXiv digest", "", None, None)
    assert (found.data, found.daily, found.readme, found.site.output) == (
        "docs/data",
        "docs/daily",
        "README.md",
        "_site",
    )
    assert found.max_results == 100
    assert (found.fetch.sources, found.fetch.lookback_days, found.fetch.delay) == (("api", "rss", "oai"), 7, 3.0)
    assert (found.fetch.contact, found.fetch.budget_minutes, found.contact) == (None, 20.0, None)
    assert found.fetch.endpoints.api == "https://export.arxiv.org/api/query"
    assert (found.translate.languages, found.translate.backends) == ((), ("openai",))
    assert (found.translate.fields, found.translate.max_papers) == (("title", "abstract"), 200)
    assert (found.translate.openai.model, found.translate.openai.api_key_env) == (None, "OPENAI_API_KEY")
    assert found.site.language == "en"
    assert found.topics == (Topic(name="Avatar", filters=("talking head",)),)


def test_the_native_form(tmp_path: Path) -> None:
    text = """\
title: Avatar papers,  daily
site_url: https://someone.github.io/avatar-daily
repository: someone/avatar-daily
max_results: 50
keywords:
  Gesture:
    query: ti:"co-speech gesture" ANDNOT cat:cs.CL
    categories: [cs.*]
  Avatar:
    filters: ["talking head ", 'digital   avatar', "2024"]
    exclude: ["talking-heads attention"]
    categories: [CS.cv, eess.as, hep-th, math, cs.*, "cat:cs.GR"]
    fields: [title, abstract]
    authors: [Ada Lovelace]
fetch:
  sources: [api, rss, oai, mine.sources:Mirror]
  lookback_days: 14
  delay: 5
  contact: me@example.org
  endpoints: {api: "http://127.0.0.1:8080/api/query", huggingface: x}
translate:
  languages: [ZH-hans, pt-br]
  backends: [openai, deepl, firefox]
  fields: [title]
  glossary: glossary.yaml
  openai: {base_url: "https://api.deepseek.com/", model: deepseek-flash, api_key_env: DEEPSEEK_API_KEY}
  deepl: {api_key_env: DEEPL_API_KEY}
site: {output: ./public/}
data: docs//data
readme: null
"""
    found = config.parse(text, "config.yaml")
    assert found.title == "Avatar papers, daily"
    assert found.site_url == "https://someone.github.io/avatar-daily/"
    assert [topic.name for topic in found.topics] == ["Gesture", "Avatar"]
    assert found.topics[0].query == 'ti:"co-speech gesture" ANDNOT cat:cs.CL'
    assert found.topics[1].filters == ("talking head", "digital avatar", "2024")
    assert found.topics[1].categories == ("cs.CV", "eess.AS", "hep-th", "math", "cs.*", "cs.GR")
    assert found.topics[1].fields == ("title", "abstract")
    assert found.fetch.sources == ("api", "rss", "oai", "mine.sources:Mirror")
    assert found.fetch.delay == 5.0
    assert found.contact == "me@example.org"
    assert found.translate.languages == ("zh-Hans", "pt-BR")
    assert found.translate.backends == ("openai",)
    assert found.translate.openai.base_url == "https://api.deepseek.com"
    assert (found.site.output, found.data, found.readme) == ("public", "docs/data", None)
    assert found.site.language == "zh"
    problems = said(tmp_path, text)
    assert len(problems) == 5
    assert all(": warning: " in problem and "not in this version yet; skipped" in problem for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + SMALLEST,
        SMALLEST.replace("\n", "\r\n"),
        SMALLEST + "fetch:\ntranslate:\n  openai:\n",
        "keywords:\n  Avatar: &avatar\n    filters: [talking head]\n    exclude:\n",
        SMALLEST + "fetch: {delay: 0.1, endpoints: {api: 'http://localhost:1/x'}}",
        SMALLEST + "fetch: {delay: 0, endpoints: {api: 'http://[::1]:1/x'}}",
        SMALLEST + 'description: ""',
        SMALLEST + "title: 👩‍🔬 می‌خواهم",  # joiners belong to emoji and to Persian
        "keywords: {C++: {filters: [C++]}, C: {filters: [C]}}",
        "keywords: {头像: {filters: [talking head, 说话头], categories: [cs.CV]}}",
        SMALLEST + "data: data\ndaily: data/daily\n",
        SMALLEST + "translate: {openai: {base_url: , model: }}\n",
        "keywords: {A: {query: 'ti:x', exclude: [y], fields: [title]}}",
    ],
)
def test_nothing_to_complain_about(tmp_path: Path, text: str) -> None:
    assert said(tmp_path, text) == []


def test_a_topics_name_is_tidied() -> None:
    found = config.parse('keywords: {" Talking   head ": {filters: [x]}}', "config.yaml")
    assert found.topics[0].name == "Talking head"


def test_anchors_aliases_and_merges() -> None:
    text = """\
keywords:
  Avatar: &common
    filters: &phrases [talking head]
    categories: [cs.CV]
  Face:
    <<: *common
    categories: [cs.GR]
  Hand:
    <<: [{authors: [Ada Lovelace]}, *common]
    filters: *phrases
"""
    avatar, face, hand = config.parse(text, "config.yaml").topics
    assert (avatar.filters, avatar.categories) == (("talking head",), ("cs.CV",))
    assert (face.filters, face.categories) == (("talking head",), ("cs.GR",))
    assert (hand.filters, hand.categories, hand.authors) == (("talking head",), ("cs.CV",), ("Ada Lovelace",))


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ('keywords: {A: {filters: [x, X, "x "]}}', '"X" is there twice'),
        ("keywords: {A: {filters: ['ti:\"a b\" OR abs:c']}}", "write an expression under `query:`"),
        ("keywords: {A: {filters: [x, y], exclude: [Y]}}", '"y" is among the filters too'),
        (SMALLEST + "translate: {openai: {base_url: 'http://192.168.0.2/v1', model: m}}", "unencrypted"),
        (SMALLEST + "site: {language: ja}", "templates/locales/ja.json"),
    ],
)
def test_warnings_leave_the_config_usable(tmp_path: Path, text: str, warning: str) -> None:
    config.parse(text, "config.yaml")
    assert any(": warning: " in problem and warning in problem for problem in said(tmp_path, text))


def test_there_is_always_a_source() -> None:
    mirror = "fetch: {endpoints: {oai: 'http://127.0.0.1:1/oai', api: 'http://127.0.0.1:1/api'}}"
    assert config.parse(SMALLEST + mirror, "config.yaml").fetch.sources == ("api", "oai")
    assert config.parse(SMALLEST + "fetch: {sources: []}", "config.yaml").fetch.sources == ("api", "rss", "oai")
    assert config.parse(SMALLEST + "translate: {backends: [deepl]}", "config.yaml").translate.backends == ()


@pytest.mark.parametrize(
    ("languages", "shown"),
    [("[]", "en"), ("[zh]", "zh"), ("[zh-Hant, ja]", "zh"), ("[ja, zh]", "en"), ("[de]", "en")],
)
def test_language_of_the_sites_own_words(languages: str, shown: str) -> None:
    found = config.parse(f"{SMALLEST}translate: {{languages: {languages}}}", "config.yaml")
    assert found.site.language == shown
    assert config.parse(f"{SMALLEST}site: {{language: en}}", "config.yaml").site.language == "en"


def test_the_environment_gives_the_repository_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(SMALLEST, encoding="utf-8")
    environ = {"GITHUB_REPOSITORY": "someone/avatar-daily", "OPENAI_API_KEY": "secret"}
    found = config.load(path, environ)
    assert found.repository == "someone/avatar-daily"
    assert found.contact == "https://github.com/someone/avatar-daily"
    assert "secret" not in repr(found)
    assert config.load(path, {"GITHUB_REPOSITORY": "not a repository"}).repository is None
    path.write_text(SMALLEST + "repository: other/name\n", encoding="utf-8")
    assert config.load(path, environ).repository == "other/name"


def test_yaml_is_read_only_when_a_file_is() -> None:
    code = "import digest.config, sys; sys.exit('yaml' in sys.modules or 'requests' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# --- other digests --------------------------------------------------------------------------------------------------


def test_a_cv_arxiv_daily_config_is_valid_as_it_is(tmp_path: Path) -> None:
    found = config.parse(CV_ARXIV_DAILY, "config.yaml")
    assert found.max_results == 10
    assert [(topic.name, topic.filters) for topic in found.topics] == [
        ("Avatar", ("Talking Head", "Digital Avatar")),
        ("Gesture & Speech", ("Gesture Generation",)),
    ]
    problems = said(tmp_path, CV_ARXIV_DAILY)
    assert len(problems) == 15
    assert all(": warning: " in problem and ": not used: " in problem for problem in problems)


def test_a_readme_that_was_not_published_is_left_alone(tmp_path: Path) -> None:
    text = SMALLEST + "publish_readme: False\n"
    assert config.parse(text, "config.yaml").readme is None
    assert "read as `readme: null`" in said(tmp_path, text)[0]
    assert config.parse(text + "readme: OTHER.md\n", "config.yaml").readme == "OTHER.md"


def test_keys_of_forks_are_named_with_what_becomes_of_them(tmp_path: Path) -> None:
    keys = [*peers.TOP, *peers.TOPIC]
    top = "".join(f"{key}: x\n" for key in peers.TOP)
    topic = "".join(f", {key}: x" for key in peers.TOPIC)
    problems = said(tmp_path, f"{top}keywords: {{A: {{filters: [x]{topic}}}}}\n")
    assert len(problems) == len(keys)
    assert all(any(f"{key}: not used: " in problem for problem in problems) for key in keys)


def test_sections_with_a_category_each_become_topics() -> None:
    text = """\
filters: ["hyperbolic space"]
subcategories: [{"acronym": "cs.CV", "description": "Computer Vision"}, {"acronym": "cs.CL"}]
"""
    found = config.parse(text, "config.yaml").topics
    assert [(topic.name, topic.filters, topic.categories) for topic in found] == [
        ("Computer Vision", ("hyperbolic space",), ("cs.CV",)),
        ("cs.CL", ("hyperbolic space",), ("cs.CL",)),
    ]


def test_queries_are_filters_by_another_name(tmp_path: Path) -> None:
    text = "keywords: {Avatar: {queries: [talking head, digital avatar]}}"
    assert config.parse(text, "config.yaml").topics[0].filters == ("talking head", "digital avatar")
    assert "read as `filters`" in said(tmp_path, text)[0]


def shared_configs() -> list[Any]:
    if not SHARED.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason="needs ../shared/data/configs"))]
    return [pytest.param(path, id=path.stem) for path in sorted(SHARED.glob("*.yaml"))]


NOT_OURS = {"Aaron617", "AutoLLM", "Tavish9", "TideDra", "dw-dengwei", "jkopczyn"}
"""Owners of configs of other families of digests."""


@pytest.mark.parametrize("path", shared_configs())
def test_a_real_config_loads_or_says_why_not(path: Path) -> None:
    if path.name.split("__")[0] not in NOT_OURS:
        assert config.load(path).topics
        assert all(problem.level == "warning" for problem in config.check(path))
        return
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    lines = len(path.read_text(encoding="utf-8").splitlines())
    for problem in config.check(path):
        assert 1 <= problem.line <= lines
        assert str(problem).startswith(f"{path}:{problem.line}:{problem.column}: ")
    assert any("keywords" in problem for problem in caught.value.problems)


# --- anything at all ------------------------------------------------------------------------------------------------


def refuses_or_reads(text: str, loader: Any = yaml_tree._LOADER) -> Config | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_tree, "_LOADER", loader)
        try:
            found = config.parse(text, "config.yaml")
        except ConfigError as refusal:
            problems = refusal.problems
        else:
            assert found.topics
            return found
    assert problems
    assert all(problem.startswith("config.yaml:") for problem in problems)
    return None


@given(st.text(alphabet=string.printable + "é頭\x00\x85\u2028\ufeff\ud800🎭"), st.sampled_from(LOADERS))
@settings(max_examples=300)
def test_no_text_breaks_it(text: str, loader: Any) -> None:
    refuses_or_reads(text, loader)
    refuses_or_reads(SMALLEST + text, loader)


PIECES = [
    "a",
    "1",
    ": ",
    ":",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "\n",
    "  ",
    "\t",
    "*a",
    "&a ",
    "#",
    "? ",
    "|",
    "!x ",
    "<<",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.sampled_from(LOADERS))
@settings(max_examples=300)
def test_no_scrap_of_yaml_breaks_it(text: str, loader: Any) -> None:
    refuses_or_reads(text, loader)


KEYS = """keywords A filters exclude categories fields authors query fetch delay sources endpoints api translate
languages openai base_url model site output language data readme daily subcategories acronym queries publish_readme"""
WORDS = st.sampled_from([*KEYS.split(), "zh", "cs.CV", "<<", "title", "..", "", "a AND b", "https://example.org"])
LEAVES = WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=8)
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5))


@given(st.dictionaries(WORDS, TREES, max_size=6))
@settings(max_examples=300)
def test_no_tree_breaks_it(tree: dict[str, Any]) -> None:
    refuses_or_reads(yaml.safe_dump(tree))


PHRASES = st.text(alphabet=string.ascii_letters + " -", min_size=1).map(str.strip).filter(str.strip)
TOPICS = st.fixed_dictionaries(
    {"filters": st.lists(PHRASES.filter(lambda text: any(map(str.isalpha, text))), min_size=1, unique_by=str.casefold)},
    optional={"categories": st.lists(st.sampled_from(CATEGORIES + ARCHIVES), unique=True)},
)


@given(st.dictionaries(st.text(alphabet=string.ascii_lowercase, min_size=1), TOPICS, min_size=1, max_size=5))
def test_what_is_written_is_read(topics: dict[str, dict[str, list[str]]]) -> None:
    found = refuses_or_reads(yaml.safe_dump({"keywords": topics}, sort_keys=False))
    assert found is not None
    assert [topic.name for topic in found.topics] == list(topics)
    for topic in found.topics:
        assert list(topic.filters) == [" ".join(text.split()) for text in topics[topic.name]["filters"]]
        assert list(topic.categories) == topics[topic.name].get("categories", [])


# --- lists of words -------------------------------------------------------------------------------------------------


def test_arxivs_categories() -> None:
    assert len(CATEGORIES) == len(set(CATEGORIES)) == 155
    assert {"cs.CV", "hep-th", "math-ph", "eess.AS", "cond-mat.quant-gas"} < set(CATEGORIES)
    assert "cs" not in CATEGORIES
    assert len(ARCHIVES) == 20
    assert set(RENAMED.values()) <= set(CATEGORIES)
    assert not set(RENAMED) & set(ARCHIVES)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("cs.VC", "cs.CV"),
        ("hepth", "hep-th"),
        ("cond-mat.supercon", "cond-mat.supr-con"),
        ("CS.LLG", "cs.LG"),
        ("?", None),
    ],
)
def test_the_nearest_category(written: str, meant: str | None) -> None:
    assert nearest(written, CATEGORIES) == meant
