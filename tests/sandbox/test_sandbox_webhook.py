"""Orders that are moved by hand, and the webhook that reports them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import Json, failed, order, photo, photos
from bot.sandbox.autoenhance.progress import Run
from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, OAK
from bot.sandbox.errors import NotOffered
from tests.sandbox.tiny_bot import Clock, Receiver, open_receiver

SLOW = 3600.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def autoenhance(clock: Clock) -> AutoenhanceSandbox:
    """An order `x` of four photos that runs for hours. The third photo will fail."""
    autoenhance = AutoenhanceSandbox(now=clock)
    images = photos("x", (2, {}), (1, failed("blurred")), (1, {}))
    autoenhance.add(order("x", "X", images, now=clock()), Run(clock(), seconds_per_photo=SLOW))
    return autoenhance


@pytest.fixture
async def receiver(autoenhance: AutoenhanceSandbox) -> AsyncIterator[Receiver]:
    async with open_receiver() as receiver:
        autoenhance.webhook_url = receiver.url
        yield receiver


def statuses(autoenhance: AutoenhanceSandbox, order_id: str = "x") -> list[str]:
    return [image["status"] for image in autoenhance.order(order_id)["images"]]


def name(number: int) -> str:
    image_id: str = photo("x", number)["image_id"]
    return image_id


def test_photos_are_done_by_hand(autoenhance: AutoenhanceSandbox, clock: Clock) -> None:
    """They are done at once, on top of those that time has done. Afterwards time goes on."""
    autoenhance.advance("x", 1)
    assert statuses(autoenhance) == ["processed", "processing", "waiting", "waiting"]
    clock.seconds += SLOW
    autoenhance.advance("x", 1)
    assert statuses(autoenhance) == ["processed", "processed", "error", "processing"]
    touched = autoenhance.order("x")["last_updated_at"]
    clock.seconds += SLOW - 1
    assert statuses(autoenhance)[-1] == "processing"
    assert autoenhance.order("x")["last_updated_at"] == touched
    clock.seconds += 1
    assert statuses(autoenhance)[-1] == "processed"
    assert autoenhance.order("x")["last_updated_at"] > touched


def test_more_photos_than_there_are_end_the_run(autoenhance: AutoenhanceSandbox) -> None:
    """The run ends with the last photo, and the order changed now, not before."""
    created = autoenhance.order("x")["last_updated_at"]
    autoenhance.advance("x", 9)
    assert statuses(autoenhance) == ["processed", "processed", "error", "processed"]
    assert not autoenhance.order("x")["is_processing"]
    assert autoenhance.order("x")["last_updated_at"] == created


def test_a_run_can_be_ended_and_begun_again(autoenhance: AutoenhanceSandbox) -> None:
    """An order that still groups its brackets, or that was never asked for, can be ended too."""
    for order_id in ("x", HARBOUR_VIEW, ELM):
        autoenhance.finish(order_id)
        assert not autoenhance.order(order_id)["is_processing"]
        assert set(statuses(autoenhance, order_id)) <= {"processed", "error"}
        autoenhance.restart(order_id)
    assert statuses(autoenhance)[0] == "processing"
    assert autoenhance.order(HARBOUR_VIEW)["is_merging"]


def test_a_photo_done_by_hand_ends_the_grouping(autoenhance: AutoenhanceSandbox) -> None:
    """An order has photos from its first one on."""
    autoenhance.restart(HARBOUR_VIEW)
    autoenhance.advance(HARBOUR_VIEW, 2)
    assert not autoenhance.order(HARBOUR_VIEW)["is_merging"]
    assert statuses(autoenhance, HARBOUR_VIEW).count("processed") == 2


def test_a_stalled_order_stays_as_it_is(autoenhance: AutoenhanceSandbox, clock: Clock) -> None:
    """It stays however long a test waits, also after one photo by hand.

    Only its end or a new start frees it.
    """
    autoenhance.advance("x", 1)
    autoenhance.stall("x")
    before = autoenhance.order("x")
    clock.seconds += 9 * SLOW
    autoenhance.stall("x")
    assert autoenhance.order("x") == before
    autoenhance.advance("x", 1)
    clock.seconds += 9 * SLOW
    assert statuses(autoenhance) == ["processed", "processed", "processing", "waiting"]
    autoenhance.finish("x")
    assert statuses(autoenhance) == ["processed", "processed", "error", "processed"]


async def test_the_webhook_reports_the_state_of_the_order(
    autoenhance: AutoenhanceSandbox, receiver: Receiver
) -> None:
    """The call has the token in the real header, and a photo without an error."""
    autoenhance.advance("x", 2)
    assert await autoenhance.call_webhook("x") == 200
    autoenhance.finish("x")
    await autoenhance.call_webhook("x", image_id=name(3))
    assert receiver.heard == [
        _body("x", name(2), error=False, processing=True),
        _body("x", name(3), error=True, processing=False),
    ]
    assert receiver.proofs == [autoenhance.webhook_token] * 2


async def test_the_webhook_reports_what_it_is_given(
    autoenhance: AutoenhanceSandbox, receiver: Receiver
) -> None:
    """A call may be false, about an unknown order, or without a token."""
    receiver.status, autoenhance.webhook_token = 401, ""
    status = await autoenhance.call_webhook(
        OAK, event="image_registered", image_id="i", error=True, processing=True
    )
    assert status == 401
    await autoenhance.call_webhook("nobody")
    assert receiver.heard == [
        _body(OAK, "i", error=True, processing=True) | {"event": "image_registered"},
        _body("nobody", None, error=False, processing=False),
    ]
    assert receiver.proofs == [None, None]


async def test_without_a_webhook_nothing_is_called(autoenhance: AutoenhanceSandbox) -> None:
    """A call by hand is refused, and nothing is kept for a later webhook."""
    with pytest.raises(NotOffered):
        await autoenhance.call_webhook("x")
    await autoenhance.tick()
    autoenhance.finish("x")
    await autoenhance.tick()
    assert autoenhance.webhook_calls == []


async def test_each_photo_is_reported_once_as_it_is_done(
    autoenhance: AutoenhanceSandbox, receiver: Receiver
) -> None:
    """The first tick calls nothing, and a new run reports again.

    Only the last photo says that the order is done.
    """
    autoenhance.advance("x", 1)
    await autoenhance.tick()
    assert receiver.heard == []
    autoenhance.advance("x", 1)
    for _ in range(2):
        await autoenhance.tick()
    assert receiver.heard == [_body("x", name(2), error=False, processing=True)]
    autoenhance.finish("x")
    await autoenhance.tick()
    assert receiver.heard[1:] == [
        _body("x", name(3), error=True, processing=True),
        _body("x", name(4), error=False, processing=False),
    ]
    autoenhance.restart("x")
    await autoenhance.tick()
    autoenhance.finish("x")
    await autoenhance.tick()
    assert len(receiver.heard) == 7


async def test_a_webhook_that_does_not_answer_is_called_again(
    autoenhance: AutoenhanceSandbox, receiver: Receiver
) -> None:
    """The loop goes on, and reports what comes next."""
    await autoenhance.tick()
    autoenhance.webhook_url = "http://127.0.0.1:1/"
    autoenhance.advance("x", 2)
    await autoenhance.tick()
    assert [call.status for call in autoenhance.webhook_calls] == [0, 0]
    autoenhance.webhook_url = receiver.url
    calling = asyncio.create_task(autoenhance.keep_calling(every=0.01))
    autoenhance.finish("x")
    await receiver.until(2)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert [heard["image_id"] for heard in receiver.heard] == [name(3), name(4)]


def _body(order_id: str, image_id: str | None, *, error: bool, processing: bool) -> Json:
    return {
        "event": "image_processed",
        "image_id": image_id,
        "error": error,
        "order_id": order_id,
        "order_is_processing": processing,
    }
