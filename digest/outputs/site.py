"""Makes the web site: a folder with an index.html for each day, topic, month and recent paper, every link relative."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from jinja2 import Environment

from digest.model import Digest, Entry
from digest.outputs import templating
from digest.outputs.almanac import lay_out
from digest.outputs.archive import Day, Subject, gather_days, gather_subjects
from digest.outputs.assets import prose, static_files
from digest.outputs.channels import gather_channels
from digest.outputs.citations import FORMATS, NEWEST, bibtex_of, embedded, files, links, tags_of
from digest.outputs.freshness import assess
from digest.outputs.history import versions
from digest.outputs.homes import Month, gather_months, homes, recent
from digest.outputs.inquiry import SCRIPTS, categories, examples, mistakes
from digest.outputs.items import Items
from digest.outputs.parts import Place, Section, folder, paged, top, up
from digest.outputs.previews import Previews
from digest.outputs.questions import answered, asked, found
from digest.outputs.sitemap import sitemaps
from digest.outputs.trends import gather_trends
from digest.outputs.views import Paper, view
from digest.outputs.wording import Words
from digest.text import collapse

FOLD_AUTHORS = 40
"""The page of a paper folds a list of authors that is longer."""
OPENING = 200
"""Characters of an abstract that stand beside a link to its paper."""


class Site:
    """`Output` for the web site. `language` (BCP 47) is that of the interface; papers keep their own."""

    name = "site"

    def __init__(
        self,
        *,
        output: str = "_site",
        environment: Environment | None = None,
        language: str = "en",
        words: Mapping[str, str] | None = None,
    ) -> None:
        self._output = PurePosixPath(output)
        self._environment = environment or templating.environment()
        self._words = Words(language, templating.locale(language) if words is None else words)

    def render(self, digest: Digest) -> dict[str, bytes]:
        """Every file of the site. Raises `RenderError` naming the template that failed."""
        build = _Build(self._environment, self._words, digest)
        return {str(self._output / path): content for path, content in build.files()}


class _Build:
    """One rendering: what several pages share is computed once and kept."""

    def __init__(self, environment: Environment, words: Words, digest: Digest) -> None:
        self.environment = environment
        self.words = words
        self.digest = digest
        self.description = collapse(digest.description)
        self.fresh = assess(digest, words)
        self.days = gather_days(digest.entries)
        self.months = gather_months(digest.entries)
        self.subjects = gather_subjects(digest)
        self.topics = [Place(path=folder("topics", each.slug), name=collapse(each.name)) for each in self.subjects]
        self.choices = [{"slug": each.slug, "name": collapse(each.name)} for each in self.subjects]
        paths = {subject.name: place.path for subject, place in zip(self.subjects, self.topics, strict=True)}
        self.recent = recent(digest)
        lives = homes(digest)
        self.papers = {entry.arxiv_id: view(entry, digest, words, paths, lives) for entry in digest.entries}
        self.entries = {entry.arxiv_id: entry for entry in digest.entries}
        self.shown_on: dict[tuple[str, dt.date], str] = {}
        self.frames: dict[tuple[str, str], dict[str, object]] = {}
        self.items = Items(environment, words, self.papers, self.recent)
        self.channels = list(gather_channels(digest, self.subjects, words))
        self.previews = Previews(environment, words, digest)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Path below the output folder → content."""
        yield from static_files(self.environment)
        yield "404.html", self._lost()
        yield from self._citations()
        yield from self.previews.files()
        paths: list[str] = []
        for path, page in self._pages():
            paths.append(path)
            yield f"{unquote(path)}index.html", page
        yield from _for_robots(None if self.digest.sample else top(self.digest.site_url), paths, self.digest)

    def _pages(self) -> Iterator[tuple[str, bytes]]:
        if not self.days:
            yield "", self._empty()
        for index, day in enumerate(self.days):
            yield from self._day(index, day)
        yield "days/", self._all_days()
        for subject, place in zip(self.subjects, self.topics, strict=True):
            yield from self._topic(subject, place)
        for index, month in enumerate(self.months):
            yield from self._month(index, month)
        for paper in self.papers.values():
            if paper.id in self.recent:
                yield paper.path, self._paper(paper)
        yield "trends/", self._trends()
        yield "stars/", self._stars()
        yield "search/", self._search()
        yield "about/", self._about()

    # Pages

    def _day(self, index: int, day: Day) -> Iterator[tuple[str, bytes]]:
        papers = [("new", entry) for entry in day.new] + [("revised", entry) for entry in day.revised]
        counts = {"new": len(day.new), "revised": len(day.revised)}
        home = _of_day(day.date)
        for path, pages, share in paged(home, papers):
            self.shown_on |= {(entry.arxiv_id, day.date): path for _, entry in share}
            for place in (path, "") if index == 0 and path == home else (path,):
                yield (
                    place,
                    self._page(
                        "site/day.html",
                        place,
                        heading=self.words("day.heading", day=self.words.long_date(day.date)),
                        summary=self._brought(counts) if place else self.description,
                        date=day.date.isoformat(),
                        figure=str(day.date.day),
                        month=self.words.month(day.date),
                        weekday=self.words.weekday(day.date),
                        earlier=self._neighbour(index + 1),
                        later=self._neighbour(index - 1),
                        quiet=self._quiet() if index == 0 and path == home else None,
                        sections=[
                            Section(
                                id=part,
                                name=self.words(f"day.{part}"),
                                count=self.words.count(f"day.{part}", counts[part]),
                                papers=self.items.on(place, (entry for _, entry in group)),
                            )
                            for part, group in groupby(share, key=lambda each: each[0])
                        ],
                        pages=pages,
                        subjects=self.choices,
                        cite_note=self.words("cite.day"),
                        cited=links(f"{up(place)}{home}", day.date.isoformat()),
                    ),
                )

    def _brought(self, counts: Mapping[str, int]) -> str:
        return self.words.series(self.words.count(f"day.{part}", count) for part, count in counts.items() if count)

    def _topic(self, subject: Subject, place: Place) -> Iterator[tuple[str, bytes]]:
        for path, pages, share in paged(place.path, subject.entries):
            number = next(page.number for page in pages if page.current)
            title = place.name if number == 1 else self.words("topic.page", topic=place.name, number=number)
            yield (
                path,
                self._page(
                    "site/topic.html",
                    path,
                    heading=title,
                    summary=found(subject, self.digest.status, self.words),
                    figure=f"{len(subject.entries):,}",
                    feed=f"{place.path}feed.xml",
                    days=self._by_day(share, path),
                    pages=pages,
                    subjects=self.choices,
                    cite_note=self._cite_note(subject),
                    cited=links(f"{up(path)}{place.path}", subject.slug) if subject.entries else (),
                ),
            )

    def _month(self, index: int, month: Month) -> Iterator[tuple[str, bytes]]:
        name = self.words.month(month.first)
        for path, pages, share in paged(month.path, month.entries):
            number = next(page.number for page in pages if page.current)
            yield (
                path,
                self._page(
                    "site/month.html",
                    path,
                    heading=name if number == 1 else self.words("topic.page", topic=name, number=number),
                    summary=self.words("month.summary", papers=self.words.count("papers", len(month.entries))),
                    figure=f"{len(month.entries):,}",
                    month=f"{month.first:%Y-%m}",
                    earlier=self._neighbouring_month(index + 1),
                    later=self._neighbouring_month(index - 1),
                    days=self._by_day(share, path, home=True),
                    pages=pages,
                    subjects=self.choices,
                ),
            )

    def _by_day(self, share: Iterable[Entry], path: str, *, home: bool = False) -> list[Section]:
        return [
            Section(
                id=f"d{date}",
                name=self.words.long_date(date),
                path=_of_day(date),
                figure=str(date.day),
                papers=self.items.on(path, group, home=home),
            )
            for date, group in groupby(share, key=lambda entry: entry.listed)
        ]

    def _quiet(self) -> Section | None:
        """The newest mailing, when nothing is listed under it: what is known of it and when the next one comes."""
        mailing, told = self.digest.status.mailing, self.fresh.mailing
        if mailing is None or told is None or mailing.day <= self.days[0].date:
            return None
        return Section(
            id="quiet",
            name=self.words.long_date(mailing.day),
            figure=str(mailing.day.day),
            count=f"{told.brought} {told.then}",
        )

    def _paper(self, paper: Paper) -> bytes:
        entry = self.entries[paper.id]
        return self._page(
            "site/paper.html",
            paper.path,
            heading=paper.titles[0].title if paper.titles else paper.title,
            summary=_opening(paper),
            paper=paper,
            tags=tags_of(entry, paper),
            brief=False,
            folded=len(paper.authors) > FOLD_AUTHORS,
            cite_note=None,
            cited=embedded(entry, paper),
            bibtex=bibtex_of(entry),
            versions=versions(entry, self.shown_on, self.words),
            day=Section(
                id=paper.id,
                name=self.words("paper.listed", day=self.words.long_date(entry.listed)),
                path=self.shown_on[paper.id, entry.listed],
                figure=str(entry.listed.day),
            ),
        )

    def _all_days(self) -> bytes:
        return self._page(
            "site/days.html",
            "days/",
            heading=self.words("days.heading"),
            summary=self.words.count("days", len(self.days)),
            figure=f"{len(self.days):,}",
            years=lay_out(self.days, self.months, self.digest.status.mailing, self.words),
            weekdays=[
                {"name": self.words(f"weekday.{number}"), "short": self.words(f"wkd.{number}")}
                for number in range(1, 8)
            ],
        )

    def _trends(self) -> bytes:
        number = len(self.papers)
        return self._page(
            "site/trends.html",
            "trends/",
            heading=self.words("trends.heading"),
            summary=self.words.count("papers", number),
            figure=f"{number:,}",
            count=self.words.count("papers", number),
            trends=gather_trends(self.digest.entries, self.subjects, self.papers, self.words),
        )

    def _stars(self) -> bytes:
        return self._page(
            "site/stars.html",
            "stars/",
            heading=self.words("stars.heading"),
            summary=self.words("stars.about"),
            formats=FORMATS,
        )

    def _search(self) -> bytes:
        return self._page(
            "site/search.html",
            "search/",
            heading=self.words("nav.search"),
            summary=self.words("search.about", papers=self.words.count("papers", len(self.papers))),
            figure=f"{len(self.papers):,}",
            subjects=self.topics,
            categories=categories(self.digest.entries),
            help=examples(self.words),
            mistakes=mistakes(self.words),
            scripts=SCRIPTS,
        )

    def _citations(self) -> Iterator[tuple[str, bytes]]:
        for day in self.days:
            yield from files(f"days/{day.date}/", (*day.new, *day.revised), self.papers)
        for subject in self.subjects:
            if subject.entries:
                yield from files(f"topics/{subject.slug}/", subject.entries[:NEWEST], self.papers)

    def _cite_note(self, subject: Subject) -> str | None:
        if not subject.entries:
            return None
        cut = len(subject.entries) > NEWEST
        return self.words("cite.newest", number=f"{NEWEST:,}") if cut else self.words("cite.topic")

    def _about(self) -> bytes:
        return self._page(
            "site/about.html",
            "about/",
            heading=self.words("about.heading"),
            summary=self.description,
            figure=f"{len(self.papers):,}",
            count=self.words.count("papers", len(self.papers)),
            prose=prose(self.environment, "about", self.words.language),
            topics=[
                {
                    "path": place.path,
                    "name": place.name,
                    "asked": asked(subject, self.words),
                    "answered": answered(subject, self.digest.status, self.words),
                }
                for subject, place in zip(self.subjects, self.topics, strict=True)
            ],
            channels=self.channels,
            opml=top(self.digest.site_url) is not None,
            failures=[
                {"subject": collapse(failure.subject), "message": collapse(failure.message)}
                for failure in self.digest.status.failures
            ],
        )

    def _empty(self) -> bytes:
        heading = self.words("empty.heading")
        return self._page("site/empty.html", "", heading=heading, summary=self.description, reason=self.fresh.empty)

    def _lost(self) -> bytes:
        # GitHub Pages serves this file at any depth, so its links start at the site's own path.
        root = urlsplit(self.digest.site_url or "/").path.rstrip("/") + "/"
        return self._page("site/404.html", "404.html", root=root, heading=self.words("lost.heading"), summary=None)

    # What pages share

    def _page(self, template: str, path: str, *, root: str | None = None, **context: object) -> bytes:
        frame = self._frame(up(path) if root is None else root, path)
        summary = context["summary"]
        card = self.previews.of(path, str(summary) if summary else None) if root is None else None
        return templating.render(self.environment, template, **frame, card=card, **context).encode()

    def _frame(self, root: str, path: str) -> dict[str, object]:
        """What every page gets. Head and foot differ only by depth, and by the place that is marked as open."""
        places = [Place(path=path, name=self.words(f"nav.{key}")) for key, path in _PLACES.items()]
        current = path if path in (*_PLACES.values(), "search/") else None
        key = (root, current or "-")
        if key not in self.frames:
            shared: dict[str, object] = {
                "t": self.words,
                "lang": self.words.language,
                "title": collapse(self.digest.title),
                "root": root,
                "sample": self.digest.sample,
                "translated": bool(self.digest.languages),
                "fresh": self.fresh,
            }
            edges = shared | {"places": places, "current": current, "subjects": self.topics}
            self.frames[key] = shared | {
                "masthead": templating.render(self.environment, "site/_masthead.html", **edges),
                "footer": templating.render(self.environment, "site/_footer.html", **edges),
            }
        return self.frames[key]

    def _neighbour(self, index: int) -> Place | None:
        if not 0 <= index < len(self.days):
            return None
        date = self.days[index].date
        return Place(path=_of_day(date), name=self.words.date(date))

    def _neighbouring_month(self, index: int) -> Place | None:
        if not 0 <= index < len(self.months):
            return None
        month = self.months[index]
        return Place(path=month.path, name=self.words.month(month.first))


_PLACES = {"newest": "", "days": "days/", "trends": "trends/", "stars": "stars/", "about": "about/", "feed": "feed.xml"}
"""What the head of every page links to."""


def _opening(paper: Paper) -> str | None:
    """The first sentences of the abstract, as the reader's language has them."""
    text = next((voice.abstract for voice in paper.abstracts if voice.abstract), paper.abstract)
    return (text if len(text) <= OPENING else f"{text[:OPENING].rstrip()}…") or None


def _for_robots(site: str | None, paths: Sequence[str], digest: Digest) -> Iterator[tuple[str, bytes]]:
    """`robots.txt`, and where `site` is known the map that it names. A sample is for nobody's index."""
    if site:
        yield from sitemaps(site, paths)
    rule = "Disallow: /" if digest.sample else "Allow: /"
    named = f"Sitemap: {site}sitemap.xml\n" if site else ""
    yield "robots.txt", f"User-agent: *\n{rule}\n{named}".encode()


def _of_day(date: dt.date) -> str:
    return folder("days", date.isoformat())
