"""What an answer changes in the archive: papers that are new, revised, withdrawn, corrected, or as they were.

Nothing is ever lost here. An answer may be older than what is stored, or come from a source that leaves parts out: so
an entry keeps what the answer lacks, never goes back to an earlier version, and keeps its day and its topics for ever.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from digest.model import Author, CodeLink, Entry, Paper, TopicMatch, Version
from digest.text import plain


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A paper of an answer, and where it belongs."""

    paper: Paper
    topics: tuple[TopicMatch, ...] = ()
    """Topics whose words it holds. Without any it isn't taken in; but if it is stored, it is brought up to date."""
    listed: dt.date
    """Mailing day under which it is listed if it is new (`calendar.listing_day`)."""
    revised: dt.date | None = None
    """Mailing day under which its version is listed as revised, if it isn't the first; None: the newest mailing."""
    versions: tuple[Version, ...] = ()
    """Versions whose dates a route told, this one and earlier ones."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """An archive after an answer. Every paper of the answer that is in the archive has its id in one of the tuples."""

    entries: Mapping[str, Entry]
    """Whole archive by arXiv id, ascending."""
    new: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    """Came in a higher version."""
    withdrawn: tuple[str, ...] = ()
    """Were not withdrawn before and are now."""
    edited: tuple[str, ...] = ()
    """Same version, and yet something about them is new: a comment, a DOI, a topic."""
    unchanged: tuple[str, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        """Ids of all entries that differ from what was stored."""
        return tuple(sorted((*self.new, *self.revised, *self.withdrawn, *self.edited)))


def compare(stored: Mapping[str, Entry], found: Iterable[Found], *, now: dt.datetime, mailing: dt.date) -> Changes:
    """Compare an answer with the archive. The order of the answer doesn't matter, and a second time changes nothing.

    `now` (aware) is when new papers were first seen; `mailing` is the newest mailing day, under which a revision is
    listed.
    """
    entries = dict(stored)
    ids: dict[str, list[str]] = {name: [] for name in ("new", "revised", "withdrawn", "edited", "unchanged")}
    for arxiv_id, item in sorted(_one_each(found).items()):
        before = stored.get(arxiv_id)
        if before is None and not item.topics:
            continue
        after = _taken_in(item, now, mailing) if before is None else _brought_up_to_date(before, item, mailing)
        entries[arxiv_id] = after
        ids[_change(before, after)].append(arxiv_id)
    return Changes(entries=dict(sorted(entries.items())), **{name: tuple(each) for name, each in ids.items()})


def united(first: Paper, second: Paper) -> Paper:
    """What two routes know of a paper: the higher version's facts, filled up from the other's."""
    before, now = sorted((first, second), key=lambda paper: paper.version)
    return Paper(**_merged(before, now))


def with_links(entry: Entry, links: Iterable[CodeLink]) -> Entry:
    """`entry` with the links that it hasn't got yet, at the end. What was found once stays."""
    known = {_page(link.url): link for link in entry.code_links}
    for link in links:
        known.setdefault(_page(link.url), link)
    return msgspec.structs.replace(entry, code_links=tuple(known.values()))


def is_withdrawn(paper: Paper) -> bool:
    """Whether comment or abstract say so; arXiv has no other sign of it (https://info.arxiv.org/help/withdraw.html)."""
    abstract, comment = " ".join(paper.abstract.split()), " ".join((paper.comment or "").split())
    if _STATEMENT.search(abstract) or _STATEMENT.search(comment):
        return True
    return any(not _EARLIER.search(comment[: remark.start()]) for remark in _REMARK.finditer(comment))


_WORK = r"(?:paper|article|manuscript|preprint|submission|version|work|report|note|thesis|translation|document)"
_ELSEWHERE = r"(?!\ from\ (?!arxiv))"  # a paper that was withdrawn from a conference is still here
_STATEMENT = re.compile(
    rf"""^\W*(?:arxiv\ admin\ note:\ )?(?:th(?:is|e)\ )?(?:\w+\ )?{_WORK}\ (?:has\ been|is|was)\ withdrawn\b{_ELSEWHERE}
       | ^\W*withdrawn\b{_ELSEWHERE}
       | \b(?:withdrawn|removed)\ by\ arxiv\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""How a text begins that stands in place of the abstract."""
_REMARK = re.compile(
    rf"""\b(?:ha(?:s|ve)\ been|is|was)\ (?:now\ )?withdrawn\b{_ELSEWHERE}
       | (?:^|[.;:,)\]]\ ?)withdraw(?:n|ing)\b{_ELSEWHERE}
       | \b(?:decided|like|agreed?|wish|request(?:ed)?(?:\ you)?|needs?)\ to\ (?:kindly\ |be\ )?withdrawn?\b{_ELSEWHERE}
       | \brequest(?:ing)?\ (?:a\ |the\ )?withdrawal\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""What authors write in the comment of a withdrawn version."""
_EARLIER = re.compile(
    rf"\b(?:(?:earlier|previous|prior|old|former|first|original|another) (?:\w+ )?{_WORK}|v\d+)\b[^.;]{{0,60}}$",
    re.IGNORECASE,
)
"""Before a remark: it speaks of another version."""


def _one_each(found: Iterable[Found]) -> dict[str, Found]:
    """Each paper once: topics add up, facts are those of its highest version, filled up from the others."""
    groups: dict[str, list[Found]] = {}
    for item in found:
        groups.setdefault(item.paper.arxiv_id, []).append(item)
    for group in groups.values():
        group.sort(key=lambda item: (item.paper.version, msgspec.json.encode(item)))
    return {arxiv_id: _together(group) for arxiv_id, group in groups.items()}


def _together(group: list[Found]) -> Found:
    first, *others = group
    for item in others:
        first = Found(
            paper=Paper(**_merged(first.paper, item.paper)),
            topics=_united(first.topics, item.topics),
            listed=min(first.listed, item.listed),
            revised=item.revised or first.revised,
            versions=_dated(first.versions, item.versions, item.paper.version),
        )
    return first


def _taken_in(item: Found, now: dt.datetime, mailing: dt.date) -> Entry:
    paper = item.paper
    known: tuple[Version, ...] = (Version(version=paper.version, updated=paper.updated, listed=item.listed),)
    if paper.version > 1 and paper.published:
        # It is new to us and revised to the world: under each of its days it stands as what it was then.
        known = (
            Version(version=1, updated=paper.published, listed=item.listed),
            Version(version=paper.version, updated=paper.updated, listed=item.revised or mailing),
        )
    return Entry(
        **msgspec.structs.asdict(paper),
        first_seen=now,
        listed=item.listed,
        topics=item.topics,
        withdrawn=is_withdrawn(paper),
        versions=_dated(known, (*_first(paper.published), *item.versions), paper.version),
    )


def _brought_up_to_date(before: Entry, item: Found, mailing: dt.date) -> Entry:
    paper = item.paper
    if paper.version < before.version:
        return before
    facts = _merged(before, paper)
    known = before.versions or (Version(version=before.version, updated=before.updated, listed=before.listed),)
    if paper.version > before.version:
        versions = (*known, Version(version=paper.version, updated=paper.updated, listed=item.revised or mailing))
        withdrawn = is_withdrawn(paper)
    else:
        versions = (*known[:-1], msgspec.structs.replace(known[-1], updated=facts["updated"]))
        withdrawn = before.withdrawn or is_withdrawn(Paper(**facts))
    versions = _dated(versions, (*_first(facts["published"]), *item.versions), paper.version)
    if before.withdrawn and not withdrawn:
        # the remark spoke of the version before; a source without comments can't take it back
        facts["comment"] = paper.comment
    topics = _united(before.topics, item.topics)
    return msgspec.structs.replace(before, **facts, topics=topics, withdrawn=withdrawn, versions=versions)


def _first(published: dt.datetime | None) -> tuple[Version, ...]:
    """A route without times may tell of version 1; when it was submitted is known once `published` is."""
    return (Version(version=1, updated=published),) if published else ()


def _change(before: Entry | None, after: Entry) -> str:
    if before is None:
        return "new"
    if after == before:
        return "unchanged"
    if after.withdrawn and not before.withdrawn:
        return "withdrawn"
    return "revised" if after.version > before.version else "edited"


def _united(before: tuple[TopicMatch, ...], now: tuple[TopicMatch, ...]) -> tuple[TopicMatch, ...]:
    """All topics, with the evidence of today where there is any."""
    return tuple({each.topic: each for each in (*before, *now)}.values())


def _merged(before: Paper, now: Paper) -> dict[str, Any]:
    """Facts of `now`, which is no earlier version, and of `before` where `now` says nothing."""
    facts = {name: getattr(now, name) or getattr(before, name) for name in Paper.__struct_fields__}
    facts["published"] = _sharper(before.published, now.published)
    facts["authors"] = _with_affiliations(before.authors, facts["authors"])
    # what a later version was announced with isn't the day of the paper
    facts["announced"] = before.announced or (now.announced if now.version == 1 else None)
    facts["updated"] = now.updated if now.version > before.version else _sharper(before.updated, now.updated)
    return facts


def _dated(known: tuple[Version, ...], told: Iterable[Version], newest: int) -> tuple[Version, ...]:
    """`known`, with the dates that were told and the versions that were not known."""
    found = {each.version: each for each in known}
    for each in told:
        if each.version <= newest:
            before = found.get(each.version, Version(version=each.version))
            found[each.version] = msgspec.structs.replace(before, updated=_sharper(before.updated, each.updated))
    return tuple(found[version] for version in sorted(found))


def _sharper(before: dt.datetime | None, now: dt.datetime | None) -> dt.datetime | None:
    """`now`, unless it is a mere day where the time was known."""
    if before is None or now is None:
        return now or before
    is_day = now.time() == dt.time() and abs(now - before) < dt.timedelta(days=1)
    return before if is_day else now


def _with_affiliations(before: tuple[Author, ...], now: tuple[Author, ...]) -> tuple[Author, ...]:
    """`now`, with the affiliations that only `before` has, and its spelling: routes write accents in their own ways."""
    if [plain(author.name) for author in before] != [plain(author.name) for author in now]:
        return now
    return tuple(
        Author(name=old.name, affiliations=new.affiliations or old.affiliations)
        for old, new in zip(before, now, strict=True)
    )


def _page(url: str) -> str:
    """The same for addresses that lead to the same page."""
    return url.lower().partition("://")[2].removeprefix("www.").rstrip("/")
