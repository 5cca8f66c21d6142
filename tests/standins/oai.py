"""arXiv's OAI-PMH on loopback, as arXiv/arxiv-oaipmh at 5fa91ab answers: `ListRecords` with sets, days and tokens.

`now` is the time of the simulated day: what is mailed later isn't there yet. `faults` happen instead of the right
answer, one for each request.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qs, quote, unquote, urlencode

from digest import calendar
from digest.config.categories import ARCHIVES, CATEGORIES
from digest.model import Paper
from tests.standins.http import Fault, Line, Reply, Request, Server
from tests.standins.oai_xml import Kept, error, group_of, records_page
from tests.standins.rss import NOW, announced_on

__all__ = ["Fault", "OaiStandin", "error", "expired", "same_token", "without_token"]

LIMIT = 2000
"""Records on a page."""
_EARLIEST = dt.date(2005, 9, 16)
_AFTER_MAILING = dt.timedelta(hours=2, minutes=30)
"""Papers are here from about 22:30 in New York on."""
_PREFIXES = ("arXiv", "arXivRaw")


class OaiError(Exception):
    """An error in OAI's own way."""


class OaiStandin(Server):
    """`with OaiStandin(papers, now=…) as standin:` answers at `standin.url`; everything may be changed meanwhile.

    `papers` may hold several versions of a paper, and is not copied when it is a list, so that stand-ins can share it.
    `edited` and `deleted` say on which day (UTC) that happened to a paper. `old_sets`: sets have two levels, as they
    had before 2025.
    """

    def __init__(
        self,
        papers: Iterable[Paper] = (),
        faults: Iterable[Fault] = (),
        *,
        now: dt.datetime = NOW,
        page_size: int = LIMIT,
        old_sets: bool = False,
    ) -> None:
        super().__init__(self.reply, faults)
        self.papers = papers if isinstance(papers, list) else list(papers)
        self.now = now
        self.page_size = page_size
        self.old_sets = old_sets
        self.edited: dict[str, dt.date] = {}
        self.deleted: dict[str, dt.date] = {}

    @property
    def url(self) -> str:
        return f"{self.origin}/oai"

    @property
    def today(self) -> dt.date:
        """The day, UTC."""
        return self.now.date()

    @today.setter
    def today(self, day: dt.date) -> None:
        self.now = dt.datetime.combine(day, dt.time(6), dt.UTC)

    def reply(self, request: Request) -> Reply:
        if request.path != "/oai":
            return Reply(b"Not Found", "text/html; charset=utf-8", 404)
        try:
            return self._harvest(request.query)
        except OaiError as refusal:
            code, reason = refusal.args
            return error(code, reason, request.query, self.now)

    def _harvest(self, asked: Mapping[str, str]) -> Reply:
        if asked.get("verb") != "ListRecords":
            raise OaiError("badVerb", "Invalid verb provided")
        if "resumptionToken" not in asked:
            return self._list(asked, asked, 0)
        if set(asked) != {"verb", "resumptionToken"}:
            raise OaiError("badArgument", "No other parameters allowed with resumptionToken")
        meant, skip = read_token(asked["resumptionToken"])
        return self._list(meant, asked, skip)

    def _list(self, asked: Mapping[str, str], shown: Mapping[str, str], skip: int) -> Reply:
        prefix = asked.get("metadataPrefix", "")
        if set(asked) - {"verb", "metadataPrefix", "from", "until", "set"} or not prefix:
            raise OaiError("badArgument", "metadataPrefix required.")
        if prefix not in _PREFIXES:
            raise OaiError("cannotDisseminateFormat", "Did not recognize requested format")
        first, last = _date(asked, "from", _EARLIEST), _date(asked, "until", self.today)
        if first > last or first < _EARLIEST or last > self.today + dt.timedelta(days=1):
            raise OaiError("badArgument", "until date must be greater than or equal to from date")
        belongs = self._set(asked.get("set", ""))
        found = [each for each in self._records() if first <= each.day <= last and belongs(each.paper)]
        page = found[skip : skip + self.page_size]
        if not page:
            raise OaiError("noRecordsMatch", "")
        token = None
        if len(found) > skip + self.page_size:
            following = found[skip + self.page_size].day
            if following == page[0].day:
                token = write_token(asked, skip + self.page_size)
            else:  # go on from the last day, behind what it has had on this page
                had = sum(each.day == following for each in page)
                token = write_token({**asked, "from": following.isoformat()}, had)
        return records_page(page, prefix, shown, self.now, token)

    def _records(self) -> list[Kept]:
        versions: dict[str, dict[int, Paper]] = {}
        for paper in self.papers:
            if calendar.mailed(announced_on(paper)) + _AFTER_MAILING <= self.now:
                versions.setdefault(paper.arxiv_id, {})[paper.version] = paper
        kept = []
        for arxiv_id, its in versions.items():
            days = [announced_on(each) for each in its.values()]
            later = (self.edited.get(arxiv_id), self.deleted.get(arxiv_id))
            days += [day for day in later if day is not None and day <= self.today]
            deleted = arxiv_id in self.deleted and self.deleted[arxiv_id] <= self.today
            kept.append(Kept(arxiv_id, max(days), its, deleted))
        return sorted(kept, key=lambda each: (each.day, each.arxiv_id))

    def _set(self, name: str) -> Callable[[Paper], bool]:
        """Whether a paper is in the set."""
        levels = name.split(":")
        if not name:
            return lambda paper: True
        if len(levels) > (2 if self.old_sets else 3):
            raise OaiError("badArgument", "Set has too many levels")
        archives = {each for each in ARCHIVES if group_of(each) == levels[0] and each in (*levels[1:2], each)[:1]}
        category = f"{levels[1]}.{levels[2]}" if len(levels) == 3 else None
        if not archives or (category and category not in CATEGORIES):
            raise OaiError("badArgument", "Set does not exist")
        if category:
            return lambda paper: category in paper.categories
        return lambda paper: any(each.partition(".")[0] in archives for each in paper.categories)


def same_token(token: str) -> Fault:
    """The right page, which names this token for the next one: itself, to go round in circles."""
    element = f"<resumptionToken expires='2026-11-12T00:00:00Z'>{token}</resumptionToken>"
    return Fault.altered(lambda body: _with_token(body, element))


def without_token() -> Fault:
    """The right page, as if it were the last."""
    return Fault.altered(lambda body: _with_token(body, ""))


def expired() -> Fault:
    """The token isn't known any more: they end at midnight, UTC."""

    def act(line: Line) -> bool:
        return Fault.reply(error("badResumptionToken", "Token has expired.", line.request.query, NOW)).act(line)

    return Fault(act)


def _with_token(body: bytes, element: str) -> bytes:
    bare = re.sub(r"\s*<resumptionToken.*?</resumptionToken>", "", body.decode())
    return bare.replace("    </ListRecords>", f"{element}\n    </ListRecords>").encode()


def _date(asked: Mapping[str, str], name: str, otherwise: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(asked[name]) if name in asked else otherwise
    except ValueError:
        raise OaiError("badArgument", f"{name} date format must be YYYY-MM-DD") from None


def write_token(asked: Mapping[str, str], skip: int) -> str:
    return quote(urlencode({**asked, "skip": skip}))


def read_token(token: str) -> tuple[dict[str, str], int]:
    asked = {name: values[0] for name, values in parse_qs(unquote(token)).items()}
    if not asked.get("skip", "").isdigit():
        raise OaiError("badResumptionToken", "Token decoding failed or format is invalid.")
    return asked, int(asked.pop("skip"))
