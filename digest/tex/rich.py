r"""Reads TeX words as text with marks: formulas, emphasis, links and list items, for whoever can show more than text.

The same reading as `words`, which writes these marks as control characters among its text; no source holds any,
because `digest.text.collapse` takes them out first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple
from urllib.parse import quote, urlsplit

from digest.tex.symbols import names
from digest.tex.words import Reader

_SPECIAL = re.compile(r"[\\{}$~&`]|''|--|https?:")
_FORMULA, _BREAK, _LINK, _END = "\x01", "\x02", "\x03", "\x04"
_OPENING = {"strong": "\x05", "em": "\x06", "code": "\x07", "sup": "\x0e", "sub": "\x0f"}
_STYLE_OF = {mark: style for style, mark in _OPENING.items()}
_MARKS = re.compile("([\x01-\x07\x0e\x0f])")

_STYLES = {
    **dict.fromkeys(names("textbf bf bfseries"), "strong"),
    **dict.fromkeys(names("emph textit textsl em it sl itshape slshape"), "em"),
    **dict.fromkeys(names("texttt tt ttfamily"), "code"),
    **dict.fromkeys(["textsuperscript", "^"], "sup"),
    **dict.fromkeys(["textsubscript", "_"], "sub"),
}
_LISTS = frozenset(f"end {name}" for name in ("itemize", "enumerate", "description"))
_DEEPEST = 50
"""Groups within groups in which a change of type is still followed."""
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?")
_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{}|]")
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_ENDING = ".,;:!?'*&"
"""Punctuation that ends the sentence around an address, not the address."""


class Token(NamedTuple):
    """A piece of rich text. Every `open` has its `close`, one within the other."""

    kind: Literal["text", "formula", "open", "close", "break"]
    value: str = ""
    """Text as the source has it; a formula's source without delimiters; `strong`, `em`, `code`, `sup`, `sub` or `a`."""
    href: str = ""
    """Address of an `a`: http or https."""
    display: bool = False


def tokens(tex: str) -> Iterator[Token]:
    """`tex`, collapsed, as pieces in order. Their text is that of `words.words`, spaces as they come."""
    if not _SPECIAL.search(tex):
        yield Token("text", tex)
        return
    reader = _Reader(tex)
    text = reader.text()
    formulas, links = iter(reader.formulas), iter(reader.links)
    opened: list[str] = []
    for piece in _MARKS.split(text):
        if piece == _FORMULA:
            yield next(formulas)
        elif piece == _BREAK:
            yield Token("break")
        elif piece == _END:
            yield from _closed(opened)
        elif piece == _LINK or piece in _STYLE_OF:
            yield from _opened(opened, _STYLE_OF.get(piece, "a"), next(links) if piece == _LINK else "")
        elif piece:
            yield Token("text", piece)


def _opened(opened: list[str], name: str, href: str) -> Iterator[Token]:
    opened.append("" if name in opened else name)  # an address may be the label of another
    if opened[-1]:
        yield Token("open", name, href=href)


def _closed(opened: list[str]) -> Iterator[Token]:
    name = opened.pop()
    if name:
        yield Token("close", name)


def is_web(url: str) -> bool:
    """Only http and https may be followed from a page; `javascript:` and its like may not."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc) is not None and not _UNSAFE.search(url)


def _encoded(url: str) -> str:
    """`url` as HTML and XML want it: ASCII, one `#`, and no `%` that encodes nothing."""
    page, mark, part = _LONE_PERCENT.sub("%25", quote(url, safe="/:?#@!$&'()*+,;=%~")).partition("#")
    return page + mark + part.replace("#", "%23")


class _Reader(Reader):
    def __init__(self, tex: str) -> None:
        super().__init__(tex)
        self.formulas: list[Token] = []
        self.links: list[str] = []

    def _formula(self, inner: str, source: str) -> str:
        display = source.startswith(("$$", r"\[", r"\begin"))
        self.formulas.append(Token("formula", inner, display=display))
        return _FORMULA

    def _address(self, url: str) -> str:
        address = url
        while address.endswith(tuple(_ENDING)) or (address.endswith(")") and address.count(")") > address.count("(")):
            address = address[:-1]
        if not is_web(address):
            return url
        self.links.append(_encoded(address))
        return f"{_LINK}{address}{_END}{url[len(address) :]}"

    def _styled(self, name: str) -> bool:
        style = _STYLES.get(name)
        return self._frame(_OPENING[style], _END) if style else self._frame()

    def _switched(self, name: str) -> None:
        if name == "item":
            self._out.append(f"{_BREAK}• ")
        elif name.startswith("end "):
            self._out.append(_BREAK if name in _LISTS else "")
        elif name in _STYLES and 0 < len(self._closers) < _DEEPEST:
            innermost = min(self._closers)
            closer = self._closers[innermost]
            self._closers[innermost] = closer._replace(suffix=_END + closer.suffix)
            self._out.append(_OPENING[_STYLES[name]])

    def _linked(self, address: str, label: tuple[int, int]) -> None:
        if is_web(address) and self._pieces[label[0]].end < self._pieces[label[1]].start:
            self.links.append(_encoded(address))
            self._frame(_LINK, _END)
        else:
            super()._linked(address, label)
