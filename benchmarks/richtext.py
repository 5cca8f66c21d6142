"""Typesetting every title, abstract and comment of a corpus: papers a second, beside escaping alone and beside Unicode.

Also counts what readers would stumble over: commands that stay visible, and formulas without a form in MathML. Needs
../shared/data/corpus.jsonl.gz (or another file of the same form as an argument).
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from digest.outputs.richtext import markup
from digest.tex.mathml import mathml
from digest.text import plain, spans

CORPUS = Path(__file__).parent.parent.parent / "shared/data/corpus.jsonl.gz"
FIELDS = ("title", "abstract", "comment")
PHRASES = ("neural network", "large language model", "talking head", "reinforcement learning")
COMMAND = re.compile(r"\\[A-Za-z]+")


TAG = re.compile(r"<(/?)(\w+)[^>]*>")


def shown(page: str) -> str:
    """The text of a page."""
    return html.unescape(TAG.sub("", page))


def timed(name: str, make: Callable[[str], str], papers: list[list[str]]) -> list[list[str]]:
    began = time.perf_counter()
    made = [[make(text) for text in texts] for texts in papers]
    taken = time.perf_counter() - began
    print(f"| {name} | {taken:.1f} | {len(papers) / taken:,.0f} |")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", type=Path, default=CORPUS)
    arguments = parser.parse_args()
    with gzip.open(arguments.corpus, "rt", encoding="utf-8") as lines:
        papers = [[raw.get(field) or "" for field in FIELDS] for raw in map(json.loads, lines)]
    print("| | s | papers/s |\n|---|--:|--:|")
    timed("escaping alone", html.escape, papers)
    timed("Unicode text", plain, papers)
    made = timed("HTML with MathML", markup, papers)
    timed("the same once more, formulas known", markup, papers)
    timed("HTML, four phrases marked", lambda text: markup(text, PHRASES), papers)
    with_commands = [
        (texts, pages) for texts, pages in zip(papers, made, strict=True) if COMMAND.search(" ".join(texts))
    ]
    pages = [" ".join(pages) for _, pages in with_commands]
    raw = [found for page in pages if (found := COMMAND.findall(shown(page)))]
    print(f"\n{len(with_commands):,} papers hold commands; {len(raw):,} still show one ({len(raw) / len(pages):.2%}):")
    print(Counter(command for found in raw for command in found).most_common(20))
    formulas = {
        (span.source, span.display)
        for texts in papers
        for text in texts
        for span in spans(text)
        if span.kind == "maths"
    }
    inner = [(re.sub(r"^(\$\$?|\\[(\[])|(\$\$?|\\[)\]])$", "", source), display) for source, display in formulas]
    letters = [(source, display) for source, display in inner if re.search(r"[A-Za-z]", source)]
    failed = [source for source, display in letters if mathml(source, display=display) is None]
    print(f"{len(letters):,} formulas with letters; {len(failed):,} without MathML ({len(failed) / len(letters):.2%})")
    print(Counter(name for page in pages for slash, name in TAG.findall(page) if not slash).most_common(40))


if __name__ == "__main__":
    main()
