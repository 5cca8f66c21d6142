"""What a result shows of a paper, in blocks of a few, so that a reader fetches little beside what is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from digest.outputs.search.reading import Document
from digest.outputs.views import LEAD
from digest.text import collapse, plain

PER_BLOCK = 8
"""Papers in a block: about 1.5 KB on the wire."""


class Card(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One result. All texts are plain Unicode."""

    id: str
    path: str
    """Where the paper lives, from the top of the site, percent-encoded."""
    listed: str
    """Mailing day, ISO."""
    title: str
    titles: tuple[tuple[str, str], ...]
    """Language and translated title."""
    lead: tuple[str, ...]
    """The first authors."""
    more: int
    """Authors beside these."""
    withdrawn: bool


def blocks(documents: Sequence[Document], homes: Mapping[str, str]) -> tuple[bytes, ...]:
    """JSON arrays of `PER_BLOCK` cards each. `homes`: arXiv id → where the paper lives."""
    cards = [_card(document, homes[document.entry.arxiv_id]) for document in documents]
    return tuple(msgspec.json.encode(cards[start : start + PER_BLOCK]) for start in range(0, len(cards), PER_BLOCK))


def _card(document: Document, home: str) -> Card:
    entry = document.entry
    left = len(entry.authors) - LEAD
    shown = LEAD if left > 1 else len(entry.authors)  # "and 1 more" is longer than most names
    return Card(
        id=entry.arxiv_id,
        path=home,
        listed=entry.listed.isoformat(),
        title=plain(entry.title),
        titles=tuple(
            (language, plain(made.text)) for language, field, made in document.translations if field == "title"
        ),
        lead=tuple(_name(author.name) for author in entry.authors[:shown]),
        more=len(entry.authors) - shown,
        withdrawn=entry.withdrawn,
    )


def _name(name: str) -> str:
    return collapse(name) if name.isascii() and "\\" not in name and "$" not in name else plain(name)
