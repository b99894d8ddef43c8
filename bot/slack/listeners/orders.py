"""Listeners about orders: they read the payload, record a job and ack. Nothing else happens here."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.jobs.models import Find, Job, LookUp, Say, Share, ShowPhotos, StartWatch
from bot.jobs.pictures import ShowPair, ShowPictures
from bot.jobs.requests import Message, View, Wanted
from bot.orders.ids import OrderId
from bot.slack import constants
from bot.slack.api.sender import Sender
from bot.slack.constants import MAX_ORDERS_PER_ANSWER
from bot.slack.listeners import commands, links, messages, payloads, questions
from bot.slack.listeners.payloads import Payload
from bot.slack.render import buttons, hits, modals
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.slack.text import search as search_text
from bot.slack.text.orders import FETCHING_PHOTOS

Record = Callable[[Job], Awaitable[Any]]


class OrderListeners:
    """`routes.py` says what calls which of these."""

    def __init__(self, record: Record, sender: Sender, now: Callable[[], datetime], team_id: str) -> None:
        """`team_id`: the workspace that installed the bot."""
        self._record = record
        self._sender = sender
        self._now = now
        self._team_id = team_id

    async def command(self, ack: AsyncAck, body: Payload) -> None:
        """An ack without text shows nothing: Slack would not replace it with the answer."""
        reply = commands.reply(payloads.command(body, self._now(), self._team_id), payloads.key(body))
        if isinstance(reply, str):
            await ack(text=reply, response_type="ephemeral")
            return
        await self._record(reply)
        await ack()

    async def asked(self, ack: AsyncAck, body: Payload) -> None:
        """A mention or a direct message."""
        if command := questions.question(body, self._now(), self._team_id):
            reply, key = commands.reply(command, payloads.key(body)), payloads.key(body)
            if isinstance(reply, str) and command.place:
                reply = Say(key=key, asker=command.asker, place=command.place, text=reply, has_markup=True)
            if not isinstance(reply, str):
                await self._record(reply)
        await ack()

    async def check_orders_here(self, ack: AsyncAck, body: Payload) -> None:
        ids = messages.ids_in_message(body)
        if len(ids) == 1:
            await self._record(self._look_up_here(body, ids[0]))
        elif ids:
            view_id = await self._open(body, modals.busy(order_text.looking_up(ids[:MAX_ORDERS_PER_ANSWER])))
            await self._record(self._look_up_in(view_id, body, ids))
        else:
            await self._open(body, modals.ask(refusals.NO_ID_IN_MESSAGE))
        await ack()

    async def look_up_order(self, ack: AsyncAck, body: Payload) -> None:
        await self._open(body, modals.ask())
        await ack()

    async def look_up_submitted(self, ack: AsyncAck, body: Payload) -> None:
        """The modal with one field was submitted."""
        typed = payloads.field(body, constants.ASK_BLOCK, constants.ASK_INPUT)
        view = View(view_id=payloads.dig(body, "view", "id"))
        reply = commands.look_up_or_search(typed, self._from(body) | {"place": view})
        if isinstance(reply, str):
            await ack(response_action="errors", errors={constants.ASK_BLOCK: reply})
            return
        await self._record(reply)
        await ack(response_action="update", view=modals.busy(_busy(reply)))

    async def recheck(self, ack: AsyncAck, body: Payload) -> None:
        value = buttons.unpack(payloads.click(body).value)
        job = LookUp(
            **self._from(body),
            place=payloads.card_place(body),
            wanted=value.wanted,
            in_thread=value.in_thread,
            shared_by=value.shared_by,
        )
        await self._record(job)
        await ack()

    async def show(self, ack: AsyncAck, body: Payload) -> None:
        """A result of a search. Its card is a new message, so the list stays for the next click."""
        value = buttons.unpack(payloads.click(body).value)
        await self._record(LookUp(**self._from(body), place=payloads.reply_place(body), wanted=value.wanted))
        await ack()

    async def show_page(self, ack: AsyncAck, body: Payload) -> None:
        """Another page of a search's results, in place of the one that was clicked."""
        page = hits.unpack(payloads.click(body).value)
        place = payloads.card_place(body)
        words = page.words or None
        await self._record(Find(**self._from(body), place=place, words=words, goes_on=page.after))
        await ack()

    async def more(self, ack: AsyncAck, body: Payload) -> None:
        """The overflow menu. Its `block_id` holds the order. `Open` is a link, which Slack has opened."""
        click = payloads.click(body)
        order = buttons.order_of(click.block_id)
        if click.value == constants.SHOW_PHOTOS:
            await self._show_photos(body, order)
        elif click.value == constants.SHOW_PICTURES:
            await self._record(self._show_pictures(body, order))
        elif click.value == constants.WATCH:
            await self._record(StartWatch(**self._from(body), place=payloads.reply_place(body), order=order))
        elif click.value == constants.COPY_ID:
            await self._record(Say(**self._from(body), place=payloads.reply_place(body), text=order))
        elif click.value != constants.OPEN:
            await self._record(self._share(body, order, buttons.thread_to_share_in(click.value)))
        await ack()

    async def before_and_after(self, ack: AsyncAck, body: Payload) -> None:
        """A photo in the modal with all photos. The menu's `block_id` holds the order and the thread."""
        click = payloads.click(body)
        channel, thread = buttons.thread_of(click.block_id)
        asker = replace(payloads.asker(body, self._now(), self._team_id), channel_id=channel)
        job = ShowPair(
            key=payloads.key(body),
            asker=asker,
            place=View(view_id=payloads.dig(body, "view", "id"), callback_id=constants.PHOTOS),
            order=buttons.order_of(click.block_id),
            image_id=click.value,
            thread_ts=thread,
        )
        await self._record(job)
        await ack()

    async def link_shared(self, ack: AsyncAck, body: Payload) -> None:
        if job := links.unfurl(body, self._now(), self._team_id):
            await self._record(job)
        await ack()

    async def send_to_me(self, ack: AsyncAck, body: Payload) -> None:
        order = buttons.order_of(payloads.click(body).block_id)
        place = payloads.card_place(body)
        await self._record(Share(**self._from(body), place=place, order=order, to="asker"))
        await ack()

    async def ack_only(self, ack: AsyncAck, _body: Payload) -> None:
        """What needs no answer, such as a click on a link button."""
        await ack()

    async def unknown(self, ack: AsyncAck, body: Payload) -> None:
        """An unknown `action_id`: a button from another version of the bot."""
        await self._record(
            Say(**self._from(body), place=payloads.reply_place(body), text=refusals.STALE_BUTTON)
        )
        await ack()

    async def _show_photos(self, body: Payload, order: OrderId) -> None:
        opened = await self._open(body, modals.busy(FETCHING_PHOTOS, callback_id=constants.PHOTOS))
        view = View(view_id=opened, callback_id=constants.PHOTOS)
        match payloads.card_place(body):
            case Message(ts=ts, thread_ts=thread):
                thread = thread or ts
            case _:
                thread = None
        await self._record(ShowPhotos(**self._from(body), place=view, order=order, thread_ts=thread))

    def _share(self, body: Payload, order: OrderId, thread: str | None) -> Share:
        return Share(**self._from(body), place=payloads.reply_place(body), order=order, in_thread=thread)

    def _show_pictures(self, body: Payload, order: OrderId) -> ShowPictures:
        """The card is drawn again, so what its Re-check holds is kept."""
        value = buttons.unpack(payloads.value_beside(body, constants.RECHECK))
        place = payloads.card_place(body)
        more = {"in_thread": value.in_thread, "shared_by": value.shared_by}
        return ShowPictures(**self._from(body) | more, place=place, order=order)

    async def _open(self, body: Payload, view: dict[str, Any]) -> str:
        return await self._sender.open_view(payloads.dig(body, "trigger_id"), view)

    def _from(self, body: Payload) -> dict[str, Any]:
        return {"key": payloads.key(body), "asker": payloads.asker(body, self._now(), self._team_id)}

    def _look_up_here(self, body: Payload, order: OrderId) -> LookUp:
        thread = messages.thread_of(body)
        place = messages.in_thread(body)
        return LookUp(
            **self._from(body), place=place, wanted=(Wanted(order=order),), in_thread=thread or None
        )

    def _look_up_in(self, view_id: str, body: Payload, ids: tuple[OrderId, ...]) -> LookUp:
        wanted = tuple(Wanted(order=order) for order in ids[:MAX_ORDERS_PER_ANSWER])
        skipped = len(ids) - len(wanted)
        return LookUp(**self._from(body), place=View(view_id=view_id), wanted=wanted, skipped=skipped)


def _busy(job: Job) -> str:
    if isinstance(job, Find):
        return search_text.searching(job.words or "")
    return order_text.looking_up([each.order for each in job.wanted] if isinstance(job, LookUp) else [])
