"""What can be drawn of an order's photos. Everything here takes CPU time: callers run it in a thread.

Pillow is an optional extra. It is imported only when something is drawn, so that a bot without it starts, and
one with it starts as quickly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

MAX_TILES = 12


class NotAPicture(Exception):
    """These bytes are no JPEG or PNG that can be shown: damaged, of another format, or too large."""


@dataclass(frozen=True)
class Tile:
    """One photo of a contact sheet. `image` is a JPEG or PNG, or None where there is no preview."""

    name: str
    image: bytes | None = field(repr=False)
    failed: bool = False
    reason: str = ""


def available() -> bool:
    """Whether Pillow is installed."""
    return find_spec("PIL") is not None


def contact_sheet(tiles: Sequence[Tile], more: int) -> bytes:
    """One JPEG of up to MAX_TILES tiles: those that failed first, then the others, in the order given.

    `more` is how many photos the order has besides `tiles`. A tile whose image is None, or cannot be shown,
    says that there is no preview.
    """
    from bot.pictures import drawing  # noqa: PLC0415 - Pillow is an extra

    chosen = sorted(tiles, key=lambda tile: not tile.failed)[:MAX_TILES]
    return drawing.sheet(chosen, more + len(tiles) - len(chosen))


def pair(name: str, original: bytes, enhanced: bytes) -> bytes:
    """One JPEG with both side by side, named Before and After. Raises NotAPicture."""
    from bot.pictures import drawing  # noqa: PLC0415 - Pillow is an extra

    return drawing.pair(name, original, enhanced)
