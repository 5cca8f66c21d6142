"""Lighthouse on pages with 100 bilingual papers, as a phone on a slow network would meet them.

Needs ../shared/data, Node.js with npm, and Chromium. Lighthouse itself is fetched by npx in a pinned version.
"""

from __future__ import annotations

import datetime as dt
import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec

from benchmarks.archive import DATA, TOPICS, archive
from digest.model import SourceStatus
from digest.outputs.feeds import Feeds
from digest.outputs.search import Search
from digest.outputs.site import Site

LIGHTHOUSE = "lighthouse@12.8.2"
PERFECT = 100
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = {
    "home": "",
    "day": "days/2026-11-20/",
    "topic": f"topics/{TOPICS[0].lower()}/",
    "search": "search/?q=attention",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def serve(files: dict[str, bytes]) -> http.server.ThreadingHTTPServer:
    """The files on loopback, gzipped like GitHub Pages does it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.partition("?")[0].lstrip("/")
            name = f"{name}index.html" if name.endswith("/") or not name else name
            found = files.get(f"_site/{name}")
            packed = gzip.compress(files["_site/404.html"] if found is None else found, 6)
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", TYPES.get(Path(name).suffix, "application/octet-stream"))
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(packed)))
            self.send_header("Cache-Control", "max-age=600")
            self.end_headers()
            self.wfile.write(packed)

        def log_message(self, *_: object) -> None:
            """Say nothing: the table is what is printed."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def look(address: str, chromium: str) -> dict[str, Any]:
    """Lighthouse's report on a page."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", f"--only-categories={','.join(CATEGORIES)}"]
        command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu", "--output=json", f"--output-path={out}"]
        subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": chromium})
        report: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return report


def main() -> int:
    """1 when a score is below 100."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or shutil.which("npx") is None or not DATA.is_dir():
        raise SystemExit(f"This needs chromium, npx (Node.js) and {DATA}.")
    today = dt.datetime.now(dt.UTC)  # an old page would say so, and shift what stands below
    of = archive(100, a_day=100)
    fresh = msgspec.structs.replace(of.status, sources={"api": SourceStatus(reached=today)})
    of = msgspec.structs.replace(of, status=fresh)
    files = Site(language="zh").render(of) | Feeds(language="zh").render(of) | Search().render(of)
    server = serve(files)
    print(f"| page | {' | '.join(CATEGORIES)} | LCP s | TBT ms | CLS | kB | requests |\n|---|{'--:|' * 9}")
    lowest = PERFECT
    for name, path in PAGES.items():
        page = path.partition("?")[0]
        if f"_site/{page}index.html" not in files:
            print(f"| {name} | there is no such page |")
            continue
        report = look(f"http://127.0.0.1:{server.server_port}/{path}", chromium)
        scores = [round(PERFECT * report["categories"][each]["score"]) for each in CATEGORIES]
        audits = report["audits"]
        requests = audits["network-requests"]["details"]["items"]
        figures = [
            f"{audits['largest-contentful-paint']['numericValue'] / 1000:.1f}",
            f"{audits['total-blocking-time']['numericValue']:.0f}",
            f"{audits['cumulative-layout-shift']['numericValue']:.3f}",
            f"{sum(each['transferSize'] for each in requests) / 1000:.0f}",
            str(len(requests)),
        ]
        print(f"| {name} | {' | '.join(map(str, [*scores, *figures]))} |", flush=True)
        lowest = min(lowest, *scores)
        for key, audit in audits.items():
            weight = any(
                ref["id"] == key and ref["weight"]
                for each in CATEGORIES
                for ref in report["categories"][each]["auditRefs"]
            )
            if weight and audit["score"] is not None and audit["score"] < 1:
                print(f"  {key}: {audit['title']} {audit.get('displayValue', '')}", file=sys.stderr)
    server.shutdown()
    return 0 if lowest == PERFECT else 1


if __name__ == "__main__":
    sys.exit(main())
