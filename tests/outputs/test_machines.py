"""What the site holds for machines: the tags of a paper, lists for Zotero, the site map, and the cards beside links."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element

import html5lib
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digest.errors import RenderError
from digest.model import Author, Digest, Entry, Topic, TopicMatch
from digest.outputs import sitemap
from digest.outputs.cards import HEIGHT, NEWEST, WIDTH, Card, Painter
from digest.outputs.citations import context_of
from digest.outputs.citations.openurl import MOST_AUTHORS
from digest.outputs.site import Site
from digest.outputs.templating import environment
from digest.text import plain
from tests.factories import LISTED, digest, entry, translation

SITE = "https://someone.github.io/avatar-daily/"
NAMES = (
    Author(name="Jan van der Berg"),
    Author(name="The ATLAS Collaboration"),
    Author(name="山田太郎"),
    Author(name='Bj\\"orn Borg'),
)


def render(of: Digest, language: str = "en") -> dict[str, bytes]:
    return Site(language=language).render(of)


def parse(page: bytes) -> Element:
    tree: Element = html5lib.parse(page, namespaceHTMLElements=False)
    return tree


def metas(page: bytes) -> list[tuple[str, str]]:
    """Name or property of every meta tag, with its content."""
    found = [
        (tag.get("name") or tag.get("property") or "", tag.get("content") or "") for tag in parse(page).iter("meta")
    ]
    return [(name, content) for name, content in found if name]


# One paper, for Google Scholar and Zotero


def test_the_page_of_a_paper_has_the_tags_of_a_citation() -> None:
    paper = entry(authors=NAMES, doi="10.1145/1234567", title=r"Loss $\alpha$ & \emph{more}")
    page = render(digest(paper))["_site/papers/2611.90001/index.html"]
    assert [each for each in metas(page) if each[0].startswith("citation_")] == [
        ("citation_title", "Loss α & more"),
        ("citation_author", "van der Berg, Jan"),
        ("citation_author", "The ATLAS Collaboration"),
        ("citation_author", "山田太郎"),
        ("citation_author", "Borg, Björn"),
        ("citation_date", "2026/11/09"),
        ("citation_online_date", "2026/11/09"),
        ("citation_arxiv_id", "2611.90001"),
        ("citation_doi", "10.1145/1234567"),
        ("citation_abstract_html_url", "https://arxiv.org/abs/2611.90001"),
        ("citation_pdf_url", "https://arxiv.org/pdf/2611.90001"),
        ("citation_abstract", "We drive a talking head from a single photograph and an audio track."),
    ]


def test_what_is_not_known_of_a_paper_has_no_tag() -> None:
    page = render(digest(entry(published=None, withdrawn=True, abstract="")))["_site/papers/2611.90001/index.html"]
    names = {name for name, _ in metas(page) if name.startswith("citation_")}
    assert names == {"citation_title", "citation_author", "citation_arxiv_id", "citation_abstract_html_url"}


# Many papers, for Zotero


def spans(page: bytes) -> list[dict[str, list[str]]]:
    """Each context object of the page, read as Zotero does: key → values."""
    found = []
    for span in parse(page).iter("span"):
        if span.get("class") == "Z3988":
            facts: dict[str, list[str]] = {}
            for key, value in parse_qsl(span.get("title") or "", keep_blank_values=True, strict_parsing=True):
                facts.setdefault(key, []).append(value)
            found.append(facts)
    return found


def test_zotero_finds_every_paper_of_a_day() -> None:
    files = render(digest(entry(authors=NAMES, doi="10.1145/1234567"), entry("2611.90002")))
    for path in ("index.html", "days/2026-11-11/index.html", "topics/avatar/index.html"):
        first, second = sorted(spans(files[f"_site/{path}"]), key=lambda each: each["rft.identifier"])
        assert first == {
            "ctx_ver": ["Z39.88-2004"],
            "rft_val_fmt": ["info:ofi/fmt:kev:mtx:dc"],
            "rft.type": ["preprint"],
            "rft.title": ["Talking Heads from One Photograph"],
            "rft.creator": ["van der Berg, Jan", "山田太郎", "Borg, Björn"],
            "rft.aucorp": ["The ATLAS Collaboration"],
            "rft.date": ["2026-11-09"],
            "rft.identifier": ["https://arxiv.org/abs/2611.90001"],
            "rft_id": ["info:doi/10.1145/1234567"],
        }
        assert "rft_id" not in second


def test_the_page_of_a_paper_leaves_its_citation_to_its_tags() -> None:
    """A page with a span would offer the span, which holds less."""
    assert not spans(render(digest(entry()))["_site/papers/2611.90001/index.html"])


def test_no_list_of_authors_is_cut() -> None:
    authors = tuple(Author(name="Ada Lovelace") for _ in range(MOST_AUTHORS + 1))
    assert context_of(entry(authors=authors)) is None
    whole = context_of(entry(authors=authors[1:]))
    assert whole is not None
    assert whole.count("rft.creator=") == MOST_AUTHORS


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1))
def test_hostile_titles_come_back_from_a_span(text: str) -> None:
    title = f"A{text}"
    files = render(digest(entry(title=title), paper_pages=0, site_url=None))
    assert not spans(files["_site/index.html"])  # an older paper lives on the page of its month
    [facts] = spans(files["_site/months/2026-11/index.html"])
    assert facts["rft.title"] == [plain(title)]


# The site map


def locations(content: bytes) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(content).iter() if each.tag.endswith("}loc")]


def test_the_map_names_every_page() -> None:
    files = render(digest(entry(), topics=(Topic(name="数字人"),)))
    pages = {path.removeprefix("_site/").removesuffix("index.html") for path in files if path.endswith("index.html")}
    found = locations(files["_site/sitemap.xml"])
    assert {each.removeprefix(SITE) for each in found} == {
        path.replace("数字人", "%E6%95%B0%E5%AD%97%E4%BA%BA") for path in pages
    }
    assert len(found) == len(set(found))
    assert f"Sitemap: {SITE}sitemap.xml\n".encode() in files["_site/robots.txt"]


@pytest.mark.parametrize("changes", [{"site_url": None}, {"sample": True}])
def test_there_is_no_map_without_an_address_or_of_a_sample(changes: dict[str, Any]) -> None:
    files = render(digest(entry(), **changes))
    assert "_site/sitemap.xml" not in files
    assert b"Sitemap" not in files["_site/robots.txt"]


@pytest.mark.parametrize(("count", "names"), [(50_000, 1), (50_001, 3), (100_000, 3), (100_001, 4)])
def test_a_long_map_is_an_index_of_files(count: int, names: int) -> None:
    paths = [f"papers/{number}/" for number in range(count)]
    files = dict(sitemap.sitemaps(SITE, paths))
    assert len(files) == names
    if names > 1:
        assert locations(files["sitemap.xml"]) == [f"{SITE}{name}" for name in files if name != "sitemap.xml"]
    found = [
        each for name, content in files.items() if names == 1 or name != "sitemap.xml" for each in locations(content)
    ]
    assert found == [f"{SITE}{path}" for path in paths]
    assert max(len(content) for content in files.values()) < 50_000_000


# Cards


def days(count: int) -> tuple[Entry, ...]:
    return tuple(
        entry(f"2611.9{number:04}", listed=LISTED.fromordinal(LISTED.toordinal() - number)) for number in range(count)
    )


def test_each_recent_day_has_a_card_and_older_pages_share_one() -> None:
    files = render(digest(*days(NEWEST + 1)))
    cards = [path for path in files if path.endswith("card.png")]
    assert len(cards) == NEWEST + 1
    for path, card in (
        ("index.html", "days/2026-11-11/card.png"),
        ("days/2026-11-10/index.html", "days/2026-11-10/card.png"),
        (f"days/{min(each.listed for each in days(NEWEST + 1))}/index.html", "card.png"),
        ("topics/avatar/index.html", "card.png"),
        ("days/index.html", "card.png"),
    ):
        told = dict(metas(files[f"_site/{path}"]))
        assert told["og:image"] == f"{SITE}{card}"
        assert f"_site/{card}" in files
        assert told["og:url"] == SITE + path.removesuffix("index.html")


def test_a_card_says_in_words_what_it_shows() -> None:
    other = entry(
        "2611.90002", topics=(TopicMatch(topic="Avatar", evidence=()), TopicMatch(topic="数字人", evidence=()))
    )
    told = dict(metas(render(digest(entry(), other))["_site/index.html"]))
    assert told["og:image:alt"] == "Avatar papers, daily, Wednesday, 11 November 2026, 2 new papers, Avatar 2, 数字人 1"
    assert told["og:title"] == "Papers listed on Wednesday, 11 November 2026"
    assert told["og:description"] == "New arXiv papers on talking heads"
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")


def test_a_link_to_a_paper_opens_with_its_abstract() -> None:
    long = translation(field="abstract", text="长" * 300)
    told = dict(metas(render(digest(entry(), translations=(long,)))["_site/papers/2611.90001/index.html"]))
    assert told["og:description"] == told["description"] == "长" * 200 + "…"


def test_without_an_address_there_are_no_cards() -> None:
    files = render(digest(entry(), site_url=None))
    assert not [path for path in files if path.endswith(".png")]
    assert not [name for name, _ in metas(files["_site/index.html"]) if name.startswith("og:")]


def test_an_empty_digest_has_a_card() -> None:
    files = render(digest())
    assert dict(metas(files["_site/index.html"]))["og:image"] == f"{SITE}card.png"
    assert Image.open(io.BytesIO(files["_site/card.png"])).size == (WIDTH, HEIGHT)


CARD = Card(title="每日数字人", figure="11", above="Wednesday", heading="2026年11月", lines=("12 篇新论文",))


def painted(card: Card) -> Image.Image:
    return Image.open(io.BytesIO(Painter(environment()).paint(card))).convert("RGB")


def ink(card: Card) -> int:
    """Pixels that are not paper."""
    return sum(count for count, colour in painted(card).getcolors(1 << 20) or [] if colour != (253, 253, 251))


def test_a_card_is_small_and_the_same_every_time() -> None:
    made = Painter(environment()).paint(CARD)
    assert made == Painter(environment()).paint(CARD)
    assert len(made) < 20_000
    assert painted(CARD).size == (WIDTH, HEIGHT)


def test_every_line_is_on_the_card() -> None:
    empty = Card(title="", figure="", heading="")
    assert ink(empty) == 0
    for part in (
        {"figure": "11"},
        {"heading": "2026年"},
        {"above": "星期三"},
        {"lines": ("十二篇",)},
        {"title": "数字人"},
    ):
        assert ink(Card(**({"title": "", "figure": "", "heading": ""} | part))) > 500


def test_a_line_that_the_font_cannot_write_is_left_out_rather_than_boxed() -> None:
    assert ink(Card(title="", figure="", heading="한국어 논문")) == 0
    assert ink(Card(title="", figure="", heading="عربي")) == 0


@pytest.mark.parametrize("figure", ["1", "11", "365", "2026", "12,345", "1,234,567"])
def test_nothing_runs_over_the_edge(figure: str) -> None:
    image = painted(Card(title="W" * 200, figure=figure, heading="字" * 200, lines=("i" * 900, "长" * 90)))
    paper = (253, 253, 251)
    for left, right in ((0, 12), (WIDTH - 60, WIDTH)):
        assert image.crop((left, 0, right, HEIGHT)).getcolors() == [((right - left) * HEIGHT, paper)]


def test_a_font_of_the_users_own_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "card.woff2").write_bytes(b"no font")
    with pytest.raises(RenderError, match=r"fonts/card\.woff2"):
        Painter(environment(tmp_path)).paint(CARD)
