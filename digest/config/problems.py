"""What is wrong with a configuration, said so that the reader can go to the place and put it right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal

import msgspec

from digest.config.tree import Mark


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, or (a warning) that is read but has no effect."""

    level: Literal["error", "warning"]
    file: str
    line: int
    column: int
    key: str
    """`keywords.Avatar.filters[2]`; empty when it is about the file."""
    message: str
    hint: str | None = None
    """What to do about it, in a whole sentence."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: "
        what = ("warning: " if self.level == "warning" else "") + (f"{self.key}: " if self.key else "")
        return f"{place}{what}{self.message}." + (f" {self.hint}" if self.hint else "")


class Problems:
    """Collects what is found, so that one run of `digest check` names everything."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Problem, None] = {}  # an alias leads to the same place twice

    def error(self, mark: Mark, key: str, message: str, hint: str | None = None) -> None:
        """Note what makes the configuration unusable."""
        self._add("error", mark, key, message, hint)

    def warn(self, mark: Mark, key: str, message: str, hint: str | None = None) -> None:
        """Note what is read but does not do what its writer may expect."""
        self._add("warning", mark, key, message, hint)

    def _add(self, level: Literal["error", "warning"], mark: Mark, key: str, message: str, hint: str | None) -> None:
        problem = Problem(
            level=level, file=self.file, line=mark.line, column=mark.column, key=key, message=message, hint=hint
        )
        self._found[problem] = None

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(problem.level == "error" for problem in self._found)

    def sorted(self) -> tuple[Problem, ...]:
        """In the order of the file."""
        return tuple(sorted(self._found, key=lambda problem: (problem.line, problem.column)))


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.65) -> str | None:
    """The known word that was most likely meant; None when none comes near."""
    spelled = {each.casefold(): each for each in known}
    wanted = word.casefold()
    close = difflib.get_close_matches(wanted, spelled, n=5, cutoff=cutoff)
    # Two letters swapped is the commonest slip: cs.VC is cs.CV, though cs.CC is as near by difflib's measure.
    swapped = [each for each in close if sorted(each) == sorted(wanted)]
    best = next(iter(swapped + close), None)
    return None if best is None else spelled[best]


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """The hint for an unknown word."""
    guess = nearest(word, known)
    return otherwise if guess is None else f'Did you mean "{guess}"?'
