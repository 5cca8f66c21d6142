"""Which months a backfill asks for, which of them are a shard's, and where it goes on after a break. Pure."""

from __future__ import annotations

import datetime as dt

import msgspec

from digest.errors import ConfigError
from digest.folding import Progress

_FIRST_DAY = dt.date(1991, 8, 1)
"""arXiv's first month."""
_DAY = dt.timedelta(days=1)


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The days to ask for, and which share of them."""

    since: dt.date
    until: dt.date
    shard: int = 1
    shards: int = 1
    """Shard i of n takes every n-th month: arXiv grows, so slices in a row would weigh ever more."""

    @property
    def name(self) -> str:
        """Name of its file, made of what the user asked for, so that the same words find it again."""
        share = f"_{self.shard}-of-{self.shards}" if self.shards > 1 else ""
        return f"{self.since}_{self.until}{share}"


def last_day(span: Span, now: dt.datetime) -> dt.date:
    """The last day of `span` that is over, UTC. Raises `ConfigError` when the range can't be asked for."""
    if span.since > span.until:
        raise ConfigError(f"--from {span.since} is after --to {span.until}.", hint="Name the earlier day first.")
    if span.since < _FIRST_DAY:
        raise ConfigError(f"--from {span.since}: arXiv began in August 1991.", hint=f"Use --from {_FIRST_DAY}.")
    yesterday = now.date() - _DAY
    if span.since > yesterday:
        hint = "A backfill is for the past; for what is new: digest run"
        raise ConfigError(f"--from {span.since}: that day is not over yet, in UTC.", hint=hint)
    return min(span.until, yesterday)


def resume(span: Span, known: Progress | None, topics: str, now: dt.datetime) -> Progress:
    """Where to go on. Raises `ConfigError` as `last_day` does.

    From the beginning when the topics are others than in `known`. A range whose end was still to come grows when all
    that was over then is done.
    """
    until = last_day(span, now)
    begin = dt.datetime.combine(span.since, dt.time(), dt.UTC)
    fresh = Progress(
        since=span.since,
        until=until,
        shard=span.shard,
        shards=span.shards,
        topics=topics,
        started=now,
        asked=begin,
    )
    if known is None or known.topics != topics:
        return fresh
    if known.done and until > known.until:
        return msgspec.structs.replace(fresh, asked=known.asked)
    return known


def months_left(progress: Progress) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    """Start and end of each month, or part of one, that is this shard's and not wholly asked for; oldest first."""
    found = []
    start = dt.datetime.combine(progress.since, dt.time(), dt.UTC)
    number = 0
    while start < progress.end:
        end = min((start.replace(day=1) + 31 * _DAY).replace(day=1), progress.end)
        if number % progress.shards == progress.shard - 1 and end > progress.asked:
            found.append((max(start, progress.asked), end))
        start, number = end, number + 1
    return tuple(found)
