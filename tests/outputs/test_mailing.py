"""What pages say of the newest mailing: sure only of what is sure, and with a reason for silence."""

from __future__ import annotations

import datetime as dt

import pytest

from digest.calendar import is_mailing
from digest.model import Mailing
from digest.outputs.mailing import named, tell
from digest.outputs.templating import locale
from digest.outputs.wording import Words

EN, ZH = Words("en", locale("en")), Words("zh", locale("zh"))
THURSDAY, FRIDAY = dt.date(2026, 11, 12), dt.date(2026, 11, 13)


@pytest.mark.parametrize(
    ("papers", "agreed", "line", "brought", "sure"),
    [
        (
            5,
            ("api",),
            "newest mailing Thu 12 Nov 2026: 5 new papers",
            "The mailing of Thu 12 Nov 2026 brought 5 new papers on these topics (whole answer from arXiv API).",
            True,
        ),
        (
            1,
            ("api", "rss"),
            "newest mailing Thu 12 Nov 2026: 1 new paper",
            (
                "The mailing of Thu 12 Nov 2026 brought 1 new paper on these topics "
                "(whole answer from arXiv API and arXiv RSS)."
            ),
            True,
        ),
        (
            0,
            ("api", "rss"),
            "newest mailing Thu 12 Nov 2026: no new paper",
            "The mailing of Thu 12 Nov 2026 brought no new paper on these topics (arXiv API and arXiv RSS agree).",
            True,
        ),
        (
            0,
            ("api", "calendar"),
            "newest mailing Thu 12 Nov 2026: no new paper",
            (
                "The mailing of Thu 12 Nov 2026 brought no new paper on these topics "
                "(arXiv API and arXiv’s calendar agree)."
            ),
            True,
        ),
        (
            0,
            ("api",),
            "newest mailing Thu 12 Nov 2026: no new paper, not confirmed yet",
            (
                "The answer for the mailing of Thu 12 Nov 2026 (arXiv API) held no new paper, "
                "and no second route has confirmed that yet; the next run asks again."
            ),
            False,
        ),
        (
            0,
            (),
            "newest mailing Thu 12 Nov 2026: no answer yet",
            "There is no answer for the mailing of Thu 12 Nov 2026 yet; the next run asks again.",
            False,
        ),
        (
            2,
            (),
            "newest mailing Thu 12 Nov 2026: 2 new papers so far",
            (
                "2 new papers of the mailing of Thu 12 Nov 2026 are here so far; "
                "no answer was whole yet, and the next run asks again."
            ),
            False,
        ),
    ],
)
def test_an_empty_mailing_is_called_empty_only_when_two_agree(
    papers: int, agreed: tuple[str, ...], line: str, brought: str, sure: bool
) -> None:
    told = tell(Mailing(day=THURSDAY, papers=papers, agreed=agreed), EN)
    assert told.line.text == line
    assert told.line.iso == line.replace("Thu 12 Nov 2026", "2026-11-12")
    assert told.brought == brought
    assert told.doubt == (None if sure else brought)


@pytest.mark.parametrize(
    ("day", "following", "pause"),
    [
        (THURSDAY, "Fri 13 Nov 2026", False),
        (FRIDAY, "Mon 16 Nov 2026", True),
        (dt.date(2026, 11, 26), "Mon 30 Nov 2026", True),  # Thanksgiving: no freeze, so Friday lists nothing
        (dt.date(2026, 9, 7), "Wed 9 Sep 2026", True),  # Labor Day
    ],
)
def test_silence_has_a_reason_and_an_end(day: dt.date, following: str, pause: bool) -> None:
    told = tell(Mailing(day=day, papers=1, agreed=("api",)), EN)
    assert following in told.then
    assert ("weekends and on its holidays" in told.then) is pause
    assert (told.next.text if told.next else None) == (f"next mailing {following}" if pause else None)


def test_a_year_whose_holidays_are_not_known_says_so() -> None:
    told = tell(Mailing(day=dt.date(2031, 5, 6), papers=1, agreed=("api",)), EN)
    assert "arXiv’s holidays of 2031 are not known to this version" in told.then
    assert "not known" not in tell(Mailing(day=THURSDAY), EN).then


def test_no_mailing_day_is_promised_that_is_none() -> None:
    day = dt.date(2026, 1, 2)
    while day.year == 2026:
        if is_mailing(day):
            told = tell(Mailing(day=day), ZH)
            following = dt.date.fromisoformat(told.then.partition("（周")[0][-10:])
            assert following > day
            assert is_mailing(following)
            assert (told.next is not None) is (following - day > dt.timedelta(days=1))
        day += dt.timedelta(days=1)


def test_in_chinese() -> None:
    told = tell(Mailing(day=FRIDAY, agreed=("api", "rss")), ZH)
    assert told.line.text == "最近一次公布：2026-11-13（周五），没有新论文"
    assert told.brought == "2026-11-13（周五）的公布中没有符合所设主题的新论文（arXiv API 和 arXiv RSS 的结果一致）。"
    assert told.then == "arXiv 周末和节假日不公布新论文，下次公布是 2026-11-16（周一）。"


def test_routes_are_named_as_the_language_does() -> None:
    assert named(["api"], EN) == "arXiv API"
    assert named(["api", "rss", "oai"], EN) == "arXiv API, arXiv RSS and arXiv OAI-PMH"
    assert named(["api", "rss", "mine"], ZH) == "arXiv API、arXiv RSS 和 mine"
