r"""Sets TeX's accents, and tells them from the quotes that people escape: `Erd\H{o}s`, but `don\'t` and `\"so\"`."""

from __future__ import annotations

import re
import unicodedata

from digest.tex.symbols import LETTERS

ACCENTS = dict(
    zip(
        "'`^\"~=.vucHkrdbt",
        "\u0301\u0300\u0302\u0308\u0303\u0304\u0307\u030c\u0306\u0327\u030b\u0328\u030a\u0323\u0331\u0361",
        strict=True,
    )
)
"""Name of an accent command → combining character."""
_BASE = re.compile(
    r"(?P<far>\s*)(?:\{\s*(?P<group>\\?[^\W\d_]{1,4})\s*\}|\\(?P<dotless>[ij])(?![A-Za-z])\s*|(?P<letter>[^\W\d_]))"
)
_CLOSING_QUOTE = re.compile(r'\w[.,!?]?\\"(?=[.,;:)!?]|$|\s(?![aeouAEOU]))')


def quotes_with_accents(tex: str) -> bool:
    r"""Whether `\"` ends a word somewhere, so that it must be a quotation mark."""
    return '\\"' in tex and _CLOSING_QUOTE.search(tex) is not None


def accented(name: str, tex: str, at: int, before: str, *, quotes: bool) -> tuple[str, int] | None:
    """The letters behind position `at` with accent `name`, and where they end; None when they don't carry it.

    `before` is what was written so far, or the end of it; `quotes` says what `quotes_with_accents` found.
    """
    base = _BASE.match(tex, at)
    if base is None:
        return None
    letters = base["group"] or base["dotless"] or base["letter"]
    letters = letters[1:] if letters in (r"\i", r"\j") else LETTERS.get(letters[1:], letters)
    first = unicodedata.normalize("NFC", letters[0] + ACCENTS[name])
    if base["letter"] and not _carries(name, base, first, before, quotes=quotes):
        return None
    return first + letters[1:], base.end()


def _carries(name: str, base: re.Match[str], accented_letter: str, before: str, *, quotes: bool) -> bool:
    within_word = before[-1:].isalpha()
    alone = not base.string[base.end() : base.end() + 1].isalpha()
    if name.isalpha():
        return bool(base["far"]) and len(accented_letter) == 1
    if name in "'`\"" and len(accented_letter) > 1:
        return False
    if name == "'" and base["letter"] == "s" and within_word and alone:
        return before.endswith("Ło")  # the agent's; but Łoś's theorem
    if name == '"' and quotes and not within_word:
        return False
    if base["far"]:  # `Poincar\' e` is common; `the agents\' aims` holds an apostrophe
        return within_word and base["letter"] in "aeiouyAEIOUY" and (alone or name != "'" or not before.endswith("s"))
    return True
