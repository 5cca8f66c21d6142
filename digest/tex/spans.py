r"""Tells formulas from words, so that translation can leave them alone and outputs can typeset them.

arXiv's texts say `$5 and $6`, leave dollars open and write `\$`: none of these is a formula.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

_MARK = re.compile(
    r"\\(?P<edge>begin|end)\{(?P<name>equation|align|eqnarray|gather|multline|displaymath|math)\*?\}|\\.|[${}]",
    re.DOTALL,
)
_CLOSERS = {r"\(": r"\)", r"\[": r"\]"}
_NESTED = 8
r"""Dollars that may stand inside a formula: `$x \text{ if $y$}$`."""
_AMOUNT = re.compile(r"\s*\d(?:[^\\^_={}<>+]|\\[$%&])*")
_MATHS = re.compile(r"\\[A-Za-z]|[\^_=]")
_WORD = re.compile(r"(?<![\w-])[a-z]{2,}(?![\w-])")
_SENTENCE = 5
"""Words that make a sentence; `x if and only if y` has four."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a text: words, or a formula with its delimiters. The sources of all spans make the text."""

    kind: Literal["text", "maths"]
    source: str
    display: bool = False
    r"""A formula on a line of its own: `$$…$$`, `\[…\]`, an equation environment."""


class Found(NamedTuple):
    """Where a formula stands, with and without its delimiters."""

    start: int
    end: int
    inner: slice
    display: bool


def spans(tex: str) -> tuple[Span, ...]:
    r"""Words and formulas in turn: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, `\begin{equation}…\end{equation}`."""
    pieces = []
    done = 0
    for found in formulas(tex):
        if found.start > done:
            pieces.append(Span(kind="text", source=tex[done : found.start]))
        pieces.append(Span(kind="maths", source=tex[found.start : found.end], display=found.display))
        done = found.end
    if done < len(tex):
        pieces.append(Span(kind="text", source=tex[done:]))
    return tuple(pieces)


def formulas(tex: str) -> Iterator[Found]:
    """Every formula in `tex`, in order and apart. Linear in the length of the text, whatever it holds."""
    if "$" in tex or "\\" in tex:
        yield from _Marks(tex).formulas()


class _Marks:
    """Every delimiter of a text, by kind, so that none is looked for twice."""

    def __init__(self, tex: str) -> None:
        self._tex = tex
        self._openers: list[tuple[int, int, str]] = []
        self._ends: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._dollars: list[int] = []
        self._depths: list[int] = []
        depth = 0
        for mark in _MARK.finditer(tex):
            sign = mark[0]
            if sign == "$":
                self._openers.append((mark.start(), mark.end(), sign))
                self._dollars.append(mark.start())
                self._depths.append(depth)
            elif mark["edge"] == "end" or sign in _CLOSERS.values():
                self._ends[mark["name"] or sign].append(mark.span())
            elif mark["edge"] or sign in _CLOSERS:
                self._openers.append((mark.start(), mark.end(), mark["name"] or _CLOSERS[sign]))
            else:
                depth = max(0, depth + {"{": 1, "}": -1}.get(sign, 0))
        self._doubles = [
            i for i, (a, b) in enumerate(zip(self._dollars, self._dollars[1:], strict=False)) if b == a + 1
        ]

    def formulas(self) -> Iterator[Found]:
        done = nth = 0
        for start, end, closer in self._openers:
            found = None
            if start >= done:
                found = self._dollar(nth) if closer == "$" else self._other(start, end, closer)
            nth += closer == "$"
            if found:
                yield found
                done = found.end

    def _other(self, start: int, end: int, closer: str) -> Found | None:
        ends = self._ends[closer]
        after = bisect_left(ends, (end, 0))
        if after == len(ends):
            return None
        return Found(start, ends[after][1], slice(end, ends[after][0]), display=closer != r"\)")

    def _dollar(self, nth: int) -> Found | None:
        start = self._dollars[nth]
        if self._dollars[nth + 1 : nth + 2] == [start + 1]:
            return self._double(nth)
        closing = self._closing(nth)
        if closing is None:
            return None
        inner, after = self._tex[start + 1 : closing], self._tex[closing + 1 : closing + 2]
        if not inner.strip() or _is_prose(inner, after):
            return None
        return Found(start, closing + 1, slice(start + 1, closing), display=False)

    def _double(self, nth: int) -> Found | None:
        start = self._dollars[nth]
        after = bisect_left(self._doubles, nth + 2)
        if after == len(self._doubles) or self._doubles[after] > nth + 2 + _NESTED:
            return None
        closing = self._dollars[self._doubles[after]]
        if not self._tex[start + 2 : closing].strip():
            return None
        return Found(start, closing + 2, slice(start + 2, closing), display=True)

    def _closing(self, nth: int) -> int | None:
        """The next dollar that is as deep in braces; the very next one when there is none."""
        depth = self._depths[nth]
        for other in range(nth + 1, min(nth + 1 + _NESTED, len(self._dollars))):
            if self._depths[other] == depth:
                return self._dollars[other]
            if self._depths[other] < depth:
                break
        return self._dollars[nth + 1] if nth + 1 < len(self._dollars) else None


def _is_prose(inner: str, after: str) -> bool:
    """Whether what stands between two dollars is a price and words, or a sentence, rather than a formula."""
    count = len(_WORD.findall(inner))
    if _AMOUNT.fullmatch(inner) and ((count and inner[-1].isspace()) or (after.isdigit() and not inner[-1].isalnum())):
        return True
    if _MATHS.search(inner):
        return False
    return count >= _SENTENCE or (count > 0 and inner[0].isspace() and inner[-1].isspace())
