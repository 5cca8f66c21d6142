"""docs/config.schema.json and the tables of docs/configuration.md follow the types.

After a change of a key: DIGEST_WRITE_DOCS=1 pytest tests/test_config_docs.py
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import inspect

from digest import config
from digest.config import peers

DOCS = Path(__file__).parents[1] / "docs"
MANUAL = DOCS / "configuration.md"
SCHEMA = DOCS / "config.schema.json"
START, END = "<!-- keys:start -->", "<!-- keys:end -->"


def in_words(kind: inspect.Type) -> str:
    kind = kind.type if isinstance(kind, inspect.Metadata) else kind
    if isinstance(kind, inspect.UnionType):
        return in_words(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))
    if isinstance(kind, inspect.VarTupleType):
        values = kind.item_type
        return "list of texts" if isinstance(values, inspect.StrType) else "list of names"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        name = "whole number" if isinstance(kind, inspect.IntType) else "number"
        return f"{name}, {kind.ge:,} to {kind.le:,}"
    assert isinstance(kind, inspect.StrType)
    return "text"


def in_yaml(value: Any) -> str:
    """As it would stand in the file, on one line."""
    if value is None:
        return "none"
    written: str = yaml.safe_dump(value, default_flow_style=True, width=1000)
    return "`" + written.removesuffix("...\n").strip() + "`"


def rows(kind: inspect.Type, path: str = "") -> Iterator[tuple[str, str, str, str, str]]:
    """Key, meaning, type, default, example of every key below `kind`."""
    assert isinstance(kind, inspect.StructType)
    for field in kind.fields:
        described = field.type
        assert isinstance(described, inspect.Metadata), f"{field.name} has no description"
        meta, inner = described.extra_json_schema or {}, described.type
        key = f"{path}{field.encode_name}"
        if isinstance(inner, inspect.DictType):
            yield from rows(inner.value_type, f"{key}.&lt;topic&gt;.")
        elif isinstance(inner, inspect.StructType):
            yield from rows(inner, f"{key}.")
        else:
            yield key, meta["description"], in_words(inner), in_yaml(field.default), in_yaml(meta["examples"][0])


def tables() -> str:
    lines = ["| Key | What | Type | Default | Example |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows(inspect.type_info(config.Config))]
    lines += ["", "Keys of cv-arxiv-daily and its forks that are read without an error and have no effect:", ""]
    lines += ["| Key | What becomes of it |", "|---|---|"]
    lines += [f"| {key} | {reason} |" for key, reason in peers.TOP.items()]
    lines += [f"| keywords.&lt;topic&gt;.{key} | {reason} |" for key, reason in peers.TOPIC.items()]
    return "\n".join(lines)


def schema() -> str:
    return json.dumps(config.schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_manual_has_every_key_as_the_types_have_it() -> None:
    before, rest = MANUAL.read_text(encoding="utf-8").split(START)
    found, after = rest.split(END)
    if os.environ.get("DIGEST_WRITE_DOCS"):
        MANUAL.write_text(f"{before}{START}\n\n{tables()}\n\n{END}{after}", encoding="utf-8")
    else:
        assert found.strip() == tables(), "regenerate: see the first lines of this file"


def test_the_schema_is_that_of_the_types() -> None:
    if os.environ.get("DIGEST_WRITE_DOCS"):
        SCHEMA.write_text(schema(), encoding="utf-8")
    else:
        assert SCHEMA.read_text(encoding="utf-8") == schema(), "regenerate: see the first lines of this file"


def test_every_example_of_a_key_is_valid() -> None:
    for key, _, _, _, example in rows(inspect.type_info(config.Config)):
        value: Any = yaml.safe_load(example.strip("`"))
        for part in reversed(key.replace("&lt;topic&gt;", "Avatar").split(".")):
            value = {part: value}
        if key.endswith(("base_url", ".api")):
            value.setdefault("translate", {}).setdefault("openai", {})["model"] = "m"
        topic = value.setdefault("keywords", {}).setdefault("Avatar", {})
        if "query" not in topic:
            topic.setdefault("filters", ["talking head"])
        config.parse(yaml.safe_dump(value), key)


@pytest.mark.parametrize("number", range(len(re.findall(r"```yaml\n", MANUAL.read_text(encoding="utf-8")))))
def test_every_config_in_the_manual_is_valid(number: int, tmp_path: Path) -> None:
    text = re.findall(r"```yaml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)[number]
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    assert config.check(tmp_path / "config.yaml") == ()


def test_editors_learn_of_every_key_and_of_no_other() -> None:
    found = config.schema()
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$ref"] == "#/$defs/Config"
    for name, definition in found["$defs"].items():
        assert definition["additionalProperties"] is False, name
        assert definition["description"], name
        for key, described in definition["properties"].items():
            assert described["description"], f"{name}.{key}"
    top = found["$defs"]["Config"]
    assert top["required"] == ["keywords"]
    assert top["properties"]["base_url"]["deprecated"] is True
    own = set(config.Config.__struct_fields__)
    assert {key for key, described in top["properties"].items() if not described.get("deprecated")} == own
