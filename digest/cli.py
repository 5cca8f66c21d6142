"""The commands: read the arguments, assemble the parts, print, set the exit status.

0 done (failures that were survived are listed) · 1 stopped, nothing published; or --strict and something failed;
or `status --max-age` and stale · 2 wrong usage or configuration.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digest import __version__
from digest.errors import ConfigError, DigestError

if TYPE_CHECKING:  # importing these costs more than `digest --help` should take
    import datetime as dt

    from digest.model import RunReport, Status

DONE, STOPPED, USAGE = 0, 1, 2
_STAGES = {
    "run": frozenset({"fetch", "translate", "render"}),
    "fetch": frozenset({"fetch"}),
    "translate": frozenset({"translate"}),
    "render": frozenset({"render"}),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except ConfigError as error:
        for problem in error.problems or (error.message,):
            _complain(problem)
        _complain(error.hint)
        return USAGE
    except DigestError as error:
        _complain(f"Stopped, nothing was published: {error.message}")
        _complain(error.hint)
        return STOPPED
    except KeyboardInterrupt:
        _complain("Stopped by you; every file is as it was.")
        return STOPPED
    except BrokenPipeError:  # `digest … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _parser() -> argparse.ArgumentParser:
    # --config may stand before or after the command; SUPPRESS keeps the later default from undoing the earlier value.
    config = argparse.ArgumentParser(add_help=False)
    config.add_argument("--config", type=Path, default=argparse.SUPPRESS, metavar="FILE", help="default: config.yaml")
    quiet = argparse.ArgumentParser(add_help=False)
    quiet.add_argument("-q", "--quiet", action="store_true", help="print nothing but what went wrong")
    json = argparse.ArgumentParser(add_help=False)
    json.add_argument("--json", action="store_true", help="print the report as JSON")
    strict = argparse.ArgumentParser(add_help=False)
    strict.add_argument("--strict", action="store_true", help="exit 1 when anything failed, even if it was survived")

    parser = argparse.ArgumentParser(
        prog="digest",
        description="A daily digest of arXiv papers on your topics.",
        epilog="Start with: digest demo    Then edit config.yaml and: digest run",
        parents=[config],
    )
    parser.add_argument("--version", action="version", version=f"arXiv digest {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(
        name: str,
        command: Callable[[argparse.Namespace], int],
        what: str,
        example: str,
        *parents: argparse.ArgumentParser,
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=f"Example: digest {example}",
            parents=[config, quiet, *parents],
        )
        added.set_defaults(command=command, name=name)
        return added

    reports = (json, strict)
    add("run", _run, "fetch, compare, find code, translate, store and render", "run", *reports)
    add("fetch", _run, "ask arXiv and store what is new, without rendering", "fetch --json", *reports)
    add("translate", _run, "translate what is stored and not translated yet", "translate", *reports)
    add("render", _run, "render what is stored; needs no network", "render", *reports)
    past = "backfill --from 2024-01-01 --to 2024-06-30"
    backfill = add("backfill", _backfill, "ask for the papers of past months", past, *reports)
    for name, destination, what in (("--from", "since", "first"), ("--to", "until", "last")):
        said = f"{what} day of submission (UTC)"
        backfill.add_argument(name, dest=destination, type=_date, required=True, metavar="DAY", help=said)
    share = "the I-th of N parts, for jobs side by side; the next run puts together what they found"
    backfill.add_argument("--shard", type=_shard, default=(1, 1), metavar="I/N", help=share)
    add("check", _check, "check config.yaml and name every problem in it", "--config config.yaml check", json)
    status = add("status", _status, "when arXiv was last reached, and what fails", "status --max-age 4d", json)
    stale = "exit 1 when the last whole answer is older: 36h, 4d"
    status.add_argument("--max-age", type=_age, metavar="AGE", help=stale)
    serve = add("serve", _serve, "serve the built site on this machine, rebuilt when something changes", "serve")
    serve.add_argument("--port", type=int, default=8000, help="default: 8000; 0 takes any free one")
    demo = add("demo", _demo, "build the sample digest, without network or key", "demo demo --serve", *reports)
    demo.add_argument("directory", nargs="?", type=Path, default=Path("demo"), metavar="DIR", help="default: demo")
    demo.add_argument("--serve", action="store_true", help="serve the site afterwards")
    demo.add_argument("--port", type=int, default=8000, help="with --serve; default: 8000")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    from digest import assembly, config, pipeline

    path = _config_path(arguments)
    loaded = config.load(path, os.environ)
    warnings = tuple(str(problem) for problem in config.check(path))
    reporter = assembly.reporter(quiet=arguments.quiet or arguments.json)
    stages = _STAGES[arguments.name]
    with (
        assembly.lock(Path.cwd(), _aside(arguments)),
        reporter,
        assembly.parts(loaded, Path.cwd(), os.environ, reporter, stages=stages, warnings=warnings) as parts,
    ):
        done = pipeline.run(parts, command=arguments.name, stages=stages)
    return _tell(arguments, done.report, done.status)


def _backfill(arguments: argparse.Namespace) -> int:
    from digest import assembly, backfill, config, months

    path = _config_path(arguments)
    loaded = config.load(path, os.environ)
    warnings = tuple(str(problem) for problem in config.check(path))
    shard, shards = arguments.shard
    span = months.Span(since=arguments.since, until=arguments.until, shard=shard, shards=shards)
    months.last_day(span, assembly.now())  # a range that can't be asked for is told before anything is waited for
    reporter = assembly.reporter(quiet=arguments.quiet or arguments.json)
    try:
        with (
            assembly.lock(Path.cwd(), _aside(arguments)),
            reporter,
            assembly.past(loaded, Path.cwd(), reporter, shards=shards, warnings=warnings) as parts,
        ):
            report = backfill.run(parts, span)
    except KeyboardInterrupt:
        _complain("Stopped by you; what was found is kept. Run the same command again to go on from there.")
        return STOPPED
    return _tell(arguments, report)


def _check(arguments: argparse.Namespace) -> int:
    from digest import config

    path = _config_path(arguments)
    problems = config.check(path)
    if arguments.json:
        import msgspec

        print(msgspec.json.encode(problems).decode())
    elif not arguments.quiet:
        for problem in problems:
            print(problem)
    if any(problem.level == "error" for problem in problems):
        return USAGE
    if not arguments.quiet and not arguments.json:
        print(f"{path}: can be used.")
    return DONE


def _status(arguments: argparse.Namespace) -> int:
    from digest import config, report
    from digest.assembly import now
    from digest.store import Store, encode_status

    status = Store(Path.cwd() / config.load(_config_path(arguments)).data).status()
    moment = now()
    if arguments.json:
        print(encode_status(status).decode(), end="")
    elif not arguments.quiet:
        print("\n".join(report.freshness(status, moment)))
    if arguments.max_age is None:
        return DONE
    age = report.age(status, moment)
    if age is not None and age <= arguments.max_age:
        return DONE
    found = "no run has had a whole answer yet" if age is None else f"the last whole answer is {age.days} days old"
    _complain(f"Stale: {found}.")
    return STOPPED


def _serve(arguments: argparse.Namespace) -> int:
    from digest import assembly, config, server

    path = _config_path(arguments)
    loaded = config.load(path, os.environ)
    site = Path.cwd() / loaded.site.output

    render = argparse.Namespace(**(vars(arguments) | {"name": "render", "quiet": True, "json": False, "strict": False}))

    def build() -> None:
        _run(render)

    build()
    watched = assembly.inputs(Path.cwd(), path, loaded)
    server.serve(site, arguments.port, watched=watched, rebuild=build, say=_say(arguments))
    return DONE


def _demo(arguments: argparse.Namespace) -> int:
    from digest import assembly, demo

    directory: Path = arguments.directory
    with assembly.reporter(quiet=arguments.quiet or arguments.json) as reporter:
        done = demo.build(directory, reporter)
    status = _tell(arguments, done.report, quiet=True)
    site = directory / done.site
    if not arguments.quiet and not arguments.json:
        print(f"Site:   {site / 'index.html'}   (or serve it: make demo SERVE=1)")
        print(f"Tables: {directory / 'README.md'} and {directory / 'docs' / 'daily'}")
    if arguments.serve:
        from digest import server

        server.serve(site, arguments.port, watched=(), rebuild=None, say=_say(arguments))
    return status


def _config_path(arguments: argparse.Namespace) -> Path:
    path: Path = getattr(arguments, "config", Path("config.yaml"))
    return path


def _tell(arguments: argparse.Namespace, run: RunReport, status: Status | None = None, *, quiet: bool = False) -> int:
    """Print the report, add it to the job's summary, and say whether it is a success."""
    from digest import report

    if arguments.json:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(run), indent=2).decode())
    elif not arguments.quiet and not quiet:
        print("\n".join(report.lines(run)))
    elif run.failures:
        _complain("\n".join(line for line in report.lines(run) if line.lstrip().startswith("failed:")))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(report.summary(run, status))
    return STOPPED if arguments.strict and run.failures else DONE


def _age(text: str) -> dt.timedelta:
    import datetime as dt

    units = {"h": "hours", "d": "days", "w": "weeks"}
    if text[-1:] not in units or not text[:-1].isdigit():
        message = f"{text!r} is not an age; write 36h, 4d or 2w"
        raise argparse.ArgumentTypeError(message)
    return dt.timedelta(**{units[text[-1]]: int(text[:-1])})


def _date(text: str) -> dt.date:
    import datetime as dt

    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a day; write it as 2024-01-31"
        raise argparse.ArgumentTypeError(message) from None


def _shard(text: str) -> tuple[int, int]:
    shard, _, shards = text.partition("/")
    if shard.isdecimal() and shards.isdecimal() and 1 <= int(shard) <= int(shards):
        return int(shard), int(shards)
    message = f"{text!r} is not a shard; the three of three are 1/3, 2/3 and 3/3"
    raise argparse.ArgumentTypeError(message)


def _aside(arguments: argparse.Namespace) -> Callable[[str], None]:
    """Beside the report, which may be JSON."""
    return (lambda _: None) if arguments.quiet else _complain


def _say(arguments: argparse.Namespace) -> Callable[[str], None]:
    return (lambda _: None) if arguments.quiet else print


def _complain(text: str | None) -> None:
    if text:
        print(text, file=sys.stderr)
