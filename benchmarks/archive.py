"""What an archive of 100,000 bilingual papers weighs as a site, and the home page of 100 papers on the wire.

Needs ../shared/data: real papers, and real English/Chinese pairs of abstracts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import itertools
import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from digest.calendar import is_mailing
from digest.model import (
    Author,
    CodeLink,
    Digest,
    Entry,
    Match,
    SourceStatus,
    Status,
    Topic,
    TopicMatch,
    TopicStatus,
    Translation,
    Version,
)
from digest.outputs.feeds import Feeds
from digest.outputs.site import Site

DATA = Path(__file__).parent.parent.parent / "shared/data"
NEWEST = dt.date(2026, 11, 20)
TOPICS = ("Vision", "Language", "Learning", "Other")
A_DAY = 60
"""Papers of a mailing: a busy digest."""


def rows(name: str) -> Iterator[dict[str, str]]:
    """Lines of a file of shared/data, over and over."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        kept = [json.loads(line) for line in lines]
    return itertools.cycle(row for row in kept if row.get("kind", "translation") == "translation")


def archive(count: int, *, a_day: int = A_DAY) -> Digest:
    """`count` papers with Chinese titles and abstracts, `a_day` to a mailing, the newest last; one in four has code."""
    mailings = (day for back in itertools.count() if is_mailing(day := NEWEST - dt.timedelta(days=back)))
    papers = zip(itertools.count(), rows("corpus.jsonl.gz"), rows("enzh.jsonl.gz"), strict=False)
    entries: list[Entry] = []
    texts: dict[tuple[str, str], Translation] = {}
    listed, numbers = NEWEST, Counter[str]()
    for number, raw, pair in itertools.islice(papers, count):
        if number % a_day == 0:
            listed = next(mailings)
        month = f"{listed:%y%m}"
        numbers[month] += 1
        entry = _entry(f"{month}.{numbers[month]:05}", number, raw, listed)
        entries.append(entry)
        for field, text in (("title", pair["zh"][: len(entry.title) // 3]), ("abstract", pair["zh"])):
            texts[entry.arxiv_id, field] = Translation(
                arxiv_id=entry.arxiv_id,
                field="title" if field == "title" else "abstract",
                version=1,
                source="",
                text=text,
                engine="openai",
                model="some-model",
                translated=entry.first_seen,
            )
    seen = dt.datetime.combine(NEWEST, dt.time(6), dt.UTC)
    return Digest(
        title="A hundred thousand papers",
        description="New arXiv papers on four topics",
        topics=tuple(Topic(name=name, filters=("paper",)) for name in TOPICS),
        entries=tuple(sorted(entries, key=lambda entry: entry.arxiv_id)),
        translations={"zh": texts},
        languages=("zh",),
        status=Status(
            sources={"api": SourceStatus(reached=seen)},
            topics={name: TopicStatus(definition="", answered=seen) for name in TOPICS},
        ),
        today=NEWEST,
        site_url="https://example.org/digest/",
    )


def _entry(arxiv_id: str, number: int, raw: dict[str, str], listed: dt.date) -> Entry:
    submitted = dt.datetime.combine(listed - dt.timedelta(days=2), dt.time(9), dt.UTC)
    evidence = (Match(phrase="paper", field="title"), Match(phrase="paper", field="abstract"))
    link = CodeLink(url=f"https://github.com/example/{arxiv_id}", kind="code", found_by="abstract")
    return Entry(
        arxiv_id=arxiv_id,
        version=1,
        title=raw["title"],
        abstract=raw["abstract"] or "",
        authors=tuple(Author(name=name) for name in raw["authors"] or ()),
        primary_category=raw["primary"],
        categories=tuple(raw["categories"] or ()),
        published=submitted,
        updated=submitted,
        comment=raw["comment"],
        first_seen=dt.datetime.combine(listed, dt.time(6), dt.UTC),
        listed=listed,
        topics=tuple(
            TopicMatch(topic=TOPICS[place % 4], evidence=evidence) for place in ((number, number + 1)[: 1 + number % 2])
        ),
        code_links=(link,) if number % 4 == 0 else (),
        versions=(Version(version=1, updated=submitted, listed=listed),),
    )


def on_the_wire(files: dict[str, bytes]) -> tuple[int, int]:
    """Bytes, gzipped, of the home page with all that it loads at once; and how many requests that is."""
    home = files["_site/index.html"]
    loaded = re.findall(
        rb'<(?:link rel="(?:stylesheet|icon|modulepreload)"|script)[^>]* (?:href|src)="\./([^"]+)"', home
    )
    parts = [home, *(files[f"_site/{name.decode()}"] for name in dict.fromkeys(loaded))]
    return sum(len(gzip.compress(part, 6, mtime=0)) for part in parts), len(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000)
    arguments = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"This needs {DATA}.")
    wire, requests = on_the_wire(Site(language="zh").render(archive(100, a_day=100)))
    print(f"Home page with 100 papers: {wire / 1000:.1f} kB gzipped in {requests} requests\n")
    of = archive(arguments.papers)
    start = time.perf_counter()
    files = Site(language="zh").render(of) | Feeds(language="zh").render(of)
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    kinds: dict[str, list[int]] = {}
    for path, content in files.items():
        kind, slash, _ = path.removeprefix("_site/").partition("/")
        kinds.setdefault(kind if slash else "others", []).append(len(content))
    print("| | files | MB |\n|---|--:|--:|")
    for kind, sizes in sorted(kinds.items()):
        print(f"| {kind} | {len(sizes):,} | {sum(sizes) / 1e6:.0f} |")
    total = sum(map(sum, kinds.values()))
    print(f"| all | {len(files):,} | {total / 1e6:.0f} |\n\nRendered in {took:.0f} s, peak {peak:.1f} GB")


if __name__ == "__main__":
    main()
