"""A real browser over a real, local server; without a Chromium on this machine these tests are skipped, and say so."""

from __future__ import annotations

import datetime as dt
import functools
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.factories import SEEN

BASE = "/some/where/avatar-daily"
"""Where the site stands: a project page of GitHub Pages is never at the root."""

_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium on the PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[dict[str, bytes]], str]]:
    """Writes files and serves them under `BASE`; returns the address of the site."""
    running: list[tuple[http.server.ThreadingHTTPServer, threading.Thread]] = []

    def start(files: dict[str, bytes]) -> str:
        root = tmp_path_factory.mktemp("served")
        write(files, root / BASE.lstrip("/"))
        server = _Server(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(root)))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}{BASE}/"

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def write(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name.removeprefix("_site/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: a browser that closes a page hangs up in mid-sentence."""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: a failing test has its own words."""


class Visitor:
    """Opens pages and holds what went wrong on them."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def open(self, address: str) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note)
        page.goto(address)
        return page

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """A visitor with a window and a clock of its own: `visit(color_scheme="dark", java_script_enabled=False)`."""
    contexts: list[BrowserContext] = []

    def start(width: int = 1280, height: int = 900, now: dt.datetime = SEEN, **options: Any) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.clock.set_fixed_time(now)
        contexts.append(context)
        return Visitor(context)

    yield start
    for context in contexts:
        context.close()
