"""Which keys of the configuration fit together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digest.config.problems import Problems
from digest.config.rules import is_loopback
from digest.config.tree import Items, Mark, Node, Scalar, Table, join, tidied, unseen
from digest.config.types import Fetch
from digest.errors import ConfigError
from digest.model import Topic
from digest.text import slug
from digest.topics import query_of, to_arxiv

_SHORTEST_DELAY = 3.0
"""Seconds: https://info.arxiv.org/help/api/tou.html asks for no more than one request every three seconds."""


def check(root: Table, values: Mapping[str, Any], problems: Problems) -> None:
    """Note what doesn't fit. `values` is what `shape` read of `root`; what was wrong alone is not in it."""
    _topics(root, values, problems)
    _delay(root, values, problems)
    _model(root, problems)
    _paths(root, values, problems)


def _topics(root: Table, values: Mapping[str, Any], problems: Problems) -> None:
    topics = root.child("keywords")
    slugs: dict[str, str] = {}
    if topics is None:
        return
    for name in topics.entries:
        mark = topics.keys[name]
        path = join("keywords", name)
        if not name.strip() or unseen(name):
            problems.error(mark, "keywords", "a topic needs a name that can be seen")
            continue
        page = slug(name)
        if page in slugs:
            message = f'is too like "{slugs[page]}": both pages would be topics/{page}/'
            problems.error(mark, path, message, "Give one of them another name.")
        slugs.setdefault(page, name)
        topic = topics.child(name)
        if topic is not None:
            read = values.get("keywords", {}).get(tidied(name), {})
            _topic(topic, read, mark, path, problems)
            _searchable(Topic(name=name, **read), topic, mark, path, problems)


def _topic(topic: Table, values: Mapping[str, Any], mark: Mark, path: str, problems: Problems) -> None:
    written = {name for name, node in topic.entries.items() if not _says_nothing(node)}
    for name in sorted(written & {"filters", "authors"}) if "query" in written else ():
        hint = "A query says all by itself; keep one of the two."
        problems.error(topic.keys["query"], join(path, "query"), f"can't stand beside {name}", hint)
    if {"query", "fields"} <= written and "exclude" not in written:
        problems.warn(topic.keys["fields"], join(path, "fields"), "has no effect beside a query")
    misspelt = topic.entries.keys() - Topic.__struct_fields__
    if not written & {"filters", "authors", "query"} and not misspelt:
        hint = 'Example: filters: ["talking head", "digital avatar"]'
        problems.error(mark, path, "a topic needs filters, authors or a query", hint)
    fields = topic.entries.get("fields")
    if isinstance(fields, Items) and not fields.items:
        problems.error(topic.keys["fields"], join(path, "fields"), "is empty", "Remove it to look everywhere.")
    excluded = {phrase.casefold() for phrase in values.get("exclude", ())}
    for phrase in values.get("filters", ()):
        if phrase.casefold() in excluded:
            message = f'"{phrase}" is among the filters too, so it finds nothing'
            problems.warn(topic.keys["exclude"], join(path, "exclude"), message)


def _says_nothing(node: Node) -> bool:
    return (isinstance(node, Scalar) and node.kind == "null") or (isinstance(node, Items) and not node.items)


def _searchable(topic: Topic, table: Table, mark: Mark, path: str, problems: Problems) -> None:
    """Something has to be left that arXiv's search knows. Categories are enough: words are then looked for here."""
    if not topic.fields or not (topic.filters or topic.authors or topic.query) or _can_be_asked(topic):
        return
    named = False
    for key, alone in (("filters", _only_filter), ("authors", _only_author)):
        node = table.entries.get(key)
        for number, item in enumerate(node.items if isinstance(node, Items) else ()):
            if isinstance(item, Scalar) and not _can_be_asked(alone(item.source)):
                hint = "It knows Latin letters and digits only. Write it so, or limit the topic to some categories."
                problems.error(item.mark, join(join(path, key), number), "arXiv's search can't look for this", hint)
                named = True
    if not named:
        problems.error(mark, path, "arXiv's search can't look for any word of this topic", "Limit it to categories.")


def _only_filter(text: str) -> Topic:
    return Topic(name="", filters=(text,))


def _only_author(text: str) -> Topic:
    return Topic(name="", authors=(text,))


def _can_be_asked(topic: Topic) -> bool:
    try:
        asked = query_of(topic)
    except ConfigError:  # a phrase or query that can't be read: its rule has said so
        return True
    try:
        to_arxiv(asked)
    except ConfigError:
        return False
    return True


def _delay(root: Table, values: Mapping[str, Any], problems: Problems) -> None:
    fetch = values.get("fetch", {})
    table = root.child("fetch")
    sources = fetch.get("sources") or Fetch().sources
    endpoints = fetch.get("endpoints", {})
    # One clock for all of arXiv: a single route that leads there sets the pace of the others.
    there = [name for name in ("api", "rss", "oai") if name in sources and not is_loopback(endpoints.get(name, ""))]
    if table is not None and fetch.get("delay", _SHORTEST_DELAY) < _SHORTEST_DELAY and there:
        hint = "https://info.arxiv.org/help/api/tou.html; only an endpoint on this machine may be asked faster."
        problems.error(table.entries["delay"].mark, "fetch.delay", "arXiv asks for 3 seconds between requests", hint)


def _model(root: Table, problems: Problems) -> None:
    translate = root.child("translate")
    openai = translate.child("openai") if translate is not None else None
    written = (
        {name for name, node in openai.entries.items() if not _says_nothing(node)} if openai is not None else set()
    )
    if openai is not None and "base_url" in written and "model" not in written:
        hint = "Every service names its models differently; there is no default."
        problems.error(openai.keys["base_url"], "translate.openai.model", "is missing beside base_url", hint)


def _paths(root: Table, values: Mapping[str, Any], problems: Problems) -> None:
    site = root.child("site")
    output = values.get("site", {}).get("output", "_site")
    named = [("site.output", output, site.keys.get("output") if site is not None else None)]
    for key, default in _FOLDERS.items():
        path = values.get(key, default)
        if path is None:
            continue
        mark = root.keys.get(key)
        for other, taken, its_mark in named:
            nested = other == "site.output" and (path.startswith(f"{taken}/") or taken.startswith(f"{path}/"))
            if path == taken or nested:
                message = f"{path} is `{other}` already" if path == taken else f"{path} and {taken} ({other}) overlap"
                problems.error(mark or its_mark or root.mark, key, message, "Give each a place of its own.")
        named.append((key, path, mark))


_FOLDERS = {"data": "docs/data", "daily": "docs/daily", "readme": "README.md"}
