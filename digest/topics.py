"""Decides which topics a paper belongs to, and shows why: a topic's own words have to stand in the paper.

What arXiv returned is not enough: until December 2025 it took a phrase for loose words, and its feeds by category know
no words at all. So every paper is read again here, in the way that arXiv's search reads (`digest.words`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import TypeAlias

import msgspec

from digest.errors import ConfigError
from digest.grammar import parse
from digest.model import Match, Paper, Topic, TopicMatch
from digest.query import PREFIXES, And, AndNot, Or, Query, Range, Term, any_of, to_arxiv
from digest.words import marked, needle, printed, stem, words

__all__ = ["Matcher", "match", "parse", "query_of", "to_arxiv"]

_EXPRESSION = re.compile(rf"(?:^|[\s(])(?:{'|'.join(PREFIXES)}):\S|\S\s+(?:AND|OR|ANDNOT)\s+\S")
_TEXTS = ("title", "abstract", "comment", "journal_ref")
_ALL = (*_TEXTS, "authors", "id", "category")
"""Where `all:` looks."""


def query_of(topic: Topic) -> Query:
    """What `topic` asks for: `((filters OR authors) AND categories) ANDNOT exclude`, or its own query so narrowed.

    Filters and excluded phrases are looked for in the topic's fields. One that is an expression in arXiv's syntax is
    read as such, as forks of cv-arxiv-daily write them. Raises `ConfigError`.
    """
    try:
        asked: list[Query] = [parse(topic.query)] if topic.query is not None else []
        asked += [any_of(_anywhere(topic, text)) for text in _different(topic.filters)]
        asked += [Term("authors", _with_words(name)) for name in topic.authors]
        unwanted = [part for text in topic.exclude for part in _anywhere(topic, text)]
    except ConfigError as error:
        raise ConfigError(f"Topic {topic.name!r}: {error.message}", hint=error.hint) from error
    required = tuple(any_of(each) for each in (asked, [Term("category", name) for name in topic.categories]) if each)
    if not required:
        raise ConfigError(f"Topic {topic.name!r} asks for nothing", hint="Give it filters, authors or a query.")
    wanted = required[0] if len(required) == 1 else And(required)
    return AndNot(wanted, any_of(unwanted)) if unwanted else wanted


def _different(phrases: Sequence[str]) -> tuple[str, ...]:
    """Without those that look for the words of an earlier one, such as its plural."""
    first: dict[Phrase, str] = {}
    for text in phrases:
        first.setdefault(phrase_of(text), text)
    return tuple(first.values())


def _anywhere(topic: Topic, text: str) -> list[Query]:
    """`text` in any of the fields of `topic`."""
    quoted = re.fullmatch(r'\s*"([^"]*)"\s*', text)
    bare = quoted[1] if quoted else text
    if _EXPRESSION.search(bare):
        return [parse(bare)]
    return [Term(field, _with_words(bare)) for field in topic.fields]


def _with_words(text: str) -> str:
    if not needle(text):
        raise ConfigError(f"{text!r} has no letter or digit", hint="Remove it, or put a word there.")
    return text


class Matcher:
    """All topics of a digest, ready to read papers."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        """Raise `ConfigError` when a topic's query can't be read."""
        self._topics = [(topic.name, _keys(query_of(topic)), _finder_of(topic)) for topic in topics]

    def topics_of(self, paper: Paper) -> tuple[TopicMatch, ...]:
        """The topics that `paper` belongs to, in the order of the configuration, each with its evidence."""
        reading = _Reading(paper)
        near = ((name, finder) for name, keys, finder in self._topics if not keys or keys & reading.vocabulary)
        found = ((name, _evidence(finder, reading)) for name, finder in near)
        return tuple(TopicMatch(topic=name, evidence=evidence) for name, evidence in found if evidence is not None)


def match(topic: Topic, paper: Paper) -> tuple[Match, ...] | None:
    """The words of `topic` that stand in `paper`, and where; None when the paper doesn't belong to it.

    A category is named only when nothing else was asked for. Empty when only a date was.
    """
    return _evidence(_finder_of(topic), _Reading(paper))


def _evidence(finder: _Finder, reading: _Reading) -> tuple[Match, ...] | None:
    found = finder(reading)
    if found is None:
        return None
    once = dict.fromkeys(found)
    return tuple(each for each in once if each.field != "category") or tuple(once)


class Phrase(msgspec.Struct, frozen=True):
    """Words to look for, one after the other."""

    words: tuple[str, ...]
    """Stems, and words with a `*`."""
    marks: tuple[str, ...]
    """Words that have to stand there letter by letter: `c++`."""


@lru_cache(maxsize=4096)
def phrase_of(text: str) -> Phrase:
    """The words that `text` looks for."""
    return Phrase(tuple(word if "*" in word else stem(word) for word in needle(text)), tuple(marked(text)))


def shape_of(phrase: Phrase) -> str:
    """The regular expression that finds `phrase` among words written as `word/stem`."""
    shapes = (f"{word.replace('*', '[^ /]*')}/[^ ]+" if "*" in word else f"[^ ]+/{word}" for word in phrase.words)
    return " ".join(shapes)


class _Reading:
    """One paper, each of its fields read once, for as many topics as there are."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._stems: dict[str, str] = {}

    def text(self, field: str) -> str:
        return getattr(self.paper, field) or ""

    def stems(self, field: str) -> str:
        """Stems of all words with a space around each."""
        if field not in self._stems:
            self._stems[field] = f" {' '.join(map(stem, words(self.text(field))))} "
        return self._stems[field]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Stems of all texts."""
        return frozenset("".join(map(self.stems, _TEXTS)).split())

    @cached_property
    def names(self) -> tuple[frozenset[str], ...]:
        """Words of each author's name."""
        return tuple(frozenset(words(author.name)) for author in self.paper.authors)

    def pairs(self, field: str) -> str:
        """All words as `word/stem`, with a space around each."""
        return f" {' '.join(f'{word}/{stem(word)}' for word in words(self.text(field)))} "


def _keys(query: Query) -> frozenset[str]:
    """Stems of which every paper that fits holds at least one, so that most topics need no closer look.

    Empty when there is nothing of the kind.
    """
    match query:
        case Term() if query.field in _TEXTS:
            return frozenset(sorted((word for word in phrase_of(query.text).words if "*" not in word), key=len)[-1:])
        case Or():
            keys = [_keys(part) for part in query.parts]
            return frozenset().union(*keys) if all(keys) else frozenset()
        case And():
            return min(filter(None, map(_keys, query.parts)), key=len, default=frozenset())
        case AndNot():
            return _keys(query.left)
        case _:
            return frozenset()


_Finder: TypeAlias = Callable[[_Reading], "tuple[Match, ...] | None"]
"""Evidence that a paper is what a query asks for; None when it isn't."""


@lru_cache(maxsize=1024)
def _finder_of(topic: Topic) -> _Finder:
    return _finder(query_of(topic))


def _finder(query: Query) -> _Finder:
    match query:
        case Term():
            return _term_finder(query)
        case Range():
            return lambda reading: () if _within(query, reading.paper) else None
        case And():
            return _all_of([_finder(part) for part in query.parts])
        case Or():
            return _some_of([_finder(part) for part in query.parts])
        case AndNot():
            return _one_without(_finder(query.left), _finder(query.right))


def _within(dates: Range, paper: Paper) -> bool:
    return paper.published is not None and dates.start <= paper.published.replace(second=0, microsecond=0) <= dates.end


def _all_of(finders: Sequence[_Finder]) -> _Finder:
    def find(reading: _Reading) -> tuple[Match, ...] | None:
        found: tuple[Match, ...] = ()
        for finder in finders:
            each = finder(reading)
            if each is None:
                return None
            found += each
        return found

    return find


def _some_of(finders: Sequence[_Finder]) -> _Finder:
    def find(reading: _Reading) -> tuple[Match, ...] | None:
        found = [each for finder in finders if (each := finder(reading)) is not None]
        return tuple(evidence for each in found for evidence in each) if found else None

    return find


def _one_without(wanted: _Finder, unwanted: _Finder) -> _Finder:
    def find(reading: _Reading) -> tuple[Match, ...] | None:
        found = wanted(reading)
        return None if found is None or unwanted(reading) is not None else found

    return find


def _term_finder(term: Term) -> _Finder:
    if term.field == "all":
        return _some_of([_term_finder(Term(field, term.text)) for field in _ALL])
    stands = _test(term)
    # a DOI is a name of the paper
    evidence = (Match(phrase=term.text.strip(), field="id" if term.field == "doi" else term.field),)
    return lambda reading: evidence if stands(reading) else None


def _test(term: Term) -> Callable[[_Reading], bool]:
    match term.field:
        case "category":
            below = r"(?:\..+)?" if "." not in term.text else ""
            is_like = _like(term.text, below)
            return lambda reading: any(map(is_like, reading.paper.categories))
        case "id":
            is_like = _like(term.text, r"(?:v\d+)?")
            return lambda reading: is_like(f"{reading.paper.arxiv_id}v{reading.paper.version}")
        case "doi":
            is_like = _like(term.text)
            return lambda reading: is_like(reading.text("doi"))
        case "authors":
            # as arXiv has it: all words within one name, in any order; an initial is a word, not a beginning
            wanted = [_like(word) for word in needle(term.text)]
            return lambda reading: any(all(any(map(like, name)) for like in wanted) for name in reading.names)
    return _stands_in(term.field, phrase_of(term.text))


def _like(text: str, ending: str = "") -> Callable[[str], bool]:
    """Whether a whole name is `text`, in which `*` stands for anything, followed by the regular expression `ending`."""
    pattern = re.compile(re.escape(text.strip()).replace(r"\*", ".*") + ending, re.IGNORECASE)
    return lambda name: pattern.fullmatch(name) is not None


def _stands_in(field: str, phrase: Phrase) -> Callable[[_Reading], bool]:
    line = f" {' '.join(phrase.words)} "
    if phrase.marks:
        marks = [re.compile(rf"(?<![^\W_]){re.escape(mark)}") for mark in phrase.marks]
        plain = _stands_in(field, Phrase(phrase.words, ()))
        return lambda reading: plain(reading) and all(mark.search(printed(reading.text(field))) for mark in marks)
    if "*" in line:
        pattern = re.compile(f" {shape_of(phrase)} ")
        return lambda reading: pattern.search(reading.pairs(field)) is not None
    return lambda reading: line in reading.stems(field)
