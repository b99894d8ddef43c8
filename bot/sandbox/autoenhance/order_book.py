"""The orders, and the progress of those that run."""

import time
from collections.abc import Callable
from dataclasses import replace

from bot.sandbox.autoenhance.order_json import Json, brackets, failed, photo, stamp
from bot.sandbox.autoenhance.progress import Rhythm, Run, as_of, done_times
from bot.sandbox.autoenhance.sample_orders import (
    ELM,
    HARBOUR_VIEW,
    sample_brackets,
    sample_orders,
    second_orders,
)
from bot.sandbox.change_signal import ChangeSignal
from bot.sandbox.errors import NotOffered

_UNFINISHED = {"waiting", "processing"}
SLOW_SECONDS_PER_PHOTO = 8.0
"""In every rhythm but the regular one. So a forecast has time to be right or wrong."""
MAIN, SECOND = "main", "second"
"""The accounts. Each order belongs to one of them."""


class OrderBook:
    """ELM and HARBOUR_VIEW begin to run when they are first requested, so that people see their progress."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self.change_signal = ChangeSignal()
        self._now = now
        self._orders: dict[str, Json] = {order["order_id"]: order for order in sample_orders(now())}
        self._brackets = sample_brackets(list(self._orders.values()))
        self._runs: dict[str, Run | None] = {ELM: None, HARBOUR_VIEW: None}
        self._accounts: dict[str, str] = {}  # of the orders that are not of MAIN
        for order in second_orders(now()):
            self.add(order, account=SECOND)

    def brackets(self, order_id: str) -> list[Json]:
        """The order's brackets: those that were set, else one for each photo. Raises KeyError.

        While they are grouped, none is in a photo.
        """
        order = self.order(order_id)
        found = self._brackets.get(order_id)
        if found is None:
            listed: object = self._orders[order_id]["images"]
            found = brackets(order_id, listed if isinstance(listed, list) else [])
        return [each | {"image_id": None} for each in found] if order.get("is_merging") else found

    def set_brackets(self, order_id: str, found: list[Json]) -> None:
        """Replace the order's brackets. They stay when the order is replaced."""
        self._brackets[order_id] = found
        self.change_signal.ring()

    def add(self, order: Json, run: Run | None = None, *, account: str = MAIN) -> None:
        """Add or replace an order. With a run, `order` is how it is when the run has ended."""
        self.remove(order["order_id"])
        self._orders[order["order_id"]] = order
        self._accounts[order["order_id"]] = account
        if run is not None:
            self._runs[order["order_id"]] = run

    def remove(self, order_id: str) -> None:
        """Remove an order. The API answers 404 for it from now on."""
        self._orders.pop(order_id, None)
        self._runs.pop(order_id, None)
        self._accounts.pop(order_id, None)

    def orders(self, account: str = MAIN) -> list[Json]:
        """All orders of the account as they are now, newest first. This starts no run."""
        own = (self.order(id_) for id_ in self._orders if self.account(id_) == account)
        return sorted(own, key=created, reverse=True)

    def account(self, order_id: str) -> str:
        """Whose order it is."""
        return self._accounts.get(order_id, MAIN)

    def order(self, order_id: str) -> Json:
        """The order as it is now. Raises KeyError."""
        order = self._orders[order_id]
        return as_of(order, self._run(order_id), self._now()) if self.can_run(order_id) else order

    def photos(self, order_id: str) -> list[Json]:
        """All photos of the order, also those that it does not show yet."""
        images: list[Json] = self._orders[order_id]["images"]
        return images

    def image(self, image_id: str, account: str | None = None) -> Json | None:
        """The photo as it is now, if it is finished. None where there is no file of it to fetch.

        With an account, only a photo of its orders.
        """
        for order in (self.order(id_) for id_ in self._orders if account in {None, self.account(id_)}):
            for image in order["images"] or ():
                if image.get("image_id") == image_id:
                    return image if _is_finished(image, order) else None
        return None

    def can_run(self, order_id: str) -> bool:
        return order_id in self._runs

    def take_in_hand(self, order_id: str) -> None:
        """Give the order a run that is stalled where the order is now. Raises NotOffered without photos."""
        order = self._orders.get(order_id)
        if order is None or not order["images"]:
            raise NotOffered("This order has no photos.")
        if self.can_run(order_id):
            return
        ended = [image for image in order["images"] if image.get("status") not in _UNFINISHED]
        unfinished = [image for image in order["images"] if image.get("status") in _UNFINISHED]
        ends = [*ended, *(image | {"status": "processed"} for image in unfinished)]
        self._orders[order_id] = order | {"images": ends, "is_processing": False}
        self._set(order_id, Run(self._now(), done=len(ended), stalled_at=self._now()))

    def restart(self, order_id: str, rhythm: Rhythm = Rhythm.REGULAR) -> None:
        """Start the order's run again from now. It is no longer deleted, and its photos are not expired."""
        images = [
            image | {"status": "processed"} if image.get("status") == "expired" else image
            for image in self.photos(order_id)
        ]
        self._change(order_id, is_deleted=False, images=images)
        run = self._fresh_run(order_id)
        if rhythm is not Rhythm.REGULAR:
            times = done_times(rhythm, len(images), SLOW_SECONDS_PER_PHOTO, order_id)
            run = replace(run, times=times)
        self._set(order_id, run)

    def upload(self, order_id: str, count: int) -> None:
        """Add so many photos, as when somebody uploads more. They are done after the others."""
        images, now = self.photos(order_id), self._now()
        run = self._runs.get(order_id) or Run(now, done=len(images))
        new = [photo(order_id, len(images) + number) for number in range(1, count + 1)]
        if run.photos_done(now) >= len(images):
            run = Run(now, done=len(images))
        if run.times:
            more = (run.times[-1] + number * run.seconds_per_photo for number in range(1, count + 1))
            run = replace(run, times=(*run.times, *more))
        self._change(order_id, images=[*images, *new], total_images=len(images) + count)
        self._set(order_id, run)

    def download(self, order_id: str, photos: int | None = None) -> None:
        """Download this many more of the photos that are done, or all of them.

        Raises NotOffered when none is left.
        """
        shown = self.order(order_id) if order_id in self._orders else {"images": []}
        left = [image["image_id"] for image in shown["images"] if _can_be_downloaded(image, shown)]
        if not left:
            raise NotOffered("This order has no photo left to download.")
        chosen = set(left[:photos])
        images = [
            image | {"downloaded": True} if image["image_id"] in chosen else image
            for image in self.photos(order_id)
        ]
        self._change(order_id, images=images)

    def expire(self, order_id: str) -> None:
        """End the order's run, and let all its photos expire. Those that were downloaded stay downloaded."""
        self.finish(order_id)
        images = [image | {"status": "expired"} for image in self.photos(order_id)]
        self._change(order_id, images=images)

    def fail_photo(self, order_id: str, reason: str) -> None:
        """Make the photo that is being enhanced fail. When all are done, the last good photo fails.

        Raises NotOffered when every photo has failed already.
        """
        images = list(self._orders[order_id]["images"])
        at = max(self._run(order_id).photos_done(self._now()), 0)
        well = [index for index, image in enumerate(images) if image.get("status") != "error"]
        if not well:
            raise NotOffered("All photos of this order have failed already.")
        chosen = next((index for index in well if index >= at), well[-1])
        images[chosen] = images[chosen] | failed(reason)
        self._change(order_id, images=images)
        self.advance(order_id, max(chosen + 1 - at, 0))

    def age(self, order_id: str, seconds: float) -> None:
        """Stop the order's progress, and date its last change `seconds` back."""
        if self.can_run(order_id):
            self.stall(order_id)
            self._set(order_id, replace(self._run(order_id), aged=seconds))
        touched = self._now() - seconds
        made = min(created(self._orders[order_id]), stamp(touched - 600))
        self._change(order_id, created_at=made, last_updated_at=stamp(touched))

    def delete(self, order_id: str) -> None:
        """Delete the order, as in the web app. The API still returns it, marked as deleted."""
        self._change(order_id, is_deleted=True)

    def advance(self, order_id: str, photos: int) -> None:
        """Finish this many more photos of a running order at once. Grouping ends with that."""
        run, now = self._run(order_id), self._now()
        done = min(max(run.photos_done(now), 0) + photos, len(self._orders[order_id]["images"]))
        frozen = None if run.stalled_at is None else now
        self._set(order_id, replace(run, started=now, grouping=0.0, done=done, stalled_at=frozen, aged=0.0))

    def finish(self, order_id: str) -> None:
        """End the run now."""
        run, done = self._run(order_id), len(self._orders[order_id]["images"])
        self._set(
            order_id, replace(run, started=self._now(), grouping=0.0, done=done, stalled_at=None, aged=0.0)
        )

    def stall(self, order_id: str) -> None:
        """Stop the order's progress where it is now."""
        run = self._run(order_id)
        if run.stalled_at is None:
            self._set(order_id, replace(run, stalled_at=self._now()))

    def _change(self, order_id: str, **changes: object) -> None:
        self._orders[order_id] = self._orders[order_id] | changes
        self.change_signal.ring()

    def _set(self, order_id: str, run: Run) -> None:
        self._runs[order_id] = run
        self.change_signal.ring()

    def _run(self, order_id: str) -> Run:
        return self._runs[order_id] or self._fresh_run(order_id)

    def _fresh_run(self, order_id: str) -> Run:
        return Run(self._now(), grouping=10.0 if order_id == HARBOUR_VIEW else 0.0)


def created(order: Json) -> str:
    """When it was created, to sort by: it may be missing, or in another form."""
    return str(order.get("created_at") or "")


def _can_be_downloaded(image: Json, order: Json) -> bool:
    return _is_finished(image, order) and not image.get("downloaded")


def _is_finished(image: Json, order: Json) -> bool:
    """A photo without a status is done when its order is. Older API versions say `enhanced`."""
    is_done = image.get("enhanced", not order.get("is_processing"))
    status = image.get("status") or ("processed" if is_done else "")
    return bool(status == "processed")
