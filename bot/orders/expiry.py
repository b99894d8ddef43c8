"""Photos of an order that nobody has downloaded, and when Autoenhance may delete them.

Autoenhance deletes photos without a warning after some days. Its API does not say when. So the day is only
about right, and nothing is claimed that the answer does not state.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.orders.models import Order
from bot.orders.progress import Progress


class Expiry(NamedTuple):
    """Done photos that are not downloaded. `at` is None where the day is not known, or has passed."""

    photos: int
    at: datetime | None


def expiry_of(order: Order, progress: Progress, now: datetime, days: int | None) -> Expiry | None:
    """None where every photo is downloaded, or none says that it is not. `progress` is the order's.

    `days` is how long Autoenhance keeps photos, counted from when their order was created.
    """
    words = zip(order.photos, progress.photos, strict=True)
    photos = sum(image.downloaded is False and photo.word == "done" for image, photo in words)
    return Expiry(photos, _day(order.created_at, now, days)) if photos else None


def _day(created: datetime | None, now: datetime, days: int | None) -> datetime | None:
    if created is None or days is None or created > now:
        return None
    at = created + timedelta(days=days)
    return at if at > now else None
