"""Two runs at once, a person's and the schedule's: real processes in one folder, one after the other by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest import assembly, cli
from digest.store import Store
from tests.factories import SUBMITTED, paper
from tests.standins.arxiv import ArxivStandin
from tests.standins.http import Fault, Line

ROOT = Path(__file__).parent.parent
FIRST = paper("2611.90001")
SECOND = paper("2611.90002")
PAST = paper(
    "2401.90001", published=SUBMITTED.replace(year=2024, month=1), updated=SUBMITTED.replace(year=2024, month=1)
)
COMMANDS = {
    "run": ["run"],
    "fetch": ["fetch"],
    "backfill": ["backfill", "--from", "2024-01-01", "--to", "2024-02-10"],
}
RUN = """
import datetime as dt, sys
from digest import assembly, cli
assembly.now = lambda: dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
sys.exit(cli.main(sys.argv[1:]))
"""
HOLD = """
import pathlib, sys
from digest import assembly
with assembly.lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


class Gate:
    """Holds the first answer back until it is opened, and shows that it has been asked for."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def fault(self) -> Fault:
        def act(line: Line) -> bool:
            self.reached.set()
            self.opened.wait(60)
            return Fault.reply(line.right()).act(line)

        return Fault(act)


@contextmanager
def running(folder: Path, *arguments: str, script: str = RUN) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def holding(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is at work in `folder`."""
    with running(folder, str(folder), script=HOLD) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder


def folder_of(path: Path, url: str) -> Path:
    path.mkdir()
    (path / "README.md").write_text("<!-- digest:start -->\n<!-- digest:end -->\n")
    (path / "config.yaml").write_text(
        f"keywords: {{Heads: {{filters: [talking head]}}}}\nfetch: {{delay: 0, endpoints: {{api: '{url}'}}}}\n"
    )
    return path


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, complaints = process.communicate(timeout=60)
    return process.returncode, complaints


@pytest.mark.parametrize(
    ("first", "second"), [("run", "run"), ("run", "backfill"), ("backfill", "fetch"), ("backfill", "backfill")]
)
def test_the_second_waits_and_both_leave_what_one_after_the_other_leaves(
    tmp_path: Path, first: str, second: str
) -> None:
    gate = Gate()
    with ArxivStandin([FIRST, PAST], [gate.fault()]) as arxiv:
        together = folder_of(tmp_path / "together", arxiv.url)
        with running(together, *COMMANDS[first]) as one:
            assert gate.reached.wait(60)
            with running(together, *COMMANDS[second]) as other:
                assert other.stderr is not None
                said = other.stderr.readline()
                assert said == f"Another run is working in {together}: waiting for its end, 30 minutes at most.\n"
                assert len(arxiv.requests) == 1, "the second asks for nothing while it waits"
                gate.opened.set()
                assert finish(one) == (0, "")
                assert finish(other) == (0, "")

        apart = folder_of(tmp_path / "apart", arxiv.url)
        for command in (first, second):
            with running(apart, *COMMANDS[command]) as alone:
                assert finish(alone) == (0, "")
    assert tree(together) == tree(apart)
    assert Store(together / "docs/data").entries()


def test_two_that_start_at_the_same_moment_lose_nothing(tmp_path: Path) -> None:
    with ArxivStandin([FIRST, SECOND, PAST]) as arxiv:
        folder = folder_of(tmp_path / "folder", arxiv.url)
        with running(folder, *COMMANDS["run"]) as one, running(folder, *COMMANDS["backfill"]) as other:
            assert (finish(one)[0], finish(other)[0]) == (0, 0)
    assert list(Store(folder / "docs/data").entries()) == ["2401.90001", "2611.90001", "2611.90002"]


def test_who_waits_too_long_says_so_and_exits_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assembly, "PATIENCE", 0.3)
    with ArxivStandin([FIRST]) as arxiv:
        folder = folder_of(tmp_path / "folder", arxiv.url)
        monkeypatch.chdir(folder)
        before = tree(folder)
        with holding(folder):
            for command in COMMANDS.values():
                assert cli.main([*command, "--quiet"]) == 1
                out, err = capsys.readouterr()
                assert out == ""
                assert f"Another run has been working in {folder} for 0.005 minutes." in err
                assert "Wait for it to end, or stop it; then run again." in err
                assert "waiting" not in err, "quiet says only what went wrong"
        assert (tree(folder), arxiv.requests) == (before, [])


def test_a_run_that_was_killed_locks_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "PATIENCE", 30)
    with holding(tmp_path) as holder:
        holder.kill()
        holder.wait(30)
        with assembly.lock(tmp_path):
            pass


def test_other_folders_are_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "PATIENCE", 0)
    (tmp_path / "other").mkdir()
    with holding(tmp_path), assembly.lock(tmp_path / "other"):
        pass


def test_a_lock_that_cannot_be_made_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "a file"
    blocked.touch()
    monkeypatch.setattr(tempfile, "tempdir", str(blocked))
    monkeypatch.chdir(folder_of(tmp_path / "folder", "http://127.0.0.1:9"))
    assert cli.main(["run"]) == 1
    err = capsys.readouterr().err
    assert "can't be locked" in err
    assert "Traceback" not in err
