"""What a search of 100,000 bilingual papers costs: building the index, bytes and time of a query, what is found.

Chromium asks over loopback, gzipped as a web server would, each time with nothing in its cache. With `--pagefind`, the
program that `npm install pagefind` brings, Pagefind builds an index of `--beside` of the same papers, one page for each
paper and language, and is asked the same.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import html
import http.server
import json
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, ClassVar

import msgspec
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import measure
from benchmarks.bilingual import archive
from digest.model import Digest
from digest.outputs.search import Search
from digest.outputs.search.segments import rank, segments
from digest.outputs.site import Site

QUERIES = (
    *("diffusion models", "talking head", "gaussian splatting", '"talking head"', "phlogiston theorem"),
    *("扩散模型", "知识图谱", "强化学习", "幻觉", "模态", "多模态大语言模型", "检索增强生成"),
)
A_DAY = 60
"""Papers of a mailing: a busy digest."""
TIMES = 5
"""Cold queries of each kind; the median counts."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a cold query cost, medians."""

    found: int
    wire: float
    """kB of the index, gzipped, until the first results are on the page."""
    requests: int
    milliseconds: float
    """From asking to the first results."""


class _Counting(http.server.SimpleHTTPRequestHandler):
    """Gzips, and counts what it sends."""

    sent: ClassVar[list[tuple[str, int]]] = []
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        packed = path.suffix in (".pf_meta", ".pf_index", ".pf_fragment", ".pagefind")  # Pagefind's are gzipped already
        content = content if packed else gzip.compress(content, 6)
        self.sent.append((self.path, len(content)))
        self.send_response(200)
        if not packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder over loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Counting, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def write(files: dict[str, bytes], folder: Path) -> None:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def ask_ours(browser: Browser, site: str, query: str) -> Asked:
    """Type a query into a page that has just been opened."""
    costs = []
    for _ in range(TIMES):
        context = browser.new_context()
        page = context.new_page()
        _Counting.sent.clear()
        page.goto(f"{site}search/")
        page.locator("html.ready").wait_for(state="attached")
        page.locator("#q").fill(query)
        took = page.evaluate(
            """() => new Promise((resolve) => {
              const began = performance.now();
              new MutationObserver(() => {
                if (/\\d/.test(document.getElementById("count").textContent)) resolve(performance.now() - began);
              }).observe(document.getElementById("count"), { childList: true, characterData: true, subtree: true });
              document.getElementById("query").requestSubmit();
            })"""
        )
        page.wait_for_timeout(300)
        index = [size for path, size in _Counting.sent if path.startswith("/search/") and path != "/search/"]
        costs.append((sum(index), len(index), took))
        context.close()
    return _median(0, costs)


def _median(found: int, costs: list[tuple[int, int, float]]) -> Asked:
    wire, requests, took = (median(each[part] for each in costs) for part in range(3))
    return Asked(found=found, wire=wire / 1000, requests=int(requests), milliseconds=took)


def everything(browser: Browser, site: str, query: str) -> list[tuple[str, int]]:
    """All hits of ours: name of the segment, number of the paper."""
    page = browser.new_page()
    page.goto(f"{site}search/")
    hits: list[tuple[str, int]] = page.evaluate(
        """async ([site, query]) => {
          const load = (name) => import(`${site}static/search/${name}.js`);
          const [{ Index }, { Search }, { parse }] = await Promise.all(["files", "finding", "grammar"].map(load));
          const search = new Search(await Index.open(`${site}search/`), parse(query));
          while (!search.done) await search.more();
          return search.hits.map(({ segment, paper }) => [segment.name, paper]);
        }""",
        [site, query],
    )
    page.close()
    return hits


def truth(of: Digest, query: str) -> set[str]:
    """Papers that have exactly these characters in one of their texts."""
    found = {arxiv_id for (arxiv_id, _), made in of.translations["zh"].items() if query in made.text}
    return found | {each.arxiv_id for each in of.entries if query in each.title or query in each.abstract}


def recall(found: set[str], expected: set[str]) -> str:
    """How much of what there is was found, and how much of what was found is there."""
    if not expected:
        return "–"
    right = len(found & expected)
    return f"{right / len(expected):.0%} / {right / len(found) if found else 0:.0%}"


def _rendered(output: Search, of: Digest) -> tuple[dict[str, bytes], float]:
    began = time.process_time()
    files = output.render(of)
    return files, time.process_time() - began


def ours(browser: Browser, of: Digest, folder: Path) -> None:
    ordered = sorted(of.entries, key=lambda entry: rank(entry.arxiv_id))
    yesterday = msgspec.structs.replace(of, entries=tuple(ordered[:-A_DAY]))
    files, cpu = _rendered(Search(output=""), yesterday)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"Index of {len(yesterday.entries):,} papers: {cpu:.1f} s of processor, {len(of.entries) / cpu:,.0f} papers "
        f"a second, {len(files):,} files, {sum(map(len, files.values())) / 1e6:.0f} MB, peak {peak:.2f} GB"
    )
    held = {path.removeprefix("search/"): content for path, content in files.items()}
    today, cpu = _rendered(Search(output="", held=held.get), of)
    written = sum(files.get(path) != content for path, content in today.items())
    print(f"{A_DAY} papers more: {cpu:.1f} s of processor, {written:,} of {len(today):,} files are new\n")
    files = today
    index = json.loads(files["search/index.json"])
    write(Site(output="").render(msgspec.structs.replace(of, entries=(), translations={"zh": {}})), folder)
    write(files, folder)
    ids = {
        segment["name"]: [entry.arxiv_id for entry in group]
        for segment, group in zip(index["segments"], segments(of.entries), strict=True)
    }
    with serving(folder) as site:
        print("| query | papers | kB to the first results | requests | ms | recall / precision |")
        print("|---|--:|--:|--:|--:|--:|")
        for query in QUERIES:
            found = {ids[name][number] for name, number in everything(browser, site, query)}
            asked = ask_ours(browser, site, query)
            quality = "" if query.isascii() else recall(found, truth(of, query))
            print(_row(query, msgspec.structs.replace(asked, found=len(found)), quality))


def _row(query: str, asked: Asked, last: str) -> str:
    cost = f"{asked.wire:.1f} | {asked.requests} | {asked.milliseconds:.0f}"
    return f"| {query} | {asked.found:,} | {cost} | {last} |"


PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main data-pagefind-body><h1>{title}</h1><p>{abstract}</p></main></body></html>"""
LOOK = """async ([site, query]) => {
  const began = performance.now();
  const pagefind = await import(`${site}pagefind/pagefind.js`);
  const { results } = await pagefind.search(query);
  const first = await Promise.all(results.slice(0, 10).map((each) => each.data()));
  const took = performance.now() - began;
  return { took, found: results.length, first: first.map(({ url }) => url) };
}"""


def beside(browser: Browser, program: str, of: Digest, folder: Path) -> None:
    """Pagefind on the same papers."""
    for entry in of.entries:
        texts = {
            "en": (entry.title, entry.abstract),
            "zh": tuple(of.translations["zh"][entry.arxiv_id, field].text for field in ("title", "abstract")),
        }
        for language, (title, abstract) in texts.items():
            page = PAGE.format(language=language, title=html.escape(title), abstract=html.escape(abstract))
            write({f"{language}/{entry.arxiv_id}.html": page.encode()}, folder)
    for language in ("en", "zh"):
        write({f"ask-{language}.html": f'<!doctype html><html lang="{language}"><title>Ask</title>'.encode()}, folder)
    cost = measure.run([program, "--site", str(folder)])
    made = [path.stat().st_size for path in (folder / "pagefind").rglob("*") if path.is_file()]
    print(
        f"\nPagefind, {len(of.entries):,} papers: {cost.cpu:.1f} s of processor, "
        f"{len(of.entries) / cost.cpu:,.0f} papers a second, {len(made):,} files, {sum(made) / 1e6:.0f} MB, "
        f"peak {cost.peak / 1000:.2f} GB\n"
    )
    with serving(folder) as site:
        print("| query | pages | kB to the first results | requests | ms | hits / papers that have it |")
        print("|---|--:|--:|--:|--:|--:|")
        for query in QUERIES:
            language = "en" if query.isascii() else "zh"
            asked = _asked(functools.partial(_look, browser, site, language, query))
            have = "" if language == "en" else f"{asked.found:,} / {len(truth(of, query)):,}"
            print(_row(query, asked, have))


def _look(browser: Browser, site: str, language: str, query: str) -> dict[str, Any]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site}ask-{language}.html")
    _Counting.sent.clear()
    answer: dict[str, Any] = page.evaluate(LOOK, [site, query])
    context.close()
    return answer


def _asked(look: Callable[[], dict[str, Any]]) -> Asked:
    costs, found = [], 0
    for _ in range(TIMES):
        answer = look()
        found = answer["found"]
        costs.append((sum(size for _, size in _Counting.sent), len(_Counting.sent), answer["took"]))
    return _median(found, costs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--beside", type=int, default=20_000, help="papers for Pagefind; it wants 8 GB for 100,000")
    parser.add_argument("--pagefind", default=shutil.which("pagefind"), help="the program, where it is installed")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("This needs Chromium on the PATH: apt-get install chromium")
    of = archive(arguments.papers)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless=new", "--no-sandbox"])
        with tempfile.TemporaryDirectory() as folder:
            ours(browser, of, Path(folder))
        if arguments.pagefind is not None:
            with tempfile.TemporaryDirectory() as folder:
                beside(browser, arguments.pagefind, archive(arguments.beside), Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
