"""Finds the code that a paper's own abstract and comment point to: without network or guess, as the authors wrote it.

What doesn't say by its address, or by the words before it, that it belongs to the paper is left alone. Digests that
searched GitHub for titles linked to reading lists, and most of the time to themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from digest.model import CodeLink, Paper

Kind: TypeAlias = Literal["code", "project"]

_OWN = r"/[\w.-]*\w[\w.-]*/[\w.-]*\w"
"""An owner and a name: an owner alone is no repository."""
_REPOSITORY = {
    host: re.compile(path, re.IGNORECASE | re.ASCII)
    for host, path in {
        "anonymous.4open.science": r"/(?:r|repository|w)/[\w.-]*\w",
        "bitbucket.org": _OWN,
        "codeberg.org": _OWN,
        "doi.org": r"/10\.(?:5281/zenodo\.\d|17605/osf\.io/\w)",  # any other DOI is a publication
        "gist.github.com": _OWN,
        "gitee.com": _OWN,
        "github.com": r"/(?!(?:about|apps|collections|contact|customer-stories|explore|features|login|marketplace|new"
        rf"|orgs|pricing|readme|search|security|settings|site|sponsors|stars|topics|trending|users)/){_OWN[1:]}",
        "gitlab.com": rf"/(?!(?:dashboard|explore|groups|help|users)/){_OWN[1:]}",
        "huggingface.co": rf"/(?:datasets|spaces|collections){_OWN}|/(?!(?:api|blog|collections|datasets|docs|learn"
        rf"|models|organizations|papers|posts|pricing|spaces|tasks)/){_OWN[1:]}",
        "osf.io": r"/[a-z0-9]{5}(?:/|$)",
        "sourceforge.net": r"/(?:projects|p)/[\w.-]*\w",
        "zenodo.org": r"/(?:records?|doi)/[\w./]*\d",
    }.items()
}
"""Host → how the path of a repository or deposit begins."""
_AWESOME = re.compile(r"[-_/]awesome", re.IGNORECASE)
"""Reading lists are called so."""
_PUBLICATIONS = re.compile(r"(?:^|\.)(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org|ieee\.org|acm\.org)$")

_PROJECT = re.compile(
    r"""(?: \bproject(?:'s)?[\s-]*(?:web[\s-]?)?(?:page|site|link|home[\s-]?page)s?\b [^.;!?]{0,40}
          | (?:^|[.,;:|(]\s*) (?:our\s+|paper\s+)? (?:project|page|web[\s-]?site|web[\s-]?page|home[\s-]?page) \s*[:–-]
        ) [\s"'(<{[]* $""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before the address of a project page."""
_REGISTERED = re.compile(r"pre-?regist", re.IGNORECASE)
"""A plan that was filed before the study is not its code."""
_NEAR = 80
"""How many characters before an address say what it is."""

_URL = re.compile(
    r"(?<![\w@./-])(?P<scheme>https?://)?(?P<host>(?:[a-z0-9-]+\.)+[a-z]{2,})(?P<port>:\d+)?(?![\w@-])"
    r"(?P<path>/[\w.~%!$&'()*+,;=:@/?#-]*)?",
    re.IGNORECASE | re.ASCII,
)
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_TILDE = re.compile(r"\\(?:textasciitilde|sim)\b\s*(?:\{\})?|\\~\{\}")
_ESCAPED = re.compile(r"\\([_%#&~$])")
_CHARACTERS = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | {"：": ":", "$": ""} | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
)
_BROKEN = (
    (re.compile(r"\b(https?)\s*:\s*/\s*/\s*(?=[\w-]{1,63}(?:\.[\w-]{1,63})+)", re.IGNORECASE), r"\1://"),
    (re.compile(r"(\b(?:github\.com|gitlab\.com|huggingface\.co)/)\s+(?=[\w.-]+/[\w.-]+)", re.IGNORECASE), r"\1"),
    # after an owner, a name that ends the sentence and can't be a word of it, as `soon` can
    (re.compile(r"(\bgithub\.com/[\w.-]+/)\s+(?=[\w-]*(?:[a-z][A-Z]|\d|-)[\w-]*\.?(?:\s|$))"), r"\1"),
    (re.compile(r"(https?://\S{1,200}-)\s+(?=\w)", re.IGNORECASE), r"\1"),
    (re.compile(r"(https?://\S{1,200}/)\s+(?=~\w)", re.IGNORECASE), r"\1"),
    (re.compile(r"(?<=\S)(?=https?://)", re.IGNORECASE), " "),
)
"""Addresses broken over lines, or run together."""


class InText:
    """Finds links in abstract and comment."""

    name = "abstract"

    def find(self, paper: Paper) -> tuple[CodeLink, ...]:
        """Repositories first, then project pages; each once, in the order of the text."""
        found: dict[str, CodeLink] = {}
        for place, text in (("abstract", paper.abstract), ("comment", paper.comment or "")):
            for url, kind in _links(_mended(text)):
                found.setdefault(_identity(url), CodeLink(url=url, kind=kind, found_by=place))
        return tuple(sorted(found.values(), key=lambda link: link.kind == "project"))


def _identity(url: str) -> str:
    """The same for addresses that lead to the same page."""
    return url.lower().partition("://")[2].removeprefix("www.").rstrip("/")


def _mended(text: str) -> str:
    """`text` with its addresses in one piece and without TeX."""
    # the label first: it says what the address is
    text = _HREF.sub(r" \2 \1 ", text)
    text = _ESCAPED.sub(r"\1", _TILDE.sub("~", text)).translate(_CHARACTERS)
    for gap, bridge in _BROKEN:
        text = gap.sub(bridge, text)
    return text


def _links(text: str) -> Iterator[tuple[str, Kind]]:
    for match in _URL.finditer(text):
        before = text[max(0, match.start() - _NEAR) : match.start()]
        written = match["host"].lower()
        host = {"hf.co": "huggingface.co", "dx.doi.org": "doi.org"}.get(written, written.removeprefix("www."))
        path = _trimmed(re.sub("/{2,}", "/", match["path"] or ""))
        is_repository = _is_repository(host, path)
        if _AWESOME.search(path) or (host == "osf.io" and _REGISTERED.search(before)):
            continue
        if is_repository:
            yield f"https://{host}{_short(path)}", "code"
        elif host.endswith((".github.io", ".gitlab.io")):
            yield f"https://{host}{path.rstrip('/')}", "project"
        elif match["scheme"] and _PROJECT.search(before) and not _PUBLICATIONS.search(host):
            yield f"{match['scheme'].lower()}{written}{match['port'] or ''}{path}", "project"


def _is_repository(host: str, path: str) -> bool:
    if host.endswith((".sourceforge.net", ".sourceforge.io")):
        return True
    begin = _REPOSITORY.get(host) or (_REPOSITORY["gitlab.com"] if host.startswith("gitlab.") else None)
    return begin is not None and begin.match(path) is not None


def _short(path: str) -> str:
    """The path of a repository, without what only a browser or `git clone` needs."""
    return _trimmed(re.split(r"[^\w./%+-]", path, maxsplit=1)[0]).rstrip("/").removesuffix(".git")


def _trimmed(path: str) -> str:
    """Without the punctuation of the sentence around it; a closing parenthesis stays when it was opened within."""
    while path:
        last = path[-1]
        if last in ".,;:!?'*&" or (last == ")" and path.count(")") > path.count("(")):
            path = path[:-1]
        else:
            break
    return path
