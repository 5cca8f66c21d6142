"""A language of the interface is one file in the user's own folder; what it lacks comes from English."""

from __future__ import annotations

import json
from pathlib import Path

import html5lib
import pytest

from digest import assembly, config
from digest.config.languages import _INTERFACE
from digest.outputs.templating import locale, template_root
from tests.factories import digest, entry, translation

OWN = {
    "lang": "eo",
    "nav.days": "Ĉiuj tagoj",
    "day.new": "Novaj",
    "day.new.one": "1 nova artikolo",
    "day.new.other": "{number} novaj artikoloj",
    "month.11": "novembro",
    "date.month": "{month} {year}",
    "trends.heading": "Tendencoj",
}
SETTINGS = "keywords: {Avatar: {filters: [talking head]}}\nsite: {language: eo}\n"


@pytest.fixture
def site(tmp_path: Path) -> dict[str, str]:
    """Every page of a digest whose folder holds Esperanto."""
    (tmp_path / "templates/locales").mkdir(parents=True)
    (tmp_path / "templates/locales/eo.json").write_text(json.dumps(OWN), encoding="utf-8")
    (tmp_path / "config.yaml").write_text(SETTINGS, encoding="utf-8")
    settings = config.load(tmp_path / "config.yaml")
    of = digest(entry(), entry("2611.90002"), translations=(translation(),))
    files: dict[str, bytes] = {}
    for output in assembly.outputs(settings, tmp_path):
        files |= output.render(of)
    return {path: content.decode() for path, content in files.items() if path.endswith((".html", ".xml", ".md"))}


def test_one_file_is_a_language(site: dict[str, str]) -> None:
    page = html5lib.parse(site["_site/index.html"], namespaceHTMLElements=False)
    said = " ".join("".join(page.itertext()).split())
    assert page.get("lang") == "eo"
    for words in ("Ĉiuj tagoj", "Novaj", "2 novaj artikoloj", "novembro 2026"):
        assert words in said
    assert "Tendencoj" in site["_site/trends/index.html"]


def test_what_it_lacks_is_english(site: dict[str, str]) -> None:
    assert ">Newest day<" in site["_site/index.html"]
    assert "As a table" in site["_site/trends/index.html"]


def test_every_page_and_feed_can_be_made(site: dict[str, str]) -> None:
    kinds = {"_site/index.html", "_site/about/index.html", "_site/feed.xml", "docs/daily/2026/2026-11-11.md"}
    assert kinds <= site.keys()


def test_the_config_warns_of_a_language_only_while_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    assert ["templates/locales/eo.json" in str(problem) for problem in config.check(path)] == [True]
    (tmp_path / "templates/locales").mkdir(parents=True)
    (tmp_path / "templates/locales/eo.json").write_text("{}", encoding="utf-8")
    assert config.check(path) == ()


def test_the_languages_that_ship_are_those_that_the_config_knows() -> None:
    assert sorted(_INTERFACE) == sorted(path.stem for path in (template_root() / "locales").glob("*.json"))


def test_a_region_falls_back_to_its_language() -> None:
    assert locale("zh-TW")["nav.days"] == locale("zh")["nav.days"]
