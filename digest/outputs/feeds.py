"""Makes Atom (RFC 4287) and JSON feeds (https://jsonfeed.org/version/1.1) of the digest, of topics and of languages.

The feeds of the digest and of a topic hold every text in both languages; those of a language hold each text once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

import msgspec
from jinja2 import Environment

from digest.model import Digest, Entry
from digest.outputs import templating
from digest.outputs.archive import gather_subjects, last_listed
from digest.outputs.channels import ORIGINAL, Channel, gather_channels
from digest.outputs.homes import homes
from digest.outputs.parts import folder, top
from digest.outputs.views import Paper, Voice, view
from digest.outputs.wording import Words
from digest.text import collapse

_NOTHING_YET = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""`updated` of a feed without entries: RFC 4287 wants one, and now would change the file every day."""


class Feeds:
    """`Output` for feeds, at the paths that the site links to. `language` (BCP 47) is that of the interface."""

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
        """`feed`, `topics/<slug>/feed`, `feeds/<language>` as `.xml` and `.json`; with a `site_url`, `opml.xml`.

        Raises `RenderError` naming the template that failed.
        """
        build = _Build(self._environment, self._words, digest)
        return {str(self._output / unquote(path)): content for path, content in build.files()}


class _Build:
    """One rendering: an entry is made once, however many feeds hold it."""

    def __init__(self, environment: Environment, words: Words, digest: Digest) -> None:
        self.environment = environment
        self.words = words
        self.digest = digest
        self.subjects = gather_subjects(digest)
        self.paths = {subject.name: folder("topics", subject.slug) for subject in self.subjects}
        self.homes = homes(digest)
        self.site = top(digest.site_url)
        self.made: dict[tuple[str, str | None], str] = {}
        self.views: dict[tuple[str, str | None], Paper] = {}

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Path below the output folder, percent-encoded → content."""
        feeds = list(gather_channels(self.digest, self.subjects, self.words))
        for feed in feeds:
            yield f"{feed.path}.xml", self._atom(feed)
            yield f"{feed.path}.json", self._json(feed)
        if self.site:
            yield "opml.xml", self._opml(feeds)

    def _atom(self, feed: Channel) -> bytes:
        path = f"{feed.path}.xml"
        text = templating.render(
            self.environment,
            "feeds/atom.xml",
            t=self.words,
            lang=self.words.language,
            id=self._identity(path),
            title=feed.title,
            description=collapse(self.digest.description),
            sample=self.digest.sample,
            updated=self._updated(feed),
            self_url=self._url(path),
            page_url=self._url(feed.page),
            entries=[self._entry(entry, feed.language) for entry in feed.entries],
        )
        return text.encode()

    def _json(self, feed: Channel) -> bytes:
        path = f"{feed.path}.json"
        notice = f"{self.words('sample.feed')} " if self.digest.sample else ""
        made = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "description": notice + collapse(self.digest.description),
            "home_page_url": self._url(feed.page),
            "feed_url": self._url(path),
            "language": feed.language or self.words.language,
            "items": [self._item(entry, feed.language) for entry in feed.entries],
        }
        return (json.dumps(_known(made), ensure_ascii=False, indent=1) + "\n").encode()

    def _opml(self, feeds: Iterable[Channel]) -> bytes:
        outlines = [
            {"title": feed.title, "url": self._url(f"{feed.path}.xml"), "page": self._url(feed.page)} for feed in feeds
        ]
        text = templating.render(
            self.environment, "feeds/opml.xml", title=collapse(self.digest.title), outlines=outlines
        )
        return text.encode()

    def _item(self, entry: Entry, language: str | None) -> dict[str, object]:
        paper = self._view(entry, language)
        first = paper.titles[0] if paper.titles else None
        page = self._url(paper.path)
        return _known(
            {
                "id": f"oai:arXiv.org:{paper.id}",
                "url": page or paper.abs_url,
                "external_url": paper.abs_url if page else None,
                "title": first.title if first else paper.title,
                "content_html": self._content(entry, language),
                "date_published": _stamp(entry.published) if entry.published else None,
                "date_modified": _stamp(updated(entry, self.digest)),
                "authors": [{"name": name} for name in paper.authors],
                "tags": [why.topic for why in paper.topics] + list(paper.categories),
                "language": first.lang if first else ORIGINAL,
                "attachments": [{"url": paper.pdf_url, "mime_type": "application/pdf"}] if paper.pdf_url else None,
            }
        )

    def _entry(self, entry: Entry, language: str | None) -> str:
        paper = self._view(entry, language)
        return templating.render(
            self.environment,
            "feeds/_entry.xml",
            paper=paper,
            content=self._content(entry, language),
            page_url=self._url(paper.path),
            published=_stamp(entry.published) if entry.published else None,
            updated=_stamp(updated(entry, self.digest)),
        )

    def _content(self, entry: Entry, language: str | None) -> str:
        key = (entry.arxiv_id, language)
        if key not in self.made:
            self.made[key] = templating.render(
                self.environment,
                "feeds/_content.html",
                t=self.words,
                paper=self._view(entry, language),
                sample=self.digest.sample,
                both=language is None,
            )
        return self.made[key]

    def _view(self, entry: Entry, language: str | None) -> Paper:
        """The paper with the voices of `language` alone; all of them when that is None."""
        key = (entry.arxiv_id, language)
        if key not in self.views:
            paper = view(entry, self.digest, self.words, self.paths, self.homes)
            if language is not None:
                paper = msgspec.structs.replace(
                    paper,
                    **{name: _spoken(getattr(paper, name), language) for name in ("voices", "titles", "abstracts")},
                )
            self.views[key] = paper
        return self.views[key]

    def _updated(self, feed: Channel) -> str:
        return _stamp(max((updated(entry, self.digest) for entry in feed.entries), default=_NOTHING_YET))

    def _url(self, path: str) -> str | None:
        return f"{self.site}{path}" if self.site else None

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


def _spoken(voices: Iterable[Voice], language: str) -> tuple[Voice, ...]:
    return tuple(voice for voice in voices if voice.lang == language)


def _known(facts: Mapping[str, object]) -> dict[str, object]:
    """Without what is unknown: JSON Feed leaves such keys out."""
    return {key: value for key, value in facts.items() if value is not None}


def _stamp(time: dt.datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
