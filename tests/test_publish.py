from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digest.errors import PublishError
from digest.publish import MANIFEST, merge, publish

OLD = {"data/a": b"old a", "data/b": b"old b", "site/x/index.html": b"old x", "site/y/index.html": b"y"}
NEW = {"data/a": b"new a", "data/b": b"old b", "data/c": b"new c", "site/x/index.html": b"new x"}


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def facts(root: Path) -> dict[str, bytes]:
    return {name: content for name, content in tree(root).items() if not name.endswith(MANIFEST)}


def test_writes_only_what_changed(tmp_path: Path) -> None:
    publish(tmp_path, OLD, folders=["site"])
    os.utime(tmp_path / "data/b", (1, 1))
    done = publish(tmp_path, NEW, folders=["site"])
    assert done.written == ("data/a", "data/c", "site/x/index.html")
    assert done.unchanged == 1
    assert (tmp_path / "data/b").stat().st_mtime == 1


def test_removes_what_it_wrote_and_no_longer_does_with_the_empty_folder(tmp_path: Path) -> None:
    publish(tmp_path, OLD, folders=["site"])
    (tmp_path / "site/mine.html").write_bytes(b"a stranger's")
    assert publish(tmp_path, NEW, folders=["site"]).removed == ("site/y/index.html",)
    assert not (tmp_path / "site/y").exists()
    assert (tmp_path / "site/mine.html").read_bytes() == b"a stranger's"


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, NEW, folders=["site"])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    done = publish(tmp_path, NEW, folders=["site"])
    assert (done.written, done.removed) == ((), ())
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_without_its_list_nothing_is_removed(tmp_path: Path) -> None:
    publish(tmp_path, OLD, folders=["site"])
    (tmp_path / "site" / MANIFEST).unlink()
    assert publish(tmp_path, NEW, folders=["site"]).removed == ()
    assert (tmp_path / "site/y/index.html").exists()


def test_a_list_that_points_outside_removes_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    publish(tmp_path, OLD, folders=["site"])
    (tmp_path / "site" / MANIFEST).write_text(f"../precious\n{tmp_path}/precious\n")
    publish(tmp_path, NEW, folders=["site"])
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "a/../../up", "", "a\\b", "a\0b"])
def test_paths_stay_below_the_root(tmp_path: Path, path: str) -> None:
    with pytest.raises(PublishError, match="not a path below"):
        publish(tmp_path, {"good": b"", path: b""})
    assert tree(tmp_path) == {}


def test_two_outputs_may_not_write_one_path() -> None:
    with pytest.raises(PublishError, match="Two outputs write x"):
        merge([{"x": b"1"}, {"x": b"2"}])
    assert merge([{"x": b"1"}, {"y": b"2"}]) == {"x": b"1", "y": b"2"}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(PublishError, match=r"data/a: can't be written: (Not a directory|File exists)"):
        publish(tmp_path, OLD)


KILLER = """
import os, pathlib, sys
from digest.publish import publish
root, die_at, kind = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
new = eval(sys.argv[4])
seen = 0

def hook(event, args):
    # Audit events come before the system call: dying here is dying just before it.
    global seen
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir") and str(root) in str(args[0]):
        seen += 1
        if seen == die_at:
            if kind == "half" and event == "open" and "w" in str(args[1]):
                fd = os.open(args[0], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.write(fd, b"ha")
            os._exit(137)

sys.addaudithook(hook)
publish(root, new, folders=["site"])
os._exit(0)
"""


@pytest.mark.parametrize("kind", ["before", "half"])
def test_killed_at_any_moment_every_file_is_whole_and_the_next_run_repairs(tmp_path: Path, kind: str) -> None:
    finished = False
    for die_at in range(1, 200):
        root = tmp_path / f"{kind}{die_at}"
        publish(root, OLD, folders=["site"])
        command = [sys.executable, "-c", KILLER, str(root), str(die_at), kind, repr(NEW)]
        code = subprocess.run(command, check=False, cwd=Path(__file__).parent.parent).returncode
        for name, content in facts(root).items():
            if not name.endswith(".digest-tmp"):
                assert content in (OLD.get(name), NEW.get(name)), f"{name} after dying at call {die_at}"
        publish(root, NEW, folders=["site"])
        assert facts(root) == NEW, f"after dying at call {die_at}"
        if code == 0:
            finished = True
            break
        assert code == 137
    assert finished
    assert die_at > 10
