"""Spellings that a reader takes for the same phrase become the same words here, as they do in arXiv's own search.

arXiv indexes titles and abstracts with Elasticsearch's `english` analyzer, and folds accents in its combined field
(https://github.com/arXiv/arxiv-search/blob/develop/mappings/DocumentMapping.json): lower case, words parted at hyphens
and slashes, no possessive `'s`, Porter stems. Both sides of a comparison have to come from here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

GREEK = {
    letter: unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda")
    for letter in map(chr, range(ord("α"), ord("ω") + 1))
}
"""`β-VAE`, `$\\beta$-VAE` and `beta-VAE` are one name. arXiv holds most as TeX, and indexes the command as a word."""

STOP_WORD = re.compile(
    "a|an|and|are|as|at|be|but|by|for|if|in|into|is|it|no|not|of|on|or|such|that|the|their|then|there|these|they|this|"
    "to|was|will|with"
)
"""What arXiv's search skips: between other words, any word may stand in its place."""

_LETTERS = str.maketrans(
    GREEK
    | {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | dict.fromkeys("’‘ʼ′", "'")
)
"""What Unicode doesn't decompose."""

_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"([{_CJK}]|[^\W_{_CJK}]+)(?:'s(?![^\W_]))?")
_WILD = re.compile(rf"([{_CJK}]|[^\W_{_CJK}]{{2,}}(?:\*[^\W_]*)+|[^\W_{_CJK}]+)(?:'s(?![^\W_]))?")
_IS_CJK = re.compile(f"[{_CJK}]")
_PIECE = re.compile(rf"([{_CJK}](?:\s*[{_CJK}])*|[^\W_{_CJK}]+)(?:'s(?![^\W_]))?")
_MARKED = re.compile(r"[^\W_]+(?:\+\+?|#)(?![^\W_])|(?<![^\W_])[^\W_]\*")

_MARKS = re.compile(rf"[^\W_{_CJK}]+(?:\+\+?|#)|(?<![^\W_])[^\W_]\*")

_TEX = re.compile(r"[\\${}~^_]")
_REFERENCE = re.compile(r"\\(?:cite[a-z]{0,9}|ref|eqref|label)\*?\s?(?:\[[^][\\]{0,99}\]\s?)?\{[^{}\\]{0,199}\}")
_ACCENT = re.compile(r"""\\(?!'s\b)(?:["'`^~=.]|[cvHukr](?:\s+|(?=\{)))(?:\{\s*)?\\?([A-Za-z])\}?""")
_LETTER = re.compile(r"\\(ss|ae|oe|aa|o|l|i|j)(?![A-Za-z])(?:\{\}|\s+)?", re.IGNORECASE)
_COMMAND = re.compile(r"\\(?:var)?([A-Za-z]+)\*?(\s*\{)?\s*")
_SWITCHES = frozenset({"bf", "cal", "em", "frak", "it", "large", "rm", "sc", "sf", "sl", "small", "tt"})
_SPOKEN = frozenset(GREEK.values())
_SILENT = str.maketrans({"~": " "} | dict.fromkeys("${}_^\\", ""))


class _Folded(dict[int, str]):
    """Each character as it is folded, found out when it first comes."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = "" if unicodedata.combining(letter) else letter.lower().translate(_LETTERS)
        return self[code]


_folded = _Folded()


def fold(text: str) -> str:
    """Lower case, no accents; Greek letters and ligatures spelled out, apostrophes straight."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).translate(_folded)


def words(text: str) -> list[str]:
    r"""Folded words of a text or of its TeX source: `G\"odel's {\it Talking}-Heads` is godel, talking, heads."""
    return _WORD.findall(printed(text))


def pieces(text: str) -> list[str]:
    """As `words`, but characters that stand beside each other, or apart by white space alone, are one piece.

    A sign between them ends the piece: `规模，态度` is not about `模态`.
    """
    found = _PIECE.findall(printed(text))
    return found if text.isascii() else ["".join(piece.split()) for piece in found]


def is_cjk(piece: str) -> bool:
    """Whether a piece is written without spaces between its words."""
    return _IS_CJK.match(piece) is not None


def needle(phrase: str) -> list[str]:
    """Folded words of a phrase that is looked for, where `*` after two letters or more stands for any letters."""
    return _WILD.findall(printed(phrase))


def marked(phrase: str) -> list[str]:
    """Words of a phrase whose mark is no letter and yet means something: `c++`, `f#`, `a*`."""
    return _MARKED.findall(printed(phrase))


def marks(text: str) -> list[str]:
    """What `marked` may be asked for of a text: `c++11` has `c+` and `c++`."""
    if "+" not in text and "#" not in text and "*" not in text:
        return []
    found = _MARKS.findall(printed(text))
    return [*found, *(mark[:-1] for mark in found if mark.endswith("++"))]


def printed(text: str) -> str:
    """Folded text that the TeX source would print: roughly and fast, to compare. To show it there is `text.plain`."""
    return fold(_unwrap(text) if _TEX.search(text) else text)


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """Porter stem of a folded word: `heads` and `head`, `topology` and `topological` are one.

    Porter's own program, and arXiv's, has one rule more than Snowball's: `logi` → `log`
    (https://tartarus.org/martin/PorterStemmer/, points of difference).
    """
    if len(word) < _SHORTEST:
        return word
    root: str = _PORTER.stemWord(word)
    return root.removesuffix("i") if root.endswith("logi") else root


_PORTER = snowballstemmer.stemmer("porter")
_SHORTEST = 3
"""Letters; Porter leaves shorter words alone, Snowball makes nothing of `s`."""


def _unwrap(text: str) -> str:
    if "\\" in text:
        text = _REFERENCE.sub(" ", text.replace("\\\\", " "))
        text = _ACCENT.sub(r"\1", text)
        text = _LETTER.sub(lambda letter: {"aa": "a", "AA": "A"}.get(letter[1], letter[1]), text)
        text = _COMMAND.sub(_spoken, text)
    return text.translate(_SILENT)


def _spoken(command: re.Match[str]) -> str:
    """Greek letters are words; what wraps text or switches type is silent; other commands part words."""
    name = command[1].lower()
    if name in _SPOKEN:
        return f" {name} "
    return "" if command[2] or name in _SWITCHES else " "
