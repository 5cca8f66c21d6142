"""What GitHub makes of Markdown: its own parser, and the tables of the page that comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options


@dataclass
class Cell:
    """A cell of a table: its text, and every tag in it with its attributes."""

    text: str = ""
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    bold: str = ""
    summary: str = ""

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]


class Page(HTMLParser):
    """The rows of every table, the text of every heading, and the tags that stand outside of tables."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[Cell]] = []
        self.headings: list[str] = []
        self.outside: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        # Raw HTML stays alive, as on GitHub: what must not be alive has to be escaped.
        self.html: str = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "td" in self._open:
            self.rows[-1][-1].tags.append((tag, dict(attrs)))
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append(Cell())
        elif tag in ("h1", "h2", "h3", "h4"):
            self.headings.append("")
        else:
            self.outside.add(tag)
        if tag != "br":
            self._open.append(tag)
        elif "td" in self._open:
            self.rows[-1][-1].text += "\n"

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, self.html

    def handle_data(self, data: str) -> None:
        self.text += data
        if "td" in self._open:
            cell = self.rows[-1][-1]
            if "summary" in self._open:
                cell.summary += data
            else:
                cell.text += data
            if "strong" in self._open:
                cell.bold += data
        elif any(tag in self._open for tag in ("h1", "h2", "h3", "h4")):
            self.headings[-1] += data

    def handle_comment(self, data: str) -> None:
        self.outside.add("comment")

    def handle_decl(self, decl: str) -> None:
        self.outside.add("declaration")

    def unknown_decl(self, data: str) -> None:
        self.outside.add("declaration")

    def handle_pi(self, data: str) -> None:
        self.outside.add("instruction")
