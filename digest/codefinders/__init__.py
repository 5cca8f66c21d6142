"""Finders of code links by the name that config.yaml gives them. Add a file here and a line below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from digest.codefinders.abstract import InText
from digest.ports import CodeFinder

FINDERS: Mapping[str, Callable[..., CodeFinder]] = {"abstract": InText}
"""name → factory."""
