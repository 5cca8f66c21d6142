"""One environment for every template: where it looks, what it escapes, and how it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.errors import RenderError
from digest.outputs.templating import environment, locale, render, template_root


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_ours_are_found() -> None:
    assert (template_root() / "locales" / "en.json").is_file()
    assert environment().get_template("markdown/day.md")


def test_a_file_of_the_user_wins_and_the_rest_stays_ours(tmp_path: Path) -> None:
    env = environment(written(tmp_path, "markdown/index.md", "mine"))
    assert render(env, "markdown/index.md") == "mine"
    assert env.get_template("markdown/day.md")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("x.html", "&lt;b&gt; &amp;"), ("x.xml", "&lt;b&gt; &amp;"), ("x", "&lt;b&gt; &amp;"), ("x.md", "<b> &")],
)
def test_everything_is_escaped_but_markdown(name: str, shown: str, tmp_path: Path) -> None:
    assert render(environment(written(tmp_path, name, "{{ text }}")), name, text="<b> &") == shown


def test_markdown_is_escaped_by_its_filters(tmp_path: Path) -> None:
    env = environment(written(tmp_path, "x.md", "{{ text|cell }} {{ text|link('https://a.org/(b)') }}"))
    assert render(env, "x.md", text="a|b") == r"a\|b [a\|b](https://a.org/%28b%29)"


def test_nothing_prints_nothing(tmp_path: Path) -> None:
    assert render(environment(written(tmp_path, "x.md", "[{{ nothing }}]")), "x.md", nothing=None) == "[]"


@pytest.mark.parametrize(
    ("text", "said"),
    [("{{ gone }}", "gone"), ("a\n{% if %}", "line 2"), ("{% include 'other.md' %}", "other.md")],
)
def test_a_template_that_fails_is_named(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=said) as caught:
        render(environment(written(tmp_path, "x.md", text)), "x.md")
    assert caught.value.template == "x.md"
    assert caught.value.hint


def test_a_language_falls_back_key_by_key(tmp_path: Path) -> None:
    written(tmp_path, "locales/zh.json", '{"nav.days": "mine", "new": "neu"}')
    found = locale("zh-TW", tmp_path)
    assert found["nav.days"] == "mine"
    assert found["paper.abstract"] == "摘要"
    assert found["new"] == "neu"
    assert locale("xx")["paper.abstract"] == locale("en")["paper.abstract"] == "Abstract"


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}'])
def test_a_language_that_cannot_be_read_is_named(text: str, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"locales/xx\.json"):
        locale("xx", written(tmp_path, "locales/xx.json", text))


def test_a_language_is_no_way_out_of_the_folder(tmp_path: Path) -> None:
    written(tmp_path, "secret.json", '{"nav.days": "no"}')
    assert locale("../../secret", tmp_path / "a")["nav.days"] == "All days"
