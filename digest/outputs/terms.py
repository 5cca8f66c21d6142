"""Finds the terms that titles have of late and had never before."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from digest.words import fold, stem

LONGEST = 3
"""Words in a term."""
FEWEST = 2
"""Titles that a term stands in: what one paper calls itself is no term yet."""
_SHORTEST = 4
"""Letters of a term of one word."""

_WORD = re.compile(r"[^\W_]+(?:[-'’+][^\W_]+)*")
_BREAK = re.compile(r"[:;,.?!]+(?:\s|$)|\s[—–-]\s|[()\[\]{}|—]")
"""No term reaches over it."""
_SMALL = (
    "a about across after against all among an and are as at be before between beyond both but by can cannot do does "
    "for from has have how if in into is it its more new no not of on only onto or other our over some such than that "
    "the their then there these they this through to toward towards under up using versus via was we what when where "
    "which while who why will with without would you your "
)
_SMALL_WORDS = frozenset(_SMALL.split())
"""What no term holds, but for an `of` between its words."""


def new_terms(late: Iterable[str], before: Iterable[str]) -> list[tuple[str, int]]:
    """Terms in at least two of the titles `late` and in none of those `before`, and in how many; most first.

    Words are compared by their stems, so that a plural is no news. Of terms that stand in the same titles only the
    longest is told. A term is written as most of its titles write it.
    """
    titles: Counter[str] = Counter()
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for title in late:
        found = dict(_terms(title))
        titles.update(found.keys())
        for key, spelt in found.items():
            written[key][spelt] += 1
    new = {key for key, number in titles.items() if number >= FEWEST}
    for title in before:
        if not new:
            break
        new.difference_update(key for key, _ in _terms(title))
    whole = [
        key
        for key in new
        if not any(titles[other] == titles[key] and f" {key} " in f" {other} " for other in new if other != key)
    ]
    ordered = sorted(whole, key=lambda key: (-titles[key], -key.count(" "), key))
    return [(min(written[key], key=lambda spelt: (-written[key][spelt], spelt)), titles[key]) for key in ordered]


def _terms(title: str) -> Iterator[tuple[str, str]]:
    """Each run of up to three words that may be a term, by its stems and as it is written."""
    for part in _BREAK.split(title):
        words = _WORD.findall(part)
        stems = [stem(fold(word)) for word in words]
        for start in range(len(words)):
            for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
                if _may_be(words[start:end]):
                    yield " ".join(stems[start:end]), " ".join(words[start:end])


def _may_be(run: list[str]) -> bool:
    first, last = run[0].lower(), run[-1].lower()
    if {word.lower() for word in run} & _SMALL_WORDS - {"of"} or "of" in (first, last):
        return False
    if first.isdigit() or last.isdigit():
        return False
    return len(run) > 1 or len(first) >= _SHORTEST
