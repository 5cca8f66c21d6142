"""Lists every page for search engines: one file, or an index of files when there are more than one may hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

PER_FILE = 50_000
"""Addresses in one file: https://www.sitemaps.org/protocol.html"""


def sitemaps(site: str, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """`sitemap.xml`, and `sitemap-1.xml` … where that is an index. `site` ends in `/`; `paths` are percent-encoded.

    There are no dates: a page changes with its translations and its neighbours, and a wrong date is worse than none.
    """
    if len(paths) <= PER_FILE:
        yield "sitemap.xml", _file("urlset", "url", (f"{site}{path}" for path in paths))
        return
    names = [f"sitemap-{number}.xml" for number in range(1, -(-len(paths) // PER_FILE) + 1)]
    yield "sitemap.xml", _file("sitemapindex", "sitemap", (f"{site}{name}" for name in names))
    for number, name in enumerate(names):
        share = paths[number * PER_FILE : (number + 1) * PER_FILE]
        yield name, _file("urlset", "url", (f"{site}{path}" for path in share))


def _file(root: str, element: str, addresses: Iterator[str]) -> bytes:
    lines = "".join(f"<{element}><loc>{escape(address)}</loc></{element}>\n" for address in addresses)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</{root}>\n'.encode()
