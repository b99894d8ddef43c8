"""Listeners about watches: they read the payload, record a job and ack. Nothing else happens here."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.core.errors import StaleButton
from bot.jobs.background import CheckPaused
from bot.jobs.models import (
    ChooseOrder,
    ClaimOrder,
    Job,
    LookUp,
    ShowHome,
    StartWatch,
    StopWatch,
    ThreadToUse,
)
from bot.jobs.requests import HomeTab, Message, View, Wanted
from bot.orders.ids import OrderId
from bot.orders.ids_in_text import find_order_ids
from bot.slack import constants
from bot.slack.api.sender import Sender
from bot.slack.blocks import Block
from bot.slack.limits import LIMITS
from bot.slack.listeners import deadlines, messages, payloads
from bot.slack.listeners.messages import THREAD
from bot.slack.listeners.payloads import Payload
from bot.slack.render import buttons, modals
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.slack.text import watches as watch_text
from bot.watches.models import Level

Record = Callable[[Job], Awaitable[Any]]


class WatchListeners:
    """`routes.py` says what calls which of these."""

    def __init__(self, record: Record, sender: Sender, now: Callable[[], datetime], team_id: str) -> None:
        """`team_id`: the workspace that installed the bot."""
        self._record = record
        self._sender = sender
        self._now = now
        self._team_id = team_id

    async def watch_order_here(self, ack: AsyncAck, body: Payload) -> None:
        ids = messages.ids_in_message(body)
        if len(ids) == 1:
            thread, place = messages.thread(body), messages.in_thread(body)
            card_ts = messages.own_card_ts(body, ids[0])
            adopt = ThreadToUse(channel_id=thread.channel_id, thread_ts=thread.thread_ts, card_ts=card_ts)
            await self._record(StartWatch(**self._from(body), place=place, order=ids[0], adopt=adopt))
        elif ids and all(len(order) <= LIMITS.option for order in ids):
            await self._choose(body, ids)
        else:  # an ID that is too long for a menu is typed
            note = watch_text.which(len(ids), len(ids)) if ids else refusals.NO_ID_IN_MESSAGE
            await self._open(body, modals.ask_to_watch(note, _thread_to_keep(body)))
        await ack()

    async def watch_submitted(self, ack: AsyncAck, body: Payload) -> None:
        """The modal was submitted. Its `private_metadata` holds the thread that it was opened for."""
        ids = _submitted(body)
        if len(ids) != 1:
            said = refusals.ONE_IN_THE_FIELD if ids else refusals.NO_ID_FIELD
            await ack(response_action="errors", errors={constants.ASK_BLOCK: said})
            return
        thread = THREAD.validate_json(payloads.dig(body, "view", "private_metadata"))
        place = View(view_id=payloads.dig(body, "view", "id"))
        asker = replace(payloads.asker(body, self._now(), self._team_id), channel_id=thread.channel_id)
        adopt = ThreadToUse(channel_id=thread.channel_id, thread_ts=thread.thread_ts)
        key, order = payloads.key(body), ids[0]
        await self._record(StartWatch(key=key, asker=asker, place=place, order=order, adopt=adopt))
        await ack(response_action="update", view=modals.busy(watch_text.STARTING))

    async def watch(self, ack: AsyncAck, body: Payload) -> None:
        await self._start(ack, body)

    async def watch_failures(self, ack: AsyncAck, body: Payload) -> None:
        await self._start(ack, body, level=Level.FAILURES)

    async def watch_for_me(self, ack: AsyncAck, body: Payload) -> None:
        await self._start(ack, body, to="asker")

    async def stop_watching(self, ack: AsyncAck, body: Payload) -> None:
        await self._stop(ack, body, everybody=False)

    async def stop_for_all(self, ack: AsyncAck, body: Payload) -> None:
        await self._stop(ack, body, everybody=True)

    async def on_it(self, ack: AsyncAck, body: Payload) -> None:
        """The button on a notice. The job keeps the notice, because nothing else can draw it again."""
        click, place = payloads.click(body), payloads.reply_place(body)
        order, notice = buttons.order_of(click.block_id), messages.posted(body)
        job = ClaimOrder(**self._from(body), place=place, order=order, seen_claim=click.value, notice=notice)
        await self._record(job)
        await ack()

    async def row_menu(self, ack: AsyncAck, body: Payload) -> None:
        """The menu of a row in a list. The Home tab cannot show a card, so there it comes in a modal."""
        click, place = payloads.click(body), payloads.reply_place(body)
        order = buttons.order_of(click.block_id)
        action, _, watched_in = click.value.partition(":")
        if action == constants.STOP_ROW:
            job: Job = StopWatch(**self._from(body), place=place, order=order, watched_in=watched_in or None)
        elif action == constants.SHOW_CARD:
            if isinstance(place, HomeTab):
                place = View(view_id=await self._open(body, modals.busy(order_text.looking_up([order]))))
            job = LookUp(**self._from(body), place=place, wanted=(Wanted(order=order),))
        else:
            raise StaleButton
        await self._record(job)
        await ack()

    async def zone_chosen(self, ack: AsyncAck, body: Payload) -> None:
        """The answer replaces the question. A watch that waited for it begins."""
        await self._record(deadlines.zone_job(body, **self._from(body)))
        await ack()

    async def home_opened(self, ack: AsyncAck, body: Payload) -> None:
        asker = payloads.home_opener(body, self._now(), self._team_id)
        if asker and payloads.dig(body, "event", "tab") == "home":
            await self._record(ShowHome(key=payloads.key(body), asker=asker, place=HomeTab()))
        await ack()

    async def joined(self, ack: AsyncAck, body: Payload) -> None:
        """A user joined a channel. If it was the bot, the watches that are paused there can go on."""
        if channel := payloads.joined_by_bot(body):
            job = CheckPaused(key=payloads.key(body), team_id=self._team_id, channel_id=channel)
            await self._record(job)
        await ack()

    async def _start(self, ack: AsyncAck, body: Payload, **options: Any) -> None:
        """If the clicked card is a message of this bot, it becomes the watch's card.

        Otherwise the watch posts into the card's thread, if it is in one.
        """
        order = buttons.order_of(payloads.click(body).block_id)
        clicked, place = payloads.card_place(body), payloads.reply_place(body)
        thread, channel = payloads.dig(body, "container", "thread_ts"), payloads.dig(body, "channel", "id")
        adopt = ThreadToUse(channel_id=channel, thread_ts=thread) if thread else None
        if isinstance(clicked, Message) and messages.own_card_ts(body, order):
            adopt = ThreadToUse(channel_id=channel, thread_ts=thread or clicked.ts, card_ts=clicked.ts)
        await self._record(StartWatch(**self._from(body), place=place, order=order, adopt=adopt, **options))
        await ack()

    async def _stop(self, ack: AsyncAck, body: Payload, *, everybody: bool) -> None:
        click = payloads.click(body)
        job = StopWatch(
            **self._from(body),
            place=payloads.reply_place(body),
            order=buttons.order_of(click.block_id),
            watched_in=click.value or None,
            everybody=everybody,
        )
        await self._record(job)
        await ack()

    async def _choose(self, body: Payload, ids: tuple[OrderId, ...]) -> None:
        """Opens a modal at once, as a trigger_id is good for 3 s. The job puts the names into it."""
        busy = modals.busy(watch_text.LOOKING_UP_NAMES, callback_id=constants.ASK_TO_WATCH)
        view = View(view_id=await self._open(body, busy), callback_id=constants.ASK_TO_WATCH)
        thread = _thread_to_keep(body)
        await self._record(ChooseOrder(**self._from(body), place=view, orders=ids, thread=thread))

    async def _open(self, body: Payload, view: Block) -> str:
        return await self._sender.open_view(payloads.dig(body, "trigger_id"), view)

    def _from(self, body: Payload) -> dict[str, Any]:
        return {"key": payloads.key(body), "asker": payloads.asker(body, self._now(), self._team_id)}


def _thread_to_keep(body: Payload) -> str:
    """The message's thread, for a modal's `private_metadata`."""
    return THREAD.dump_json(messages.thread(body)).decode()


def _submitted(body: Payload) -> tuple[OrderId, ...]:
    """The order that was chosen in the menu, or those that were typed into the field."""
    if chosen := payloads.chosen(body, constants.ASK_BLOCK, constants.CHOOSE_ORDER):
        return (OrderId(chosen),)
    return find_order_ids(payloads.field(body, constants.ASK_BLOCK, constants.ASK_INPUT))
