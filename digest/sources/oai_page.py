"""One page of arXiv's OAI-PMH: the papers on it with the time of every version, and where the next page is.

Read in the format `arXivRaw`. The other, `arXiv`, has authors one by one, but neither a version number nor any time but
two days; a name that had to be split can be mended later, a date that was never told can't. Pure.
https://www.openarchives.org/OAI/openarchivesprotocol.html, https://info.arxiv.org/help/oa/index.html
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from xml.etree.ElementTree import Element

import msgspec

from digest.errors import Malformed
from digest.model import Failure, Paper, Version
from digest.sources.authors import split_authors
from digest.sources.fields import categories, moment, one_line
from digest.sources.identifiers import parse_arxiv_id
from digest.sources.strict_xml import read_xml, text_of

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_LONGEST = 1_000_000
"""Characters in one field, far more than any paper has."""
_VERSION = re.compile("v[1-9][0-9]{0,3}")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One paper in its newest version."""

    paper: Paper
    versions: tuple[Version, ...]
    """All of them, ascending, each with its time unless that couldn't be read."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What came in answer to one request: records, or an error."""

    records: tuple[Record, ...] = ()
    names: tuple[str, ...] = ()
    """OAI identifiers of all records, readable or not, deleted ones too."""
    token: str | None = None
    """What to ask for the next page with; None on the last one."""
    skipped: tuple[Failure, ...] = ()
    """Records that were left out, and records that had to be cleaned."""
    error: str | None = None
    """OAI's code: `noRecordsMatch`, `badResumptionToken`, `badArgument`, …"""
    words: str = ""
    """What the server says about the error."""


def read_page(content: bytes, *, source: str) -> Page:
    """Read a page, strictly.

    Raises `Throttled` for a throttling page in its place, `Malformed` for whatever else is not one whole page.
    """
    document = read_xml(content, source=source, root=f"{_OAI}OAI-PMH", record="record")
    error = document.root.find(f"{_OAI}error")
    if error is not None:
        return Page(error=error.get("code", ""), words=one_line("".join(error.itertext()))[:200])
    listed = document.root.find(f"{_OAI}ListRecords")
    if listed is None:
        raise Malformed("The answer has neither records nor an error.", source=source)
    records, names, skipped = [], [], []
    for number, element in enumerate(listed.findall(f"{_OAI}record")):
        header = element.find(f"{_OAI}header")
        name = "" if header is None else one_line(text_of(header, f"{_OAI}identifier"))
        names.append(name)
        if number in document.cleaned:
            skipped.append(_row(name, "characters that XML forbids were removed"))
        if header is not None and header.get("status") == "deleted":
            continue
        try:
            record, unreadable = _record(element)
        except ValueError as flaw:
            skipped.append(_row(name, f"left out: {flaw}"))
        else:
            records.append(record)
            skipped += [_row(name, f"the time of {version} can't be read") for version in unreadable]
    token = text_of(listed, f"{_OAI}resumptionToken").strip()
    return Page(records=tuple(records), names=tuple(names), token=token or None, skipped=tuple(skipped))


def _record(element: Element) -> tuple[Record, list[str]]:
    """The record, and versions whose time can't be read. Raises `ValueError` saying why it can't be read at all."""
    raw = element.find(f"{_OAI}metadata/{{*}}arXivRaw")
    if raw is None:
        raise ValueError("no arXivRaw in it")
    if any(len(text) > _LONGEST for text in raw.itertext()):
        raise ValueError(f"a field of more than {_LONGEST:,} characters")
    arxiv_id, _ = parse_arxiv_id(text_of(raw, "{*}id"))
    title, abstract = one_line(text_of(raw, "{*}title")), one_line(text_of(raw, "{*}abstract"))
    for name, text in (("title", title), ("abstract", abstract)):
        if not text:
            raise ValueError(f"no {name}")
    times = _times(raw)
    newest = max(times)
    terms = categories(None, text_of(raw, "{*}categories").split())
    paper = Paper(
        arxiv_id=arxiv_id,
        version=newest,
        title=title,
        abstract=abstract,
        authors=split_authors(text_of(raw, "{*}authors")),
        # The first is the primary one: arXiv/arxiv-base, `arxiv/document/parse_abs.py`.
        primary_category=terms[0] if terms else None,
        categories=terms,
        published=times.get(1),
        updated=times[newest],
        comment=one_line(text_of(raw, "{*}comments")) or None,
        journal_ref=one_line(text_of(raw, "{*}journal-ref")) or None,
        doi=one_line(text_of(raw, "{*}doi")) or None,
        license=one_line(text_of(raw, "{*}license")) or None,
    )
    versions = tuple(Version(version=number, updated=time) for number, time in sorted(times.items()))
    return Record(paper=paper, versions=versions), [f"v{number}" for number, time in times.items() if time is None]


def _times(raw: Element) -> dict[int, dt.datetime | None]:
    """Version → when it was submitted. Raises `ValueError` when there is no version."""
    times: dict[int, dt.datetime | None] = {}
    for version in raw.findall("{*}version"):
        name = version.get("version", "")
        if not _VERSION.fullmatch(name):
            raise ValueError(f"not a version: {name[:80]!r}")
        try:
            told = email.utils.parsedate_to_datetime(text_of(version, "{*}date").strip())
            times[int(name[1:])] = moment(told.isoformat())
        except (ValueError, OverflowError):
            times[int(name[1:])] = None
    if not times:
        raise ValueError("no version in it")
    return times


def _row(name: str, message: str) -> Failure:
    try:
        subject = parse_arxiv_id(name)[0]
    except ValueError:
        subject = name[:80] or "a record without id"
    return Failure(stage="fetch", subject=subject, message=message)
