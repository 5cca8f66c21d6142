"""Imports flow one way: whoever adds a module places it here on purpose."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "digest"

ADAPTERS = ("sources", "codefinders", "translators", "outputs")
FLOOR: dict[str, set[str]] = {
    "__init__": set(),
    "errors": set(),
    "model": set(),
    "ports": {"errors", "model"},
}
"""The bottom of the house, literally."""
MIDDLE: dict[str, set[str]] = {
    "calendar": set(),
    "changes": {"text"},
    "connection": set(),
    "folding": {"calendar", "changes"},
    "gfm": {"text"},
    "grammar": {"query", "words"},
    "highlight": {"topics", "words"},
    "months": {"folding"},
    "progress": set(),
    "publish": set(),
    "query": {"words"},
    "report": {"calendar", "gfm"},
    "response": set(),
    "server": set(),
    "store": {"folding"},
    "text": {"tex"},
    "topics": {"grammar", "query", "text", "words"},
    "web": {"connection", "response"},
    "words": set(),
}
"""What each may import beside the floor."""
ROOMS: dict[str, set[str]] = {
    "codefinders": {"text", "web"},
    "config": {"query", "text", "topics"},
    "outputs": {"calendar", "gfm", "highlight", "text", "words"},
    "sources": {"calendar", "config", "grammar", "query", "text", "topics", "web", "words"},
    "tex": set(),
    "translators": {"config", "store", "text", "web"},
}
"""What the modules of a folder may import beside the floor and their own room."""
_BELOW = set(FLOOR) | set(MIDDLE) | set(ROOMS)
TOP: dict[str, set[str]] = {
    "asking": _BELOW - {"outputs", "translators", "codefinders", "sources", "web"},
    "fetching": (_BELOW - {"outputs", "translators", "codefinders", "sources", "web"}) | {"asking"},
    "translating": _BELOW - {"outputs", "translators", "codefinders", "sources", "web"},
    "pipeline": (_BELOW - {"outputs", "translators", "codefinders", "sources", "web"}) | {"fetching", "translating"},
    "backfill": _BELOW - {"outputs", "translators", "codefinders", "sources", "web"},
    "assembly": _BELOW | {"backfill", "pipeline"},
    "demo": _BELOW | {"assembly", "pipeline"},
    "cli": _BELOW | {"assembly", "backfill", "demo", "pipeline"},
    "__main__": {"cli"},
}
"""The story is told in terms of ports; only `assembly` and what stands above it know who implements them."""


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "templates" not in path.parts)


def imports(path: Path) -> set[str]:
    """First part below `digest` of every import, wherever in the file it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.split(".")[0] == "digest"}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write it out"
            if node.module == "digest":
                found |= {f"digest.{name.name}" for name in node.names}
            elif node.module and node.module.startswith("digest."):
                found.add(node.module)
    return {name.removeprefix("digest").removeprefix(".").split(".")[0] or "__init__" for name in found}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_place_allows(path: Path) -> None:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    place = parts[0]
    if place in ROOMS:
        allowed = set(FLOOR) | ROOMS[place] | {place}
    else:
        assert len(parts) == 1, f"{path}: a new folder needs a line in this file"
        table = FLOOR | {name: set(FLOOR) | others for name, others in MIDDLE.items()} | TOP
        assert place in table, f"{path}: a new module needs a line in this file"
        allowed = table[place] | {"__init__"}
    # __version__ is a constant, not a dependency
    assert imports(path) - {"__version__"} <= allowed


@pytest.mark.parametrize("room", ADAPTERS)
def test_adapters_never_import_each_other(room: str) -> None:
    assert not ROOMS[room] & set(ADAPTERS)


def test_only_web_opens_connections() -> None:
    """`connection` is its lower half; `server` listens, on loopback, and never asks anybody."""
    network = {"socket", "ssl", "http", "urllib3", "requests", "httpx", "asyncio", "ftplib", "smtplib"}
    harmless = {"http.HTTPStatus"}
    for path in modules():
        if path.stem in ("web", "connection", "server"):
            continue
        found: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {f"{node.module}.{name.name}" for name in node.names}
        assert not {name for name in found - harmless if name.split(".")[0] in network}, path
