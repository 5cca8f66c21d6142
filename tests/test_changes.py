"""What an answer changes in the archive, and that nothing is ever lost."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.changes import Changes, Found, compare, is_withdrawn, united, with_links
from digest.model import Author, CodeLink, Entry, Match, Paper, TopicMatch, Version
from tests.factories import LISTED, SEEN, SUBMITTED, entry, paper

DATA = Path(__file__).parents[1] / "../shared/data"

NOW = dt.datetime(2026, 11, 13, 6, 0, tzinfo=dt.UTC)
MAILING = dt.date(2026, 11, 13)
REVISED = dt.datetime(2026, 11, 12, 9, 0, tzinfo=dt.UTC)
AVATAR = TopicMatch(topic="Avatar", evidence=(Match(phrase="talking head", field="title"),))
SPEECH = TopicMatch(topic="Speech", evidence=(Match(phrase="audio", field="abstract"),))


def found(item: Paper, *topics: TopicMatch, listed: dt.date = MAILING, versions: tuple[Version, ...] = ()) -> Found:
    return Found(paper=item, topics=topics, listed=listed, versions=versions)


def after(stored: Entry | None, *items: Found) -> tuple[Changes, Entry]:
    changes = compare({stored.arxiv_id: stored} if stored else {}, items, now=NOW, mailing=MAILING)
    return changes, changes.entries["2611.90001"]


def test_a_new_paper_is_taken_in_with_its_day_and_evidence() -> None:
    changes, taken = after(None, found(paper(), AVATAR, listed=LISTED))
    assert changes.new == changes.touched == ("2611.90001",)
    assert taken == entry(first_seen=NOW, listed=LISTED, topics=(AVATAR,))


def test_a_new_paper_that_belongs_nowhere_is_not_taken_in() -> None:
    changes = compare({}, [found(paper())], now=NOW, mailing=MAILING)
    assert changes == Changes(entries={})


def test_a_paper_met_in_its_third_version_doesnt_invent_the_second() -> None:
    _, taken = after(None, found(paper(version=3, updated=REVISED), AVATAR, listed=LISTED))
    assert taken.listed == LISTED
    assert taken.versions == (
        Version(version=1, updated=SUBMITTED, listed=LISTED),
        Version(version=3, updated=REVISED, listed=MAILING),
    )
    _, undated = after(None, found(paper(version=3, updated=None, published=None), AVATAR, listed=LISTED))
    assert undated.versions == (Version(version=3, listed=LISTED),)


def test_versions_that_a_route_tells_are_known_from_then_on() -> None:
    told = (
        Version(version=1, updated=SUBMITTED),
        Version(version=2, updated=REVISED),
        Version(version=3, updated=NOW),
        Version(version=4, updated=NOW),  # not yet out, as far as the paper says
    )
    _, taken = after(None, found(paper(version=3, updated=NOW), AVATAR, listed=LISTED, versions=told))
    assert taken.versions == (
        Version(version=1, updated=SUBMITTED, listed=LISTED),
        Version(version=2, updated=REVISED),
        Version(version=3, updated=NOW, listed=MAILING),
    )
    _, kept = after(entry(), found(paper(version=3, updated=NOW), AVATAR, versions=told))
    assert kept.versions == (
        Version(version=1, updated=SUBMITTED, listed=LISTED),
        Version(version=2, updated=REVISED),
        Version(version=3, updated=NOW, listed=MAILING),
    )


def test_two_routes_make_one_paper() -> None:
    first, second = paper(comment="10 pages"), paper(version=2, updated=REVISED, license="http://l")
    together = paper(version=2, updated=REVISED, comment="10 pages", license="http://l")
    assert united(first, second) == united(second, first) == together


def test_what_is_known_is_unchanged() -> None:
    stored = entry()
    changes, kept = after(stored, found(paper(), AVATAR))
    assert changes.unchanged == ("2611.90001",)
    assert changes.touched == ()
    assert kept is stored or kept == stored


def test_a_revision_is_listed_under_the_newest_mailing_and_keeps_its_first_day() -> None:
    revised = paper(version=3, title="Talking Heads, Revised", updated=REVISED)
    changes, kept = after(entry(), found(revised, AVATAR))
    assert changes.revised == ("2611.90001",)
    assert (kept.title, kept.version, kept.updated) == ("Talking Heads, Revised", 3, REVISED)
    assert (kept.first_seen, kept.listed, kept.published) == (SEEN, LISTED, SUBMITTED)
    assert kept.versions == (
        Version(version=1, updated=SUBMITTED, listed=LISTED),
        Version(version=3, updated=REVISED, listed=MAILING),
    )


def test_an_earlier_version_changes_nothing() -> None:
    stored = entry(version=2, title="Second")
    changes, kept = after(stored, found(paper(version=1, title="First"), AVATAR, SPEECH))
    assert changes.unchanged == ("2611.90001",)
    assert kept == stored


def test_what_an_answer_lacks_is_kept() -> None:
    stored = entry(
        comment="CVPR 2026",
        journal_ref="Nature 1",
        doi="10.1/x",
        license="http://creativecommons.org/licenses/by/4.0/",
        announced=LISTED,
        code_links=(CodeLink(url="https://github.com/a/b", kind="code", found_by="comment"),),
        authors=(Author(name="Ada Lovelace", affiliations=("London",)), Author(name="Charles Babbage")),
    )
    poor = paper(categories=(), primary_category=None, published=None, updated=None)
    changes, kept = after(stored, found(poor, AVATAR))
    assert changes.unchanged == ("2611.90001",)
    assert kept == stored
    _, revised = after(stored, found(msgspec.structs.replace(poor, version=2), AVATAR))
    lost = {name for name in Entry.__struct_fields__ if not getattr(revised, name) and getattr(stored, name)}
    assert lost == {"updated"}  # the time of version 1 isn't that of version 2


def test_the_time_of_a_version_is_filled_in_later() -> None:
    _, undated = after(entry(), found(paper(version=2, updated=None), AVATAR))
    assert undated.versions[-1] == Version(version=2, listed=MAILING)
    changes, dated = after(undated, found(paper(version=2, updated=REVISED), AVATAR))
    assert changes.edited == ("2611.90001",)
    assert dated.versions[-1] == Version(version=2, updated=REVISED, listed=MAILING)


def test_a_mere_day_doesnt_blunt_a_known_time() -> None:
    day = SUBMITTED.replace(hour=0, minute=0, second=0)
    changes, _ = after(entry(), found(paper(published=day, updated=day), AVATAR))
    assert changes.unchanged
    _, sharp = after(entry(published=day, updated=day), found(paper(), AVATAR))
    assert (sharp.published, sharp.updated) == (SUBMITTED, SUBMITTED)


def test_other_facts_of_the_same_version_are_corrected() -> None:
    changes, kept = after(entry(), found(paper(comment="CVPR 2026", categories=("cs.CV", "cs.GR", "cs.SD")), AVATAR))
    assert changes.edited == changes.touched == ("2611.90001",)
    assert (kept.comment, kept.categories) == ("CVPR 2026", ("cs.CV", "cs.GR", "cs.SD"))
    assert kept.versions == entry().versions


def test_a_topic_once_matched_stays_and_its_evidence_is_refreshed() -> None:
    again = TopicMatch(topic="Avatar", evidence=(Match(phrase="head", field="abstract"),))
    _, more = after(entry(topics=(AVATAR,)), found(paper(), again, SPEECH))
    assert more.topics == (again, SPEECH)
    _, fewer = after(more, found(paper(version=2, title="Zebras", abstract="")))
    assert fewer.topics == (again, SPEECH)


def test_a_withdrawal_is_told_once() -> None:
    gone = paper(version=2, comment="This paper has been withdrawn by the authors", updated=REVISED)
    changes, kept = after(entry(), found(gone))
    assert (changes.withdrawn, changes.revised) == (("2611.90001",), ())
    assert kept.withdrawn
    again, _ = after(kept, found(gone))
    assert again.unchanged
    silent, still = after(kept, found(msgspec.structs.replace(gone, comment=None)))
    assert silent.unchanged
    assert still.withdrawn


def test_a_paper_that_comes_back_is_withdrawn_no_more() -> None:
    gone = entry(version=2, comment="Withdrawn", withdrawn=True)
    changes, back = after(gone, found(paper(version=3, updated=REVISED)))
    assert changes.revised == ("2611.90001",)
    assert not back.withdrawn
    assert back.comment is None


def test_one_paper_in_several_answers_is_one_entry() -> None:
    first = found(paper(version=1, comment="10 pages"), AVATAR, listed=LISTED)
    second = found(paper(version=2, updated=REVISED), SPEECH)
    changes, taken = after(None, first, second)
    assert changes.new == ("2611.90001",)
    assert (taken.version, taken.comment, taken.topics) == (2, "10 pages", (AVATAR, SPEECH))
    assert taken.listed == LISTED


def test_links_add_up_and_the_first_finder_keeps_its_word() -> None:
    known = CodeLink(url="https://github.com/A/B", kind="code", found_by="abstract")
    stored = entry(code_links=(known,))
    same = CodeLink(url="http://www.github.com/a/b/", kind="project", found_by="huggingface")
    other = CodeLink(url="https://a.github.io/b", kind="project", found_by="comment")
    assert with_links(stored, [same, other, other]).code_links == (known, other)
    assert with_links(stored, []) == stored


@pytest.mark.parametrize(
    ("comment", "abstract"),
    [
        ("This paper has been withdrawn", "We show x."),
        ("This paper has been withdrawn by the author due to a crucial sign error in equation 1", "We show x."),
        ("The paper has been withdrawn because of a mistake", "We show x."),
        ("10 pages. This submission has been withdrawn by arXiv administrators", "We show x."),
        ("arXiv admin note: This submission has been withdrawn by arXiv administrators", "We show x."),
        ("withdrawn", "We show x."),
        ("Withdrawn due to an error in Lemma 2", "We show x."),
        ("12 pages, 3 figures. Withdrawn: the proof has a gap", "We show x."),
        ("Removed by arXiv admin", "We show x."),
        ("requesting withdrawal immediately", "We show x."),
        ("I have decided to withdraw the paper because of an error", "We show x."),
        (None, "This paper has been withdrawn by the authors, due to\\nthe policy of the journal."),
        (None, "Withdrawn."),
        (None, "This submission has been withdrawn at the request of the author."),
        ("withdrawn from arXiv", "We show x."),
    ],
)
def test_withdrawn(comment: str | None, abstract: str) -> None:
    assert is_withdrawn(paper(comment=comment, abstract=abstract))


@pytest.mark.parametrize(
    ("comment", "abstract"),
    [
        (None, "We price guaranteed minimum withdrawal benefits."),
        (None, "Its companion knows that a drug has been withdrawn, yet prescribes it."),
        ("Withdrawn from ICLR 2026", "We show x."),
        ("The paper was withdrawn from ICLR 2026", "We show x."),
        ("26 pages, v2 was a withdrawal due to an error in Theorem 3.1", "We show x."),
        ("An earlier version of this paper was withdrawn", "We show x."),
        ("v2 has been withdrawn; this is the corrected v3", "We show x."),
        ("A study of cash withdrawal at machines", "We show x."),
        (None, ""),
    ],
)
def test_not_withdrawn(comment: str | None, abstract: str) -> None:
    assert not is_withdrawn(paper(comment=comment, abstract=abstract))


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, real papers")
def test_withdrawn_papers_of_the_corpus() -> None:
    with gzip.open(DATA / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    count = sum(is_withdrawn(paper(row["id"], abstract=row["abstract"] or "", comment=row["comment"])) for row in rows)
    assert 90 <= count <= 100  # 95, each of them read


VERSIONS = st.integers(min_value=1, max_value=4)
TIMES = st.none() | st.integers(0, 10**7).map(lambda seconds: SUBMITTED + dt.timedelta(seconds=seconds))
TOPICS = st.lists(st.sampled_from([AVATAR, SPEECH]), unique=True, max_size=2).map(tuple)
FOUND = st.builds(
    lambda number, version, updated, comment, topics, title, day, told: Found(
        paper=paper(
            f"2611.9000{number}",
            version=version,
            updated=updated,
            comment=comment,
            title=title,
            announced=day,
        ),
        topics=topics,
        listed=LISTED,
        versions=told,
    ),
    st.integers(min_value=1, max_value=3),
    VERSIONS,
    TIMES,
    st.sampled_from([None, "10 pages", "This paper has been withdrawn"]),
    TOPICS,
    st.sampled_from(["Talking Heads", "Faces"]),
    st.sampled_from([None, LISTED, MAILING]),
    st.sampled_from([(), (Version(version=1, updated=SUBMITTED), Version(version=2, updated=REVISED))]),
)
ANSWERS = st.lists(FOUND, max_size=8)


def archive(answer: list[Found]) -> dict[str, Entry]:
    return dict(compare({}, answer, now=SEEN, mailing=LISTED).entries)


@given(ANSWERS, ANSWERS)
@example([], [Found(paper=paper("2611.90001", updated=None), topics=(AVATAR,), listed=LISTED)])
def test_the_same_answer_twice_changes_nothing(before: list[Found], answer: list[Found]) -> None:
    once = compare(archive(before), answer, now=NOW, mailing=MAILING)
    twice = compare(once.entries, answer, now=NOW + dt.timedelta(days=1), mailing=dt.date(2026, 11, 16))
    assert twice.entries == once.entries
    assert twice.touched == ()
    assert set(twice.unchanged) == {item.paper.arxiv_id for item in answer} & once.entries.keys()


@given(ANSWERS, ANSWERS.flatmap(lambda answer: st.tuples(st.just(answer), st.permutations(answer))))
def test_the_order_of_an_answer_doesnt_matter(before: list[Found], pair: tuple[list[Found], list[Found]]) -> None:
    stored = archive(before)
    answer, mixed = pair
    assert compare(stored, mixed, now=NOW, mailing=MAILING) == compare(stored, answer, now=NOW, mailing=MAILING)


@given(ANSWERS, ANSWERS)
def test_nothing_that_is_stored_is_lost(before: list[Found], answer: list[Found]) -> None:
    stored = archive(before)
    changes = compare(stored, answer, now=NOW, mailing=MAILING)
    assert list(changes.entries) == sorted(changes.entries)
    for arxiv_id, was in stored.items():
        now = changes.entries[arxiv_id]
        assert (now.first_seen, now.listed, now.published) == (was.first_seen, was.listed, was.published)
        assert now.version >= was.version
        assert {each.topic for each in was.topics} <= {each.topic for each in now.topics}
        assert now.comment or not was.comment or was.withdrawn
        shown = {each.version: each.listed for each in now.versions}
        assert {each.version: each.listed for each in was.versions}.items() <= shown.items()


@given(ANSWERS, ANSWERS)
def test_every_entry_is_in_order(before: list[Found], answer: list[Found]) -> None:
    stored = archive(before)
    changes = compare(stored, answer, now=NOW, mailing=MAILING)
    told = [*changes.new, *changes.revised, *changes.withdrawn, *changes.edited, *changes.unchanged]
    assert len(told) == len(set(told))
    assert set(changes.touched) == {key for key, now in changes.entries.items() if stored.get(key) != now}
    for each in changes.entries.values():
        numbers = [version.version for version in each.versions]
        assert numbers == sorted(set(numbers))
        assert numbers[-1] == each.version
