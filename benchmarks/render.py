"""Rendering 10,000 papers: `digest render`, beside Hugo building as many pages from Markdown with the same texts.

Needs ../shared/data/corpus.jsonl.gz (or another file of the same form as an argument) and Debian's hugo.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measure import alternate, table
from digest.calendar import latest_mailing
from digest.model import Author, Entry, Match, Status, TopicMatch, Version
from digest.publish import publish
from digest.store import encode_entries, encode_status

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared/data/corpus.jsonl.gz"
TOPICS = ("Vision", "Language", "Learning", "Other")

CONFIG = """title: Ten thousand papers
site_url: https://example.org/digest/
keywords:
""" + "".join(f"  {topic}: {{filters: [paper]}}\n" for topic in TOPICS)

HUGO = """baseURL = "https://example.org/"
title = "Ten thousand papers"
disableKinds = ["taxonomy", "term"]
"""

LAYOUT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><h1>{{ .Title }}</h1><p>{{ .Params.authors }}</p><p>{{ .Date.Format "2006-01-02" }}</p>{{ .Content }}
<a href="https://arxiv.org/abs/{{ .Params.arxiv }}">arXiv</a></body></html>
"""
LIST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body><ul>
{{ range first 100 .RegularPages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul></body></html>
"""


def papers(corpus: Path, count: int) -> Iterator[Entry]:
    """Entries with everything that a page shows, 60 to a mailing day."""
    day = dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC)
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number == count:
                return
            raw = json.loads(line)
            seen = day - dt.timedelta(days=number // 60)
            version = max(1, int(raw["version"] or 1))
            listed = latest_mailing(seen)
            yield Entry(
                arxiv_id=raw["id"],
                version=version,
                title=raw["title"],
                abstract=raw["abstract"] or "",
                authors=tuple(Author(name=name) for name in raw["authors"] or ()),
                primary_category=raw["primary"],
                categories=tuple(raw["categories"] or ()),
                published=seen - dt.timedelta(days=2),
                updated=seen - dt.timedelta(days=2),
                comment=raw["comment"],
                first_seen=seen,
                listed=listed,
                topics=(TopicMatch(topic=TOPICS[number % 4], evidence=(Match(phrase="paper", field="title"),)),),
                versions=(Version(version=version, updated=seen, listed=listed),),
            )


def prepare_digest(root: Path, entries: list[Entry]) -> None:
    files = {f"docs/data/{name}": content for name, content in encode_entries(entries).items()}
    publish(root, files | {"docs/data/status.json": encode_status(Status()), "config.yaml": CONFIG.encode()})


def prepare_hugo(root: Path, entries: list[Entry]) -> None:
    """Hugo's usual way: a Markdown file with front matter for each page, one layout."""
    pages = {
        "hugo.toml": HUGO.encode(),
        "layouts/_default/single.html": LAYOUT.encode(),
        "layouts/_default/list.html": LIST.encode(),
    }
    for entry in entries:
        front = {
            "title": entry.title,
            "date": entry.first_seen.isoformat(),
            "authors": ", ".join(author.name for author in entry.authors),
            "arxiv": entry.arxiv_id,
        }
        # Shortcodes in a paper's text would stop Hugo; escaping them is what a careful user would do.
        body = entry.abstract.replace("{{", "{ {")
        pages[f"content/papers/{re.sub(r'[^0-9A-Za-z.-]', '-', entry.arxiv_id)}.md"] = (
            f"{json.dumps(front)}\n\n{body}\n".encode()
        )
    publish(root, pages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    arguments = parser.parse_args()
    if not arguments.corpus.exists() or shutil.which("hugo") is None:
        raise SystemExit(f"This needs {arguments.corpus} and hugo (apt-get install hugo).")
    entries = list(papers(arguments.corpus, arguments.papers))
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "digest"), Path(folder, "hugo")
        prepare_digest(ours, entries)
        prepare_hugo(theirs, entries)
        ours_run = f"cd {ours} && PYTHONPATH={ROOT} exec {sys.executable} -m digest render --quiet"
        costs = alternate(
            {
                "digest render, everything new": [
                    "sh",
                    "-c",
                    f"cd {ours} && rm -rf _site docs/daily README.md && {ours_run}",
                ],
                "digest render, nothing changed": ["sh", "-c", ours_run],
                "hugo, everything new": ["sh", "-c", f"cd {theirs} && rm -rf public && exec hugo --quiet"],
            },
            times=arguments.times,
        )
        print(table(costs, against="hugo, everything new"))
        for name, place in (("digest", ours / "_site"), ("hugo", theirs / "public")):
            files = [path for path in place.rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files) / 1e6
            print(f"\n{name}: {len(files):,} files, {size:.0f} MB")
        tables = list((ours / "docs/daily").rglob("*.md"))
        size = sum(path.stat().st_size for path in tables) / 1e6
        print(f"digest also wrote {len(tables):,} Markdown files, {size:.0f} MB")


if __name__ == "__main__":
    main()
