"""Words, counts and dates of the interface in the reader's language, so that no template is written twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from digest.errors import RenderError


class Words:
    """The keys of `templates/locales/<language>.json`, called like a function: `words("nav.days")`.

    Every method raises `RenderError` when a key is missing or its text asks for a value that nobody gives.
    """

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` with its `{placeholders}` filled in."""
        try:
            text = self._texts[key]
            return text.format_map(values) if values else text
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            raise RenderError(
                f"The text {key!r} of the interface in {self.language!r} can't be made: {error!r}",
                template=f"locales/{self.language}.json",
                hint="Repair the text; locales/en.json shows its placeholders.",
            ) from error

    def count(self, key: str, number: int, /, **values: object) -> str:
        """`key` for that many: `<key>.one` or `<key>.other`, which get `{number}` with its thousands set apart."""
        return self(f"{key}.{'one' if number == 1 else 'other'}", number=f"{number:,}", **values)

    def name(self, kind: str, value: str, /) -> str:
        """What readers call `value`: `<kind>.<value>`, or the value itself when we have no word for it."""
        return self(f"{kind}.{value}") if self.has(f"{kind}.{value}") else value

    def has(self, key: str, /) -> bool:
        """True when the language has a text for `key`."""
        return key in self._texts

    def series(self, parts: Iterable[str]) -> str:
        """Several things in a row, as the language writes them: `title, abstract` or `标题、摘要`."""
        return self("series").join(parts)

    def together(self, parts: Iterable[str]) -> str:
        """The same for things that hold all at once: `title and abstract` or `标题和摘要`."""
        *most, last = parts
        return self("together").join([self.series(most), last]) if most else last

    def date(self, day: dt.date) -> str:
        """A day in few letters, for the margin: `9 Nov 2026`."""
        return self("date.short", **self._parts(day))

    def long_date(self, day: dt.date) -> str:
        """A day in full: `Wednesday, 11 November 2026`."""
        return self("date.long", **self._parts(day))

    def month(self, day: dt.date) -> str:
        """The month of a day: `November 2026`."""
        return self("date.month", **self._parts(day))

    def weekday(self, day: dt.date) -> str:
        """`Wednesday`."""
        return self(f"weekday.{day.isoweekday()}")

    def _parts(self, day: dt.date) -> dict[str, object]:
        return {
            "day": day.day,
            "month": self(f"month.{day.month}"),
            "mon": self(f"mon.{day.month}"),
            "number": f"{day.month:02}",
            "day2": f"{day.day:02}",
            "weekday": self.weekday(day),
            "year": day.year,
        }
