"""Counts what the digest has listed, for the page of plots: by day, month and topic, with code, by term and author.

Only what is in the archive is counted, and each part says what it counts. A day without papers is a day of which the
digest lists none.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from digest import calendar
from digest.model import Entry
from digest.outputs.archive import Subject
from digest.outputs.plots import HEIGHT, Plot, Rank, Table, bars, ranked
from digest.outputs.terms import new_terms
from digest.outputs.views import Paper
from digest.outputs.wording import Words
from digest.text import collapse

DAYS, MONTHS = 60, 36
"""Most mailing days and months in a plot."""
LATE = 28
"""Days, up to the newest mailing, whose titles are looked at for new terms."""
LINES = 12
"""In a ranking."""
_FEW_DAYS, _FEW_MONTHS = 30, 18
"""Where there are fewer, bars stay slim and the rest of the plot is empty."""


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the page: plots side by side, and their numbers."""

    id: str
    name: str
    about: str
    plots: tuple[Plot, ...]
    table: Table


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the page that names and counts."""

    id: str
    name: str
    about: str
    head: str
    lines: tuple[Rank, ...]


class Trends(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of trends shows. Without a paper there is nothing in it."""

    span: str
    charts: tuple[Chart, ...]
    rankings: tuple[Ranking, ...]


class _Axis(msgspec.Struct, frozen=True, kw_only=True):
    """Days or months, oldest first, and how a reader calls them."""

    kind: str
    points: tuple[dt.date, ...]
    of: Callable[[Entry], dt.date]
    name: Callable[[dt.date], str]
    slots: int


def gather_trends(
    entries: Sequence[Entry], subjects: Sequence[Subject], papers: Mapping[str, Paper], words: Words
) -> Trends | None:
    """The trends of `entries`; None when there are none. `papers`: arXiv id → the paper as the site shows it."""
    if not entries:
        return None
    first, last = min(entry.listed for entry in entries), max(entry.listed for entry in entries)
    days = _Axis(
        kind="daily",
        points=_mailings(first, last),
        of=lambda entry: entry.listed,
        name=words.date,
        slots=_FEW_DAYS,
    )
    months = _Axis(
        kind="monthly",
        points=_months(first, last),
        of=lambda entry: entry.listed.replace(day=1),
        name=words.month,
        slots=_FEW_MONTHS,
    )
    return Trends(
        span=words("trends.span", first=words.date(first), last=words.date(last))
        if first != last
        else words.date(last),
        charts=(
            _by_topic(days, entries, subjects, words),
            _by_topic(months, entries, subjects, words),
            _with_code(months, entries, papers, words),
        ),
        rankings=(_terms(entries, papers, last, words), _authors(papers, words)),
    )


def _by_topic(axis: _Axis, entries: Sequence[Entry], subjects: Sequence[Subject], words: Words) -> Chart:
    counted = {words("trends.all"): Counter(map(axis.of, entries))}
    followed = [subject for subject in subjects if subject.entries]
    if len(followed) > 1 or any(len(subject.entries) < len(entries) for subject in followed):
        counted |= {collapse(subject.name): Counter(map(axis.of, subject.entries)) for subject in followed}
    plots = tuple(
        _plot(axis, f"{axis.kind}-{number}", name, [counts[point] for point in axis.points], words)
        for number, (name, counts) in enumerate(counted.items())
    )
    return Chart(
        id=axis.kind,
        name=words(f"trends.{axis.kind}"),
        about=words(f"trends.about.{axis.kind}"),
        plots=plots,
        table=Table(
            name=words(f"trends.{axis.kind}"),
            heads=(words(f"trends.head.{axis.kind}"), *counted),
            rows=tuple(
                (axis.name(point), *(f"{counts[point]:,}" for counts in counted.values()))
                for point in reversed(axis.points)
            ),
        ),
    )


def _plot(axis: _Axis, identity: str, name: str, values: Sequence[int], words: Words) -> Plot:
    most = max(values)
    return _drawn(
        axis,
        identity,
        name,
        [float(value) for value in values],
        float(most or 1),
        f"{values[-1]:,}",
        f"{most:,}",
        words,
    )


def _with_code(axis: _Axis, entries: Sequence[Entry], papers: Mapping[str, Paper], words: Words) -> Chart:
    all_of = Counter(map(axis.of, entries))
    coded = Counter(axis.of(entry) for entry in entries if papers[entry.arxiv_id].has_code)
    shares = [100 * coded[point] / all_of[point] if all_of[point] else 0.0 for point in axis.points]
    name = words("trends.code")
    return Chart(
        id="code",
        name=name,
        about=words("trends.code.about"),
        plots=(
            _drawn(
                axis, "code-0", words("trends.all"), shares, HEIGHT, f"{shares[-1]:.0f}%", f"{max(shares):.0f}%", words
            ),
        ),
        table=Table(
            name=name,
            heads=(words(f"trends.head.{axis.kind}"), name, words("trends.papers"), words("trends.share")),
            rows=tuple(
                (
                    axis.name(point),
                    f"{coded[point]:,}",
                    f"{all_of[point]:,}",
                    f"{share:.0f}%" if all_of[point] else "",
                )
                for point, share in reversed(list(zip(axis.points, shares, strict=True)))
            ),
        ),
    )


def _drawn(
    axis: _Axis, identity: str, name: str, values: Sequence[float], top: float, newest: str, most: str, words: Words
) -> Plot:
    first, last = axis.name(axis.points[0]), axis.name(axis.points[-1])
    span = words("trends.span", first=first, last=last) if first != last else last
    return Plot(
        id=identity,
        name=name,
        figure=newest,
        span=span,
        most=words("trends.most", number=most),
        said=words("trends.said", span=span, most=most, newest=newest),
        slots=max(axis.slots, len(values)),
        bars=bars(values, top),
    )


def _terms(entries: Sequence[Entry], papers: Mapping[str, Paper], last: dt.date, words: Words) -> Ranking:
    since = last - dt.timedelta(days=LATE - 1)
    late = [papers[entry.arxiv_id].title for entry in entries if entry.listed >= since]
    before = [papers[entry.arxiv_id].title for entry in entries if entry.listed < since]
    found = new_terms(late, before)[:LINES] if len(before) >= len(late) else []
    about = words("trends.terms.about", day=words.date(since))
    if len(before) < len(late):
        about = words("trends.terms.soon")
    elif not found:
        about = words("trends.terms.none", day=words.date(since))
    return Ranking(id="terms", name=words("trends.terms"), about=about, head=words("trends.term"), lines=ranked(found))


def _authors(papers: Mapping[str, Paper], words: Words) -> Ranking:
    counts = Counter(name for paper in papers.values() for name in dict.fromkeys(paper.authors))
    several = ((name, number) for name, number in counts.items() if number > 1)
    most = sorted(several, key=lambda each: (-each[1], each[0]))[:LINES]
    return Ranking(
        id="authors",
        name=words("trends.authors"),
        about=words("trends.authors.about") if most else words("trends.authors.none"),
        head=words("trends.author"),
        lines=ranked(most),
    )


def _mailings(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """The newest mailing days, oldest first; both ends are days with papers, whatever the calendar says of them."""
    found = [last]
    day = last - dt.timedelta(days=1)
    while day >= first and len(found) < DAYS:
        if calendar.is_mailing(day) or day == first:
            found.append(day)
        day -= dt.timedelta(days=1)
    return tuple(reversed(found))


def _months(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    found = [last.replace(day=1)]
    while found[-1] > first.replace(day=1) and len(found) < MONTHS:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return tuple(reversed(found))
