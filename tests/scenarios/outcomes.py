"""What can become of a run when something goes wrong: the words that docs/faults.md uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Outcome = Literal["harmless", "retried", "partial, said so", "other route", "next day, said so", "stopped"]
OUTCOMES: Mapping[Outcome, str] = {
    "harmless": "The answer is whole at once, and right.",
    "retried": "The route is asked again, or for another page, and gives the whole answer in the same run.",
    "partial, said so": "One paper can't be read: the report names it, all others are there. It comes from another "
    "route, or with the first answer in which it can be read.",
    "other route": "The report says what failed. Another route gives the whole answer in the same run.",
    "next day, said so": "No route has the whole answer. The report says so, what is stored stays, what came is taken, "
    "and the next run asks for the rest.",
    "stopped": "Nothing is published, and every file is as it was.",
}
