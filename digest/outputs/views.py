"""What a template may say of one paper, computed once, so that templates hold no logic and every page agrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

import msgspec

from digest.model import CodeLink, Digest, Entry, TopicMatch, Translation
from digest.outputs.richtext import Typeset
from digest.outputs.wording import Words
from digest.text import collapse, is_web, plain, printable

LEAD = 3
"""Authors that a list names before it counts the rest."""

_HTML_SINCE = 2312
"""arXiv makes HTML of papers since December 2023: https://info.arxiv.org/about/accessible_HTML.html"""

_HOLE = "\0"
"""Stands where a phrase goes. No text of the interface holds it."""

_LABEL = 60
"""Longest link text, in characters."""


class Date(msgspec.Struct, frozen=True, kw_only=True):
    """A UTC day, for machines and for readers."""

    iso: str
    text: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a paper is listed, in the reader's language, around the phrase that made it so."""

    before: str
    phrase: str
    after: str

    def __str__(self) -> str:
        """The whole sentence: `matches “talking head” in the title`."""
        return f"{self.before}{self.phrase}{self.after}"


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """A topic of the paper, and what in the paper matched it."""

    topic: str
    slug: str
    """Name of the topic's folder."""
    path: str
    """Of the topic's page, from the top of the site."""
    reasons: tuple[Reason, ...]
    """Empty when no evidence is stored."""


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """A link to code or a project page."""

    url: str
    label: str
    """Host and path, short enough for a line."""
    kind: str
    found: str
    """Where it was found, in the reader's language."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """The paper in one of the reader's languages. A field that is not translated is None, never the original."""

    lang: str
    title: str | None = None
    title_html: Typeset | None = None
    abstract: str | None = None
    abstract_html: Typeset | None = None
    credit: tuple[str, ...] = ()
    """Who translated: engine and model."""
    missing: str | None = None
    """Says which part is not translated yet."""
    stale: str | None = None
    """`translation of v1`, when the paper has moved on."""


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One paper. Texts are plain Unicode, not yet escaped; the autoescape of templates does that.

    `…_html` is the same text typeset: MathML, emphasis, links, and marks around what matched.
    """

    id: str
    path: str
    """Where the paper lives, from the top of the site: its own page, or its place on the page of its month."""
    title: str
    title_html: Typeset
    """Without links: titles are links."""
    abstract: str
    abstract_html: Typeset
    authors: tuple[str, ...]
    lead: tuple[str, ...]
    """The first authors, for lists."""
    more: str | None
    """`and 5 more`."""
    topics: tuple[Why, ...]
    categories: tuple[str, ...]
    listed: Date
    published: Date | None
    revised: Date | None
    """When the version shown was submitted; None for v1 and where no source said."""
    version: int
    withdrawn: bool
    comment: str | None
    comment_html: Typeset | None
    journal_ref: str | None
    doi: str | None
    doi_url: str | None
    license: str | None
    abs_url: str
    pdf_url: str | None
    """None when the paper is withdrawn: arXiv then has no file."""
    html_url: str | None
    code: tuple[Code, ...]
    has_code: bool
    """Whether a link leads to code, rather than to a project page."""
    voices: tuple[Voice, ...]
    """One a reader's language, in order of preference; empty when nothing is translated."""
    titles: tuple[Voice, ...]
    """The voices that have a title."""
    abstracts: tuple[Voice, ...]
    """The voices that have an abstract."""


def view(entry: Entry, digest: Digest, words: Words, topic_paths: Mapping[str, str], homes: Mapping[str, str]) -> Paper:
    """`entry` as templates see it. `topic_paths`: name → path of the topic's page; `homes`: arXiv id → of the paper."""
    phrases = _phrases(entry)
    voices = tuple(_voice(entry, digest, language, words, phrases) for language in digest.languages)
    authors = tuple(name for author in entry.authors if (name := plain(author.name)))
    left = len(authors) - LEAD
    if left == 1:  # "and 1 more" is longer than most names
        left = 0
    quoted = quote(entry.arxiv_id, safe="/")
    return Paper(
        id=entry.arxiv_id,
        path=homes[entry.arxiv_id],
        title=plain(entry.title),
        title_html=Typeset(entry.title, phrases.get("title", ()), links=False),
        abstract=plain(entry.abstract),
        abstract_html=Typeset(entry.abstract, phrases.get("abstract", ())),
        authors=authors,
        lead=authors[:LEAD] if left > 0 else authors,
        more=words.count("authors.more", left, total=f"{len(authors):,}") if left > 0 else None,
        topics=tuple(_why(match, topic_paths, words) for match in entry.topics),
        categories=tuple(collapse(category) for category in entry.categories),
        listed=Date(iso=entry.listed.isoformat(), text=words.date(entry.listed)),
        published=on_day(entry.published, words),
        revised=on_day(entry.updated, words) if entry.version > 1 else None,
        version=entry.version,
        withdrawn=entry.withdrawn,
        comment=_optional(entry.comment),
        comment_html=Typeset(entry.comment, phrases.get("comment", ())) if entry.comment else None,
        journal_ref=_optional(entry.journal_ref),
        doi=collapse(entry.doi) if entry.doi else None,
        doi_url=f"https://doi.org/{quote(collapse(entry.doi), safe='/')}" if entry.doi else None,
        license=entry.license if entry.license and is_web(entry.license) else None,
        abs_url=f"https://arxiv.org/abs/{quoted}",
        pdf_url=None if entry.withdrawn else f"https://arxiv.org/pdf/{quoted}",
        html_url=f"https://arxiv.org/html/{quoted}" if _has_html(entry) else None,
        code=tuple(_code(link, words) for link in entry.code_links if is_web(link.url)),
        has_code=any(link.kind == "code" and is_web(link.url) for link in entry.code_links),
        voices=voices,
        titles=tuple(voice for voice in voices if voice.title is not None),
        abstracts=tuple(voice for voice in voices if voice.abstract is not None),
    )


def _optional(tex: str | None) -> str | None:
    return (plain(tex) or None) if tex else None


def on_day(time: dt.datetime | dt.date | None, words: Words) -> Date | None:
    """The UTC day of `time` for a template, or None."""
    if time is None:
        return None
    day = time.astimezone(dt.UTC).date() if isinstance(time, dt.datetime) else time
    return Date(iso=day.isoformat(), text=words.date(day))


def _why(match: TopicMatch, topic_paths: Mapping[str, str], words: Words) -> Why:
    fields: dict[str, list[str]] = {}
    reasons: list[Reason] = []
    for evidence in match.evidence:
        if evidence.field in ("authors", "category", "id"):
            reasons.append(_reason(f"why.{evidence.field}", evidence.phrase, words))
        else:
            fields.setdefault(evidence.phrase, []).append(words.name("field", evidence.field))
    found = [
        _reason("why.phrase", phrase, words, fields=words.together(dict.fromkeys(names)))
        for phrase, names in fields.items()
    ]
    path = topic_paths[match.topic]
    return Why(
        topic=collapse(match.topic),
        slug=unquote(path.rstrip("/").rpartition("/")[2]),
        path=path,
        reasons=tuple(dict.fromkeys([*found, *reasons])),
    )


def _reason(key: str, phrase: str, words: Words, **values: object) -> Reason:
    before, _, after = words(key, phrase=_HOLE, **values).partition(_HOLE)
    return Reason(before=before, phrase=printable(phrase), after=after)


def _code(link: CodeLink, words: Words) -> Code:
    parts = urlsplit(link.url)
    label = f"{parts.hostname or ''}{parts.path}".rstrip("/")
    if len(label) > _LABEL:
        label = f"{label[: _LABEL - 1]}…"
    return Code(
        url=link.url,
        label=label,
        kind=words.name("kind", link.kind),
        found=words.name("found", collapse(link.found_by)),
    )


def _has_html(entry: Entry) -> bool:
    month = entry.arxiv_id.partition(".")[0]
    return month.isdecimal() and int(month) >= _HTML_SINCE and not entry.withdrawn


def _phrases(entry: Entry) -> dict[str, tuple[str, ...]]:
    """Field → what topics found in it."""
    found: dict[str, dict[str, None]] = {}
    for match in entry.topics:
        for evidence in match.evidence:
            found.setdefault(evidence.field, {})[evidence.phrase] = None
    return {field: tuple(phrases) for field, phrases in found.items()}


def _voice(entry: Entry, digest: Digest, language: str, words: Words, phrases: Mapping[str, tuple[str, ...]]) -> Voice:
    known = digest.translations.get(language, {})
    title, abstract = known.get((entry.arxiv_id, "title")), known.get((entry.arxiv_id, "abstract"))
    made = [translation for translation in (title, abstract) if translation is not None]
    older = sorted({translation.version for translation in made} - {entry.version})
    return Voice(
        lang=language,
        title=None if title is None else plain(title.text),
        title_html=None if title is None else Typeset(title.text, phrases.get("title", ()), links=False),
        abstract=None if abstract is None else plain(abstract.text),
        abstract_html=None if abstract is None else Typeset(abstract.text, phrases.get("abstract", ())),
        credit=tuple(dict.fromkeys(_credit(translation, words) for translation in made)),
        missing=_missing(entry, title, abstract, words),
        stale=words("stale", versions=words.series(f"v{version}" for version in older)) if older else None,
    )


def _missing(entry: Entry, title: Translation | None, abstract: Translation | None, words: Words) -> str | None:
    """Says what is still to be translated: only ever parts that the paper has."""
    if title is None:
        return words("missing.all" if abstract is None else "missing.title")
    return words("missing.abstract") if abstract is None and entry.abstract else None


def _credit(translation: Translation, words: Words) -> str:
    if words.has(f"by.{translation.engine}"):  # not every translator is a machine
        return words(f"by.{translation.engine}")
    engine = words.name("engine", collapse(translation.engine))
    if translation.model is None:
        return words("credit", engine=engine)
    return words("credit.with", engine=engine, model=collapse(translation.model))
