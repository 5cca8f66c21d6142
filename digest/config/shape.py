"""Holds a tree against the types of `digest.config`: unknown keys, wrong types, numbers out of range; all of them.

msgspec stops at the first fault and knows no lines, so the types are walked here and msgspec only builds the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from digest.config.problems import Problems, did_you_mean, nearest
from digest.config.tree import Items, Node, Scalar, Table, described, join, quoted, tidied, unseen

Rule = Callable[[str, Scalar, str, Problems], str | None]
"""Cleans one text, or notes what is wrong with it. None: leave it out."""

PRIVATE = "translate.openai"
"""Values under this key are never repeated in a message: people paste keys where their names belong."""

_MANUAL = "docs/configuration.md has every key."


class Reader:
    """Reads nodes of a tree as a type says; what doesn't fit is noted and left out."""

    def __init__(self, problems: Problems, rules: Mapping[str, Rule], shapes: Mapping[str, str]) -> None:
        """`rules` and the example `shapes` are by pattern: `keywords.*.filters[]`."""
        self._problems = problems
        self._rules = rules
        self._shapes = shapes

    def struct(self, node: Table, kind: inspect.StructType, path: str = "", pattern: str = "") -> dict[str, Any]:
        """Values by field name, without those that are absent, blank or wrong."""
        fields = {field.encode_name: field for field in kind.fields}
        values: dict[str, Any] = {}
        for name, value in node.entries.items():
            field = fields.get(name)
            if field is None:
                self._unknown(node, name, path, tuple(fields))
            elif not _blank(value) or _optional(field.type):  # a key without a value counts as not written
                read = self.read(value, field.type, join(path, name), join(pattern, name))
                if read is not msgspec.UNSET:
                    values[name] = read
        for name, field in fields.items():
            if field.required and (name not in node.entries or _blank(node.entries[name])):
                self._problems.error(
                    node.keys.get(name, node.mark), join(path, name), "is missing", self._shapes.get(name)
                )
        return values

    def read(self, node: Node, kind: inspect.Type, path: str, pattern: str) -> object:
        """The node's value; `UNSET` when it doesn't fit."""
        kind = _bare(kind)
        if isinstance(kind, inspect.UnionType):
            if _blank(node):
                return None
            kind = next(each for each in kind.types if not isinstance(each, inspect.NoneType))
        if isinstance(kind, inspect.StructType | inspect.DictType):
            return self._mapping(node, kind, path, pattern)
        if isinstance(kind, inspect.VarTupleType):
            return self._list(node, kind, path, pattern)
        if not isinstance(node, Scalar):
            return self._misfit(node, path, pattern, _in_words(kind))
        if isinstance(kind, inspect.StrType | inspect.LiteralType):
            return self._text(node, kind, path, pattern)
        return self._number(node, kind, path, pattern)

    def _mapping(
        self, node: Node, kind: inspect.StructType | inspect.DictType, path: str, pattern: str
    ) -> Mapping[str, Any] | msgspec.UnsetType:
        if not isinstance(node, Table):
            return self._misfit(node, path, pattern, "a mapping")
        if isinstance(kind, inspect.StructType):
            return self.struct(node, kind, path, pattern)
        read = {
            tidied(name): self.read(value, kind.value_type, join(path, name), join(pattern, "*"))
            for name, value in node.entries.items()
        }
        if not read:
            self._problems.error(node.mark, path, "is empty", self._shapes.get(pattern))
        return {name: value for name, value in read.items() if value is not msgspec.UNSET}

    def _list(
        self, node: Node, kind: inspect.VarTupleType, path: str, pattern: str
    ) -> tuple[Any, ...] | msgspec.UnsetType:
        if not isinstance(node, Items):
            return self._misfit(node, path, pattern, "a list")
        found: dict[str, Any] = {}
        for number, item in enumerate(node.items):
            here = join(path, number)
            value = self.read(item, kind.item_type, here, f"{pattern}[]")
            if isinstance(value, str):
                if value.casefold() in found:
                    self._problems.warn(item.mark, here, f"{quoted(value)} is there twice; once is enough")
                found.setdefault(value.casefold(), value)
        return tuple(found.values())

    def _text(
        self, node: Scalar, kind: inspect.StrType | inspect.LiteralType, path: str, pattern: str
    ) -> str | msgspec.UnsetType:
        if node.kind == "null":
            self._problems.error(node.mark, path, "is empty", "Remove it, or write a text.")
            return msgspec.UNSET
        if node.kind not in ("str", "value"):
            secret = path.startswith(PRIVATE)
            what = f"{described(node)}" if secret else f"{described(node)}: {node.source}"
            hint = "Put quotes around it." if secret else f"Put quotes around it: {quoted(node.source)}"
            self._problems.error(node.mark, path, f"must be a text, but YAML takes it for {what}", hint)
            return msgspec.UNSET
        text = tidied(str(node.value))
        if unseen(text):
            self._problems.error(node.mark, path, "holds a control character, which can't be seen", "Type it anew.")
            return msgspec.UNSET
        if isinstance(kind, inspect.LiteralType):
            return self._choice(text, node, tuple(str(each) for each in kind.values), path)
        if not text and pattern != "description":
            self._problems.error(node.mark, path, "is blank", "Remove it, or write a text.")
            return msgspec.UNSET
        rule = self._rules.get(pattern)
        cleaned = rule(text, node, path, self._problems) if rule else text
        return msgspec.UNSET if cleaned is None else cleaned

    def _choice(self, text: str, node: Scalar, known: tuple[str, ...], path: str) -> str | msgspec.UnsetType:
        if text in known:
            return text
        guess = nearest(text, known)
        hint = None if guess is None else f'Did you mean "{guess}"?'
        message = f"must be one of {', '.join(known)}, not {quoted(text)}"
        self._problems.error(node.mark, path, message, hint)
        return msgspec.UNSET

    def _number(self, node: Scalar, kind: inspect.Type, path: str, pattern: str) -> float | msgspec.UnsetType:
        assert isinstance(kind, inspect.IntType | inspect.FloatType), kind
        whole = isinstance(kind, inspect.IntType)
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            return self._misfit(node, path, pattern, _in_words(kind))
        if not _within(value, kind):
            self._problems.error(node.mark, path, f"must be {_in_words(kind)}, not {node.source}")
            return msgspec.UNSET
        return value if whole else float(value)

    def _misfit(self, node: Node, path: str, pattern: str, wanted: str) -> msgspec.UnsetType:
        hint = self._shapes.get(pattern)
        if hint is None and wanted == "a list" and isinstance(node, Scalar) and not path.startswith(PRIVATE):
            hint = f"Put brackets around it: [{quoted(node.source)}]"
        found = node.source if isinstance(node, Scalar) and node.kind in ("int", "float") else described(node)
        self._problems.error(node.mark, path, f"must be {wanted}, not {found}", hint)
        return msgspec.UNSET

    def _unknown(self, node: Table, name: str, path: str, known: tuple[str, ...]) -> None:
        hint = did_you_mean(name, known, _MANUAL)
        if path == PRIVATE and "key" in name:
            hint = "The key itself stays in an environment variable; `api_key_env` names that variable."
        self._problems.error(node.keys[name], join(path, name), "unknown key", hint)


def _bare(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _optional(kind: inspect.Type) -> bool:
    return isinstance(_bare(kind), inspect.UnionType)


def _blank(node: Node) -> bool:
    return isinstance(node, Scalar) and node.kind == "null"


def _within(value: float, kind: inspect.IntType | inspect.FloatType) -> bool:
    # Written so that .nan, which YAML knows, is within nothing.
    return (kind.ge is None or value >= kind.ge) and (kind.le is None or value <= kind.le)


def _in_words(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        name = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
        if kind.ge is not None and kind.le is not None:
            return f"{name} from {kind.ge:g} to {kind.le:g}"
        return name
    return "a text"
