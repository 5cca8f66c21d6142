"""Writes text into GitHub's Markdown so that the page shows exactly that text, and nothing in it comes alive.

The rules are GFM's (https://github.github.com/gfm/), and what GitHub does after it: formulas between dollars
(https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/writing-mathematical-expressions),
`:emoji:`, `@mentions`; and Jekyll's `{{ }}`. Addresses in a text become links, whole or not at all.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from digest.text import printable

_RISKY = re.compile(
    r"(?<![A-Za-z0-9])(?P<address>https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%|\[\]\\À-ɏͰ-ԯ-]+)"
    r"|(?P<broken>:(?=//)|:(?=[\w+-]+:)|@|(?<=www)\.|(?<=mailto):|(?<=xmpp):|\$)"
    r"|(?P<entity>[&<>\\]|\{(?=[{%]))|(?P<sign>[`*_~\[\]|#])",
    re.ASCII | re.IGNORECASE,
)
_SAFE_ADDRESS = re.compile(r"https?://[A-Za-z0-9][^\s$\[\]\\|:]*(?::\d+[^\s$\[\]\\|:]*)?", re.IGNORECASE)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "{": "&#123;", "\\": "&#92;"}
"""A backslash too: written twice at the end of a cell, it would still escape the bar behind it."""
_KEPT_IN_LINKS = "-._~:/?#@!&'+,;=%"
"""What `link` leaves as it is; brackets, bars, dollars and asterisks would mean something."""


def cell(text: str) -> str:
    """`text` for a table cell: one line, every sign that GitHub would read as markup escaped."""
    return _RISKY.sub(_escaped, printable(text))


def link(text: str, url: str | None) -> str:
    """`text` as a link to `url`; without an address that a browser may follow safely, `text` alone."""
    target = address(url)
    return f"[{cell(text)}]({target})" if target else cell(text)


def address(url: str | None) -> str:
    """`url` as the target of a link; empty unless it is http or https and names a host."""
    text = printable(url or "")
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in parts.netloc:
        return ""
    return quote(text, safe=_KEPT_IN_LINKS).replace("&", "&amp;")


def _escaped(found: re.Match[str]) -> str:
    if found["address"]:
        return _linked(found["address"])
    if found["broken"]:
        return f"<span>{found[0]}</span>"  # the way that GitHub documents for the dollar
    return _ENTITIES.get(found[0]) or f"\\{found[0]}"


def _linked(found: str) -> str:
    """An address from a text, with the punctuation behind it."""
    end = len(found)
    while found[end - 1] in ".,;:!?'*_~" or (
        found[end - 1] == ")" and found.count(")", 0, end) > found.count("(", 0, end)
    ):
        end -= 1
    url = found[:end]
    if _SAFE_ADDRESS.fullmatch(url):
        return f"<{url.replace('&', '&amp;')}>{_RISKY.sub(_escaped, found[end:])}"
    scheme, rest = found.split(":", 1)
    return f"{scheme}<span>:</span>{_RISKY.sub(_escaped, rest)}"
