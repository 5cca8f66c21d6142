r"""BibTeX as BibTeX, Biber and their users expect it: UTF-8, formulas in TeX, capitals kept, arXiv's eprint fields.

BibTeX counts braces before TeX sees them, `\{` included, so that a brace of the text is always spelled as a command.
https://info.arxiv.org/help/hypertex/bibstyles/index.html
"""

from __future__ import annotations

import re

from digest.outputs.citations.names import Name
from digest.outputs.citations.record import Record
from digest.text import plain, spans

_ESCAPED = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "^": r"{\textasciicircum}",
        "~": r"{\textasciitilde}",
        "<": r"{\textless}",
        ">": r"{\textgreater}",
        "|": r"{\textbar}",
        **{sign: f"\\{sign}" for sign in "$&%#_"},
    }
)
_WORD = re.compile(r"[^\W_]+")
_VERBATIM = re.compile(r"[^\s{}\\%]+")
r"""Biber takes `doi` and `url` as they stand, so nothing in them can be escaped."""
_DELIMITED = re.compile(r"\$\$(.+)\$\$|\$(.+)\$|\\\((.+)\\\)|\\\[(.+)\\\]", re.DOTALL)
_UNSAFE = re.compile(r"(?<!\\)(?:\\\\)*[$%#&]|\\$|\\(?:input|include|write|def|let|csname|catcode)(?![A-Za-z])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def bibtex(record: Record) -> str:
    """The entry of one paper, ending in a line break. Its key is made of the arXiv id, so it never changes."""
    fields = [
        ("title", f"{{{_title(record.tex)}}}"),
        ("author", f"{{{' and '.join(_name(name) for name in record.authors)}}}" if record.authors else None),
        ("year", f"{{{record.issued.year}}}"),
        ("month", _MONTHS[record.issued.month - 1]),
        ("eprint", f"{{{record.id}}}"),
        ("archivePrefix", "{arXiv}"),
        ("primaryClass", f"{{{escape(record.primary)}}}" if record.primary else None),
        ("doi", f"{{{record.doi}}}" if record.doi and _VERBATIM.fullmatch(record.doi) else None),
        ("url", f"{{{record.url}}}"),
        ("note", f"{{{escape('. '.join(record.notes))}}}" if record.notes else None),
    ]
    lines = ",\n".join(f"  {name} = {value}" for name, value in fields if value is not None)
    return f"@misc{{{key(record.id)},\n{lines}\n}}\n"


def key(arxiv_id: str) -> str:
    """`arXiv-2611.90001`, `arXiv-math-0309136`: the slash of old identifiers troubles some tools."""
    return f"arXiv-{arxiv_id.replace('/', '-')}"


def escape(text: str) -> str:
    """Readable text as TeX that prints it, with balanced braces."""
    return text.translate(_ESCAPED)


def _title(tex: str) -> str:
    """Words with their capitals protected, formulas within braces so that no style changes their letters."""
    parts: list[str] = []
    for span in spans(tex):
        kept = _formula(span.source) if span.kind == "maths" else None
        if span.kind == "text":
            parts.append(_words(span.source, first=not parts))
        else:
            parts.append(kept or escape(plain(f"|{span.source}|")[1:-1]))  # the spaces at its ends part words
    return "".join(parts)


def _words(text: str, *, first: bool) -> str:
    """Styles set titles in lower case: a word with a capital behind its first letter, or of one capital, keeps it."""
    made: list[str] = []
    done = 0
    for word in _WORD.finditer(text):
        letters = word[0]
        opens = first and not made
        made.append(escape(text[done : word.start()]))
        alone = len(letters) == 1 and letters.isupper() and letters != "A" and not opens
        kept = alone or any(letter.isupper() for letter in letters[1:])
        made.append(f"{{{letters}}}" if kept else letters)
        done = word.end()
    made.append(escape(text[done:]))
    return "".join(made)


def _formula(source: str) -> str | None:
    """The formula in dollars, or None when it could not stand in a file of BibTeX."""
    found = _DELIMITED.fullmatch(source)
    if found is None:
        return None
    inner = next(group for group in found.groups() if group is not None)
    depth = lowest = 0
    for sign in re.findall(r"[{}]", inner):
        depth += 1 if sign == "{" else -1
        lowest = min(lowest, depth)
    return None if depth or lowest or _UNSAFE.search(inner) else f"{{${inner}$}}"


def _name(name: Name) -> str:
    """`van der Berg, Jr, Jan`; a name that stays whole is one group, which BibTeX doesn't look into."""
    if name.literal:
        return f"{{{escape(name.literal)}}}"
    family = " ".join(filter(None, (name.particle, name.family)))
    return ", ".join(escape(part) for part in (family, name.suffix, name.given) if part)
