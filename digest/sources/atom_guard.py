"""Stands before `arxiv.Client`, which reads whatever it is given: lets through only what can be read without loss.

The client parses with lxml's `recover=True` (`arxiv/_feed.py`, 4.0.2): a throttling page, HTML, half a feed or an error
feed become "0 results", bytes that are not UTF-8 become U+FFFD, and one bad date loses the whole page. Here each of
these is an error, or a row that names the one entry that had to be left out. Pure.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from digest.errors import Malformed, Refused
from digest.model import Failure
from digest.sources.fields import moment, one_line
from digest.sources.identifiers import parse_arxiv_id
from digest.sources.strict_xml import read_xml

ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"

_LONGEST = 1_000_000
"""Characters in one field. arXiv's own limit is 1,920 for an abstract; lxml drops what is longer than 10 million."""

_CLEANED = "characters that XML forbids were removed"


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One page of results that can be handed on."""

    content: bytes
    """The page again, with the readable entries only and a `totalResults` that says nothing follows."""
    ids: tuple[str, ...]
    """Ids of these entries, as they stand in the feed."""
    total: int
    """Results of the query, over all pages."""
    came: int
    """Entries that arrived, readable or not: by so much the next page starts later."""
    skipped: tuple[Failure, ...]
    """Entries that were left out, and entries that had to be cleaned."""


def guard(content: bytes, *, source: str, start: int = 0) -> Feed:
    """Read the page of results that begins at `start`, strictly.

    Raises `Throttled` for a throttling page in place of results, `Refused` for arXiv's error feed, `Malformed` for
    everything else that is not one whole page.
    """
    document = read_xml(content, source=source, root=f"{ATOM}feed", record="entry")
    root = document.root
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        if "/api/errors" in _text(entry, "id"):  # https://info.arxiv.org/help/api/user-manual.html#34-errors
            raise Refused(f"arXiv refused the query: {one_line(_text(entry, 'summary'))[:200]}", source=source)
    total, begin = _number(root, "totalResults", source), _number(root, "startIndex", source)
    if begin != start:
        raise Malformed(f"Results from {begin} on came, not from {start} on.", source=source)
    if total > start and not entries:
        raise Malformed(f"An empty page came, though {total} results are announced.", source=source)
    readable: list[Element] = []
    skipped: list[Failure] = []
    if document.altered and not document.cleaned:
        skipped.append(_row("a page of results", _CLEANED))
    for number, entry in enumerate(entries):
        if number in document.cleaned:
            skipped.append(_row(_text(entry, "id"), _CLEANED))
        flaw = _flaw(entry)
        if flaw:
            skipped.append(_row(_text(entry, "id"), f"left out: {flaw}"))
        else:
            readable.append(entry)
    return Feed(
        content=_feed(readable, start),
        ids=tuple(_text(entry, "id") for entry in readable),
        total=total,
        came=len(entries),
        skipped=tuple(skipped),
    )


def _number(root: Element, name: str, source: str) -> int:
    text = root.findtext(f"{OPENSEARCH}{name}", "").strip()
    if not re.fullmatch("[0-9]{1,9}", text):
        raise Malformed(f"The feed has no readable {name}: {text[:80]!r}.", source=source)
    return int(text)


def _flaw(entry: Element) -> str | None:
    """Why an entry can't be read without guessing; None when it can. Only what a paper can't be without counts."""
    if any(len(text) > _LONGEST for text in entry.itertext()):
        return f"a field of more than {_LONGEST:,} characters"
    for name in ("title", "summary"):
        if not one_line(_text(entry, name)):
            return f"no {name}"
    try:
        if parse_arxiv_id(_text(entry, "id"))[1] is None:
            return "no version in its id"
        for name in ("published", "updated"):
            moment(_text(entry, name))
    except ValueError as error:
        return str(error)
    return None


def _feed(entries: list[Element], start: int) -> bytes:
    """A feed of `entries`, flattened: the client reads a field up to its first child, and lxml stops at depth 256."""
    root = Element(f"{ATOM}feed")
    SubElement(root, f"{OPENSEARCH}totalResults").text = str(start + len(entries))
    for entry in entries:
        copy = SubElement(root, entry.tag)
        for field in entry:
            inner = SubElement(copy, field.tag, field.attrib)
            if field.tag != f"{ATOM}author":
                inner.text = "".join(field.itertext())
                continue
            for part in field:
                SubElement(inner, part.tag, part.attrib).text = "".join(part.itertext())
    content: bytes = tostring(root, encoding="utf-8")
    return content


def _text(entry: Element, name: str) -> str:
    field = entry.find(f"{ATOM}{name}")
    return "" if field is None else "".join(field.itertext())


def _row(name: str, message: str) -> Failure:
    try:
        subject = parse_arxiv_id(name)[0]
    except ValueError:
        subject = one_line(name)[:80] or "an entry without id"
    return Failure(stage="fetch", subject=subject, message=message)
