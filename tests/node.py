"""Runs the site's own script under Node, so that what it does can be compared with what Python does."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parent.parent / "templates" / "static" / "search"


class Node:
    """Answers of the modules of `templates/static/search/`."""

    def __init__(self, folder: Path) -> None:
        node = shutil.which("node")
        if node is None:
            pytest.skip("needs Node to run the site's script: apt-get install nodejs")
        self._node = node
        self._folder = folder
        # Node takes a .js file for a module only when a package says so.
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        for path in SCRIPTS.glob("*.js"):
            shutil.copy(path, folder)

    def each(self, imports: str, expression: str, values: Iterable[object], *arguments: str) -> list[Any]:
        """`expression` in JavaScript for every value, there called `it`; `arguments` go to the process."""
        script = f"""{imports}
import {{ readFileSync }} from "node:fs";
const found = [];
for (const it of JSON.parse(readFileSync(0, "utf8"))) found.push(await ({expression}));
process.stdout.write(JSON.stringify(found));
"""
        answers: list[Any] = self._run(script, json.dumps(list(values)), arguments)
        return answers

    def _run(self, script: str, given: str, arguments: Sequence[str]) -> Any:
        path = self._folder / "asked.js"
        path.write_text(script, encoding="utf-8")
        command = [self._node, str(path), *arguments]
        done = subprocess.run(command, input=given, capture_output=True, check=False, encoding="utf-8")
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)
