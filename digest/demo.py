"""The sample digest: the same pipeline as `run`, over invented papers, on ten mornings of November 2026."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import msgspec

from digest import config, pipeline, publish
from digest.assembly import finders, outputs
from digest.errors import ConfigError
from digest.model import Paper, RunReport, Translation
from digest.ports import Reporter
from digest.progress import Quiet
from digest.sources.sample import Sample
from digest.store import digest_of, encode_translations

_MORNING = dt.time(6, tzinfo=dt.UTC)
"""When the sample's runs take place; arXiv's mailing went out five hours before."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """The last of the ten runs, and the folder of the site."""

    report: RunReport
    site: str


class _Text(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `zh.jsonl`."""

    arxiv_id: str
    version: int
    title: str
    abstract: str


def papers() -> tuple[Paper, ...]:
    """Every version of every sample paper, in the order of their mailings."""
    return tuple(msgspec.json.decode(line, type=Paper) for line in _read("papers.jsonl").splitlines())


def translations(of: Iterable[Paper]) -> tuple[Translation, ...]:
    """The sample's Chinese: for each paper, of the newest version that has one."""
    sources = {(paper.arxiv_id, paper.version): paper for paper in of}
    texts = [msgspec.json.decode(line, type=_Text) for line in _read("zh.jsonl").splitlines()]
    newest = {text.arxiv_id: text for text in sorted(texts, key=lambda text: text.version)}
    return tuple(
        Translation(
            arxiv_id=text.arxiv_id,
            field=field,
            version=text.version,
            source=digest_of(getattr(sources[text.arxiv_id, text.version], field)),
            text=getattr(text, field),
            engine="sample",
            translated=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        )
        for text in newest.values()
        for field in ("title", "abstract")
    )


def build(directory: Path, reporter: Reporter) -> Built:
    """Build the sample digest in `directory`. Raises `ConfigError` when another digest is there."""
    text = _read("config.yaml").decode()
    _refuse_other_digest(directory, text)
    loaded = config.parse(text, "sample/config.yaml")
    versions = papers()
    mornings = sorted({paper.announced for paper in versions if paper.announced})
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        memory = encode_translations("zh", translations(versions))
        start = {f"{loaded.data}/{path}": content for path, content in memory.items()}
        publish.publish(root, start | {"README.md": f"# {loaded.title}\n\n{loaded.description}.\n\n".encode()})
        for day in mornings[:-1]:
            pipeline.run(_parts(loaded, root, versions, day, Quiet()), stages=frozenset({"fetch"}))
        done = pipeline.run(_parts(loaded, root, versions, mornings[-1], reporter))
        found = {
            str(path.relative_to(root).as_posix()): path.read_bytes() for path in root.rglob("*") if path.is_file()
        }
    found = {path: content for path, content in found.items() if not path.endswith(publish.MANIFEST)}
    # The sample is ours as a whole: what an older version of it left in the folder goes.
    folders = (loaded.site.output, loaded.daily, loaded.data)
    publish.publish(directory, {"config.yaml": text.encode()} | dict(sorted(found.items())), folders=folders)
    return Built(report=done.report, site=loaded.site.output)


def _parts(
    loaded: config.Config, root: Path, versions: tuple[Paper, ...], day: dt.date, reporter: Reporter
) -> pipeline.Parts:
    return pipeline.Parts(
        config=loaded,
        root=root,
        now=lambda: dt.datetime.combine(day, _MORNING),
        reporter=reporter,
        sources=(Sample(versions, day),),
        finders=finders(),
        note="the sample brings its own translations",
        outputs=outputs(loaded, root),
        sample=True,
    )


def _refuse_other_digest(directory: Path, text: str) -> None:
    try:
        there = (directory / "config.yaml").read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{directory / 'config.yaml'} can't be read: {error}") from error
    if there.partition("\n")[0] != text.partition("\n")[0]:
        message = f"{directory} already holds a digest of yours; the sample would overwrite it."
        raise ConfigError(message, hint="Name another folder: digest demo somewhere-else")


def _read(name: str) -> bytes:
    return files("digest").joinpath("sample", name).read_bytes()
