"""How far an order is: a function of the order, its run and the time."""

import itertools
import math
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import lru_cache
from random import Random

from bot.sandbox.autoenhance.order_json import Json, stamp

MAX_BURST = 8  # photos that are done at once


class Rhythm(StrEnum):
    """How the photos of an order follow each other."""

    REGULAR = auto()
    BURSTS = auto()  # several at once, then a pause
    SLOWING = auto()  # the last photos take about three times as long as the first


@lru_cache(maxsize=1_000)
def done_times(rhythm: Rhythm, photos: int, seconds_per_photo: float, seed: str) -> tuple[float, ...]:
    """When each photo is done, in seconds after the grouping. The last one is as late in every rhythm."""
    random = Random(seed)  # noqa: S311 - no secret
    match rhythm:
        case Rhythm.REGULAR:
            weights = [1.0] * photos
        case Rhythm.BURSTS:
            sizes = (random.randint(2, MAX_BURST) for _ in itertools.count())
            bursts = ([float(size)] + [0.0] * (size - 1) for size in sizes)
            weights = list(itertools.islice(itertools.chain.from_iterable(bursts), photos))
        case Rhythm.SLOWING:
            weights = [random.uniform(0.7, 1.3) * (0.5 + number / photos) for number in range(photos)]
    sums = list(itertools.accumulate(weights))
    return tuple(photos * seconds_per_photo * (each / sums[-1]) for each in sums)


@dataclass(frozen=True)
class Run:
    """One enhancement: first the brackets are grouped, then one photo after the other is done.

    `done` photos are done when it starts. From `stalled_at` on there is no progress, and the order's last
    update is dated `aged` seconds back. `times` are the `done_times` of all photos. Without
    them, the rhythm is regular.
    """

    started: float
    grouping: float = 0.0
    seconds_per_photo: float = 2.0
    done: int = 0
    stalled_at: float | None = None
    aged: float = 0.0
    times: tuple[float, ...] = ()

    def photos_done(self, now: float) -> int:
        """How many photos are done at `now`. Negative while the brackets are grouped."""
        moment = now if self.stalled_at is None else self.stalled_at
        moved = moment - self.started - self.grouping
        if self.times and moved >= 0:
            return max(self.done, bisect_right(self.times, self._seconds(self.done) + moved))
        return self.done + math.floor(moved / self.seconds_per_photo)

    def reached(self, photos: int) -> float:
        """When so many photos were done."""
        return self.started + self.grouping + self._seconds(photos) - self._seconds(self.done)

    def _seconds(self, photos: int) -> float:
        if not self.times:
            return photos * self.seconds_per_photo
        return self.times[photos - 1] if photos else 0.0


def as_of(finished: Json, run: Run, now: float) -> Json:
    """The order as the API shows it at `now`. `finished` is the order at the end of the run."""
    images, done = finished["images"], run.photos_done(now)
    if done < 0:
        grouping = {"is_merging": True, "images": [], "total_images": 0}
        return finished | grouping | {"last_updated_at": stamp(run.started - run.aged)}
    done = min(done, len(images))
    touched = run.reached(done) - run.aged
    shown = images[:done] + [_unfinished(image, first=at == 0) for at, image in enumerate(images[done:])]
    is_processing = done < len(images)
    return finished | {"images": shown, "is_processing": is_processing, "last_updated_at": stamp(touched)}


def _unfinished(image: Json, *, first: bool) -> Json:
    """A photo whose status is null keeps it: newer accounts may get no status at all."""
    if "status" in image and image["status"] is None:
        return image | {"downloaded": False}
    return image | {"status": "processing" if first else "waiting", "status_reason": None}
