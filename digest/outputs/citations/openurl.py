"""A paper as OpenURL ContextObject (NISO Z39.88), which Zotero finds in lists: a span of class Z3988 for each paper.

Zotero reads `rft.type` of the Dublin Core format as one of its own types, and knows preprints by that name
(https://github.com/zotero/utilities/blob/master/openurl.js).
"""

from __future__ import annotations

from urllib.parse import urlencode

from digest.outputs.citations.names import Name
from digest.outputs.citations.record import Record

MOST_AUTHORS = 100
"""A paper with more is taken from its own page: in a list its names would outweigh all other papers."""


def openurl(record: Record) -> str | None:
    """The context object, not yet escaped for HTML. None rather than a list of authors that is cut."""
    if len(record.authors) > MOST_AUTHORS:
        return None
    facts = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc"),
        ("rft.type", "preprint"),
        ("rft.title", record.title),
        *(_creator(name) for name in record.authors),
        ("rft.date", record.issued.isoformat()),
        ("rft.identifier", record.url),
    ]
    if record.doi:
        facts.append(("rft_id", f"info:doi/{record.doi}"))
    return urlencode(facts, safe="/:,")


def _creator(name: Name) -> tuple[str, str]:
    """A group is one name; readers would split it after its first word."""
    return ("rft.aucorp" if " " in name.literal else "rft.creator", name.inverted)
