"""Hand-written fakes for the seams of `digest.ports`: no mock knows more than these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from digest.errors import SourceError, TranslationError
from digest.model import CodeLink, Digest, Paper, TextField, Translation, Version
from digest.ports import Findings, Question
from digest.store import digest_of
from tests.factories import SEEN


class FakeSource:
    """Answers every topic with the same papers; has no whole answer for `silent` ones; fails with `error`."""

    def __init__(
        self,
        *papers: Paper,
        name: str = "api",
        error: SourceError | None = None,
        silent: Iterable[str] = (),
        announced: dt.date | None = None,
        versions: Mapping[str, tuple[Version, ...]] | None = None,
    ) -> None:
        self.name = name
        self.requests = 0
        self.papers = papers
        self.error = error
        self.silent = frozenset(silent)
        self.announced = announced
        self.by_announcement = announced is not None
        self.versions = dict(versions or {})
        self.asked: list[tuple[str, dt.datetime | None]] = []
        self.cut: dict[str, int] = {}
        self.edited: tuple[Paper, ...] = ()

    def ask(self, question: Question) -> Findings:
        self.requests += 1
        self.asked += [(topic.name, question.since[topic.name]) for topic in question.topics]
        if self.error:
            raise self.error
        return Findings(
            papers=self.papers,
            edited=self.edited,
            complete=frozenset(topic.name for topic in question.topics) - self.silent,
            cut=self.cut,
            announced=self.announced,
            versions=self.versions,
        )


class FakeFinder:
    name = "fake"

    def __init__(self, links: Mapping[str, Sequence[CodeLink]] | None = None, error: Exception | None = None) -> None:
        self.links = dict(links or {})
        self.error = error

    def find(self, paper: Paper) -> tuple[CodeLink, ...]:
        if self.error:
            raise self.error
        return tuple(self.links.get(paper.arxiv_id, ()))


class FakeTranslator:
    """Translates by saying so; `failing` ids raise, `dead` raises for every paper."""

    def __init__(self, name: str = "fake", *, failing: Iterable[str] = (), dead: bool = False) -> None:
        self.name = name
        self.failing = set(failing)
        self.dead = dead
        self.asked: list[str] = []

    def translate(self, paper: Paper, fields: Sequence[TextField], language: str) -> tuple[Translation, ...]:
        self.asked.append(paper.arxiv_id)
        if self.dead or paper.arxiv_id in self.failing:
            raise TranslationError("no", arxiv_id=paper.arxiv_id, language=language, fatal=self.dead)
        return tuple(
            Translation(
                arxiv_id=paper.arxiv_id,
                field=field,
                version=paper.version,
                source=digest_of(getattr(paper, field)),
                text=f"译：{getattr(paper, field)}",
                engine=self.name,
                translated=SEEN,
            )
            for field in fields
        )


class FakeOutput:
    """Lists what it was given, one file."""

    name = "list"

    def __init__(self, path: str = "_site/list.txt", error: Exception | None = None) -> None:
        self.path = path
        self.error = error
        self.digests: list[Digest] = []

    def render(self, digest: Digest) -> dict[str, bytes]:
        if self.error:
            raise self.error
        self.digests.append(digest)
        return {self.path: "".join(f"{entry.arxiv_id}v{entry.version}\n" for entry in digest.entries).encode()}


class FakeReporter:
    def __init__(self) -> None:
        self.stages: list[tuple[str, int]] = []
        self.steps: list[str] = []

    def stage(self, name: str, total: int) -> None:
        self.stages.append((name, total))

    def step(self, subject: str) -> None:
        self.steps.append(subject)
