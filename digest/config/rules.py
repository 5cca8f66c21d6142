"""What a type can't say about the configuration: which texts make sense, and which keys fit together."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from digest.config.categories import ARCHIVES, CATEGORIES, RENAMED
from digest.config.languages import shown, target
from digest.config.peers import NOT_YET
from digest.config.problems import Problems, did_you_mean, nearest
from digest.config.shape import Rule
from digest.config.tree import Scalar, quoted
from digest.errors import ConfigError
from digest.model import Topic
from digest.query import Query, Term
from digest.topics import parse, query_of

SHAPES = {
    "": "Write: keywords: {Avatar: {filters: [talking head]}}",
    "keywords": 'Give each topic a name: keywords: {My topic: {filters: ["one phrase", "another phrase"]}}',
    "keywords.*": 'Write below its name: filters: ["one phrase", "another phrase"]',
}
"""The right shape, for who wrote another, by pattern."""

REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?/[\w.-]+", re.ASCII)
"""`owner/name` as GitHub allows them."""
_FACTORY = re.compile(r"[\w.]+:[\w.]+")


def _filter(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    asked = _understood(lambda: query_of(Topic(name="", filters=(text,), fields=("title",))), node, path, problems)
    if asked is not None and asked != Term("title", text):
        hint = "A phrase has no AND, OR or field in it; write an expression under `query:`."
        problems.warn(node.mark, path, "read as an expression in arXiv's query syntax", hint)
    return text


def _query(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    _understood(lambda: parse(text), node, path, problems)
    return text


def _understood(read: Callable[[], Query], node: Scalar, path: str, problems: Problems) -> Query | None:
    try:
        return read()
    except ConfigError as error:
        bare = error.__cause__ if isinstance(error.__cause__, ConfigError) else error  # without the topic's name
        problems.error(node.mark, path, bare.message.rstrip("."), bare.hint)
        return None


def _category(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    text = text.removeprefix("cat:").strip()  # as Len-Li/cv-arxiv-daily and arXiv's queries write it
    known = {each.casefold(): each for each in (*CATEGORIES, *ARCHIVES, *(f"{archive}.*" for archive in ARCHIVES))}
    found = known.get(text.casefold())
    if found is None:
        guess = RENAMED.get(text) or nearest(text, CATEGORIES + ARCHIVES, cutoff=0.7)
        hint = f'Did you mean "{guess}"?' if guess else "https://arxiv.org/category_taxonomy has them all."
        problems.error(node.mark, path, f"arXiv has no category {quoted(text)}", hint)
    return found


def _name(known: tuple[str, ...], later: tuple[str, ...]) -> Rule:
    def rule(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
        if text in known or _FACTORY.fullmatch(text):
            return text
        if text in later:
            problems.warn(node.mark, path, f"{quoted(text)} is {NOT_YET}")
        else:
            otherwise = f"Use one of {', '.join(known)}, or package.module:factory of your own."
            problems.error(
                node.mark, path, f"{quoted(text)} is not known", did_you_mean(text, known + later, otherwise)
            )
        return None

    return rule


def _url(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    """An address, without what could be a secret. The address is never repeated in a message."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and " " not in text
    except ValueError:  # a port of letters, half an IPv6 address
        sound = False
    if not sound:
        problems.error(node.mark, path, "must be an address that begins with https://")
    elif parts.username is not None or parts.password is not None:
        problems.error(node.mark, path, "holds a user name or password", "Secrets never stand in this file.")
    elif parts.query or parts.fragment:
        problems.error(node.mark, path, "must end before ? and #")
    else:
        return text
    return None


def _service(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    address = _url(text, node, path, problems)
    if address is not None and address.startswith("http:") and not is_loopback(address):
        hint = "Texts and keys travel unencrypted; use https:// when the service has it."
        problems.warn(node.mark, path, "is an http:// address outside this machine", hint)
    return None if address is None else address.rstrip("/")


def _site_url(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    address = _url(text, node, path, problems)
    return None if address is None else address.rstrip("/") + "/"


def _repository(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    found = REPOSITORY.fullmatch(text)
    if found is None:
        inner = re.search(r"github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", text)
        hint = f"Write {inner[1]}" if inner else "Example: someone/avatar-daily"
        problems.error(node.mark, path, "must be owner/name", hint)
        return None
    return text


def _contact(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    if re.fullmatch(r"[^@\s<>,;()]+@[^@\s<>,;()]+\.[^@\s<>,;()]+", text):
        return text
    if text.startswith(("http://", "https://")):
        return _url(text, node, path, problems)
    problems.error(node.mark, path, "must be a mail address or an address that begins with https://")
    return None


def _variable(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    if re.fullmatch(r"[A-Z_][A-Z0-9_]*", text):
        return text
    hint = "If this is the key itself, remove it from this file and revoke it if the file was ever published."
    problems.error(node.mark, path, "must be the name of an environment variable, like OPENAI_API_KEY", hint)
    return None


def _path(text: str, node: Scalar, path: str, problems: Problems) -> str | None:
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:", text):
        problems.error(node.mark, path, "must be relative to the folder of the digest", "Example: docs/data")
    elif "\\" in text:
        problems.error(node.mark, path, "must have / between folders, not \\")
    elif ".." in parts:
        problems.error(node.mark, path, "must stay inside the folder of the digest, so `..` is not allowed")
    elif not parts or parts[0] == ".git":
        problems.error(node.mark, path, "must name a file or folder of its own", "Example: docs/data")
    else:
        return "/".join(parts)
    return None


RULES: Mapping[str, Rule] = {
    "site_url": _site_url,
    "repository": _repository,
    "keywords.*.filters[]": _filter,
    "keywords.*.exclude[]": _filter,
    "keywords.*.categories[]": _category,
    "keywords.*.query": _query,
    "fetch.sources[]": _name(("api", "rss", "oai"), ()),
    "fetch.contact": _contact,
    "fetch.endpoints.api": _service,
    "fetch.endpoints.rss": _service,
    "fetch.endpoints.oai": _service,
    "translate.languages[]": target,
    "translate.backends[]": _name(("openai",), ("deepl", "firefox")),
    "translate.openai.base_url": _service,
    "translate.openai.api_key_env": _variable,
    "site.output": _path,
    "site.language": shown,
    "data": _path,
    "daily": _path,
    "readme": _path,
}
"""Rule for a text by the pattern of its key."""


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
