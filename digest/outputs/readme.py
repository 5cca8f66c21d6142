"""Puts a block between two markers of a README and leaves every other byte of it alone."""

from __future__ import annotations

import re

START = "<!-- digest:start -->"
END = "<!-- digest:end -->"

_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)", re.DOTALL)


def put(existing: str, block: str) -> str:
    """`existing` with `block` between its markers, which stand on lines of their own and outside of code.

    Without a pair of them, a new pair is added at the end. The line ends of `existing` are kept.
    """
    newline = _newline(existing)
    lines = existing.splitlines(keepends=True)
    inside = "".join(f"{line}{newline}" for line in ["", *block.strip("\n").split("\n"), ""])
    found, fence = _markers(lines)
    if found is None:
        gap = newline if existing.endswith("\n") else newline * 2
        # A fence that nobody closed would swallow the block, and hide its markers from the next run.
        before = f"{existing}{gap}{fence}{newline * 2 if fence else ''}" if existing else ""
        return f"{before}{START}{newline}{inside}{END}{newline}"
    start, end = found
    return "".join([*lines[: start + 1], inside, *lines[end:]])


def _newline(text: str) -> str:
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def _markers(lines: list[str]) -> tuple[tuple[int, int] | None, str]:
    """Lines of the first pair of markers; and the fence that is still open at the end.

    A start that is never closed is no marker: what stands after it is the author's.
    """
    fence = ""
    start = None
    for number, line in enumerate(lines):
        mark = _FENCE.match(line.rstrip("\r\n"))
        if mark and not fence:
            fence = mark["fence"]
        elif mark and mark["fence"].startswith(fence) and not mark["info"].strip():
            fence = ""
        elif not fence and _is(line, START):
            start = number
        elif not fence and _is(line, END) and start is not None:
            return (start, number), ""
    return None, fence


def _is(line: str, marker: str) -> bool:
    return line.strip() == marker and not line.startswith(("    ", "\t"))
