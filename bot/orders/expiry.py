"""Photos of an order that nobody has downloaded, and when Autoenhance may delete them.

Autoenhance deletes photos without a warning after some days. Its API does not say when. So the day is only
about right, and nothing is claimed that the answer does not state.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.orders.models import Order
from bot.orders.progress import Progress


class Expiry(NamedTuple):
    """Photos that nobody has downloaded. `at` is None where the day is not known, or has passed."""

    photos: int  # that are done
    at: datetime | None
    expired: int = 0


def expiry_of(order: Order, progress: Progress, now: datetime, days: int | None) -> Expiry | None:
    """None where every photo is downloaded, or none says that it is not. `progress` is the order's.

    `days` is how long Autoenhance keeps photos, counted from when their order was created.
    """
    both = zip(order.photos, progress.photos, strict=True)
    words = [photo.word for image, photo in both if image.downloaded is False]
    done, expired = words.count("done"), words.count("expired")
    return Expiry(done, _day(order.created_at, now, days), expired) if done or expired else None


def _day(created: datetime | None, now: datetime, days: int | None) -> datetime | None:
    if created is None or days is None or created > now:
        return None
    at = created + timedelta(days=days)
    return at if at > now else None
