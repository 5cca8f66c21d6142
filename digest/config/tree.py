"""config.yaml as a tree that remembers where everything stands."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec


class Mark(NamedTuple):
    """A place in the file, both counted from 1, columns in characters."""

    line: int
    column: int


class Scalar(msgspec.Struct, frozen=True, kw_only=True):
    """A single value. Dates stay text: no key of ours is one."""

    value: str | int | float | bool | None
    kind: str
    """What YAML takes the text for: `str`, `int`, `float`, `bool`, `null`, `timestamp`."""
    source: str
    """As it stands in the file, without quotes."""
    mark: Mark


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """A list."""

    items: tuple[Scalar | Items | Table, ...]
    mark: Mark


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping of key to value, in file order."""

    entries: dict[str, Scalar | Items | Table]
    keys: dict[str, Mark]
    """Where each key stands."""
    mark: Mark

    def child(self, name: str) -> Table | None:
        """The mapping under `name`, when there is one."""
        node = self.entries.get(name)
        return node if isinstance(node, Table) else None

    def without(self, name: str) -> Table:
        """The same with one key less."""
        entries = {key: node for key, node in self.entries.items() if key != name}
        return msgspec.structs.replace(self, entries=entries)

    def replaced(self, name: str, node: Node, mark: Mark | None = None) -> Table:
        """The same with another value for a key; a new key needs a mark."""
        keys = self.keys if mark is None else self.keys | {name: mark}
        return msgspec.structs.replace(self, entries=self.entries | {name: node}, keys=keys)


Node = Scalar | Items | Table

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_WORDS = {
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
    "timestamp": "a date",
    "str": "a text",
}


def described(node: Node) -> str:
    """What YAML takes the value for, in words."""
    if isinstance(node, Scalar):
        return kind_in_words(node.kind)
    return "a list" if isinstance(node, Items) else "a mapping"


def kind_in_words(kind: str) -> str:
    """`int` → a number."""
    return _WORDS.get(kind, kind)


def join(path: str, part: str | int) -> str:
    """`keywords.Avatar` + `filters` → `keywords.Avatar.filters`; + `2` → `keywords.Avatar[2]`."""
    if isinstance(part, int):
        return f"{path}[{part}]"
    return f"{path}.{part}" if path else part


def tidied(text: str) -> str:
    """Every run of white space one space, none at the ends."""
    return " ".join(text.split())


def unseen(text: str) -> bool:
    """Whether it holds a control character, half a surrogate pair or a sign that turns the direction of the text."""
    return _UNSEEN.search(text) is not None


def quoted(source: str) -> str:
    """A text as a quoted YAML value."""
    return "'" + source.replace("'", "''") + "'" if '"' in source or "\\" in source else f'"{source}"'
