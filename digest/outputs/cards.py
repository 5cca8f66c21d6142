"""Paints the pictures that chats and social networks show beside a link: a card for each recent day, one for the rest.

The fonts are ours (`templates/fonts/`), so every machine paints the same; a line that they can't write is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec
from jinja2 import Environment

from digest.errors import RenderError
from digest.outputs.assets import binary

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 630
"""Pixels, as https://ogp.me readers expect."""
NEWEST = 120
"""Days that have a card of their own, half a year: links to older ones are rarely shared, and pictures take time."""

_PAPER, _INK, _SOFT, _RUBRIC = (253, 253, 251), (27, 28, 31), (92, 95, 102), (179, 40, 27)
"""The colours of `templates/static/site.css` in the light."""
_SHADES = 15
"""Steps between the paper and each colour: letters have soft edges."""
_EDGE, _AXIS, _BASE = 72, 472, 426
"""Pixels: the margin, where words start, the line that the large figure stands on."""
_GAP = 44


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a card says."""

    title: str
    """Of the digest; empty on its own card, where it is the heading."""
    figure: str
    """Digits, and commas."""
    heading: str
    above: str = ""
    """A word over the heading."""
    lines: tuple[str, ...] = ()
    """Below it, two at most."""


class Painter:
    """Holds the fonts, which are slow to open. `environment`: of the templates, whose `fonts/` win file by file."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._opened: dict[tuple[str, int], FreeTypeFont] = {}
        self._known: dict[tuple[str, str], bool] = {}

    def paint(self, card: Card) -> bytes:
        """The card as PNG. Raises `RenderError` naming a font that can't be read."""
        from PIL import Image  # slow to import

        layers = [Image.new("L", (WIDTH, HEIGHT)) for _ in range(3)]
        for colour, size, text, left, base, anchor in self._places(card):
            self._write(layers[colour], size, text, (left, base), anchor)
        if card.title:
            layers[1].paste(56, (_EDGE, 142, WIDTH - _EDGE, 143))
        return _png(layers)

    def _places(self, card: Card) -> Iterator[tuple[int, int, str, int, int, str]]:
        yield 0, 38, card.title, _EDGE, 108, "ls"
        yield 2, _figure_size(card.figure), card.figure, _AXIS - _GAP, _BASE, "rs"
        yield 1, 32, card.above, _AXIS, _BASE - 92, "ls"
        yield 0, 68, card.heading, _AXIS, _BASE, "ls"
        for number, line in enumerate(card.lines[:2]):
            yield 1, 32, line, _AXIS, _BASE + 66 + 52 * number, "ls"

    def _write(self, layer: Image, size: int, text: str, place: tuple[int, int], anchor: str) -> None:
        from PIL.ImageDraw import Draw

        name = "figures" if anchor == "rs" else "card"
        font = self._font(name, size)
        if not all(self._knows(name, font, letter) for letter in set(text)):
            return
        room = WIDTH - _EDGE - place[0] if anchor == "ls" else place[0] - 8
        Draw(layer).text(place, _fitting(font, text, room), fill=255, font=font, anchor=anchor)

    def _font(self, name: str, size: int) -> FreeTypeFont:
        from PIL import ImageFont

        key = (name, size)
        if key not in self._opened:
            path = f"fonts/{name}.woff2"
            try:
                file = BytesIO(binary(self._environment, path))
                # the plain layout is the same on every machine; the other one needs a library
                self._opened[key] = ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
            except OSError as error:
                raise RenderError(
                    f"{path} can't be read: {error}",
                    template=path,
                    hint="Put a TrueType, OpenType or WOFF2 font there, or remove the file.",
                ) from error
        return self._opened[key]

    def _knows(self, name: str, font: FreeTypeFont, letter: str) -> bool:
        """Whether the font has a letter of its own for it, rather than the box that stands for all others."""
        key = (name, letter)
        if key not in self._known:
            self._known[key] = letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask(_NOBODYS))
        return self._known[key]


_NOBODYS = "\uffff"
"""No font has it."""


def _figure_size(figure: str) -> int:
    """As large as its place is wide."""
    return {1: 280, 2: 280, 3: 210, 4: 160}.get(len(figure), 110)


def _fitting(font: FreeTypeFont, text: str, room: int) -> str:
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(f"{text}...") > room:
        text = text[:-1]
    return f"{text.rstrip()}..."


def _png(layers: list[Image]) -> bytes:
    """The three layers over each other; a palette keeps the file near 10 kB."""
    from PIL import Image, ImageChops

    whole = Image.new("L", (WIDTH, HEIGHT))
    palette = list(_PAPER)
    for number, (layer, colour) in enumerate(zip(layers, (_INK, _SOFT, _RUBRIC), strict=True)):
        steps = [value * _SHADES // 255 for value in range(256)]
        whole = ImageChops.lighter(whole, layer.point([step and number * _SHADES + step for step in steps]))
        for step in range(1, _SHADES + 1):
            palette += [
                ground + (paint - ground) * step // _SHADES for ground, paint in zip(_PAPER, colour, strict=True)
            ]
    image = Image.frombytes("P", (WIDTH, HEIGHT), whole.tobytes())
    image.putpalette(palette)
    file = BytesIO()
    image.save(file, "PNG", compress_level=6)
    return file.getvalue()
