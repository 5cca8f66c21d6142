"""config.yaml to a frozen `Config`, with everything that is wrong in it named by line, column and key.

yaml_tree  text → tree with lines and columns; YAML's complaints in words (yaml_words)
peers      keys of other digests and of later versions → ours, or a warning
shape      tree against the types (types), each text by its rule (rules, languages, categories)
together   which keys fit together
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from digest.config import peers, shape, together
from digest.config.languages import interface
from digest.config.problems import Problem, Problems
from digest.config.rules import REPOSITORY, RULES, SHAPES
from digest.config.tree import Mark
from digest.config.types import Config, Endpoints, Fetch, OpenAI, Site, TopicSettings, Translate
from digest.errors import ConfigError

__all__ = [
    "Config",
    "Endpoints",
    "Fetch",
    "OpenAI",
    "Problem",
    "Site",
    "TopicSettings",
    "Translate",
    "check",
    "load",
    "parse",
    "schema",
]

_LARGEST = 1_000_000  # bytes; 200 topics take 20,000


def load(path: Path, environ: Mapping[str, str] = MappingProxyType({})) -> Config:
    """The configuration in the file at `path`. Raises `ConfigError` that lists all its errors.

    Of `environ` only `GITHUB_REPOSITORY` is read, the default of `repository`
    (https://docs.github.com/actions/reference/workflows-and-actions/variables).
    """
    problems = Problems(str(path))
    text = _text(path, problems)
    config = _usable(None if text is None else _read(text, problems), problems)
    here = environ.get("GITHUB_REPOSITORY", "")
    if config.repository is None and REPOSITORY.fullmatch(here):
        return msgspec.structs.replace(config, repository=here)
    return config


def parse(text: str, name: str) -> Config:
    """The configuration that `text` holds; `name` is the file's name in messages. Raises `ConfigError`."""
    problems = Problems(name)
    return _usable(_read(text, problems), problems)


def check(path: Path) -> tuple[Problem, ...]:
    """Every error and warning in the file at `path`, in its order; empty when there is nothing to say."""
    problems = Problems(str(path))
    text = _text(path, problems)
    if text is not None:
        _read(text, problems)
    return problems.sorted()


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of config.yaml, by which editors complete and check."""
    found = msgspec.json.schema(Config)
    not_yet = f"{peers.NOT_YET.capitalize()}."
    for definition, unused in {
        "Config": {name: f"Not used: {reason}." for name, reason in peers.TOP.items()},
        "TopicSettings": {name: f"Not used: {reason}." for name, reason in peers.TOPIC.items()},
        "Translate": dict.fromkeys(peers.LATER["translate"], not_yet),
        "Endpoints": dict.fromkeys(peers.LATER["fetch.endpoints"], not_yet),
    }.items():
        for name, reason in unused.items():
            found["$defs"][definition]["properties"][name] = {"description": reason, "deprecated": True}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "config.yaml of arXiv digest",
        **found,
    }


def _usable(config: Config | None, problems: Problems) -> Config:
    if config is not None:
        return config
    errors = tuple(str(problem) for problem in problems.sorted() if problem.level == "error")
    count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
    raise ConfigError(
        f"{problems.file} can't be used: {count}.", problems=errors, hint="docs/configuration.md has every key."
    )


def _text(path: Path, problems: Problems) -> str | None:
    start = Mark(1, 1)
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        hint = "Go to the folder of your digest, or name the file: --config FILE."
        problems.error(start, "", f"can't be read: {error.strerror or error}", hint)
        return None
    if len(raw) > _LARGEST:
        problems.error(start, "", f"is longer than {_LARGEST:,} bytes")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "replace")
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        what = "is UTF-16, not UTF-8" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "is not UTF-8"
        problems.error(mark, "", what, "Save the file as UTF-8 in your editor.")
        return None


def _routes(values: dict[str, Any]) -> None:
    """Without `sources`, the routes that were given an address: who names a mirror or a stand-in means no other."""
    fetch = values.get("fetch", {})
    if fetch and not fetch.get("sources"):
        named = tuple(name for name in Fetch().sources if name in fetch.get("endpoints", {}))
        fetch["sources"] = named or Fetch().sources


def _read(text: str, problems: Problems) -> Config | None:
    from digest.config.yaml_tree import read

    root = read(text, problems)
    if root is None:
        return None
    root = peers.adopt(root, problems)
    kind = msgspec.inspect.type_info(Config)
    assert isinstance(kind, msgspec.inspect.StructType)
    values = shape.Reader(problems, RULES, SHAPES).struct(root, kind)
    _routes(values)
    together.check(root, values, problems)
    if problems.failed:
        return None
    config = msgspec.convert(values, Config)
    if config.site.language is None:
        site = msgspec.structs.replace(config.site, language=interface(config.translate.languages))
        config = msgspec.structs.replace(config, site=site)
    return config
