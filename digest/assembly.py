"""From the configuration to the parts of a run: the only place that knows which implementation has which name."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from digest import __version__
from digest.codefinders import FINDERS
from digest.config import Config
from digest.errors import StoreError, TranslationError
from digest.outputs import OUTPUTS
from digest.outputs.templating import environment, locale
from digest.pipeline import Parts
from digest.ports import CodeFinder, Output, Reporter, Source, Translator, load
from digest.progress import Bars, Quiet
from digest.sources import SOURCES
from digest.translators import BACKENDS
from digest.web import Web

_SLOWEST_MODEL = 300
"""Seconds for one translation: a model on a laptop's processor takes minutes."""
_PATIENCE = 600
"""Seconds to wait for another run in the same folder before giving up."""


def now() -> dt.datetime:
    """The clock on the wall, UTC, whole seconds."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def reporter(*, quiet: bool) -> Bars | Quiet:
    """Bars on a terminal; silence when asked for it, in logs and in pipes."""
    return Quiet() if quiet or not sys.stderr.isatty() else Bars(sys.stderr)


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """One run at a time in a folder; the second waits. Raises `StoreError` when the first doesn't end."""
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"arxiv-digest-{name}.lock"
    try:
        with FileLock(path, timeout=_PATIENCE):
            yield
    except Timeout as error:
        message = f"Another run has been working in {root} for {_PATIENCE // 60} minutes."
        hint = "Wait for it to end, or stop it; then run again."
        raise StoreError(message, path=str(root), hint=hint) from error


@contextmanager
def parts(
    config: Config,
    root: Path,
    environ: Mapping[str, str],
    reporter: Reporter,
    *,
    stages: frozenset[str],
    warnings: tuple[str, ...] = (),
) -> Iterator[Parts]:
    """The parts that `stages` need. Raises `ConfigError` for a name that nothing stands for."""
    agent = f"arxiv-digest/{__version__}" + (f" (+{config.contact})" if config.contact else "")
    budget = config.fetch.budget_minutes * 60
    with (
        Web(agent, delay=config.fetch.delay, budget=budget) as web,
        Web(agent, deadline=_SLOWEST_MODEL, budget=budget) as models,
    ):
        translators, note = _translators(config, models, environ) if "translate" in stages else ((), None)
        yield Parts(
            config=config,
            root=root,
            now=now,
            sources=_sources(config, web) if "fetch" in stages else (),
            finders=finders() if "fetch" in stages else (),
            translators=translators,
            note=note,
            outputs=outputs(config, root) if "render" in stages else (),
            reporter=reporter,
            warnings=warnings,
        )


def outputs(config: Config, root: Path) -> tuple[Output, ...]:
    """Every output, over the user's templates where there are any."""
    own = root / "templates"
    override = own if own.is_dir() else None
    language = config.site.language or "en"
    shared = {"environment": environment(override), "language": language, "words": locale(language, override)}
    readme = _readme(root / config.readme) if config.readme else None
    return (
        OUTPUTS["markdown"](**shared, daily=config.daily, readme=readme, readme_path=config.readme),
        OUTPUTS["site"](**shared, output=config.site.output),
        OUTPUTS["feeds"](**shared, output=config.site.output),
    )


def inputs(root: Path, path: Path, config: Config) -> tuple[Path, ...]:
    """What the pages are made of: `serve` looks at it."""
    return (root / path, root / config.data, root / "templates")


def _readme(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        hint = "Save it as UTF-8, or set `readme: null` in config.yaml to leave it alone."
        raise StoreError(f"{path}: can't be read: {error}", path=str(path), hint=hint) from error


def _sources(config: Config, web: Web) -> tuple[Source, ...]:
    return tuple(
        load(name, SOURCES, "source")(web, endpoint=config.fetch.endpoints.api) for name in config.fetch.sources
    )


def finders() -> tuple[CodeFinder, ...]:
    """Every code finder."""
    return tuple(make() for make in FINDERS.values())


def _translators(config: Config, web: Web, environ: Mapping[str, str]) -> tuple[tuple[Translator, ...], str | None]:
    """Those that are ready, and why the others aren't."""
    ready: list[Translator] = []
    notes: list[str] = []
    for name in config.translate.backends if config.translate.languages else ():
        make = load(name, BACKENDS, "translator")
        try:
            ready.append(make(web=web, settings=config.translate.openai, environ=environ, now=now))
        except TranslationError as error:
            notes.append(f"{error.message}. {error.hint}" if error.hint else error.message)
    return tuple(ready), "; ".join(notes) or None
