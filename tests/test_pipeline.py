from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from digest import config, pipeline
from digest.errors import CodeFinderError, RenderError, StoreError, Throttled
from digest.model import CodeLink, Mailing, Status, Version
from digest.store import Store
from tests.factories import SEEN, SUBMITTED, paper
from tests.fakes import FakeFinder, FakeOutput, FakeReporter, FakeSource, FakeTranslator

CONFIG = """
title: Test
keywords:
  Heads: {filters: [talking head], categories: [cs.CV]}
  Splats: {filters: [Gaussian splatting], categories: [cs.CV]}
translate: {languages: [zh]}
"""
HEAD = paper("2611.90001")
SPLAT = paper("2611.90002", title="Gaussian Splatting in the Rain", abstract="We splat.")
BOTH = paper("2611.90003", title="A Talking Head by Gaussian Splatting", abstract="Both.")
NEITHER = paper("2611.90004", title="On Heads of Cabbage", abstract="Gardening.")


def parts(root: Path, **changes: Any) -> pipeline.Parts:
    made: dict[str, Any] = {
        "config": config.parse(CONFIG, "config.yaml"),
        "root": root,
        "now": lambda: SEEN,
        "reporter": FakeReporter(),
        "sources": (FakeSource(HEAD, SPLAT, BOTH, NEITHER),),
        "finders": (FakeFinder(),),
        "translators": (FakeTranslator(),),
        "outputs": (FakeOutput(),),
    }
    return pipeline.Parts(**(made | changes))


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def throttled() -> Throttled:
    return Throttled("arXiv asked us to slow down.", source="api")


def test_a_whole_run(tmp_path: Path) -> None:
    output, reporter = FakeOutput(), FakeReporter()
    link = CodeLink(url="https://github.com/a/b", kind="code", found_by="abstract")
    done = pipeline.run(
        parts(tmp_path, outputs=(output,), reporter=reporter, finders=(FakeFinder({"2611.90003": [link]}),))
    )
    entries = Store(tmp_path / "docs/data").entries()
    assert list(entries) == ["2611.90001", "2611.90002", "2611.90003"]
    assert [match.topic for match in entries["2611.90003"].topics] == ["Heads", "Splats"]
    assert entries["2611.90003"].code_links == (link,)
    assert entries["2611.90001"].topics[0].evidence[0].phrase == "talking head"
    texts = Store(tmp_path / "docs/data").translations("zh")
    assert texts["2611.90001", "title"].text == f"译：{HEAD.title}"
    assert (done.report.new, done.report.total, done.report.failures) == (3, 3, ())
    heads, splats = done.report.topics
    assert (heads.matched, heads.new, splats.matched, splats.new) == (2, 2, 2, 2)
    assert (done.report.returned, done.report.unmatched) == (4, 1)
    assert output.digests[0].translations["zh"]["2611.90001", "title"].version == 1
    assert tree(tmp_path)["_site/list.txt"] == b"2611.90001v1\n2611.90002v1\n2611.90003v1\n"
    assert [name for name, _ in reporter.stages] == ["fetch", "find code", "translate zh", "render"]


def test_a_second_run_changes_nothing_but_status(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path))
    before = tree(tmp_path)
    later = SEEN + dt.timedelta(hours=5)
    done = pipeline.run(parts(tmp_path, now=lambda: later))
    changed = {path for path, content in tree(tmp_path).items() if before.get(path) != content}
    assert changed == {"docs/data/status.json", "_site/status.json"}
    assert set(done.published.written) == changed
    assert (done.report.new, done.report.unchanged) == (0, 3)


def test_the_second_run_asks_from_the_lookback_and_a_changed_topic_from_the_beginning(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path))
    source = FakeSource()
    changed = config.parse(CONFIG.replace("[Gaussian splatting]", "[splatting]"), "config.yaml")
    pipeline.run(parts(tmp_path, sources=(source,), config=changed))
    assert source.asked == [("Heads", SEEN - dt.timedelta(days=7)), ("Splats", None)]


def test_a_topic_without_an_answer_keeps_what_it_had_and_says_since_when(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path))
    later = SEEN + dt.timedelta(days=1)
    done = pipeline.run(parts(tmp_path, sources=(FakeSource(error=throttled()),), now=lambda: later))
    assert list(Store(tmp_path / "docs/data").entries()) == ["2611.90001", "2611.90002", "2611.90003"]
    (failure,) = done.report.failures
    assert (failure.subject, failure.since) == ("api", later)
    assert not done.report.topics[0].asked
    status = Store(tmp_path / "docs/data").status()
    assert status.sources["api"].reached == SEEN
    assert status.sources["api"].failing_since == later
    assert (status.topics["Heads"].answered, status.topics["Heads"].failing_since) == (SEEN, later)

    much_later = later + dt.timedelta(days=3)
    again = pipeline.run(parts(tmp_path, sources=(FakeSource(error=throttled()),), now=lambda: much_later))
    assert again.report.failures[0].since == later
    healed = FakeSource(HEAD, SPLAT, BOTH)
    pipeline.run(parts(tmp_path, sources=(healed,), now=lambda: much_later))
    assert healed.asked[0] == ("Heads", SEEN - dt.timedelta(days=7)), (
        "asks from the last whole answer, not the last try"
    )
    status = Store(tmp_path / "docs/data").status()
    assert status.sources["api"].failing_since is None
    assert status.topics["Heads"].failing_since is None


def test_the_next_route_is_asked_for_what_the_first_left_open(tmp_path: Path) -> None:
    first = FakeSource(HEAD, name="api", silent=["Splats"])
    second = FakeSource(SPLAT, name="oai")
    done = pipeline.run(parts(tmp_path, sources=(first, second)))
    assert list(Store(tmp_path / "docs/data").entries()) == ["2611.90001", "2611.90002"]
    assert [name for name, _ in second.asked] == ["Splats"]
    assert [topic.source for topic in done.report.topics] == ["api", "oai"]
    assert done.report.failures == ()


def test_any_one_route_is_enough_and_the_dead_ones_are_told(tmp_path: Path) -> None:
    dead = FakeSource(name="api", error=throttled())
    alive = FakeSource(HEAD, name="oai")
    done = pipeline.run(parts(tmp_path, sources=(dead, alive)))
    assert all(topic.asked for topic in done.report.topics)
    assert [failure.subject for failure in done.report.failures] == ["api"]
    status = Store(tmp_path / "docs/data").status()
    assert status.sources["api"].failing_since == SEEN
    assert status.sources["oai"].reached == SEEN
    assert status.topics["Heads"].failing_since is None


def test_what_each_route_knows_of_a_paper_is_put_together(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path, sources=(FakeSource(),)))
    mailing = dt.date(2026, 11, 10)
    api = FakeSource(paper("2611.90001", comment="12 pages"), name="api")
    rss = FakeSource(
        paper("2611.90001", published=None, updated=None, license="https://example.org/cc", announced=mailing),
        name="rss",
        announced=mailing,
    )
    pipeline.run(parts(tmp_path, sources=(api, rss)))
    entry = Store(tmp_path / "docs/data").entries()["2611.90001"]
    assert (entry.comment, entry.license) == ("12 pages", "https://example.org/cc")
    assert (entry.announced, entry.listed, entry.published) == (mailing, mailing, SUBMITTED)


def test_a_paper_that_moderation_held_is_found_by_a_route_that_goes_by_announcement(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path, sources=(FakeSource(),)))
    mailing = dt.date(2026, 11, 11)
    held = paper("2611.90001", published=None, updated=None, announced=mailing)
    rss = FakeSource(held, name="rss", announced=mailing)
    oai = FakeSource(name="oai", announced=mailing)
    pipeline.run(parts(tmp_path, sources=(FakeSource(), rss, oai)))
    assert list(Store(tmp_path / "docs/data").entries()) == ["2611.90001"]
    assert oai.asked == [], "one such route is enough"


def test_a_first_look_asks_for_no_second_opinion(tmp_path: Path) -> None:
    rss = FakeSource(name="rss", announced=dt.date(2026, 11, 11))
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD), rss)))
    assert rss.asked == []


def test_versions_keep_their_dates(tmp_path: Path) -> None:
    first, second = SUBMITTED - dt.timedelta(days=30), SUBMITTED
    told = (Version(version=1, updated=first), Version(version=2, updated=second))
    oai = FakeSource(paper("2611.90001", version=2), name="oai", versions={"2611.90001": told})
    pipeline.run(parts(tmp_path, sources=(oai,)))
    versions = Store(tmp_path / "docs/data").entries()["2611.90001"].versions
    assert [(each.version, each.updated) for each in versions] == [(1, first), (2, second)]


def test_an_answer_without_the_papers_of_yesterday_is_not_believed(tmp_path: Path) -> None:
    known = [paper(f"2611.9000{number}", updated=SEEN - dt.timedelta(days=1)) for number in range(1, 5)]
    pipeline.run(parts(tmp_path, sources=(FakeSource(*known),)))
    later = SEEN + dt.timedelta(days=1)
    hollow, second = FakeSource(), FakeSource(*known, name="oai")
    done = pipeline.run(parts(tmp_path, sources=(hollow, second), now=lambda: later))
    assert [failure.subject for failure in done.report.failures] == ["api: Heads"]
    assert "lacks all 4 papers" in done.report.failures[0].message
    assert [topic.source for topic in done.report.topics] == ["oai", "api"]
    alone = pipeline.run(parts(tmp_path, sources=(FakeSource(),), now=lambda: later))
    assert not alone.report.topics[0].asked
    assert len(Store(tmp_path / "docs/data").entries()) == 4


def test_a_second_route_confirms_what_a_mailing_brought(tmp_path: Path) -> None:
    mailing = dt.date(2026, 11, 11)
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD),)))
    status = Store(tmp_path / "docs/data").status()
    assert status.mailing == Mailing(day=mailing, papers=0, agreed=("api",))
    stale = FakeSource(name="rss", announced=dt.date(2026, 11, 10))
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD), stale)))
    assert Store(tmp_path / "docs/data").status().mailing == status.mailing
    rss = FakeSource(name="rss", announced=mailing)
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD), rss)))
    confirmed = Store(tmp_path / "docs/data").status().mailing
    assert confirmed == Mailing(day=mailing, papers=0, agreed=("api", "rss"))


def test_when_nothing_answers_the_page_says_so_and_nothing_is_lost(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path))
    facts = {path: content for path, content in tree(tmp_path).items() if "papers" in path or "translations" in path}
    done = pipeline.run(parts(tmp_path, sources=(FakeSource(error=throttled()),)))
    assert {path: tree(tmp_path)[path] for path in facts} == facts
    assert len(done.report.failures) == 1


def test_a_cut_is_reported_and_remembered(tmp_path: Path) -> None:
    source = FakeSource(HEAD)
    source.cut = {"Heads": 40}
    done = pipeline.run(parts(tmp_path, sources=(source,)))
    assert done.report.topics[0].cut == 40
    pipeline.run(parts(tmp_path))
    status = Store(tmp_path / "docs/data").status().topics["Heads"]
    assert (status.before, status.cut) == (40, 0), "a digest begins where its first look ends"
    source.cut = {"Heads": 3}
    pipeline.run(parts(tmp_path, sources=(source,)))
    pipeline.run(parts(tmp_path, sources=(source,)))
    status = Store(tmp_path / "docs/data").status().topics["Heads"]
    assert (status.before, status.cut) == (40, 6)


def test_the_limit_takes_the_newest_and_counts_the_rest(tmp_path: Path) -> None:
    settings = config.parse(CONFIG + "max_results: 2\n", "config.yaml")
    many = [paper(f"2611.9000{day}", updated=SUBMITTED + dt.timedelta(hours=day)) for day in range(1, 6)]
    done = pipeline.run(parts(tmp_path, config=settings, sources=(FakeSource(*many),)))
    assert list(Store(tmp_path / "docs/data").entries()) == ["2611.90004", "2611.90005"]
    assert done.report.topics[0].cut == 3


def test_a_failing_code_finder_costs_its_links_only(tmp_path: Path) -> None:
    broken = FakeFinder(error=CodeFinderError("down", arxiv_id="2611.90001"))
    link = CodeLink(url="https://github.com/a/b", kind="code", found_by="abstract")
    good = FakeFinder({"2611.90001": [link]})
    done = pipeline.run(parts(tmp_path, finders=(broken, good)))
    assert Store(tmp_path / "docs/data").entries()["2611.90001"].code_links == (link,)
    assert {failure.stage for failure in done.report.failures} == {"code"}


def test_a_revision_is_revised_translated_anew_and_marked_until_then(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path))
    later = SEEN + dt.timedelta(days=1)
    revised = paper("2611.90001", version=2, abstract="Now a talking head with hair.", updated=SUBMITTED)
    output = FakeOutput()
    silent = FakeTranslator(failing=["2611.90001"])
    done = pipeline.run(
        parts(tmp_path, sources=(FakeSource(revised),), outputs=(output,), translators=(silent,), now=lambda: later)
    )
    assert (done.report.new, done.report.revised, done.report.languages[0].failed) == (0, 1, 1)
    texts = output.digests[0].translations["zh"]
    assert texts["2611.90001", "title"].version == 2, "the title is the same text, so its translation still holds"
    assert texts["2611.90001", "abstract"].version == 1
    entry = output.digests[0].entries[0]
    assert [version.version for version in entry.versions] == [1, 2]
    assert entry.listed == Store(tmp_path / "docs/data").entries()["2611.90001"].versions[0].listed

    translator = FakeTranslator()
    pipeline.run(parts(tmp_path, sources=(FakeSource(),), translators=(translator,), now=lambda: later))
    assert translator.asked == ["2611.90001"]
    assert Store(tmp_path / "docs/data").translations("zh")["2611.90001", "abstract"].version == 2


def test_nothing_is_translated_twice(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path))
    translator = FakeTranslator()
    pipeline.run(parts(tmp_path, translators=(translator,)))
    assert translator.asked == []


def test_the_next_translator_takes_over_and_a_dead_one_is_asked_once(tmp_path: Path) -> None:
    dead, good = FakeTranslator("dead", dead=True), FakeTranslator("good")
    done = pipeline.run(parts(tmp_path, translators=(dead, good)))
    assert len(dead.asked) == 1
    assert len(good.asked) == 3
    assert done.report.languages[0].translated == 3
    assert [failure.subject for failure in done.report.failures] == ["dead (zh)"]


def test_without_a_translator_the_english_is_published_and_counted_as_waiting(tmp_path: Path) -> None:
    done = pipeline.run(parts(tmp_path, translators=(), note="OPENAI_API_KEY is not set"))
    (language,) = done.report.languages
    assert (language.waiting, language.backend, language.note) == (3, None, "OPENAI_API_KEY is not set")
    assert done.report.failures == ()
    assert tree(tmp_path)["_site/list.txt"].count(b"\n") == 3


def test_at_most_max_papers_newest_first(tmp_path: Path) -> None:
    settings = CONFIG.replace("{languages: [zh]}", "{languages: [zh], max_papers: 2}")
    translator = FakeTranslator()
    done = pipeline.run(parts(tmp_path, translators=(translator,), config=config.parse(settings, "config.yaml")))
    assert translator.asked == ["2611.90003", "2611.90002"]
    assert done.report.languages[0].waiting == 1


@pytest.mark.parametrize("stage", ["fetch", "translate", "render"])
def test_stages_alone_do_their_part_and_no_more(tmp_path: Path, stage: str) -> None:
    pipeline.run(parts(tmp_path, translators=(), outputs=()), stages=frozenset({"fetch"}))
    before = tree(tmp_path)
    assert not any(path.startswith("_site") for path in before)
    pipeline.run(parts(tmp_path, sources=(FakeSource(),)), stages=frozenset({stage}))
    changed = {path for path, content in tree(tmp_path).items() if before.get(path) != content}
    expected = {
        "fetch": {"docs/data/status.json"},
        "translate": {"docs/data/translations/zh/2611.jsonl", "docs/data/status.json"},
        "render": {"_site/list.txt", "_site/status.json", "_site/.digest-files"},
    }
    assert changed == expected[stage]


def test_a_template_that_fails_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD),)))
    before = tree(tmp_path)
    with pytest.raises(RenderError):
        pipeline.run(parts(tmp_path, outputs=(FakeOutput(error=RenderError("no", template="day.html")),)))
    assert tree(tmp_path) == before


def test_a_store_that_cannot_be_read_stops_before_anything_is_asked(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path))
    month = tmp_path / "docs/data/papers/2611.jsonl"
    month.write_bytes(month.read_bytes() + b"broken\n")
    before = tree(tmp_path)
    source = FakeSource(HEAD)
    with pytest.raises(StoreError, match=r"2611\.jsonl:4"):
        pipeline.run(parts(tmp_path, sources=(source,)))
    assert tree(tmp_path) == before
    assert source.asked == []


def test_only_months_with_news_are_written(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD, paper("2610.90001")),)))
    done = pipeline.run(parts(tmp_path, sources=(FakeSource(SPLAT),)))
    assert "docs/data/papers/2611.jsonl" in done.published.written
    assert "docs/data/papers/2610.jsonl" not in done.published.written


def test_render_needs_no_status_and_changes_none(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path), stages=frozenset({"render"}))
    assert Store(tmp_path / "docs/data").status() == Status()
    assert "docs/data/status.json" not in tree(tmp_path)


def test_an_answer_of_one_mailing_does_not_move_the_window(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path, sources=(FakeSource(),)))
    first = Store(tmp_path / "docs/data").status().topics["Heads"]
    assert (first.answered, first.followed) == (SEEN, SEEN)
    later = SEEN + dt.timedelta(days=1)
    rss = FakeSource(name="rss", announced=dt.date(2026, 11, 12))
    done = pipeline.run(parts(tmp_path, sources=(FakeSource(error=throttled()), rss), now=lambda: later))
    assert done.report.topics[0].asked
    known = Store(tmp_path / "docs/data").status().topics["Heads"]
    assert (known.answered, known.followed, known.failing_since) == (SEEN, later, None)
    api = FakeSource()
    pipeline.run(parts(tmp_path, sources=(api,), now=lambda: later + dt.timedelta(days=1)))
    assert api.asked[0] == ("Heads", SEEN - dt.timedelta(days=7)), "what RSS can't tell is still asked for"


def test_a_corrected_record_brings_what_is_stored_up_to_date_and_adds_nothing(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD),)))
    oai = FakeSource(name="oai")
    oai.edited = (paper("2611.90001", doi="10.0000/heads"), paper("2001.90001"))
    done = pipeline.run(parts(tmp_path, sources=(oai,)))
    entries = Store(tmp_path / "docs/data").entries()
    assert list(entries) == ["2611.90001"]
    assert entries["2611.90001"].doi == "10.0000/heads"
    assert done.report.new == 0


def test_a_feed_that_stays_behind_does_not_date_yesterdays_papers_anew(tmp_path: Path) -> None:
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD),)))
    tomorrow = dt.date(2026, 11, 12)
    stale = FakeSource(paper("2611.90001", announced=tomorrow), name="rss", announced=tomorrow)
    later = SEEN + dt.timedelta(days=1)
    pipeline.run(parts(tmp_path, sources=(FakeSource(HEAD), stale), now=lambda: later))
    assert Store(tmp_path / "docs/data").entries()["2611.90001"].announced is None
