"""A line of authors as RSS and OAI-PMH send it, split into people: arXiv stores no list, and each reader splits anew.

The rules are arXiv's own (arXiv/arxiv-base, `arxiv.authors.split_authors`), except that a part of a name in braces, or
behind a backslash, stays whole. https://info.arxiv.org/help/prep.html#author
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from digest.model import Author
from digest.sources.fields import one_line

_ENTITY = re.compile(r"&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z]+[0-9]*);")
"""Left over from the submission form. No name has any."""
_JOINT = re.compile(r"(?:^|[\s,]+)(?:and|&)\s+")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|Ph\.?\s?D|M\.?\s?D)\.?", re.IGNORECASE)
"""Belongs to the name before the comma."""
_OTHERS = re.compile(r"(?:^|\s+)et\.?\s+al\.?$", re.IGNORECASE)
_MARKS = re.compile(r"(?:[0-9]+|[,;&*†‡§]|and|\s)+")
"""Reference marks instead of an affiliation: `(1 and 2)`."""
_LEGEND = re.compile(r"\(\s*([0-9]+)\s*\)")


def split_authors(line: str) -> tuple[Author, ...]:
    """The people of `line`, in order, each name as it is spelled there.

    Affiliations are those in parentheses behind a name; reference marks are looked up in the legend at the end of the
    line (`((1) Cornell, (2) CERN)`). Whoever "et al." stands for is not named. Never raises.
    """
    people: list[tuple[str, list[str]]] = []
    legend: dict[str, str] = {}
    told = False
    for part in _parts(one_line(_ENTITY.sub(lambda found: html.unescape(found[0]), line))):
        group = part[1:-1].strip() if part.startswith("(") and part.endswith(")") else ""
        told, before = False, told
        if _LEGEND.match(group):
            _, *pairs = _LEGEND.split(group)
            legend |= {mark: place.strip(" ,;.") for mark, place in zip(pairs[::2], pairs[1::2], strict=True)}
        elif group and people:
            people[-1][1].append(group)
            told = not _MARKS.fullmatch(group)
        elif part.strip("(),: "):
            _add_names(group or part, people, goes_on=before)
    return tuple(Author(name=name, affiliations=tuple(_places(places, legend))) for name, places in people)


def _parts(line: str) -> list[str]:
    """`line` cut at commas, colons and parentheses that are not within others; a group in parentheses is one part."""
    nested = _is_balanced(line)
    parts, depth, braces = [""], 0, 0
    for character in re.findall(r"\\.|.", line):
        if character == "(" and nested:
            if depth == braces == 0:
                parts.append("")
            depth += 1
        braces += nested * ((character == "{") - (character == "}"))
        if character in (",", ":") and depth == braces == 0:
            parts += [character, ""]
            continue
        parts[-1] += character
        if character == ")" and nested:
            depth -= 1
            if depth == braces == 0:
                parts.append("")
    return [part.strip() for part in parts if part.strip()]


def _is_balanced(line: str) -> bool:
    """Whether parentheses and braces are closed in the order in which they were opened."""
    waiting: list[str] = []
    for character in re.findall(r"\\.|.", line):
        if character in "({":
            waiting.append(")" if character == "(" else "}")
        elif character in ")}" and (not waiting or waiting.pop() != character):
            return False
    return not waiting


def _add_names(part: str, people: list[tuple[str, list[str]]], *, goes_on: bool) -> None:
    """Add the names in `part`. `goes_on`: it stands right behind parentheses, which then are within a name."""
    first, *others = (_OTHERS.sub("", each).strip(" ;") for each in _JOINT.split(part))
    if first and people and (goes_on or _SUFFIX.fullmatch(first)):
        name, places = people.pop()  # William (Bill) Smith; Fred Bloggs, Jr.
        people.append((f"{name} ({places.pop()}) {first}" if goes_on else f"{name}, {first}", places))
    elif first:
        people.append((first, []))
    people.extend((name, []) for name in others if name)


def _places(told: list[str], legend: dict[str, str]) -> Iterator[str]:
    for place in told:
        if _MARKS.fullmatch(place):
            yield from filter(None, (legend.get(mark) for mark in re.findall("[0-9]+", place)))
        else:
            yield place
