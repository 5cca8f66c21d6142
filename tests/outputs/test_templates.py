"""The templates and what is said of them: what they receive, their words in every language, their colours."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import msgspec
import pytest
from jinja2 import meta

from digest.errors import RenderError
from digest.outputs import (
    almanac,
    channels,
    citations,
    freshness,
    history,
    inquiry,
    mailing,
    parts,
    plots,
    previews,
    trends,
    views,
)
from digest.outputs.templating import environment, locale
from digest.outputs.wording import Words

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ROOT / "templates"
README = (TEMPLATES / "README.md").read_text(encoding="utf-8")
CSS = (TEMPLATES / "static" / "site.css").read_text(encoding="utf-8")
LANGUAGES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in TEMPLATES.glob("locales/*.json")}
OURS = sorted(
    f"{path.parent.name}/{path.name}"
    for folder in ("site", "feeds")
    for path in (TEMPLATES / folder).iterdir()
    if path.suffix in (".html", ".xml")
)
TYPES: tuple[type[msgspec.Struct], ...] = (
    views.Paper,
    views.Voice,
    views.Why,
    views.Reason,
    views.Code,
    views.Date,
    citations.Cited,
    citations.Format,
    channels.Channel,
    previews.Preview,
    trends.Trends,
    trends.Chart,
    trends.Ranking,
    plots.Plot,
    plots.Bar,
    plots.Table,
    plots.Rank,
    inquiry.Example,
    inquiry.Mistake,
    parts.Place,
    parts.Section,
    parts.Numbered,
    almanac.Year,
    almanac.Sheet,
    almanac.Square,
    freshness.Freshness,
    freshness.Problem,
    freshness.SourceRow,
    mailing.Told,
    mailing.Line,
    history.VersionRow,
)


def row(name: str) -> list[str]:
    """The names in the second cell of the table row about `name`."""
    found = re.search(rf"^\| `?{re.escape(name)}`? \|(.*)\|$", README, re.MULTILINE)
    assert found, f"templates/README.md has no row for {name}"
    return re.findall(r"`([^`]+)`", found[1])


@pytest.mark.parametrize("template", OURS)
def test_the_readme_says_what_a_template_receives(template: str) -> None:
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    used = meta.find_undeclared_variables(environment().parse(source))
    assert set(row(template)) == used, template


def test_the_readme_names_no_template_that_is_gone() -> None:
    assert set(re.findall(r"^\| `((?:site|feeds)/[^`]+)` \|", README, re.MULTILINE)) == set(OURS)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_the_readme_says_what_a_type_holds(kind: type[msgspec.Struct]) -> None:
    assert row(kind.__name__) == list(kind.__struct_fields__)


def test_every_name_that_a_template_receives_is_explained() -> None:
    explained = {
        name for cell in re.findall(r"^\| (`[^/|]+`) \|", README, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    for template in OURS:
        assert set(row(template)) <= explained | {"current"}


# Words


def sources() -> str:
    files = [*(ROOT / "digest" / "outputs").glob("*.py"), *TEMPLATES.glob("*/*.html"), *TEMPLATES.glob("*/*.xml")]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*files, *TEMPLATES.glob("markdown/*")])


def test_no_language_lacks_a_key() -> None:
    for language, words in LANGUAGES.items():
        assert words.keys() == LANGUAGES["en"].keys(), language


def test_keys_are_sorted_and_texts_are_not_empty() -> None:
    for language, words in LANGUAGES.items():
        assert list(words) == sorted(words), language
        assert all(words.values()), language


def test_every_key_is_used() -> None:
    code = sources()
    for key in LANGUAGES["en"]:
        if key.startswith("md."):  # tests/outputs/test_markdown.py
            continue
        base = key.removesuffix(".one").removesuffix(".other")
        kind = base.rpartition(".")[0]
        called = [f'"{base}"', f'name("{kind}", ', f'f"{kind}.{{']
        assert any(call in code for call in called), f"nothing asks for {key}"


def test_texts_ask_for_the_same_values_in_every_language() -> None:
    dates = re.compile(r"date\.|authors\.more\.")  # languages write these with different parts
    for language, words in LANGUAGES.items():
        for key, text in words.items():
            if not dates.match(key) and not key.endswith(".one"):
                assert fields(text) == fields(LANGUAGES["en"][key]), f"{language}: {key}"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_count_chooses_its_word() -> None:
    words = Words("en", locale("en"))
    assert [words.count("papers", number) for number in (0, 1, 2, 12345)] == [
        "0 papers",
        "1 paper",
        "2 papers",
        "12,345 papers",
    ]


def test_things_that_hold_together_are_joined_as_the_language_does() -> None:
    assert Words("en", locale("en")).together(["title", "abstract", "comment"]) == "title, abstract and comment"
    assert Words("zh", locale("zh")).together(["标题", "摘要"]) == "标题和摘要"
    assert Words("en", locale("en")).together(["title"]) == "title"


@pytest.mark.parametrize("text", ["{nobody}", "{", "{0}", "{number.x}"])
def test_a_text_that_cannot_be_made_names_itself(text: str) -> None:
    with pytest.raises(RenderError, match=r"'papers\.other'") as caught:
        Words("xx", {"papers.other": text}).count("papers", 2)
    assert caught.value.template == "locales/xx.json"


def test_a_missing_text_names_itself() -> None:
    with pytest.raises(RenderError, match="'gone'"):
        Words("xx", {})("gone")


# Colours, WCAG 2.2: https://www.w3.org/TR/WCAG22/#contrast-minimum


def palettes() -> dict[str, dict[str, str]]:
    found = re.findall(r":root \{([^}]*--paper[^}]*)\}", CSS)
    light, dark, printed = (dict(re.findall(r"--(\w+): (#[0-9a-f]+)", block)) for block in found)
    return {"light": light, "dark": light | dark, "print": light | printed}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("name", ["ink", "soft", "rubric"])
def test_every_colour_of_text_can_be_read(scheme: str, name: str) -> None:
    palette = palettes()[scheme]
    lighter, darker = sorted((luminance(palette[name]), luminance(palette["paper"])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
