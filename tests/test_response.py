from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import Refused, SourceError, Throttled
from digest.response import Response, family, host, is_loopback, objection, redirected, retry_after

NOW = dt.datetime(2026, 11, 11, 6, 0, tzinfo=dt.UTC)


def response(status: int, content: bytes = b"", content_type: str = "") -> Response:
    headers = {"Content-Type": content_type}
    return Response(url="https://export.arxiv.org/api/query?x=1", status=status, headers=headers, content=content)


@pytest.mark.parametrize("status", [200, 204, 304])
def test_nothing_is_wrong_with_a_success(status: int) -> None:
    assert objection(response(status), "api") is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, Refused) for status in (302, 400, 401, 403, 404, 410)),
        *((status, Throttled) for status in (406, 429, 503)),
        *((status, SourceError) for status in (500, 502, 504, 599)),
    ],
)
def test_every_other_status_is_one_kind_of_error_and_keeps_its_number(status: int, kind: type[SourceError]) -> None:
    error = objection(response(status), "api")
    assert type(error) is kind
    assert error is not None
    assert (error.status, error.source) == (status, "api")
    assert str(error).startswith(f"export.arxiv.org answered {status}")


def test_an_atom_error_feed_speaks_for_itself() -> None:
    body = b"<feed><entry><title>Error</title><summary>incorrect id format for &lt;abc&gt;</summary></entry></feed>"
    assert str(objection(response(400, body), "api")).endswith("(Bad Request): incorrect id format for <abc>")


def test_an_error_page_is_quoted_as_text_and_not_at_length() -> None:
    body = (
        b"<html><style>p { color: red }</style><script>alert(1)</script><h1>Access\nDenied</h1>\x1b[31m" + b"x" * 9000
    )
    message = str(objection(response(403, body), "api"))
    assert "): Access Denied [31mxxx" in message
    assert "alert" not in message
    assert "color" not in message
    assert len(message) < 300


def test_a_secret_that_the_server_repeats_is_not_repeated_by_us() -> None:
    error = objection(response(401, b'{"error": "Incorrect API key provided: sk-secret"}'), "openai", ["sk-secret"])
    assert "sk-secret" not in str(error)
    assert "Incorrect API key provided: ***" in str(error)


@given(st.binary(max_size=300), st.integers(100, 999))
def test_no_error_page_is_too_strange_to_be_reported_on_one_line(body: bytes, status: int) -> None:
    error = objection(response(status, body), "api")
    assert (error is None) == (200 <= status < 300 or status == 304)
    assert str(error).isprintable()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("86400", 86400.0),
        ("Wed, 11 Nov 2026 06:01:30 GMT", 90.0),
        ("Wed, 11 Nov 2026 06:01:30 -0000", 90.0),
        ("Wed, 11 Nov 2026 05:59:00 GMT", None),
        ("Wed, 11 Nov 0000 05:59:00 GMT", None),
        ("٧", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_makes_us_wait_less_than_no_time_or_fails(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds > 0


@pytest.mark.parametrize(
    ("url", "target", "there"),
    [
        ("http://export.arxiv.org/api", "https://export.arxiv.org/api", "https://export.arxiv.org/api"),
        ("https://export.arxiv.org/api/query", "/api/query2?a=1", "https://export.arxiv.org/api/query2?a=1"),
        ("https://export.arxiv.org/api", "https://arxiv.org/api", "https://arxiv.org/api"),
        ("https://arxiv.org/api", "https://rss.arxiv.org/api", "https://rss.arxiv.org/api"),
        ("https://export.arxiv.org/api", "http://export.arxiv.org/api", None),
        ("https://export.arxiv.org/api", "https://evil.example/api", None),
        ("https://export.arxiv.org/api", "https://export.arxiv.org.evil.example/", None),
        ("https://export.arxiv.org/api", "https://notarxiv.org/", None),
        ("https://export.arxiv.org/api", "//evil.example/api", None),
        ("https://export.arxiv.org/api", "file:///etc/passwd", None),
        ("https://export.arxiv.org/api", "javascript:alert(1)", None),
        ("https://export.arxiv.org/api", "http://[::1/", None),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:9000/", "http://127.0.0.1:9000/"),
        ("http://127.0.0.1:8000/", "http://localhost:8000/", None),
    ],
)
def test_redirects_stay_under_one_roof(url: str, target: str, there: str | None) -> None:
    assert redirected(url, target) == there


def test_all_hosts_of_arxiv_are_one_family() -> None:
    assert {family(f"https://{name}/x") for name in ("arxiv.org", "export.arxiv.org", "rss.arxiv.org")} == {"arxiv.org"}
    assert family("https://huggingface.co/x") == "huggingface.co"


def test_an_address_without_host_still_has_a_name_for_messages() -> None:
    assert host("nonsense") == "nonsense"
    assert host("http://[::1") == "http://[::1"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost/", "http://127.9.9.9/"])
def test_loopback_is_this_machine(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize("url", ["https://export.arxiv.org/", "http://127.0.0.1.example/", "http://10.0.0.1/", "", "x"])
def test_nothing_else_is_loopback(url: str) -> None:
    assert not is_loopback(url)


def test_content_type_is_bare() -> None:
    assert response(200, content_type="Text/HTML; charset=utf-8").content_type == "text/html"
    assert response(200).content_type == ""
