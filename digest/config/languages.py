"""Language tags of BCP 47 (https://www.rfc-editor.org/info/bcp47): language, script, region; enough for translation."""

from __future__ import annotations

import re
from pathlib import Path

from digest.config.problems import Problems
from digest.config.tree import Scalar, quoted

_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""ISO 639-1: https://www.loc.gov/standards/iso639-2/php/code_list.php."""
_TWO_LETTERS = frozenset(_CODES.split())

_MEANT = {
    "chinese": "zh",
    "simplified chinese": "zh-Hans",
    "traditional chinese": "zh-Hant",
    "中文": "zh",
    "简体中文": "zh-Hans",
    "繁體中文": "zh-Hant",
    "cn": "zh",
    "zh-chs": "zh-Hans",
    "zh-cht": "zh-Hant",
    "japanese": "ja",
    "日本語": "ja",
    "jp": "ja",
    "korean": "ko",
    "한국어": "ko",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "français": "fr",
    "spanish": "es",
    "español": "es",
    "portuguese": "pt",
    "russian": "ru",
    "italian": "it",
    "arabic": "ar",
    "hindi": "hi",
    "turkish": "tr",
    "vietnamese": "vi",
    "vn": "vi",
    "czech": "cs",
    "cz": "cs",
    "danish": "da",
    "dk": "da",
    "greek": "el",
    "gr": "el",
    "ukrainian": "uk",
    "ua": "uk",
    "persian": "fa",
    "ir": "fa",
}
"""Names of languages and codes of countries that people write for a language."""

_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?", re.IGNORECASE)
_INTERFACE = ("en", "zh")
"""Languages that `templates/locales/` ships."""


def canonical(tag: str) -> str | None:
    """`ZH-hans` → `zh-Hans`; None when it is no tag of a language, script and region."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return None
    code, script, region = found.groups()
    if len(code) == len("zh") and code.lower() not in _TWO_LETTERS:
        return None
    return "-".join(filter(None, (code.lower(), script and script.title(), region and region.upper())))


def interface(languages: tuple[str, ...]) -> str:
    """The language of the site's own words for readers of these: the first, when it is one of ours, else English."""
    wanted = languages[0].split("-")[0] if languages else "en"
    return wanted if wanted in _INTERFACE else "en"


def target(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    """Rule for a language to translate into."""
    tag = _language(text, node, path, problems)
    if tag is not None and tag.split("-")[0] == "en":
        hint = "Remove it: the English text is always shown beside the translation."
        problems.error(node.mark, path, "papers on arXiv are in English already", hint)
        return None
    return tag


def shown(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    """Rule for the language of the site's own words."""
    tag = _language(text, node, path, problems)
    own = Path(problems.file).parent / "templates" / "locales" / f"{tag}.json"
    if tag is not None and tag not in _INTERFACE and not own.is_file():
        message = f"this version has no words in {tag} of its own"
        problems.warn(node.mark, path, message, f"Put them into templates/locales/{tag}.json beside this file.")
    return tag


def _language(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    tag = canonical(text)
    if tag is None:
        meant = _MEANT.get(text.casefold()) or canonical(text.replace("_", "-"))
        hint = f'Did you mean "{meant}"?' if meant else "Write a tag like zh, zh-Hant, ja or pt-BR."
        problems.error(node.mark, path, f"{quoted(text)} is no language tag", hint)
    return tag
