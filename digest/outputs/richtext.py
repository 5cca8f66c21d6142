"""The only place where markup is made of a paper's own words: every text is escaped, every tag is one of ours.

`tests/outputs/test_richtext.py` holds it to the tags and attributes named here, over every text that we have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from markupsafe import Markup, escape

from digest.highlight import Piece, Place, find
from digest.text import Token, formula, mathml, printable, rich

TAGS = frozenset({"strong", "em", "code", "sup", "sub", "a", "br", "mark"})
"""Beside those of MathML (`digest.tex.mathml.ELEMENTS`)."""


class Typeset(msgspec.Struct, frozen=True):
    """A text that becomes markup where a template prints it, and costs nothing where none does."""

    tex: str
    """Source of a title, abstract or comment, or of its translation."""
    phrases: tuple[str, ...] = ()
    """What to mark: the phrases of topics that stand in it."""
    links: bool = True
    """False where the text is a link itself."""
    maths: bool = True
    """False for readers that may drop MathML and leave n2 of n²."""

    def __html__(self) -> str:
        return markup(self.tex, self.phrases, links=self.links, maths=self.maths)

    @property
    def flat(self) -> Typeset:
        """The same with formulas as text and nothing marked, for feeds."""
        return Typeset(self.tex, links=self.links, maths=False)


def markup(tex: str, phrases: Iterable[str] = (), *, links: bool = True, maths: bool = True) -> Markup:
    """The TeX source of a title, abstract or comment as HTML that stands within a paragraph.

    Formulas become MathML, or readable text where that fails or `maths` is false; what matches `phrases` is marked;
    without `links` addresses stay text, for places that are links themselves.
    """
    tokens = [token for token in rich(tex) if links or token.value != "a" or token.kind == "text"]
    pieces = [_piece(token, maths=maths) for token in tokens]
    places: dict[int, list[Place]] = {}
    for place in find([Piece(piece.text, piece.whole) for piece in pieces], phrases):
        places.setdefault(place.piece, []).append(place)
    written = (
        _written(token, piece, places.get(index, ()), first=index == 0, maths=maths)
        for index, (token, piece) in enumerate(zip(tokens, pieces, strict=True))
    )
    return Markup("").join(written)


def _piece(token: Token, *, maths: bool) -> Piece:
    if token.kind == "text":
        return Piece(token.value)
    if token.kind == "formula":
        return Piece(token.value, whole=True) if maths else Piece(_line(token.value))
    return Piece("")


def _written(token: Token, piece: Piece, places: Sequence[Place], *, first: bool, maths: bool) -> Markup:
    match token.kind:
        case "open" if token.value == "a":
            return Markup('<a href="{}" rel="nofollow">').format(token.href)
        case "open":
            return Markup("<{}>").format(token.value)
        case "close":
            return Markup("</{}>").format(token.value)
        case "break":
            return Markup() if first else Markup("<br>")
        case "formula" if maths:
            shown = _formula(token)
            return Markup("<mark>{}</mark>").format(shown) if places else shown
    return Markup("").join(_marked(piece.text, places))


def _formula(token: Token) -> Markup:
    made = mathml(token.value, display=token.display)
    return escape(_line(token.value)) if made is None else Markup(made)  # noqa: S704 - written from an allow-list


def _line(source: str) -> str:
    return printable(formula(source))


def _marked(text: str, places: Sequence[Place]) -> Iterator[Markup]:
    done = 0
    for place in places:
        yield escape(text[done : place.start])
        yield Markup("<mark>{}</mark>").format(text[place.start : place.end])
        done = place.end
    yield escape(text[done:])
