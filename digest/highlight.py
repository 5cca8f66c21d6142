"""Finds a topic's phrases again in the text that readers see, by the words and stems by which the paper matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from digest.topics import Phrase, phrase_of, shape_of
from digest.words import printed, stem, words

_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['’‘ʼ′]s(?![^\W_]))?")
"""A word as it stands on the page; `words` folds it, and may find several in it: `½`."""
_MARK = re.compile(r"\+{1,2}|[#*]")
_MARKED = 3
"""Characters behind a word that can belong to it: `c++`."""


class Piece(NamedTuple):
    """A run of text, or a formula, which is marked whole or not at all."""

    text: str
    whole: bool = False


class Place(NamedTuple):
    """Part of a piece."""

    piece: int
    start: int
    end: int


class _Reading:
    """The words of all pieces, and two lines made of them in which phrases are looked for."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self.places: list[Place] = []
        folded: list[tuple[str, str]] = []
        for index, piece in enumerate(pieces):
            if piece.whole:
                runs = [(piece.text, 0, len(piece.text))]
            else:
                runs = [(run[0], run.start(), run.end()) for run in _RUN.finditer(piece.text)]
            for run, start, end in runs:
                found = _folded(run)
                folded += found
                self.places += [Place(index, start, end)] * len(found)
        self._folded = folded
        self.stems = f" {' '.join([stemmed for _, stemmed in folded])} "

    @cached_property
    def pairs(self) -> str:
        """`word/stem`, for words with a `*`."""
        return f" {' '.join([f'{word}/{stemmed}' for word, stemmed in self._folded])} "

    def starts(self, phrase: Phrase) -> Iterator[int]:
        """Index of the first word of each place where `phrase` stands, compared as `topics` does."""
        if any("*" in word for word in phrase.words):
            line, pattern = self.pairs, _shape(phrase)
        else:
            line, pattern = self.stems, _stems(phrase)
        yield from (line.count(" ", 0, found.start()) for found in pattern.finditer(line))


def find(pieces: Sequence[Piece], phrases: Iterable[str]) -> list[Place]:
    """Where any of `phrases` stands, in order and apart. A phrase may begin in one piece and end in another."""
    sought = tuple(dict.fromkeys(phrase for text in phrases if (phrase := phrase_of(text)).words))
    if not sought:
        return []
    reading = _Reading(pieces)
    found: dict[Place, None] = {}
    for phrase in sought:
        for first in reading.starts(phrase):
            found |= dict.fromkeys(_places(phrase, reading.places[first : first + len(phrase.words)], pieces))
    return list(_apart(sorted(found)))


@lru_cache(maxsize=1 << 16)
def _folded(run: str) -> tuple[tuple[str, str], ...]:
    return tuple((word, stem(word)) for word in words(run))


@lru_cache(maxsize=4096)
def _stems(phrase: Phrase) -> re.Pattern[str]:
    return re.compile(f"(?= {re.escape(' '.join(phrase.words))} )")


@lru_cache(maxsize=4096)
def _shape(phrase: Phrase) -> re.Pattern[str]:
    return re.compile(f"(?= {shape_of(phrase)} )")


def _places(phrase: Phrase, matched: Sequence[Place], pieces: Sequence[Piece]) -> Iterator[Place]:
    """One place in each piece that the words stand in; none when the marks of the phrase aren't there."""
    by_piece: dict[int, list[Place]] = {}
    for place in matched:
        by_piece.setdefault(place.piece, []).append(place)
    places = [Place(index, group[0].start, group[-1].end) for index, group in by_piece.items()]
    if phrase.marks:
        last = places[-1]
        behind = _MARK.match(pieces[last.piece].text, last.end, last.end + _MARKED)
        places[-1] = last._replace(end=behind.end() if behind else last.end)
        shown = printed(" ".join(pieces[place.piece].text[place.start : place.end] for place in places))
        if not all(mark in shown for mark in phrase.marks):
            return
    for place in places:
        piece = pieces[place.piece]
        if not piece.whole or len(_folded(piece.text)) == len(by_piece[place.piece]):
            yield place


def _apart(places: Iterable[Place]) -> Iterator[Place]:
    """Without overlaps: what two phrases share is marked once."""
    last: Place | None = None
    for place in places:
        if last is not None and place.piece == last.piece and place.start <= last.end:
            last = last._replace(end=max(last.end, place.end))
            continue
        if last is not None:
            yield last
        last = place
    if last is not None:
        yield last
