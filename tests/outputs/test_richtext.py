"""A paper's own words as HTML: nothing alive but what is allowed, nothing lost, and marks where the paper matched."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import nh3
import pytest
from defusedxml import ElementTree
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.outputs.richtext import TAGS, Typeset, markup
from digest.tex.mathml import ATTRIBUTES, ELEMENTS, mathml
from digest.text import plain
from tests.test_text import tex

CORPUS = Path(__file__).parents[2] / "../shared/data/corpus.jsonl.gz"
EVERY = 1 if os.environ.get("CORPUS") == "all" else 16
"""Every paper of the corpus with CORPUS=all in the environment, a sixteenth of them without."""

ALLOWED = {
    **{tag: set() for tag in TAGS},
    **{tag: set(ATTRIBUTES) for tag in ELEMENTS},
    "a": {"href", "rel"},
}


def parsed(html: str) -> Element:
    tree: Element = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return tree


def name_of(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def check(html: str) -> None:
    """Nothing but what is allowed, well-formed, and unchanged by a sanitizer that knows nothing of us."""
    tree = parsed(html)
    for element in tree.iter():
        if name_of(element) == "DOCUMENT_FRAGMENT":
            continue
        assert name_of(element) in ALLOWED, html
        assert set(element.attrib) <= ALLOWED[name_of(element)], html
        if name_of(element) == "a":
            assert re.match("https?://", element.get("href") or ""), html
            assert element.get("rel") == "nofollow"
    for link in tree.iter("a"):
        assert len(list(link.iter("a"))) == 1, html
    for maths in (each for each in tree.iter() if name_of(each) == "math"):
        assert not [each for each in maths.iter() if name_of(each) == "mark"], html
    ElementTree.fromstring(f"<p>{html.replace('<br>', '<br/>')}</p>")
    cleaned = nh3.clean(html, tags=set(ALLOWED), attributes=ALLOWED, link_rel=None, url_schemes={"http", "https"})
    assert "".join(parsed(cleaned).itertext()) == "".join(tree.itertext()), html


def text_of(html: str) -> str:
    return "".join(parsed(html).itertext())


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        (r"\textbf{bold} and \emph{so}", "<strong>bold</strong> and <em>so</em>"),
        (r"{\bf bold {\it both}} not", "<strong>bold <em>both</em></strong> not"),
        (r"\texttt{a\_b} H\textsubscript{2}O", "<code>a_b</code> H<sub>2</sub>O"),
        (r"Erd\H{o}s ``says'' 5\% of \textsc{Them}", "Erdős “says” 5% of Them"),
        (r"\mymodel{} beats \ours", "mymodel beats ours"),
        (r"a\footnote{b} c", "a (b) c"),
        (r"\begin{itemize}\item a \item b\end{itemize} c", "• a <br>• b<br>c"),
        ("see https://a.org/b.", 'see <a href="https://a.org/b" rel="nofollow">https://a.org/b</a>.'),
        (
            "(https://a.org/b_(c))",
            '(<a href="https://a.org/b_(c)" rel="nofollow">https://a.org/b_(c)</a>)',
        ),
        (
            r"\href{https://a.org/?x=1&y=2}{our code}",
            '<a href="https://a.org/?x=1&amp;y=2" rel="nofollow">our code</a>',
        ),
        (r"\href{javascript:alert(1)}{here}", "here (javascript:alert(1))"),
        (r"\href{https://a.org}{https://b.org}", '<a href="https://a.org" rel="nofollow">https://b.org</a>'),
        (r"\url{https://a.org/[x]%}", '<a href="https://a.org/%5Bx%5D%25" rel="nofollow">https://a.org/[x]%</a>'),
        ("$x^2$", "<math><msup><mi>x</mi><mn>2</mn></msup></math>"),
        ("by $95\\%$", "by 95%"),
        ("$a_b_c$", "a_b_c"),
        ("$5 and $6", "$5 and $6"),
        (r"\[x\]", '<math display="block"><mi>x</mi></math>'),
    ],
)
def test_it_reads_as_it_should(source: str, html: str) -> None:
    assert markup(source) == html
    check(html)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (r"\R^n", "<msup><mi>ℝ</mi><mi>n</mi></msup>"),
        (r"\mathbf{x}", "<mi>𝐱</mi>"),
        (r"\mathrm{max}", "<mi>max</mi>"),
        (r"\text{if $x$ \textbf{k}}", "<mtext>if x k</mtext>"),
        (r"5\kms", "<mn>5</mn><mi>km/s</mi>"),
        (r"\foo", "<mi>foo</mi>"),
        (
            r"\abs{x}",
            (
                '<mrow><mo stretchy="true" fence="true" form="prefix">|</mo><mi>x</mi>'
                '<mo stretchy="true" fence="true" form="postfix">|</mo></mrow>'
            ),
        ),
        (r"\text{<script>alert(1)</script>}", "<mtext>&lt;script&gt;alert(1)&lt;/script&gt;</mtext>"),
        (r"\style{position:fixed}{x}", "<mi>x</mi>"),
        (r"\class{a}{x}", "<mi>x</mi>"),
        (r"\hspace{99em}x", "<mspace></mspace><mi>x</mi>"),
        ("a &lt; b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
        (r"x%y", "<mi>x</mi><mo>%</mo><mi>y</mi>"),
    ],
)
def test_a_formula_is_written_anew(source: str, html: str) -> None:
    made = mathml(source)
    assert made == f"<math>{html}</math>"
    check(made)


@pytest.mark.parametrize(
    "source",
    [
        "a_b_c",
        "x^",
        r"\frac{a",
        "}",
        r"\begin{x}",
        r"\href{https://a.org}{x}",
        r"\def\a{\b\b}\def\b{\c\c}\a",
        r"\newcommand{\a}{b}\a",
        "x" * 2000,
        "{" * 400 + "x" + "}" * 400,
        "",
        " ",
        r"\,",
        "\ue000",
    ],
)
def test_a_formula_that_cannot_be_set_is_text(source: str) -> None:
    assert mathml(source) is None
    check(markup(f"${source}$"))


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    r"\text{<script>alert(1)</script>}",
    r"\href{javascript:alert(1)}{x}",
    r'\href{https://a.org/"onclick="x}{y}',
    r"\style{background:url(https://evil.example)}{x}",
    r"\unicode{60}script\unicode{62}",
    "&#60;script&#62;",
    r"\operatorname{<b>}",
    r"\mbox{</math><script>}",
    r"\tag{<i>}",
    r"\color{red;x:url(y)}",
    r"\begin{array}{<b>}x\end{array}",
    r"\verb|<b>|",
    "]]>",
    "<!--",
    "\u202e",
    "\x00",
    "\x05",
    "$",
    "$$",
    r"\(",
    r"\)",
    "{",
    "}",
    " ",
]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(st.sampled_from(HOSTILE), max_size=8).map("".join), tex))
@example("$\\text{&lt;script&gt;}$")
@example("\\href{https://a.org}{\\href{https://b.org}{\\url{https://c.org}}}")
def test_nothing_that_a_paper_says_comes_alive(source: str) -> None:
    for html in (markup(source), markup(source, ["script", "x"], links=False), Typeset(source).flat.__html__()):
        check(html)
    assert "<a" not in markup(source, links=False)
    assert "<math" not in markup(source, maths=False)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_text_without_tex_is_the_text(source: str) -> None:
    if not re.search(r"[\\{}$~&`]|''|--|https?:", source):
        assert text_of(markup(source)) == plain(source)


# Marks


@pytest.mark.parametrize(
    ("source", "phrase", "html"),
    [
        (
            "Talking-Heads and a talking head",
            "talking head",
            "<mark>Talking-Heads</mark> and a <mark>talking head</mark>",
        ),
        ("a talking bighead", "talking head", "a talking bighead"),
        ("the agent's aims", "agents", "the <mark>agent&#39;s</mark> aims"),
        (r"\emph{talking} heads", "talking head", "<em><mark>talking</mark></em> <mark>heads</mark>"),
        (r"G\"odel numbering", "godel number", "<mark>Gödel numbering</mark>"),
        ("neuromorphic", "neuro*", "<mark>neuromorphic</mark>"),
        ("C++ and C", "c++", "<mark>C++</mark> and C"),
        ("说话头生成", "说话头", "<mark>说话头</mark>生成"),
        ("deep deep learning", "deep learning", "deep <mark>deep learning</mark>"),
        (r"$\beta$-VAE", "beta-VAE", "<mark><math><mi>β</mi></math></mark>-<mark>VAE</mark>"),
        (r"$\beta^2$ VAE", "beta", "<math><msup><mi>β</mi><mn>2</mn></msup></math> VAE"),
        ("x & y", "&", "x &amp; y"),
    ],
)
def test_what_matched_is_marked(source: str, phrase: str, html: str) -> None:
    made = markup(source, [phrase])
    assert made == html
    check(made)


def test_phrases_that_overlap_are_marked_once() -> None:
    html = markup("a large language model agent", ["large language model", "language model agent"])
    assert html == "a <mark>large language model agent</mark>"


# Everything that we have


def papers() -> Iterator[dict[str, str]]:
    if not CORPUS.exists():
        pytest.skip(f"{CORPUS.name} is not here")
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for number, line in enumerate(lines) if number % EVERY == 0)


def test_over_the_corpus_nothing_is_alive_and_few_commands_are_seen() -> None:
    with_commands, seen = 0, []
    for paper in papers():
        texts = [paper.get(field) or "" for field in ("title", "abstract", "comment")]
        if not re.search(r"[\\$<&`]|https?:", "".join(texts)):
            continue
        made = [markup(text, ["model", "learning"]) for text in texts]
        for html in made:
            check(html)
        if re.search(r"\\[A-Za-z]", "".join(texts)):
            with_commands += 1
            shown = "".join(map(text_of, made))
            seen += [paper["id"]] if re.search(r"\\[A-Za-z]{2}", shown) else []
    assert with_commands > 100
    assert len(seen) <= with_commands / 100, seen
