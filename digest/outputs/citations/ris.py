"""RIS, the format of tagged lines that every reference manager reads: two letters, two blanks, a hyphen, a blank.

https://en.wikipedia.org/wiki/RIS_(file_format); lines end as on Windows, as the specification of 2001 has it.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.outputs.citations.bibtex import key
from digest.outputs.citations.record import Record

_LONGEST_NAME = 255
"""Characters that the specification allows in `AU`."""


def ris(record: Record) -> str:
    """The record of one paper. Values are single lines: `digest.text` leaves no line break in any text."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in _lines(record)) + "\r\n"


def _lines(record: Record) -> Iterator[tuple[str, str]]:
    yield "TY", "UNPB"
    yield "ID", key(record.id)
    yield "TI", record.title
    for name in record.authors:
        yield "AU", _plain(name.inverted)[:_LONGEST_NAME]
    yield "PY", f"{record.issued:%Y}"
    yield "DA", f"{record.issued:%Y/%m/%d}"
    yield "PB", "arXiv"
    yield "AN", f"arXiv:{record.id}"
    if record.doi:
        yield "DO", record.doi
    yield "UR", record.url
    for category in record.categories:
        yield "KW", _plain(category)
    for note in record.notes:
        yield "N1", note
    yield "ER", ""


def _plain(value: str) -> str:
    """Asterisks are not allowed in names and keywords."""
    return value.replace("*", "").strip()
