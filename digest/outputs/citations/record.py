"""What a reference says of a paper: facts alone, as arXiv told them, before any format escapes them."""

from __future__ import annotations

import datetime as dt

import msgspec

from digest.model import Entry
from digest.outputs.citations.names import Name, split_name
from digest.text import collapse, plain, unwrapped


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One paper, to be cited. Texts are readable Unicode."""

    id: str
    version: int
    title: str
    tex: str
    """The title with its formulas in TeX; all other markup is gone."""
    authors: tuple[Name, ...]
    primary: str | None
    categories: tuple[str, ...]
    issued: dt.date
    """UTC day on which version 1 was submitted; the mailing day where no source told that."""
    doi: str | None
    """Of the published article. The DOI that arXiv gives out itself is not among the facts."""
    notes: tuple[str, ...]
    """The journal reference, and that the paper is withdrawn."""

    @property
    def url(self) -> str:
        """Of the abstract page."""
        return f"https://arxiv.org/abs/{self.id}"


def record(entry: Entry) -> Record:
    """What to cite of `entry`."""
    withdrawn = "Withdrawn from arXiv" if entry.withdrawn else ""
    return Record(
        id=entry.arxiv_id,
        version=entry.version,
        title=plain(entry.title),
        tex=unwrapped(entry.title),
        authors=tuple(split_name(name) for author in entry.authors if (name := plain(author.name))),
        primary=collapse(entry.primary_category or "") or None,
        categories=tuple(collapse(category) for category in entry.categories),
        issued=entry.published.astimezone(dt.UTC).date() if entry.published else entry.listed,
        doi=collapse(entry.doi or "") or None,
        notes=tuple(filter(None, (plain(entry.journal_ref or ""), withdrawn))),
    )
