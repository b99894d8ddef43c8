"""The webhook of the stand-in Autoenhance. It calls when a photo is done, as the real one does."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from bot.sandbox.autoenhance.order_book import MAIN, OrderBook
from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.errors import NotOffered
from bot.sandbox.http_client import plain_client

WEBHOOK_TOKEN = "only-good-in-the-sandbox"
TIMEOUT_SECONDS = 5.0
"""How long a call waits for an answer. Autoenhance does not document how long it waits."""

Done = tuple[str, str, str]
"""The ID of an order, the ID of its photo, and the photo's status."""


@dataclass
class WebhookCall:
    """One call and its result. `status` is 0 without an answer, and `error` says why."""

    at: float
    body: Json
    status: int = 0
    answer: bytes = field(default=b"", repr=False)
    error: str = ""
    seconds: float = 0.0


class Webhook(OrderBook):
    """The webhook of the account MAIN: calls go to `webhook_url` and carry `webhook_token`."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        super().__init__(now=now)
        self.webhook_url: str | None = None
        self.webhook_token = WEBHOOK_TOKEN
        self.webhook_calls: list[WebhookCall] = []
        self._known: set[Done] | None = None

    async def call_webhook(
        self,
        order_id: str,
        *,
        event: str = "image_processed",
        image_id: str | None = None,
        error: bool | None = None,
        processing: bool | None = None,
    ) -> int:
        """Call once. Returns the status, or 0 without an answer. Raises NotOffered without a URL.

        What is not given is read from the order: a photo that is done, whether it failed, and whether the
        order is still processing.
        """
        order = self.order(order_id) if order_id in self._orders else {"images": [], "is_processing": False}
        photo = _photo(order, image_id)
        return await self._call(
            {
                "event": event,
                "image_id": image_id or photo.get("image_id"),
                "error": photo.get("status") == "error" if error is None else error,
                "order_id": order_id,
                "order_is_processing": order["is_processing"] if processing is None else processing,
            }
        )

    async def keep_calling(self, every: float = 1.0) -> None:
        """Call for each photo that gets done, until cancelled. A call without an answer does not end it."""
        while True:
            await self.tick()
            await asyncio.sleep(every)

    def take_in_hand(self, order_id: str) -> None:
        """As in `OrderBook`. The webhook does not call for the photos that are done already."""
        super().take_in_hand(order_id)
        order = self.order(order_id)
        if self._known is not None:
            self._known |= {_done(order, image) for image in order["images"]}

    async def tick(self) -> None:
        """Call once for each photo that was done since the last tick. The first tick calls for none."""
        for order, image, is_last in list(self._news()):
            if self.webhook_url is not None:
                processing = order["is_processing"] or not is_last
                await self.call_webhook(order["order_id"], image_id=image["image_id"], processing=processing)

    def _news(self) -> Iterator[tuple[Json, Json, bool]]:
        """For each newly done photo: its order, the photo, and whether it is the order's last new one."""
        own = [order_id for order_id in self._orders if self.account(order_id) == MAIN]
        running = [self.order(order_id) for order_id in own if self.can_run(order_id)]
        done = {_done(order, image): (order, image) for order in running for image in order["images"]}
        done = {key: found for key, found in done.items() if key[2] in {"processed", "error"}}
        known, self._known = self._known, set(done)
        new = {} if known is None else {key: found for key, found in done.items() if key not in known}
        last = {key[0]: key for key in new}
        return ((order, image, key == last[key[0]]) for key, (order, image) in new.items())

    async def _call(self, body: Json) -> int:
        if self.webhook_url is None:
            raise NotOffered("No webhook is set in this account.")
        headers = {"Authentication": self.webhook_token} if self.webhook_token else {}
        call = WebhookCall(self._now(), body)
        self.webhook_calls.append(call)
        begun = time.perf_counter()
        try:
            async with plain_client(TIMEOUT_SECONDS) as http:
                answer = await http.post(self.webhook_url, json=body, headers=headers)
                call.status, call.answer = answer.status_code, answer.content
        except httpx.HTTPError:
            call.error = "unreachable"
        call.seconds = time.perf_counter() - begun
        self.change_signal.ring()
        return call.status


def _done(order: Json, image: Json) -> Done:
    return order["order_id"], image["image_id"], str(image.get("status"))


def _photo(order: Json, image_id: str | None) -> Json:
    """The photo with this ID. Without an ID, the last good photo. Empty when there is none."""
    fits = [
        image
        for image in order["images"]
        if (image["image_id"] == image_id if image_id else image.get("status") == "processed")
    ]
    return fits[-1] if fits else {}
