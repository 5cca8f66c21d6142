"""The docs can't lie about commands, keys and plug-ins: what exists is described, what is described exists."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from digest import __version__, cli
from digest.codefinders import FINDERS
from digest.outputs import OUTPUTS
from digest.sources import SOURCES
from digest.translators import BACKENDS

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/decisions").glob("*.md")])


def commands() -> dict[str, argparse.ArgumentParser]:
    parser = cli._parser()
    (action,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(action.choices)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_command_is_documented_with_its_flags_and_example() -> None:
    text = read("docs/commands.md")
    documented = re.findall(r"^### `digest ([a-z]+)", text, re.MULTILINE)
    assert documented == list(commands())
    for name, parser in commands().items():
        section = text.split(f"### `digest {name}")[1].split("\n### ")[0]
        assert str(parser.epilog).removeprefix("Example: ") in section, name
        for action in parser._actions:
            for flag in action.option_strings:
                if flag.startswith("--") and flag not in ("--help", "--config", "--quiet"):
                    assert f"`{flag}" in section, f"{name} {flag}"


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for name in commands():
        with pytest.raises(SystemExit) as stopped:
            cli.main([name, "--help"])
        assert stopped.value.code == 0
        assert f"Example: digest {name}" in capsys.readouterr().out.replace("--config config.yaml ", "")


@pytest.mark.parametrize(
    ("table", "names"), [("SOURCES", SOURCES), ("FINDERS", FINDERS), ("BACKENDS", BACKENDS), ("OUTPUTS", OUTPUTS)]
)
def test_every_plug_in_is_documented(table: str, names: dict[str, object]) -> None:
    text = read("docs/add-a-source.md")
    assert f"`{table}`" in text
    row = next(line for line in text.splitlines() if f"`{table}`" in line)
    for name in names:
        assert f"`{name}`" in row, f"{name} is not in the row of {table}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (path.parent / target).exists(), f"{path.name} → {target}"


def test_every_module_has_its_line_in_how_it_works() -> None:
    text = read("docs/how-it-works.md")
    for path in sorted((ROOT / "digest").iterdir()):
        if path.name.startswith("_") or path.name == "sample":
            continue
        name = f"{path.name}/" if path.is_dir() else path.name
        assert f"`{name}`" in text or f"digest/{name}" in text, f"{name} is not explained"


def test_the_readmes_name_the_contract_commands() -> None:
    for name in ("README.md", "README.zh.md"):
        for command in ("make demo", "make test", "python -m digest run", "pip install ."):
            assert command in read(name)


def test_the_changelog_has_this_version_or_an_unreleased_section() -> None:
    assert "## [Unreleased]" in read("CHANGELOG.md") or f"## [{__version__}]" in read("CHANGELOG.md")


def test_nothing_in_the_project_tells_where_it_was_made() -> None:
    forbidden = re.compile("/(?:wo" + "rk|far" + "m|ro" + "ot)/|/tmp/[a-z]+-[a-z]")
    for path in ROOT.rglob("*"):
        parts = set(path.relative_to(ROOT).parts)
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".html", ".json", ".jsonl", ".css", ".js"} and not (
            parts & {".venv", ".git", "demo", "_site", "node_modules", "build", "dist"}
            or any(part.startswith(".") and part not in (".github", ".ci") for part in parts)
        ):
            assert not forbidden.search(path.read_text(encoding="utf-8", errors="replace")), path
