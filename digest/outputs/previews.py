"""Says what chats and social networks show beside a link to a page: a sentence and a card. https://ogp.me"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import msgspec
from jinja2 import Environment

from digest.model import Digest
from digest.outputs.archive import Day, gather_days
from digest.outputs.cards import HEIGHT, NEWEST, WIDTH, Card, Painter
from digest.outputs.parts import top
from digest.outputs.wording import Words
from digest.text import collapse

_WHOLE = "card.png"
"""The card of every page that has none of its own."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside a link. Addresses are absolute."""

    page: str
    image: str
    alt: str
    """What the picture says."""
    description: str | None
    width: int = WIDTH
    height: int = HEIGHT


class Previews:
    """The previews of a site. Without a `site_url` there are none: their readers want whole addresses."""

    def __init__(self, environment: Environment, words: Words, digest: Digest) -> None:
        self._environment = environment
        self._words = words
        self._digest = digest
        self._top = top(digest.site_url)
        self._cards: dict[str, Card] = {}
        if self._top:
            days = gather_days(digest.entries)[:NEWEST]
            self._cards = {_WHOLE: self._of_site()} | {_picture(day.date): self._of_day(day) for day in days}
            self._newest = _picture(days[0].date) if days else _WHOLE

    def of(self, path: str, description: str | None) -> Preview | None:
        """For the page at `path`, from the top of the site."""
        if not self._top:
            return None
        own = f"{'/'.join(path.split('/')[:2])}/{_WHOLE}" if path else self._newest
        image = own if own in self._cards else _WHOLE
        return Preview(
            page=f"{self._top}{path}",
            image=f"{self._top}{image}",
            alt=_said(self._cards[image], self._words),
            description=description,
        )

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Path → picture."""
        painter = Painter(self._environment)
        for path, card in self._cards.items():
            yield path, painter.paint(card)

    def _of_site(self) -> Card:
        number = len(self._digest.entries)
        return Card(
            title="",
            figure=f"{number:,}" if number else "",
            heading=collapse(self._digest.title),
            lines=(collapse(self._digest.description), self._words.count("papers", number) if number else ""),
        )

    def _of_day(self, day: Day) -> Card:
        counts = {"new": len(day.new), "revised": len(day.revised)}
        brought = [self._words.count(f"day.{part}", count) for part, count in counts.items() if count]
        topics = Counter(match.topic for entry in (*day.new, *day.revised) for match in entry.topics)
        most = sorted(topics.items(), key=lambda each: (-each[1], each[0]))
        return Card(
            title=collapse(self._digest.title),
            figure=str(day.date.day),
            above=self._words.weekday(day.date),
            heading=self._words.month(day.date),
            lines=(
                self._words.series(brought),
                self._words.series(f"{collapse(name)} {number:,}" for name, number in most) if most[1:] else "",
            ),
        )


def _picture(date: dt.date) -> str:
    return f"days/{date}/{_WHOLE}"


def _said(card: Card, words: Words) -> str:
    return words.series(filter(None, (card.title, card.above, f"{card.figure} {card.heading}".strip(), *card.lines)))
