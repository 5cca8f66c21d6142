"""Thirty days of an arXiv at its worst: is the store in the end that of a digest whose arXiv never failed?

Simulates a run a day (at times a second) over November 2026, weekends and Thanksgiving included, against three
stand-ins that misbehave at random from the list of docs/faults.md, with a fixed seed; then compares the store, entry
for entry, with that of the same runs against a perfect arXiv. What may differ is in `tests/scenarios/comparing.py`,
each with its reason. Nothing waits: one simulated clock drives the servers, the spacing and the program.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from digest import config
from tests.scenarios.comparing import Difference, Judge
from tests.scenarios.papers import TOPICS, invent
from tests.scenarios.runs import PATIENCE, Ran, configured, run
from tests.scenarios.weather import Weather, forecast
from tests.world import ROUTES, Stage, World

START = dt.datetime(2026, 11, 1, 6, 17, tzinfo=dt.UTC)
DELAY = 3.0
"""Seconds that arXiv asks for between two requests, over all of its services."""
_SLOW = 0.3
"""Seconds of real time for a server that takes for ever."""


class Soaked(NamedTuple):
    """What came of it."""

    plan: tuple[Weather, ...]
    runs: tuple[Ran, ...]
    differences: tuple[Difference, ...]
    lost: tuple[str, ...]
    """Papers on a topic that even the perfect run hasn't."""
    papers: int
    requests: int
    usual: int
    """Requests of the same runs to an arXiv that never fails."""
    gap: float
    """Shortest time between the starts of two requests, seconds of the simulated clock."""

    @property
    def unexcused(self) -> tuple[Difference, ...]:
        """Differences for which there is no good reason."""
        return tuple(each for each in self.differences if each.excuse is None)


def soak(days: int, seed: int, papers: int = 7) -> Soaked:
    """Play the days twice, once without faults."""
    history = invent(dt.date(2026, 10, 19), dt.date(2026, 12, 4), seed=seed, papers=papers)
    plan = tuple(forecast(START, days, seed=seed))
    perfect, calm = _play(history, plan, foul=False)
    runs, world = _play(history, plan, foul=True)
    order = [frozenset(ROUTES) - weather.spells.keys() for weather in plan]
    judge = Judge(history, config.parse(f"keywords:{TOPICS}", "config.yaml").topics, perfect, runs, order)
    starts = [arrival.at for arrival in world.arrivals]
    return Soaked(
        plan=plan,
        runs=tuple(runs),
        differences=tuple(judge.differences()),
        lost=tuple(judge.lost()),
        papers=len(perfect[-1].entries),
        requests=len(starts),
        usual=len(calm.arrivals),
        gap=min(later - sooner for sooner, later in itertools.pairwise(starts)),
    )


def _play(history: Sequence[Stage], plan: Sequence[Weather], *, foul: bool) -> tuple[list[Ran], World]:
    runs = []
    with World(history, START, page_size=40) as world, tempfile.TemporaryDirectory() as folder:
        settings = configured(TOPICS, world.endpoints)
        for weather in plan:
            spells = weather.spells if foul else {}
            world.clock.go(weather.at)
            world.trouble({route: spell.trouble(world, route) for route, spell in spells.items()})
            patience = _SLOW if any(spell.wire.slow for spell in spells.values()) else PATIENCE
            runs.append(run(world, Path(folder), settings, patience=patience))
    return runs, world


def _line(weather: Weather, ran: Ran) -> str:
    requests = " ".join(f"{route} {ran.requests(route)}" for route in ROUTES)
    faults = ", ".join(f"{route}: {spell.wire.name}" for route, spell in weather.spells.items()) or "none"
    report = ran.run.report if ran.run else None
    if report is None:
        return f"| {ran.at:%a %d %H:%M} | {requests} | {faults} | stopped | | |"
    whole = sum(topic.asked for topic in report.topics)
    routes = "+".join(sorted({topic.source for topic in report.topics if topic.asked})) or "no route"
    outcome = f"{whole} of {len(report.topics)} topics whole, by {routes}"
    return f"| {ran.at:%a %d %H:%M} | {requests} | {faults} | {outcome} | {report.new} | {report.revised} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--papers", type=int, default=7, help="new papers a mailing, about")
    arguments = parser.parse_args()
    found = soak(arguments.days, arguments.seed, arguments.papers)
    print("| run (UTC) | requests | faults | outcome | new | revised |\n|---|---|---|---|--:|--:|")
    for weather, ran in zip(found.plan, found.runs, strict=True):
        print(_line(weather, ran))
    runs, most = len(found.runs), max(len(ran.arrivals) for ran in found.runs)
    print(f"\n{runs} runs, {found.requests} requests: {found.requests / runs:.1f} a run, {most} at most")
    print(f"{found.usual / runs:.1f} a run where nothing fails; never two within {found.gap:.1f} s")
    print(f"{found.papers} papers in the perfect store, {len(found.unexcused)} unexcused differences")
    for excuse, number in Counter(each.excuse for each in found.differences if each.excuse).most_common():
        print(f"  excused {number}: {excuse}")
    for difference in found.unexcused:
        print(f"  DIFFERS {difference}")
    if found.lost:
        print(f"  even the perfect run lacks {', '.join(found.lost)}")
    return 1 if found.unexcused or found.gap < DELAY else 0


if __name__ == "__main__":
    sys.exit(main())
