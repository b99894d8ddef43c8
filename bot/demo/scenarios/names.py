"""The scripted days by name."""

from enum import StrEnum


class Name(StrEnum):
    """As they are called on the command line."""

    WEDDING_RUSH = "wedding-rush"
    NIGHT = "night"
    OUTAGE = "outage"
