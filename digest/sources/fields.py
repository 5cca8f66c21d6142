"""What all of arXiv's routes write in the same way: lines of text, times, categories."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)+|[a-z]+(?:-[a-z]+)*\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)*)")
_OLDEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""arXiv opened in 1991 and took in papers that were older; what claims to be from before this is no date."""


def one_line(text: str | None) -> str:
    """`text` on one line, without control characters, else verbatim. Empty when there is none."""
    kept = (each for each in text or "" if each.isspace() or unicodedata.category(each) != "Cc")
    return " ".join("".join(kept).split())


def moment(text: str | None) -> dt.datetime:
    """The time that an RFC 3339 text tells, in UTC. Raises `ValueError` when it tells none, or no time zone."""
    try:
        told = dt.datetime.fromisoformat((text or "").strip())
        if told.tzinfo is not None and (utc := told.astimezone(dt.UTC)) >= _OLDEST:
            return utc
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"not a time: {(text or '')[:80]!r}")


def categories(primary: str | None, terms: Iterable[str]) -> tuple[str, ...]:
    """The terms that are arXiv categories, `primary` first, each once.

    Feeds of before 2026 list ACM and MSC classes (`F.4.1; F.4.m`, `03B70, 68Q99`) among them.
    """
    ordered = [primary or "", *terms]
    return tuple(dict.fromkeys(term for term in ordered if _CATEGORY.fullmatch(term)))
