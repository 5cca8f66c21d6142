"""Makes the index of the site's search: files that a script in the reader's browser asks for a few of. See
docs/search.md for what they hold and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from digest.model import Digest, Entry
from digest.outputs.homes import homes
from digest.outputs.search.reading import Document
from digest.outputs.search.segment import build
from digest.outputs.search.segments import segments
from digest.text import collapse

__all__ = ["Search"]

SCHEMA = 1
"""Of the files; the script refuses another."""


class Search:
    """`Output` for the index, in `search/` below `output`."""

    name = "search"

    def __init__(self, *, output: str = "_site", **_: object) -> None:
        self._output = PurePosixPath(output)

    def render(self, digest: Digest) -> dict[str, bytes]:
        """Every file of the index."""
        return {str(self._output / "search" / path): content for path, content in _files(digest)}


def _files(digest: Digest) -> Iterator[tuple[str, bytes]]:
    found = []
    lives = homes(digest)
    for entries in segments(digest.entries):
        segment, files = build([_document(entry, digest) for entry in entries], lives)
        found.append(segment)
        yield from files.items()
    categories = {collapse(name).lower() for entry in digest.entries for name in entry.categories}
    yield "index.json", msgspec.json.encode({"schema": SCHEMA, "categories": sorted(categories), "segments": found})


def _document(entry: Entry, digest: Digest) -> Document:
    found = []
    for language in digest.languages:
        known = digest.translations.get(language, {})
        for field in ("title", "abstract"):
            made = known.get((entry.arxiv_id, field))
            if made is not None:
                found.append((language, field, made))
    return Document(entry=entry, translations=tuple(found))
