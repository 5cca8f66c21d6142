r"""Sets a TeX formula as MathML Core, through a list of what may come out, because formulas are written by strangers.

latex2mathml reads the formula; it escapes nothing (`\text{<script>}`), and passes on links, styles and sizes. So only
its tree is used: elements and attributes that are listed here are written anew, everything else falls away, and every
character is escaped. What can't be set well is None: the caller then shows `formula.formula`'s text instead.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from xml.etree.ElementTree import Element

from digest.tex.symbols import FENCES, alphabet, names, symbols
from digest.tex.words import words

LONGEST = 1000
"""Characters; longer formulas are displays that no abstract should hold, and latex2mathml takes its time."""
_DEPTH = 50
"""Elements within elements. Browsers stop at some hundreds."""
_HELD = 0xE000
r"""The first of the characters that stand for `\text{…}` while the formula is read."""
_MOST_HELD = 500

_ALLOWED: Mapping[str, frozenset[str]] = {
    "math": names("display"),
    "mfrac": names("linethickness"),
    "mi": names("mathvariant"),
    "mn": frozenset(),
    "mo": names("form fence stretchy symmetric largeop movablelimits accent lspace rspace minsize maxsize"),
    "mover": names("accent"),
    "mpadded": names("width height depth"),
    "mphantom": frozenset(),
    "mroot": frozenset(),
    "mrow": frozenset(),
    "mspace": names("width height depth"),
    "msqrt": frozenset(),
    "mstyle": names("displaystyle scriptlevel"),
    "msub": frozenset(),
    "msubsup": frozenset(),
    "msup": frozenset(),
    "mtable": frozenset(),
    "mtd": frozenset(),
    "mtext": frozenset(),
    "mtr": frozenset(),
    "munder": names("accentunder"),
    "munderover": names("accent accentunder"),
}
"""Element → its attributes, all of MathML Core: https://w3c.github.io/mathml-core/"""
ELEMENTS = frozenset(_ALLOWED)
ATTRIBUTES = frozenset().union(*_ALLOWED.values())
_CHILDREN = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msubsup": 3, "msup": 2, "munder": 2, "munderover": 3}
_LEAVES = names("mi mn mo mtext")
_VALUE = re.compile(r"true|false|prefix|infix|postfix|normal|[+-]?[0-3]")
_LENGTH = re.compile(r"[+-]?(\d{0,2}(?:\.\d{1,4})?)(?:em|ex|px|pt)?")
_WIDEST = 3.0
"""Em: more than any space in a sentence."""

_STYLES: Mapping[str, str] = {
    "bold": "BOLD",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "fraktur": "FRAKTUR",
    "bold-fraktur": "BOLD FRAKTUR",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
}
"""What browsers no longer do themselves; sans serif and typewriter say nothing that upright doesn't."""

_UPRIGHT_STYLES = names("normal sans-serif monospace")

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});")
_PERCENT = re.compile(r"(?<!\\)%")
_TEXT = re.compile(
    r"\\(?:text|textrm|textnormal|textup|textbf|textit|texttt|textsf|textsc|emph|mbox|hbox|operatorname\*?)\s*\{"
)
_FENCE = re.compile(rf"\\({'|'.join(FENCES)})\s*\{{")
_DELIMITERS = {"{": r"\{", "}": r"\}", "‖": r"\|"}
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_REFUSED = re.compile(
    r"\\(?:re|provide)?(?:new)?command\b|\\newenvironment\b|\\[gex]?def\b|\\let\b|\\DeclareMathOperator\b|\\require\b"
    r"|\\href\b|\\url\b|\\verb\b|\\label\b|\\includegraphics\b|\\unicode\b"
)
r"""Definitions grow without end (`\def\a{\b\b}`); links are for text; the rest has no form in MathML."""
_UNSEEN = names("Cc Cf Cn Co Cs")
"""Unicode categories of controls, of what reorders text, of noncharacters."""
_NUMBER = re.compile(r"[\d.,\s]+(?:\\?%)?\s*")
_UPRIGHT = ' mathvariant="normal"'
_BLOCK = '<math display="block">'


@lru_cache(maxsize=16384)
def mathml(source: str, *, display: bool = False) -> str | None:
    """The formula between its delimiters as `<math>…</math>`, safe in HTML and XML but for its namespace.

    None when it can't be read, or when what was read isn't fit to be seen.
    """
    if len(source) > LONGEST or _REFUSED.search(source) or _NUMBER.fullmatch(source):
        return None
    held: list[str] = []
    try:
        return _Writer(held).formula(_tree(_prepared(source, held)), display=display)
    except _Unfit:
        return None


class _Unfit(ValueError):
    """The formula has no good form in MathML."""


def _tree(source: str) -> Element:
    from latex2mathml.converter import convert_to_element  # slow to import, and most texts have no formula

    try:
        tree: Element = convert_to_element(source)
    except Exception as error:  # its own kinds, and IndexError, KeyError, StopIteration, RecursionError as it comes
        raise _Unfit from error
    return tree


def _prepared(source: str, held: list[str]) -> str:
    """The source as latex2mathml understands it; words inside go to `held`, because it neither escapes nor nests."""
    source = _ENTITY.sub(lambda entity: html.unescape(entity[0]), source)
    if any(unicodedata.category(character) in ("Cc", "Co", "Cs") and not character.isspace() for character in source):
        raise _Unfit
    done = 0
    pieces = []
    for start in _TEXT.finditer(source):
        if start.start() < done:
            continue
        end = _closing(source, start.end())
        pieces += [source[done : start.start()], _hold(source[start.end() : end], held, start[0])]
        done = end + 1
    pieces.append(source[done:])
    prepared = _fenced(_PERCENT.sub(r"\\%", "".join(pieces)))
    if sum({"{": 1, "}": -1}.get(brace[0], 0) for brace in _BRACE.finditer(prepared)):
        raise _Unfit
    return prepared


def _fenced(source: str) -> str:
    r"""With the brackets that `\abs{…}` and its like stand for, which authors define in one way only."""
    for start in reversed(list(_FENCE.finditer(source))):  # from the innermost
        end = _closing(source, start.end())
        opening, closing = FENCES[start[1]]
        left, right = _DELIMITERS.get(opening, opening), _DELIMITERS.get(closing, closing)
        source = (
            rf"{source[: start.start()]}{{\left{left} {source[start.end() : end]}\right{right} }}{source[end + 1 :]}"
        )
    return source


def _closing(source: str, start: int) -> int:
    """Where the brace that was opened before `start` is closed."""
    depth = 1
    for brace in _BRACE.finditer(source, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return brace.start()
    raise _Unfit


def _hold(inner: str, held: list[str], command: str) -> str:
    if len(held) == _MOST_HELD:
        raise _Unfit
    text = words(inner)
    if command.startswith(r"\operatorname") or (text.isalpha() and len(text) > 1):
        # a name: TeX spaces it as one, and it may carry limits
        held.append(text.replace(r"\,", " ").strip())
        return rf"\mathrm{{{chr(_HELD + len(held) - 1)}}}"
    held.append(re.sub(r"^\s+|\s+$", "\u00a0", text))
    return rf"\text{{{chr(_HELD + len(held) - 1)}}}"


class _Writer:
    """Writes the tree anew: what is listed, escaped, and no deeper than browsers like it."""

    def __init__(self, held: list[str]) -> None:
        self._held = held
        self._seen = False

    def formula(self, tree: Element, *, display: bool) -> str:
        row = tree[0] if len(tree) == 1 and tree[0].tag == "mrow" else tree  # `<math>` is a row itself
        inside = "".join(self._children(row, 0))
        if not self._seen:
            raise _Unfit
        return f"{_BLOCK if display else '<math>'}{inside}</math>"

    def _element(self, element: Element, depth: int) -> str:
        if depth > _DEPTH:
            raise _Unfit
        tag = element.tag if element.tag in _ALLOWED and element.tag != "math" else "mrow"
        if tag in _LEAVES:
            return self._leaf(tag, element)
        children = self._children(element, depth)
        if element.text and element.text.strip():  # `<mrow>` of a box holds its text itself
            children.insert(0, self._leaf("mtext", Element("mtext"), element.text))
        if tag in _CHILDREN and len(children) != _CHILDREN[tag]:
            raise _Unfit
        if tag == "mrow" and len(children) == 1:
            return children[0]
        return f"<{tag}{_attributes(tag, element)}>{''.join(children)}</{tag}>"

    def _children(self, parent: Element, depth: int) -> list[str]:
        """Its children, written; upright letters that stand side by side are one name: `max`, not `m a x`."""
        written: list[str] = []
        joins = parent.tag in ("mrow", "mstyle", "math", "mtd")
        name: list[str] = []
        for child in parent:
            letter = self._upright(child) if joins else None
            if letter is not None:
                name.append(letter)
                continue
            written += self._name(name)
            name = []
            written.append(self._element(child, depth + 1))
        return [*written, *self._name(name)]

    def _upright(self, element: Element) -> str | None:
        variant = element.get("mathvariant")
        if element.tag != "mi" or len(element) or variant not in _UPRIGHT_STYLES:
            return None
        text = self._text(element.text or "")
        return text if text.replace("-", "").isalnum() else None

    def _name(self, letters: list[str]) -> list[str]:
        if not letters:
            return []
        self._seen = True
        text = "".join(letters)
        return [f"<mi{_UPRIGHT if len(text) == 1 else ''}>{_escaped(text)}</mi>"]

    def _leaf(self, tag: str, element: Element, text: str | None = None) -> str:
        text = self._text(element.text or "" if text is None else text)
        self._seen = self._seen or bool(text.strip())
        style = _STYLES.get(element.get("mathvariant") or "")
        if style and tag != "mtext" and len(text) == 1:
            text = text.translate(alphabet(style))
        if tag == "mi" and len(text) == 1 and unicodedata.category(text)[0] in "SP":
            tag = "mo"
            text = {"~": "∼", "'": "′"}.get(text, text)
        if tag == "mtext":
            text = text.replace("$", "")
        plain = tag == "mi" and len(text) == 1 and element.get("mathvariant") in _UPRIGHT_STYLES
        return f"<{tag}{_UPRIGHT if plain else _attributes(tag, element)}>{_escaped(text)}</{tag}>"

    def _text(self, text: str) -> str:
        """What a leaf shows: entities read, words put back, a command that nobody knows as its name."""
        text = html.unescape(text)
        if text.startswith("\\") and text[1:].isalpha():
            return symbols().get(text[1:], text[1:])
        text = "".join(
            self._held[ord(character) - _HELD] if _HELD <= ord(character) < _HELD + len(self._held) else character
            for character in text
        )
        if "\\" in text and re.search(r"\\[A-Za-z]", text):
            raise _Unfit
        return "".join(character for character in text if unicodedata.category(character) not in _UNSEEN)


def _attributes(tag: str, element: Element) -> str:
    kept = ((name, value) for name, value in element.attrib.items() if name in _ALLOWED[tag] and _fits(name, value))
    return "".join(f' {name}="{value}"' for name, value in kept)


def _fits(name: str, value: str) -> bool:
    if name in ("width", "height", "depth", "lspace", "rspace", "minsize", "maxsize", "linethickness"):
        length = _LENGTH.fullmatch(value)
        return length is not None and length[1] not in ("", ".") and float(length[1]) <= _limit(value)
    return _VALUE.fullmatch(value) is not None and not (name == "mathvariant" and value != "normal")


def _limit(value: str) -> float:
    return _WIDEST * (1 if value.endswith("em") else 10)


_escaped: Callable[[str], str] = html.escape
