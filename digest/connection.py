"""Connections that are cut at a deadline, since a timeout of a socket starts anew with every byte that arrives."""

from __future__ import annotations

import contextlib
import socket
import threading
from contextvars import ContextVar
from types import TracebackType
from weakref import WeakSet

from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

Sockets = WeakSet[socket.socket]


class Watchdog:
    """Cuts all `sockets` when a request in its `with` block takes longer than `seconds`.

    An idle connection that is cut along costs nothing: its next user finds it closed and opens another.
    """

    def __init__(self, seconds: float, sockets: Sockets) -> None:
        self.barked = False
        """Whether the deadline has passed. To a body without a length, being cut looks like its end: look here."""
        self._sockets = sockets
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._bark)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._token = _WATCHDOG.set(self)
        self._timer.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        self._timer.join()
        _WATCHDOG.reset(self._token)

    def watch(self, sock: object) -> None:
        """Cut this socket too, or at once when the deadline passed while it was opened."""
        if isinstance(sock, socket.socket):  # TLS inside TLS, to a proxy, is not
            with self._lock:
                self._sockets.add(sock)
        if self.barked:
            self._bark()

    def _bark(self) -> None:
        with self._lock:
            self.barked = True
            sockets = tuple(self._sockets)
        for each in sockets:
            with contextlib.suppress(OSError):
                # Not SSLSocket.shutdown: it drops the TLS state that the reader is using.
                socket.socket.shutdown(each, socket.SHUT_RDWR)


_WATCHDOG: ContextVar[Watchdog] = ContextVar("watchdog")
"""Watches the request that is under way."""


class _Http(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _WATCHDOG.get().watch(self.sock)


class _Https(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _WATCHDOG.get().watch(self.sock)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS = {"http": _HttpPool, "https": _HttpsPool}


class _Adapter(HTTPAdapter):
    """One connection a host, each of our kind, through a proxy too."""

    def __init__(self) -> None:
        super().__init__(pool_maxsize=1)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: object) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager


def open_session(user_agent: str) -> Session:
    """A session whose connections a `Watchdog` can cut. Proxies and certificates are the environment's."""
    session = Session()
    session.headers["User-Agent"] = user_agent
    session.auth = _as_it_is  # or a ~/.netrc would replace the Authorization header of the caller
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    return request
