"""Times whole processes: wall seconds, CPU seconds and peak memory, as the operating system accounts for them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one process cost."""

    wall: float
    """Seconds on the clock."""
    cpu: float
    """Seconds of processor, user and system."""
    peak: float
    """Largest resident set, MB."""


def run(command: Sequence[str], cwd: Path | None = None) -> Cost:
    """Run a command once, its output thrown away. Raises `SystemExit` with its output when it fails."""
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode != 0:
        raise SystemExit(
            f"{' '.join(command)} failed ({process.returncode}):\n{errors.decode(errors='replace')[-2000:]}"
        )
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024)


def alternate(commands: dict[str, Sequence[str]], times: int, cwd: Path | None = None) -> dict[str, Cost]:
    """Medians of several runs, the commands in turn, so that a machine that slows down slows all of them."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for command in commands.values():
        run(command, cwd)  # once for the caches
    for _ in range(times):
        for name, command in commands.items():
            costs[name].append(run(command, cwd))
    return {
        name: Cost(
            wall=median(cost.wall for cost in found),
            cpu=median(cost.cpu for cost in found),
            peak=median(cost.peak for cost in found),
        )
        for name, found in costs.items()
    }


def table(costs: dict[str, Cost], against: str) -> str:
    """Markdown, with the ratio of wall time to that of one of the rows."""
    rows = [
        f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak:.0f} | {cost.wall / costs[against].wall:.2f} |"
        for name, cost in costs.items()
    ]
    return "\n".join(["| | wall s | CPU s | peak MB | wall ratio |", "|---|--:|--:|--:|--:|", *rows])
