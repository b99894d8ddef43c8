"""All words that are drawn into a picture. People who can't see it read `bot/slack/text/pictures.py`."""

FAILED = "Failed"
NO_PREVIEW = "No preview"
BEFORE, AFTER = "Before", "After"


def more(photos: int) -> str:
    return f"+{photos:,} more"


def numbered(place: int) -> str:
    """For a photo whose name no font here can draw: its place in the picture, and in its alt text."""
    return f"Photo {place}"
