r"""Writes a TeX formula as one line of Unicode: `\alpha^2` is α², `\mathcal{O}(n \log n)` is 𝒪(n log n).

For places that can show only text: feeds, tables, page titles, search. A command without a Unicode form leaves its
name, a formula that can't be read keeps its source, and no letter or digit is dropped.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from digest.tex.symbols import FENCES, alphabet, lowered, names, raised, symbols

_DEPTH = 40
"""Groups within groups before we give up and keep the source; the deepest on arXiv have about a dozen."""

_TOKEN = re.compile(
    r"(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});)"
    r"|\\(?P<command>[A-Za-z]+\*?)|\\(?P<symbol>.)|(?P<space>[\s~]+)|(?P<char>.)",
    re.DOTALL,
)
_SIMPLE = re.compile(r"[^\W_]*|.|\([^()]*\)")
"""What needs no brackets beside a fraction bar or under a root."""

NOT_SHOWN = names(
    # Size, style and placement: how it looks, not what it says.
    """left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm Biggl Biggr Biggm limits
    nolimits displaystyle textstyle scriptstyle scriptscriptstyle nonumber notag rm it bf sf tt sl em sc boldmath
    allowbreak protect relax strut mathstrut hfill hline xspace"""
)
_SPACES = names("quad qquad thinspace enspace enskip space newline par")
_UNWRAPPED = names(
    """mathrm mathbf mathit mathsf mathtt mathnormal boldsymbol bm pmb text textrm textbf textit texttt textsf textsc
    textnormal textup emph mbox hbox fbox boxed ensuremath underline mathop mathrel mathbin mathord mathopen mathclose
    mathinner mathpunct smash substack underbrace overbrace"""
)
_UNKNOWABLE = names("newcommand renewcommand providecommand def let DeclareMathOperator require")
"""What they define is used elsewhere, under names that mean nothing to us."""
_MARKS: Mapping[str, str] = {
    **dict.fromkeys(["hat", "widehat"], "\u0302"),
    **dict.fromkeys(["tilde", "widetilde"], "\u0303"),
    **dict.fromkeys(["bar", "overline"], "\u0304"),
    **dict.fromkeys(["vec", "overrightarrow"], "\u20d7"),
    "dot": "\u0307",
    "ddot": "\u0308",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
    "mathring": "\u030a",
    "not": "\u0338",
}
_ALPHABETS: Mapping[str, str] = {
    **dict.fromkeys(["mathbb", "mathbbm", "mathds", "Bbb"], "DOUBLE-STRUCK"),
    **dict.fromkeys(["mathcal", "mathscr", "cal", "Cal"], "SCRIPT"),
    **dict.fromkeys(["mathfrak", "frak"], "FRAKTUR"),
}
_SWITCHES = names("cal frak Bbb")
"""Old-style alphabets, which hold until their group ends."""
_SIGNS: Mapping[str, str] = {"'": "′", "$": ""}
_ESCAPED: Mapping[str, str] = {"\\": "; ", "!": "", "/": "", "-": "", "(": "", ")": "", "|": "‖"}


class Unreadable(ValueError):
    """The formula can't be written on a line; its source is the honest answer."""


class _Atom(NamedTuple):
    """A piece of the line; `kind` decides which spaces stand around it."""

    text: str
    kind: Literal["ordinary", "operator", "word", "script", "space", "soft"] = "ordinary"
    """`soft`: a space that may be there only to end a command's name."""


_SPACE = _Atom(" ", "space")
_OPENING, _CLOSING = "([{⟨⌊⌈", ")]}⟩⌋⌉"


@lru_cache(maxsize=16384)
def formula(source: str) -> str:
    """The formula between its delimiters as Unicode text; `source` itself, spaces collapsed, where that can't be."""
    try:
        line = _Formula(source).line()
    except Unreadable:
        return " ".join(source.split())
    return line if line.strip() or not any(map(str.isalnum, source)) else " ".join(source.split())


class _Formula:
    """One pass over the tokens, group by group; the depth of groups is bounded, so the time is linear."""

    def __init__(self, source: str) -> None:
        self._tokens = list(_TOKEN.finditer(source))
        self._next = 0

    def line(self) -> str:
        atoms: list[_Atom] = []
        while self._next < len(self._tokens):
            atoms += self._group(0)  # a stray } ends a group that nobody opened
        return _join(atoms)

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _group(self, depth: int) -> list[_Atom]:
        """Atoms up to the closing brace, which is consumed, or to the end."""
        atoms = self._rest(depth)
        self._next += 1
        return atoms

    def _rest(self, depth: int) -> list[_Atom]:
        atoms: list[_Atom] = []
        while self._next < len(self._tokens) and (sign := self._peek()) != "}":
            if sign in (r"\over", r"\choose"):
                self._next += 1
                return [(_over if sign == r"\over" else _choose)(_join(atoms), _join(self._rest(depth + 1)))]
            atoms += self._atom(depth)
        return atoms

    def argument(self, depth: int) -> str:
        """The next group or token as a line."""
        while self._peek() and self._peek()[0] in " \t\r\n~":
            self._next += 1
        return _join(self._atom(depth + 1)) if self._peek() not in ("", "}") else ""

    def raw(self) -> str:
        """Source of the next group, unread."""
        if self._peek() != "{":
            return ""
        start = end = self._next + 1
        depth = 1
        while end < len(self._tokens) and depth:
            depth += {"{": 1, "}": -1}.get(self._tokens[end][0], 0)
            end += 1
        self._next = end
        return "".join(token[0] for token in self._tokens[start : end - (depth == 0)])

    def option(self) -> str:
        """What stands in `[…]` right behind a command."""
        for end in range(self._next + 1, min(self._next + 20, len(self._tokens)) if self._peek() == "[" else 0):
            if self._tokens[end][0] == "]":
                start, self._next = self._next + 1, end + 1
                return "".join(token[0] for token in self._tokens[start:end])
        return ""

    def _atom(self, depth: int) -> Sequence[_Atom]:
        if depth > _DEPTH:
            raise Unreadable
        token = self._tokens[self._next]
        self._next += 1
        match token.lastgroup:
            case "command":
                return self._command(token["command"].rstrip("*"), depth)
            case "symbol":
                sign = token["symbol"]
                return [_SPACE if sign in ",;:> \n\t" else _Atom(_ESCAPED.get(sign, sign))]
            case "space":
                after_command = self._next > 1 and self._tokens[self._next - 2].lastgroup == "command"
                return [_Atom(" ", "soft") if after_command else _SPACE]
            case "entity":
                return [_Atom(html.unescape(token[0]))]
        return self._character(token[0], depth)

    def _character(self, character: str, depth: int) -> Sequence[_Atom]:
        if character == "{":
            return self._group(depth + 1)
        if character in "^_":
            return [_Atom((raised if character == "^" else lowered)(self.argument(depth)), "script")]
        return [_SPACE if character == "&" else _Atom(_SIGNS.get(character, character))]

    def _command(self, name: str, depth: int) -> Sequence[_Atom]:
        if name in NOT_SHOWN:
            if name in ("left", "right") and self._peek() == ".":
                self._next += 1  # a delimiter that isn't there
            return []
        if name in _ALPHABETS:
            inside = _join(self._rest(depth + 1)) if name in _SWITCHES and depth else self.argument(depth)
            return [_Atom(inside.translate(alphabet(_ALPHABETS[name])))]
        if name in _MARKS:
            return [_Atom(_marked(self.argument(depth).strip(), _MARKS[name], only_first=name == "not"))]
        if name in _STRUCTURES:
            return _STRUCTURES[name](self, depth)
        return [_SPACE if name in _SPACES else _named(name)]


def _named(name: str) -> _Atom:
    if name in _UNKNOWABLE:
        raise Unreadable
    text = symbols().get(name, name)
    if text[0].isascii() and text[0].isalpha():
        return _Atom(text, "word")
    return _Atom(text, "ordinary" if text[0].isalpha() or text[0] in _OPENING + _CLOSING else "operator")


def _over(top: str, bottom: str) -> _Atom:
    return _Atom(f"{_bracketed(top)}/{_bracketed(bottom)}", "word")


def _choose(top: str, bottom: str) -> _Atom:
    return _Atom(f"({top.strip()} choose {bottom.strip()})", "word")


def _bracketed(text: str) -> str:
    text = text.strip()
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _marked(text: str, mark: str, *, only_first: bool) -> str:
    if only_first or len(text) == 1:
        return unicodedata.normalize("NFC", text[:1] + mark + text[1:]) if text else ""
    return unicodedata.normalize("NFC", "".join(letter + mark if letter.isalnum() else letter for letter in text))


def _stacked(read: _Formula, depth: int, script: Callable[[str], str]) -> list[_Atom]:
    over_or_under = script(read.argument(depth))
    return [_Atom(read.argument(depth) + over_or_under)]


def _fenced(opening: str, closing: str) -> Callable[[_Formula, int], list[_Atom]]:
    return lambda read, depth: [_Atom(opening), _Atom(read.argument(depth)), _Atom(closing)]


def _by_number(number: str) -> str:
    r"""The character that `\unicode{x2014}` asks for; the number itself when there is none."""
    try:
        character = chr(int(number[1:], 16) if number[:1] in ("x", "X") else int(number))
    except (ValueError, OverflowError):
        return number
    return character if character.isprintable() else number


def _dropped(read: _Formula, _depth: int) -> list[_Atom]:
    if read.raw() in ("array", "tabular"):
        read.raw()  # `{ll}`: the columns
    return []


def _link(read: _Formula, depth: int) -> list[_Atom]:
    address = read.raw()
    return [_Atom(f"{read.argument(depth)} ({address})")]


_STRUCTURES: Mapping[str, Callable[[_Formula, int], Sequence[_Atom]]] = {
    **dict.fromkeys(_UNWRAPPED, lambda read, depth: [_Atom(read.argument(depth))]),
    **dict.fromkeys(
        names("frac tfrac dfrac cfrac nicefrac sfrac"),
        lambda read, depth: [_over(read.argument(depth), read.argument(depth))],
    ),
    **dict.fromkeys(
        names("binom tbinom dbinom"), lambda read, depth: [_choose(read.argument(depth), read.argument(depth))]
    ),
    **dict.fromkeys(names("stackrel overset"), lambda read, depth: _stacked(read, depth, raised)),
    **dict.fromkeys(names("begin end color textcolor label hspace vspace"), _dropped),
    **{name: _fenced(*fence) for name, fence in FENCES.items()},
    "underset": lambda read, depth: _stacked(read, depth, lowered),
    "sqrt": lambda read, depth: [_Atom(f"{raised(read.option())}√{_bracketed(read.argument(depth))}", "word")],
    "operatorname": lambda read, depth: [_Atom(read.argument(depth), "word")],
    "pmod": lambda read, depth: [_SPACE, _Atom(f"(mod {read.argument(depth)})")],
    "unicode": lambda read, _depth: [_Atom(_by_number(read.raw()))],
    "href": _link,
}

IN_FORMULAS = (_STRUCTURES.keys() - _UNWRAPPED - names("begin end color textcolor label hspace vspace href")) | {
    *_ALPHABETS,
    *_MARKS,
}
"""Commands with arguments that make sense only in a formula."""


def _join(atoms: Sequence[_Atom]) -> str:
    line: list[str] = []
    previous = _Atom("")
    gap = ""
    spaced = False
    for atom in atoms:
        if atom.kind in ("space", "soft"):
            gap = "space" if "space" in (gap, atom.kind) else "soft"
        elif atom.kind == "script":
            line.append(atom.text)
            previous, gap = _Atom(atom.text or previous.text, previous.kind), ""
        elif atom.text:
            apart = _spaced(previous, gap, atom, spaced=spaced)
            line += [" ", atom.text] if apart else [atom.text]
            spaced = apart and previous.text[-1:] not in ",;:="  # behind these, ± and ∼ are signs of what follows
            previous, gap = atom, ""
    return "".join(line) + (" " if gap == "space" else "")


def _spaced(left: _Atom, gap: str, right: _Atom, *, spaced: bool) -> bool:
    """Whether a space stands between two atoms; `spaced`: one stands before the left."""
    if gap == "space":
        return not left.text or (left.text[-1] not in _OPENING and right.text[0] not in _CLOSING)
    if not left.text:
        return False
    if gap and left.kind == "operator":
        return spaced
    if gap and (right.kind == "operator" or right.text[0] in "=<>+-*/|"):
        return True
    if right.kind == "word":
        return right.text[0].isalnum() and (left.text[-1].isalnum() or left.text[-1] in _CLOSING)
    return left.kind == "word" and (right.text[0].isalnum() or right.text[0] in "√∑∏∫")
