"""Decides where a paper lives on the site: a page of its own while it is recent, then a place on the page of its month.

100,000 pages of papers would neither fit into a site nor be deployed in time. Whatever links to a paper asks `homes`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from digest.model import Digest, Entry
from digest.outputs.archive import last_listed, newest_first
from digest.outputs.parts import folder, paged


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """What was listed as new in a calendar month."""

    first: dt.date
    """Its first day."""
    entries: tuple[Entry, ...]
    """Newest mailing first, never none."""

    @property
    def path(self) -> str:
        """Of its first page, from the top of the site."""
        return folder("months", f"{self.first:%Y-%m}")


def gather_months(entries: Iterable[Entry]) -> tuple[Month, ...]:
    """Every month that has papers, newest first. A paper is in one of them, whatever revised it later."""
    found: dict[dt.date, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.listed.replace(day=1)].append(entry)
    return tuple(Month(first=first, entries=newest_first(found[first])) for first in sorted(found, reverse=True))


def recent(digest: Digest) -> frozenset[str]:
    """The ids of the papers that have a page of their own: those of the newest mailings, as many as fit whole.

    A paper that is listed again, with a new version, is as new as that mailing. No clock is asked.
    """
    shown: dict[dt.date, list[str]] = defaultdict(list)
    for entry in digest.entries:
        shown[last_listed(entry)].append(entry.arxiv_id)
    found: list[str] = []
    for day in sorted(shown, reverse=True):
        if len(found) + len(shown[day]) > digest.paper_pages:
            break
        found += shown[day]
    return frozenset(found)


def homes(digest: Digest) -> dict[str, str]:
    """Of each arXiv id, where the paper lives, from the top of the site, percent-encoded.

    `papers/2611.90001/` for recent ones, `months/2024-03/2/#2403.00001` for the others.
    """
    own = recent(digest)
    found = {arxiv_id: folder("papers", arxiv_id) for arxiv_id in own}
    for month in gather_months(digest.entries):
        for path, _, share in paged(month.path, month.entries):
            for entry in share:
                if entry.arxiv_id not in own:
                    found[entry.arxiv_id] = f"{path}#{quote(entry.arxiv_id, safe='/')}"
    return found
