"""Says what a topic asks for, and how far it has been answered: only an answer allows to say that there is no paper."""

from __future__ import annotations

import datetime as dt

from digest.model import Status, latest_look
from digest.outputs.archive import Subject
from digest.outputs.wording import Words
from digest.text import collapse


def asked(subject: Subject, words: Words) -> list[str]:
    """What the topic asks for, a line for each part of it."""
    topic = subject.topic
    if topic is None:
        return [words("topic.left")]
    parts = {
        "query": [topic.query] if topic.query else [],
        "filters": [f"“{phrase}”" for phrase in topic.filters],
        "authors": list(topic.authors),
        "exclude": [f"“{phrase}”" for phrase in topic.exclude],
        "categories": list(topic.categories),
    }
    return [
        words(f"about.{part}", value=words.series(collapse(value) for value in values))
        for part, values in parts.items()
        if values
    ]


def answered(subject: Subject, status: Status, words: Words) -> str | None:
    """When the topic had its last whole answer; None for one that is no longer asked for."""
    if subject.topic is None:
        return None
    last = _last_answer(subject, status)
    return words("topic.answered", day=words.date(last)) if last else words("topic.unanswered")


def found(subject: Subject, status: Status, words: Words) -> str:
    """How many papers there are, or why there is none."""
    if subject.entries:
        return words("topic.summary", papers=words.count("papers", len(subject.entries)))
    return words("topic.none" if _last_answer(subject, status) else "topic.unanswered")


def _last_answer(subject: Subject, status: Status) -> dt.date | None:
    """UTC day."""
    known = status.topics.get(subject.name)
    look = latest_look(known) if known is not None else None
    return look.astimezone(dt.UTC).date() if look else None
