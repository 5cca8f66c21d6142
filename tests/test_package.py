"""The wheel alone does what the checkout does, with nothing but the dependencies that it declares."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


def runtime(name: str, seen: dict[str, Distribution]) -> dict[str, Distribution]:
    """A distribution and everything it needs at run time, extras left out."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        key = requirement.name.lower().replace("_", "-")
        if key not in seen:
            seen[key] = distribution(requirement.name)
            runtime(requirement.name, seen)
    return seen


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and its declared dependencies, linked from ours instead of downloaded."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    for found in runtime("arxiv-digest", {}).values():
        for name in {path.parts[0] for path in found.files or () if path.parts[0] not in ("..", "__pycache__")}:
            if not (site / name).exists():
                (site / name).symlink_to(Path(str(found.locate_file(name))).resolve())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return home / "bin/python"


def run(python: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), "-I", "-m", "digest", *arguments], cwd=cwd, check=False, capture_output=True, text=True
    )


def test_the_wheel_holds_templates_sample_and_nothing_of_the_checkout(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in ("templates/site/day.html", "templates/locales/zh.json", "sample/papers.jsonl", "sample/config.yaml"):
        assert f"digest/{name}" in names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"digest"}
    assert not [name for name in names if "__pycache__" in name]


def test_every_template_of_the_checkout_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file():
            assert f"digest/{path.relative_to(ROOT).as_posix()}" in names


def test_installed_in_an_empty_environment_it_runs_the_demo(python: Path, tmp_path: Path) -> None:
    done = run(python, tmp_path, "demo", "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/_site/index.html").exists()
    assert (tmp_path / "out/README.md").exists()
    assert "out/_site/index.html" in done.stdout


def test_it_imports_the_wheel_and_not_the_checkout(python: Path, tmp_path: Path) -> None:
    code = "import digest, digest.config, digest.web; print(digest.__file__)"
    done = subprocess.run([str(python), "-I", "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert Path(done.stdout.strip()).is_relative_to(python.parent.parent)
