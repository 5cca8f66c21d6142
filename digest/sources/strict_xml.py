"""XML from the network, read strictly: half a document, another one, or bytes that are no text are never "no papers".

Pure. What XML forbids is taken out and named, since one stray control character must not cost a whole mailing.
"""

from __future__ import annotations

import re
import sys
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from digest.errors import Malformed, Throttled

_LEGAL = "\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
"""What XML allows: https://www.w3.org/TR/xml/#charsets."""
_SUSPECT = re.compile(f"[^{_LEGAL}]|&#(?:x(?P<hex>[0-9A-Fa-f]{{1,8}})|(?P<decimal>[0-9]{{1,8}}));")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A whole document."""

    root: Element
    cleaned: frozenset[int]
    """Which of its records, counted from 0, held characters that XML forbids; they were taken out."""
    altered: bool = False
    """Whether such characters were taken out anywhere."""


def read_xml(content: bytes, *, source: str, root: str, record: str) -> Document:
    """The document whose root is called `root` (`{namespace}name`); `record` is the name of its repeated element.

    Raises `Throttled` for a throttling page in its place, `Malformed` for whatever else is not one whole document.
    """
    text = _decode(content, source)
    clean = _SUSPECT.sub(_replacement, text)
    try:
        tree = fromstring(clean, forbid_dtd=True)
    except ParseError as error:
        raise Malformed(f"The answer is not whole: {error}.", source=source) from error
    except DefusedXmlException as error:
        raise Malformed(f"The answer declares what none may: {type(error).__name__}.", source=source) from error
    if tree.tag != root:
        raise Malformed(f"Not what was asked for: the root is {tree.tag[:80]!r}.", source=source)
    altered = clean != text
    return Document(root=tree, cleaned=_unclean(text, record) if altered else frozenset(), altered=altered)


def text_of(parent: Element, path: str) -> str:
    """All text of the first element at `path`, markup within it unwrapped; empty when there is none."""
    found = parent.find(path)
    return "" if found is None else "".join(found.itertext())


def _decode(content: bytes, source: str) -> str:
    """The text, as UTF-8 whatever else is declared: arXiv sends nothing else, and U+FFFD would be a loss."""
    start = content[:200].strip().lower()
    if not start:
        raise Malformed("An empty answer came.", source=source)
    if start.startswith(b"rate exceeded"):  # with status 200: https://github.com/openags/paper-search-mcp/issues/81
        raise Throttled("arXiv answered “Rate exceeded.”", source=source, hint="It is busy; the next run asks again.")
    if start.startswith((b"<!doctype html", b"<html")):
        raise Malformed("A web page came in place of XML.", source=source)
    if b"\0" in content[:4]:
        raise Malformed("The answer is not UTF-8: it holds NULs, as UTF-16 does.", source=source)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"The answer is not UTF-8: {error.reason} at byte {error.start}.", source=source) from error


def _unclean(text: str, record: str) -> frozenset[int]:
    """Which records hold what XML forbids."""
    _, *records = re.split(f"<{re.escape(record)}[\\s>]", text)
    return frozenset(
        number
        for number, each in enumerate(records)
        if any(_replacement(it) != it[0] for it in _SUSPECT.finditer(each))
    )


def _replacement(found: re.Match[str]) -> str:
    code = int(found["hex"], 16) if found["hex"] else int(found["decimal"] or ord(found[0]))
    character = chr(code) if code <= sys.maxunicode else "\0"
    if re.fullmatch(f"[{_LEGAL}]", character):
        return found[0]
    return " " if character.isspace() else ""
