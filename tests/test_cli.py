"""The commands as a user runs them: real files, real sockets, exit statuses, and words that say what to do."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest import assembly, cli
from digest.model import RunReport, SourceStatus, Status, TopicStatus
from digest.server import listen, stamps
from digest.store import Store, encode_status
from tests.factories import paper
from tests.standins.arxiv import ArxivStandin
from tests.standins.http import Fault
from tests.standins.openai import OpenAIStandin

ROOT = Path(__file__).parent.parent
NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)
HEAD = paper("2611.90001", comment="Code: https://github.com/example-lab/heads")
OTHER = paper("2611.90002", title="On Cabbage", abstract="Gardening, with a head.", comment=None)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(assembly, "now", lambda: NOW)
    for name in ("OPENAI_API_KEY", "GITHUB_STEP_SUMMARY", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def arxiv() -> Iterator[ArxivStandin]:
    with ArxivStandin([HEAD, OTHER]) as standin:
        yield standin


def write_config(arxiv_url: str, openai_url: str | None = None) -> None:
    settings = f"openai: {{base_url: '{openai_url}', model: stand-in}}" if openai_url else ""
    Path("config.yaml").write_text(
        f"""title: Heads
keywords:
  Heads: {{filters: [talking head], categories: [cs.CV]}}
fetch: {{delay: 0, endpoints: {{api: '{arxiv_url}'}}}}
translate:
  languages: [zh]
  {settings}
"""
    )


def tree() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}


def test_run_from_nothing_to_pages(arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str]) -> None:
    with OpenAIStandin() as openai:
        write_config(arxiv.url, openai.url)
        Path("README.md").write_text("# Mine\n\n<!-- digest:start -->\n<!-- digest:end -->\n\nThe end.\n")
        assert cli.main(["run"]) == 0
    out = capsys.readouterr().out
    assert "1 new" in out
    assert "1 papers translated by openai" in out
    entry = Store(Path("docs/data")).entries()["2611.90001"]
    assert entry.code_links[0].url == "https://github.com/example-lab/heads"
    assert entry.topics[0].evidence[0].field == "title"
    files = tree()
    assert "docs/daily/2026/2026-11-10.md" in files
    assert {"_site/index.html", "_site/feed.xml", "_site/papers/2611.90001/index.html", "_site/404.html"} <= set(files)
    readme = files["README.md"].decode()
    assert readme.startswith("# Mine\n\n<!-- digest:start -->")
    assert readme.endswith("<!-- digest:end -->\n\nThe end.\n")
    assert "https://arxiv.org/pdf/2611.90001" in readme
    assert "Cabbage" not in readme

    before = tree()
    with OpenAIStandin() as again:
        assert cli.main(["run", "--quiet"]) == 0
        assert again.asked == []
    assert {path for path, content in tree().items() if before.get(path) != content} == {
        "docs/data/status.json",
        "_site/status.json",
    }


def test_json_is_the_report_and_nothing_else(arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(arxiv.url)
    assert cli.main(["run", "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert (report["new"], report["returned"], err) == (1, 1, "")
    assert set(report) == set(RunReport.__struct_fields__)


def test_without_a_key_the_english_is_published_and_the_report_says_why(
    arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str]
) -> None:
    write_config(arxiv.url)
    assert cli.main(["run"]) == 0
    out = capsys.readouterr().out
    assert "1 not translated yet" in out
    assert "no model is set" in out


def test_a_source_that_fails_is_survived_listed_and_red_only_when_strict(
    arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    write_config(arxiv.url)
    arxiv.faults += [Fault.status(403, b"<b>denied</b>")] * 2
    assert cli.main(["run"]) == 0
    out = capsys.readouterr().out
    assert "Heads: no whole answer" in out
    assert "failed: fetch: api: 127.0.0.1 answered 403" in out
    assert "**failed**" in summary.read_text()
    assert "<b>" not in summary.read_text()
    assert cli.main(["run", "--strict"]) == 1


@pytest.mark.parametrize("arguments", [["--config", "other.yaml", "check"], ["check", "--config", "other.yaml"]])
def test_config_may_stand_before_or_after_the_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("other.yaml").write_text("keywords: {A: {filters: [a]}}\n")
    assert cli.main(arguments) == 0
    assert "other.yaml: can be used." in capsys.readouterr().out


def test_a_wrong_config_exits_2_names_the_place_and_touches_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.yaml").write_text("keywords:\n  A:\n    filter: [a]\n")
    before = tree()
    assert cli.main(["run"]) == 2
    err = capsys.readouterr().err
    assert "config.yaml:3:5" in err
    assert 'filters"' in err
    assert cli.main(["check"]) == 2
    assert "config.yaml:3:5" in capsys.readouterr().out
    assert tree() == before


def test_check_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.yaml").write_text("keywords: {A: {filters: [a]}}\nshow_badge: true\n")
    assert cli.main(["check", "--json"]) == 0
    (problem,) = json.loads(capsys.readouterr().out)
    assert (problem["level"], problem["line"], problem["key"]) == ("warning", 2, "show_badge")


def test_no_config_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run"]) == 2
    err = capsys.readouterr().err
    assert "config.yaml" in err
    assert "Traceback" not in err


def test_a_broken_store_exits_1_and_stays_as_it_is(arxiv: ArxivStandin, capsys: pytest.CaptureFixture[str]) -> None:
    write_config(arxiv.url)
    month = Path("docs/data/papers/2611.jsonl")
    month.parent.mkdir(parents=True)
    month.write_text("<<<<<<< HEAD\n")
    before = tree()
    assert cli.main(["run"]) == 1
    err = capsys.readouterr().err
    assert "Stopped, nothing was published" in err
    assert "merge conflict" in err
    assert tree() == before


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run", "--fast"], ["status", "--max-age", "soon"]])
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    ("age", "limit", "expected"),
    [
        (dt.timedelta(hours=5), "1d", 0),
        (dt.timedelta(days=5), "4d", 1),
        (dt.timedelta(days=5), "1w", 0),
        (None, "4d", 1),
    ],
)
def test_status_is_red_when_stale(age: dt.timedelta | None, limit: str, expected: int) -> None:
    Path("config.yaml").write_text("keywords: {A: {filters: [a]}}\n")
    status = Status(topics={"A": TopicStatus(definition="", answered=NOW - age)} if age else {})
    Path("docs/data").mkdir(parents=True)
    Path("docs/data/status.json").write_bytes(encode_status(status))
    assert cli.main(["status", "--max-age", limit]) == expected
    assert cli.main(["status"]) == 0


def test_status_says_when_and_what_fails(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.yaml").write_text("keywords: {A: {filters: [a]}}\n")
    assert cli.main(["status"]) == 0
    assert "No run yet" in capsys.readouterr().out
    since = NOW - dt.timedelta(days=3)
    failing = SourceStatus(reached=since, failing_since=since, message="too many requests")
    Path("docs/data").mkdir(parents=True)
    Path("docs/data/status.json").write_bytes(encode_status(Status(sources={"api": failing})))
    assert cli.main(["status"]) == 0
    assert "api: last reached 2026-11-08 06:00 UTC (3 days ago); failing since" in capsys.readouterr().out
    assert cli.main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sources"]["api"]["message"] == "too many requests"


def test_render_needs_no_network(arxiv: ArxivStandin) -> None:
    write_config(arxiv.url)
    assert cli.main(["fetch", "-q"]) == 0
    assert not Path("_site").exists()
    arxiv.requests.clear()
    assert cli.main(["render", "-q"]) == 0
    assert arxiv.requests == []
    assert Path("_site/index.html").exists()


def test_own_templates_replace_ours_file_by_file(arxiv: ArxivStandin) -> None:
    write_config(arxiv.url)
    Path("templates/static").mkdir(parents=True)
    Path("templates/static/site.css").write_text("body { color: red }\n")
    assert cli.main(["run", "-q"]) == 0
    assert Path("_site/static/site.css").read_text() == "body { color: red }\n"
    Path("templates/site").mkdir()
    Path("templates/site/day.html").write_text("{{ nobody_knows_me }}")
    before = tree()
    assert cli.main(["render", "-q"]) == 1
    assert tree() == before


def test_demo_twice_is_the_same_and_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "there"]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 2
    assert "there/_site/index.html" in out
    assert "there/README.md" in out
    before = tree()
    assert cli.main(["demo", "there", "--quiet"]) == 0
    assert tree() == before
    assert capsys.readouterr().out == ""


def test_demo_refuses_a_folder_with_another_digest(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.yaml").write_text("keywords: {A: {filters: [a]}}\n")
    assert cli.main(["demo", "."]) == 2
    assert "already holds a digest of yours" in capsys.readouterr().err
    assert list(tree()) == ["config.yaml"]


def test_the_server_answers_on_loopback_with_the_sites_own_404() -> None:
    Path("site").mkdir()
    Path("site/index.html").write_text("home")
    Path("site/404.html").write_text("lost")
    with listen(Path("site"), 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        with urllib.request.urlopen(f"{base}/") as answer:
            assert answer.read() == b"home"
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{base}/no/such/page")
        with caught.value as error:
            assert (error.code, error.read()) == (404, b"lost")
        server.shutdown()
        thread.join()


def test_a_change_is_seen() -> None:
    Path("data").mkdir()
    Path("data/a").write_text("1")
    before = stamps([Path("data"), Path("missing")])
    Path("data/b").write_text("2")
    assert stamps([Path("data"), Path("missing")]) != before


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, digest.cli; print(*{name.split('.')[0] for name in sys.modules})"
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environ)
    assert not set(loaded.stdout.split()) & {
        "arxiv",
        "jinja2",
        "lxml",
        "markdown",
        "msgspec",
        "requests",
        "rich",
        "yaml",
    }


def test_a_closed_pipe_is_not_an_error() -> None:
    Path("config.yaml").write_text("keywords: {A: {filters: [a]}}\n" + "show_badge: true\n")
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    command = f"{sys.executable} -m digest check | true"
    done = subprocess.run(["bash", "-c", command], check=False, capture_output=True, text=True, env=environ)
    assert "Traceback" not in done.stderr
