"""Files of the template folders that are not templates: style, script, mark, fonts, and the prose of the about page.

Readers get our style and script without comments and indents, which is a quarter less to load, and who changes them
finds them readable. What users add stays as they wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import rcssmin
import rjsmin
from jinja2 import Environment, FileSystemLoader, TemplateNotFound

from digest.errors import RenderError


def static_files(environment: Environment) -> Iterator[tuple[str, bytes]]:
    """`static/…` → content, sorted. What the user adds in `templates/static/` comes along, and wins by name.

    Raises `RenderError` for a file that is not UTF-8 text.
    """
    loader = environment.loader
    assert isinstance(loader, FileSystemLoader)
    for name in sorted(loader.list_templates()):
        if name.startswith("static/") and "/." not in name:
            own = len(loader.searchpath) > 1 and (Path(loader.searchpath[0]) / name).is_file()
            text = _text(environment, name)
            yield name, (text if own else _packed(name, text)).encode()


def _packed(name: str, text: str) -> str:
    if name.endswith(".css"):
        packed: str = rcssmin.cssmin(text)
    elif name.endswith(".js"):
        packed = rjsmin.jsmin(text)
    else:
        return text
    return packed + "\n"


def prose(environment: Environment, page: str, language: str) -> str:
    """HTML of `site/<page>.<language>.md`, or of `site/<page>.md` where nobody wrote one in that language.

    The Markdown is the site owner's own and may hold HTML. Raises `RenderError` when there is neither.
    """
    # Slow to import, and needed on one page.
    from markdown import markdown

    tags = language.split("-")
    names = [f"site/{page}.{'-'.join(tags[:length])}.md" for length in range(len(tags), 0, -1)]
    for name in names:
        try:
            return markdown(_text(environment, name), output_format="html")
        except TemplateNotFound:
            continue
    try:
        return markdown(_text(environment, f"site/{page}.md"), output_format="html")
    except TemplateNotFound as error:
        raise RenderError(f"There is no site/{page}.md", template=f"site/{page}.md", hint="Install again.") from error


def binary(environment: Environment, name: str) -> bytes:
    """Content of a file of the template folders that is no text. Raises `RenderError` when there is none."""
    loader = environment.loader
    assert isinstance(loader, FileSystemLoader)
    for folder in loader.searchpath:
        path = Path(folder) / name
        if path.is_file():
            return path.read_bytes()
    raise RenderError(f"There is no {name}", template=name, hint="Install again.")


def _text(environment: Environment, name: str) -> str:
    loader = environment.loader
    assert loader is not None
    try:
        return loader.get_source(environment, name)[0]
    except UnicodeDecodeError as error:
        raise RenderError(f"{name} is not UTF-8 text", template=name, hint="Save it as UTF-8, or remove it.") from error
