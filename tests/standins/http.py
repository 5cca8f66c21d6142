"""A loopback HTTP server that answers as it is told, byte by byte where need be, so that every fault is a real one."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

ATOM = "application/atom+xml; charset=utf-8"


class Clock:
    """A clock that never waits: sleeping moves it on."""

    def __init__(self, now: dt.datetime = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)) -> None:
        self.start = now
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> dt.datetime:
        return self.start + dt.timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds


class Request(NamedTuple):
    """What came in."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    at: float
    """`time.monotonic()` of its arrival."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return {
            name: values[-1] for name, values in parse_qs(self.target.partition("?")[2], keep_blank_values=True).items()
        }


class Reply(NamedTuple):
    """What goes out when nothing is wrong."""

    body: bytes
    content_type: str = ATOM
    status: int = 200
    headers: Mapping[str, str] = {}

    def head(self, **changes: str | None) -> bytes:
        """Status line and headers. `changes` in names with underscores; None leaves a header out."""
        fields: dict[str, str | None] = {
            "content-type": self.content_type,
            "content-length": str(len(self.body)),
            **{name.lower(): value for name, value in self.headers.items()},
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }
        phrase = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "Odd"
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in fields.items() if value)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def packed(self) -> Reply:
        """The same, compressed."""
        coding = {"content-encoding": "gzip", "vary": "accept-encoding"}
        return self._replace(body=gzip.compress(self.body), headers={**self.headers, **coding})


class Line(NamedTuple):
    """One exchange, as a fault sees it."""

    sock: socket.socket
    request: Request
    right: Callable[[], Reply]
    """The answer that there would be without the fault."""
    pause: Callable[[float], bool]
    """Waits; true when the server is going down."""


class Fault(NamedTuple):
    """What happens in place of the right answer. `act` returns whether the connection can go on."""

    act: Callable[[Line], bool]

    @staticmethod
    def reply(reply: Reply) -> Fault:
        """Another answer, whole."""

        def act(line: Line) -> bool:
            line.sock.sendall(reply.head() + reply.body)
            return True

        return Fault(act)

    @staticmethod
    def status(
        code: int, body: bytes = b"", *, retry_after: float | str | None = None, content_type: str = "text/html"
    ) -> Fault:
        """A bare status."""
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        return Fault.reply(Reply(body, content_type, code, headers))

    @staticmethod
    def body(content: bytes, content_type: str = ATOM) -> Fault:
        """Another body, with status 200."""
        return Fault.reply(Reply(content, content_type))

    @staticmethod
    def redirect(location: str, code: int = 301) -> Fault:
        return Fault.reply(Reply(b"", "text/html", code, {"location": location}))

    @staticmethod
    def altered(change: Callable[[bytes], bytes]) -> Fault:
        """The right answer after `change`."""

        def act(line: Line) -> bool:
            right = line.right()
            return Fault.reply(right._replace(body=change(right.body))).act(line)

        return Fault(act)

    @staticmethod
    def raw(head: Callable[[Reply], bytes], body: Callable[[Reply], bytes], *, reset: bool = False) -> Fault:
        """Bytes made from the right answer, then the end of the connection: FIN, or RST."""

        def act(line: Line) -> bool:
            right = line.right()
            line.sock.sendall(head(right) + body(right))
            if reset:
                line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False

        return Fault(act)

    @staticmethod
    def drip(start: Callable[[Reply], bytes], rest: Callable[[Reply], bytes], interval: float) -> Fault:
        """`start` at once, then a byte of `rest` every `interval` seconds."""

        def act(line: Line) -> bool:
            right = line.right()
            line.sock.sendall(start(right))
            for byte in rest(right):
                if line.pause(interval):
                    break
                line.sock.sendall(bytes([byte]))
            return False

        return Fault(act)


def reset_before_headers() -> Fault:
    return Fault.raw(lambda right: b"", lambda right: b"", reset=True)


def reset_in_body() -> Fault:
    return Fault.raw(Reply.head, lambda right: right.body[: len(right.body) // 2], reset=True)


def fin_in_body() -> Fault:
    return Fault.raw(Reply.head, lambda right: right.body[: len(right.body) // 2])


def fin_in_chunk() -> Fault:
    return Fault.raw(
        lambda right: right.head(content_length=None, transfer_encoding="chunked"),
        lambda right: b"%x\r\n%b" % (len(right.body), right.body[: len(right.body) // 2]),
    )


def fin_without_length() -> Fault:
    """Half the body, in a form in which only the end of the connection tells the end of the body."""
    return Fault.raw(
        lambda right: right.head(content_length=None, connection="close"),
        lambda right: right.body[: len(right.body) // 2],
    )


def not_gzip() -> Fault:
    """A plain body that claims to be compressed."""
    return Fault.raw(lambda right: right.head(content_encoding="gzip", connection="close"), lambda right: right.body)


def half_gzip() -> Fault:
    """The first half of a compressed body, with the right length."""

    def half(right: Reply) -> Reply:
        packed = right.packed()
        return packed._replace(body=packed.body[: len(packed.body) // 2])

    return Fault.raw(lambda right: half(right).head(connection="close"), lambda right: half(right).body)


def slow_headers(interval: float) -> Fault:
    return Fault.drip(lambda right: b"", Reply.head, interval)


def slow_body(interval: float) -> Fault:
    return Fault.drip(Reply.head, lambda right: right.body, interval)


def slow_body_without_length(interval: float) -> Fault:
    """Cutting this off looks like the end of the body."""
    return Fault.drip(
        lambda right: right.head(content_length=None, connection="close"), lambda right: right.body, interval
    )


def silence() -> Fault:
    """The request is read, and nothing comes back."""
    return Fault.drip(lambda right: b"", lambda right: b"H", 3600)


class Server:
    """Answers with `answer`, once `faults` are used up: one for each request, in order."""

    def __init__(
        self, answer: Callable[[Request], Reply], faults: Iterable[Fault] = (), context: ssl.SSLContext | None = None
    ) -> None:
        self.faults = list(faults)
        self.requests: list[Request] = []
        self.connections = 0
        self._answer = answer
        self._context = context
        self._down = threading.Event()
        self._live: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"{'https' if self._context else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._down.set()
        for sock in (self._listener, *self._live):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._down.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._live.add(sock)
            self._start(partial(self._serve, sock))

    def _serve(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            if self._context:
                with self._context.wrap_socket(sock, server_side=True) as secure:
                    self._live.add(secure)
                    self._talk(secure)
            else:
                self._talk(sock)

    def _talk(self, sock: socket.socket) -> None:
        with sock.makefile("rb") as stream:
            while (request := _read(stream)) is not None:
                self.requests.append(request)
                line = Line(sock, request, partial(self._answer, request), self._down.wait)
                fault = self.faults.pop(0) if self.faults else Fault(_right)
                if not fault.act(line):
                    break


def _right(line: Line) -> bool:
    reply = line.right()
    if "gzip" in line.request.headers.get("accept-encoding", ""):
        reply = reply.packed()
    return Fault.reply(reply).act(line)


def _read(stream: BinaryIO) -> Request | None:
    """The next request, or None when the client has left or speaks another language, as TLS is."""
    start = stream.readline().decode("latin-1").split()
    if len(start) < 3 or not start[2].startswith("HTTP/"):
        return None
    headers = {}
    while (field := stream.readline().strip()) != b"":
        name, _, value = field.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return Request(start[0], start[1], headers, body, time.monotonic())
