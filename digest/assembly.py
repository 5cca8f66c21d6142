"""From the configuration to the parts of a run: the only place that knows which implementation has which name."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from digest import __version__, backfill
from digest.codefinders import FINDERS
from digest.config import Config
from digest.errors import ConfigError, StoreError, TranslationError
from digest.outputs import OUTPUTS
from digest.outputs.templating import environment, locale
from digest.pipeline import Parts
from digest.ports import CodeFinder, Output, Reporter, Source, Translator, load
from digest.progress import Bars, Quiet
from digest.sources import SOURCES
from digest.store import Store
from digest.translators import BACKENDS
from digest.web import Web

_SLOWEST_MODEL = 300
"""Seconds for one translation: a model on a laptop's processor takes minutes."""
PATIENCE = 1800.0
"""Seconds to wait for another run in the same folder before giving up."""


def now() -> dt.datetime:
    """The clock on the wall, UTC, whole seconds."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def reporter(*, quiet: bool) -> Bars | Quiet:
    """Bars on a terminal; silence when asked for it, in logs and in pipes."""
    return Quiet() if quiet or not sys.stderr.isatty() else Bars(sys.stderr)


@contextmanager
def lock(root: Path, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """One run at a time in a folder; the second says so and waits. Raises `StoreError` when the first doesn't end."""
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"arxiv-digest-{name}.lock"
    held = FileLock(path)
    minutes = f"{PATIENCE / 60:g} minutes"
    try:
        if not _acquired(held, 0):
            say(f"Another run is working in {root}: waiting for its end, {minutes} at most.")
            if not _acquired(held, PATIENCE):
                message = f"Another run has been working in {root} for {minutes}."
                hint = "Wait for it to end, or stop it; then run again."
                raise StoreError(message, path=str(root), hint=hint)
        yield
    finally:
        held.release()


def _acquired(held: BaseFileLock, seconds: float) -> bool:
    try:
        held.acquire(timeout=seconds)
    except Timeout:
        return False
    except OSError as error:
        hint = "Another user's run may have left it: delete it when no run is at work."
        message = f"{held.lock_file}: can't be locked: {error.strerror or error}"
        raise StoreError(message, path=held.lock_file, hint=hint) from error
    return True


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
    agent = _agent(config)
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
            sources=_sources(config, root, web) if "fetch" in stages else (),
            finders=finders() if "fetch" in stages else (),
            translators=translators,
            note=note,
            outputs=outputs(config, root) if "render" in stages else (),
            reporter=reporter,
            warnings=warnings,
        )


@contextmanager
def past(
    config: Config, root: Path, reporter: Reporter, *, shards: int = 1, warnings: tuple[str, ...] = ()
) -> Iterator[backfill.Parts]:
    """The parts of a backfill. Raises `ConfigError` when no source can be asked for past months."""
    # No budget: it ends a backfill between two windows, because half of one would be asked for in vain.
    # Shards may run side by side, and arXiv counts all our machines as one: https://info.arxiv.org/help/api/tou.html.
    with Web(_agent(config), delay=config.fetch.delay * shards, budget=math.inf) as web:
        history = next((each for each in _sources(config, root, web) if isinstance(each, backfill.History)), None)
        if history is None:
            message = "No source of fetch.sources can be asked for past months."
            raise ConfigError(message, hint="Add api to fetch.sources in config.yaml.")
        yield backfill.Parts(
            topics=config.topics,
            root=root,
            data=config.data,
            history=history,
            finders=finders(),
            reporter=reporter,
            now=now,
            budget=dt.timedelta(minutes=config.fetch.budget_minutes),
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
        OUTPUTS["search"](output=config.site.output, held=_held(root / config.site.output / "search")),
    )


def inputs(root: Path, path: Path, config: Config) -> tuple[Path, ...]:
    """What the pages are made of: `serve` looks at it."""
    return (root / path, root / config.data, root / "templates")


def _agent(config: Config) -> str:
    return f"arxiv-digest/{__version__}" + (f" (+{config.contact})" if config.contact else "")


def _held(folder: Path) -> Callable[[str], bytes | None]:
    """Reads what an earlier run wrote; what can't be read is made again."""

    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except OSError:
            return None

    return read


def _readme(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # read_text would lose the line ends that the user chose
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        hint = "Save it as UTF-8, or set `readme: null` in config.yaml to leave it alone."
        raise StoreError(f"{path}: can't be read: {error}", path=str(path), hint=hint) from error


def _sources(config: Config, root: Path, web: Web) -> tuple[Source, ...]:
    status = Store(root / config.data).status()
    return tuple(load(name, SOURCES, "source")(web, config.fetch, status) for name in config.fetch.sources)


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
