"""arXiv's identifiers in all their spellings: a wrong one would be a wrong link, and two would be two papers."""

from __future__ import annotations

import re

_SPELLING = re.compile(
    r"""
    (?i: (?:https?://)? (?:[a-z]+\.)? arxiv\.org / (?:abs|pdf|html|src|e-print|format) /
       | oai:arxiv\.org:
       | arxiv: [ ]?
    )?
    (?: (?P<new> [0-9]{2}(?:0[1-9]|1[0-2]) \. [0-9]{4,5} )
      | (?P<archive> [a-z]+(?:-[a-z]+)* ) (?: \.[A-Za-z]+(?:-[a-z]+)* )?
        / (?P<number> [0-9]{2}(?:0[1-9]|1[0-2]) [0-9]{3} )
    )
    (?: v (?P<version> [1-9][0-9]{0,3} ) )?
    (?: \.pdf )?
    (?: [?#] \S* )?
    """,
    re.VERBOSE,
)


def parse_arxiv_id(text: str) -> tuple[str, int | None]:
    """Identifier without version, and the version where `text` names one.

    Reads `2411.09268v2`, `solv-int/9901001`, `math.GT/0309136` (whose subject class is dropped: `math/0309136`), each
    alone, after `arXiv:` or `oai:arXiv.org:`, or as the URL of an abstract page or a PDF.
    https://info.arxiv.org/help/arxiv_identifier.html. Raises `ValueError` for anything else.
    """
    found = _SPELLING.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not an arXiv identifier: {text[:80]!r}")
    arxiv_id = found["new"] or f"{found['archive']}/{found['number']}"
    return arxiv_id, int(found["version"]) if found["version"] else None
