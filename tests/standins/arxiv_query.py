"""arXiv's query language as its server reads it, written without a look at ours, so that tests compare two readings.

Source: arXiv/arxiv-search `search/domain/classic_api` and `search/services/index/classic_api` at 764d7eb. Operators
have no precedence and group to the right; a missing one is OR, of two in a row the last holds; a missing prefix is
`all:`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache

import snowballstemmer

from digest.model import Paper

Test = Callable[[Paper], bool]

_TOKEN = re.compile(r'\s+|(?P<token>[()]|"[^"]*"|\[[^\]]*\]|[A-Za-z]+:|[^\s()"\[\]]+)')
_PREFIXES = {
    "ti",
    "title",
    "au",
    "abs",
    "co",
    "jr",
    "cat",
    "rn",
    "id",
    "all",
    "doi",
    "submittedDate",
    "lastUpdatedDate",
}
_OPERATORS = {"AND", "OR", "ANDNOT", "NOT"}
_stem = lru_cache(maxsize=1 << 17)(snowballstemmer.stemmer("porter").stemWord)


class BadQueryError(ValueError):
    """arXiv can't read it."""


def read_query(text: str) -> Test:
    """Which papers a query asks for. Raises `BadQueryError`."""
    if not text.isascii():
        raise BadQueryError(text)
    tokens: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise BadQueryError(text)
        if found["token"]:
            tokens.append(found["token"])
        at = found.end()
    try:
        test = _expression(tokens, "all")
    except IndexError as error:
        raise BadQueryError(text) from error
    if tokens:
        raise BadQueryError(text)
    return test


def _expression(tokens: list[str], prefix: str) -> Test:
    left = _operand(tokens, prefix)
    if not tokens or tokens[0] == ")":
        return left
    operator = "OR"
    while tokens[0] in _OPERATORS:
        operator = tokens.pop(0)
    right = _expression(tokens, prefix)
    if operator == "AND":
        return lambda paper: left(paper) and right(paper)
    if operator == "OR":
        return lambda paper: left(paper) or right(paper)
    return lambda paper: left(paper) and not right(paper)


def _operand(tokens: list[str], prefix: str) -> Test:
    token = tokens.pop(0)
    if token == "(":
        inner = _expression(tokens, prefix)
        if tokens.pop(0) != ")":
            raise BadQueryError(token)
        return inner
    if token.endswith(":") and token[:-1] in _PREFIXES:
        return _operand(tokens, token[:-1])
    if token == ")" or token in _OPERATORS or token.endswith(":"):
        raise BadQueryError(token)
    if prefix.endswith("Date"):
        return _dates(token)
    if token.startswith("["):
        raise BadQueryError(token)
    return _term(prefix, token)


def _term(prefix: str, token: str) -> Test:
    text = token.strip('"')
    if prefix == "cat":
        return lambda paper: any(fnmatchcase(each, text) for each in paper.categories)
    if prefix == "id":
        return lambda paper: paper.arxiv_id == re.sub(r"v\d+$", "", text)
    if prefix == "au":
        return lambda paper: any(_names(each.name, text) for each in paper.authors)
    if not token.startswith('"') and "-" in text.strip("-"):
        # `non-invasive` is read as `non NOT invasive`: https://github.com/arXiv/arxiv-search/issues/322
        first, _, rest = text.strip("-").partition("-")
        wanted, unwanted = _term(prefix, first), _term(prefix, rest)
        return lambda paper: wanted(paper) and not unwanted(paper)
    texts, holds = _TEXTS[prefix], _holds(text)
    return lambda paper: any(map(holds, texts(paper)))


_TEXTS: dict[str, Callable[[Paper], tuple[str, ...]]] = {
    "ti": lambda paper: (paper.title,),
    "title": lambda paper: (paper.title,),
    "abs": lambda paper: (paper.abstract,),
    "co": lambda paper: (paper.comment or "",),
    "jr": lambda paper: (paper.journal_ref or "",),
    "doi": lambda paper: (paper.doi or "",),
    "rn": lambda paper: (),
    "all": lambda paper: (
        *(text for prefix, texts in _TEXTS.items() if prefix != "all" for text in texts(paper)),
        *(each.name for each in paper.authors),
        paper.arxiv_id,
        *paper.categories,
    ),
}


@lru_cache(maxsize=1 << 16)
def _words(text: str) -> list[str]:
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return re.findall(r"[^\W_]+\*?", re.sub(r"['’]s\b", "", plain.casefold()))


@lru_cache(maxsize=1 << 16)
def _stems(text: str) -> str:
    """Its words as they are compared, with a space around each."""
    return f" {' '.join(_stem(each.rstrip('*')) for each in _words(text))} "


def _holds(phrase: str) -> Callable[[str], bool]:
    """Whether a text has these words, one after the other."""
    asked, line = _words(phrase), _stems(phrase)
    if not asked:
        return lambda text: False
    if not any(each.endswith("*") for each in asked):
        return lambda text: line in _stems(text)

    def holds(text: str) -> bool:
        there = [each.rstrip("*") for each in _words(text)]
        spans = (there[at : at + len(asked)] for at in range(len(there) - len(asked) + 1))
        return any(all(map(_same, span, asked)) for span in spans)

    return holds


def _same(word: str, asked: str) -> bool:
    if asked.endswith("*"):
        return word.startswith(asked[:-1])
    return bool(_stem(word) == _stem(asked))


def _names(name: str, asked: str) -> bool:
    """Every word of `asked` is one of the name's, or an initial."""
    there = _words(name)
    return all(any(each in (word, word[:1]) for word in there) for each in _words(asked))


def _dates(token: str) -> Test:
    """`[A TO B]` over the time of v1, whichever of the two prefixes was given: arXiv rewrites one to the other.

    Of the last minute only the first second belongs to it: arXiv reads B as B:00, and asks for what is not later.
    """
    found = re.fullmatch(r"\[\s*(\d{4,14})\s+TO\s+(\d{4,14})\s*\]", token)
    if found is None:
        raise BadQueryError(token)
    begin = _moment(found[1], "00000101000000")
    end = _moment(found[2], "99991231235900")
    return lambda paper: paper.published is not None and begin <= paper.published <= end


def _moment(digits: str, rest: str) -> dt.datetime:
    digits = digits[:12]
    full = digits + rest[len(digits) :]
    for day in (full[6:8], "30", "29", "28"):  # the end of a month that was given as YYYYMM
        try:
            return dt.datetime.strptime(full[:6] + day + full[8:], "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
        except ValueError:
            continue
    raise BadQueryError(digits)
