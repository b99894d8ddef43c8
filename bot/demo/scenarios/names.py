"""The scripted days by name."""

from enum import StrEnum


class Name(StrEnum):
    """The values of `--scenario` on the command line."""

    WEDDING_RUSH = "wedding-rush"
    NIGHT = "night"
    OUTAGE = "outage"
