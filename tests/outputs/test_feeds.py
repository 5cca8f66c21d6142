"""The feeds as a feed reader meets them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import feedparser
import html5lib
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Author, Digest, Match, Topic, TopicMatch, Translation, Version
from digest.outputs.feeds import Feeds
from digest.outputs.richtext import TAGS
from digest.text import plain
from tests.factories import SEEN, UTC, digest, entry, translation

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "]]><script>alert(1)</script>\"'&amp;&#0;|`$x<y$\x00\x0b\x1b\ufffe\u202e"


def render(of: Digest, language: str = "en") -> dict[str, bytes]:
    return Feeds(language=language).render(of)


def read(feed: bytes) -> Any:
    parsed = feedparser.parse(feed)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def tree(feed: bytes) -> Element:
    root: Element = ElementTree.fromstring(feed)
    return root


def value(element: Element, path: str) -> str:
    found = element.find("/".join(f"{ATOM}{step}" for step in path.split("/")))
    assert found is not None, path
    return found.text or ""


def links(entry_or_feed: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(link["rel"], link.get("type", ""), link["href"]) for link in entry_or_feed.get("links", [])]


def bilingual_texts() -> tuple[Translation, ...]:
    return translation(), translation(field="abstract", text="我们驱动说话头。")


def bilingual() -> Digest:
    return digest(entry(), translations=bilingual_texts())


def test_there_is_one_feed_of_all_and_one_of_each_topic() -> None:
    files = render(digest(entry(), topics=(Topic(name="Avatar"), Topic(name="数字人"))))
    assert [path for path in files if path.endswith("feed.xml")] == [
        "_site/feed.xml",
        "_site/topics/avatar/feed.xml",
        "_site/topics/数字人/feed.xml",
    ]
    assert [len(read(feed).entries) for path, feed in files.items() if path.endswith("feed.xml")] == [1, 1, 0]
    assert read(files["_site/topics/avatar/feed.xml"]).feed.title == "Avatar papers, daily: Avatar"


def test_a_feed_says_what_it_is() -> None:
    feed = read(render(bilingual())["_site/feed.xml"]).feed
    assert feed.id == "https://someone.github.io/avatar-daily/feed.xml"
    assert (feed.title, feed.subtitle) == ("Avatar papers, daily", "New arXiv papers on talking heads")
    assert links(feed) == [
        ("self", "application/atom+xml", "https://someone.github.io/avatar-daily/feed.xml"),
        ("alternate", "text/html", "https://someone.github.io/avatar-daily/"),
    ]


def test_an_entry_says_what_the_paper_is() -> None:
    item = read(render(bilingual())["_site/feed.xml"]).entries[0]
    assert item.id == "oai:arXiv.org:2611.90001"
    assert item.title == "一张照片生成说话头"
    assert [author.name for author in item.authors] == ["Ada Lovelace", "Charles Babbage"]
    assert [(tag.term, tag.scheme) for tag in item.tags] == [
        ("cs.CV", "http://arxiv.org/schemas/atom"),
        ("cs.GR", "http://arxiv.org/schemas/atom"),
        ("Avatar", None),
    ]
    assert links(item) == [
        ("alternate", "text/html", "https://someone.github.io/avatar-daily/papers/2611.90001/"),
        ("related", "text/html", "https://arxiv.org/abs/2611.90001"),
        ("related", "application/pdf", "https://arxiv.org/pdf/2611.90001"),
    ]
    assert item.published == "2026-11-09T15:30:12Z"


def test_an_entry_holds_both_texts_each_with_its_language() -> None:
    content = read(render(bilingual())["_site/feed.xml"]).entries[0].content[0]
    assert content.type == "text/html"
    fragment = html5lib.parseFragment(content.value, namespaceHTMLElements=False)
    texts = {(each.get("lang"), each.text) for each in fragment.iter() if each.get("lang")}
    assert texts == {
        ("zh", "我们驱动说话头。"),
        ("en", "Talking Heads from One Photograph"),
        ("en", "We drive a talking head from a single photograph and an audio track."),
    }
    assert "Machine translation: OpenAI-compatible service, test-model" in content.value
    assert "matches “talking head” in the title" in content.value


def test_without_a_site_links_lead_to_arxiv_and_the_id_is_a_tag() -> None:
    feed = read(render(digest(entry(), site_url=None))["_site/feed.xml"])
    assert feed.feed.id == "tag:github.com,2026:someone/avatar-daily/feed.xml"
    assert links(feed.feed) == []
    assert links(feed.entries[0])[0] == ("alternate", "text/html", "https://arxiv.org/abs/2611.90001")


def test_without_a_repository_the_tag_is_made_of_the_title() -> None:
    feed = read(render(digest(site_url=None, repository=None, title="数字人 daily"))["_site/feed.xml"]).feed
    assert feed.id == "tag:arxiv-digest.invalid,2026:%E6%95%B0%E5%AD%97%E4%BA%BA%20daily/feed.xml"


# JSON, languages, OPML


def test_the_json_feed_says_the_same() -> None:
    made = json.loads(render(bilingual())["_site/feed.json"])
    item = made["items"][0]
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    assert made["feed_url"] == "https://someone.github.io/avatar-daily/feed.json"
    assert item["content_html"] == value(tree(render(bilingual())["_site/feed.xml"]), "entry/content")
    del item["content_html"]
    assert item == {
        "id": "oai:arXiv.org:2611.90001",
        "url": "https://someone.github.io/avatar-daily/papers/2611.90001/",
        "external_url": "https://arxiv.org/abs/2611.90001",
        "title": "一张照片生成说话头",
        "date_published": "2026-11-09T15:30:12Z",
        "date_modified": "2026-11-11T06:00:00Z",
        "authors": [{"name": "Ada Lovelace"}, {"name": "Charles Babbage"}],
        "tags": ["Avatar", "cs.CV", "cs.GR"],
        "language": "zh",
        "attachments": [{"url": "https://arxiv.org/pdf/2611.90001", "mime_type": "application/pdf"}],
    }


def test_without_a_site_json_leaves_addresses_out_and_there_is_no_opml() -> None:
    files = render(digest(entry(withdrawn=True), site_url=None, sample=True))
    made = json.loads(files["_site/feed.json"])
    assert made.keys() == {"version", "title", "description", "language", "items"}
    assert made["description"].startswith("Sample: every paper")
    assert made["items"][0]["url"] == "https://arxiv.org/abs/2611.90001"
    assert not made["items"][0].keys() & {"external_url", "attachments"}
    assert "_site/opml.xml" not in files


def test_the_feed_of_a_language_holds_each_text_once() -> None:
    files = render(digest(entry(), entry("2611.90002"), translations=bilingual_texts()))
    chinese, english = (read(files[f"_site/feeds/{language}.xml"]).entries for language in ("zh", "en"))
    assert [item.title for item in chinese] == ["Talking Heads from One Photograph", "一张照片生成说话头"]
    assert "not translated yet" in chinese[0].content[0].value
    assert "We drive" in chinese[0].content[0].value
    assert "我们驱动说话头。" in chinese[1].content[0].value
    assert "We drive" not in chinese[1].content[0].value
    assert {item.title for item in english} == {"Talking Heads from One Photograph"}
    assert not [item for item in english if "translat" in item.content[0].value or "我们" in item.content[0].value]
    assert json.loads(files["_site/feeds/en.json"])["language"] == "en"


def test_without_translation_there_are_no_feeds_of_languages() -> None:
    assert not [path for path in render(digest(entry(), languages=())) if "/feeds/" in path]


def test_opml_names_every_atom_feed() -> None:
    files = render(digest(entry(), topics=(Topic(name="Avatar"), Topic(name="数字人"))))
    outlines = tree(files["_site/opml.xml"]).findall("body/outline")
    paths = [
        unquote(outline.attrib["xmlUrl"]).removeprefix("https://someone.github.io/avatar-daily/")
        for outline in outlines
    ]
    assert [f"_site/{path}" for path in paths] == [
        path for path in files if path.endswith(".xml") and "opml" not in path
    ]
    assert outlines[2].attrib["text"] == "Avatar papers, daily: 数字人"


def test_formulas_are_text_because_readers_drop_mathml() -> None:
    content = read(render(digest(entry(abstract=r"In $n^2$ \emph{steps}, see https://a.org/b.")))["_site/feed.xml"])
    shown = content.entries[0].content[0].value
    assert "n²" in shown
    assert "<em>steps</em>" in shown
    assert '<a href="https://a.org/b" rel="nofollow">' in shown
    assert "<math" not in shown
    assert "<mark" not in shown


# When


def stamps(of: Digest) -> tuple[str, str]:
    root = tree(render(of)["_site/feed.xml"])
    return value(root, "updated"), value(root, "entry/updated")


def test_updated_is_the_last_thing_that_changed_and_never_now() -> None:
    listed = entry(listed=dt.date(2026, 11, 11), versions=())
    assert stamps(digest(listed)) == ("2026-11-11T00:00:00Z",) * 2
    translated = digest(listed, translations=(translation(translated=SEEN),))
    assert stamps(translated) == ("2026-11-11T06:00:00Z",) * 2
    later = dt.datetime(2026, 11, 12, 1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    assert stamps(digest(entry(updated=later, version=2))) == ("2026-11-12T06:02:03Z",) * 2
    again = entry(versions=(Version(version=1), Version(version=2, listed=dt.date(2026, 11, 20))))
    assert stamps(digest(again)) == ("2026-11-20T00:00:00Z",) * 2


def test_a_feed_does_not_change_with_the_day_of_the_run() -> None:
    for papers in ((), (entry(),)):
        assert render(digest(*papers, today=dt.date(2026, 11, 30))) == render(digest(*papers))


def test_an_empty_feed_is_valid() -> None:
    feed = read(render(digest())["_site/feed.xml"])
    assert feed.entries == []
    assert feed.feed.updated == "2000-01-01T00:00:00Z"


def test_a_paper_without_dates_or_authors_is_valid() -> None:
    item = read(
        render(digest(entry(published=None, updated=None, authors=(Author(name=" "),))))["_site/feed.xml"]
    ).entries[0]
    assert "published" not in item
    assert item.updated == "2026-11-11T00:00:00Z"


def test_the_newest_hundred_by_mailing_day_are_in_the_feed() -> None:
    old = [entry(f"2610.9{number:04}", listed=dt.date(2026, 10, 14), versions=()) for number in range(100)]
    again = entry(
        "2609.90001",
        listed=dt.date(2026, 9, 9),
        versions=(Version(version=1, listed=dt.date(2026, 9, 9)), Version(version=2, listed=dt.date(2026, 11, 20))),
    )
    ids = [item.id for item in read(render(digest(*old, entry(), again))["_site/feed.xml"]).entries]
    assert len(ids) == 100
    assert ids[:3] == [f"oai:arXiv.org:{arxiv_id}" for arxiv_id in ("2609.90001", "2611.90001", "2610.90099")]


def test_the_same_digest_gives_the_same_bytes() -> None:
    assert render(bilingual()) == render(bilingual())


def test_a_withdrawn_or_invented_paper_says_so() -> None:
    feed = read(render(digest(entry(withdrawn=True), sample=True))["_site/feed.xml"])
    assert "Sample: every paper in this feed is invented." in feed.feed.subtitle
    assert "invented" in feed.entries[0].content[0].value
    assert "withdrawn" in feed.entries[0].content[0].value
    assert "/pdf/" not in str(feed.entries[0])


# Hostile papers


def hostile(text: str) -> Digest:
    return digest(
        entry(
            title=f"A{text}",
            abstract=f"A{text}",
            comment=f"A{text}",
            authors=(Author(name=f"A{text}"),),
            categories=(f"A{text}",),
            topics=(TopicMatch(topic=f"A{text}", evidence=(Match(phrase=f"A{text}", field="title"),)),),
            published=dt.datetime(2026, 11, 9, tzinfo=UTC),
        ),
        translations=(translation(field="abstract", text=f"译{text}", model=f"A{text}"),),
        title=f"A{text}",
        description=f"A{text}",
        topics=(Topic(name=f"A{text}"),),
        repository=f"A{text}".encode(errors="ignore").decode(),
    )


def intact(text: str) -> None:
    files = render(hostile(text))
    for feed in (content for path, content in files.items() if path.endswith(".json")):
        assert json.loads(feed)["items"][0]["title"] == plain(f"A{text}")
    tree(files["_site/opml.xml"])
    for feed in (content for path, content in files.items() if path.endswith("feed.xml")):
        root = tree(feed)
        shown = plain(f"A{text}")
        assert value(root, "entry/title") == shown
        assert value(root, "entry/author/name") == shown
        fragment = html5lib.parseFragment(value(root, "entry/content"), namespaceHTMLElements=False)
        assert {each.tag for each in fragment.iter()} <= {
            "DOCUMENT_FRAGMENT",
            "p",
            "ul",
            "li",
            "a",
            "bdi",
            "small",
            "span",
            *TAGS,
        }
        if not re.search(r"[\\{}$~&`]|''|--|https?:", text):
            texts = {(each.get("lang"), "".join(each.itertext())) for each in fragment.iter() if each.get("lang")}
            assert texts == {("zh", plain(f"译{text}")), ("en", shown)}


def test_hostile_text_comes_back_intact() -> None:
    intact(HOSTILE)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_every_text_comes_back_intact(text: str) -> None:
    intact(text)


def test_three_thousand_authors_are_all_named() -> None:
    crowd = tuple(Author(name=f"Author {number}") for number in range(3000))
    root = tree(render(digest(entry(authors=crowd)))["_site/feed.xml"])
    assert len(root.findall(f"{ATOM}entry/{ATOM}author")) == 3000
