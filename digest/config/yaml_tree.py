"""Reads YAML into a tree with lines and columns, strictly.

PyYAML's own loading forgets where things stand, takes the last of two equal keys in silence, expands aliases without
end, and its C part dies of deep nesting. https://pyyaml.org/wiki/PyYAMLDocumentation
"""

from __future__ import annotations

import re
from typing import NoReturn

import yaml

from digest.config.problems import Problems
from digest.config.tree import Items, Mark, Node, Scalar, Table, join, kind_in_words, quoted
from digest.config.yaml_words import explain, mark_of

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is 15 times faster, and optional
_DEEPEST = 50
_LARGEST = 20_000  # values with aliases expanded; a config of 1,000 topics has about half as many
_TAG = "tag:yaml.org,2002:"
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ufeff\ue000-\ufffd\U00010000-\U0010ffff]")
_EXAMPLE = "The smallest one: keywords: {My topic: {filters: [a phrase]}}"


class _Stop(Exception):
    """The rest of the file can't be understood; the reason has been noted."""


def read(text: str, problems: Problems) -> Table | None:
    """The file's top-level mapping; None, with an error among `problems`, when there is none."""
    text = text.removeprefix("\ufeff")
    try:
        node = _node(text, problems)
    except yaml.MarkedYAMLError as error:
        mark, message, hint = explain(error, text.splitlines())
        problems.error(mark, "", message, hint)
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # "\UFFFFFFFF" in PyYAML's Python part
        problems.error(Mark(1, 1), "", f"YAML can't read this file: {error}")
    except _Stop:
        pass
    else:
        if isinstance(node, Table):
            return node
        if node is None or (isinstance(node, Scalar) and node.kind == "null"):
            problems.error(Mark(1, 1), "", "the file is empty", _EXAMPLE)
        else:
            problems.error(node.mark, "", "the file must consist of `key: value` lines", _EXAMPLE)
    return None


def _node(text: str, problems: Problems) -> Node | None:
    bad = _UNPRINTABLE.search(text)
    if bad is not None:
        mark = Mark(text.count("\n", 0, bad.start()) + 1, bad.start() - text.rfind("\n", 0, bad.start()))
        hint = "Remove it; an editor shows it as a box or not at all."
        problems.error(mark, "", f"the character U+{ord(bad[0]):04X} is not allowed in YAML", hint)
        raise _Stop
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):  # the composer recurses, in C without a guard
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            problems.error(mark_of(event.start_mark), "", f"values are nested more than {_DEEPEST} deep")
            raise _Stop
    root = yaml.compose(text, Loader=_LOADER)
    return None if root is None else _Builder(problems).build(root, "")


class _Builder:
    """PyYAML's nodes to ours: keys checked, merges (`<<`) made, aliases expanded within bounds."""

    def __init__(self, problems: Problems) -> None:
        self._construct = yaml.constructor.SafeConstructor()
        self._problems = problems
        self._open: set[int] = set()
        self._built = 0

    def build(self, node: yaml.Node, path: str) -> Node:
        mark = mark_of(node.start_mark)
        self._built += 1
        if self._built > _LARGEST:
            self._stop(mark, "", f"the file holds more than {_LARGEST:,} values, counting what aliases repeat")
        if id(node) in self._open:
            self._stop(mark, path, "this value contains itself through an alias")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, mark, path)
        self._refuse_tag(node, mark, path, "seq", "map")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._table(node, mark, path)
            items = tuple(self.build(item, join(path, number)) for number, item in enumerate(node.value))
            return Items(items=items, mark=mark)
        finally:
            self._open.discard(id(node))

    def _refuse_tag(self, node: yaml.Node, mark: Mark, path: str, *known: str) -> None:
        if node.tag.removeprefix(_TAG) not in known:
            self._stop(mark, path, f"the tag {node.tag.replace(_TAG, '!!')} is not supported")

    def _stop(self, mark: Mark, path: str, message: str) -> NoReturn:
        self._problems.error(mark, path, message)
        raise _Stop

    def _scalar(self, node: yaml.ScalarNode, mark: Mark, path: str) -> Scalar:
        kind = node.tag.removeprefix(_TAG)
        value: str | float | bool | None = node.value
        if kind in ("int", "float", "bool", "null"):
            try:
                value = self._construct.construct_object(node)
            except (ValueError, KeyError, OverflowError):
                kind = "str"  # 5,000 digits; `!!int x`
        else:
            self._refuse_tag(node, mark, path, "str", "timestamp", "value")
        return Scalar(value=value, kind=kind, source=node.value, mark=mark)

    def _table(self, node: yaml.MappingNode, mark: Mark, path: str) -> Table:
        entries: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        merged: list[Table] = []
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                merged += self._merged(value_node, path)
                continue
            at = mark_of(key_node.start_mark)
            key = self._key(key_node, at, path)
            if key in keys:
                message = f"this key stands here a second time; the first is in line {keys[key].line}"
                self._problems.error(at, join(path, key), message, "Remove one of them.")
                continue
            keys[key] = at
            entries[key] = self.build(value_node, join(path, key))
        for table in merged:  # what stands in the mapping itself wins, then the first merged
            entries = entries | {key: value for key, value in table.entries.items() if key not in entries}
            keys = table.keys | keys
        return Table(entries=entries, keys=keys, mark=mark)

    def _key(self, node: yaml.Node, mark: Mark, path: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._stop(mark, path, "a key must be a text, not a list or a mapping")
        key = str(node.value)
        kind = node.tag.removeprefix(_TAG)
        if kind not in ("str", "value"):
            hint = f"Put quotes around it: {quoted(key)}"
            self._problems.error(mark, join(path, key), f"YAML takes this key for {kind_in_words(kind)}", hint)
        return key

    def _merged(self, node: yaml.Node, path: str) -> list[Table]:
        built = self.build(node, path)
        tables = built.items if isinstance(built, Items) else (built,)
        if not all(isinstance(table, Table) for table in tables):
            self._problems.error(mark_of(node.start_mark), path, "only mappings can be merged with <<")
        return [table for table in tables if isinstance(table, Table)]
