"""Where papers come from, by the name that config.yaml gives them. Add a file here and a line below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from digest.config.categories import CATEGORIES
from digest.ports import Source
from digest.sources.arxiv_api import ArxivApi
from digest.sources.arxiv_oai import ArxivOai
from digest.sources.arxiv_rss import ArxivRss

if TYPE_CHECKING:
    from digest.config import Fetch
    from digest.model import Status
    from digest.web import Web


def _api(web: Web, fetch: Fetch, _status: Status) -> Source:
    return ArxivApi(web, endpoint=fetch.endpoints.api)


def _rss(web: Web, fetch: Fetch, status: Status) -> Source:
    followed = {name: known.followed for name, known in status.topics.items()}
    return ArxivRss(web, endpoint=fetch.endpoints.rss, known=CATEGORIES, answered=followed, feeds=status.feeds)


def _oai(web: Web, fetch: Fetch, _status: Status) -> Source:
    return ArxivOai(web, endpoint=fetch.endpoints.oai)


SOURCES: Mapping[str, Callable[..., Source]] = {"api": _api, "rss": _rss, "oai": _oai}
"""name → factory, called with the run's `Web`, the `fetch` section of config.yaml and the status of the last run."""
