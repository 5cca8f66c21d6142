"""The `citation_…` tags that Google Scholar and Zotero read from the page of one paper.

https://scholar.google.com/intl/en/scholar/inclusion.html#indexing; arXiv has the same on its own pages
(arXiv/arxiv-browse, `browse/formatting/metatags.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.outputs.citations.record import Record
from digest.outputs.views import Paper


def highwire(record: Record, paper: Paper) -> tuple[tuple[str, str], ...]:
    """Name and content of each tag. What isn't known has none."""
    return tuple((name, content) for name, content in _tags(record, paper) if content)


def _tags(record: Record, paper: Paper) -> Iterator[tuple[str, str | None]]:
    yield "citation_title", record.title
    for author in record.authors:
        yield "citation_author", author.inverted
    if paper.published:
        yield "citation_date", f"{record.issued:%Y/%m/%d}"
        yield "citation_online_date", f"{record.issued:%Y/%m/%d}"
    yield "citation_arxiv_id", record.id
    yield "citation_doi", record.doi
    yield "citation_abstract_html_url", record.url
    yield "citation_pdf_url", paper.pdf_url
    yield "citation_abstract", paper.abstract
