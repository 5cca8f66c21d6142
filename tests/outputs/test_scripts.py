"""The scripts of the site: their types, where TypeScript is installed, and their weight."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

STATIC = Path(__file__).parent.parent.parent / "templates" / "static"
READING = [STATIC / "theme.js", *sorted((STATIC / "reading").glob("*.js"))]
SEARCH = sorted((STATIC / "search").glob("*.js"))
TYPED = [*READING, *SEARCH]


def test_the_reading_tools_are_light() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in [*READING, STATIC / "site.js"]) < 20_000


def test_the_search_is_light() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in SEARCH) < 22_000


def test_no_script_holds_words_for_readers() -> None:
    """A sentence in a script would be in one language only."""
    for path in TYPED:
        code = re.sub(r"^\s*(//|/?\*).*$|\s//\s.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert not re.findall(r"""["'`][A-Z][a-z]+ [a-z]+ [a-z]+""", code), path


def test_types_hold() -> None:
    compiler = shutil.which("tsc")
    if compiler is None:
        pytest.skip("needs TypeScript on the PATH: npm install --global typescript")
    options = "--allowJs --checkJs --noEmit --strict --target es2022 --module es2022 --moduleResolution bundler"
    command = [compiler, *options.split(), "--lib", "es2023,dom,dom.iterable", *map(str, TYPED)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
