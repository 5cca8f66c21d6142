"""Plans how all topics are asked for at once: in few questions that miss nothing, each short enough to be sent. Pure.

arXiv wants three seconds between requests and throttles at will, so 25 topics asked one by one are 25 chances to fail.
What comes may belong to any topic or to none; `topics.Matcher` decides.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar
from urllib.parse import quote_plus

import msgspec

from digest.errors import ConfigError
from digest.model import Paper, Topic
from digest.topics import query_of, to_arxiv
from digest.words import STOP_WORD

T = TypeVar("T")

LONGEST = 3_800
"""Characters of a query in a URL. arXiv's own server, gunicorn, takes request lines of 4,094 by default
(arXiv/arxiv-search, `Dockerfile-classic-api`); dates, order, page and path need the rest."""

MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)
_FURTHER = 2
"""How many times as long the window of a topic may be as the shortest one that it is asked with: everything that is
asked together is read back to the earliest start."""
_MARGIN = 1.25
"""More than the pace says: it changes over a week, and one request more costs more than a few entries."""
_EVER = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC))

_PREFIXES = {"title": "ti", "abstract": "abs", "comment": "co", "journal_ref": "jr"}
"""Fields that are read word by word, so that a phrase is written for all of them in the same way."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Topics that are asked for together."""

    topics: tuple[Topic, ...]
    since: dt.datetime | None
    """Start of the earliest of their windows; None for one that was never asked for."""
    submitted: tuple[dt.datetime, dt.datetime] | None = None
    """Only papers whose first version is from between these, both included."""

    @property
    def query(self) -> str:
        """In arXiv's syntax."""
        return question(self.topics) if self.submitted is None else dated(question(self.topics), *self.submitted)


def plan(topics: Sequence[Topic], since: Mapping[str, dt.datetime | None], now: dt.datetime) -> tuple[Batch, ...]:
    """Topics with similar windows together, as many as fit into one URL; those that were never asked for, alone.

    A topic that is too long for one URL comes in parts, each with its name. Raises `ConfigError` for a topic that
    arXiv's search has no letters for.
    """
    starts = {topic.name: start for topic in topics if (start := since.get(topic.name)) is not None}
    known = (topic for topic in topics if topic.name in starts)
    alike: list[list[Topic]] = []
    for topic in sorted(known, key=lambda topic: starts[topic.name], reverse=True):
        shortest = now - starts[alike[-1][0].name] if alike else dt.timedelta.min
        if now - starts[topic.name] <= _FURTHER * max(shortest, _DAY) and alike:
            alike[-1].append(topic)
        else:
            alike.append([topic])
    batches = [
        Batch(topics=batch, since=min(starts[topic.name] for topic in batch))
        for group in alike
        for batch in pack(group)
    ]
    unknown = (part for topic in topics if topic.name not in starts for part in _parts(topic))
    return (*batches, *(Batch(topics=(part,), since=None) for part in unknown))


def pack(topics: Iterable[Topic]) -> tuple[tuple[Topic, ...], ...]:
    """`topics` in their order, as many together as one URL can hold."""
    parts = tuple(part for topic in topics for part in _parts(topic))
    if parts and _fits(question(parts)):  # a phrase that comes last may make many others needless
        return (parts,)
    packed: list[tuple[Topic, ...]] = []
    for part in parts:
        if packed and _fits(question((*packed[-1], part))):
            packed[-1] += (part,)
        else:
            packed.append((part,))
    return tuple(packed)


def halves(batch: Batch) -> tuple[Batch, ...]:
    """The two halves of its topics; nothing when there is one alone."""
    return tuple(msgspec.structs.replace(batch, topics=half) for half in halved(batch.topics))


def halved(many: tuple[T, ...]) -> tuple[tuple[T, ...], ...]:
    """The two halves of `many`; nothing when there is one alone."""
    half = len(many) // 2
    return (many[:half], many[half:]) if half else ()


def by_submission(batch: Batch, papers: Iterable[Paper]) -> tuple[Batch, ...]:
    """`batch` in two parts, submitted before and after the middle one of `papers`; nothing when a minute is left."""
    start, end = batch.submitted or _EVER
    moments = sorted(paper.published for paper in papers if paper.published is not None)
    between = minute(moments[len(moments) // 2]) if moments else start
    if not start < between < end:
        return ()
    ranges = ((start, between), (between, end))
    return tuple(msgspec.structs.replace(batch, submitted=each) for each in ranges)


def question(topics: Sequence[Topic]) -> str:
    """What any of `topics` asks for, and perhaps more, in arXiv's syntax.

    Phrases are asked for field by field, `ti:(nerf "radiance field") OR abs:(nerf "radiance field")`, with each said
    once for all topics. `all:` would be shorter, but arXiv's server makes some 40 searches of it, authors of all papers
    included, where `ti:` is one (arXiv/arxiv-search, `_query_all_fields`), and marks their hits in every result.
    Words side by side are alternatives, and a prefix holds for a whole parenthesis (same place,
    `README_classic_search_query.md`). Excluded phrases are left to the matching.
    """
    if len(topics) == 1 and _fits(alone := to_arxiv(query_of(topics[0]))):
        return alone
    pools: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, None]] = {}
    others: dict[str, None] = {}
    for topic in topics:
        shared = tuple(filter(_is_phrase, topic.filters)) if _PREFIXES.keys() >= set(topic.fields) else ()
        if shared:
            fields = tuple(field for field in _PREFIXES if field in topic.fields)
            pool = pools.setdefault((fields, tuple(sorted(set(topic.categories)))), {})
            pool.update((_written(text, "title").replace("ti:", ""), None) for text in shared)
        left = tuple(text for text in topic.filters if text not in shared)
        rest = msgspec.structs.replace(topic, filters=left, exclude=())
        if not shared or left or rest.authors or rest.query is not None:
            others[to_arxiv(query_of(rest))] = None
    return _either([*(_pooled(*key, phrases) for key, phrases in pools.items()), *others])


def dated(query: str, start: dt.datetime, end: dt.datetime) -> str:
    """`query` for papers whose first version is from between `start` and `end` (UTC), and perhaps a minute more.

    `submittedDate` has minutes, and arXiv takes the last one for its first second (arXiv/arxiv-search,
    `_query_submittedDate`): ranges that shall meet have to share the minute between them.
    """
    last = minute(end - dt.datetime.resolution) + MINUTE
    return f"({query}) AND submittedDate:[{start:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]"


def still_to_come(read: int, newest: dt.datetime, oldest: dt.datetime, since: dt.datetime) -> int:
    """How many results probably follow until `since`, when `read` of them reach from `newest` back to `oldest`."""
    took = newest - oldest
    return math.ceil(read * ((oldest - since) / took) * _MARGIN) if took > dt.timedelta() else sys.maxsize


def in_order(papers: Sequence[Paper]) -> bool:
    """Whether they came as they were first submitted."""
    moments = [paper.published for paper in papers if paper.published is not None]
    return all(earlier <= later for earlier, later in pairwise(moments))


def settled(papers: Sequence[Paper], start: dt.datetime) -> dt.datetime | None:
    """Until when `papers`, the first from `start` on and in order, are all there are: the minute of the last one.

    None when that is no later than `start`.
    """
    moments = [paper.published for paper in papers if paper.published is not None]
    until = minute(moments[-1]) if moments else start
    return until if until > start else None


def middle(start: dt.datetime, end: dt.datetime) -> dt.datetime | None:
    """A minute half-way between them; None when there is none."""
    between = minute(start + (end - start) / 2)
    return between if start < between < end else None


def minute(moment: dt.datetime) -> dt.datetime:
    """The beginning of its minute."""
    return moment.replace(second=0, microsecond=0)


def _parts(topic: Topic) -> tuple[Topic, ...]:
    """`topic`, or several with its name that together ask for the same, where one URL could not hold it."""
    if _fits(question((topic,))):
        return (topic,)
    for name in ("filters", "authors", "categories"):
        values = getattr(topic, name)
        if len(values) > 1:
            each = (values[: len(values) // 2], values[len(values) // 2 :])
            return tuple(part for some in each for part in _parts(msgspec.structs.replace(topic, **{name: some})))
    return (topic,)


def _fits(query: str) -> bool:
    return len(quote_plus(query)) <= LONGEST


@lru_cache(maxsize=4096)
def _written(text: str, field: str) -> str:
    return to_arxiv(query_of(Topic(name=text, filters=(text,), fields=(field,))))


def _is_phrase(text: str) -> bool:
    """Whether it is looked for in the fields of its topic: an expression in arXiv's syntax names its own."""
    try:
        return _written(text, "title") != _written(text, "abstract")
    except ConfigError:  # in Chinese, say: what else the topic asks for has to do
        return False


def _pooled(fields: Iterable[str], categories: tuple[str, ...], phrases: Collection[str]) -> str:
    wanted = _needed(phrases)
    words = wanted[0] if len(wanted) == 1 else f"({' '.join(wanted)})"
    query = _either([f"{_PREFIXES[field]}:{words}" for field in fields])
    return f"({query} AND {to_arxiv(query_of(Topic(name='', categories=categories)))})" if categories else query


def _needed(phrases: Collection[str]) -> list[str]:
    """Without those that another one finds as well: `llm` finds `"llm agent"`.

    Compared letter by letter: arXiv takes titles and abstracts by their stems, but not comments.
    """
    lines = {phrase: " " + phrase.strip('"') + " " for phrase in phrases if not set("()*") & set(phrase)}
    short = {line for line in lines.values() if not all(map(STOP_WORD.fullmatch, line.split()))}
    return [
        phrase
        for phrase in phrases
        if phrase not in lines or not any(line in lines[phrase] for line in short - {lines[phrase]})
    ]


def _either(queries: Sequence[str]) -> str:
    """Any of them: with one operator alone, it doesn't matter that arXiv groups to the right."""
    return queries[0] if len(queries) == 1 else f"({' OR '.join(queries)})"
