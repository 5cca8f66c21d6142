"""Text as people read it, made of text as sources send it: spaces, control characters, TeX, and names for URLs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from digest.tex.formula import formula
from digest.tex.mathml import mathml
from digest.tex.rich import Token, is_web, tokens
from digest.tex.spans import Span, spans
from digest.tex.words import words

__all__ = [
    "Span",
    "Token",
    "collapse",
    "formula",
    "is_web",
    "mathml",
    "plain",
    "printable",
    "rich",
    "slug",
    "spans",
    "unwrapped",
]

_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff"
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""C0, C1, halves of surrogate pairs, noncharacters, byte order marks: nothing to see, and XML allows few of them."""
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\U000e0000-\U000e007f]")
"""Zero-width and bidi controls and tags: they reorder or hide what stands around them (https://trojansource.codes).
Joiners stay: Persian, Hindi and emoji are written with them."""

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
"""What PDF readers leave of fi and ffl; nobody searches for these."""


def collapse(text: str) -> str:
    """`text` in NFC, without control characters, every run of white space one space, none at the ends."""
    if text.isascii() and text.isprintable():  # most are, and it shows in the time of a run
        return " ".join(text.split())
    return unicodedata.normalize("NFC", " ".join(_CONTROLS.sub("", text).split()))


def printable(text: str) -> str:
    """`text` collapsed, and without characters that hide or reorder what stands around them."""
    return collapse(text if text.isascii() else _UNSEEN.sub("", text))


@lru_cache(maxsize=8192)
def plain(tex: str) -> str:
    """The TeX source of a title, abstract, comment or name as readable Unicode text on one line.

    Markup is unwrapped, accents are set, formulas become Unicode or keep their source; no word is lost.
    """
    return printable(words(collapse(tex)).translate(_LIGATURES))


def unwrapped(tex: str) -> str:
    """As `plain`, but formulas stay TeX in their delimiters: for whoever typesets or protects them."""
    return printable(words(collapse(tex), keep_formulas=True).translate(_LIGATURES))


def rich(tex: str) -> Iterator[Token]:
    """As `plain`, in pieces: text, formulas as TeX, and where emphasis, links and list items begin and end.

    No two pieces of text meet in two spaces, and none stands at either end.
    """
    kept = " "
    waiting: list[Token] = []
    for token in tokens(collapse(tex)):
        if token.kind == "text":
            text = _seen(token.value)
            text = text[1:] if text.startswith(" ") and kept.endswith(" ") else text
            if not text:
                continue
            waiting.append(token._replace(value=text))
            kept = text
        elif token.kind == "break":
            waiting.append(token)
            kept = " "
        elif token.kind == "formula":
            waiting.append(token._replace(value=_seen(token.value)))
            kept = ""
        else:
            waiting.append(token)
    for index in reversed(range(len(waiting))):
        if waiting[index].kind in ("text", "formula"):
            waiting[index] = waiting[index]._replace(value=waiting[index].value.rstrip())
            break
    yield from waiting


def _seen(text: str) -> str:
    if text.isascii() and text.isprintable() and "  " not in text:
        return text
    text = _UNSEEN.sub("", _CONTROLS.sub("", text)).translate(_LIGATURES)
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", text))


def slug(name: str, taken: frozenset[str] = frozenset()) -> str:
    """`name` as one part of a URL, in lower case, different from all in `taken`: `C++ & Rust` → `c-plus-plus-and-rust`.

    Letters and digits of every script stay; a name without any is called `topic`.
    """
    spelled = name.replace("&", " and ").replace("+", " plus ").replace("#", " sharp ")
    letters = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", spelled).lower())
    kept = (letter if unicodedata.category(letter)[0] in "LMN" else "-" for letter in letters)
    base = re.sub("-+", "-", "".join(kept)).strip("-") or "topic"
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}-{number}", number + 1
    return candidate
