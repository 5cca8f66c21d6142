"""The only module that sends a request, so that each is polite, bounded in time and size, and tells its fate.

Polite: arXiv asks for one connection and three seconds between requests, over all its services together
(https://info.arxiv.org/help/api/tou.html). Bounded: a server that sends a byte a second is cut off at the deadline.
Its fate: what the caller's `check` made of the answer, or one of the `SourceError`s.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self, TypeVar

import msgspec
import requests.exceptions as broken
from requests import Response as Incoming
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random
from urllib3.exceptions import HTTPError

from digest.connection import Sockets, Watchdog, open_session
from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.response import MOVED, Response, family, host, is_loopback, objection, redirected, retry_after

__all__ = ["ARXIV", "Check", "Clock", "Response", "SystemClock", "Web", "is_loopback"]

T = TypeVar("T")
Check = Callable[[Response], T]
"""Turns an answer into what the caller wants. Raises `Malformed` or `Throttled` to have it asked for again."""

ARXIV = "arxiv"
"""Spacing key of everything that arXiv runs, and of what stands in for it on loopback."""

_CONNECT = 10.0
"""Seconds for each address of a host, and for the TLS handshake."""
_LONGEST_WAIT = 300.0
"""Seconds between two tries. Who asks us to wait longer is not asked again."""
_FEW = 3
"""Tries where the fault is likely to stay: a broken server, an answer that can't be read."""
_REDIRECTS = 5
_CHUNK = 65_536
_PLAIN = {"Accept", "Accept-Encoding", "Content-Type"}
"""Headers without secrets."""

log = logging.getLogger(__name__)


class Clock(Protocol):
    """Time, as an argument: tests pass one that never waits."""

    def now(self) -> dt.datetime:
        """The time of day, aware UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> dt.datetime:
        """The time of day, aware UTC."""
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass
class _Call:
    """One thing to ask for, over however many tries it takes."""

    method: str
    url: str
    source: str
    spacing: str | None
    headers: dict[str, str]
    body: bytes | None = None
    retry_after: float | None = None
    """Seconds that the last answer asked us to wait."""


class Web:
    """Sends requests, one at a time. Times are in seconds.

    `user_agent` should hold a URL where its sender can be reached. `delay` is kept from the end of a request to the
    start of the next with the same spacing key. `deadline` holds for one request: connection (10 s for each address at
    most; looking up a name is the system's), headers and body. `attempts` bounds the tries for one answer; `backoff` is
    the first wait when throttled, a tenth of it after other faults, doubled each time, with jitter. No wait ends later
    than `budget` after the start of the run: the error is raised instead. Tries of one source end with half of what was
    left of it when they began, or a service that dies slowly would cost the next one its turn.
    """

    def __init__(
        self,
        user_agent: str,
        clock: Clock | None = None,
        *,
        delay: float = 3.0,
        deadline: float = 60.0,
        attempts: int = 5,
        backoff: float = 30.0,
        budget: float = 20 * 60.0,
        max_bytes: int = 64 * 2**20,
    ) -> None:
        self.requests = 0
        """Requests sent so far, every try and every redirect counted."""
        self._clock = clock or SystemClock()
        self._delay = delay
        self._deadline = deadline
        self._attempts = attempts
        self._backoff = backoff
        self._budget = budget
        self._max_bytes = max_bytes
        self._end = self._clock.monotonic() + budget
        self._free: dict[str, float] = {}
        """Spacing key → when its next request may start."""
        self._patience: dict[str, float] = {}
        """Source → when the last wait for another try must have ended."""
        self._session = open_session(user_agent)
        self._sockets = Sockets()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def get(
        self,
        url: str,
        *,
        source: str,
        check: Check[T],
        spacing: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """What `check` makes of the answer.

        `source` names the asker in errors. `spacing` is the key of those who share a delay; None waits for nobody, but
        arXiv's own hosts always share `ARXIV`. Raises `SourceError`.
        """
        return self._ask(_Call("GET", url, source, spacing, {"Accept": "*/*"} | dict(headers or {})), check)

    def post_json(
        self,
        url: str,
        body: object,
        *,
        source: str,
        check: Check[T],
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """What `check` makes of the answer to `body`, sent as JSON. Raises `SourceError`.

        `headers` may hold secrets: no error and no log repeats them.
        """
        kinds = {"Accept": "application/json", "Content-Type": "application/json"}
        return self._ask(
            _Call("POST", url, source, None, kinds | dict(headers or {}), msgspec.json.encode(body)), check
        )

    def _ask(self, call: _Call, check: Check[T]) -> T:
        for name, value in call.headers.items():
            if not (value.isascii() and value.isprintable()):  # requests would quote the value in its complaint
                hint = "Was a key pasted with a line break, or with an invisible character?"
                raise Refused(f"The header {name} can't be sent.", source=call.source, hint=hint)
        now = self._clock.monotonic()
        self._patience.setdefault(call.source, now + (self._end - now) / 2)
        answer: T = Retrying(
            retry=retry_if_exception(_may_pass),
            wait=self._pause,
            stop=self._enough,
            sleep=self._clock.sleep,
            before_sleep=_tell,
            reraise=True,
        )(self._try, call, check)
        return answer

    def _try(self, call: _Call, check: Check[T]) -> T:
        call.retry_after = None
        response = self._follow(call)
        call.retry_after = retry_after(response.headers.get("Retry-After"), self._clock.now())
        secrets = [word for name, value in call.headers.items() if name not in _PLAIN for word in value.split()]
        error = objection(response, call.source, secrets)
        if error:
            raise error
        return check(response)

    def _pause(self, state: RetryCallState) -> float:
        call: _Call = state.args[0]
        if call.retry_after is not None:
            return call.retry_after
        first = self._backoff if isinstance(_error(state), Throttled) else self._backoff / 10
        return min((wait_exponential(first) + wait_random(0, first / 3))(state), _LONGEST_WAIT)

    def _enough(self, state: RetryCallState) -> bool:
        stubborn = isinstance(_error(state), Throttled | Unreachable)
        tries = self._attempts if stubborn else min(self._attempts, _FEW)
        call: _Call = state.args[0]
        left = self._patience[call.source] - self._clock.monotonic()
        return state.attempt_number >= tries or state.upcoming_sleep > min(left, _LONGEST_WAIT)

    def _follow(self, call: _Call) -> Response:
        url = call.url
        for _ in range(1 + _REDIRECTS):
            response = self._send(call, url)
            target = response.headers.get("Location")
            if response.status not in MOVED or target is None:
                return response
            there = redirected(url, target) if call.method == "GET" else None
            if there is None:
                message = f"{host(url)} redirects to where we don't follow: {target[:80]!r}"
                raise Refused(message, source=call.source, status=response.status)
            url = there
        raise Refused(f"{host(call.url)} redirects more than {_REDIRECTS} times.", source=call.source)

    def _send(self, call: _Call, url: str) -> Response:
        key = ARXIV if family(url) == "arxiv.org" else call.spacing
        self._space(key, call.source)
        self.requests += 1
        watchdog = Watchdog(self._deadline, self._sockets)
        try:
            with watchdog:
                response = self._exchange(call, url)
        except broken.ContentDecodingError:
            call.headers["Accept-Encoding"] = "identity"
            error: SourceError = Malformed(f"{host(url)} sent a body that can't be decompressed.", source=call.source)
        except (broken.ConnectionError, broken.Timeout, broken.ChunkedEncodingError, broken.InvalidHeader) as failure:
            error = Unreachable(f"{host(url)} gave no whole answer: {_reason(failure)}.", source=call.source)
        except (broken.RequestException, HTTPError) as failure:  # an address that is none, a proxy of an unknown kind
            error = Refused(f"{host(url)} can't be asked: {type(failure).__name__}.", source=call.source)
        else:
            if not watchdog.barked:
                return response
        finally:
            if key is not None:
                self._free[key] = self._clock.monotonic() + self._delay
        if watchdog.barked:
            error = Unreachable(f"{host(url)} gave no whole answer within {self._deadline:g} s.", source=call.source)
        raise error  # not from `failure`, whose text holds the whole URL

    def _exchange(self, call: _Call, url: str) -> Response:
        timeout = (min(_CONNECT, self._deadline), self._deadline)
        with self._session.request(
            call.method, url, data=call.body, headers=call.headers, timeout=timeout, allow_redirects=False, stream=True
        ) as incoming:
            content = self._read(incoming, call.source)
            return Response(url=url, status=incoming.status_code, headers=incoming.headers, content=content)

    def _read(self, incoming: Incoming, source: str) -> bytes:
        content = bytearray()
        for chunk in incoming.iter_content(_CHUNK):
            content += chunk
            if len(content) > self._max_bytes:
                message = f"{host(incoming.url)} sent more than {self._max_bytes:,} bytes."
                raise Malformed(message, source=source, status=incoming.status_code)
        return bytes(content)

    def _space(self, key: str | None, source: str) -> None:
        now = self._clock.monotonic()
        wait = self._free.get(key, now) - now if key is not None else 0.0
        if wait <= 0:
            return
        if now + wait > self._end:
            message = f"The {self._budget / 60:g} minutes that a run may spend on the network are used up."
            raise SourceError(message, source=source, hint="The next run goes on from here.")
        self._clock.sleep(wait)


def _may_pass(error: BaseException) -> bool:
    """Whether asking again could help."""
    if isinstance(error, Throttled | Malformed | Unreachable):
        return True
    return isinstance(error, SourceError) and (error.status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _tell(state: RetryCallState) -> None:
    log.info("%s Asking again in %.0f s.", _error(state), state.upcoming_sleep)


def _reason(failure: BaseException) -> str:
    """The innermost cause: what requests says of it holds the whole URL."""
    while (inner := failure.__cause__ or failure.__context__) is not None:
        failure = inner
    return (isinstance(failure, OSError) and failure.strerror) or str(failure) or type(failure).__name__
