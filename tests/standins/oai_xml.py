"""What arXiv's OAI-PMH server writes: the templates of arXiv/arxiv-oaipmh at 5fa91ab, held to recorded answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape as escape_text

from digest.model import Author, Paper
from tests.standins.http import Reply
from tests.standins.rss import NOW

XML = "application/xml"
_OAI = "http://www.openarchives.org/OAI/2.0/"
_PHYSICS = {
    *("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th"),
    *("math-ph", "nlin", "nucl-ex", "nucl-th", "physics", "quant-ph"),
}
_WORDS = {
    "badArgument": "The request includes illegal arguments, is missing required arguments, includes a repeated "
    "argument, or values for arguments have an illegal syntax.",
    "badResumptionToken": "The value of the resumptionToken argument is invalid or expired.",
    "badVerb": "Value of the verb argument is not a legal OAI-PMH verb, the verb argument is missing, or the verb "
    "argument is repeated.",
    "cannotDisseminateFormat": "The metadata format identified by the value given for the metadataPrefix argument is "
    "not supported by the item or by the repository.",
    "noRecordsMatch": "The combination of the values of the from, until, set and metadataPrefix arguments results in "
    "an empty list.",
}
_INDENT = " " * 8


class Kept(NamedTuple):
    """A record: a paper in all its versions."""

    arxiv_id: str
    day: dt.date
    """When it was last changed (`datestamp`), UTC."""
    versions: Mapping[int, Paper]
    deleted: bool = False

    @property
    def paper(self) -> Paper:
        return self.versions[max(self.versions)]


def group_of(archive: str) -> str:
    return "physics" if archive in _PHYSICS else archive


def error(code: str, reason: str, asked: Mapping[str, str], now: dt.datetime = NOW) -> Reply:
    """arXiv's way to say no, with status 200."""
    shown = {} if code in ("badArgument", "badVerb") else asked
    words = _WORDS[code] + (f" Reason: {reason}" if reason else "")
    return _document(shown, now, [f"    <error code='{code}'>{escape(words)}</error>"])


def records_page(
    kept: Iterable[Kept], prefix: str, asked: Mapping[str, str], now: dt.datetime = NOW, token: str | None = None
) -> Reply:
    """A page of records, and the token of the next one."""
    lines = ["    <ListRecords>"]
    for each in kept:
        lines += [f"{_INDENT}<record>", *_header(each)]
        if not each.deleted:
            format_as = _raw if prefix == "arXivRaw" else _split
            lines += ["            <metadata>", *format_as(each), "            </metadata>"]
        lines.append(f"{_INDENT}</record>")
    if token:
        midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time())
        lines.append(f"<resumptionToken expires='{midnight:%Y-%m-%dT%H:%M:%SZ}'>{escape(token)}</resumptionToken>")
    return _document(asked, now, [*lines, "    </ListRecords>"])


def _document(asked: Mapping[str, str], now: dt.datetime, inner: list[str]) -> Reply:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in asked.items())
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<OAI-PMH xmlns="{_OAI}" ',
        '         xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        f'         xsi:schemaLocation="{_OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">',
        f"    <responseDate>{now:%Y-%m-%dT%H:%M:%SZ}</responseDate>",
        f"                <request{attributes}>http://oaipmh.arxiv.org/oai</request>",
        "",
        *inner,
        "</OAI-PMH>",
    ]
    return Reply("\n".join(lines).encode(), XML)


def _header(kept: Kept) -> list[str]:
    sets = (":".join((group_of(each.partition(".")[0]), *each.split("."))) for each in kept.paper.categories)
    return [
        f"{_INDENT}        <header{' status=' + chr(34) + 'deleted' + chr(34) if kept.deleted else ''}>",
        f"{_INDENT}<identifier>oai:arXiv.org:{kept.arxiv_id}</identifier>",
        f"{_INDENT}<datestamp>{kept.day}</datestamp>",
        *(f"            <setSpec>{escape(each)}</setSpec>" for each in sets),
        "    </header>",
    ]


def _raw(kept: Kept) -> list[str]:
    paper = kept.paper
    lines = [_root("arXivRaw"), *_fields({"id": paper.arxiv_id, "submitter": _name(paper.authors[0])})]
    for number in range(1, paper.version + 1):
        known = kept.versions.get(number)
        submitted = paper.published if number == 1 else (known or paper).updated
        assert submitted is not None, f"{paper.arxiv_id}v{number} has no time"
        lines += [
            f'            <version version="v{number}">',
            f"                <date>{submitted:%a, %d %b %Y %H:%M:%S GMT}</date>",
            "                <size>1234kb</size>",
            "            </version>",
        ]
    authors = [_name(each) for each in paper.authors]
    line = " and ".join(filter(None, (", ".join(authors[:-1]), authors[-1])))
    lines += _fields({"title": paper.title, "authors": line, "categories": " ".join(paper.categories)})
    return [*lines, *_fields(_shared(paper)), "    </arXivRaw>"]


def _split(kept: Kept) -> list[str]:
    paper = kept.paper
    assert paper.published is not None, paper.arxiv_id
    days = {"created": f"{paper.published:%Y-%m-%d}"}
    if paper.updated and paper.version > 1:
        days["updated"] = f"{paper.updated:%Y-%m-%d}"
    lines = [_root("arXiv"), *_fields({"id": paper.arxiv_id} | days), f"{_INDENT}<authors>"]
    for author in paper.authors:
        forenames, _, keyname = author.name.rpartition(" ")
        lines += [
            "                <author>",
            *(f"            {line}" for line in _fields({"keyname": keyname, "forenames": forenames})),
            "                </author>",
        ]
    lines += [f"{_INDENT}</authors>", *_fields({"title": paper.title, "categories": " ".join(paper.categories)})]
    return [*lines, *_fields(_shared(paper)), "    </arXiv>"]


def _root(name: str) -> str:
    space = f"http://arxiv.org/OAI/{name}/"
    return (
        f'                        <{name} xmlns="{space}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{space} https://oaipmh.arxiv.org/OAI/{name}.xsd">'
    )


def _shared(paper: Paper) -> dict[str, str | None]:
    return {
        "comments": paper.comment,
        "journal-ref": paper.journal_ref,
        "doi": paper.doi,
        "license": paper.license,
        "abstract": paper.abstract,
    }


def _fields(told: Mapping[str, str | None]) -> list[str]:
    return [f"{_INDENT}<{name}>{escape(text)}</{name}>" for name, text in told.items() if text]


def _name(author: Author) -> str:
    return f"{author.name} ({', '.join(author.affiliations)})" if author.affiliations else author.name


def escape(text: str) -> str:
    """As Jinja does it: quotes too."""
    return escape_text(text, {"'": "&#39;", '"': "&#34;"})
