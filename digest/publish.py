"""Bytes to disk: nothing half-written, nothing touched that hasn't changed, nothing deleted that isn't ours.

Each file is written beside its place and moved there, so that whoever reads it, and whoever kills us, finds the old one
or the new one. What a folder of ours should no longer hold is found by the list in its `.digest-files`: only files
that stand there are ever removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from digest.errors import PublishError

MANIFEST = ".digest-files"
_SUFFIX = ".digest-tmp"


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """Paths (POSIX, relative to the root) by what became of them."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()


def merge(outputs: Iterable[Mapping[str, bytes]]) -> dict[str, bytes]:
    """All files of all outputs. Raises `PublishError` when two claim the same path."""
    files: dict[str, bytes] = {}
    for output in outputs:
        for path, content in output.items():
            if path in files:
                raise PublishError(f"Two outputs write {path}.", path=path, hint="Give one of them another folder.")
            files[path] = content
    return files


def publish(root: Path, files: Mapping[str, bytes], *, folders: Iterable[str] = ()) -> Published:
    """Write `files` below `root`, in their order; then tidy `folders`: what we wrote there and no longer do goes.

    Raises `PublishError`. Whatever was written until then is whole.
    """
    for path in files:
        _check(path)
    owned = tuple(folders)
    manifests = {folder: _manifest(root, folder) for folder in owned}
    wanted = {folder: frozenset(_below(folder, files)) for folder in owned}
    for folder in owned:  # before the first new file, so that a killed run leaves no file that the next can't remove
        if not wanted[folder] <= manifests[folder]:
            _write_manifest(root, folder, manifests[folder] | wanted[folder])
    written = [path for path, content in files.items() if _write(root, path, content)]
    removed: list[str] = []
    for folder in owned:
        orphans = [f"{folder}/{name}" for name in sorted(manifests[folder] - wanted[folder])]
        removed.extend(path for path in orphans if _remove(root, path))
        if manifests[folder] or wanted[folder]:
            _write_manifest(root, folder, wanted[folder])
    return Published(written=tuple(written), unchanged=len(files) - len(written), removed=tuple(removed))


def _check(path: str) -> None:
    parts = PurePosixPath(path).parts
    if not parts or PurePosixPath(path).is_absolute() or ".." in parts or "\\" in path or "\0" in path:
        raise PublishError(f"{path!r} is not a path below the working directory.", path=path)


def _below(folder: str, files: Iterable[str]) -> Iterable[str]:
    prefix = f"{folder}/"
    return (path[len(prefix) :] for path in files if path.startswith(prefix))


def _manifest(root: Path, folder: str) -> frozenset[str]:
    try:
        lines = (root / folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return frozenset()  # without the list nothing is known to be ours, so nothing is removed
    except OSError as error:
        raise _failed(f"{folder}/{MANIFEST}", error) from error
    return frozenset(line for line in lines if line and ".." not in PurePosixPath(line).parts and line[0] != "/")


def _write_manifest(root: Path, folder: str, names: frozenset[str]) -> None:
    _write(root, f"{folder}/{MANIFEST}", "".join(f"{name}\n" for name in sorted(names)).encode())


def _write(root: Path, path: str, content: bytes) -> bool:
    """True when the file changed."""
    target = root / path
    temporary = target.with_name(target.name + _SUFFIX)
    try:
        if _same(target, content):
            temporary.unlink(missing_ok=True)
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
        temporary.replace(target)
    except OSError as error:
        raise _failed(path, error) from error
    return True


def _same(target: Path, content: bytes) -> bool:
    try:
        if target.stat().st_size != len(content):
            return False
        return target.read_bytes() == content
    except FileNotFoundError:
        return False


def _remove(root: Path, path: str) -> bool:
    """True when there was a file. Folders that this leaves empty go too, up to the first that isn't."""
    target = root / path
    try:
        target.unlink()
        for folder in target.parents:
            if folder == root or any(folder.iterdir()):
                break
            folder.rmdir()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _failed(path, error) from error
    return True


def _failed(path: str, error: OSError) -> PublishError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    hint = "Check free space, and that the file and its folder may be written."
    return PublishError(f"{path}: can't be written: {reason}", path=path, hint=hint)
