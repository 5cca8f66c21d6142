"""Text as people read it: no word of the source is lost, no control character survives, nothing takes long."""

from __future__ import annotations

import gzip
import html
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.tex import formula as formulas
from digest.text import collapse, plain, printable, slug, spans, unwrapped

DATA = Path(__file__).parents[1] / "../shared/data"
EVERY = 1 if os.environ.get("CORPUS") == "all" else 8
"""Every text of the corpus with CORPUS=all in the environment (a minute), an eighth of them without."""

TEX = [
    *"\\{}$~&`'\"%_^-[]()|#@.,;:!?<>/*+= \n",
    *(
        "\\textbf{",
        "\\emph{",
        "\\href{",
        "\\url{",
        "\\cite{",
        "\\footnote{",
        "{\\bf ",
        "\\frac{",
        "\\sqrt[3]{",
        "\\[",
        "\\]",
    ),
    *(
        "\\(",
        "\\)",
        "$$",
        "\\$",
        "\\%",
        "\\\\",
        "\\'",
        "\\'{e}",
        '\\"o',
        "\\v{s}",
        "\\H",
        "\\ss ",
        "\\alpha",
        "\\log ",
        "\\x",
    ),
    *(
        "\\begin{equation}",
        "\\end{equation}",
        "\\text{",
        "\\left.",
        "\\over ",
        "\\cal ",
        "\\not",
        "\\unicode{x2014}",
        "\\verb|",
    ),
    *(
        "``",
        "''",
        "--",
        "---",
        "https://a.b/c_d~e",
        "&amp;",
        "&lt;",
        "&#64257;",
        "a",
        "word",
        "5",
        "é",
        "中",
        "\x00",
        "\ud800",
    ),
]
tex = st.one_of(st.lists(st.sampled_from(TEX), max_size=25).map("".join), st.text(max_size=60))


# Spaces and controls


@given(st.text())
def test_collapsed_text_is_normal_and_stays_as_it_is(text: str) -> None:
    found = collapse(text)
    assert found == " ".join(found.split())
    assert unicodedata.is_normalized("NFC", found)
    assert not [each for each in found if unicodedata.category(each) in ("Cc", "Cs")]
    assert collapse(found) == found
    found.encode()


def test_collapse_keeps_everything_that_can_be_read() -> None:
    assert collapse(" a\r\n\tb\u00a0\u2003c\u2028d\x85e\x00\x1b[0m\ufffe\ud83d ") == "a b c d e[0m"
    assert collapse("e\u0301 \u212b ﬁ ２ \u200d👩\u200d🔬") == "é Å ﬁ ２ \u200d👩\u200d🔬"


@given(st.text())
def test_printable_text_hides_and_reorders_nothing(text: str) -> None:
    found = printable(text)
    assert not re.search("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0020-\U000e007f]", found)
    assert printable(found) == found


# TeX


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        # markup is unwrapped
        (
            r"A \textbf{bold} and {\em it} claim, \textsc{Ab}\texttt{a\_b} \underline{Ko}rean",
            "A bold and it claim, Aba_b Korean",
        ),
        (r"\textbf{for $x^2$ only} {\bf\it both}", "for x² only both"),
        (r"\textcolor{red}{hot} \begin{itemize}\item one \item two\end{itemize}", "hot one two"),
        (
            r"1\textsuperscript{st}, CO\textsubscript{2}, n^{1/t}, 10^{-5}, a_b, x^2",
            "1ˢᵗ, CO₂, n^(1/t), 10⁻⁵, a_b, x^2",
        ),
        # a percent sign is no comment
        ("20% of them, 30\\% too % and so on", "20% of them, 30% too % and so on"),
        # links, citations, notes
        (r"\href{https://a.b/c_d}{here} \url{https://x.y/~z\_1}", "here (https://a.b/c_d) https://x.y/~z_1"),
        (r"\href{https://a.b}{\textit{https://a.b}} \href{https://a.b}{}", "https://a.b https://a.b"),
        (r"as in \cite{a,b} and \citep[p.~3]{Foo}\footnote{See there.}", "as in [a,b] and [p. 3, Foo] (See there.)"),
        # signs
        ("``quoted'' `cash' and `code.py`", "“quoted” ‘cash’ and `code.py`"),
        ("pages 1--2 --- or --flag, --> and -----", "pages 1–2 — or --flag, --> and -----"),
        ("Fig.~1 of ~20 ms, 3~5, (~0.8), $5$~GHz, /~user", "Fig. 1 of ~20 ms, 3~5, (~0.8), 5 GHz, /~user"),
        (r"\$5 \& \#1 \_x \{y\}\ z \\ new\,line C:\1", "$5 & #1 _x {y} z new line C:\\1"),
        ("set {0,1}, {B}ayesian {GAN}s, {}", "set {0,1}, Bayesian GANs,"),
        # commands of the author's own keep their name
        (r"\ours achieves, \method{} is, \ac{GAN}, \foo{bar}", "ours achieves, method is, GAN, foo bar"),
        (r"\verb|a_b| and \LaTeX\ rules", "a_b and LaTeX rules"),
        # entities, once
        ("&amp; &lt; &amp;lt; \\&lt; we &#64257;nd AT&T;", "& < &lt; < we find AT&T;"),
        # formulas that lost their dollars
        (r"\alpha-helix, \sqrt{n}, \mathcal{O}(n), \bar a", "α-helix, √n, 𝒪(n), bar a"),
        # halves
        (r"odd $ and \textbf{open", "odd $ and {open"),
        ("}{", "}{"),
        ("\\", "\\"),
    ],
)
def test_tex_becomes_readable_text(source: str, shown: str) -> None:
    assert plain(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            r"Erd\"os, Erd\H{o}s, Poincar\'e, Poincar\' e, Tich{\' y}, Na\"{\i}ve",
            "Erdös, Erdős, Poincaré, Poincaré, Tichý, Naïve",
        ),
        (r"Fra\" iss\' e, Martin-L\" of, S\' os, {\L}o\'s", "Fraïssé, Martin-Löf, Sós, Łoś"),
        (
            r"Ha\v{s}ek, \c{c}, Hol\u{a}, \AA, \O ystein, Stra\ss e, \~n, \k{a}, \'{\ae}",
            "Hašek, ç, Holă, Å, Øystein, Straße, ñ, ą, ǽ",
        ),
        (r"\"Uber die \"Ottingen-Riemann", "Über die Öttingen-Riemann"),
        # quotes that somebody escaped
        (
            r"don\'t, Tarski\'s, the users\' query, smartphones\' technology",
            "don't, Tarski's, the users' query, smartphones' technology",
        ),
        (r"he said \"open the door\" twice", 'he said "open the door" twice'),
        (r"\~{} \^{} \'{}", "~ ^ '"),
    ],
)
def test_accents_are_set_and_quotes_are_not(source: str, shown: str) -> None:
    assert plain(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"\alpha^2", "α²"),
        (r"\mathcal{O}(n \log n)", "𝒪(n log n)"),
        (r"O(n\log n) \log_2n \log\log n", "O(n log n) log₂ n log log n"),
        (r"x_{ij}^{2}, x_{\max}, L_\infty, 2^{O(n)}, e^{-x/2}, A^\top", "xᵢⱼ², xₘₐₓ, L_∞, 2^(O(n)), e^(-x/2), A^⊤"),
        (r"\frac{a+b}{c}, 2\frac12, a \over b, {n \choose k}", "((a+b)/c, 2 1/2, a)/(b, (n choose k))"),
        (r"\tilde{O}(\sqrt{n}), \sqrt[3]{n+1}, \hat{y}_t, \overline{AB}", "Õ(√n), ³√(n+1), ŷₜ, ĀB̄"),
        (r"256\times256, 2 \times 3, k\geq 2, k \geq 2, \pm 0.5", "256×256, 2 × 3, k≥2, k ≥ 2, ±0.5"),
        (r"\left\{ x \in X \mid f(x) > 0 \right\}", "{x ∈ X | f(x) > 0}"),
        (r"{\cal F}_{1} \mathbb R^d {\bf NP\neq co NP}", "ℱ₁ ℝᵈ NP≠co NP"),
        (r"p\text{-adic for all } x, 90^\circ, f', \sim 3\%", "p-adic for all x, 90°, f′, ∼3%"),
        (r"\SVP(x) \kappa\Inv x, \P, \L", "SVP(x) κ Inv x, P, L"),
        (r"\unicode{x2014}\unicode{x110000}, \href{this https URL}{here}", "—x110000, here (this https URL)"),
        (r"a &lt; b", "a < b"),
        (r"\begin{array}{ll} 1 & 2 \\ 3 & 4\end{array}", "1 2 ; 3 4"),
        # what can't be read keeps its source
        (r"\newcommand{\x}{y}", r"\newcommand{\x}{y}"),
        ("{" * 60 + "x", "{" * 60 + "x"),
        (r"\mathrm{", r"\mathrm{"),
    ],
)
def test_formulas_become_unicode(source: str, shown: str) -> None:
    assert plain(f"${source}$") == shown


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (r"$x$ and \(y\), \[z\] $$w$$", "x y Z W"),
        ("costs $5 and $6 or \\$7, $18/hour versus $60, ($1M-$2M)", ""),
        ("$5$ and $6$, $256$x$256$, $ n $", "5 6 256 256 n"),
        ("an odd $ sign before $x$ counts", "x"),
        (r"$x \text{ if $y$ holds}$ and $z$", r"x\text{if$y$holds} z"),
        (r"\begin{equation*} a=b \end{equation*} \\[2pt] \$x\$", "A=B"),
        ("(8.9 US$) annually. If the insurance is rolled out (8.9 US$)", ""),
        ("$a$$b$ and $$ $$", "a b"),
        ("\\(open and $x$", "x"),
    ],
)
def test_formulas_are_told_from_prices(text: str, kinds: str) -> None:
    """Display formulas stand in capitals."""
    found = []
    for span in spans(text):
        inner = re.sub(r"^(\$\$?|\\[\[(]|\\begin\{\w+\*?\})|(\$\$?|\\[\])]|\\end\{\w+\*?\})$", "", span.source)
        if span.kind == "maths":
            found.append(re.sub(r"\s", "", inner.upper() if span.display else inner))
    assert " ".join(found) == kinds


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (r"We \textbf{solve for $x^2$ only}, 20\% \emph{less}", "We solve for $x^2$ only, 20% less"),
        (r"\(a\) ``$$b$$'' \href{https://c.d}{$e$}", r"\(a\) “$$b$$” $e$ (https://c.d)"),
        ("costs $5 and $6", "costs $5 and $6"),
    ],
)
def test_markup_can_go_and_formulas_stay(source: str, kept: str) -> None:
    assert unwrapped(source) == kept


@settings(max_examples=600, deadline=None)
@given(tex)
def test_spans_make_the_text(text: str) -> None:
    found = spans(text)
    assert "".join(span.source for span in found) == text
    assert all(span.source for span in found)
    assert not any(one.kind == other.kind == "text" for one, other in pairwise(found))


@settings(max_examples=1500, deadline=None)
@given(tex)
def test_plain_text_can_be_printed_whatever_the_source(text: str) -> None:
    found = plain(text)
    assert found == printable(found)


def without_marks(text: str) -> str:
    """Letters and digits alone: no accents, no styles, no places."""
    return "".join(each for each in unicodedata.normalize("NFKD", text) if each.isalnum())


LOST_ON_PURPOSE = re.compile(
    r"\\(?:begin|end|color|label|hspace|vspace|textcolor|colorbox|definecolor|setlength)\*?\s*\{[^{}]*\}"
)


def words_of(source: str) -> list[str]:
    """Words that readers must find again: those of the text, without names of commands, colours and environments."""
    found = []
    for span in spans(collapse(source)):
        if span.kind == "text":
            text = re.sub(r"\\?(&(?:#\d{1,7}|\w{2,31});)", lambda entity: html.unescape(entity[1]), span.source)
            text = re.sub(r"\\[A-Za-z]+", " ", LOST_ON_PURPOSE.sub(" ", text))
            text = re.sub(r"[{}]", "", re.sub(r"\\[^A-Za-z]", "", text.replace("}{", "} {")))
            found += [without_marks(word) for word in re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text))]
    return found


SENTENCES = st.lists(
    st.sampled_from(["Talking", "heads", "20%", "v2", "Gödel", "数字人", "x_1", "don't", "--", "a/b", "(so)"]),
    min_size=1,
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(
    st.recursive(
        SENTENCES,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["textbf", "emph", "footnote", "unknown", "textsuperscript", "cite"]), inner).map(
                lambda pair: rf"\{pair[0]}{{{pair[1]}}}"
            ),
            inner.map(r"{{\bf {}}}".format),
            inner.map(r"\href{{https://a.b/c}}{{{}}}".format),
            st.lists(inner, max_size=4).map(" ".join),
            inner.map("{} $x^2$".format),
        ),
        max_leaves=12,
    )
)
def test_no_word_is_lost_in_markup(source: str) -> None:
    shown = without_marks(plain(source))
    assert not [word for word in words_of(source) if word not in shown]


def test_entities_are_read_once() -> None:
    once = plain("&amp;amp;lt; &amp;#39;")
    assert once == "&amp;lt; &#39;"
    assert plain(once) == "&lt; '"


HOSTILE = [
    *("{", "}", "$", "\\", "{}", "`", "&", "~", "-", "a$b ", "$a{", "$$a", "$5 and ", "^{", "{a,", "`a ", "https://"),
    *("\\textbf{", "\\'{", "\\(", "\\begin{equation}", "\\verb|", "\\'", '\\" ', "\\href{", "\\href{a}{", "\\cite["),
    *("\\frac{", "\\foo{}", "\\c ", "\\sqrt{a}{a}", "\\textcolor{"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_hostile_text_is_read_to_its_end(piece: str) -> None:
    """Quadratic reading would make this take minutes, not seconds; how long it does take is for the benchmarks."""
    assert plain(piece * (100_000 // len(piece)) + " . The end").endswith("end")


def test_groups_within_groups_are_read_without_end() -> None:
    deep = r"\textsuperscript{" * 5000 + "x" + "}" * 5000
    assert "x" in plain(deep) or "ˣ" in plain(deep)
    assert formulas.formula(r"\hat" * 5000) == r"\hat" * 5000


# The corpus


@pytest.fixture(scope="module")
def corpus() -> tuple[str, ...]:
    files = [DATA / "corpus.jsonl.gz", DATA / "edge_cases.jsonl.gz"]
    if not all(file.exists() for file in files):
        pytest.skip("needs ../shared/data/corpus.jsonl.gz, which a clone does not have")
    return tuple(_texts(files))


def _texts(files: list[Path]) -> Iterator[str]:
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                if number % EVERY == 0 or file.name.startswith("edge"):
                    paper = json.loads(line)
                    yield from filter(None, (paper["title"], paper["abstract"], paper["comment"]))
                    yield from (paper["authors"] or [])[:50]


def test_no_word_of_any_paper_is_lost(corpus: tuple[str, ...]) -> None:
    lost = []
    for source in corpus:
        shown = without_marks(plain(source))
        lost += [(word, source) for word in words_of(source) if word not in shown]
    assert len(lost) <= len(corpus) / 100_000, lost[:5]  # `Psy\chosys` is Psy, ç and osys to TeX as well


def test_commands_are_hardly_ever_seen(corpus: tuple[str, ...]) -> None:
    command = re.compile(r"\\[a-z]+")
    holding = [source for source in corpus if command.search(source)]
    seen = [source for source in holding if command.search(plain(source))]
    assert len(seen) <= len(holding) / 100, seen[:5]


def test_plain_text_of_papers_mostly_stays_as_it_is(corpus: tuple[str, ...]) -> None:
    changed = [source for source in corpus if plain(plain(source)) != plain(source)]
    assert len(changed) <= len(corpus) / 1000, changed[:5]


def test_spans_make_every_text_of_the_corpus(corpus: tuple[str, ...]) -> None:
    assert all("".join(span.source for span in spans(source)) == source for source in corpus)


# Names for URLs


@pytest.mark.parametrize(
    ("name", "slugged"),
    [
        ("Avatar", "avatar"),
        ("Talking  heads / faces", "talking-heads-faces"),
        ("C++ & Rust", "c-plus-plus-and-rust"),
        ("C#", "c-sharp"),
        ("数字人 Avatar", "数字人-avatar"),
        ("Été", "été"),
        ("हिन्दी", "हिन्दी"),
        ("../../etc", "etc"),
        ("???", "topic"),
        ("", "topic"),
    ],
)
def test_a_slug_keeps_letters_of_every_script(name: str, slugged: str) -> None:
    assert slug(name) == slugged


@given(st.lists(st.text(max_size=8), max_size=12))
def test_slugs_differ_and_fit_into_a_path(names: list[str]) -> None:
    taken: frozenset[str] = frozenset()
    for name in names:
        found = slug(name, taken)
        assert found
        assert found not in taken
        assert not set(found) & set(" /\\.?#%&:;\"'<>")
        assert found == found.lower()
        taken |= {found}
