"""Invents what arXiv might have got over some weeks: papers on our topics and on others, held, revised, withdrawn."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

import msgspec

from digest import calendar
from digest.model import Author, Paper
from tests.standins.rss import EASTERN
from tests.world import Stage

TOPICS = """
  Heads: {filters: [talking head, head avatar], categories: [cs.CV, cs.GR]}
  Sounds: {filters: [speech synthesis], exclude: [birdsong], categories: [cs.SD, eess.AS]}
  Agents: {filters: [language agent], categories: ["cs.*"]}
  Groups: {filters: [sporadic group], categories: [math.GR]}
  Annealing: {filters: [quantum annealing]}
"""
"""The topics of the digest, as in config.yaml."""

_PHRASES = {
    "talking head": ("cs.CV", "cs.GR"),
    "head avatars": ("cs.GR", "cs.CV"),
    "speech synthesis": ("cs.SD", "eess.AS"),
    "language agents": ("cs.CL", "cs.AI"),
    "sporadic groups": ("math.GR",),
    "quantum annealing": ("quant-ph", "cs.ET"),
    "cabbage heads": ("q-bio.PE",),
    "speech of agents": ("econ.TH",),
    "group avatars": ("cs.CY",),
}
_OTHERS = ("stat.ML", "cs.HC", "math.RT", "eess.IV", "cs.LG")
_EVERY_DAY = ("cs.CV", "eess.AS", "math.GR")
"""A paper each, on nothing: no feed of a mailing is empty."""
_DONE = ("Learning", "Rendering", "Bounding", "Tracing", "Sampling", "Aligning", "Counting", "Driving")
_MEANS = (
    "Diffusion",
    "Lattices",
    "Attention",
    "$\\alpha$-Trees",
    "Ten Words",
    "Priors & Posteriors",
    "a < b",
    "Mirrors",
)
_FIRST = ("Ada", "Grace", "Emmy", "Srinivasa", "Lise", "Chien", "Émilie", "Sofia", "Alan", "Rózsa")
_LAST = ("Lovelace", "Hopper", "Noether", "Meitner", "Wu", "Turing", "Péter", "Franklin", "O'Brien", "Smith-Jones")
_LICENSES = (
    "http://creativecommons.org/licenses/by/4.0/",
    "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
)
_WITHDRAWN = "This paper has been withdrawn by the authors due to an error in the second proof."
_DAY = dt.timedelta(days=1)
_WEDNESDAY = 2

HELD, REVISED, WITHDRAWN, CROSSED, REWORDED = 0.15, 0.3, 0.08, 0.08, 0.1
"""Shares: of new papers, of versions that get another one, of those (twice), of new papers that miss a category."""


def invent(first: dt.date, last: dt.date, *, seed: int, papers: int = 7) -> list[Stage]:
    """Everything that is mailed between two days, and some papers of long ago; about `papers` new ones a mailing."""
    chance = random.Random(seed)
    days = mailings(first, last)
    stages = [stage for each in _old(days) for stage in each]
    numbers: dict[str, int] = {}
    for day in days:
        month = f"{calendar.mailed(day).astimezone(EASTERN):%y%m}"
        for number in range(len(_EVERY_DAY) + chance.randint(papers - 3, papers + 3)):
            numbers[month] = numbers.get(month, 90_000) + 1
            every = _EVERY_DAY[number] if number < len(_EVERY_DAY) else None
            paper = _new(chance, f"{month}.{numbers[month]}", day, every)
            stages += _life(chance, paper, day, last)
    return stages


def steady(first: dt.date, last: dt.date) -> list[Stage]:
    """A paper a mailing for each category of two topics, so that none has a day without; and a lonely one of 2019.

    One of each Wednesday was held for longer than a week: the search isn't asked that far back.
    """
    chance = random.Random(2)
    day = dt.date(2019, 6, 4)
    lonely = _worded(
        chance,
        "cabbage heads",
        "title",
        arxiv_id="1906.00001",
        day=day,
        published=submitted_for(chance, day),
        categories=["cs.OS"],
    )
    stages = [Stage(lonely, day)]
    for day in mailings(first, last):
        for number, (home, phrase) in enumerate(
            (("cs.CV", "talking head"), ("cs.GR", "head avatars"), ("math.GR", "sporadic groups"))
        ):
            arxiv_id = f"{calendar.mailed(day).astimezone(EASTERN):%y%m}.95{day.day:02}{number}"
            published = submitted_for(chance, day)
            if number == 0 and day.weekday() == _WEDNESDAY:
                published -= 10 * _DAY
            paper = _worded(chance, phrase, "title", arxiv_id=arxiv_id, day=day, published=published, categories=[home])
            stages.append(Stage(paper, day))
    return stages


def mailings(first: dt.date, last: dt.date) -> list[dt.date]:
    """Days with a mailing, both ends included."""
    every = (first + number * _DAY for number in range((last - first).days + 1))
    return [day for day in every if calendar.is_mailing(day)]


def submitted_for(chance: random.Random, day: dt.date) -> dt.datetime:
    """A moment from which nothing holds a paper until the mailing of `day`."""
    while True:
        moment = calendar.mailed(day) - dt.timedelta(seconds=chance.randrange(5 * 86_400))
        if calendar.mailing_of(moment) == day:
            return moment


def _new(chance: random.Random, arxiv_id: str, day: dt.date, home: str | None) -> Paper:
    if home is not None:
        published = submitted_for(chance, day)
        return _worded(chance, "", "", arxiv_id=arxiv_id, day=day, published=published, categories=[home])
    phrase, homes = chance.choice(list(_PHRASES.items()))
    (where,) = chance.choices(("title", "abstract", "comment", "nowhere"), (8, 8, 1, 3))
    published = submitted_for(chance, day)
    while chance.random() < HELD and calendar.mailing_of(published) == day:
        published -= chance.uniform(1, 12) * _DAY
    categories = [*homes[: chance.randint(1, len(homes))], *chance.sample(_OTHERS, chance.randint(0, 2))]
    if chance.random() < CROSSED:  # those of its topic come later
        categories = [each for each in categories if each not in homes] or ["cs.DL"]
    return _worded(chance, phrase, where, arxiv_id=arxiv_id, day=day, published=published, categories=categories)


def _worded(
    chance: random.Random,
    phrase: str,
    where: str,
    *,
    arxiv_id: str,
    day: dt.date,
    published: dt.datetime,
    categories: list[str],
) -> Paper:
    title = f"{chance.choice(_DONE)} {phrase.title() if where == 'title' else 'Things'} with {chance.choice(_MEANS)}"
    number = chance.randint(2, 99)
    link = f" Code: https://github.com/{chance.choice(_LAST).lower()[:4]}/p{number}." if chance.random() < 0.2 else ""
    abstract = f"We study {phrase if where == 'abstract' else 'it'} in {number} ways, by {chance.choice(_MEANS)}.{link}"
    comment = f"{number} pages" + (f"; on {phrase}" if where == "comment" else "") if chance.random() < 0.8 else None
    names = [f"{chance.choice(_FIRST)} {chance.choice(_LAST)}" for _ in range(chance.randint(1, 4))]
    return Paper(
        arxiv_id=arxiv_id,
        version=1,
        title=title,
        abstract=abstract,
        authors=tuple(Author(name=name) for name in dict.fromkeys(names)),
        primary_category=categories[0],
        categories=tuple(categories),
        published=published.replace(microsecond=0),
        updated=published.replace(microsecond=0),
        comment=comment,
        license=chance.choice(_LICENSES),
        announced=day,
    )


def _life(chance: random.Random, paper: Paper, day: dt.date, last: dt.date) -> Iterator[Stage]:
    """What becomes of a new paper: one event a mailing."""
    yield Stage(paper, day)
    homes = next((homes for phrase, homes in _PHRASES.items() if _speaks_of(paper, phrase)), ())
    while paper.version < 4 and chance.random() < REVISED:
        day = _next(chance, day)
        if day > last:
            return
        if homes and homes[0] not in paper.categories:
            paper = msgspec.structs.replace(paper, categories=(*paper.categories, homes[0]))
            yield Stage(paper, day, crossed=True)
        else:
            paper = _revised(chance, paper, submitted_for(chance, day))
            yield Stage(paper, day)


def _next(chance: random.Random, day: dt.date) -> dt.date:
    """A later mailing."""
    day += chance.randint(1, 12) * _DAY
    return day if calendar.is_mailing(day) else _next(chance, day)


def _revised(chance: random.Random, paper: Paper, updated: dt.datetime) -> Paper:
    changes: dict[str, object] = {}
    fate = chance.random()
    if fate < WITHDRAWN:
        changes = {"comment": _WITHDRAWN}
    elif fate < 2 * WITHDRAWN:
        changes = {"comment": _WITHDRAWN, "abstract": _WITHDRAWN}
    elif fate < 2 * WITHDRAWN + REWORDED:  # its topic isn't mentioned any more
        changes = {"title": "On Something Else", "abstract": "We have thought again.", "comment": "new title"}
    elif fate < 0.6:
        changes = {"abstract": f"{paper.abstract} Revised.", "comment": f"{paper.comment or 'short'}, v2"}
    version = paper.version + 1
    return msgspec.structs.replace(
        paper, version=version, updated=updated.replace(microsecond=0), announced=None, **changes
    )


def _speaks_of(paper: Paper, phrase: str) -> bool:
    return phrase in f"{paper.title} {paper.abstract} {paper.comment}".lower()


def _old(days: list[dt.date]) -> Iterator[list[Stage]]:
    """Papers of long ago that are heard of again: one revised, one listed in another category, one revised often."""
    chance = random.Random(1)
    middle, later = days[len(days) // 2], days[2 * len(days) // 3]
    for arxiv_id, phrase, categories in (
        ("math/0309136", "sporadic groups", ["math.GR"]),
        ("hep-th/9901001", "sporadic groups", ["hep-th"]),
        ("0704.0001", "sporadic groups", ["hep-th", "math.GR"]),
        ("2205.06398", "talking head", ["cs.LG"]),
    ):
        month = arxiv_id.rpartition("/")[2][:4]
        published = dt.datetime(
            int(f"{'19' if month > '90' else '20'}{month[:2]}"), int(month[2:]), 7, 12, tzinfo=dt.UTC
        )
        day = calendar.mailing_of(published)
        where = "abstract"
        paper = _worded(chance, phrase, where, arxiv_id=arxiv_id, day=day, published=published, categories=categories)
        stages = [Stage(paper, day)]
        if "math.GR" in categories:
            stages.append(Stage(_revised(random.Random(5), paper, submitted_for(chance, middle)), middle))
        else:
            new = "math.GR" if "hep-th" in categories else "cs.CV"
            stages.append(Stage(msgspec.structs.replace(paper, categories=(*categories, new)), later, crossed=True))
        yield stages
    restless = _worded(
        chance,
        "speech synthesis",
        "title",
        arxiv_id="2609.90001",
        day=dt.date(2026, 9, 9),
        published=dt.datetime(2026, 9, 8, 12, tzinfo=dt.UTC),
        categories=["cs.SD"],
    )
    stages = [Stage(restless, dt.date(2026, 9, 9))]
    for number, day in enumerate(days[2::3][:7], start=2):
        restless = msgspec.structs.replace(
            restless,
            version=number,
            abstract=f"We study speech synthesis, for the {number}. time.",
            updated=submitted_for(chance, day),
            announced=None,
        )
        stages.append(Stage(restless, day))
    yield stages
