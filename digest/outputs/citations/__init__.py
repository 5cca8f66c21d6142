"""References for reference managers, in three formats; each escapes for itself.

One file of a kind for each mailing day, which holds whole what the day shows, and for the newest papers of a topic.
The page of a paper carries its own three within its links, so that no file is written for one paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote

import msgspec

from digest.model import Entry
from digest.outputs.citations.bibtex import bibtex
from digest.outputs.citations.csl import csl, csl_file
from digest.outputs.citations.highwire import highwire
from digest.outputs.citations.openurl import openurl
from digest.outputs.citations.record import Record, record
from digest.outputs.citations.ris import ris
from digest.outputs.views import Paper

NEWEST = 1000
"""Papers in the files of a topic: a topic grows for ever, a file must not. Older ones are in the files of days."""


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A format of references."""

    name: str
    """What readers call it."""
    suffix: str
    media_type: str
    write: Callable[[Iterable[tuple[Record, Paper]]], str]
    """A whole file."""


FORMATS = (
    Format(
        name="BibTeX",
        suffix="bib",
        media_type="application/x-bibtex",
        write=lambda papers: "\n".join(bibtex(each) for each, _ in papers),
    ),
    Format(
        name="RIS",
        suffix="ris",
        media_type="application/x-research-info-systems",
        write=lambda papers: "".join(ris(each) for each, _ in papers),
    ),
    Format(
        name="CSL-JSON",
        suffix="json",
        media_type="application/vnd.citationstyles.csl+json",
        write=lambda papers: csl_file(csl(each, paper) for each, paper in papers),
    ),
)


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """A reference to fetch: a link, and what it is called."""

    name: str
    href: str
    """From the top of the site; or the reference itself, as a `data:` URL."""
    file: str
    """Name to save it under."""


def files(home: str, entries: Iterable[Entry], papers: Mapping[str, Paper]) -> Iterator[tuple[str, bytes]]:
    """`<home>cite.bib`, `.ris` and `.json` → content. `papers`: arXiv id → the paper as the site shows it."""
    pairs = [(record(entry), papers[entry.arxiv_id]) for entry in entries]
    for each in FORMATS:
        yield f"{home}cite.{each.suffix}", each.write(pairs).encode()


def links(home: str, name: str) -> tuple[Cited, ...]:
    """Links to what `files` writes; `name` begins the names under which a reader saves them."""
    return tuple(
        Cited(name=each.name, href=f"{home}cite.{each.suffix}", file=f"{name}.{each.suffix}") for each in FORMATS
    )


def embedded(entry: Entry, paper: Paper) -> tuple[Cited, ...]:
    """The references to one paper, each whole within its link."""
    pairs = [(record(entry), paper)]
    name = entry.arxiv_id.replace("/", "-")
    return tuple(
        Cited(
            name=each.name,
            href=f"data:{each.media_type};charset=utf-8,{quote(each.write(pairs), safe=_SAFE)}",
            file=f"{name}.{each.suffix}",
        )
        for each in FORMATS
    )


def tags_of(entry: Entry, paper: Paper) -> tuple[tuple[str, str], ...]:
    """Names and contents of the `citation_…` tags of the page of one paper."""
    return highwire(record(entry), paper)


def context_of(entry: Entry) -> str | None:
    """The paper as an OpenURL ContextObject, for lists; None where it would be too long."""
    return openurl(record(entry))


def bibtex_of(entry: Entry) -> str:
    """The BibTeX of one paper, to be shown."""
    return bibtex(record(entry))


_SAFE = "!*'();:@&=+$,/?-._~"
"""What may stand in a `data:` URL as it is (RFC 3986, 3.3 and 3.4). The autoescape of templates does the rest."""
