"""A digest of awkward papers: what the gates look at, because what holds here holds on the site of any user."""

from __future__ import annotations

import datetime as dt

from digest.model import (
    Author,
    CodeLink,
    Digest,
    Entry,
    Failure,
    Mailing,
    Match,
    RunReport,
    SourceStatus,
    Status,
    Topic,
    TopicMatch,
    TopicStatus,
    Version,
)
from digest.outputs.feeds import Feeds
from digest.outputs.search import Search
from digest.outputs.site import Site
from tests.browser.conftest import BASE
from tests.factories import LISTED, SEEN, UTC, digest, entry, translation

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
HOSTILE = "</p><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}<!--|`$x<y$&amp;\u202e"
OLD = dt.date(2025, 3, 12)
"""A mailing before the window in which papers have pages of their own."""
TOPICS = (
    Topic(name="Avatar", filters=("talking head",), exclude=("talking-heads attention",), categories=("cs.CV",)),
    Topic(name="数字人", query='ti:"digital human"'),
    Topic(name="C++ & <b>Rust</b>", filters=("borrow checker",)),
    Topic(name="Nothing yet", filters=("phlogiston",)),
)


def _topic(name: str, *phrases: str, field: str = "title") -> TopicMatch:
    return TopicMatch(topic=name, evidence=tuple(Match(phrase=phrase, field=field) for phrase in phrases))


def papers() -> tuple[Entry, ...]:
    """A paper of each awkward kind, and enough plain ones for a second page of a day, a topic and a month."""
    second = (
        Version(version=1, updated=dt.datetime(2026, 10, 12, tzinfo=UTC), listed=dt.date(2026, 10, 14)),
        Version(version=2, updated=dt.datetime(2026, 11, 9, tzinfo=UTC), listed=LISTED),
    )
    before = {"listed": dt.date(2026, 10, 14), "published": dt.datetime(2026, 10, 12, tzinfo=UTC), "version": 2}
    old = {
        "listed": OLD,
        "published": dt.datetime(2025, 3, 10, tzinfo=UTC),
        "updated": dt.datetime(2025, 3, 10, tzinfo=UTC),
        "versions": (Version(version=1, listed=OLD),),
    }
    return (
        entry(
            code_links=(
                CodeLink(url="https://github.com/a/b", kind="code", found_by="abstract"),
                CodeLink(url=f"https://example.org/{LONG}", kind="project", found_by="comment"),
            ),
            comment="Accepted at SIGGRAPH Asia 2026. 12 pages, 7 figures",
            journal_ref="ACM Trans. Graph. 45(6), 2026",
            doi="10.1145/1234567",
            license="https://creativecommons.org/licenses/by/4.0/",
            topics=(
                _topic("Avatar", "talking head", "digital avatar"),
                _topic("数字人", "digital human", field="abstract"),
            ),
        ),
        entry("2611.90002", title=LONG, abstract=LONG * 4, comment=LONG, authors=(Author(name=LONG),)),
        entry(
            "2611.90003",
            title=HOSTILE,
            abstract=HOSTILE,
            comment=HOSTILE,
            journal_ref=HOSTILE,
            authors=(Author(name=HOSTILE),),
            categories=("cs.CV", HOSTILE),
            topics=(_topic("C++ & <b>Rust</b>", HOSTILE), _topic("Bygone", "gone")),
        ),
        entry("2611.90004", authors=tuple(Author(name=f"Author {number}") for number in range(301))),
        entry("2611.90005", withdrawn=True, comment="Withdrawn by the authors: Lemma 2 does not hold"),
        entry("2611.90006", version=3, title="A Translation That Is Out of Date"),
        entry(
            "2611.90007", abstract="", authors=(), categories=(), topics=(), versions=(), published=None, updated=None
        ),
        entry(
            "2611.90008",
            title="Loss $\\mathcal{L}_{\\theta}$ and $O(n^2)$ \\emph{Attention} in \\textbf{Bold} \\& more",
            abstract="Let $x \\in \\mathbb{R}^n$. With 5\\% noise, $\\frac{a}{b} \\leq \\sqrt{c}$; see \\url{https://example.org}.",
            authors=(Author(name='Bj\\"orn \\L ukasz'), Author(name="עדה לאבלייס"), Author(name="山田太郎")),
        ),
        entry("math/0309136", title="An Identifier with a Slash"),
        entry("2610.90001", title="An Older Paper, Revised", versions=second, **before),
        entry("2610.90002", title="Revised and Withdrawn", versions=second, withdrawn=True, **before),
        *(entry(f"2611.91{number:03}", title=f"One of a Hundred: {number}") for number in range(100)),
        *(entry(f"2503.1{number:04}", title=f"Of Last Year: {number}", **old) for number in range(101)),
    )


def awkward() -> Digest:
    """Papers of each awkward kind, routes that fail, and a newest mailing that brought nothing."""
    since = dt.datetime(2026, 11, 10, 6, tzinfo=UTC)
    rows = [
        translation(text="一张照片生成说话头：从单张图像（及音频）驱动“数字人”"),
        translation(field="abstract", text="我们用一张照片和一段音频驱动说话头。"),
        translation("2611.90005", text="一篇已撤稿的论文"),
        translation("2611.90006", text="一条过时的译文"),
        translation("2611.90006", field="abstract", text="这是第一版摘要的译文。"),
        translation("2503.10000", text="去年的论文"),
        translation("2503.10000", field="abstract", text="去年论文的摘要。"),
        *(translation(f"2611.91{number:03}", text=f"百篇之一：{number}") for number in range(0, 100, 3)),
    ]
    return digest(
        *papers(),
        translations=tuple(rows),
        topics=TOPICS,
        description="New arXiv papers on talking heads",
        status=Status(
            sources={
                "api": SourceStatus(reached=SEEN, complete=SEEN),
                "rss": SourceStatus(reached=SEEN, failing_since=since, message=f"HTTP 503 {LONG}"),
            },
            topics={
                **{topic.name: TopicStatus(definition="", answered=SEEN) for topic in TOPICS},
                "数字人": TopicStatus(definition="", answered=SEEN, cut=12, failing_since=since),
            },
            mailing=Mailing(day=LISTED + dt.timedelta(days=1), agreed=("api", "oai")),
            failures=(Failure(stage="translate", subject="2611.90003 title", message=HOSTILE, since=since),),
            last_run=RunReport(command="run", version="0", started=SEEN, finished=SEEN),
        ),
        paper_pages=150,
        site_url=f"https://someone.github.io{BASE}/",
    )


def built(of: Digest, language: str) -> dict[str, bytes]:
    """Every file of the site."""
    return Site(language=language).render(of) | Feeds(language=language).render(of) | Search().render(of)
