"""What the bot posts of a watched order: its card, and the notices in its thread."""

import re
from enum import StrEnum
from typing import NamedTuple

_NAME = re.compile(r"Soak watched-[0-9]+")


class Kind(StrEnum):
    """The value is how a thread says it; the card says none of it."""

    READY = "is ready"
    STUCK = "seems stuck"
    DELETED = "was deleted"
    EXPIRED = "is still not done"
    CARD = ""


class Said(NamedTuple):
    name: str
    kind: Kind


def said_of(text: str) -> Said | None:
    """None if it is about no watched order."""
    named = _NAME.search(text)
    return Said(named[0], next(kind for kind in Kind if kind in text)) if named else None
