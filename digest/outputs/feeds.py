"""Makes Atom feeds (RFC 4287): one of the whole digest, one of each topic, with the texts in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from jinja2 import Environment

from digest.model import Digest, Entry
from digest.outputs import templating
from digest.outputs.archive import gather_subjects, last_listed, latest_first
from digest.outputs.homes import homes
from digest.outputs.parts import folder
from digest.outputs.views import view
from digest.outputs.wording import Words
from digest.text import collapse

NEWEST = 100
"""Entries in a feed."""

_NOTHING_YET = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""`updated` of a feed without entries: RFC 4287 wants one, and now would change the file every day."""


class Feeds:
    """`Output` for Atom feeds, at the paths that the site links to. `language` (BCP 47) is that of the interface."""

    name = "feeds"

    def __init__(
        self,
        *,
        output: str = "_site",
        environment: Environment | None = None,
        language: str = "en",
        words: Mapping[str, str] | None = None,
    ) -> None:
        self._output = PurePosixPath(output)
        self._environment = environment or templating.environment()
        self._words = Words(language, templating.locale(language) if words is None else words)

    def render(self, digest: Digest) -> dict[str, bytes]:
        """`feed.xml` and `topics/<slug>/feed.xml`. Raises `RenderError` naming the template that failed."""
        build = _Build(self._environment, self._words, digest)
        return {str(self._output / unquote(path)): content for path, content in build.feeds()}


class _Build:
    """One rendering: an entry is made once, however many feeds hold it."""

    def __init__(self, environment: Environment, words: Words, digest: Digest) -> None:
        self.environment = environment
        self.words = words
        self.digest = digest
        self.subjects = gather_subjects(digest)
        self.paths = {subject.name: folder("topics", subject.slug) for subject in self.subjects}
        self.homes = homes(digest)
        self.site = digest.site_url.rstrip("/") + "/" if digest.site_url else None
        self.made: dict[str, str] = {}

    def feeds(self) -> Iterator[tuple[str, bytes]]:
        title = collapse(self.digest.title)
        yield "feed.xml", self._feed("feed.xml", "", title, self.digest.entries)
        for subject in self.subjects:
            home = self.paths[subject.name]
            name = self.words("feed.title", title=title, topic=collapse(subject.name))
            yield f"{home}feed.xml", self._feed(f"{home}feed.xml", home, name, subject.entries)

    def _feed(self, path: str, page: str, title: str, entries: Iterable[Entry]) -> bytes:
        newest = latest_first(entries)[:NEWEST]
        text = templating.render(
            self.environment,
            "feeds/atom.xml",
            t=self.words,
            lang=self.words.language,
            id=self._identity(path),
            title=title,
            description=collapse(self.digest.description),
            sample=self.digest.sample,
            updated=_stamp(max((updated(entry, self.digest) for entry in newest), default=_NOTHING_YET)),
            self_url=f"{self.site}{path}" if self.site else None,
            page_url=f"{self.site}{page}" if self.site else None,
            entries=[self._entry(entry) for entry in newest],
        )
        return text.encode()

    def _entry(self, entry: Entry) -> str:
        if entry.arxiv_id not in self.made:
            paper = view(entry, self.digest, self.words, self.paths, self.homes)
            content = templating.render(
                self.environment, "feeds/_content.html", t=self.words, paper=paper, sample=self.digest.sample
            )
            self.made[entry.arxiv_id] = templating.render(
                self.environment,
                "feeds/_entry.xml",
                t=self.words,
                lang=self.words.language,
                paper=paper,
                content=content,
                page_url=f"{self.site}{paper.path}" if self.site else None,
                published=_stamp(entry.published) if entry.published else None,
                updated=_stamp(updated(entry, self.digest)),
            )
        return self.made[entry.arxiv_id]

    def _identity(self, path: str) -> str:
        """A feed's own address where it has one; else a tag (RFC 4151), which no reader tries to open."""
        if self.site:
            return f"{self.site}{path}"
        if self.digest.repository:
            return f"tag:github.com,2026:{quote(self.digest.repository, safe='/')}/{path}"
        return f"tag:arxiv-digest.invalid,2026:{quote(collapse(self.digest.title), safe='')}/{path}"


def updated(entry: Entry, digest: Digest) -> dt.datetime:
    """When what the feed says of a paper last changed: a version, a listing or a translation. Never the clock."""
    known = [dt.datetime.combine(last_listed(entry), dt.time(), dt.UTC)]
    if entry.updated is not None:
        known.append(entry.updated)
    for language in digest.languages:
        texts = digest.translations.get(language, {})
        for field in ("title", "abstract"):
            translation = texts.get((entry.arxiv_id, field))
            if translation is not None:
                known.append(translation.translated)
    return max(known)


def _stamp(time: dt.datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
