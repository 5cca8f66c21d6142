"""Makes the index of the site's search: files that a script in the reader's browser asks for a few of. See
docs/search.md for what they hold and why.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

import msgspec

from digest.model import Digest, Entry
from digest.outputs.homes import homes
from digest.outputs.search.reading import Document
from digest.outputs.search.segment import cards, made
from digest.outputs.search.segments import segments
from digest.text import collapse

__all__ = ["Search"]

SCHEMA = 1
"""Of the files; the script refuses another."""


class Search:
    """`Output` for the index, in `search/` below `output`."""

    name = "search"

    def __init__(
        self, *, output: str = "_site", held: Callable[[str], bytes | None] = lambda _: None, **_: object
    ) -> None:
        """`held`: what an earlier build wrote at a path below `search/`, or None."""
        self._output = PurePosixPath(output)
        self._held = held

    def render(self, digest: Digest) -> dict[str, bytes]:
        """Every file of the index."""
        with _uncollected():
            return {str(self._output / "search" / path): content for path, content in self._files(digest)}

    def _files(self, digest: Digest) -> Iterator[tuple[str, bytes]]:
        found = []
        lives = homes(digest)
        for entries in segments(digest.entries):
            documents = [_document(entry, digest) for entry in entries]
            segment, files = made(documents, self._held)
            found.append(segment)
            yield from files.items()
            yield from cards(segment.name, documents, lives).items()
        categories = {collapse(name).lower() for entry in digest.entries for name in entry.categories}
        yield "index.json", msgspec.json.encode({"schema": SCHEMA, "categories": sorted(categories), "segments": found})


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles: there are none in half a million lists, and the look takes a fifth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _document(entry: Entry, digest: Digest) -> Document:
    found = []
    for language in digest.languages:
        known = digest.translations.get(language, {})
        for field in ("title", "abstract"):
            made = known.get((entry.arxiv_id, field))
            if made is not None:
                found.append((language, field, made))
    return Document(entry=entry, translations=tuple(found))
