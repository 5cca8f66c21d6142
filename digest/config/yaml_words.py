"""YAML's complaints in words: what a person who wrote a list of phrases did, not what the scanner expected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import yaml

from digest.config.tree import Mark

_Said = tuple[Mark, str, str | None]


class _Place(Protocol):
    """PyYAML's mark, which counts from 0; its C part has a type of its own."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


_SIMPLE = [
    ("quoted scalar.*end of stream", True, "the quote that opens here is never closed", "Close it."),
    ("unknown escape", True, "this text holds a backslash, which begins an escape", "Use single quotes around it."),
    ("',' or '\\]'", True, "the list that opens here with [ is not closed, or a comma is missing in it", None),
    ("',' or '\\}'", True, "the mapping that opens here with { is not closed, or a comma is missing in it", None),
    ("another document", False, "a second document begins here", "Remove the line with ---."),
    ("duplicate anchor", False, "this anchor (&) stands for something else already", "Give it another name."),
    ("undefined alias|alphabetic or numeric", False, "a text that begins with * or & needs quotes", None),
    ("block scalar", True, "a text that begins with | or > needs quotes", None),
]
"""Pattern in context and problem; whether the place is where it began; message; hint."""


def mark_of(mark: _Place | None) -> Mark:
    """Ours, which counts from 1."""
    return Mark(1, 1) if mark is None else Mark(mark.line + 1, mark.column + 1)


def explain(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> _Said:
    """Place, message and hint. libyaml and PyYAML's Python part say the same thing differently."""
    said = f"{error.context or ''} {error.problem or ''}".strip()
    mark = mark_of(error.problem_mark)
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    before, rest = line[: mark.column - 1], line[mark.column - 1 :]
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        place = Mark(mark.line, indent.index("\t") + 1)
        return place, "a tab stands where YAML wants blanks", "Indent with blanks, two a level."
    for pattern, began, message, hint in _SIMPLE:
        if re.search(pattern, said):
            return mark_of(error.context_mark) if began and error.context_mark else mark, message, hint
    if "cannot start any token" in said:
        return mark, f"a text that begins with {rest[:1]} needs quotes", "Put quotes around it."
    if "mapping values" in said:
        return _stray_colon(mark, lines)
    if re.search("expected key|expected <block end>|expected '-'", said):
        return _after_the_end(mark, before, rest)
    return mark, f"YAML can't read this: {said}", None


def _after_the_end(mark: Mark, before: str, rest: str) -> _Said:
    if before.strip():
        hint = """Quotes within quotes? Write '' for ' between single ones, \\" for " between double ones."""
        return mark, "the value has ended before this", hint
    if rest.startswith("- "):
        return mark, "a list item can't stand among `key: value` lines", "Indent it under the key it belongs to."
    return mark, "the indentation fits none of the lines above", "Begin lines of one level in one column."


def _stray_colon(mark: Mark, lines: Sequence[str]) -> _Said:
    line = lines[mark.line - 1]
    key = re.match(r"\s*(- )?[^:#]+:\s+", line[: mark.column - 1])
    if key:
        return Mark(mark.line, key.end() + 1), "a text with a colon in it needs quotes", "Put quotes around all of it."
    above = next(number for number in range(mark.line - 1, -1, -1) if number == 0 or lines[number - 1].strip(" #"))
    text = lines[above - 1] if above else ""
    if above and not re.search(r":(\s|$)", text):
        place = Mark(above, len(text) - len(text.lstrip()) + 1)
        return place, "this line has no key", "Write `key: value`, with a blank after the colon."
    place = Mark(mark.line, len(line) - len(line.lstrip()) + 1)
    return place, "this line is indented too far", "Begin it in the same column as its neighbours."
