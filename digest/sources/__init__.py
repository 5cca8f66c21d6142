"""Where papers come from, by the name that config.yaml gives them. Add a file here and a line below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from digest.ports import Source
from digest.sources.arxiv_api import ArxivApi

SOURCES: Mapping[str, Callable[..., Source]] = {"api": ArxivApi}
"""name → factory, called with the run's `Web` and, when config.yaml sets one, the keyword `endpoint`."""
