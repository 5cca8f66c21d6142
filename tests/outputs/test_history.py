"""The versions of a paper: each with its own dates, and a revision never called new."""

from __future__ import annotations

import datetime as dt
from typing import Any

from digest.model import Entry, Version
from digest.outputs.history import versions
from digest.outputs.templating import locale
from digest.outputs.wording import Words
from tests.factories import LISTED, SUBMITTED, UTC, entry

FIRST = dt.date(2026, 10, 14)
OCTOBER = dt.datetime(2026, 10, 12, 15, tzinfo=UTC)


def rows(of: Entry) -> list[tuple[int, str | None, str | None]]:
    paths = {(of.arxiv_id, day): f"days/{day}/" for day in {of.listed, *(known.listed for known in of.versions)} if day}
    made = versions(of, paths, Words("en", locale("en")))
    for row in made:
        assert (row.path is None) is (row.listed is None)
    return [(row.number, row.submitted.iso if row.submitted else None, row.listed) for row in made]


def revised(**changes: Any) -> Entry:
    facts: dict[str, Any] = {
        "version": 3,
        "published": OCTOBER,
        "updated": SUBMITTED,
        "listed": FIRST,
        "versions": (
            Version(version=1, updated=OCTOBER, listed=FIRST),
            Version(version=2, updated=dt.datetime(2026, 10, 20, tzinfo=UTC)),
            Version(version=3, updated=SUBMITTED, listed=LISTED),
        ),
    }
    return entry(**(facts | changes))


def test_each_version_has_its_own_dates() -> None:
    assert rows(revised()) == [
        (1, "2026-10-12", "listed 14 Oct 2026"),
        (2, "2026-10-20", None),
        (3, "2026-11-09", "listed as revised 11 Nov 2026"),
    ]


def test_a_version_leads_to_the_page_of_its_day() -> None:
    paths = {("2611.90001", FIRST): "days/2026-10-14/", ("2611.90001", LISTED): "days/2026-11-11/2/"}
    made = versions(revised(), paths, Words("en", locale("en")))
    assert [row.path for row in made] == ["days/2026-10-14/", None, "days/2026-11-11/2/"]


def test_a_version_is_not_listed_before_it_was_submitted() -> None:
    """A paper that we first met in its third version stands under the day of its first."""
    met = revised(versions=(Version(version=1, updated=OCTOBER), Version(version=3, updated=SUBMITTED, listed=FIRST)))
    assert rows(met) == [(1, "2026-10-12", None), (3, "2026-11-09", None)]


def test_versions_that_nobody_wrote_down_are_taken_from_the_paper() -> None:
    assert rows(revised(versions=())) == [(1, "2026-10-12", None), (3, "2026-11-09", None)]
    assert rows(entry(versions=(), published=None, updated=None)) == [(1, None, None)]
    assert rows(entry(versions=(), version=2, published=None, updated=None)) == [(2, None, None)]
