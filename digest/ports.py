"""The seams of the house: what a source, a code finder, a translator and an output have to offer."""

from __future__ import annotations

import datetime as dt
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from digest.errors import ConfigError
from digest.model import CodeLink, Digest, Failure, Feed, Paper, TextField, Topic, Translation, Version


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a route is asked: every topic that has no whole answer yet."""

    topics: tuple[Topic, ...]
    since: Mapping[str, dt.datetime | None]
    """Topic → start of its window, aware UTC; None when it was never asked: its newest `limit` papers."""
    limit: int
    """Papers for each topic."""
    now: dt.datetime


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a route says to a question. Whether a paper belongs to a topic is decided later, by its own words."""

    papers: tuple[Paper, ...] = ()
    """Each once, in its highest version."""
    edited: tuple[Paper, ...] = ()
    """Old papers whose record somebody corrected in the window: no news, but they bring what is stored up to date."""
    complete: frozenset[str] = frozenset()
    """Topics for which nothing of the window is missing, but for what `cut` counts."""
    cut: Mapping[str, int] = {}
    """Topic → papers that are known to lie in its window and were left out because of `limit`."""
    skipped: tuple[Failure, ...] = ()
    """Items that could not be read, one row each."""
    announced: dt.date | None = None
    """The mailing that the batch was announced with, when the route says so; it holds no more than that."""
    versions: Mapping[str, tuple[Version, ...]] = {}
    """arXiv id → versions with their dates, where the route tells them."""
    feeds: Mapping[str, Feed] = {}
    """What to remember of RSS feeds for the next run."""


class Source(Protocol):
    """A route to arXiv's papers. Raises `SourceError` when nothing that came can be used; never half of an answer."""

    name: str
    by_announcement: bool
    """Whether it goes by when papers were announced. One that goes by when they were submitted can't see a paper that
    moderation held for longer than the window."""

    @property
    def requests(self) -> int:
        """Requests sent so far."""

    def ask(self, question: Question) -> Findings:
        """What the route knows; topics that it can't answer are not in `Findings.complete`."""


class CodeFinder(Protocol):
    """Finds links to the code of a paper."""

    name: str

    def find(self, paper: Paper) -> tuple[CodeLink, ...]:
        """Links in order of trust; empty when there is none. Raises `CodeFinderError`."""


class Translator(Protocol):
    """Translates fields of a paper. What it returns has passed its checks; anything else raises `TranslationError`."""

    name: str

    def translate(self, paper: Paper, fields: Sequence[TextField], language: str) -> tuple[Translation, ...]:
        """One translation a field, in the order asked for."""


class Output(Protocol):
    """Turns a digest into files. Pure: no clock, no disk, no network."""

    name: str

    def render(self, digest: Digest) -> Mapping[str, bytes]:
        """Path (POSIX, relative to the working directory) → content."""


class Reporter(Protocol):
    """Hears how far a run is; a terminal draws bars, a test listens, a log stays quiet."""

    def stage(self, name: str, total: int) -> None:
        """A stage of `total` steps begins."""

    def step(self, subject: str) -> None:
        """One step of the current stage is done."""


def load(name: str, builtin: Mapping[str, Callable[..., Any]], kind: str) -> Callable[..., Any]:
    """The factory for `name`: one of ours, or `package.module:factory` of yours.

    Raises `ConfigError` when there is no such factory.
    """
    if name in builtin:
        return builtin[name]
    if ":" not in name:
        known = ", ".join(sorted(builtin))
        raise ConfigError(f"There is no {kind} called {name!r}.", hint=f"Use one of {known}, or module:factory.")
    try:
        factory: Callable[..., Any] = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"The {kind} {name!r} can't be loaded: {error}", hint="Install its package first.") from error
    return factory
