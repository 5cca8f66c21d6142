"""Makes the Markdown that people read on GitHub: tables for each day, an index, and the newest tables in README.md."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from itertools import groupby

from jinja2 import Environment

from digest.gfm import address
from digest.model import Digest
from digest.outputs import templating
from digest.outputs.archive import Day
from digest.outputs.freshness import assess
from digest.outputs.listing import Listing, Listings, page_of, relative, size_of
from digest.outputs.readme import put
from digest.outputs.wording import Words
from digest.text import collapse

README_LIMIT = 500_000
"""Bytes. GitHub cuts a README after 500 KiB:
https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes
"""
README_ROWS = 50
"""Papers after which README.md shows no further day."""
README_DAYS = 14
"""Earlier days that README.md links to by name; the index has all."""


class Markdown:
    """`Output` for Markdown. `language` (BCP 47) is that of everything but the column heads.

    `readme` is the text of the file at `readme_path`, with its own line ends; None leaves that file alone.
    """

    name = "markdown"

    def __init__(
        self,
        *,
        daily: str = "docs/daily",
        readme: str | None = None,
        readme_path: str | None = "README.md",
        readme_limit: int = README_LIMIT,
        environment: Environment | None = None,
        language: str = "en",
        words: Mapping[str, str] | None = None,
    ) -> None:
        self._daily = posixpath.normpath(daily)
        self._readme = readme
        self._readme_path = readme_path
        self._readme_limit = readme_limit
        self._environment = environment or templating.environment()
        self._words = Words(language, templating.locale(language) if words is None else words)

    def render(self, digest: Digest) -> dict[str, bytes]:
        """Every day's page, the index and README.md. Raises `RenderError` naming the template that failed."""
        build = _Build(self._environment, self._words, digest, self._daily)
        files = dict(build.pages())
        if self._readme is not None and self._readme_path is not None:
            files[self._readme_path] = build.readme(self._readme, self._readme_path, self._readme_limit)
        return {path: text.encode() for path, text in files.items()}


class _Build:
    """One rendering. Only the newest page says when arXiv was asked: the others would change every day."""

    def __init__(self, environment: Environment, words: Words, digest: Digest, daily: str) -> None:
        self.environment = environment
        self.words = words
        self.digest = digest
        self.daily = daily
        self.fresh = assess(digest, words)
        self.listings = Listings(environment, words, digest, daily)
        self.days = self.listings.days

    def pages(self) -> Iterator[tuple[str, str]]:
        """Path → text of the page of each day, and of the index."""
        for day in self.days:
            yield f"{self.daily}/{page_of(day)}", self._page(day)
        yield f"{self.daily}/README.md", self._render("index", months=self._months())

    def readme(self, existing: str, path: str, limit: int) -> str:
        """`existing` with the newest tables between its markers, below `limit` bytes.

        What does not fit is linked: first whole days, then papers of the newest. Only prose can break the limit.
        """
        home = posixpath.dirname(path)
        for count in range(self._short_days(), 0, -1):
            text = put(existing, self._block(home, count))
            if len(text.encode()) < limit:
                return text
        fits, too_many = 0, size_of(self.days[0]) if self.days else 0
        while too_many - fits > 1:
            middle = (fits + too_many) // 2
            text = put(existing, self._block(home, 1, room=middle))
            fits, too_many = (middle, too_many) if len(text.encode()) < limit else (fits, middle)
        return put(existing, self._block(home, 1, room=fits))

    def _short_days(self) -> int:
        """Newest days that have `README_ROWS` papers together; the newest counts whatever it has."""
        count = rows = 0
        while count < len(self.days) and (count == 0 or rows + size_of(self.days[count]) <= README_ROWS):
            rows += size_of(self.days[count])
            count += 1
        return count

    def _page(self, day: Day) -> str:
        return self._render(
            "day",
            day=self.listings.with_tables(day, self.daily),
            newest=day is self.days[0],
            index="../README.md",
            site=self._on_site(f"days/{day.date.isoformat()}/"),
            credits=self.listings.credits(day),
        )

    def _block(self, home: str, count: int, room: int | None = None) -> str:
        return self._render(
            "block",
            days=[self.listings.with_tables(day, home, room) for day in self.days[:count]],
            earlier=[self.listings.listing(day, home) for day in self.days[count : count + README_DAYS]],
            index=relative(f"{self.daily}/README.md", home),
            site=self._on_site(""),
            reason=self.fresh.empty,
        )

    def _render(self, template: str, **context: object) -> str:
        return templating.render(
            self.environment,
            f"markdown/{template}.md",
            t=self.words,
            title=collapse(self.digest.title),
            sample=self.digest.sample,
            fresh=self.fresh,
            **context,
        )

    def _on_site(self, path: str) -> str:
        """Address of a page of the web site; empty when config.yaml has no `site_url`."""
        return address(f"{self.digest.site_url.rstrip('/')}/{path}") if self.digest.site_url else ""

    def _months(self) -> list[tuple[str, list[Listing]]]:
        months = (list(days) for _, days in groupby(self.days, key=lambda day: day.date.replace(day=1)))
        return [
            (self.words.month(days[0].date), [self.listings.listing(day, self.daily) for day in days])
            for days in months
        ]
