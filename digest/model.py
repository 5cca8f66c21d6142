"""The things this program speaks of, in arXiv's own words (arXiv/arxiv-feed `feed/domain.py`, the API manual, OAI-PMH).

Two layers: a `Paper` is what a source said; an `Entry` is that paper plus what we know of it. All types are frozen,
all times aware UTC, all sequences tuples. What is missing is None or empty, never a placeholder sentence.
Rendered text is never a field: outputs make it from these facts, each escaping for its own format.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

import msgspec

FIELDS = ("title", "abstract", "comment", "authors", "journal_ref", "id")
"""Parts of a paper in which a topic's words can be found. arXiv's prefixes: ti, abs, co, au, jr, id."""

TextField = Literal["title", "abstract"]
"""The parts of a paper that are translated."""


class Author(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One author, as the source spells the name."""

    name: str
    affiliations: tuple[str, ...] = ()


class Paper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source said of one paper.

    https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned
    """

    arxiv_id: str
    """Identifier without version: `2411.09268`, or old-style `math/0309136` (https://info.arxiv.org/help/arxiv_identifier.html)."""
    version: int
    """Version that the other fields describe, from 1."""
    title: str
    """Verbatim TeX source, line breaks collapsed."""
    abstract: str
    """Verbatim TeX source, line breaks collapsed."""
    authors: tuple[Author, ...] = ()
    primary_category: str | None = None
    categories: tuple[str, ...] = ()
    """Primary first, then cross-lists."""
    published: dt.datetime | None = None
    """When v1 was submitted."""
    updated: dt.datetime | None = None
    """When this version was submitted."""
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    license: str | None = None
    """URL of the licence; only RSS and OAI-PMH tell it."""
    announced: dt.date | None = None
    """Mailing that announced the paper; only RSS tells it. None when no source said so."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Why a paper belongs to a topic: this phrase of the topic was found in this field."""

    phrase: str
    """As the user wrote it in config.yaml."""
    field: str
    """One of `FIELDS`, or `category`."""


class TopicMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A topic that a paper belongs to, with the evidence."""

    topic: str
    evidence: tuple[Match, ...] = ()


class CodeLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link to code or a project page, with where it was found."""

    url: str
    kind: Literal["code", "project"]
    found_by: str
    """Which finder, and where it looked: `abstract`, `comment`."""


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version of a paper that we know of."""

    version: int
    updated: dt.datetime | None = None
    """When it was submitted to arXiv."""
    listed: dt.date | None = None
    """Mailing day under which this digest showed it; None for versions that were already past when we met the paper."""


class Entry(Paper, frozen=True, kw_only=True, tag_field="schema", tag=1, forbid_unknown_fields=True):
    """A paper and what we know of it: one line of `docs/data/papers/YYMM.jsonl`.

    `schema` stands first on the line. A field that we don't know is refused, not dropped at the next write.
    """

    first_seen: dt.datetime
    """When a run of this digest first met the paper."""
    listed: dt.date
    """arXiv mailing day (US/Eastern) under which the paper is listed as new; decided once (`calendar.listing_day`)."""
    topics: tuple[TopicMatch, ...] = ()
    code_links: tuple[CodeLink, ...] = ()
    withdrawn: bool = False
    versions: tuple[Version, ...] = ()
    """Ascending; holds at least the version that we first met."""


class Translation(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="schema",
    tag=1,
    forbid_unknown_fields=True,
):
    """A machine translation of one field of one paper: one line of `docs/data/translations/<lang>/YYMM.jsonl`."""

    arxiv_id: str
    field: TextField
    version: int
    """Version of the paper whose text was translated."""
    source: str
    """Digest of the text that was translated (`store.digest_of`), so that a revised text is seen to differ."""
    text: str
    engine: str
    """Backend that made it: `openai`, …"""
    model: str | None = None
    rules: str = ""
    """Version of our prompt and checks."""
    glossary: str | None = None
    checks: tuple[str, ...] = ()
    """Names of the checks that the text passed."""
    translated: dt.datetime
    """When it was made."""


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic of config.yaml: `query`, or any of `filters` and `authors`; narrowed by `categories` and `exclude`."""

    name: str
    filters: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("title", "abstract", "comment")
    authors: tuple[str, ...] = ()
    query: str | None = None


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went wrong and was survived. The reader sees it; the next run tries again."""

    stage: Literal["fetch", "code", "translate", "store", "render"]
    subject: str
    """What it happened to: a source and topic, a paper, a file."""
    message: str
    hint: str | None = None
    since: dt.datetime | None = None
    """When this stage first failed for this subject without success in between."""


class TopicReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one run did for one topic. Counts are papers."""

    topic: str
    source: str
    """Route that gave the whole answer; the last one asked when none did."""
    asked: bool = False
    """True when the answer is whole, or was cut at the limit."""
    matched: int = 0
    """Papers that came and hold the topic's own words."""
    new: int = 0
    revised: int = 0
    cut: int = 0
    """Papers in the window that `max_results` left out; 0 when the answer is whole."""


class TopicStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far a topic has been asked."""

    definition: str
    """Digest of the topic as it was asked: a changed topic is asked anew, from the beginning."""
    answered: dt.datetime | None = None
    """Start of the last run whose answer held the whole window: the next one begins `lookback_days` before."""
    followed: dt.datetime | None = None
    """Start of the last run up to which every mailing is known to have been seen, by a route that goes by them."""
    before: int = 0
    """Papers that arXiv had at the first look beyond the newest `max_results`: the digest begins after them."""
    cut: int = 0
    """Papers that `max_results` has left out since the first look: the archive should hold them, and doesn't."""
    failing_since: dt.datetime | None = None
    """When it first got no answer, without one since."""


def latest_look(known: TopicStatus) -> dt.datetime | None:
    """Start of the last whole answer of either kind."""
    return max((look for look in (known.answered, known.followed) if look is not None), default=None)


class SourceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """When a source was last reached, and since when it has failed."""

    reached: dt.datetime | None = None
    """Last answer that could be used."""
    complete: dt.datetime | None = None
    """Start of the last run in which every topic was answered."""
    failing_since: dt.datetime | None = None
    message: str | None = None


class Mailing(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the newest arXiv mailing: an empty day is called empty only when two agree."""

    day: dt.date
    """Listing day, US/Eastern."""
    papers: int = 0
    """New papers that this digest lists under it."""
    agreed: tuple[str, ...] = ()
    """Routes that gave a whole answer when it could be seen."""


class Feed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the last run remembers of an RSS feed, to see that it moves on."""

    etag: str | None = None
    batch: tuple[str, ...] = ()
    """Some of the ids with version that it held."""


class LanguageReport(msgspec.Struct, frozen=True, kw_only=True):
    """Translation into one language, over the whole archive. Counts are papers."""

    language: str
    backend: str | None = None
    """Backend that was used, or None when none is configured or ready."""
    translated: int = 0
    """Made in this run."""
    waiting: int = 0
    """Papers that are still to be translated (all fields, this version)."""
    failed: int = 0
    """Tried in this run without a result that passed its checks."""
    note: str | None = None
    """Why no backend was used, in words for the reader."""


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """What one run asked, found, changed and failed at: `--json`, the job summary, and the core of status.json."""

    command: str
    version: str
    started: dt.datetime
    finished: dt.datetime
    requests: int = 0
    """Sent to arXiv, over all routes."""
    returned: int = 0
    """Papers that came, over all topics and routes."""
    unmatched: int = 0
    """Of these, papers that hold no topic's own words: not published."""
    topics: tuple[TopicReport, ...] = ()
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    total: int = 0
    """Papers in the archive after the run."""
    newest: str | None = None
    """arXiv id of the paper with the latest submission."""
    languages: tuple[LanguageReport, ...] = ()
    failures: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()


class Status(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag=1):
    """`docs/data/status.json`: what the last runs did. The only file that a run without news changes."""

    sources: dict[str, SourceStatus] = {}
    topics: dict[str, TopicStatus] = {}
    mailing: Mailing | None = None
    feeds: dict[str, Feed] = {}
    """RSS feeds by URL."""
    languages: tuple[LanguageReport, ...] = ()
    failures: tuple[Failure, ...] = ()
    """What failed when its stage was last run, and hasn't worked since."""
    newest_paper: str | None = None
    newest_published: dt.datetime | None = None
    last_run: RunReport | None = None


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an output may show, gathered before anything is rendered so that every page agrees."""

    title: str
    description: str
    topics: tuple[Topic, ...]
    entries: tuple[Entry, ...]
    """Whole archive, ascending by arXiv id."""
    translations: Mapping[str, Mapping[tuple[str, str], Translation]]
    """language → (arxiv_id, field) → translation."""
    languages: tuple[str, ...] = ()
    """Reader's languages (BCP 47), first is preferred; empty when nothing is translated."""
    status: Status
    today: dt.date
    """UTC day of the run: what pages call "checked on". Pages change once a day, not once a run."""
    site_url: str | None = None
    repository: str | None = None
    paper_pages: int = 10_000
    """Most papers that have a page of their own on the site: those of the newest mailings, as many as fit whole."""
    sample: bool = False
    """True for the demo: every paper is invented, and every output says so."""
