"""Whether an answer is a translation at all: mechanical checks, each of which can say no, and why.

They catch what other digests have published: the English again, a monologue, half a text, a formula lost on the way.
A text that fails any of them is not stored; the paper stays untranslated, says so, and is tried again next run.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable

import msgspec

from digest.translators.protect import Masked, placeholders, without

RULES = "1"
"""Version of these checks and of the prompt; stored with each translation."""

_SCRIPTS = {
    "zh": re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]"),
    "ja": re.compile(r"[\u3040-\u30ff\u3400-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "uk": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
}
_MONOLOGUE = re.compile(
    r"</?think|<\|im_|```|^\s*(?:sure|certainly|here(?:'s| is| are)|okay|ok)\b[^.]{0,60}:", re.IGNORECASE
)
_REFUSAL = re.compile(
    r"\b(?:as an ai|i(?:'m| am) sorry|i can(?:no|')t (?:help|assist|translate))\b"
    r"|作为(?:一个|一名)?(?:AI|人工智能)|抱歉，我",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\\(?:textbf|textit|emph|texttt|textsc|href|url|cite)\b|\bet\.al\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[a-z]{2,}", re.IGNORECASE)
_LOOP = re.compile(r"(.{6,60}?)(?:[\s，,、。]*\1){3,}", re.DOTALL)

_MIN_SCRIPT = 0.25
"""Least share of the target script among letters. Names, acronyms and units stay Latin: real Chinese abstracts have
0.45 and more, titles that are mostly names less."""
_MIN_LENGTH = 0.12
"""A Chinese abstract has 0.25 to 0.45 characters for each English one; alphabets 0.8 to 1.4."""
_MAX_LENGTH = 2.5
_MAX_KEPT = 0.6
"""Share of the original's words that may stand unchanged in a translation."""
_FEW_WORDS = 8
"""Words below which a title may be all names; the script check still holds it."""
_SHORT = 40
"""Characters below which ratios mean nothing: a title may be all names."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Which checks a translation passed, and what the others said."""

    passed: tuple[str, ...]
    problems: tuple[str, ...]


def check(masked: Masked, translated: str, language: str) -> Verdict:
    """Compare a translation, its placeholders still in, with the masked text that it was made from."""
    passed: list[str] = []
    problems: list[str] = []
    for name, find in _CHECKS.items():
        problem = find(masked, translated, language)
        if problem is None:
            passed.append(name)
        else:
            problems.append(f"{name}: {problem}")
    return Verdict(passed=tuple(passed), problems=tuple(problems))


def _placeholders(masked: Masked, translated: str, _language: str) -> str | None:
    counts = Counter(placeholders(translated))
    wanted = range(1, len(masked.pieces) + 1)
    lost = [masked.pieces[number - 1] for number in wanted if not counts[number]]
    if lost:
        return f"lost {', '.join(lost[:3])}"
    if any(count > 1 for count in counts.values()):
        return "a formula or URL stands twice"
    if set(counts) - set(wanted):
        return "a placeholder was invented"
    return None


def _script(masked: Masked, translated: str, language: str) -> str | None:
    script = _SCRIPTS.get(language.partition("-")[0].lower())
    own = without(translated)
    if script is None or not any(unicodedata.category(char).startswith("L") for char in without(masked.text)):
        return None
    letters = sum(unicodedata.category(char).startswith("L") for char in own)
    share = len(script.findall(own)) / letters if letters else 0.0
    if share == 0 or (len(masked.text) > _SHORT and share < _MIN_SCRIPT):
        return f"only {share:.0%} of the letters are in the script of {language}"
    return None


def _length(masked: Masked, translated: str, _language: str) -> str | None:
    source, own = len(without(masked.text).strip()), len(without(translated).strip())
    if source and not own:
        return "empty"
    if source > _SHORT and not _MIN_LENGTH <= own / source <= _MAX_LENGTH:
        return f"{own} characters for {source}"
    return None


def _echo(masked: Masked, translated: str, _language: str) -> str | None:
    source = [word.lower() for word in _WORD.findall(without(masked.text))]
    own = Counter(word.lower() for word in _WORD.findall(without(translated)))
    if len(source) < _FEW_WORDS:
        return None
    kept = sum((Counter(source) & own).values()) / len(source)
    return f"{kept:.0%} of the original's words are still there" if kept > _MAX_KEPT else None


def _answer(masked: Masked, translated: str, _language: str) -> str | None:
    for pattern, what in (
        (_MONOLOGUE, "the model talks to us"),
        (_REFUSAL, "the model refuses"),
        (_MARKUP, "TeX is left"),
    ):
        found = pattern.search(translated)
        if found and not pattern.search(masked.text):
            return f"{what}: {found[0]!r}"
    return None


def _loop(masked: Masked, translated: str, _language: str) -> str | None:
    found = _LOOP.search(translated)
    return f"repeats {found[1]!r}" if found and not _LOOP.search(masked.text) else None


def _numbers(masked: Masked, translated: str, _language: str) -> str | None:
    """Numbers with two digits or more: small ones may be spelt out, and 10,000 may become 1 万."""
    source = {number for number in _NUMBER.findall(without(masked.text)) if len(number) > 1}
    own = without(translated).replace(",", "").replace("，", "")
    lost = sorted(number for number in source if number.replace(",", "") not in own and not _rescaled(number, own))
    return f"lost {', '.join(lost[:3])}" if lost else None


def _rescaled(number: str, own: str) -> bool:
    """Thousands may become 万 or 亿: `120,000` → `12 万`."""
    plain = number.replace(",", "")
    if not plain.isdigit():
        return False
    value = int(plain)
    for unit, sign in ((10_000, "万"), (100_000_000, "亿"), (1000, "千"), (100, "百")):
        if re.search(rf"{value / unit:g}\s*{sign}", own):
            return True
    return False


_CHECKS: dict[str, Callable[[Masked, str, str], str | None]] = {
    "placeholders": _placeholders,
    "script": _script,
    "length": _length,
    "echo": _echo,
    "answer": _answer,
    "loop": _loop,
    "numbers": _numbers,
}
