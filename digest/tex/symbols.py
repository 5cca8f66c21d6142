"""Which characters stand for which TeX names, so that text and formulas are written alike.

Symbols come from pylatexenc (https://pylatexenc.readthedocs.io/en/latest/latex2text/); what it lacks is here.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache


def names(text: str) -> frozenset[str]:
    """Names listed with spaces between them."""
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_OWN = {name: name for name in names("Pr gcd lcm det dim ker deg hom arg lg argmax argmin tr sgn TeX LaTeX BibTeX")}
_OWN |= _pairs(
    # Missing there, shown otherwise there, or private macros that nobody defines in two ways.
    r"""colon : bot ⊥ Box □ models ⊨ lbrack [ rbrack ] prime ′ ddag ‡ ddagger ‡ copyright © pounds £ mod mod
    bmod mod land ∧ lor ∨ neg ¬ iff ⇔ implies ⇒ gets ← owns ∋ ne ≠ Diamond ◇ triangle △ checkmark ✓ degree ° celsius °C
    slash / eth ð phi φ epsilon ϵ eps ε square □ Re Re Im Im backslash \ bigstar ★ R ℝ RR ℝ Z ℤ ZZ ℤ N ℕ NN ℕ Q ℚ QQ ℚ
    varTheta Θ varGamma Γ varDelta Δ varOmega Ω varSigma Σ varPhi Φ varPsi Ψ varLambda Λ varPi Π varXi Ξ
    C ℂ CC ℂ F 𝔽 FF 𝔽 PP ℙ EE 𝔼 reals ℝ integers ℤ naturals ℕ Nat ℕ rationals ℚ complexes ℂ veps ε vareps ε vphi φ
    kms km/s msun M☉ Msun M☉ lsun L☉ Lsun L☉ rsun R☉ Rsun R☉ zsun Z☉ Zsun Z☉ LCDM ΛCDM lcdm ΛCDM mum μm micron μm
    arcsec ″ arcmin ′ ltsim ≲ gtsim ≳ simlt ≲ simgt ≳ angstrom Å Halpha Hα Hbeta Hβ ohm Ω eqdef ≝
    defeq ≝ coloneq ≔ indep ⫫
    textbackslash \ textasciicircum ^ textless < textgreater > textbar | textunderscore _ textbullet • textminus −"""
)
LETTERS: Mapping[str, str] = _pairs(
    """o ø O Ø l ł L Ł ss ß ae æ AE Æ oe œ OE Œ aa å AA Å dj đ DJ Đ dh ð DH Ð th þ TH Þ ng ŋ NG Ŋ ij ĳ IJ Ĳ i ı j ȷ
    S § P ¶"""
)
"""Letters of words and names; in a formula the same commands are an author's own."""
FENCES: Mapping[str, tuple[str, str]] = {
    "abs": ("|", "|"),
    "card": ("|", "|"),
    "ceil": ("⌈", "⌉"),
    "floor": ("⌊", "⌋"),
    "norm": ("‖", "‖"),
    "set": ("{", "}"),
}
"""Private macros that put their argument in brackets."""
_NOT_SYMBOLS = names("today id Ident hint hints hinweis hinweise nolinebreak textcompwordmark dddot ddddot sqrt")

_RAISED = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW∘°′†‡",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ°°′†‡",
        strict=True,
    )
)
_LOWERED = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵪ", strict=True))


@cache
def symbols() -> Mapping[str, str]:
    r"""Name of a TeX command → the characters it stands for: `alpha` → α, `log` → log."""
    known = {}
    for spec in importlib.import_module("pylatexenc.latex2text").get_default_latex_context_db().iter_macro_specs():
        name, text = spec.macroname, spec.simplify_repl
        if isinstance(text, str) and text.strip() and name.isalpha() and not re.search(r"%[s(]|<\w", text):
            known[name] = text  # `%s` and `<ref>` are templates
    return {name: text for name, text in {**known, **_OWN}.items() if name not in _NOT_SYMBOLS | LETTERS.keys()}


@cache
def alphabet(style: str) -> Mapping[int, str]:
    """Letters and digits in a style that Unicode calls `DOUBLE-STRUCK`, `SCRIPT` or `FRAKTUR`, for `str.translate`."""
    table = {}
    latin, greek = [*range(0x41, 0x5B), *range(0x61, 0x7B)], [*range(0x391, 0x3A2), *range(0x3A3, 0x3CA)]
    for code in [*range(0x30, 0x3A), *latin, *greek]:
        name = unicodedata.name(chr(code)).replace("LATIN ", "").replace("GREEK ", "").replace(" LETTER", "")
        for wanted in (f"MATHEMATICAL {style} {name}", f"{style} {name}", f"BLACK-LETTER {name}"):
            try:
                table[code] = unicodedata.lookup(wanted)
            except KeyError:  # ℒ, ℝ, ℌ and others were there before the alphabets
                continue
            break
    return table


def raised(text: str) -> str:
    """`text` as a superscript: n² where every character has one, `^(text)` where not."""
    return _script(text, _RAISED, "^")


def lowered(text: str) -> str:
    """`text` as a subscript: xᵢⱼ where every character has one, `_(text)` where not."""
    return _script(text, _LOWERED, "_")


def _script(text: str, table: Mapping[str, str], sign: str) -> str:
    packed = text.replace(" ", "")
    if all(character in table for character in packed) and "(" not in packed[1:]:  # 2ᴼ⁽ⁿ⁾ can't be read
        return "".join(table[character] for character in packed)
    return sign + (packed if len(packed) == 1 else f"({text.strip()})")
