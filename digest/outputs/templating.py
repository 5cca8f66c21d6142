"""The one place that makes the template environment, so that every output finds, escapes and fails in the same way."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)

from digest.errors import RenderError
from digest.gfm import cell, link

_UNESCAPED = ("md", "txt")
"""Formats that HTML escaping would damage; in `.md` the filters `cell` and `link` escape instead."""


def template_root() -> Path:
    """Folder of the templates that ship with the program: inside the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "templates"
    return packed if packed.is_dir() else package.parent / "templates"


def environment(override: Path | None = None) -> Environment:
    """The environment in which every template is rendered.

    `override` is the user's own `templates/` folder, which wins file by file; None uses ours alone.
    An undefined name is an error; a value of None prints nothing, never the word.
    """
    env = Environment(
        loader=FileSystemLoader(_folders(override)),
        autoescape=select_autoescape(disabled_extensions=_UNESCAPED, default=True),
        undefined=StrictUndefined,
        finalize=lambda value: "" if value is None else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {"cell": cell, "link": link}
    return env


def render(env: Environment, template: str, /, **context: object) -> str:
    """The text of a template. Raises `RenderError` naming the file and line when it can't be made."""
    try:
        return env.get_template(template).render(**context)
    except TemplateSyntaxError as error:
        raise RenderError(
            f"The template {error.name or template}, line {error.lineno}, can't be read: {error.message}",
            template=error.name or template,
            hint="Repair it, or remove your copy in templates/ to use the built-in one.",
        ) from error
    except TemplateError as error:
        raise RenderError(
            f"The template {template} failed: {error.message or type(error).__name__}",
            template=template,
            hint="templates/README.md says what each template receives.",
        ) from error


def locale(language: str, override: Path | None = None) -> Mapping[str, str]:
    """Words of the interface in `language` (BCP 47), from `templates/locales/<language>.json`.

    A key that a file lacks comes from the next: `zh-TW`, then `zh`, then `en`, the user's folder before ours each time.
    Raises `RenderError` when a file is not a JSON object of strings.
    """
    return _locale(language, tuple(str(folder) for folder in _folders(override)))


def _folders(override: Path | None) -> list[Path]:
    return [*([override] if override is not None else []), template_root()]


@cache
def _locale(language: str, folders: tuple[str, ...]) -> Mapping[str, str]:
    parts = language.split("-")
    tags = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    names = [f"locales/{tag}.json" for tag in dict.fromkeys([*tags, "en"])]
    return ChainMap(*(_words(folder, name) for name in names for folder in folders))


def _words(folder: str, name: str) -> dict[str, str]:
    try:
        source = FileSystemLoader(folder).get_source(Environment(autoescape=True), name)[0]
    except TemplateNotFound:
        return {}
    try:
        words = json.loads(source)
    except ValueError as error:
        raise RenderError(f"{name} is not JSON: {error}", template=name, hint="Repair the file.") from error
    if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
        raise RenderError(f"{name} must be one object of strings.", template=name, hint="Repair the file.")
    return words
