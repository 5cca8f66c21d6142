"""What goes wrong on which day: drawn from the whole list, with a seed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.scenarios.faults import WIRE, Wire
from tests.world import ROUTES, Trouble, World

_DAY = dt.timedelta(days=1)
_SECOND_RUNS = (dt.timedelta(hours=-5), dt.timedelta(hours=-2, minutes=-20), dt.timedelta(hours=9, minutes=13))
"""After the scheduled one: before the mailing of the evening before is to be seen, just after, in the afternoon."""
_DOWN = ("503", "403 denied", "connection cut", "HTML with 200")


class Spell(NamedTuple):
    """What goes wrong on a route for a while."""

    wire: Wire
    times: int | None = None
    """Requests of a run that it befalls; None: all."""
    after: int = 0

    def trouble(self, world: World, route: str) -> Trouble:
        wire = self.wire
        return Trouble(wire.name, wire.routes[route](world), self.times, self.after + wire.after, wire.takes)


class Weather(NamedTuple):
    """A run, and what it meets."""

    at: dt.datetime
    spells: Mapping[str, Spell]


def forecast(first: dt.datetime, days: int, *, seed: int, good: int = 3) -> Iterator[Weather]:
    """A run a day at the hour of `first`, sometimes a second; the first day and the last `good` ones are fine."""
    chance = random.Random(seed)
    lasting: dict[str, tuple[dt.datetime, Spell]] = {}
    for day in range(days):
        at = first + day * _DAY
        moments = sorted([at, *([at + chance.choice(_SECOND_RUNS)] if chance.random() < 0.3 else [])])
        foul = 0 < day < days - good
        black = foul and chance.random() < 0.1
        for moment in moments if day else [at]:
            spells = {}
            for route in ROUTES if foul else ():
                until, spell = lasting.get(route, (moment, None))
                if spell is None or until <= moment:
                    spell, long = _spell(chance, route, black=black)
                    if spell is not None and long:
                        lasting[route] = (moment + long * _DAY, spell)
                if spell is not None:
                    spells[route] = spell
            yield Weather(moment, spells)


def _spell(chance: random.Random, route: str, *, black: bool) -> tuple[Spell | None, int]:
    """What begins now on a route, and how many days it lasts."""
    wires = [each for each in WIRE if route in each.routes]
    if black:
        return Spell(chance.choice([each for each in wires if each.name in _DOWN])), 0
    wire, luck = chance.choice(wires), chance.random()
    if luck < 0.5:
        return None, 0
    if luck < 0.7:
        return Spell(wire, chance.randint(1, 3), chance.randint(0, 2)), 0
    # Who dawdles does so in real time.
    return Spell(wire), chance.randint(2, 9) if luck > 0.95 and not wire.slow else 0
