"""Splits an author's name into the parts that reference managers sort and abbreviate by.

arXiv sends whole names. What can't be split with confidence stays whole: a wrong family name is worse than none.
"""

from __future__ import annotations

import re

import msgspec

_GROUP = re.compile(
    r"(?:The|the)\s|.*\s(?:Collaboration|Collaborations|Team|Group|Consortium|Project|Initiative|Committee|Community|"
    r"Network|Alliance|Foundation|Institute|Laboratory|Lab|Labs|University|Center|Centre|Society|Survey|Association|"
    r"Inc|Inc\.|Ltd|Ltd\.|AI|Research)$"
)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV", re.IGNORECASE)
_PREFIX = frozenset(("van", "der", "de", "la", "von", "del", "della", "da", "mac", "ter", "dem", "di", "ten", "den"))
"""As arXiv itself reads names (arXiv/arxiv-base, `arxiv.authors`, PREFIX_MATCH), and two Dutch ones more."""
_WHOLE = re.compile(r"[,;&\d()\[\]{}\"/\\]|\s(?:and|for|of|on|the)\s|[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]")
"""No name of one person in the order given, family: lists, groups, and scripts that put the family first."""


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """An author. Either `family` is set, or `literal`: a name that stays whole."""

    given: str = ""
    particle: str = ""
    """`van der` of `Jan van der Berg`: printed with the family, but not sorted by it."""
    family: str = ""
    suffix: str = ""
    literal: str = ""

    @property
    def inverted(self) -> str:
        """`van der Berg, Jan, Jr.`; a whole name as it is."""
        if self.literal:
            return self.literal
        return ", ".join(filter(None, (f"{self.particle} {self.family}".strip(), self.given, self.suffix)))


def split_name(name: str) -> Name:
    """The parts of `name`: readable text, collapsed. Never raises, and no word of it is lost."""
    if (" " not in name) or _WHOLE.search(name) or _GROUP.match(name):
        return Name(literal=name)
    words = name.split(" ")
    suffix = words.pop() if words[2:] and _SUFFIX.fullmatch(words[-1]) else ""
    first = family = _family_from(words)
    if "y" not in words:  # Ramón y Cajal is one family name
        while family < len(words) - 1 and words[family].islower():
            family += 1
    return Name(
        given=" ".join(words[:first]),
        particle=" ".join(words[first:family]),
        family=" ".join(words[family:]),
        suffix=suffix,
    )


def _family_from(words: list[str]) -> int:
    """Where the family name starts, particles included; the first word is always a given name."""
    last = len(words) - 1
    for place in range(1, last):
        if words[place] == "y":
            return max(1, place - 1)
        if words[place].islower() or words[place].lower() in _PREFIX:
            return place
    return last
