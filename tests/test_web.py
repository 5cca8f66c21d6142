from __future__ import annotations

import datetime as dt
import logging
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest

from digest.errors import Malformed, Refused, SourceError, Throttled, Unreachable
from digest.response import Response
from digest.web import SystemClock, Web
from tests.standins import http
from tests.standins.http import Clock, Fault, Reply, Request, Server

BODY = b"<feed/>" * 100
AGENT = "arxiv-digest/0.1.0 (+https://github.com/someone/avatar-daily)"


def right(request: Request) -> Reply:
    return Reply(BODY)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(right) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def web(clock: Clock) -> Iterator[Web]:
    with Web(AGENT, clock, deadline=20) as running:
        yield running


def content(response: Response) -> bytes:
    return response.content


def get(web: Web, server: Server, path: str = "/", spacing: str | None = None, **headers: str) -> bytes:
    return web.get(f"{server.origin}{path}", source="api", check=content, spacing=spacing, headers=headers)


def post(web: Web, server: Server, path: str = "/", **headers: str) -> bytes:
    return web.post_json(f"{server.origin}{path}", {"q": "é"}, source="openai", check=content, headers=headers)


# Politeness


def test_every_request_says_who_asks_and_what_it_accepts(web: Web, server: Server) -> None:
    get(web, server)
    headers = server.requests[0].headers
    assert headers["user-agent"] == AGENT
    assert headers["accept"] == "*/*"
    assert headers["accept-encoding"].startswith("gzip")


def test_a_caller_may_ask_for_a_kind_of_answer(web: Web, server: Server) -> None:
    get(web, server, **{"Accept": "application/rss+xml", "If-None-Match": '"abc"'})
    assert server.requests[0].headers["accept"] == "application/rss+xml"
    assert server.requests[0].headers["if-none-match"] == '"abc"'


def test_one_connection_serves_many_requests(web: Web, server: Server) -> None:
    assert [get(web, server) for _ in range(5)] == [BODY] * 5
    assert (server.connections, web.requests) == (1, 5)


def test_requests_of_one_key_keep_their_distance(web: Web, server: Server, clock: Clock) -> None:
    get(web, server, "/api", spacing="arxiv")
    get(web, server, "/rss", spacing="arxiv")
    clock.passed += 1
    get(web, server, "/oai", spacing="arxiv")
    clock.passed += 10
    get(web, server, "/api", spacing="arxiv")
    assert clock.slept == [3.0, 2.0]


def test_other_keys_and_none_wait_for_nobody(web: Web, server: Server, clock: Clock) -> None:
    get(web, server, spacing="arxiv")
    get(web, server, spacing="huggingface")
    get(web, server)
    get(web, server)
    assert clock.slept == []


def test_redirects_keep_the_distance_too(web: Web, server: Server, clock: Clock) -> None:
    server.faults = [Fault.redirect("/there")]
    assert get(web, server, spacing="arxiv") == BODY
    assert [each.target for each in server.requests] == ["/", "/there"]
    assert clock.slept == [3.0]


def test_the_system_clock_tells_utc_and_waits(server: Server) -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is dt.UTC
    with Web(AGENT, delay=0.05) as web:
        get(web, server, spacing="arxiv")
        get(web, server, spacing="arxiv")
    assert server.requests[1].at - server.requests[0].at >= 0.05


# Throttling


@pytest.mark.parametrize("status", [406, 429, 503])
def test_throttled_requests_are_repeated_after_half_a_minute(
    web: Web, server: Server, clock: Clock, status: int
) -> None:
    server.faults = [Fault.status(status, body=b"Rate exceeded.")] * 2
    assert get(web, server) == BODY
    assert 30 <= clock.slept[0] <= 40
    assert 60 <= clock.slept[1] <= 70


def test_who_is_throttled_for_good_gives_up(web: Web, server: Server, clock: Clock) -> None:
    server.faults = [Fault.status(429, body=b"Rate exceeded.")] * 9
    with pytest.raises(Throttled, match=r"127\.0\.0\.1 answered 429 \(Too Many Requests\): Rate exceeded\.") as caught:
        get(web, server)
    assert (caught.value.status, caught.value.source, len(server.requests)) == (429, "api", 5)
    assert [wait // 10 * 10 for wait in clock.slept] == [30, 60, 120, 240]


@pytest.mark.parametrize("status", [429, 503, 500])
def test_retry_after_in_seconds_is_honoured(web: Web, server: Server, clock: Clock, status: int) -> None:
    server.faults = [Fault.status(status, retry_after=7)]
    assert get(web, server) == BODY
    assert clock.slept == [7.0]


def test_retry_after_as_a_date_is_honoured(web: Web, server: Server, clock: Clock) -> None:
    date = format_datetime(clock.now() + dt.timedelta(seconds=90), usegmt=True)
    server.faults = [Fault.status(429, retry_after=date)]
    assert get(web, server) == BODY
    assert clock.slept == [90.0]


@pytest.mark.parametrize("value", ["0", "-3", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_retry_after_without_a_wait_leaves_it_to_us(web: Web, server: Server, clock: Clock, value: str) -> None:
    server.faults = [Fault.status(503, retry_after=value)]
    assert get(web, server) == BODY
    assert 30 <= clock.slept[0] <= 40


def test_who_asks_for_a_day_is_left_alone(web: Web, server: Server, clock: Clock) -> None:
    server.faults = [Fault.status(429, retry_after=86_400)]
    with pytest.raises(Throttled):
        get(web, server)
    assert (len(server.requests), clock.slept) == (1, [])


def test_a_check_can_call_an_answer_throttled(web: Web, server: Server, clock: Clock) -> None:
    def soft_limit(response: Response) -> bytes:
        if response.content == b"Rate exceeded.":
            raise Throttled("slow down", source="api")
        return response.content

    server.faults = [Fault.body(b"Rate exceeded.", "text/plain")]
    assert web.get(server.origin, source="api", check=soft_limit) == BODY
    assert 30 <= clock.slept[0] <= 40


# Refusals, broken servers, broken answers


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_final(web: Web, server: Server, clock: Clock, status: int) -> None:
    server.faults = [Fault.status(status, body=b"<h1>Access Denied</h1>")]
    with pytest.raises(Refused, match="Access Denied") as caught:
        get(web, server)
    assert (caught.value.status, len(server.requests), clock.slept) == (status, 1, [])


def test_a_broken_server_is_asked_a_few_times(web: Web, server: Server, clock: Clock) -> None:
    server.faults = [Fault.status(500)] * 9
    with pytest.raises(SourceError, match="answered 500") as caught:
        get(web, server)
    assert type(caught.value) is SourceError
    assert (caught.value.status, len(server.requests)) == (500, 3)
    assert sum(clock.slept) < 30


def test_a_broken_server_may_recover(web: Web, server: Server) -> None:
    server.faults = [Fault.status(500), Fault.status(502)]
    assert get(web, server) == BODY


def test_a_check_can_have_an_answer_asked_for_again(web: Web, server: Server) -> None:
    def whole(response: Response) -> bytes:
        if not response.content.endswith(BODY):
            raise Malformed("half", source="api")
        return response.content

    server.faults = [Fault.altered(lambda body: body[:50])] * 2
    assert web.get(server.origin, source="api", check=whole) == BODY
    server.faults = [Fault.altered(lambda body: body[:50])] * 9
    with pytest.raises(Malformed, match="half"):
        web.get(server.origin, source="api", check=whole)
    assert len(server.requests) == 6


def test_a_refusal_by_the_check_is_final(web: Web, server: Server) -> None:
    def never(response: Response) -> bytes:
        raise Refused("no", source="api")

    with pytest.raises(Refused):
        web.get(server.origin, source="api", check=never)
    assert len(server.requests) == 1


def test_a_bug_in_a_check_is_not_a_fault_of_the_network(web: Web, server: Server) -> None:
    def buggy(response: Response) -> bytes:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        web.get(server.origin, source="api", check=buggy)
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", [http.not_gzip, http.half_gzip], ids=["not_gzip", "half_gzip"])
def test_what_cannot_be_decompressed_is_asked_for_uncompressed(
    web: Web, server: Server, fault: Callable[[], Fault]
) -> None:
    def whole(response: Response) -> bytes:
        if response.content != BODY:  # half a stream may decompress to half a body: that is the check's to see
            raise Malformed("half", source="api")
        return response.content

    server.faults = [fault()]
    assert web.get(server.origin, source="api", check=whole) == BODY
    assert len(server.requests) == 2
    if fault is http.not_gzip:
        assert server.requests[1].headers["accept-encoding"] == "identity"


def test_what_can_never_be_decompressed_is_malformed(web: Web, server: Server) -> None:
    server.faults = [http.not_gzip()] * 9
    with pytest.raises(Malformed, match="can't be decompressed"):
        get(web, server)
    assert len(server.requests) == 3


def test_a_body_without_end_is_not_taken_in(clock: Clock) -> None:
    with Server(lambda request: Reply(b"x" * 5_000_000)) as server, Web(AGENT, clock, max_bytes=1_000_000) as web:
        with pytest.raises(Malformed, match="more than 1,000,000 bytes"):
            get(web, server)
        server.faults = [Fault.body(b"x" * 1_000_000)]
        assert len(get(web, server)) == 1_000_000


# Connections


BREAKS = [http.reset_before_headers, http.reset_in_body, http.fin_in_body, http.fin_in_chunk]


@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: fault.__name__)
def test_a_broken_connection_is_opened_again(
    web: Web, server: Server, clock: Clock, fault: Callable[[], Fault]
) -> None:
    server.faults = [fault(), fault()]
    assert get(web, server) == BODY
    assert len(server.requests) == 3
    assert 3 <= clock.slept[0] <= 4


@pytest.mark.parametrize("fault", BREAKS, ids=lambda fault: fault.__name__)
def test_a_connection_that_always_breaks_is_given_up(web: Web, server: Server, fault: Callable[[], Fault]) -> None:
    server.faults = [fault() for _ in range(9)]
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 gave no whole answer: ") as caught:
        get(web, server)
    assert len(server.requests) == 5
    assert caught.value.status is None


def test_nobody_listens(web: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/?key=secret"
    with pytest.raises(Unreachable, match="Connection refused") as caught:
        web.get(url, source="api", check=content)
    assert web.requests == 5
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_name_that_does_not_exist(web: Web) -> None:
    with pytest.raises(Unreachable, match=r"nowhere\.invalid gave no whole answer"):
        web.get("http://nowhere.invalid/", source="api", check=content)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "ftp://127.0.0.1/",
        "http://",
        "http://a..b/",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "http://a b/",
    ],
)
def test_an_address_that_is_none_is_refused(web: Web, url: str) -> None:
    with pytest.raises(SourceError):
        web.get(url, source="api", check=content)


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(web: Web, server: Server) -> None:
    def close_after(line: http.Line) -> bool:
        reply = line.right()
        line.sock.sendall(reply.head() + reply.body)
        return False

    server.faults = [Fault(close_after)]
    assert get(web, server) == get(web, server) == BODY


def test_closing_closes_the_connection(server: Server, clock: Clock) -> None:
    with Web(AGENT, clock) as web:
        get(web, server)
    get(web, server)  # usable again, over a new connection
    web.close()
    assert server.connections == 2


# Deadlines: a byte every tenth of a second never lets a timeout of half a second pass


STALLS = {
    "slow headers": http.slow_headers(0.1),
    "slow body": http.slow_body(0.1),
    "slow body without length": http.slow_body_without_length(0.1),
    "silence": http.silence(),
}


@pytest.mark.parametrize("fault", STALLS.values(), ids=STALLS)
def test_who_dawdles_is_cut_off(server: Server, clock: Clock, fault: Fault) -> None:
    server.faults = [fault] * 2
    began = time.monotonic()
    with Web(AGENT, clock, deadline=0.5, attempts=2) as web:
        with pytest.raises(Unreachable, match=r"gave no whole answer within 0\.5 s"):
            get(web, server)
        assert time.monotonic() - began < 30
        assert get(web, server) == BODY


def test_who_is_slow_within_the_deadline_is_waited_for(server: Server, web: Web) -> None:
    server.faults = [http.slow_body(0.0005)]
    assert get(web, server) == BODY


def test_a_connection_that_is_never_accepted_is_given_up(clock: Clock) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for each in (first, second):
            each.setblocking(False)
            with suppress(BlockingIOError):
                each.connect(full.getsockname())
        began = time.monotonic()
        with Web(AGENT, clock, deadline=0.5, attempts=1) as web, pytest.raises(Unreachable):
            web.get(f"http://127.0.0.1:{full.getsockname()[1]}/", source="api", check=content)
        assert time.monotonic() - began < 30


def test_a_tls_handshake_that_never_ends_is_given_up(server: Server, clock: Clock) -> None:
    with Web(AGENT, clock, deadline=0.5, attempts=1) as web, socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            web.get(f"https://127.0.0.1:{mute.getsockname()[1]}/", source="api", check=content)
        assert time.monotonic() - began < 30


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the TLS tests need the openssl command, to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    extra = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([openssl, *request, *extra], cwd=folder, check=True, capture_output=True)
    return folder


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path, clock: Clock) -> None:
    with tls_server(certificate) as server, Web(AGENT, clock, attempts=2) as web:
        with pytest.raises(Unreachable, match="certificate verify failed"):
            get(web, server)
        assert server.requests == []


@pytest.mark.parametrize("fault", STALLS.values(), ids=STALLS)
def test_who_dawdles_over_tls_is_cut_off(
    certificate: Path, clock: Clock, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "cert.pem"))
    began = time.monotonic()
    with tls_server(certificate) as server, Web(AGENT, clock, deadline=0.5, attempts=2) as web:
        assert get(web, server) == BODY
        server.faults = [fault] * 2
        with pytest.raises(Unreachable, match=r"gave no whole answer within 0\.5 s"):
            get(web, server)
        assert get(web, server) == BODY
    assert time.monotonic() - began < 30


def tls_server(folder: Path) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return Server(right, context=context)


# Redirects


def test_redirects_are_bounded(web: Web, server: Server) -> None:
    server.faults = [Fault.redirect("/again")] * 99
    with pytest.raises(Refused, match="redirects more than 5 times"):
        get(web, server)
    assert len(server.requests) == 6


def test_redirects_to_other_hosts_are_not_followed(web: Web, server: Server) -> None:
    server.faults = [Fault.redirect(server.origin.replace("127.0.0.1", "localhost"))]
    with pytest.raises(Refused, match="redirects to where we don't follow"):
        get(web, server)
    assert len(server.requests) == 1


def test_a_redirect_to_nowhere_is_an_answer_like_any_other(web: Web, server: Server) -> None:
    server.faults = [Fault.status(302)]
    with pytest.raises(Refused, match="answered 302"):
        get(web, server)


def test_what_is_posted_is_not_posted_elsewhere(web: Web, server: Server) -> None:
    server.faults = [Fault.redirect("/there", 307)]
    with pytest.raises(Refused, match="redirects to where we don't follow"):
        post(web, server)
    assert len(server.requests) == 1


# Budget


def test_tries_of_one_source_leave_half_of_the_budget_to_the_others(server: Server, clock: Clock) -> None:
    with Web(AGENT, clock, budget=240) as web:
        server.faults = [Fault.status(429)] * 9
        with pytest.raises(Throttled):
            get(web, server)
        assert len(clock.slept) == 2  # 30 and 60, but not 120
        assert clock.passed <= 120
        server.faults = [Fault.status(429)]
        assert web.get(server.origin, source="another", check=lambda response: response.status) == 200
    assert clock.passed <= 240


def test_the_budget_holds_over_all_requests(server: Server, clock: Clock) -> None:
    with Web(AGENT, clock, budget=7) as web:
        for _ in range(3):
            get(web, server, spacing="arxiv")
        with pytest.raises(SourceError, match="may spend on the network are used up") as caught:
            get(web, server, spacing="arxiv")
    assert caught.value.hint
    assert len(server.requests) == 3
    assert clock.passed <= 7


# Posting


def test_what_is_posted_is_json(web: Web, server: Server) -> None:
    assert post(web, server, Authorization="Bearer sk-1") == BODY
    request = server.requests[0]
    assert request.method == "POST"
    assert msgspec.json.decode(request.body) == {"q": "é"}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == "Bearer sk-1"


@pytest.mark.parametrize(
    "fault", [Fault.status(429), Fault.status(500), http.reset_in_body(), http.reset_before_headers()]
)
def test_what_was_posted_in_vain_is_posted_again(web: Web, server: Server, fault: Fault) -> None:
    server.faults = [fault]
    assert post(web, server) == BODY
    assert server.requests[0].body == server.requests[1].body


# Secrets


def test_no_error_and_no_log_tells_a_secret(web: Web, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults = [
        Fault.status(429, body=b"Slow down, sk-secret-key"),
        http.reset_in_body(),
        Fault.status(401, body=b"Incorrect API key provided: sk-secret-key"),
    ]
    with pytest.raises(Refused) as caught:
        post(web, server, Authorization="Bearer sk-secret-key")
    assert "Incorrect API key provided: ***" in str(caught.value)
    assert re.search(r"Asking again in (?:3\d|40) s", caplog.text)
    assert "sk-secret-key" not in caplog.text


@pytest.mark.parametrize(
    "value", ["sk-secret\n", "sk-secret\r\nX: y", " sk-secret\x00", "sk-ſecret", "sk-secret\u200b"]
)
def test_a_header_that_cannot_be_sent_is_named_but_not_shown(web: Web, server: Server, value: str) -> None:
    with pytest.raises(Refused, match="The header Authorization can't be sent") as caught:
        post(web, server, Authorization=f"Bearer {value}")
    assert "ecret" not in str(caught.value)
    assert caught.value.hint
    assert server.requests == []


def test_a_netrc_does_not_replace_what_the_caller_sends(
    web: Web, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    post(web, server, Authorization="Bearer sk-1")
    get(web, server)
    assert server.requests[0].headers["authorization"] == "Bearer sk-1"
    assert "authorization" not in server.requests[1].headers


def test_a_proxy_is_used_and_cut_off_like_anyone(server: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.origin)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.faults = [http.slow_headers(0.1)]
    with Web(AGENT, clock, deadline=0.5) as web:
        assert web.get("http://export.example/api", source="api", check=content) == BODY
    assert [each.target for each in server.requests] == ["http://export.example/api"] * 2
