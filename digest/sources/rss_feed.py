"""What one of arXiv's RSS feeds says: which mailing it is of, and each paper in it with how it was announced.

Shapes are those of arXiv/arxiv-feed (`feed/serializers`), which writes the same facts as RSS 2.0 and as Atom; both are
read. https://info.arxiv.org/help/rss_specifications.html. Pure.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import re
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import msgspec

from digest.errors import Malformed, Refused
from digest.model import Failure, Paper
from digest.sources.authors import split_authors
from digest.sources.fields import categories, moment, one_line
from digest.sources.identifiers import parse_arxiv_id
from digest.sources.strict_xml import read_xml, text_of

EASTERN = ZoneInfo("America/New_York")
"""arXiv's own time: a feed is dated midnight there."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_LONGEST = 1_000_000
"""Characters in one field, far more than any paper has."""
_DESCRIPTION = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*(?P<kind>[a-z-]+)\s+Abstract:(?P<abstract>.*)", re.DOTALL)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One paper of a mailing."""

    paper: Paper
    kind: str
    """How it was announced: `new`, `cross`, `replace`, `replace-cross`."""
    day: dt.date | None
    """Mailing that the item says it is of; None when it says nothing readable."""

    @property
    def name(self) -> str:
        """Identifier with version."""
        return f"{self.paper.arxiv_id}v{self.paper.version}"


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A feed: the papers of one mailing in some categories."""

    day: dt.date
    """Date of the feed in New York. On a day without a mailing a feed is dated all the same, and holds nothing."""
    items: tuple[Item, ...]
    came: int
    """Items that arrived, readable or not."""
    skipped: tuple[Failure, ...]
    """Items that were left out, and items that had to be cleaned."""

    @property
    def new(self) -> tuple[str, ...]:
        """Ids with version of the papers that are announced for the first time, ascending."""
        return tuple(sorted(item.name for item in self.items if item.kind == "new"))


def read_feed(content: bytes, *, source: str) -> Batch:
    """Read a feed, strictly.

    Raises `Throttled` for a throttling page in its place, `Refused` for arXiv's error feed, `Malformed` for whatever
    else is not one whole feed.
    """
    form = _Atom if f'xmlns="{_ATOM[1:-1]}"'.encode() in content[:1000] else _Rss
    document = read_xml(content, source=source, root=form.root, record=form.record)
    channel = document.root if form is _Atom else document.root.find("channel")
    if channel is None:
        raise Malformed("The feed has no channel.", source=source)
    if text_of(channel, form.title).startswith("Feed error"):
        raise Refused(f"arXiv refused the feed: {one_line(text_of(channel, form.subtitle))[:200]}", source=source)
    try:
        day = form.day_of(text_of(channel, form.built))
    except ValueError as error:
        raise Malformed(f"The feed has no readable date: {error}.", source=source) from error
    items, skipped = [], []
    elements = channel.findall(form.tag)
    for number, element in enumerate(elements):
        name = one_line(text_of(element, form.id))
        if number in document.cleaned:
            skipped.append(_row(name, "characters that XML forbids were removed"))
        try:
            items.append(_item(element, form))
        except ValueError as error:
            skipped.append(_row(name, f"left out: {error}"))
    return Batch(day=day, items=tuple(items), came=len(elements), skipped=tuple(skipped))


class _Rss:
    """Where RSS 2.0 has what."""

    root, tag, record = "rss", "item", "item"
    title, subtitle, built = "title", "description", "pubDate"
    id, text, dated = "guid", "description", "pubDate"

    @staticmethod
    def day_of(text: str) -> dt.date:
        """The day in New York of an RFC 822 date."""
        try:
            return moment(email.utils.parsedate_to_datetime(text.strip()).isoformat()).astimezone(EASTERN).date()
        except (ValueError, OverflowError):
            raise ValueError(f"not a date: {text.strip()[:80]!r}") from None

    @staticmethod
    def terms(item: Element) -> list[str]:
        """Categories of an item."""
        return [one_line("".join(each.itertext())) for each in item.findall("category")]


class _Atom(_Rss):
    """Where Atom has what."""

    root, tag, record = f"{_ATOM}feed", f"{_ATOM}entry", "entry"
    title, subtitle, built = f"{_ATOM}title", f"{_ATOM}subtitle", f"{_ATOM}updated"
    id, text, dated = f"{_ATOM}id", f"{_ATOM}summary", f"{_ATOM}published"

    @staticmethod
    def day_of(text: str) -> dt.date:
        """The day in New York of an RFC 3339 time."""
        return moment(text).astimezone(EASTERN).date()

    @staticmethod
    def terms(item: Element) -> list[str]:
        """Categories of an item."""
        return [each.get("term", "") for each in item.findall(f"{_ATOM}category")]


def _item(element: Element, form: type[_Rss]) -> Item:
    """Raises `ValueError` saying why an item can't be read without guessing."""
    if any(len(text) > _LONGEST for text in element.itertext()):
        raise ValueError(f"a field of more than {_LONGEST:,} characters")
    arxiv_id, version = parse_arxiv_id(text_of(element, form.id))
    if version is None:
        raise ValueError("no version in its id")
    described = _DESCRIPTION.fullmatch(text_of(element, form.text))
    title, abstract = one_line(text_of(element, form.title)), one_line(described["abstract"] if described else "")
    for name, text in (("title", title), ("abstract", abstract)):
        if not text:
            raise ValueError(f"no {name}")
    kind = one_line(text_of(element, f"{_ARXIV}announce_type")) or (described["kind"] if described else "")
    day: dt.date | None = None
    with contextlib.suppress(ValueError):
        day = form.day_of(text_of(element, form.dated))
    terms = categories(None, form.terms(element))
    paper = Paper(
        arxiv_id=arxiv_id,
        version=version,
        title=title,
        abstract=abstract,
        authors=split_authors(text_of(element, f"{_DUBLIN}creator")),
        # The first is the primary one: arXiv/arxiv-base, `arxiv/document/parse_abs.py`.
        primary_category=terms[0] if terms else None,
        categories=terms,
        journal_ref=one_line(text_of(element, f"{_ARXIV}journal_reference")) or None,
        doi=one_line(text_of(element, f"{_ARXIV}DOI")) or None,
        license=one_line(text_of(element, f"{_DUBLIN}rights")) or None,
        # What a cross-list or a replacement was announced with isn't the day of the paper.
        announced=day if kind == "new" else None,
    )
    return Item(paper=paper, kind=kind, day=day)


def _row(name: str, message: str) -> Failure:
    try:
        subject = parse_arxiv_id(name)[0]
    except ValueError:
        subject = name[:80] or "an item without id"
    return Failure(stage="fetch", subject=subject, message=message)
