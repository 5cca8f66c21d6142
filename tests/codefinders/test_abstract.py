"""Links to code, as authors write them."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.codefinders import FINDERS
from digest.codefinders.abstract import InText
from digest.model import CodeLink
from digest.ports import CodeFinder, load
from tests.factories import paper

DATA = Path(__file__).parents[2] / "../shared/data"


def links(abstract: str, comment: str | None = None) -> list[tuple[str, str]]:
    return [(link.kind, link.url) for link in InText().find(paper(abstract=abstract, comment=comment))]


def test_it_is_a_code_finder_known_by_name() -> None:
    finder: CodeFinder = load("abstract", FINDERS, "code finder")()
    assert finder.name == "abstract"


CODE = "https://github.com/Hanbo-Cheng/DAWN-pytorch"


@pytest.mark.parametrize(
    "text",
    [
        "Code: https://github.com/Hanbo-Cheng/DAWN-pytorch",
        "Code is at https://github.com/Hanbo-Cheng/DAWN-pytorch.",
        "(see https://github.com/Hanbo-Cheng/DAWN-pytorch).",
        "see [https://github.com/Hanbo-Cheng/DAWN-pytorch], and more",
        'at "https://github.com/Hanbo-Cheng/DAWN-pytorch";',
        "at <https://github.com/Hanbo-Cheng/DAWN-pytorch>!",
        "https://github.com/Hanbo-Cheng/DAWN-pytorch/",
        "https://github.com/Hanbo-Cheng/DAWN-pytorch.git",
        "https://github.com/Hanbo-Cheng/DAWN-pytorch.git.",
        "https://github.com//Hanbo-Cheng/DAWN-pytorch",
        "http://www.github.com/Hanbo-Cheng/DAWN-pytorch",
        "HTTPS://GitHub.com/Hanbo-Cheng/DAWN-pytorch",
        "github.com/Hanbo-Cheng/DAWN-pytorch",
        "https://github.com/Hanbo-Cheng/DAWN-pytorch#readme",
        "https://github.com/Hanbo-Cheng/DAWN-pytorch?tab=readme-ov-file\\#usage",
        "released athttps://github.com/Hanbo-Cheng/DAWN-pytorch",
        r"\url{https://github.com/Hanbo-Cheng/DAWN-pytorch}",
        r"\url{github.com/Hanbo-Cheng/DAWN-pytorch}",
        r"\href{https://github.com/Hanbo-Cheng/DAWN-pytorch}{this https URL}",
        r"$\href{https://github.com/Hanbo-Cheng/DAWN-pytorch}{https://github.com/Hanbo-Cheng/DAWN-pytorch}$",
        r"\footnote{\texttt{https://github.com/Hanbo-Cheng/DAWN-pytorch}}",
        "[code](https://github.com/Hanbo-Cheng/DAWN-pytorch)",
        "https: //github.com/Hanbo-Cheng/DAWN-pytorch",
        "https:// github.com/Hanbo-Cheng/DAWN-pytorch",
        "https://github.com/ Hanbo-Cheng/DAWN-pytorch",
        "https://github.com/Hanbo-Cheng/ DAWN-pytorch.",
        "https://github.com/Hanbo-Cheng/DAWN- pytorch",
        "https://github.com/Hanbo-Cheng/DAWN-\npytorch",
        "https://github.com/Hanbo‑Cheng/DAWN–pytorch",
        "https：//github.com/Hanbo-Cheng/DAWN-pytorch",
        "代码见https://github.com/Hanbo-Cheng/DAWN-pytorch，欢迎使用",
        "https://github.com/Hanbo-Cheng/DAWN-pytorch,https://github.com/hanbo-cheng/dawn-pytorch/",
    ],
)
def test_one_repository_however_it_is_written(text: str) -> None:
    assert links(text) == [("code", CODE)]


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/a/next.js",
        "https://github.com/a/digit",  # no letter is taken for a part of .git
        "https://github.com/a/b_c",
        "https://github.com/a/b/tree/main/c%20d",
        "https://gist.github.com/a/0123456789abcdef",
        "https://gitlab.com/group/sub/name",
        "https://gitlab.inria.fr/a/b",
        "https://bitbucket.org/a/b",
        "https://codeberg.org/a/b",
        "https://huggingface.co/a/b-7B",
        "https://huggingface.co/datasets/a/b",
        "https://huggingface.co/spaces/a/b",
        "https://huggingface.co/collections/a/b-0123",
        "https://zenodo.org/records/7326540",
        "https://doi.org/10.5281/zenodo.1234567",
        "https://osf.io/5aupt",
        "https://anonymous.4open.science/r/SPEAK-8A22",
        "https://sourceforge.net/projects/flexdm",
        "https://sammate.sourceforge.net",
    ],
)
def test_places_for_code(url: str) -> None:
    assert links(f"It is at {url}.") == [("code", url)]
    assert links("", f"Code: {url}, 12 pages") == [("code", url)]
    assert links(f"It is at {url.removeprefix('https://')} .") == [("code", url)]
    assert links(r"\url{" + url.replace("_", r"\_").replace("%", r"\%") + "}") == [("code", url)]


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com",
        "https://github.com/org",
        "https://github.com/org/ soon.",
        "https://github.com/topics/slam",
        "https://github.com/orgs/a/repositories",
        "https://github.com/xxx/Awesome-Talking-Heads",
        "https://github.com/xxx/awesome_avatars",
        "https://huggingface.co/org",
        "https://huggingface.co/papers/2411.09268",
        "https://huggingface.co/datasets/a",
        "https://arxiv.org/abs/2411.09268",
        "https://doi.org/10.1038/418838a",
        "https://www.imstat.org/aap/",
        "https://youtu.be/r5AqfxTDfLA",
        "hosted by sourceforge.net (Project Unix Name: x)",
        "Pre-registered on OSF (https://osf.io/2kvsp)",
        "javascript:alert(1)//github.com/a/b",
        "ftp://github.com/a/b",
        "https://github.com.evil.org/a/b",
        "https://github.com@evil.org/a/b",
        "https://user:secret@github.com/a/b",
        "https://notgithub.com/a/b",
        "mail me@github.com/a/b",
        "e.g. and i.e. and 3.5",
    ],
)
def test_no_code(text: str) -> None:
    assert links(text) == []


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://junleen.github.io/projects/posetalk.", "https://junleen.github.io/projects/posetalk"),
        ("See multi-talk.github.io/.", "https://multi-talk.github.io"),
        ("http://a.gitlab.io/b/", "https://a.gitlab.io/b"),
        ("Project page: https://sqwu.top/Any2Cap/.", "https://sqwu.top/Any2Cap/"),
        ("The project website is available at http://gibsonenv.vision/ .", "http://gibsonenv.vision/"),
        ("Website: https://rgbench.org:8080/x", "https://rgbench.org:8080/x"),
        ("10 pages; project page (https://x.org/a_(b))", "https://x.org/a_(b)"),
        (r"See the \href{https://www.x.org/y}{project page}.", "https://www.x.org/y"),
        ("Project page at https://x.edu/ ~ada/talk", "https://x.edu/~ada/talk"),
        (r"Project page: \url{https://x.edu/\~{}ada}", "https://x.edu/~ada"),
        ("Project page: https://github.com/org", "https://github.com/org"),
    ],
)
def test_project_pages(text: str, url: str) -> None:
    assert links(text) == [("project", url)]


@pytest.mark.parametrize(
    "text",
    [
        "We use the corpus of https://www.uspto.gov daily.",
        "available on the author's website, https://masayukisawada.com",
        "Website of the workshop: https://www12.cs.fau.de/ws/his2015/",
        "Project page. Later work (https://other.org) is better",
        "Project page: https://arxiv.org/abs/2411.09268",
        "project page: javascript:alert(1)",
        "project page: example.org/x",
    ],
)
def test_other_pages(text: str) -> None:
    assert links(text) == []


def test_code_comes_first_and_each_place_is_named() -> None:
    found = InText().find(
        paper(
            abstract="Page: https://a.github.io/b. Again: https://github.com/a/B",
            comment="Code: https://github.com/A/b/ and https://huggingface.co/a/b",
        )
    )
    assert found == (
        CodeLink(url="https://github.com/a/B", kind="code", found_by="abstract"),
        CodeLink(url="https://huggingface.co/a/b", kind="code", found_by="comment"),
        CodeLink(url="https://a.github.io/b", kind="project", found_by="abstract"),
    )


NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, real papers")


@NEEDS_DATA
def test_links_that_the_seed_page_showed_in_its_text_and_called_null() -> None:
    page = (DATA / "seed.md").read_text(encoding="utf-8")
    rows = re.findall(r"\|\*\*[^|]+\|\*\*[^|]+\|([^|]*)\|\[(\d+\.\d+)\][^|]*\|null\|", page)
    assert {key: found for text, key in rows if (found := links(text))} == {
        "2409.02657": [("project", "https://junleen.github.io/projects/posetalk")],
        "2408.00297": [("project", "https://nju-3dv.github.io/projects/EmoTalk3D")],
        "2406.14272": [("project", "https://multi-talk.github.io")],
        "2405.07257": [("code", "https://anonymous.4open.science/r/SPEAK-8A22")],
        "2404.01647": [("project", "https://tanshuai0219.github.io/EDTalk")],
    }


@NEEDS_DATA
def test_links_of_the_corpus() -> None:
    with gzip.open(DATA / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = [link for row in rows for link in InText().find(paper(abstract=row["abstract"], comment=row["comment"]))]
    assert 3_700 < len(found) < 4_000
    for link in found:
        assert re.fullmatch(r"https?://[\w.-]+(?::\d+)?(?:/[!-~]*)?", link.url, re.ASCII)
        assert link.url[-1] not in ".,;)}]'\"" or link.url.count("(") == link.url.count(")") > 0


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gives_only_web_addresses(abstract: str, comment: str) -> None:
    for _, url in links(abstract, comment):
        assert re.fullmatch(r"https?://[!-~]+", url)


PIECES = [
    "https://",
    "github.com/",
    "a",
    "-",
    ".",
    " ",
    "/",
    r"\href{",
    r"\url{",
    "}",
    "(",
    ")",
    "project page: ",
    "~",
    "@",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_what_looks_like_addresses_gives_only_addresses(text: str) -> None:
    for kind, url in links(text):
        assert re.fullmatch(r"https?://[a-z0-9.-]+(?:/[!-~]*)?", url)
        assert kind == "project" or url.startswith("https://")


@pytest.mark.parametrize("piece", [*PIECES, "a.", "a-", "https://a.", "https://a/-", "https : / /", "g.co/(", "\\sim"])
def test_long_and_hostile_text_is_read_in_linear_time(piece: str) -> None:
    started = time.process_time()
    links(piece * 20_000)
    assert time.process_time() - started < 5
