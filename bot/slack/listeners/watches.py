"""Listeners about watches: they read the payload, record a job and ack. Nothing else happens here."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.jobs.background import CheckPaused
from bot.jobs.models import Job, ShowHome, StartWatch, StopWatch, ThreadToUse
from bot.jobs.requests import HomeTab, Message, View
from bot.orders.ids_in_text import find_order_ids
from bot.slack import constants
from bot.slack.api.sender import Sender
from bot.slack.listeners import messages, payloads
from bot.slack.listeners.messages import THREAD
from bot.slack.listeners.payloads import Payload
from bot.slack.render import buttons, modals
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
        thread = messages.thread(body)
        if len(ids) == 1:
            place = messages.in_thread(body)
            card_ts = messages.own_card_ts(body, ids[0])
            adopt = ThreadToUse(channel_id=thread.channel_id, thread_ts=thread.thread_ts, card_ts=card_ts)
            await self._record(StartWatch(**self._from(body), place=place, order=ids[0], adopt=adopt))
        else:
            note = watch_text.which(ids) if ids else refusals.NO_ID_IN_MESSAGE
            opened = modals.ask_to_watch(note, THREAD.dump_json(thread).decode())
            await self._sender.open_view(payloads.dig(body, "trigger_id"), opened)
        await ack()

    async def watch_submitted(self, ack: AsyncAck, body: Payload) -> None:
        """The modal was submitted. Its `private_metadata` holds the thread that it was opened for."""
        ids = find_order_ids(payloads.field(body, constants.ASK_BLOCK, constants.ASK_INPUT))
        if len(ids) != 1:
            await ack(response_action="errors", errors={constants.ASK_BLOCK: refusals.NO_ID_FIELD})
            return
        thread = THREAD.validate_json(payloads.dig(body, "view", "private_metadata"))
        place = View(view_id=payloads.dig(body, "view", "id"))
        asker = replace(payloads.asker(body, self._now(), self._team_id), channel_id=thread.channel_id)
        adopt = ThreadToUse(channel_id=thread.channel_id, thread_ts=thread.thread_ts)
        key, order = payloads.key(body), ids[0]
        await self._record(StartWatch(key=key, asker=asker, place=place, order=order, adopt=adopt))
        await ack(response_action="update", view=modals.busy(watch_text.starting(ids[0])))

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

    def _from(self, body: Payload) -> dict[str, Any]:
        return {"key": payloads.key(body), "asker": payloads.asker(body, self._now(), self._team_id)}
