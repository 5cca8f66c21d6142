"""What the search page says: what can be asked for, how, and what is wrong with a query."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from digest.model import Entry
from digest.outputs.wording import Words
from digest.text import collapse

SCRIPTS = tuple(
    f"static/{name}.js"
    for name in (
        *("reading/main", "search/main", "search/files", "search/finding", "search/grammar", "search/marking"),
        *("search/porter", "search/words"),
    )
)
"""Loaded with the page, so that a search needn't wait for one after the other."""

_EXAMPLES = {
    "words": "diffusion models",
    "phrase": '"talking head" 扩散模型',
    "fields": "ti:survey au:lovelace topic:avatar cat:cs.CV",
    "dates": "submittedDate:[20260101 TO 202603]",
    "operators": "(gaussian OR neural) AND splat* ANDNOT ti:survey",
}
_MISTAKES = (
    *("before", "closing", "deep", "due", "empty", "letters", "prefix", "quote", "range", "report", "unclosed"),
    *("unwanted", "updated", "word"),
)
"""As `templates/static/search/grammar.js` names them."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A query, and what it asks for."""

    example: str
    text: str


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """What can be wrong with a query, with places for its parts."""

    code: str
    wrong: str
    mend: str


def examples(words: Words) -> tuple[Example, ...]:
    """One of each thing that the query language can say."""
    return tuple(Example(example=query, text=words.name("search.help", name)) for name, query in _EXAMPLES.items())


def mistakes(words: Words) -> tuple[Mistake, ...]:
    """The words for every mistake that the script can find."""
    return tuple(
        Mistake(code=code, wrong=words(f"search.wrong.{code}"), mend=words(f"search.mend.{code}")) for code in _MISTAKES
    )


def categories(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Every category that a paper is in, in order."""
    return tuple(sorted({collapse(name) for entry in entries for name in entry.categories}))
