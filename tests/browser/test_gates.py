"""The gates of the site: nothing is published that a machine can see to be wrong, on any kind of page.

They need axe-core and the Nu Html Checker (`npm install` in this folder; the checker needs Java). Where these are
missing they are skipped, and say so; with `DIGEST_GATES=all`, as in CI, they fail instead.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from playwright.sync_api import Page

from tests.browser.awkward import awkward, built, papers
from tests.browser.conftest import Visitor
from tests.factories import SEEN, digest

Visit = Callable[..., Visitor]
Serve = Callable[[dict[str, bytes]], str]

MODULES = Path(__file__).parent / "node_modules"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AWKWARD = {
    "months/2026-11/",
    *(f"papers/{each}/" for each in ("2611.90002", "2611.90003", "2611.90004", "2611.90005", "2611.90008")),
}
"""Pages that are looked at beside one of each kind."""


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return built(awkward(), "en")


@pytest.fixture(scope="module")
def site(serve: Serve, files: dict[str, bytes]) -> str:
    return serve(files)


@pytest.fixture(scope="module")
def bare(serve: Serve) -> str:
    """A digest without any paper, in Chinese."""
    return serve(built(digest(), "zh"))


def pages(files: dict[str, bytes]) -> list[str]:
    """Paths of all pages, below the top of the site."""
    names = (path.removeprefix("_site/") for path in files if path.endswith(".html"))
    return sorted(name.removesuffix("index.html") for name in names)


def kinds(files: dict[str, bytes]) -> list[str]:
    """A page of each kind that the site has, whoever made it, its second page, and the awkward ones."""
    found: dict[str, str] = {}
    for path in pages(files):
        found.setdefault(re.sub(r"(?<=/)[^/]*[^/\d][^/]*/", "*/", path), path)
    return sorted({*found.values(), *AWKWARD})


def tool(name: str, *, needs: str | None = None) -> Path:
    """A file of a package of `package.json`; skips the test, or fails it in CI, when it isn't there."""
    path = MODULES / name
    missing = None if path.exists() else f"{name} is missing: npm install in tests/browser"
    if missing is None and needs is not None and shutil.which(needs) is None:
        missing = f"{needs} is not on the PATH: apt-get install default-jre-headless"
    if missing is not None:
        (pytest.fail if os.environ.get("DIGEST_GATES") == "all" else pytest.skip)(missing)
    return path


def unfold(page: Page) -> None:
    """Opens what is folded and shows both languages, so that nothing stays unseen."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    if page.locator("#voice-both").count():
        page.check("#voice-both")


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each rule and place."""
    found: dict[str, Any] = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(visit: Visit, site: str, files: dict[str, bytes], scheme: str, width: int) -> None:
    """WCAG 2.2 AA and axe's best practices. The page is overdue too: its banner is there."""
    axe = tool("axe-core/axe.min.js").read_text(encoding="utf-8")
    late = SEEN + dt.timedelta(days=30)
    visitor = visit(width=width, now=late, color_scheme=scheme, bypass_csp=True)
    found: dict[str, list[str]] = {}
    for path in kinds(files):
        page = visitor.open(site + path)
        unfold(page)
        page.evaluate(axe)
        if lines := violations(page):
            found[path] = lines
        page.close()
    assert found == {}


def test_axe_finds_nothing_where_there_is_no_paper(visit: Visit, bare: str) -> None:
    axe = tool("axe-core/axe.min.js").read_text(encoding="utf-8")
    visitor = visit(bypass_csp=True)
    for path in ("", "days/", "about/", "topics/avatar/"):
        page = visitor.open(bare + path)
        page.evaluate(axe)
        assert violations(page) == [], path


def test_the_nu_html_checker_finds_nothing(site: str, files: dict[str, bytes]) -> None:
    """On every page, warnings included. Over HTTP, because on a disk no policy allows a page its own style sheet."""
    jar = tool("vnu-jar/build/dist/vnu.jar", needs="java")
    addresses = [site + quote(path) for path in pages(files)]
    java = ["java", "-Xss64m", "-Dnu.validator.servlet.allow-forbidden-hosts=true", "-jar", str(jar)]
    command = [*java, "--format", "json", "--exit-zero-always"]
    checked = subprocess.run([*command, *addresses], check=True, capture_output=True, text=True)
    messages = json.loads(checked.stderr)["messages"]
    said = [f"{each.get('url')}:{each.get('lastLine')}: {each['message']}" for each in messages]
    # It guesses the language of a page from all of its text, and papers can be in any.
    assert [each for each in said if "appears to be written in" not in each] == []


# The rest needs the browser alone


def test_no_page_breaks_its_own_policy_or_asks_anybody_else(visit: Visit, site: str, files: dict[str, bytes]) -> None:
    visitor = visit()
    visitor.context.add_init_script(
        "addEventListener('securitypolicyviolation', ({violatedDirective}) => console.error(violatedDirective))"
    )
    for path in pages(files):
        page = visitor.open(site + path)
        unfold(page)
        policy = page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content") or ""
        assert policy.startswith("default-src 'none';"), path
        assert "unsafe" not in policy, path
        assert visitor.complaints == [], path
        page.close()
    assert [url for url in visitor.requests if not url.startswith((site, "data:"))] == []


class Walk:
    """All that a reader without JavaScript reaches by links from the home page."""

    def __init__(self, page: Page, site: str) -> None:
        self.ids: dict[str, set[str]] = {}
        self.links: set[tuple[str, str]] = set()
        self.read: dict[str, str] = {}
        waiting = [site]
        while waiting:
            address = waiting.pop()
            if address in self.read:
                continue
            answer = page.request.get(address)
            assert answer.ok, f"{address}: {answer.status}"
            self.read[address] = answer.text()
            if "html" in answer.headers["content-type"]:
                waiting += self._look(address, site)

    def _look(self, address: str, site: str) -> Iterator[str]:
        tree: Element = html5lib.parse(self.read[address], namespaceHTMLElements=False)
        self.ids[address] = {name for element in tree.iter() if (name := element.get("id"))}
        for element in tree.iter():
            target = element.get("href") or element.get("src")
            if target and element.tag in ("a", "link", "script", "img"):
                url = urljoin(address, target)
                if url.startswith(site):
                    self.links.add((address, url))
                    yield urldefrag(url).url


@pytest.fixture(scope="module")
def walk(browser: Any, site: str) -> Iterator[Walk]:
    context = browser.new_context(java_script_enabled=False)
    yield Walk(context.new_page(), site)
    context.close()


def test_every_link_and_fragment_leads_somewhere(walk: Walk) -> None:
    """`Walk` has asked for every file; here their fragments."""
    lost = [
        f"{page}: {url}"
        for page, url in walk.links
        if (fragment := unquote(urlsplit(url).fragment)) and fragment not in walk.ids[urldefrag(url).url]
    ]
    assert len(walk.links) > 1000
    assert lost == []


def test_without_script_every_page_feed_and_paper_is_reached(walk: Walk, site: str, files: dict[str, bytes]) -> None:
    reached = {unquote(url.removeprefix(site)) for url in walk.read}
    feeds = {name for path in files if (name := path.removeprefix("_site/")).endswith(("feed.xml", "feed.json"))}
    assert {*pages(files), *feeds} - {"404.html"} - reached == set()
    everywhere = {identifier for page in walk.ids.values() for identifier in page}
    assert {paper.arxiv_id for paper in papers()} - everywhere == set()


def test_without_script_every_abstract_can_be_read(visit: Visit, site: str) -> None:
    visitor = visit(java_script_enabled=False)
    for path, arxiv_id in (
        ("days/2026-11-11/2/", "2611.90001"),
        ("months/2025-03/", "2503.10100"),
        ("topics/avatar/2/", "2503.10100"),
    ):
        page = visitor.open(site + path)
        paper = page.locator(f"[id='{arxiv_id}']")
        if paper.locator("summary").count() == 0:  # in short: its title leads to where it lives
            paper.locator("h3 a").click()
            paper = page.locator(f"[id='{arxiv_id}']")
        paper.locator("summary").click()
        page.check("#voice-both")
        assert paper.get_by_text("We drive a talking head from a single photograph").is_visible()
        page.close()


def test_a_link_to_an_older_paper_opens_its_abstract(visit: Visit, site: str) -> None:
    page = visit().open(f"{site}months/2025-03/#2503.10100")
    assert page.locator("[id='2503.10100'] details").get_attribute("open") is not None
    assert page.locator("details[open]").count() == 1


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("path", "target"),
    [("months/2025-03/", "2503.10003"), ("days/2026-11-11/2/", "revised"), ("topics/avatar/", "2611.91030")],
)
def test_a_link_into_a_page_ends_at_its_target(visit: Visit, site: str, path: str, target: str, width: int) -> None:
    """What is loaded afterwards must not move the target away."""
    visitor = visit(width=width, bypass_csp=True)  # to look again, Playwright needs `eval`
    page = visitor.open(f"{site}{path}#{target}")
    page.wait_for_function("document.querySelector(':target')?.getBoundingClientRect().top < 200")
    box = page.locator(f"[id='{target}']").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 200


@pytest.mark.parametrize(
    ("path", "paper"), [("papers/2401.00001/", "2401.00001"), ("papers/hep-th/9901001/", "hep-th/9901001")]
)
def test_the_address_of_a_page_that_is_gone_still_leads_to_the_paper(
    visit: Visit, serve: Serve, files: dict[str, bytes], path: str, paper: str
) -> None:
    """As GitHub Pages does: 404.html answers at the address that was asked for."""
    page = visit().open(serve(files | {f"_site/{path}index.html": files["_site/404.html"]}) + path)
    link = page.get_by_role("link", name=f"arXiv:{paper}")
    assert link.get_attribute("href") == f"https://arxiv.org/abs/{paper}"
