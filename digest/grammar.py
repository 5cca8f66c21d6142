"""Reads arXiv's query syntax as arXiv's own search reads it.

The grammar is https://github.com/arXiv/arxiv-search/tree/develop/search/domain/classic_api, read at 764d7eb: no
operator binds tighter than another and all group to the right, so `a AND b OR c` is `a AND (b OR c)`; a missing
operator is OR, a missing prefix `all:`; of doubled operators the last one holds; `ti:(a b)` is `ti:a OR ti:b`.
What arXiv would answer with an error, or understand otherwise than it was surely meant, is refused with its place and
a remedy.
"""

from __future__ import annotations

import calendar
import datetime as dt
import difflib
import re

import msgspec

from digest.errors import ConfigError
from digest.query import PREFIXES, And, AndNot, Or, Query, Range, Term
from digest.words import needle

_TOKEN = re.compile(
    r"""(?P<date>(?:submittedDate|lastUpdatedDate):\s*(?:\[[^]]*\]|"[^"]*")?)
      | (?P<prefix>(?:abs|all|au|cat|co|doi|id|jr|title|ti):)
      | (?P<operator>\b(?:ANDNOT|AND|NOT|OR)\b(?=[()\s]|$))
      | "(?P<phrase>[^"]*)"
      | (?P<paren>[()])
      | (?P<word>[^"()\s]+)""",
    re.VERBOSE,
)
_DEEPEST = 100
"""Parentheses and changes of operator in one query. More is a mistake, or an attack on the call stack."""
_SHOWN = 200
"""Characters of a query that an error repeats."""


def parse(text: str) -> Query:
    """The query that `text` is in arXiv's syntax. Raises `ConfigError` with the place of the first mistake."""
    return _Reader(text).read()


class _Token(msgspec.Struct, frozen=True):
    kind: str
    """A group of `_TOKEN`, or the parenthesis itself, or empty at the end."""
    text: str
    place: int


class _Signed(msgspec.Struct, frozen=True):
    """A query or its opposite: an expression may begin with ANDNOT, while our trees hold no bare negation."""

    query: Query
    negative: bool = False

    def __invert__(self) -> _Signed:
        return _Signed(self.query, not self.negative)

    def __and__(self, other: _Signed) -> _Signed:
        match self.negative, other.negative:
            case False, False:
                return _Signed(And((self.query, *_parts(other.query, And))))
            case False, True:
                return _Signed(AndNot(self.query, other.query))
            case True, False:
                return _Signed(AndNot(other.query, self.query))
        return _Signed(Or((self.query, *_parts(other.query, Or))), negative=True)

    def __or__(self, other: _Signed) -> _Signed:
        return ~(~self & ~other)


def _parts(query: Query, kind: type[And | Or]) -> tuple[Query, ...]:
    return query.parts if isinstance(query, kind) else (query,)


class _Reader:
    """Recursive descent through one query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.tokens = self._split()
        self.token = self.tokens.pop()

    def read(self) -> Query:
        found = self._expression(None)
        if self.token.kind:
            raise self._wrong("a parenthesis that was never opened", self.token, hint="Remove it, or open it.")
        if found.negative:
            hint = "Say first what is wanted: cat:cs.CV ANDNOT ti:survey."
            raise self._wrong("nothing but what is not wanted", _Token("", "", 0), hint=hint)
        return found.query

    def _split(self) -> list[_Token]:
        """Tokens in reverse order, so that `pop` takes the next."""
        tokens = []
        place = 0
        while place < len(self.text):
            found = _TOKEN.match(self.text, place)
            kind = (found and found.lastgroup) or ""
            if found:
                tokens.append(_Token(found[0] if kind == "paren" else kind, found[kind], place))
            elif not self.text[place].isspace():
                lone = _Token("", "", place)
                raise self._wrong(
                    "a quotation mark without its partner", lone, hint="Close the phrase with a second one."
                )
            place = found.end() if found else place + 1
        return [_Token("", "", place), *reversed(tokens)]

    def _take(self) -> _Token:
        token = self.token
        if token.kind:
            self.token = self.tokens.pop()
        return token

    def _expression(self, inherited: str | None) -> _Signed:
        """Operands up to a closing parenthesis or the end; `inherited` is the prefix in front of the parenthesis."""
        begin = self.token
        first = self._operator()
        if first in {"AND", "OR"}:
            raise self._wrong(f"{first} with nothing before it", begin, hint="Remove it, or put something before it.")
        operands = [self._operand(inherited)]
        operators = []
        while self.token.kind not in {"", ")"}:
            operators.append(self._operator() or "OR")
            operands.append(self._operand(inherited))
        whole = operands.pop()
        following = None
        for operator, operand in zip(reversed(operators), reversed(operands), strict=True):
            if operator != following:
                self._deepen(begin)
            following = operator
            whole = operand | whole if operator == "OR" else operand & (whole if operator == "AND" else ~whole)
        return ~whole if first else whole

    def _operator(self) -> str | None:
        """The operator that holds here: the last of several. ANDNOT, NOT and AND NOT are one."""
        operator = None
        while self.token.kind == "operator":
            operator = self._take().text.replace("ANDNOT", "NOT")
        return operator

    def _operand(self, inherited: str | None) -> _Signed:
        token = self._take()
        match token.kind:
            case "(":
                return self._parenthesis(inherited, token)
            case "date":
                return _Signed(self._range(token))
            case "prefix":
                return self._prefixed(PREFIXES[token.text.removesuffix(":")], inherited, token)
            case "phrase":
                return _Signed(self._term(inherited or "all", token))
            case "word":
                self._suspect(token)
                return _Signed(self._term(inherited or "all", token))
            case _:
                hint = "Put one there, or remove what waits for it."
                raise self._wrong("nothing where a word or phrase is due", token, hint=hint)

    def _parenthesis(self, inherited: str | None, opening: _Token) -> _Signed:
        self._deepen(opening)
        inner = self._expression(inherited)
        if self._take().kind != ")":
            raise self._wrong("a parenthesis that is never closed", opening, hint="Close it.")
        return inner

    def _prefixed(self, field: str, inherited: str | None, prefix: _Token) -> _Signed:
        token = self._take()
        if token.kind == "(":
            # of nested prefixes the outer one holds
            return self._parenthesis(inherited or field, token)
        if token.kind not in {"word", "phrase"}:
            raise self._wrong(f"{prefix.text} with nothing to look for", prefix, hint=f"Such as {prefix.text}words.")
        return _Signed(self._term(field, token))

    def _term(self, field: str, token: _Token) -> Term:
        # arXiv takes del_maestro for "del maestro"
        text = (token.text.replace("_", " ") if field == "authors" else token.text).strip()
        if not needle(text):
            raise self._wrong("a phrase without a letter or digit", token, hint="Put a word there.")
        return Term(field, text)

    def _suspect(self, token: _Token) -> None:
        """Refuse a bare word that arXiv would look for, though it was surely meant as syntax."""
        word = token.text
        if word.lower() in {"and", "or", "not", "andnot"}:
            hint = f'Write {word.upper()} for the operator, or "{word}" in quotes for the word.'
            raise self._wrong(f"{word!r}, which arXiv takes for a word", token, hint=hint)
        prefix = re.match(r"([A-Za-z_]+):(?!//)", word)
        if prefix and prefix[1] == "rn":
            hint = "No source tells report numbers, so a match could never be shown. Leave it out."
            raise self._wrong("a report number", token, hint=hint)
        if prefix:
            nearest = difflib.get_close_matches(prefix[1].lower(), PREFIXES, n=1, cutoff=0)
            hint = f"Do you mean {nearest[0]}:? There are {', '.join(PREFIXES)} and submittedDate."
            raise self._wrong(f"{prefix[0]}, which is no prefix of arXiv's", token, hint=hint)

    def _range(self, token: _Token) -> Range:
        name, _, dates = token.text.partition(":")
        if name == "lastUpdatedDate":
            hint = "arXiv takes it for submittedDate, the date of version 1. Use that, or leave it out."
            raise self._wrong("lastUpdatedDate, which arXiv can't search", token, hint=hint)
        bounds = re.fullmatch(r'\s*["[]\s*(\d+)\s+TO\s+(\d+)\s*[]"]', dates)
        try:
            found = bounds and Range(_minute(bounds[1], last=False), _minute(bounds[2], last=True))
        except ValueError:
            found = None
        if not found or found.start > found.end:
            raise self._wrong("no range of dates", token, hint="Write submittedDate:[20260101 TO 20260131].")
        return found

    def _deepen(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._wrong("too many parentheses and changes of operator", token, hint="Make several topics of it.")

    def _wrong(self, what: str, token: _Token, *, hint: str) -> ConfigError:
        shown = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}…"
        return ConfigError(f"The query has {what}, at character {token.place + 1}: {shown}", hint=hint)


def _minute(digits: str, *, last: bool) -> dt.datetime:
    """The first or last minute of what `digits` name, YYYY to YYYYMMDDHHMM; arXiv cuts seconds off."""
    parts = re.fullmatch(r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(\d\d)(?:\d\d)?)?)?)?", digits)
    if parts is None:
        raise ValueError(digits)
    year, month = int(parts[1]), int(parts[2] or (12 if last else 1))
    day = int(parts[3] or (calendar.monthrange(year, month)[1] if last else 1))
    hour, minute = (int(parts[4]), int(parts[5])) if parts[4] else ((23, 59) if last else (0, 0))
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)
