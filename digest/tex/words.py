r"""Makes readable text of TeX words: unwraps `\textbf{…}`, sets accents and quotes, and loses no word on the way.

Our own reading, because a TeX parser takes the rest of `20% of them` for a comment and stops at what it can't parse.
What authors may write: https://info.arxiv.org/help/prep.html
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import NamedTuple

from digest.tex.accents import ACCENTS, accented, quotes_with_accents
from digest.tex.formula import IN_FORMULAS, NOT_SHOWN, formula
from digest.tex.spans import formulas
from digest.tex.symbols import LETTERS, lowered, names, raised, symbols

_SPECIAL = re.compile(r"[\\{}$~&`]|''|--")
_TOKEN = re.compile(
    r"(?P<url>https?://(?:[^\s{}<>\"\\$`']|'(?!')|\\[_%&#~])+)"
    r"|(?P<entity>\\?&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});)"
    r"|\\verb\*?(?P<mark>[^\w\s*{])(?P<verb>.{0,200}?)(?P=mark)"
    r"|\\(?P<command>[A-Za-z]+)(?:\*(?=\{))?|\\(?P<symbol>.)"
    r"|(?P<open>\{)|(?P<close>\})|(?P<script>[\^_])(?=\{)|(?P<quotes>``|'')|(?P<dashes>-{2,})|(?P<tie>~)",
    re.DOTALL,
)
_QUOTED = re.compile(r"(?<!\w)`([^`']{1,80})'(?!\w)")
_OPTION = re.compile(r"\s*\[([^\[\]{}\\$]{0,100})\](?=\{)")
_SHOWN_BRACES = re.compile(r"(?=.*\w)[^\\]*[,:;=|][^\\]*", re.DOTALL)
r"""`{0,1}` and `{key: value}` are meant to be seen; `{B}ayesian` and `{\it so}` only group."""
_GROUP = 80
"""Longest group that is taken for a set, in characters."""
_TRANSFORMS = 20
"""Nested groups whose text is changed as a whole; more would copy it over and over."""

_UNWRAPPED = names(
    """textbf textit textrm texttt textsf textsc textsl textup textmd textnormal text emph underline uline ul sout hl
    mbox hbox fbox ensuremath textmed mathrm mathbf mathit mathsf mathtt boldsymbol bm ac acp acl acs acf Ac gls glspl
    Gls acrshort acrlong ref eqref autoref cref Cref ce num si SI qty lowercase uppercase MakeUppercase textlf caps"""
)
_SWITCHES = names(
    """bf it em rm sf tt sl sc bfseries itshape ttfamily rmfamily sffamily scshape slshape upshape mdseries normalfont
    tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge centering noindent
    item"""
)
_SPACES = names("quad qquad newline linebreak par smallskip medskip bigskip hfill space enspace thinspace maketitle")
_DROPPED = names("begin end color label hspace vspace textcolor colorbox definecolor setlength")
"""Their first argument says how or where, not what."""
_AROUND: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        names("cite citep citet citealp citealt citeauthor citeyear nocite parencite textcite"), ("[", "]")
    ),
    **dict.fromkeys(names("footnote thanks footnotetext"), (" (", ")")),
}
_LINKS = names("url path nolinkurl href")
_SCRIPTS: Mapping[str, Callable[[str], str]] = {
    "^": raised,
    "textsuperscript": raised,
    "_": lowered,
    "textsubscript": lowered,
}

_SIGNS: Mapping[str, str] = {**dict.fromkeys("!/-@", ""), **dict.fromkeys(" \n\t\r,;:>\\", " "), "|": "‖"}


def words(tex: str, *, keep_formulas: bool = False) -> str:
    """`tex` as readable text, spaces as they come; with `keep_formulas` these stay TeX, in their delimiters.

    Linear in the length of the text, whatever it holds.
    """
    if not _SPECIAL.search(tex):
        return tex
    return Reader(tex, keep_formulas=keep_formulas).text()


class _Piece(NamedTuple):
    """A token, or a whole formula (`token` is None, `inner` its source)."""

    start: int
    end: int
    token: re.Match[str] | None
    inner: str = ""

    @property
    def kind(self) -> str:
        return (self.token and self.token.lastgroup) or "formula"


class _Closer(NamedTuple):
    """What to do where a group ends."""

    since: int
    """Length of the output when the group began."""
    suffix: str
    change: Callable[[str], str] | None


class Reader:
    """One pass over the pieces; groups that matter wait in `_closers` for their end, so nothing recurses.

    `rich.py` writes more than text: what it does otherwise are the methods from `_formula` to `_linked`.
    """

    def __init__(self, tex: str, *, keep_formulas: bool = False) -> None:
        self._tex = tex
        self._keep_formulas = keep_formulas
        self._pieces = list(_pieces(tex))
        self._starts = [piece.start for piece in self._pieces]
        self._partners = _matched(self._pieces)
        self._closers: dict[int, _Closer] = {}
        self._changing = 0
        self._quotes = quotes_with_accents(tex)
        self._out: list[str] = []
        self._done = 0
        """How much of the source is read; pieces before it were read by an earlier one."""

    def text(self) -> str:
        """What the source says; read once."""
        for index, piece in enumerate(self._pieces):
            if piece.start < self._done:
                continue
            self._out.append(self._tex[self._done : piece.start])
            self._done = piece.end
            self._read(index, piece)
        text = "".join([*self._out, self._tex[self._done :]])
        return _QUOTED.sub("‘\\1’", text) if "`" in text else text

    def _formula(self, inner: str, source: str) -> str:
        """`source`: with its delimiters."""
        return source if self._keep_formulas else formula(inner)

    def _address(self, url: str) -> str:
        return url

    def _styled(self, name: str) -> bool:
        """Reads the argument of a command that changes type; False when it has none."""
        return self._frame(change=_SCRIPTS.get(name))

    def _switched(self, name: str) -> None:
        """What changes type for the rest of its group, begins an item (`item`) or ends a list (`end itemize`)."""

    def _linked(self, address: str, label: tuple[int, int]) -> None:
        """`label`: the pieces around it."""
        start, end = self._pieces[label[0]].end, self._pieces[label[1]].start
        shown = _unescaped(self._tex[start : min(end, start + len(address) + _GROUP)])
        self._frame(suffix=address if not shown else "" if address in shown else f" ({address})")

    def _read(self, index: int, piece: _Piece) -> None:
        token = piece.token
        if token is None:
            self._out.append(self._formula(piece.inner, self._tex[piece.start : piece.end]))
        elif piece.kind == "command":
            self._command(token["command"], index)
        elif piece.kind == "symbol":
            self._symbol(token["symbol"])
        elif piece.kind in ("open", "close"):
            self._brace(index, token[0])
        elif piece.kind == "script":
            if not self._styled(token[0]):
                self._out.append(token[0])
        elif piece.kind == "url":
            self._out.append(self._address(re.sub(r"\\(.)", r"\1", token[0])))
        else:
            self._out.append(_simple(token))

    def _brace(self, index: int, brace: str) -> None:
        partner = self._partners.get(index)
        if partner is None:
            self._out.append(brace)
        elif brace == "}":
            self._close(index)
        else:
            inner = self._tex[self._done : self._pieces[partner].start]
            shown = len(inner) <= _GROUP and _SHOWN_BRACES.fullmatch(inner) is not None
            self._out.append("{" if shown else "")
            self._closers[partner] = _Closer(len(self._out), "}" if shown else "", None)

    def _close(self, index: int) -> None:
        closer = self._closers.pop(index, None)
        if closer is None:
            return
        if closer.change:
            self._changing -= 1
            self._out[closer.since :] = [closer.change("".join(self._out[closer.since :]))]
        self._out.append(closer.suffix)

    def _argument(self) -> tuple[int, int] | None:
        """Pieces that open and close the group right ahead, where there is one."""
        following = bisect_left(self._starts, self._done)
        if following == len(self._pieces) or self._pieces[following].kind != "open":
            return None
        partner = self._partners.get(following)
        if partner is None or self._tex[self._done : self._pieces[following].start].strip():
            return None
        return following, partner

    def _frame(self, prefix: str = "", suffix: str = "", change: Callable[[str], str] | None = None) -> bool:
        """Enters the group ahead, to be read like any text; False when there is none."""
        group = self._argument()
        if group is None:
            return False
        self._out.append(prefix)
        self._done = self._pieces[group[0]].end
        change = change if self._changing < _TRANSFORMS else None
        self._changing += change is not None
        self._closers[group[1]] = _Closer(len(self._out), suffix, change)
        return True

    def _raw(self) -> str | None:
        """Source of the group ahead, which counts as read; None when there is none."""
        group = self._argument()
        if group is None:
            return None
        source = self._tex[self._pieces[group[0]].end : self._pieces[group[1]].start]
        self._done = self._pieces[group[1]].end
        return source

    def _skip_spaces(self) -> None:
        rest = re.compile(r"\s*").match(self._tex, self._done)
        self._done = rest.end() if rest else self._done

    def _command(self, name: str, index: int) -> None:
        if name in ACCENTS and self._accent(name):
            return
        if name in LETTERS:
            self._letter(LETTERS[name])
        elif name in _SWITCHES or name in NOT_SHOWN:
            self._skip_spaces()
            self._switched(name)
        elif name in _UNWRAPPED or name in _SCRIPTS:
            self._styled(name)
        elif name in _DROPPED:
            self._switched(f"{name} {self._raw()}")
            self._frame()
        elif name in _AROUND:
            self._around(*_AROUND[name])
        elif name in _LINKS:
            self._link(name)
        else:
            self._symbol_or_name(name, index)

    def _letter(self, letter: str) -> None:
        self._out.append(letter)
        if self._tex[self._done : self._done + 2].strip()[:1].isalpha():
            self._skip_spaces()  # `Stra\ss e`

    def _link(self, name: str) -> None:
        address = _unescaped(self._raw() or "")
        label = self._argument() if name == "href" else None
        if label is None:
            self._out.append(self._address(address))
        else:
            self._linked(address, label)

    def _around(self, prefix: str, suffix: str) -> None:
        option = _OPTION.match(self._tex, self._done)
        if option:
            self._done = option.end()
        note = option[1].replace("~", " ") + ", " if option and option[1] else ""
        if not self._frame(prefix + note, suffix):
            self._out.append(note)

    def _symbol_or_name(self, name: str, index: int) -> None:
        if name in IN_FORMULAS and self._argument():  # a formula that lost its dollars
            start = self._pieces[index].start
            while self._raw() is not None:
                continue
            self._out.append(formula(self._tex[start : self._done]))
        elif name in _SPACES or name in symbols():
            self._out.append(" " if name in _SPACES else symbols()[name])
        else:
            group = self._argument()
            empty = group is not None and self._pieces[group[0]].end == self._pieces[group[1]].start
            if not self._frame(name if empty else f"{name} "):
                self._out.append(name)

    def _symbol(self, sign: str) -> None:
        if not self._accent(sign):
            self._out.append(_SIGNS.get(sign, f"\\{sign}" if sign.isdigit() else sign))

    def _accent(self, name: str) -> bool:
        if name not in ACCENTS:
            return False
        before = "".join(self._out[-8:])[-2:]
        found = accented(name, self._tex, self._done, before, quotes=self._quotes)
        if found:
            self._out.append(found[0])
            self._done = found[1]
        return found is not None


def _simple(token: re.Match[str]) -> str:
    match token.lastgroup:
        case "entity":
            return html.unescape(token[0].removeprefix("\\"))
        case "verb":
            return token["verb"]
        case "quotes":
            return "“" if token[0] == "``" else "”"
    before = token.string[token.start() - 1 : token.start()] or " "
    after = token.string[token.end() : token.end() + 1]
    return _tie(before, after) if token[0] == "~" else _dash(token[0], before, after)


def _dash(dashes: str, before: str, after: str) -> str:
    """Two or three make a dash; an option such as `--all`, an arrow and a rule of dashes stay what they are."""
    if (before.isspace() and after.isalnum()) or after == ">" or before == "<":
        return dashes
    return {2: "–", 3: "—"}.get(len(dashes), dashes)


def _tie(before: str, after: str) -> str:
    """`Fig.~1` is a space; in `~20 ms`, `3~5` and `/~user` the sign is meant."""
    return "~" if before.isspace() or before in "([/<>" or (before.isdigit() and after.isdigit()) else " "


def _pieces(tex: str) -> list[_Piece]:
    found = []
    done = 0
    for part in formulas(tex):
        found += [_Piece(*token.span(), token) for token in _TOKEN.finditer(tex, done, part.start)]
        found.append(_Piece(part.start, part.end, None, tex[part.inner]))
        done = part.end
    return found + [_Piece(*token.span(), token) for token in _TOKEN.finditer(tex, done)]


def _matched(pieces: list[_Piece]) -> dict[int, int]:
    """Brace → the brace it belongs to, both ways; a lonely one is missing."""
    partners = {}
    opened: list[int] = []
    for index, piece in enumerate(pieces):
        if piece.kind == "open":
            opened.append(index)
        elif piece.kind == "close" and opened:
            partners[index] = opened.pop()
            partners[partners[index]] = index
    return partners


def _unescaped(address: str) -> str:
    return re.sub(r"\\([_%&#~^{}$])", r"\1", address.strip())
