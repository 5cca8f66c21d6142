"""A digest of any size for benchmarks: real papers with new ids and dates, and Chinese made of real sentences.

Needs ../shared/data. A repeated paper gets another id, day and translation, so no list is shorter than in an archive of
as many different papers; what is in one paper with what is as in the real ones.
"""

from __future__ import annotations

import calendar
import datetime as dt
import gzip
import json
import random
import re
from pathlib import Path
from typing import Any

from digest.calendar import latest_mailing
from digest.model import Author, Digest, Entry, Status, Topic, TopicMatch, Translation

DATA = Path(__file__).parent.parent.parent / "shared/data"
TOPICS = ("Vision", "Language", "Learning", "Other")
_FIRST, _LAST = 2019 * 12, 2026 * 12 + 10
"""Months, as years * 12 + month - 1: January 2019 to November 2026."""
_CLAUSE = range(8, 25)
"""Characters of a clause that will do for a title."""
_NUMBERS = 22_000
"""Papers that arXiv gets in a month."""


def archive(count: int, seed: int = 1) -> Digest:
    """A digest of `count` bilingual papers from January 2019 to November 2026, as many in each month."""
    if not DATA.exists():
        raise SystemExit(f"This needs {DATA}.")
    chance = random.Random(seed)
    papers = _lines("corpus.jsonl.gz")
    sentences, clauses = _chinese()
    months = _LAST - _FIRST + 1
    entries: list[Entry] = []
    texts: dict[tuple[str, str], Translation] = {}
    for month in range(_FIRST, _LAST + 1):
        share = count * (month - _FIRST + 1) // months - count * (month - _FIRST) // months
        for number in sorted(chance.sample(range(1, _NUMBERS), share)):
            raw = papers[len(entries) % len(papers)] if len(entries) < len(papers) else chance.choice(papers)
            entry = _entry(raw, month, number, len(entries))
            entries.append(entry)
            title = chance.choice(clauses)
            abstract = "".join(chance.choices(sentences, k=8))
            for field, text in (("title", title), ("abstract", abstract)):
                texts[entry.arxiv_id, field] = Translation(
                    arxiv_id=entry.arxiv_id,
                    field="title" if field == "title" else "abstract",
                    version=1,
                    source="",
                    text=text,
                    engine="benchmark",
                    translated=entry.first_seen,
                )
    return Digest(
        title="A benchmark",
        description="",
        topics=tuple(Topic(name=name, filters=("paper",)) for name in TOPICS),
        entries=tuple(sorted(entries, key=lambda each: each.arxiv_id)),
        translations={"zh": texts},
        languages=("zh",),
        status=Status(),
        today=dt.date(2026, 11, 30),
    )


def _entry(raw: dict[str, Any], month: int, number: int, index: int) -> Entry:
    year, month = divmod(month, 12)
    days = calendar.monthrange(year, month + 1)[1]
    minutes = days * 24 * 60 * number // _NUMBERS
    submitted = dt.datetime(year, month + 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    seen = submitted + dt.timedelta(days=2)
    return Entry(
        arxiv_id=f"{year % 100:02}{month + 1:02}.{number:05}",
        version=1,
        title=raw["title"],
        abstract=raw["abstract"] or "",
        authors=tuple(Author(name=name) for name in raw["authors"] or ()),
        primary_category=raw["primary"],
        categories=tuple(raw["categories"] or ()),
        published=submitted,
        updated=submitted,
        comment=raw["comment"],
        journal_ref=raw["journal_ref"],
        doi=raw["doi"],
        first_seen=seen,
        listed=latest_mailing(seen),
        topics=(TopicMatch(topic=TOPICS[index % len(TOPICS)]),),
    )


def _chinese() -> tuple[list[str], list[str]]:
    """Sentences, and clauses short enough for a title, of translated abstracts."""
    texts = [each["zh"] for each in _lines("enzh.jsonl.gz") if each["kind"] == "translation" and each["zh"]]
    sentences = [part for text in texts for part in re.findall(r"[^。]+。", text)]
    clauses = [part for text in texts for part in re.split(r"[，。；：]", text) if len(part) in _CLAUSE]
    return sentences, clauses


def _lines(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
