"""Every fault of docs/faults.md, played against the real pipeline over real sockets: fine, then the fault, then fine.

After a change of what we do: DIGEST_WRITE_DOCS=1 pytest tests/test_scenarios.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from digest import assembly, pipeline
from digest.model import Entry
from digest.progress import Quiet
from tests.scenarios import contents, courses
from tests.scenarios.contents import CONTENTS, Content
from tests.scenarios.courses import COURSES, Course
from tests.scenarios.faults import WIRE, Wire
from tests.scenarios.outcomes import OUTCOMES, Outcome
from tests.scenarios.three_days import TODAY, Days, alone, history
from tests.world import ROUTES, Trouble, World

DOC = Path(__file__).parents[1] / "docs/faults.md"
START, END = "<!-- faults:start -->", "<!-- faults:end -->"
NAMES = {"api": "API", "rss": "RSS", "oai": "OAI"}
ABSENT = {
    48: ("Hugging Face trouble", "this version looks nothing up there"),
    49: ("GitHub trouble", "this version looks nothing up there"),
}
"""What can't happen yet, and why."""


class Case(NamedTuple):
    """One fault of the wire on one route, once or always."""

    wire: Wire
    route: str
    times: int | None

    @property
    def name(self) -> str:
        return f"{self.wire.number} {self.wire.name}, {self.route}, {'always' if self.times is None else 'once'}"

    @property
    def outcome(self) -> Outcome:
        return self.wire.expected(self.route, self.times)


CASES = [Case(wire, route, times) for wire in WIRE for route in wire.routes for times in (1, None)]
UNSEEN: dict[str, str] = {}
"""Known holes. A test that passes in spite of one fails, so that it is taken off this list."""


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    with World(history(), TODAY.replace(day=1), page_size=12) as world:
        yield Days(world, tmp_path_factory.mktemp("days"))


@pytest.fixture(scope="module")
def hard_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    with World(history(contents.stages()), TODAY.replace(day=1), page_size=12) as world:
        yield Days(world, tmp_path_factory.mktemp("days"))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id=case.name, marks=[pytest.mark.xfail(reason=UNSEEN[case.name])] if case.name in UNSEEN else []
        )
        for case in CASES
    ],
)
def test_a_fault_of_the_wire(case: Case, days: Days) -> None:
    wire = case.wire
    trouble = Trouble(wire.name, wire.routes[case.route](days.world), case.times, wire.after, wire.takes)
    seen = days.play({case.route: trouble}, on=case.route, slow=wire.slow)
    assert any(arrival.trouble == wire.name for arrival in seen.today.arrivals), "it never happened"
    assert seen.outcome == case.outcome
    assert seen.missing == (), "the answer isn't whole, and nobody says so"
    assert [str(each) for each in seen.differences if each.excuse is None] == []
    assert seen.today.run is not None
    failures = seen.today.run.report.failures
    assert all(row.message for row in failures)
    if seen.outcome in ("other route", "next day, said so"):
        assert any(row.subject.partition(":")[0] == case.route for row in failures)
    before, after = days.perfect[1].entries, seen.today.entries
    assert all(after[key].version >= entry.version for key, entry in before.items()), "something stored was lost"
    assert_polite(days)


def assert_polite(days: Days) -> None:
    """Three seconds from the end of one request to the start of the next, over all routes."""
    times = [arrival.at for arrival in days.world.arrivals]
    days.world.arrivals.clear()
    assert all(later - earlier >= 3 for earlier, later in pairwise(times) if later > earlier)


@pytest.mark.parametrize("route", ROUTES)
def test_papers_that_are_hard_to_take_in(route: str, hard_days: Days) -> None:
    seen = hard_days.play(alone(route), on=route)
    assert seen.outcome == "harmless"
    assert {content.name for content in CONTENTS if is_right(content, seen.today.entries)} == {
        content.name for content in CONTENTS if route in content.today
    }
    assert {content.name for content in CONTENTS if is_right(content, seen.tomorrow.entries)} == {
        content.name for content in CONTENTS if route in content.only
    }


def is_right(content: Content, entries: Mapping[str, Entry]) -> bool:
    return content.arxiv_id in entries and content.is_right(entries[content.arxiv_id])


def test_46_markup_stays_text_on_every_page(hard_days: Days, tmp_path: Path) -> None:
    settings = hard_days.settings()
    parts = pipeline.Parts(
        config=settings,
        root=tmp_path,
        now=lambda: TODAY,
        reporter=Quiet(),
        outputs=assembly.outputs(settings, tmp_path),
    )
    today = hard_days.perfect[2]
    archive = pipeline.Archive(entries=today.entries, texts={}, status=today.status)
    files = pipeline.render(parts, archive)
    pages = {path: content.decode() for path, content in files.items() if path.endswith((".html", ".xml", ".md"))}
    assert any("2611.96005" in page for page in pages.values())
    for path, page in pages.items():
        assert "<script>alert" not in page, path
        assert 'href="javascript:' not in page, path


@pytest.mark.parametrize("course", COURSES, ids=lambda course: f"{course.number or ''} {course.name}, {course.on}")
def test_a_fault_of_time_or_place(course: Course, days: Days) -> None:
    ran = course.play(days)
    assert ran.error is None
    assert days.outcome(ran, course.on) == course.outcome
    days.world.arrivals.clear()


def test_40_a_feed_that_stays_behind_makes_nothing_up(days: Days) -> None:
    """On the day after the first look, when nothing is remembered of the feed: only the papers themselves can tell."""
    name = days.fresh()
    days.run(name, courses.at(6, 17, TODAY.replace(day=10)))
    (stale,) = (wire for wire in WIRE if wire.name == "RSS stale")
    ran = days.run(name, TODAY, {"rss": Trouble("stale", stale.routes["rss"](days.world))})
    true = {stage.paper.arxiv_id: stage.paper.announced for stage in days.world.history if stage.paper.version == 1}
    assert {key: each.announced for key, each in ran.entries.items() if each.announced not in (None, true[key])} == {}


def test_every_fault_of_the_list_has_its_place() -> None:
    played: set[int | None] = {each.number for each in WIRE}
    played |= {each.number for each in CONTENTS}
    played |= {each.number for each in COURSES}
    assert played | set(ABSENT) == {*range(1, 50), None}
    assert not played & set(ABSENT)


class Row(NamedTuple):
    number: int
    name: str
    what: str
    once: str
    always: str


def rows() -> Iterator[Row]:
    for wire in WIRE:
        told = [in_words({route: wire.expected(route, times) for route in wire.routes}) for times in (1, None)]
        yield Row(wire.number, wire.name, wire.what, *told)
    for content in CONTENTS:
        found = ", ".join(NAMES[route] for route in content.today)
        later = "" if content.today == content.only else "; with the others, tomorrow"
        later = later if content.only == ROUTES else "; with the others, never"
        told_by = "any route" if content.today == ROUTES else f"{found}{later}"
        yield Row(content.number or 50, content.name, content.what, f"taken in right: {told_by}", "")
    for (number, name, what), course in groupby(COURSES, key=lambda each: (each.number, each.name, each.what)):
        yield Row(number or 50, name, what, in_words({each.on: each.outcome for each in course}), "")
    for absent, (name, why) in ABSENT.items():
        yield Row(absent, name, "", f"not applicable yet: {why}", "")


def in_words(outcomes: Mapping[str, Outcome]) -> str:
    """`API, RSS: other route; OAI: next day, said so`."""
    groups: dict[str, list[str]] = {}
    for route, outcome in outcomes.items():
        groups.setdefault(outcome, []).append(NAMES[route])
    if len(groups) == 1 and set(outcomes) == set(ROUTES):
        return next(iter(groups))
    return "; ".join(f"{', '.join(routes)}: {outcome}" for outcome, routes in groups.items())


def table() -> str:
    lines = ["| # | Fault | What comes | Once | All the time |", "|--:|---|---|---|---|"]
    for row in sorted(rows(), key=lambda row: row.number):
        number = row.number if row.number < 50 else ""
        lines.append(f"| {number} | {row.name} | {row.what.replace('|', '&#124;')} | {row.once} | {row.always} |")
    meanings = [f"- **{outcome}**: {meaning}" for outcome, meaning in OUTCOMES.items() if outcome != "stopped"]
    holes = ["", "Known holes:", "", *(f"- {name}: {why}." for name, why in UNSEEN.items())] if UNSEEN else []
    return "\n".join([*meanings, "", *lines, *holes])


def test_the_docs_say_what_happens() -> None:
    before, rest = DOC.read_text(encoding="utf-8").split(START)
    found, after = rest.split(END)
    if os.environ.get("DIGEST_WRITE_DOCS"):
        DOC.write_text(f"{before}{START}\n\n{table()}\n\n{END}{after}", encoding="utf-8")
    else:
        assert found.strip() == table(), "regenerate: see the first lines of this file"
