"""Small, readable facts for tests: every argument has a sensible default, so a test names only what it is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from digest.model import Author, Digest, Entry, Match, Paper, Status, Topic, TopicMatch, Translation, Version

UTC = dt.UTC
SUBMITTED = dt.datetime(2026, 11, 9, 15, 30, 12, tzinfo=UTC)
SEEN = dt.datetime(2026, 11, 11, 6, 0, 0, tzinfo=UTC)
LISTED = dt.date(2026, 11, 11)


def paper(arxiv_id: str = "2611.90001", **changes: Any) -> Paper:
    facts: dict[str, Any] = {
        "arxiv_id": arxiv_id,
        "version": 1,
        "title": "Talking Heads from One Photograph",
        "abstract": "We drive a talking head from a single photograph and an audio track.",
        "authors": (Author(name="Ada Lovelace"), Author(name="Charles Babbage")),
        "primary_category": "cs.CV",
        "categories": ("cs.CV", "cs.GR"),
        "published": SUBMITTED,
        "updated": SUBMITTED,
    }
    return Paper(**(facts | changes))


def entry(arxiv_id: str = "2611.90001", **changes: Any) -> Entry:
    own = {"first_seen", "listed", "topics", "code_links", "withdrawn", "versions"}
    base = paper(arxiv_id, **{key: value for key, value in changes.items() if key not in own})
    facts: dict[str, Any] = {
        "first_seen": SEEN,
        "listed": LISTED,
        "topics": (TopicMatch(topic="Avatar", evidence=(Match(phrase="talking head", field="title"),)),),
        "versions": (Version(version=base.version, updated=base.updated, listed=LISTED),),
    }
    facts |= {key: value for key, value in changes.items() if key in own}
    fields = {name: getattr(base, name) for name in base.__struct_fields__}
    return Entry(**fields, **facts)


def translation(
    arxiv_id: str = "2611.90001", field: str = "title", text: str = "一张照片生成说话头", **changes: Any
) -> Translation:
    facts: dict[str, Any] = {
        "arxiv_id": arxiv_id,
        "field": field,
        "version": 1,
        "source": "",
        "text": text,
        "engine": "openai",
        "model": "test-model",
        "rules": "1",
        "checks": ("script", "maths"),
        "translated": SEEN,
    }
    return Translation(**(facts | changes))


def digest(*entries: Entry, translations: tuple[Translation, ...] = (), language: str = "zh", **changes: Any) -> Digest:
    facts: dict[str, Any] = {
        "title": "Avatar papers, daily",
        "description": "New arXiv papers on talking heads",
        "topics": (Topic(name="Avatar", filters=("talking head",), categories=("cs.CV",)),),
        "entries": tuple(sorted(entries, key=lambda each: each.arxiv_id)),
        "translations": {language: {(each.arxiv_id, each.field): each for each in translations}},
        "languages": (language,),
        "status": Status(),
        "today": LISTED,
        "site_url": "https://someone.github.io/avatar-daily/",
        "repository": "someone/avatar-daily",
    }
    return Digest(**(facts | changes))
