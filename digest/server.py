"""The built site on this machine, for looking at it: loopback only, rebuilt when its inputs change."""

from __future__ import annotations

import errno
import functools
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from digest.errors import DigestError, PublishError

_PERIOD = 1.0
"""Seconds between two looks at the inputs."""


class _Handler(SimpleHTTPRequestHandler):
    """Files of the site, and its own 404 page, as GitHub Pages serves them."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".xml": "application/xml", ".json": "application/json"}

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet: the terminal is for what goes wrong."""


def listen(site: Path, port: int) -> ThreadingHTTPServer:
    """A server for `site` on loopback; port 0 takes a free one. Raises `PublishError` when the port is taken."""
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Handler, directory=str(site)))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        hint = "Stop the other program, or choose another: --port 0 takes any free one."
        raise PublishError(f"Port {port} is already in use.", path=str(site), hint=hint) from error


def serve(
    site: Path,
    port: int,
    *,
    watched: Iterable[Path],
    rebuild: Callable[[], None] | None,
    say: Callable[[str], None],
) -> None:
    """Serve until interrupted; call `rebuild` whenever something below `watched` has changed."""
    with listen(site, port) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        say(f"http://127.0.0.1:{server.server_address[1]}/   (Ctrl+C stops)")
        try:
            watch(tuple(watched), rebuild, say)
        except KeyboardInterrupt:
            say("Stopped.")
        finally:
            server.shutdown()


def watch(watched: tuple[Path, ...], rebuild: Callable[[], None] | None, say: Callable[[str], None]) -> None:
    """Look at the inputs again and again. A rebuild that fails is told; the last good site stays."""
    seen = stamps(watched)
    while True:
        time.sleep(_PERIOD)
        now = stamps(watched)
        if rebuild is None or now == seen:
            continue
        seen = now
        try:
            rebuild()
        except DigestError as error:
            say(f"Not rebuilt: {error.message}")
        else:
            say("Rebuilt.")


def stamps(watched: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Time and size of every file at or below the watched places."""
    found: dict[Path, tuple[int, int]] = {}
    for place in watched:
        for path in [place] if place.is_file() else place.rglob("*"):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            if path.is_file():
                found[path] = (stat.st_mtime_ns, stat.st_size)
    return found
