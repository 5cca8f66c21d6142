"""What a topic asks for, as a tree, and that tree in arXiv's syntax."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from digest.errors import ConfigError
from digest.words import STOP_WORD, fold, needle, printed


class Term(msgspec.Struct, frozen=True):
    """These words, one after the other, in this field. `*` in a word stands for any letters."""

    field: str
    """A value of `PREFIXES`."""
    text: str
    """As the user wrote it."""


class Range(msgspec.Struct, frozen=True):
    """Version 1 was submitted between these two minutes, both included (UTC)."""

    start: dt.datetime
    end: dt.datetime


class And(msgspec.Struct, frozen=True):
    """All of these."""

    parts: tuple[Query, ...]


class Or(msgspec.Struct, frozen=True):
    """Any of these."""

    parts: tuple[Query, ...]


class AndNot(msgspec.Struct, frozen=True):
    """The left one, without the right one."""

    left: Query
    right: Query


Query: TypeAlias = Term | Range | And | Or | AndNot

PREFIXES = {
    "ti": "title",
    "title": "title",
    "abs": "abstract",
    "co": "comment",
    "au": "authors",
    "jr": "journal_ref",
    "id": "id",
    "doi": "doi",
    "cat": "category",
    "all": "all",
}
"""arXiv's prefix → the part of a paper that it looks into."""

_PREFIX_OF = {field: prefix for prefix, field in reversed(PREFIXES.items())}


def any_of(parts: Iterable[Query]) -> Query:
    """`Or`, without a shell around a single part."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else Or(found)


def to_arxiv(query: Query) -> str:
    """`query` in arXiv's syntax, with all its parentheses. What arXiv answers holds every paper that `query` matches.

    It may hold more: what arXiv's search can't tell apart (`C++` from `C`) or can't express (`*` inside a phrase) is
    asked for broadly, and never used to leave papers out; `topics.Matcher` decides. Raises `ConfigError` when nothing
    in the query can be asked for, as with a phrase in Chinese.
    """
    written = _broad(query)
    if written is None:
        raise ConfigError(
            "arXiv's search can't look for any word of this topic",
            hint="Its search knows Latin letters and digits only. Write the phrase in English.",
        )
    return written


def _broad(query: Query) -> str | None:
    """Matches what `query` matches and perhaps more; None: everything."""
    match query:
        case Term():
            return _term(query)
        case Range():
            # arXiv's search reads the last minute as its first second.
            return _range(query.start, query.end + dt.timedelta(minutes=1))
        case And(parts):
            return _join(" AND ", (part for part in map(_broad, parts) if part is not None))
        case Or(parts):
            found = [_broad(part) for part in parts]
            return None if None in found else _join(" OR ", (part for part in found if part is not None))
        case AndNot(left, right):
            wanted, unwanted = _broad(left), _narrow(right)
            return f"({wanted} ANDNOT {unwanted})" if wanted and unwanted else wanted


def _range(start: dt.datetime, end: dt.datetime) -> str:
    return f"submittedDate:[{start:%Y%m%d%H%M} TO {end:%Y%m%d%H%M}]"


def _narrow(query: Query) -> str | None:
    """Matches nothing that `query` doesn't match; None: nothing at all."""
    match query:
        case Term():
            return _term(query) if _is_exact(query) else None
        case Range():
            return _range(query.start, query.end)
        case And(parts):
            found = [_narrow(part) for part in parts]
            return None if None in found else _join(" AND ", (part for part in found if part is not None))
        case Or(parts):
            return _join(" OR ", (part for part in map(_narrow, parts) if part is not None))
        case AndNot(left, right):
            wanted, unwanted = _narrow(left), _broad(right)
            return f"({wanted} ANDNOT {unwanted})" if wanted and unwanted else None


def _join(operator: str, written: Iterable[str]) -> str | None:
    parts = tuple(written)
    return f"({operator.join(parts)})" if len(parts) > 1 else next(iter(parts), None)


def _term(term: Term) -> str | None:
    """None when arXiv's search has no letters for any of its words."""
    if term.field in {"category", "id", "doi", "authors"}:
        return _name(term)
    prefix = _PREFIX_OF[term.field]
    text = printed(term.text) if set("\\$") & set(term.text) else fold(term.text)
    # dots, commas and apostrophes are left to arXiv, which keeps `3.5` and `1,000` whole; hyphens would mean NOT
    asked = [word.lstrip("*").strip(".,'_") for word in re.sub(r"[^a-z0-9.,'_*]+", " ", text).split()]
    if any(map(_is_wild, asked)):
        # quoted, `*` means nothing; unquoted, it is compared with stems, and `medical*` is no beginning of `medic`
        both = (
            f"({prefix}:{word} OR {prefix}:{word.replace('*', '')})" if _is_wild(word) else f"{prefix}:{word}"
            for word in asked
            if word
        )
        return _join(" AND ", both)
    phrase = " ".join(filter(None, (word.replace("*", "") for word in asked)))
    if not phrase:
        return None
    return f"{prefix}:{phrase}" if phrase.isalnum() else f'{prefix}:"{phrase}"'


def _is_wild(word: str) -> bool:
    return re.search(r"\w\w\*", word) is not None


def _name(term: Term) -> str | None:
    match term.field:
        case "category":
            name = re.sub(r"[^A-Za-z0-9.*-]", "", term.text)
            # cs alone is no category, astro-ph and hep-th are
            written = f"cat:{name}" if {".", "*"} & set(name) else f"(cat:{name} OR cat:{name}.*)"
        case "id":
            name = re.sub(r"[^A-Za-z0-9./*-]", "", term.text)
            written = f"id:{name}"
        case "doi":
            name = re.sub(r"[^!#-~]", "", term.text)
            written = f'doi:"{name}"'
        case _:
            # arXiv parts names at spaces alone, so Jean-Luc is one word, and takes dots away, so J.K. is jk
            name = " ".join(re.sub(r"[^a-z0-9.'*-]+", " ", fold(term.text)).split())
            written = f'au:"{name}"'
    return written if any(map(str.isalnum, name)) else None


def _is_exact(term: Term) -> bool:
    """Whether arXiv finds no more than we do, so that it may leave papers out on our behalf."""
    if term.field == "all":
        return False  # it looks into report numbers and classes as well, which no source tells
    if term.field in {"category", "id", "doi"}:
        return True
    return (
        term.text.isascii()
        and not set("*+#\\$^_{}~") & set(term.text)
        and not any(map(STOP_WORD.fullmatch, needle(term.text)))
    )
