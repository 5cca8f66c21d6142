"""Decides which feeds there are, so that those who write them and those who link to them agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from digest.model import Digest, Entry
from digest.outputs.archive import Subject, latest_first
from digest.outputs.parts import folder
from digest.outputs.wording import Words
from digest.text import collapse

NEWEST = 100
"""Entries in a feed."""

ORIGINAL = "en"
"""The language that arXiv asks for: https://info.arxiv.org/help/policies/instructions-for-submission"""


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A feed, which is written in two formats."""

    path: str
    """From the top of the site, percent-encoded, without `.xml` or `.json`."""
    page: str
    """That it is the feed of, from the top of the site."""
    title: str
    entries: tuple[Entry, ...]
    language: str | None = None
    """Of the texts; None for both."""


def gather_channels(digest: Digest, subjects: Iterable[Subject], words: Words) -> Iterator[Channel]:
    """The feed of everything, of each topic, and of each language where there is more than one."""
    title = collapse(digest.title)
    newest = latest_first(digest.entries)[:NEWEST]
    yield Channel(path="feed", page="", title=title, entries=newest)
    for subject in subjects:
        home = folder("topics", subject.slug)
        yield Channel(
            path=f"{home}feed",
            page=home,
            title=words("feed.title", title=title, topic=collapse(subject.name)),
            entries=latest_first(subject.entries)[:NEWEST],
        )
    languages = [*digest.languages, ORIGINAL] if digest.languages else []
    for language in dict.fromkeys(languages):
        yield Channel(
            path=f"feeds/{language}",
            page="",
            title=words("feed.title", title=title, topic=words.name("language", language)),
            entries=newest,
            language=language,
        )
