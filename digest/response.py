"""What a server said, and which error that stands for: pure, so that every status can be tested without a socket."""

from __future__ import annotations

import datetime as dt
import email.utils
import html
import ipaddress
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import msgspec

from digest.errors import Refused, SourceError, Throttled

MOVED = frozenset({301, 302, 303, 307, 308})
"""Redirects, where a `Location` says where to."""

# 406 is how arXiv throttles since 2026: the same URL gives 406, 429, 429 (https://github.com/dmarx/luria/issues/292).
_THROTTLES = {HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_PHRASES = {each.value: f" ({each.phrase})" for each in HTTPStatus}
_QUOTE = 200
"""Characters of a server's own words that an error repeats."""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer."""

    url: str
    """Where it came from, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    content: bytes
    """The body, decompressed."""

    @property
    def content_type(self) -> str:
        """Media type without its parameters, in lower case; empty when there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def objection(response: Response, source: str, secrets: Iterable[str] = ()) -> SourceError | None:
    """The error that the status stands for, in the server's own words where it has some; None for 2xx and 304.

    `secrets` are texts that the error must not repeat, should the server do so.
    """
    status = response.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_MODIFIED:
        return None
    told = f"{host(response.url)} answered {status}{_PHRASES.get(status, '')}"
    message = ": ".join(filter(None, (told, _own_words(response.content, secrets))))
    if status in _THROTTLES:
        return Throttled(message, source=source, status=status, hint="The service is busy; the next run asks again.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SourceError(message, source=source, status=status, hint="The next run asks again.")
    return Refused(message, source=source, status=status)


def _own_words(content: bytes, secrets: Iterable[str]) -> str:
    """The summary of an Atom error feed, else how the text of a page begins."""
    start = content[:4096].decode(errors="replace")
    summary = re.search(r"<summary[^>]*>([^<]*)</summary>", start)
    text = summary[1] if summary else re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", start, flags=re.DOTALL)
    text = html.unescape(text)
    for secret in secrets:
        text = text.replace(secret, "***")
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return text if len(text) <= _QUOTE else f"{text[:_QUOTE]}…"


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header, which holds seconds or a date; None when it holds neither, or no wait.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
    else:
        try:
            date = email.utils.parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = (date.replace(tzinfo=date.tzinfo or dt.UTC) - now).total_seconds()
    return seconds if seconds > 0 else None


def redirected(url: str, target: str) -> str | None:
    """Where a redirect leads; None where we don't follow: to other people's hosts, or from https to http."""
    try:
        there = urljoin(url, target)
        safe = urlsplit(there).scheme in ("https", urlsplit(url).scheme)
    except ValueError:
        return None
    return there if safe and family(there) == family(url) else None


def host(url: str) -> str:
    """The host's name, or how `url` begins when it has none."""
    try:
        return urlsplit(url).hostname or url[:80]
    except ValueError:
        return url[:80]


def family(url: str) -> str:
    """Hosts under one roof: all of arXiv's, or one alone."""
    name = host(url)
    return "arxiv.org" if name.endswith(".arxiv.org") else name


def is_loopback(url: str) -> bool:
    """Whether `url` points at this machine."""
    name = host(url)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
