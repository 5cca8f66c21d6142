"""What must come back from a translator unharmed: formulas and URLs, each taken out and put back by its number.

The placeholder is an empty XML element, which language models keep better than brackets or private characters.
"""

from __future__ import annotations

import re

import msgspec

from digest import text

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。；、（）]+[^\s<>\"'，。；、（）.,;:!?)\]}]")
_PLACEHOLDER = re.compile(
    r"[<＜]\s*x\s+id\s*[=＝]\s*[\"'“”＂]?\s*(\d+)\s*[\"'“”＂]?\s*[/／]?\s*[>＞](?:\s*</x>)?", re.IGNORECASE
)


class Masked(msgspec.Struct, frozen=True, kw_only=True):
    """A text with its formulas and URLs replaced by `<x id="1"/>`, `<x id="2"/>`, …"""

    text: str
    pieces: tuple[str, ...]
    """What was taken out; piece n stands at `<x id="n"/>`, counted from 1."""


def prepare(tex: str) -> str:
    """TeX source with its text markup unwrapped and its formulas left alone."""
    return text.unwrapped(tex)


def mask(prepared: str) -> Masked:
    """Take formulas and URLs out of a prepared text."""
    pieces: list[str] = []

    def take(piece: str) -> str:
        pieces.append(piece)
        return f'<x id="{len(pieces)}"/>'

    parts = [
        take(span.source) if span.kind == "maths" else _URL.sub(lambda url: take(url[0]), span.source)
        for span in text.spans(prepared)
    ]
    return Masked(text="".join(parts), pieces=tuple(pieces))


def placeholders(translated: str) -> tuple[int, ...]:
    """Numbers of the placeholders in a translation, in their order, however the translator has spelt them."""
    return tuple(int(found[1]) for found in _PLACEHOLDER.finditer(translated))


def unmask(translated: str, pieces: tuple[str, ...]) -> str:
    """Put the pieces back. Every placeholder must be one of ours: `verify.check` has seen to that."""
    return _PLACEHOLDER.sub(lambda found: pieces[int(found[1]) - 1], translated)


def without(translated: str) -> str:
    """A translation without its placeholders: what is left is the translator's own writing."""
    return _PLACEHOLDER.sub(" ", translated)
