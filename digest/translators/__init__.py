"""Translators by the name that config.yaml gives them. Add a file here and a line below: docs/add-a-source.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from digest.ports import Translator
from digest.translators import chat

BACKENDS: Mapping[str, Callable[..., Translator]] = {"openai": chat.make}
"""name → factory, called with `web`, `settings`, `environ` and `now`; raises `TranslationError` when it isn't ready."""
