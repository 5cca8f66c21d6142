"""Everything that arXiv's servers and the wire are known to do wrong, each as bytes that a stand-in sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote, urlencode

from tests.scenarios.outcomes import Outcome
from tests.standins import arxiv, http, oai, rss
from tests.standins.http import Fault, Line
from tests.world import ROUTES, World, right

Build = Callable[[World], Fault]
Expected = Outcome | Mapping[str, Outcome]

_HTML = b"<!DOCTYPE html><html><head><title>arXiv</title></head><body><h1>Down for maintenance</h1></body></html>"
_RECORDS = {"api": b"entry", "rss": b"item", "oai": b"record"}
"""What stands for one paper on each route."""
_IDS = {
    "api": rb"<id>http[^<]*</id>",
    "rss": rb"<guid.*?</guid>",
    "oai": rb"(?<=Raw/\">)\s*<id>[^<]*</id>|<id>[^<]*</id>",
}
_TEXTS = {"api": b"summary", "rss": b"description", "oai": b"abstract"}


class Wire(NamedTuple):
    """A fault of the wire."""

    number: int
    """In the list of `docs/faults.md`."""
    name: str
    what: str
    """What comes instead of the right answer."""
    routes: Mapping[str, Build]
    takes: float = 0.5
    """Seconds by the world's clock for each request."""
    slow: bool = False
    """Whether only a deadline ends it."""
    after: int = 0
    """Requests that are answered right before it can happen."""
    once: Expected = "retried"
    """What becomes of a run in which it happens once."""
    always: Expected = "other route"
    """What becomes of a run in which it happens to every request."""

    def expected(self, route: str, times: int | None) -> Outcome:
        """What is to come of it on a route. After the last route, there is no other."""
        expected = self.always if times is None else self.once
        found = expected if isinstance(expected, str) else expected[route]
        return "next day, said so" if found == "other route" and route == ROUTES[-1] else found


def everywhere(fault: Fault) -> dict[str, Build]:
    return dict.fromkeys(ROUTES, lambda _: fault)


def each(make: Callable[[str], Fault]) -> dict[str, Build]:
    """A fault that looks different on each route."""

    def build(route: str, _: World) -> Fault:
        return make(route)

    return {route: partial(build, route) for route in ROUTES}


def throttled(retry_after: float | str | None = None) -> Fault:
    return Fault.status(429, b"Rate exceeded.", retry_after=retry_after, content_type="text/plain")


def without_accept(line: Line) -> bool:
    """406 for those who don't say what they accept."""
    return right(line) if line.request.headers.get("accept") else Fault.status(406).act(line)


def refusal(route: str, status: int) -> Fault:
    """arXiv's own words for a question that it can't read."""
    if route == "oai":
        return Fault.reply(oai.error("badArgument", "Set does not exist", {}))

    def act(line: Line) -> bool:
        if route == "api":
            reply = arxiv.error_feed("Invalid query string: '('", status=status)
        else:
            query = unquote(line.request.path).removeprefix("/rss/")
            reply = rss.error_feed(query, "Bad archive 'zz'.", dated=rss.NOW.date(), status=status)
        return Fault.reply(reply).act(line)

    return Fault(act)


def clipped(body: bytes) -> bytes:
    """Cut in the middle: the length is right, the XML is not."""
    return body[: len(body) // 2]


def emptied(route: str, body: bytes) -> bytes:
    """Without its papers, whatever its totals say."""
    name = _RECORDS[route]
    return re.sub(rb"\s*<%b>.*</%b>" % (name, name), b"", body, flags=re.DOTALL)


def false_empty(route: str) -> Fault:
    """Nothing found, said in the best of forms."""

    def nothing(body: bytes) -> bytes:
        return re.sub(rb"(<opensearch:totalResults>)\d+", rb"\g<1>0", emptied(route, body))

    if route == "oai":
        return Fault(lambda line: Fault.reply(oai.error("noRecordsMatch", "", line.request.query)).act(line))
    return Fault.altered(nothing)


def declared(doctype: bytes) -> Fault:
    return Fault.altered(lambda body: body.replace(b"?>\n", b"?>\n" + doctype, 1))


def spoiled(route: str, pattern: bytes, replacement: bytes) -> Fault:
    """The right answer with something else in its first paper."""
    opening = b"<%b>" % _RECORDS[route]

    def change(body: bytes) -> bytes:
        start = body.find(opening)
        rest = re.sub(pattern, replacement, body[start:], count=1, flags=re.DOTALL)
        return body if start < 0 else body[:start] + rest

    return Fault.altered(change)


def without(route: str, name: bytes) -> Fault:
    """The first paper lacks an element."""
    return spoiled(route, rb"<%b[ >].*?</%b>" % (name, name), b"")


def dated(route: str, date: bytes) -> Fault:
    """A date of the first paper can't be one."""
    pattern = {"api": rb"<published>[^<]*", "rss": rb"<pubDate>[^<]*", "oai": rb"<date>[^<]*"}[route]
    return spoiled(route, pattern, pattern[: pattern.index(b">") + 1] + date)


def totals(change: Callable[[int], int]) -> Fault:
    """Another number of results than there are."""
    pattern = rb"(?<=<opensearch:totalResults>)\d+"
    return Fault.altered(lambda body: re.sub(pattern, lambda found: b"%d" % change(int(found[0])), body))


def varying() -> Build:
    """A number of results that goes up and down."""

    def build(_: World) -> Fault:
        numbers = iter([10, -1] * 99)

        def act(line: Line) -> bool:
            step = next(numbers)
            return totals(lambda total: total + step).act(line)

        return Fault(act)

    return build


def short(body: bytes) -> bytes:
    """The last paper of the page is missing, though it isn't the last page."""
    papers = body.split(b"  <entry>")
    if len(papers) < 3:
        return body
    return b"  <entry>".join(papers[:-1]) + b"</feed>\n"


def shifted(route: str) -> Build:
    """Pages after the first begin one paper too early, as when another paper has come in meanwhile."""

    def build(world: World) -> Fault:
        def act(line: Line) -> bool:
            asked = line.request.query
            if route == "api" and int(asked["start"]):
                reply = world.api.reply(line.request._replace(target=_page(asked, int(asked["start"]) - 1)))
                begin = b"startIndex>%b<" % asked["start"].encode()
                return Fault.reply(reply._replace(body=re.sub(rb"startIndex>\d+<", begin, reply.body))).act(line)
            if route == "oai" and "resumptionToken" in asked:
                meant, skip = oai.read_token(asked["resumptionToken"])
                token = oai.write_token(meant, max(0, skip - 1))
                query = urlencode({"verb": "ListRecords", "resumptionToken": token})
                return Fault.reply(world.oai.reply(line.request._replace(target=f"/oai?{query}"))).act(line)
            return right(line)

        return Fault(act)

    return build


def _page(asked: Mapping[str, str], start: int) -> str:
    return f"/api/query?{urlencode({**asked, 'start': start})}"


def stale(world: World) -> Fault:
    """The mailing before, under today's date."""

    def act(line: Line) -> bool:
        world.rss.now = world.clock.now()
        return world.rss.instead(of=rss.mailing_before(world.rss.today)).act(line)

    return Fault(act)


def old_feed(world: World) -> Fault:
    """The feed of the day before, date and all."""

    def act(line: Line) -> bool:
        world.rss.now = world.clock.now()
        before = rss.mailing_before(world.rss.today)
        return world.rss.instead(of=before, dated=before).act(line)

    return Fault(act)


def wrong_token(_: World) -> Fault:
    """The token has expired; what is asked without one is answered."""

    def act(line: Line) -> bool:
        return oai.expired().act(line) if "resumptionToken" in line.request.query else right(line)

    return Fault(act)


def circle(_: World) -> Fault:
    """Every page names the second one as the next."""

    def act(line: Line) -> bool:
        found = re.search(rb"<resumptionToken[^>]*>([^<]+)<", line.right().body)
        asked = line.request.query.get("resumptionToken")
        token = asked or (found[1].decode() if found else None)
        return oai.same_token(token.replace("&", "&amp;")).act(line) if token else right(line)

    return Fault(act)


WIRE: tuple[Wire, ...] = (
    Wire(1, "429 bare", "429, `Rate exceeded.`", everywhere(throttled()), takes=30),
    Wire(2, "429 with Retry-After: 7", "seconds", everywhere(throttled(retry_after=7))),
    Wire(
        2,
        "429 with Retry-After, a date",
        "an HTTP date",
        everywhere(throttled(retry_after="Wed, 11 Nov 2026 06:19:00 GMT")),
    ),
    Wire(2, "429 with Retry-After: 0", "no wait", everywhere(throttled(retry_after=0))),
    Wire(2, "429 with Retry-After: -5", "a wait into the past", everywhere(throttled(retry_after=-5))),
    Wire(2, "429 with Retry-After: soon", "neither", everywhere(throttled(retry_after="soon"))),
    Wire(2, "429 with Retry-After: 86400", "a day", everywhere(throttled(retry_after=86_400)), once="other route"),
    Wire(3, "406", "406, no body", everywhere(Fault.status(406))),
    Wire(
        4,
        "406 without Accept",
        "406 for who sends no `Accept`",
        everywhere(Fault(without_accept)),
        once="harmless",
        always="harmless",
    ),
    Wire(5, "soft limit", "200, `Rate exceeded.`", everywhere(Fault.body(b"Rate exceeded.", "text/plain"))),
    Wire(
        6,
        "503",
        "503 after a minute, `first byte timeout`, `Retry-After: 0`",
        everywhere(Fault.status(503, b"<h1>first byte timeout</h1>", retry_after=0)),
        takes=55,
    ),
    Wire(
        7,
        "403 denied",
        "403, `Access Denied`",
        everywhere(Fault.status(403, b"<h1>Access Denied</h1>")),
        once="other route",
    ),
    Wire(8, "400 bad query", "400, an error feed; OAI: 200, `badArgument`", each(partial(refusal, status=400))),
    Wire(
        9,
        "error feed with 200",
        "200, an entry that is no paper",
        {route: build for route, build in each(partial(refusal, status=200)).items() if route != "oai"},
    ),
    Wire(10, "500", "500, a web page", everywhere(Fault.status(500, _HTML))),
    Wire(
        10,
        "500 as an error feed",
        "500, an error feed",
        {"api": lambda _: Fault.reply(arxiv.error_feed("internal error", status=500))},
    ),
    Wire(11, "HTML with 200", "200, a maintenance page", everywhere(Fault.body(_HTML, "text/html; charset=utf-8"))),
    Wire(12, "empty body", "200, `Content-Length: 0`", everywhere(Fault.body(b""))),
    Wire(
        13,
        "false empty",
        "a valid answer with nothing in it",
        each(false_empty),
        once={"api": "retried", "rss": "other route", "oai": "other route"},
    ),
    Wire(
        14,
        "empty page, total above 0",
        "no entry, though some are announced",
        {"api": lambda _: Fault.altered(partial(emptied, "api"))},
    ),
    Wire(
        15,
        "short page",
        "fewer than asked for, not the last",
        {"api": lambda _: Fault.altered(short)},
        once="harmless",
        always="retried",
    ),
    Wire(
        16,
        "total changes between pages",
        "10 more, 1 fewer, by turns",
        {"api": varying()},
        once="retried",
        always="retried",
    ),
    Wire(
        17,
        "duplicates across pages",
        "the last paper of a page comes first on the next",
        {"api": shifted("api"), "oai": shifted("oai")},
        after=1,
        once={"api": "harmless", "oai": "retried"},
        always={"api": "harmless", "oai": "retried"},
    ),
    Wire(
        18,
        "start beyond the window",
        "30,000 results announced",
        {"api": lambda _: totals(lambda _: 30_000)},
        once="retried",
        always="retried",
    ),
    Wire(19, "connection cut", "RST before an answer", everywhere(http.reset_before_headers())),
    Wire(20, "RST in the body", "half a body, RST", everywhere(http.reset_in_body())),
    Wire(21, "FIN in the body", "half a body, FIN", everywhere(http.fin_in_body())),
    Wire(21, "FIN in a chunk", "half a chunk, FIN", everywhere(http.fin_in_chunk())),
    Wire(21, "FIN without a length", "half a body that nothing says is half", everywhere(http.fin_without_length())),
    Wire(22, "truncated XML", "half a document, the length right", everywhere(Fault.altered(clipped))),
    Wire(23, "slow headers", "a byte now and then", everywhere(http.slow_headers(0.2)), takes=60, slow=True),
    Wire(23, "slow body", "headers, then a byte now and then", everywhere(http.slow_body(0.2)), takes=60, slow=True),
    Wire(
        23,
        "slow body without a length",
        "cutting it off looks like its end",
        everywhere(http.slow_body_without_length(0.2)),
        takes=60,
        slow=True,
    ),
    Wire(23, "silence", "nothing at all", everywhere(http.silence()), takes=60, slow=True),
    Wire(24, "bad gzip", "a plain body called gzip", everywhere(http.not_gzip())),
    Wire(24, "half a gzip", "half of it, the length right", everywhere(http.half_gzip())),
    Wire(
        25,
        "wrong encoding",
        "Latin-1 that is called UTF-8",
        each(lambda route: spoiled(route, rb"</title>", b"\xe9</title>")),
    ),
    Wire(
        25,
        "UTF-16",
        "UTF-16 that is called UTF-8",
        everywhere(Fault.altered(lambda body: body.decode().encode("utf-16"))),
    ),
    Wire(
        25,
        "byte order mark",
        "EF BB BF",
        everywhere(Fault.altered(lambda body: b"\xef\xbb\xbf" + body)),
        once="harmless",
        always="harmless",
    ),
    Wire(
        26,
        "control characters",
        "U+0001 and `&#x1;` in a title",
        each(lambda route: spoiled(route, rb"</title>", b"\x01&#x1;</title>")),
        once="partial, said so",
        always="partial, said so",
    ),
    Wire(27, "DOCTYPE", "a document type", everywhere(declared(b"<!DOCTYPE feed>\n"))),
    Wire(
        27,
        "entities",
        "an entity that is a file",
        everywhere(declared(b'<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n')),
    ),
    Wire(
        28, "redirect to another host", "301", everywhere(Fault.redirect("http://arxiv.example/")), once="other route"
    ),
    Wire(
        28,
        "redirect in a circle",
        "301 to itself",
        everywhere(Fault(lambda line: Fault.redirect(line.request.target).act(line))),
    ),
    Wire(
        29,
        "no text",
        "a paper without abstract",
        each(lambda route: without(route, _TEXTS[route])),
        once="partial, said so",
        always="partial, said so",
    ),
    Wire(
        29,
        "no id",
        "a paper without id",
        each(lambda route: spoiled(route, _IDS[route], b"")),
        once="partial, said so",
        always="partial, said so",
    ),
    Wire(
        29,
        "blank title",
        "a paper without title",
        each(lambda route: spoiled(route, rb"<title>[^<]*", b"<title> ")),
        once="partial, said so",
        always="partial, said so",
    ),
    Wire(
        29,
        "no authors",
        "a paper of nobody",
        {"api": lambda _: spoiled("api", rb"(?:<author>.*?</author>\s*)+", b"")},
        once="harmless",
        always="harmless",
    ),
    Wire(
        30,
        "bad date",
        "`not a date`",
        each(lambda route: dated(route, b"not a date")),
        once={"api": "partial, said so", "rss": "harmless", "oai": "partial, said so"},
        always={"api": "partial, said so", "rss": "harmless", "oai": "partial, said so"},
    ),
    Wire(
        30,
        "year 1",
        "a date before all papers",
        each(lambda route: dated(route, b"0001-01-01T00:00:00Z")),
        once={"api": "partial, said so", "rss": "harmless", "oai": "partial, said so"},
        always={"api": "partial, said so", "rss": "harmless", "oai": "partial, said so"},
    ),
    Wire(
        31,
        "long data",
        "an abstract of 1.1 million characters",
        each(lambda route: spoiled(route, rb"</%b>" % _TEXTS[route], b"x" * 1_100_000 + b"</%b>" % _TEXTS[route])),
        once="partial, said so",
        always="partial, said so",
    ),
    Wire(40, "RSS stale", "the mailing before, dated today", {"rss": stale}, once="other route"),
    Wire(40, "RSS of yesterday", "the feed of the mailing before", {"rss": old_feed}, once="other route"),
    Wire(41, "RSS 304 unasked", "304, though no ETag was sent", {"rss": lambda _: Fault.status(304)}),
    Wire(43, "OAI token expired", "200, `badResumptionToken`", {"oai": wrong_token}, after=1),
    Wire(44, "OAI goes in circles", "the same token again", {"oai": circle}, after=1, once="other route"),
)
"""In the order of the list."""
