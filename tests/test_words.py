"""What counts as the same words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.words import fold, marked, needle, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Talking-Heads", "talking heads"),
        ("head/neck pose", "head neck pose"),
        ("Alzheimer's and Alzheimer’s", "alzheimer and alzheimer"),
        ("the authors' code", "the authors code"),
        ("GPT-3.5", "gpt 3 5"),
        ("Poincaré Erdős Łódź Ångström Weiß", "poincare erdos lodz angstrom weiss"),
        ("ﬁne ＡＢＣ", "fine abc"),
        ("β-VAE", "beta vae"),
        ("CO₂ and S³D", "co2 and s3d"),
        ("说话头 video", "说 话 头 video"),
        ("Привет, мир", "привет мир"),
        ("", ""),
    ],
)
def test_words_of_text(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\textbf{PoseTalk}: a {\it talking}~head", "posetalk a talking head"),
        (
            r"G\"odel, Poincar\'e, Erd\H{o}s, \v{C}ech, Fran\c{c}ois, na\"{\i}ve",
            "godel poincare erdos cech francois naive",
        ),
        (r"Troms{\o}, \AA ngstr\"om, Wei{\ss}, \L{}\'od\'z", "tromso angstrom weiss lodz"),
        (r"$\beta$-VAE and $\varepsilon$-greedy", "beta vae and epsilon greedy"),
        (r"CO$_2$, S$^3$D, $k$-means", "co2 s3d k means"),
        (r"a 90\% gain \cite{smith20} on R\&D", "a 90 gain on r d"),
        (r"Player\'s choice et al\. The end", "player choice et al the end"),
        (r"$\mathcal{N}=4$ and \emph {both}", "n 4 and both"),
        (r"one\\two", "one two"),
        ("lone \\", "lone"),
    ],
)
def test_words_of_tex_are_those_that_it_prints(tex: str, expected: str) -> None:
    assert words(tex) == expected.split()


def test_a_star_is_a_wildcard_after_two_letters() -> None:
    assert needle("patholog* A* x") == ["patholog*", "a", "x"]
    assert words("patholog*") == ["patholog"]


def test_marks_that_make_a_name() -> None:
    assert marked("C++ and C# and A*") == ["c++", "c#", "a*"]
    assert marked("vision+language, StyleTalk++: x") == ["styletalk++"]


@pytest.mark.parametrize(
    "same",
    [
        ("head", "heads"),
        ("agent", "agents"),
        ("topology", "topological"),
        ("pathology", "pathological"),
        ("analogy", "analogous"),
        ("generate", "generation", "generating"),
    ],
)
def test_inflections_have_one_stem(same: tuple[str, ...]) -> None:
    assert len({stem(word) for word in same}) == 1


@pytest.mark.parametrize(("one", "other"), [("slam", "islam"), ("agent", "agency")])
def test_other_words_have_other_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    for word in words(text):
        assert word == fold(word)
        assert stem(word)


@pytest.mark.parametrize("piece", ["\\", "{", "\\emph{", "\\'", "$", "'s", "a*", "\\cite{", "\\cite[", "é"])
def test_long_and_hostile_text_is_read_in_linear_time(piece: str) -> None:
    started = time.process_time()
    words(piece * 30_000)
    needle(piece * 30_000)
    assert time.process_time() - started < 5  # quadratic code needs minutes
