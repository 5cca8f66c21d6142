from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.translators import protect

ABSTRACT = (
    r"We propose \textbf{PoseTalk}~(see https://example.org/pose-talk), with $\mathcal{O}(n \log n)$ steps and "
    r"error below $95.3\%$. Code: https://github.com/example-lab/PoseTalk."
)


def test_formulas_and_urls_are_taken_out_and_markup_is_unwrapped() -> None:
    masked = protect.mask(protect.prepare(ABSTRACT))
    assert masked.text == (
        'We propose PoseTalk (see <x id="1"/>), with <x id="2"/> steps and error below <x id="3"/>. Code: <x id="4"/>.'
    )
    assert masked.pieces == (
        "https://example.org/pose-talk",
        r"$\mathcal{O}(n \log n)$",
        r"$95.3\%$",
        "https://github.com/example-lab/PoseTalk",
    )


@given(st.text('ab $\\{}<>/x="1.:htps%~ 中文，', max_size=80))
def test_what_was_taken_out_comes_back(text: str) -> None:
    prepared = protect.prepare(text)
    masked = protect.mask(prepared)
    if protect.placeholders(masked.text) == tuple(range(1, len(masked.pieces) + 1)):
        assert protect.unmask(masked.text, masked.pieces) == prepared


@pytest.mark.parametrize(
    "spelt",
    ['<x id="1"/>', '<x id="1" />', "<x id=1/>", '<x id="1"></x>', "＜x id＝“1”／＞", '<X ID="1"/>', '< x id="1" / >'],
)
def test_a_placeholder_is_known_however_the_translator_spells_it(spelt: str) -> None:
    assert protect.placeholders(f"我们用{spelt}步") == (1,)
    assert protect.unmask(f"我们用{spelt}步", ("$n$",)) == "我们用$n$步"
