"""Every error this program raises on purpose, in one tree.

    DigestError
    ├── ConfigError          config.yaml can't be used             stops the run, exit 2
    ├── SourceError          a source gave no usable answer        a row of the report
    │   ├── Throttled        asked to slow down: 429, 406, 503, "Rate exceeded."
    │   ├── Malformed        not the feed that was asked for, or cut short
    │   ├── Refused          asking again won't help: 400, 403, a query arXiv can't read
    │   └── Unreachable      no connection, reset, or the deadline passed
    ├── CodeFinderError      a code finder failed for one paper    a row of the report
    ├── TranslationError     one text was not translated           a row of the report
    ├── StoreError           a stored file can't be read or written   stops the run, exit 1
    ├── RenderError          a template failed                        stops the run, exit 1
    └── PublishError         an output can't be written               stops the run, exit 1

Catch `DigestError` to survive anything that the world can do to us. Whatever else is raised is a bug: let it raise.
"""

from __future__ import annotations


class DigestError(Exception):
    """Root of the tree. `str(error)` says what happened and where; `hint` says what to do about it."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(DigestError):
    """The configuration can't be used; `problems` lists every reason, each with file, line, column and key."""

    def __init__(self, message: str, *, problems: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class SourceError(DigestError):
    """A source gave no usable answer. What is stored stays as it is; the next run asks again.

    `status` is the HTTP status of the last try, where there was one.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str,
        topic: str | None = None,
        status: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.source = source
        self.topic = topic
        self.status = status


class Throttled(SourceError):
    """The source asked us to slow down, more often than we were willing to wait."""


class Malformed(SourceError):
    """The answer was not the document that was asked for, or stopped half-way."""


class Refused(SourceError):
    """The source understood and said no; asking the same again won't help."""


class Unreachable(SourceError):
    """No connection, a broken one, or none that finished before its deadline."""


class CodeFinderError(DigestError):
    """Looking for the code of one paper failed."""

    def __init__(self, message: str, *, arxiv_id: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.arxiv_id = arxiv_id


class TranslationError(DigestError):
    """One paper was not translated. `fatal`: the next one would fail in the same way (a dead key, no quota)."""

    def __init__(
        self, message: str, *, arxiv_id: str | None, language: str, fatal: bool = False, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.arxiv_id = arxiv_id
        self.language = language
        self.fatal = fatal


class StoreError(DigestError):
    """A stored file can't be read or written."""

    def __init__(self, message: str, *, path: str, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.line = line


class RenderError(DigestError):
    """A template failed; nothing was published."""

    def __init__(self, message: str, *, template: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.template = template


class PublishError(DigestError):
    """An output can't be written, or two outputs claim the same path."""

    def __init__(self, message: str, *, path: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path
