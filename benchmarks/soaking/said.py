"""What the bot posts about a watched order: its card, and the notices in its thread."""

import re
from enum import StrEnum
from typing import NamedTuple

_NAME = re.compile(r"Soak watched-[0-9]+")


class Kind(StrEnum):
    """The value is the text by which a notice of this kind is found. A card has none of them."""

    READY = "is ready"
    STUCK = "has stalled"
    DELETED = "was deleted"
    EXPIRED = "isn't done"
    CARD = ""


class Said(NamedTuple):
    channel: str
    name: str
    kind: Kind


def said_of(channel: str, text: str) -> Said | None:
    """The place, the order and the kind of a message. None if it is not about a watched order."""
    named = _NAME.search(text)
    return Said(channel, named[0], next(kind for kind in Kind if kind in text)) if named else None
