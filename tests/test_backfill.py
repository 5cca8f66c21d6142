"""Backfills of a past that stands in for arXiv's: stopped, killed, repeated, shared out, they end in the same bytes."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import assembly, cli, config, pipeline
from digest.backfill import Parts, run
from digest.errors import CodeFinderError, ConfigError, StoreError, Throttled
from digest.folding import Pending, Progress, fold
from digest.model import CodeLink, Entry, Failure, Paper, Topic, Version
from digest.months import Span, last_day, months_left
from digest.ports import Findings
from digest.publish import publish
from digest.store import Store, encode_entries, month_of
from tests.factories import SEEN, entry, paper
from tests.fakes import FakeFinder, FakeOutput, FakeReporter, FakeSource
from tests.standins.arxiv import ArxivStandin
from tests.standins.http import Fault

ROOT = Path(__file__).parent.parent
UTC = dt.UTC
HEADS = Topic(name="Heads", filters=("talking head",))
SPLATS = Topic(name="Splats", filters=("gaussian splatting",))
SPRING = Span(since=dt.date(2026, 1, 10), until=dt.date(2026, 5, 20))
"""Parts of five months, the first and the last of them not whole."""
LINK = CodeLink(url="https://github.com/a/b", kind="code", found_by="abstract")


def spring() -> list[Paper]:
    """A paper every third day: on heads, on splats, on both, on neither; some in a later version."""
    titles = ("A Talking Head", "Gaussian Splatting", "A Talking Head by Gaussian Splatting", "On Cabbage")
    papers = []
    for number, day in enumerate(range(0, 150, 3)):
        published = dt.datetime(2026, 1, 1, 23, 30, tzinfo=UTC) + dt.timedelta(days=day)
        mailed = published + dt.timedelta(days=2)  # an id has the month of the mailing, not that of the submission
        papers.append(
            paper(
                f"{mailed:%y%m}.9{number:04}",
                title=titles[number % 4],
                abstract="A study.",
                version=1 + number % 3,
                published=published,
                updated=published + dt.timedelta(days=40 * (number % 3)),
            )
        )
    return papers


class FakeWindow(msgspec.Struct, frozen=True, kw_only=True):
    start: dt.datetime
    end: dt.datetime
    findings: Findings


class FakeHistory:
    """arXiv's past in windows of `days`. Fails at the window that holds `broken`."""

    name = "api"

    def __init__(self, papers: Iterable[Paper] = (), *, days: int = 20, broken: dt.datetime | None = None) -> None:
        self.requests = 0
        self.papers = list(papers)
        self.days = dt.timedelta(days=days)
        self.broken = broken
        self.changes: dict[str, Any] = {}
        self.asked: list[tuple[dt.datetime, dt.datetime]] = []

    def between(self, topics: Sequence[Topic], start: dt.datetime, end: dt.datetime) -> Iterator[FakeWindow]:
        while start < end:
            until = min(start + self.days, end)
            yield self._window(topics, start, until)
            start = until

    def _window(self, topics: Sequence[Topic], start: dt.datetime, end: dt.datetime) -> FakeWindow:
        self.requests += 1
        self.asked.append((start, end))
        if self.broken and start <= self.broken < end:
            raise Throttled("arXiv asked us to slow down.", source=self.name, hint="It is busy.")
        there = tuple(each for each in self.papers if each.published and start <= each.published < end)
        findings: dict[str, Any] = {"papers": there}
        findings["complete"] = frozenset(topic.name for topic in topics)
        return FakeWindow(start=start, end=end, findings=Findings(**findings | self.changes))


def parts(root: Path, history: FakeHistory | None = None, **changes: Any) -> Parts:
    made: dict[str, Any] = {
        "topics": (HEADS, SPLATS),
        "root": root,
        "data": "data",
        "history": history or FakeHistory(spring()),
        "finders": (FakeFinder({each.arxiv_id: [LINK] for each in spring()[::5]}),),
        "reporter": FakeReporter(),
        "now": lambda: SEEN,
        "budget": dt.timedelta(minutes=20),
    }
    return Parts(**(made | changes))


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def papers_of(root: Path) -> dict[str, bytes]:
    return {path: content for path, content in tree(root).items() if "/papers/" in path}


def progress(root: Path, name: str = SPRING.name) -> Progress:
    return Store(root / "data").backfills()[name].progress


def submitted_in(root: Path, *months: int) -> list[str]:
    entries = Store(root / "data").entries().values()
    return [each.arxiv_id for each in entries if each.published and each.published.month in months]


def shards(count: int) -> list[Span]:
    return [msgspec.structs.replace(SPRING, shard=number, shards=count) for number in range(1, count + 1)]


def next_run(root: Path) -> None:
    """What the next run does with finished backfills."""
    store = Store(root / "data")
    pending = store.pending()
    months = {month_of(arxiv_id) for arxiv_id in pending.arxiv_ids}
    files = encode_entries(each for each in store.entries().values() if month_of(each.arxiv_id) in months)
    publish(root / "data", {**files, **pending.files})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after a backfill that nothing came in the way of."""
    root = tmp_path_factory.mktemp("whole")
    run(parts(root), SPRING)
    return root


def test_a_whole_backfill(tmp_path: Path) -> None:
    history, reporter = FakeHistory(spring()), FakeReporter()
    report = run(parts(tmp_path, history, reporter=reporter), SPRING)
    wanted = [
        each
        for each in spring()
        if each.published and SPRING.since <= each.published.date() <= SPRING.until and "Cabbage" not in each.title
    ]
    entries = Store(tmp_path / "data").entries()
    assert list(entries) == sorted(each.arxiv_id for each in wanted)
    assert (report.command, report.new, report.total, report.failures) == ("backfill", len(wanted), len(wanted), ())
    assert (report.requests, report.returned) == (len(history.asked), report.new + report.unmatched)
    assert [(topic.topic, topic.source, topic.asked, topic.cut) for topic in report.topics] == [
        ("Heads", "api", True, 0),
        ("Splats", "api", True, 0),
    ]
    both = sum("Head by" in each.title for each in wanted)
    assert sum(topic.new for topic in report.topics) == len(wanted) + both
    assert reporter.stages == [("backfill", 5)]
    assert reporter.steps == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]
    assert history.asked == sorted(history.asked), "oldest first"
    assert sorted(tree(tmp_path)) == [
        "data/backfill/2026-01-10_2026-05-20.jsonl",
        *(f"data/papers/260{month}.jsonl" for month in range(1, 6)),
    ]
    assert progress(tmp_path).done


def test_a_paper_stands_under_the_mailing_its_submission_could_first_be_in(whole: Path) -> None:
    entries = Store(whole / "data").entries()
    late = entries["2601.90004"]  # Tuesday 18:30 in New York, so in Wednesday's freeze
    assert (late.published, late.listed) == (dt.datetime(2026, 1, 13, 23, 30, tzinfo=UTC), dt.date(2026, 1, 15))
    assert late.first_seen == SEEN
    assert late.topics[0].evidence[0].phrase == "talking head"
    assert late.versions == (
        Version(version=1, updated=late.published, listed=late.listed),
        Version(version=2, updated=late.updated, listed=dt.date(2026, 2, 24)),
    ), "a later version stands under its own mailing, not among today's news"
    linked = spring()[5]
    assert entries[linked.arxiv_id].code_links == (LINK,)


def test_again_when_it_is_done_asks_nothing_and_changes_nothing(tmp_path: Path) -> None:
    run(parts(tmp_path), SPRING)
    before = tree(tmp_path)
    history = FakeHistory(spring())
    report = run(parts(tmp_path, history, now=lambda: SEEN + dt.timedelta(days=3)), SPRING)
    assert (history.asked, tree(tmp_path)) == ([], before)
    assert (report.topics, report.failures, report.total) == ((), (), 33)
    (warning,) = report.warnings
    assert "2026-01-10 to 2026-05-20 was asked for before, on 2026-11-11 06:00 UTC: nothing to do." in warning
    assert "To ask again, delete data/backfill/2026-01-10_2026-05-20.jsonl." in warning


KILLER = """
import os, pathlib, sys
from digest.backfill import run
from tests.test_backfill import SPRING, parts
base, kind = pathlib.Path(sys.argv[1]), sys.argv[2]
for die_at in range(1, 500):
    root = base / str(die_at)
    child = os.fork()
    if child == 0:
        seen = 0

        def hook(event, args):
            # Audit events come before the system call: dying here is dying just before it.
            global seen
            if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir") and str(root) in str(args[0]):
                seen += 1
                if seen == die_at:
                    if kind == "half" and event == "open" and "w" in str(args[1]):
                        os.write(os.open(args[0], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), b"ha")
                    os._exit(137)

        sys.addaudithook(hook)
        run(parts(root), SPRING)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        print(die_at)
        break
"""


@pytest.mark.parametrize("kind", ["before", "half"])
def test_killed_at_any_moment_it_goes_on_and_ends_in_the_same_bytes(tmp_path: Path, kind: str, whole: Path) -> None:
    command = [sys.executable, "-c", KILLER, str(tmp_path), kind]
    died = int(subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout)
    assert died > 50
    hours = itertools.count(1)
    for die_at in range(1, died):
        root = tmp_path / str(die_at)
        root.mkdir(exist_ok=True)
        shown = Store(root / "data").entries()
        assert list(shown) == list(Store(whole / "data").entries())[: len(shown)], "what was stored is a beginning"
        history = FakeHistory(spring())
        # Hours later, unless nothing had been written yet that could tell of the first try.
        now = SEEN + dt.timedelta(hours=next(hours)) if shown else SEEN
        run(parts(root, history, now=lambda now=now: now), SPRING)
        assert tree(root) == tree(whole), f"after dying at call {die_at}"


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_shards_in_any_order_make_what_one_makes(tmp_path: Path, order: tuple[int, ...], whole: Path) -> None:
    for number in order:
        job = tmp_path / f"job{number}"
        job.mkdir()
        report = run(parts(job), msgspec.structs.replace(SPRING, shard=number, shards=3))
        assert list(tree(job)) == [f"data/backfill/2026-01-10_2026-05-20_{number}-of-3.jsonl"]
        assert report.failures == ()
        shutil.copytree(job / "data", tmp_path / "data", dirs_exist_ok=True)
    assert Store(tmp_path / "data").entries() == Store(whole / "data").entries(), "shown before it is moved"
    next_run(tmp_path)
    assert papers_of(tmp_path) == papers_of(whole)
    assert all(not each.entries and each.progress.done for each in Store(tmp_path / "data").backfills().values())
    before = tree(tmp_path)
    next_run(tmp_path)
    assert tree(tmp_path) == before


def test_shards_one_after_the_other_in_one_folder_with_runs_in_between(tmp_path: Path, whole: Path) -> None:
    for span in shards(4):
        run(parts(tmp_path), span)
        next_run(tmp_path)
    assert papers_of(tmp_path) == papers_of(whole)


def test_every_shard_has_other_months_and_together_they_have_all() -> None:
    every = Progress(since=SPRING.since, until=SPRING.until, topics="", started=SEEN, asked=SEEN.replace(year=2025))
    found = [
        month for shard in (1, 2, 3) for month in months_left(msgspec.structs.replace(every, shard=shard, shards=3))
    ]
    assert sorted(found) == list(months_left(every))
    assert [start.month for start, _ in months_left(msgspec.structs.replace(every, shard=2, shards=3))] == [2, 5]
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(months_left(every)))
    assert (found[0][0], months_left(every)[-1][1]) == (
        dt.datetime(2026, 1, 10, tzinfo=UTC),
        dt.datetime(2026, 5, 21, tzinfo=UTC),
    )


def test_a_shard_without_a_month_says_so_and_writes_nothing(tmp_path: Path) -> None:
    report = run(parts(tmp_path), msgspec.structs.replace(SPRING, shard=6, shards=6))
    assert report.warnings == ("Shard 6/6 has nothing to do: none of the months left is its own.",)
    assert tree(tmp_path) == {}


def git(folder: Path, *arguments: str) -> str:
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(folder)}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    command = ["git", *who, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, env=os.environ | settings)
    return done.stdout


def test_git_merges_shards_and_a_daily_run_without_a_conflict(tmp_path: Path, whole: Path) -> None:
    git(tmp_path, "init", "-q")
    new = entry("2605.90999", published=dt.datetime(2026, 5, 25, tzinfo=UTC))
    publish(tmp_path / "data", encode_entries([new]))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "start")
    for span in shards(3):
        git(tmp_path, "switch", "-q", "-c", f"shard{span.shard}", "main")
        run(parts(tmp_path), span)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", f"shard {span.shard}")
    git(tmp_path, "switch", "-q", "main")
    other = entry("2602.90998", published=dt.datetime(2026, 2, 25, tzinfo=UTC))
    publish(tmp_path / "data", encode_entries([other]))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "a daily run")
    for number in (3, 1):  # a run on main puts away what has come; the branch of shard 2 knows nothing of it
        git(tmp_path, "merge", "-q", "--no-edit", f"shard{number}")
    next_run(tmp_path)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "another daily run")
    git(tmp_path, "merge", "-q", "--no-edit", "shard2")
    next_run(tmp_path)
    known = Store(whole / "data").entries() | {each.arxiv_id: each for each in (new, other)}
    assert papers_of(tmp_path) == {f"data/{path}": content for path, content in encode_entries(known.values()).items()}


def test_git_merges_a_shard_that_goes_on_while_runs_look_at_its_beginning(tmp_path: Path, whole: Path) -> None:
    git(tmp_path, "init", "-q")
    (first, second) = shards(2)
    run(parts(tmp_path, FakeHistory(spring(), broken=dt.datetime(2026, 3, 20, tzinfo=UTC))), first)
    run(parts(tmp_path), second)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one shard done, the other begun")
    git(tmp_path, "switch", "-q", "-c", "shard1")
    run(parts(tmp_path), first)
    git(tmp_path, "commit", "-qam", "the other done")
    git(tmp_path, "switch", "-q", "main")
    next_run(tmp_path)
    assert len(Store(tmp_path / "data").backfills()[first.name].entries) > 0, "not done, so still its own"
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "a daily run")
    git(tmp_path, "merge", "-q", "--no-edit", "shard1")
    next_run(tmp_path)
    assert papers_of(tmp_path) == papers_of(whole)


def test_the_budget_ends_it_after_a_window_and_the_next_goes_on(tmp_path: Path, whole: Path) -> None:
    history = FakeHistory(spring())
    runs = 0
    while not runs or not progress(tmp_path).done:
        clock = itertools.count()
        before = history.requests
        report = run(
            parts(tmp_path, history, now=lambda clock=clock: SEEN + dt.timedelta(minutes=11 * next(clock))), SPRING
        )
        runs += 1
        assert report.failures == ()
        assert history.requests - before <= 2
        if not progress(tmp_path).done:
            stop = f"{progress(tmp_path).asked:%Y-%m-%d}"
            why = "the 20 minutes of fetch.budget_minutes are used up"
            assert report.warnings == (f"Stopped at {stop}: {why}. Run the same command again to go on from there.",)
    assert runs > 3
    assert history.asked == sorted(set(history.asked)), "nothing was asked for twice"
    assert tree(tmp_path) == tree(whole)


def test_a_budget_that_is_shorter_than_a_window_still_gets_on(tmp_path: Path) -> None:
    for _ in range(9):
        clock = itertools.count()
        run(parts(tmp_path, now=lambda clock=clock: SEEN + dt.timedelta(hours=next(clock))), SPRING)
    assert progress(tmp_path).done


def test_a_window_that_fails_keeps_what_came_before_and_is_asked_for_again(tmp_path: Path, whole: Path) -> None:
    broken = dt.datetime(2026, 3, 20, tzinfo=UTC)
    report = run(parts(tmp_path, FakeHistory(spring(), broken=broken)), SPRING)
    (failure,) = report.failures
    assert failure == Failure(
        stage="fetch",
        subject="api: papers from 2026-03-01 on",
        message="arXiv asked us to slow down.",
        hint="It is busy.",
    )
    assert "Stopped at 2026-03-01: there is no whole answer." in report.warnings[0]
    entries = Store(tmp_path / "data").entries()
    assert report.new == report.total == len(entries) > 0
    assert max(each.published for each in entries.values() if each.published) < dt.datetime(2026, 3, 1, tzinfo=UTC)
    assert all(topic.asked for topic in report.topics)
    history = FakeHistory(spring())
    assert run(parts(tmp_path, history), SPRING).failures == ()
    assert history.asked[0][0] == dt.datetime(2026, 3, 1, tzinfo=UTC)
    assert tree(tmp_path) == tree(whole)


def test_when_nothing_answers_nothing_is_written(tmp_path: Path) -> None:
    report = run(parts(tmp_path, FakeHistory(spring(), broken=dt.datetime(2026, 1, 12, tzinfo=UTC))), SPRING)
    assert tree(tmp_path) == {}
    assert not any(topic.asked for topic in report.topics)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"complete": frozenset({"Heads"})}, "The answer is not whole for Splats."),
        ({"cut": {"Heads": 3}}, "The answer is not whole for every topic."),
    ],
)
def test_an_answer_that_is_not_whole_stops_it(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    history = FakeHistory(spring())
    skipped = Failure(stage="fetch", subject="Splats", message="arXiv refused the query.")
    history.changes = {**changes, "skipped": (skipped,)}
    report = run(parts(tmp_path, history), SPRING)
    assert [each.message for each in report.failures] == ["arXiv refused the query.", words]
    assert tree(tmp_path) == {}


def test_a_source_that_leaves_a_gap_is_not_believed(tmp_path: Path) -> None:
    class Gap(FakeHistory):
        def between(self, topics: Sequence[Topic], start: dt.datetime, end: dt.datetime) -> Iterator[FakeWindow]:
            for number, window in enumerate(super().between(topics, start, end)):
                if number != 1:
                    yield window

    report = run(parts(tmp_path, Gap(spring(), days=5)), SPRING)
    assert "Nothing was said of papers from 2026-01-15 on." in report.failures[0].message
    assert progress(tmp_path).asked == dt.datetime(2026, 1, 15, tzinfo=UTC)


def test_an_item_that_cannot_be_read_is_told_and_the_rest_is_used(tmp_path: Path) -> None:
    history = FakeHistory(spring(), days=31)
    row = Failure(stage="fetch", subject="2601.90002", message="left out: no title")
    history.changes = {"skipped": (row,)}
    report = run(parts(tmp_path, history), SPRING)
    assert report.failures == (row,) * 5
    assert report.new == 33


def test_an_answer_without_what_is_stored_is_not_believed(tmp_path: Path) -> None:
    run(parts(tmp_path), SPRING)
    (tmp_path / "data/backfill/2026-01-10_2026-05-20.jsonl").unlink()
    report = run(parts(tmp_path, FakeHistory()), SPRING)
    assert report.failures[0].message == "The answer is empty, and yet 5 papers of its window are stored."
    assert report.total == 33


def test_changed_topics_are_asked_for_from_the_beginning_and_nothing_is_lost(tmp_path: Path) -> None:
    broken = dt.datetime(2026, 3, 20, tzinfo=UTC)
    run(parts(tmp_path, FakeHistory(spring(), broken=broken), topics=(HEADS,)), SPRING)
    heads = set(Store(tmp_path / "data").entries())
    both = next(each.arxiv_id for each in spring() if "Head by" in each.title and each.arxiv_id in heads)
    later = SEEN + dt.timedelta(days=1)
    for end in (broken, None):
        history = FakeHistory(spring(), broken=end)
        run(parts(tmp_path, history, topics=(SPLATS,), now=lambda: later), SPRING)
        assert history.asked[0][0].month == (1 if end else 3)
        entries = Store(tmp_path / "data").entries()
        assert heads < set(entries)
        assert [match.topic for match in entries[both].topics] == ["Heads", "Splats"]
        assert {each.first_seen for each in entries.values()} == {SEEN, later}
        assert entries[both].first_seen == SEEN
    assert run(parts(tmp_path, history, topics=(SPLATS,), now=lambda: later), SPRING).requests == 0


def test_the_order_of_the_topics_does_not_matter(tmp_path: Path) -> None:
    run(parts(tmp_path), SPRING)
    assert run(parts(tmp_path, topics=(SPLATS, HEADS)), SPRING).requests == 0


def test_what_is_stored_keeps_its_day_and_is_brought_up_to_date(tmp_path: Path) -> None:
    published = dt.datetime(2026, 2, 3, 12, tzinfo=UTC)
    stored = entry("2602.90500", published=published, updated=published, listed=dt.date(2026, 2, 9))
    same = entry("2602.90501", published=published, updated=published, topics=entry().topics)
    gone = entry("2602.90502", published=published, updated=published)
    publish(tmp_path / "data", encode_entries([stored, same, gone]))
    facts = {"published": published, "updated": published}
    history = FakeHistory(
        [
            paper("2602.90500", version=2, **facts | {"updated": SEEN - dt.timedelta(days=9)}),
            paper("2602.90501", **facts, comment="12 pages"),
            paper("2602.90502", version=2, title="Withdrawn", abstract="This paper has been withdrawn.", **facts),
            paper("2602.90503", title="On Cabbage", abstract="Gardening.", **facts),
        ]
    )
    report = run(parts(tmp_path, history), SPRING)
    entries = Store(tmp_path / "data").entries()
    assert list(entries) == ["2602.90500", "2602.90501", "2602.90502"]
    assert (report.new, report.revised, report.withdrawn, report.unchanged) == (0, 1, 1, 1)
    revised = entries["2602.90500"]
    assert (revised.version, revised.listed, revised.first_seen) == (2, dt.date(2026, 2, 9), stored.first_seen)
    assert revised.versions[-1] == Version(version=2, updated=SEEN - dt.timedelta(days=9), listed=dt.date(2026, 11, 3))
    assert [match.topic for match in revised.topics] == ["Avatar", "Heads"]
    assert entries["2602.90501"].comment == "12 pages"
    assert entries["2602.90502"].withdrawn


def test_dates_of_versions_are_kept_where_they_are_told(tmp_path: Path) -> None:
    history = FakeHistory([paper("2602.90500", version=3, published=dt.datetime(2026, 2, 3, tzinfo=UTC))])
    told = tuple(Version(version=number, updated=dt.datetime(2026, 2, number + 2, tzinfo=UTC)) for number in (1, 2))
    history.changes = {"versions": {"2602.90500": told}}
    run(parts(tmp_path, history), SPRING)
    first, second, third = Store(tmp_path / "data").entries()["2602.90500"].versions
    assert [each.updated for each in (first, second)] == [each.updated for each in told]
    assert third.version == 3


def test_a_code_finder_that_fails_costs_its_links_only(tmp_path: Path) -> None:
    broken = FakeFinder(error=CodeFinderError("down", arxiv_id="x"))
    good = FakeFinder({spring()[5].arxiv_id: [LINK]})
    report = run(parts(tmp_path, finders=(broken, good)), SPRING)
    assert {(each.stage, each.message) for each in report.failures} == {("code", "down")}
    assert Store(tmp_path / "data").entries()[spring()[5].arxiv_id].code_links == (LINK,)


def test_status_and_pages_are_left_to_the_runs(tmp_path: Path) -> None:
    publish(tmp_path, {"data/status.json": b"{}", "_site/index.html": b"home"})
    run(parts(tmp_path), SPRING)
    assert tree(tmp_path)["data/status.json"] == b"{}"
    assert (
        not set(tree(tmp_path))
        - set(papers_of(tmp_path))
        - {
            "data/status.json",
            "_site/index.html",
            "data/backfill/2026-01-10_2026-05-20.jsonl",
        }
    )


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2024-02-01", "2024-01-31", "--from 2024-02-01 is after --to 2024-01-31."),
        ("1991-07-31", "1991-09-01", "--from 1991-07-31: arXiv began in August 1991."),
        ("2026-11-11", "2026-11-12", "--from 2026-11-11: that day is not over yet, in UTC."),
        ("2027-01-01", "2027-01-02", "--from 2027-01-01: that day is not over yet, in UTC."),
    ],
)
def test_a_range_that_cannot_be_asked_for_is_refused_in_words(
    tmp_path: Path, since: str, until: str, words: str
) -> None:
    span = Span(since=dt.date.fromisoformat(since), until=dt.date.fromisoformat(until))
    with pytest.raises(ConfigError) as caught:
        run(parts(tmp_path), span)
    assert caught.value.message == words
    assert caught.value.hint
    assert tree(tmp_path) == {}


def test_a_day_to_come_means_yesterday_and_the_range_grows_with_time(tmp_path: Path) -> None:
    span = Span(since=dt.date(2026, 10, 30), until=dt.date(2026, 12, 31))
    assert last_day(span, SEEN) == dt.date(2026, 11, 10)
    history = FakeHistory()
    report = run(parts(tmp_path, history), span)
    assert report.warnings == ("--to 2026-12-31 is not over yet: asked for papers until 2026-11-10.",)
    assert history.asked[-1][1] == dt.datetime(2026, 11, 11, tzinfo=UTC)
    assert run(parts(tmp_path, history), span).requests == 0
    late = paper("2611.90777", title="A Talking Head", published=SEEN, updated=SEEN)
    later = FakeHistory([late])
    run(parts(tmp_path, later, now=lambda: SEEN + dt.timedelta(days=30)), span)
    assert (later.asked[0][0], later.asked[-1][1]) == (
        dt.datetime(2026, 11, 11, tzinfo=UTC),
        dt.datetime(2026, 12, 11, tzinfo=UTC),
    )
    stored = Store(tmp_path / "data").entries()["2611.90777"]
    assert (stored.first_seen, stored.listed) == (SEEN + dt.timedelta(days=30), dt.date(2026, 11, 12))


def test_before_the_known_holidays_it_says_that_days_may_be_off(tmp_path: Path) -> None:
    report = run(parts(tmp_path, FakeHistory()), Span(since=dt.date(1995, 1, 1), until=dt.date(1995, 2, 28)))
    assert report.warnings == (
        "arXiv's holidays before 2017 are not known to this version: some papers are listed a day off.",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: b"", "spring.jsonl:1: can't be read"),
        (lambda content: content.split(b"\n", 1)[1], "spring.jsonl:1: can't be read"),
        (lambda content: content + b"<<<<<<< HEAD\n", "spring.jsonl:4: can't be read"),
        (lambda content: content + content.splitlines()[1] + b"\n", "spring.jsonl:4: 2601.90001 is stored twice"),
    ],
)
def test_a_file_that_cannot_be_read_stops_everything(tmp_path: Path, change: Any, words: str) -> None:
    span = Span(since=dt.date(2026, 1, 1), until=dt.date(2026, 1, 31), shard=1, shards=2)
    history = FakeHistory([paper(f"2601.9000{each}", published=dt.datetime(2026, 1, 5, tzinfo=UTC)) for each in (1, 2)])
    run(parts(tmp_path, history), span)
    path = tmp_path / "data/backfill/spring.jsonl"
    path.write_bytes(change((tmp_path / f"data/backfill/{span.name}.jsonl").read_bytes()))
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "data").entries()
    assert words in caught.value.message


# Folding: what backfills found, in whatever order and however often it comes.

TOPICS = ("Heads", "Splats", "Heads and Splats")
FACTS = st.fixed_dictionaries({}, optional={"comment": st.sampled_from(["12 pages", "v2"]), "doi": st.just("10.1/x")})


@st.composite
def found(draw: st.DrawFn) -> Entry:
    number, version = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    published = dt.datetime(2026, 1, number, 12, tzinfo=UTC)
    names = draw(st.lists(st.sampled_from(TOPICS), min_size=1, unique=True))
    links = draw(st.lists(st.sampled_from("ab"), unique=True))
    return entry(
        f"2601.9000{number}",
        version=version,
        published=published,
        updated=published + dt.timedelta(days=version - 1),
        first_seen=SEEN,
        listed=dt.date(2026, 1, number + 2),
        topics=tuple(msgspec.structs.replace(entry().topics[0], topic=name) for name in names),
        code_links=tuple(
            CodeLink(url=f"https://github.com/x/{each}", kind="code", found_by="abstract") for each in links
        ),
        versions=(),
        **draw(FACTS),
    )


def test_who_saw_a_paper_first_saw_it_first() -> None:
    early, late = (entry(first_seen=SEEN + dt.timedelta(days=day)) for day in (0, 1))
    assert fold({}, [late, early])[early.arxiv_id].first_seen == SEEN
    assert fold({late.arxiv_id: late}, [early])[early.arxiv_id].first_seen == late.first_seen, "stored is stored"


def topics_of(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    return {(each.arxiv_id, match.topic) for each in entries for match in each.topics}


@given(stored=st.lists(found()), new=st.lists(found()), seed=st.randoms())
def test_folding_loses_nothing_doubles_nothing_and_does_not_care_for_order(
    stored: list[Entry], new: list[Entry], seed: Any
) -> None:
    archive = fold({}, stored)
    after = fold(archive, new)
    assert list(after) == sorted({each.arxiv_id for each in (*stored, *new)})
    assert fold(after, new) == after
    shuffled = list(new)
    seed.shuffle(shuffled)
    assert fold(archive, shuffled) == after
    for arxiv_id, before in archive.items():
        now = after[arxiv_id]
        assert now.version >= before.version
        assert (now.listed, now.first_seen) == (before.listed, before.first_seen)
        assert set(now.code_links) >= set(before.code_links)
    newest = {
        each.arxiv_id: max(other.version for other in (*archive.values(), *new) if other.arxiv_id == each.arxiv_id)
        for each in new
    }
    assert all(after[arxiv_id].version == version for arxiv_id, version in newest.items())
    assert topics_of(archive.values()) <= topics_of(after.values())
    assert topics_of(each for each in new if each.version == newest[each.arxiv_id]) <= topics_of(after.values())


@given(papers=st.lists(found(), unique_by=lambda each: each.arxiv_id), stored=st.lists(found()), cut=st.data())
def test_folding_in_two_steps_is_folding_at_once(papers: list[Entry], stored: list[Entry], cut: st.DataObject) -> None:
    at = cut.draw(st.integers(0, len(papers)))
    archive = fold({}, stored)
    at_once = fold(archive, papers)
    assert fold(fold(archive, papers[:at]), papers[at:]) == at_once
    assert fold(fold(archive, papers[at:]), papers[:at]) == at_once


# The command.

COMMAND = ["backfill", "--from", "2026-01-10", "--to", "2026-05-20"]


@pytest.fixture
def arxiv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArxivStandin]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(assembly, "now", lambda: SEEN)
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    with ArxivStandin(spring()) as standin:
        configure(f"delay: 0, endpoints: {{api: '{standin.url}'}}")
        yield standin


def configure(fetch: str) -> None:
    Path("config.yaml").write_text(
        f"""title: Heads
keywords:
  Heads: {{filters: [talking head]}}
  Splats: {{filters: [gaussian splatting]}}
max_results: 1
data: data
fetch: {{{fetch}}}
"""
    )


class Interrupted(FakeHistory):
    """Ctrl+C in the second month."""

    def _window(self, topics: Sequence[Topic], start: dt.datetime, end: dt.datetime) -> FakeWindow:
        if start.month > 1:
            raise KeyboardInterrupt
        return super()._window(topics, start, end)


def interrupted(*_: object) -> Interrupted:
    return Interrupted(spring())


def without_past(*_: object) -> FakeSource:
    return FakeSource()


def test_the_command_brings_what_the_api_has_and_max_results_does_not_cut_it(
    arxiv: ArxivStandin, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(COMMAND) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("backfill: 33 new; 33 papers in all (")
    assert list(Store(Path("data")).entries()) == list(Store(whole / "data").entries())
    assert not Path("data/status.json").exists()
    asked = len(arxiv.requests)
    before = tree(Path())
    assert cli.main(COMMAND) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert (len(arxiv.requests), tree(Path())) == (asked, before)


def test_the_command_in_json_and_quietly(arxiv: ArxivStandin, whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*COMMAND, "--json", "--shard", "2/2"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert (report["command"], report["new"], err) == ("backfill", len(submitted_in(whole, 2, 4)), "")
    assert cli.main([*COMMAND, "-q", "--shard", "1/2"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_failure_is_listed_and_red_only_when_strict(
    arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str], whole: Path
) -> None:
    arxiv.faults += [Fault.status(403, b"<b>denied</b>")] * 2
    assert cli.main([*COMMAND, "--strict"]) == 1
    assert cli.main(COMMAND) == 0
    out = capsys.readouterr().out
    assert "failed: fetch: api: papers from 2026-01-10 on:" in out
    assert "Stopped at 2026-01-10: there is no whole answer. Run the same command again to go on from there." in out
    assert cli.main([*COMMAND, "--strict"]) == 0
    assert list(Store(Path("data")).entries()) == list(Store(whole / "data").entries())


def test_stopped_by_hand_it_keeps_what_came(
    arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str], whole: Path
) -> None:
    configure("sources: ['tests.test_backfill:interrupted']")
    assert cli.main(COMMAND) == 1
    assert "what was found is kept. Run the same command again" in capsys.readouterr().err
    assert list(Store(Path("data")).entries()) == submitted_in(whole, 1)
    configure(f"delay: 0, endpoints: {{api: '{arxiv.url}'}}")
    assert cli.main(COMMAND) == 0
    assert list(Store(Path("data")).entries()) == list(Store(whole / "data").entries())


def test_shards_together_ask_no_faster_than_one(arxiv: ArxivStandin) -> None:
    configure(f"delay: 0.1, endpoints: {{api: '{arxiv.url}'}}")
    assert cli.main([*COMMAND, "-q", "--shard", "1/3"]) == 0
    arrivals = [request.at for request in arxiv.requests]
    assert len(arrivals) > 1
    assert all(later - earlier >= 0.3 for earlier, later in itertools.pairwise(arrivals))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "2024-01-01"], "the following arguments are required: --to"),
        (["--from", "January", "--to", "2024-01-31"], "'January' is not a day; write it as 2024-01-31"),
        (["--from", "2024-01-01", "--to", "2024-02-30"], "'2024-02-30' is not a day"),
        *(
            (["--from", "2024-01-01", "--to", "2024-01-31", "--shard", shard], f"{shard!r} is not a shard; the three")
            for shard in ("0/3", "4/3", "x", "1", "1/", "/3", "1/0", "1.0/3", "²/3")
        ),
    ],
)
def test_wrong_usage_exits_2_in_words(
    arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["backfill", *arguments])
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_a_wrong_range_exits_2_before_anything_is_asked(
    arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(Path())
    assert cli.main(["backfill", "--from", "2024-02-01", "--to", "2024-01-01"]) == 2
    assert "--from 2024-02-01 is after --to 2024-01-01." in capsys.readouterr().err
    assert (arxiv.requests, tree(Path())) == ([], before)


def test_without_a_source_that_knows_the_past_it_says_which_to_add(
    arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("sources: ['tests.test_backfill:without_past']")
    assert cli.main(COMMAND) == 2
    assert "Add api to fetch.sources" in capsys.readouterr().err


def test_the_next_run_moves_what_the_shards_brought_into_the_months(tmp_path: Path, whole: Path) -> None:
    for span in shards(3):
        run(parts(tmp_path), span)
    settings = config.parse("keywords: {Heads: {filters: [talking head]}}\ndata: data\n", "config.yaml")

    def daily(*stages: str) -> None:
        made = pipeline.Parts(
            config=settings,
            root=tmp_path,
            now=lambda: SEEN,
            reporter=FakeReporter(),
            sources=(FakeSource(),),
            outputs=(FakeOutput(),),
        )
        pipeline.run(made, stages=frozenset(stages))

    daily("render")
    assert tree(tmp_path)["_site/list.txt"].count(b"\n") == len(Store(whole / "data").entries()), "shown at once"
    assert papers_of(tmp_path) == {}
    daily("fetch")
    assert papers_of(tmp_path) == papers_of(whole)
    assert Store(tmp_path / "data").pending() == Pending()
    before = tree(tmp_path)
    daily("fetch")
    assert {path for path, content in tree(tmp_path).items() if before.get(path) != content} <= {"data/status.json"}
