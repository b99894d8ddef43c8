"""The orders that there are, and how those come along that run."""

import time
from collections.abc import Callable
from dataclasses import replace

from bot.sandbox.autoenhance.order_json import Json, failed, stamp
from bot.sandbox.autoenhance.progress import Run, as_of
from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, sample_orders
from bot.sandbox.change_signal import ChangeSignal
from bot.sandbox.errors import NotOffered

_UNDER_WAY = {"waiting", "processing"}


class OrderBook:
    """ELM and HARBOUR_VIEW begin to run when they are first asked for, so whoever looks sees them move."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self.change_signal = ChangeSignal()
        self._now = now
        self._orders: dict[str, Json] = {order["order_id"]: order for order in sample_orders(now())}
        self._runs: dict[str, Run | None] = {ELM: None, HARBOUR_VIEW: None}

    def add(self, order: Json, run: Run | None = None) -> None:
        """Put in or replace an order; with a run, it is what the order will be when the run has ended."""
        self.remove(order["order_id"])
        self._orders[order["order_id"]] = order
        if run is not None:
            self._runs[order["order_id"]] = run

    def remove(self, order_id: str) -> None:
        """Forget an order: it answers 404 from now on."""
        self._orders.pop(order_id, None)
        self._runs.pop(order_id, None)

    def orders(self) -> list[Json]:
        """All orders as they stand now, newest first; this does not start those that begin when asked for."""
        return sorted(
            (self.order(id_) for id_ in self._orders), key=lambda order: order["created_at"], reverse=True
        )

    def order(self, order_id: str) -> Json:
        """The order as it stands now; raises KeyError."""
        order = self._orders[order_id]
        return as_of(order, self._run(order_id), self._now()) if self.can_run(order_id) else order

    def photos(self, order_id: str) -> list[Json]:
        """All photos there will be, also while the order does not show them yet."""
        images: list[Json] = self._orders[order_id]["images"]
        return images

    def can_run(self, order_id: str) -> bool:
        return order_id in self._runs

    def take_in_hand(self, order_id: str) -> None:
        """From now on the order can be moved: it stands still where it is. NotOffered without photos."""
        order = self._orders.get(order_id)
        if order is None or not order["images"]:
            raise NotOffered("there are no photos in this order")
        if self.can_run(order_id):
            return
        ended = [image for image in order["images"] if image.get("status") not in _UNDER_WAY]
        rest = [image for image in order["images"] if image.get("status") in _UNDER_WAY]
        ends = [*ended, *(image | {"status": "processed"} for image in rest)]
        self._orders[order_id] = order | {"images": ends, "is_processing": False}
        self._set(order_id, Run(self._now(), done=len(ended), stalled_at=self._now()))

    def restart(self, order_id: str) -> None:
        """Let a running order begin again from now; one that was deleted is there again."""
        self._change(order_id, is_deleted=False)
        self._set(order_id, self._fresh_run(order_id))

    def fail_photo(self, order_id: str, reason: str) -> None:
        """The photo that a running order is at fails; when all are done, the last that went well does."""
        images = list(self._orders[order_id]["images"])
        at = max(self._run(order_id).photos_done(self._now()), 0)
        well = [index for index, image in enumerate(images) if image.get("status") != "error"]
        if not well:
            raise NotOffered("every photo of this order has failed already")
        chosen = next((index for index in well if index >= at), well[-1])
        images[chosen] = images[chosen] | failed(reason)
        self._change(order_id, images=images)
        self.advance(order_id, max(chosen + 1 - at, 0))

    def age(self, order_id: str, seconds: float) -> None:
        """Nothing moves any more, and nothing has for so long."""
        if self.can_run(order_id):
            self.stall(order_id)
            self._set(order_id, replace(self._run(order_id), aged=seconds))
        touched = self._now() - seconds
        created = min(self._orders[order_id]["created_at"], stamp(touched - 600))
        self._change(order_id, created_at=created, last_updated_at=stamp(touched))

    def delete(self, order_id: str) -> None:
        """Somebody deletes the order in the web app; the API goes on to show it, as deleted."""
        self._change(order_id, is_deleted=True)

    def advance(self, order_id: str, photos: int) -> None:
        """So many more photos of a running order are done at once; grouping is over with that."""
        run, now = self._run(order_id), self._now()
        done = min(max(run.photos_done(now), 0) + photos, len(self._orders[order_id]["images"]))
        frozen = None if run.stalled_at is None else now
        self._set(order_id, replace(run, started=now, grouping=0.0, done=done, stalled_at=frozen, aged=0.0))

    def finish(self, order_id: str) -> None:
        """The run ends now."""
        run, done = self._run(order_id), len(self._orders[order_id]["images"])
        self._set(
            order_id, replace(run, started=self._now(), grouping=0.0, done=done, stalled_at=None, aged=0.0)
        )

    def stall(self, order_id: str) -> None:
        """Nothing moves any more: as it stands now, it stays."""
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
