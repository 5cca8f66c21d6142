"""Reads papers for the index: which terms stand where, as the reader's script looks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import msgspec

from digest.model import Entry, Translation
from digest.outputs.search.postings import LAST, Places, code, note, pairs, places, unpaired
from digest.text import collapse
from digest.words import fold, is_cjk, marks, pieces, stem, words

_APART = 16
"""Places between a text and its translation: no phrase reaches over."""
_GAP = " "
_LONGEST_NAME = 12
"""Words of a name of which every two and three are noted; collaborations can be called anything."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A paper with its translations: all that the index knows of it."""

    entry: Entry
    translations: tuple[tuple[str, str, Translation], ...] = ()
    """Language, field and text."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a segment's papers, each kind by field: t(itle), a(bstract), c(omment), j(ournal), a(u)thors."""

    words: dict[str, Places[str]]
    """Stems; in field u folded words of names."""
    pairs: dict[str, Places[str]]
    """Two characters beside each other; the last one of a run alone. In field u the characters of names."""
    names: dict[str, Places[str]]
    """Every two and three words of an author's name, in alphabetical order."""
    keys: dict[str, Places[str]]
    """i(d) with version, d(oi), g for categories, s(ubject): a topic's name."""


def read(documents: Sequence[Document]) -> Terms:
    """The terms of `documents`, which are numbered as they come."""
    found = Terms(
        words={letter: places() for letter in "tacju"},
        pairs={letter: places() for letter in "tacju"},
        names={"u": places()},
        keys={letter: places() for letter in "idgs"},
    )
    rows: dict[str, Places[int]] = {letter: places() for letter in "tacj"}
    for number, document in enumerate(documents):
        _texts(found, rows, number, document)
        _names(found, number, document.entry)
        _keys(found, number, document.entry)
    found.pairs.update((letter, _named(row)) for letter, row in rows.items())
    return found


def _texts(found: Terms, rows: Mapping[str, Places[int]], number: int, document: Document) -> None:
    entry = document.entry
    for letter, field in (("t", "title"), ("a", "abstract"), ("c", "comment"), ("j", "journal_ref")):
        texts = [getattr(entry, field) or ""]
        texts += [each.text for _, of, each in document.translations if of == field]
        place = 0
        for text in texts:
            if text:
                place = min(_text(found, rows, letter, number, place, text) + _APART, LAST)


def _text(found: Terms, rows: Mapping[str, Places[int]], letter: str, number: int, place: int, text: str) -> int:
    for mark in marks(text):
        found.words[letter][mark].append(code(number, place))
    if text.isascii():
        return note(found.words[letter], number, place, list(map(stem, words(text))))
    own = found.words[letter]
    row = ""  # the text with a gap for each word, and one between two runs: what stands there keeps them apart
    after_run = False
    for piece in pieces(text):
        if is_cjk(piece):
            row += _GAP + piece if after_run else piece
            after_run = True
        else:
            own[stem(piece)].append(code(number, min(place + len(row), LAST)))
            row += _GAP
            after_run = False
    return note(rows[letter], number, place, pairs(row + _GAP))


def _named(numbered: Places[int]) -> Places[str]:
    """Pairs of characters by name. None that a gap begins; the last character of a run stands alone."""
    found: Places[str] = places()
    for number, codes in numbered.items():
        pair = unpaired(number)
        if pair[0] != _GAP:
            found[pair.rstrip(_GAP)] = codes
    return found


def _names(found: Terms, number: int, entry: Entry) -> None:
    single: dict[str, None] = {}
    several: dict[str, None] = {}
    for author in entry.authors:
        name = sorted(set(words(author.name)))
        single |= dict.fromkeys(name)
        for size in (2, 3):
            several |= dict.fromkeys(map(" ".join, combinations(name[:_LONGEST_NAME], size)))
    for word in single:
        kind = found.pairs if is_cjk(word) else found.words
        kind["u"][word].append(code(number))
    for group in several:
        found.names["u"][group].append(code(number))


def _keys(found: Terms, number: int, entry: Entry) -> None:
    terms = {
        "i": [f"{entry.arxiv_id}v{entry.version}"],
        "d": [entry.doi] if entry.doi else [],
        "g": entry.categories,
        "s": [fold(each.topic) for each in entry.topics],
    }
    for letter, given in terms.items():
        for name in dict.fromkeys(collapse(name).lower() for name in given):
            found.keys[letter][name].append(code(number))
