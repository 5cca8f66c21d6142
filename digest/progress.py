"""How far a run is: bars on a terminal, silence everywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Quiet:
    """A `ports.Reporter` that says nothing: logs, tests and `--quiet`."""

    def stage(self, name: str, total: int) -> None:
        """Nothing to show."""

    def step(self, subject: str) -> None:
        """Nothing to show."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Bars:
    """A `ports.Reporter` that draws one bar a stage. Honours NO_COLOR (rich does)."""

    def __init__(self, stream: TextIO) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[subject]}"),
            console=Console(file=stream),
            transient=True,
        )
        self._task: TaskID | None = None

    def stage(self, name: str, total: int) -> None:
        """Begin a new bar of `total` steps."""
        self._task = self._progress.add_task(name, total=total, subject="")

    def step(self, subject: str) -> None:
        """Move the current bar on by one."""
        if self._task is not None:
            # The subject may hold brackets, which rich would read as its markup.
            self._progress.update(self._task, advance=1, subject=subject[:40].replace("[", "("))

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
