"""CSL-JSON, which Zotero, Pandoc and citeproc read; and what the list of stars is made from, in its `custom` part.

https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from digest.outputs.citations.bibtex import key
from digest.outputs.citations.names import Name
from digest.outputs.citations.record import Record
from digest.outputs.views import Paper


def csl(record: Record, paper: Paper) -> dict[str, object]:
    """The item of one paper. `article` is what CSL calls a preprint; JSON itself escapes."""
    facts = {
        "id": key(record.id),
        "type": "article",
        "title": record.title,
        "author": [_name(name) for name in record.authors],
        "issued": {"date-parts": [[record.issued.year, record.issued.month, record.issued.day]]},
        "number": f"arXiv:{record.id}",
        "version": str(record.version),
        "publisher": "arXiv",
        "URL": record.url,
        "DOI": record.doi,
        "categories": list(record.categories),
        "note": ". ".join(record.notes),
        "custom": {
            "arxiv": record.id,
            "page": paper.path,
            "titles": {voice.lang: voice.title for voice in paper.titles},
            "withdrawn": paper.withdrawn,
        },
    }
    return {name: value for name, value in facts.items() if value}


def csl_file(items: Iterable[dict[str, object]]) -> str:
    """A file of items, one a line."""
    lines = (json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _name(name: Name) -> dict[str, str]:
    if name.literal:
        return {"literal": name.literal}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}
