"""How far an order is: a function of the order, its run and the time."""

import math
from dataclasses import dataclass

from bot.sandbox.autoenhance.order_json import Json, stamp


@dataclass(frozen=True)
class Run:
    """One enhancement: first the brackets are grouped, then one photo after the other is done.

    `done` photos are done when it starts. From `stalled_at` on there is no progress, and the order's last
    update is dated `aged` seconds back.
    """

    started: float
    grouping: float = 0.0
    seconds_per_photo: float = 2.0
    done: int = 0
    stalled_at: float | None = None
    aged: float = 0.0

    def photos_done(self, now: float) -> int:
        """How many photos are done at `now`. Negative while the brackets are grouped."""
        moment = now if self.stalled_at is None else self.stalled_at
        return self.done + math.floor((moment - self.started - self.grouping) / self.seconds_per_photo)


def as_of(finished: Json, run: Run, now: float) -> Json:
    """The order as the API shows it at `now`. `finished` is the order at the end of the run."""
    images, done = finished["images"], run.photos_done(now)
    if done < 0:
        grouping = {"is_merging": True, "images": [], "total_images": 0}
        return finished | grouping | {"last_updated_at": stamp(run.started - run.aged)}
    done = min(done, len(images))
    touched = run.started + run.grouping + (done - run.done) * run.seconds_per_photo - run.aged
    shown = images[:done] + [_unfinished(image, first=at == 0) for at, image in enumerate(images[done:])]
    is_processing = done < len(images)
    return finished | {"images": shown, "is_processing": is_processing, "last_updated_at": stamp(touched)}


def _unfinished(image: Json, *, first: bool) -> Json:
    """A photo whose status is null keeps it: newer accounts may get no status at all."""
    if "status" in image and image["status"] is None:
        return image | {"downloaded": False}
    return image | {"status": "processing" if first else "waiting", "status_reason": None}
