"""Sends an answer to the place it was asked for, or to the asker where that place is gone."""

from collections.abc import Callable
from contextlib import suppress

from bot.core.errors import Gone, SlackBusy, SlackError, Unconfirmed
from bot.jobs.requests import Ephemeral, HomeTab, Message, Place, Reply, Request, View
from bot.slack.api.sender import Sender
from bot.slack.render import cards, modals
from bot.slack.render.models import Card, Placement
from bot.slack.render.wording import typed_there
from bot.slack.text import orders as order_text

Draw = Callable[[Placement], Card]


class Responder:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def give(self, request: Request, draw: Draw, *, alone: bool = False) -> None:
        """Sends the card that `draw` makes for the place.

        `alone`: only the asker sees it, and a card that others see stays as it is.

        A response_url works for 30 minutes, a modal until it is closed. After that the answer goes to the
        asker as a direct message. Raises SlackError if Slack refuses that too.
        """
        place, card = for_asker_alone(request.place) if alone else request.place, draw(_placement(request))
        if isinstance(request.place, Reply):
            card = typed_there(card, request.place.channel_id)
        try:
            match place:
                case Ephemeral():
                    await self._give_alone(request, place, card)
                case Reply(channel_id=channel, thread_ts=thread):
                    with suppress(Unconfirmed):  # it may be there already, perhaps twice
                        await self._sender.post(channel, card, thread_ts=thread)
                case Message():
                    await self._update(place, card)
                case View(view_id=view, callback_id=callback):
                    await self._sender.update_view(view, modals.answer(card, callback_id=callback))
                case HomeTab():  # it shows watches only, so the answer goes to the direct message
                    raise Gone("no_message")
        except SlackBusy:
            raise
        except SlackError:
            late_card = cards.with_note(draw(Placement("message")), order_text.late(request.asker.at))
            with suppress(Unconfirmed):
                await self._sender.post(request.asker.user_id, late_card)

    async def say(self, request: Request, sentence: str, *, alone: bool = False) -> None:
        await self.give(request, lambda _: cards.sentence_card(sentence), alone=alone)

    async def _give_alone(self, request: Request, place: Ephemeral, card: Card) -> None:
        """In a thread with chat.postEphemeral, where the bot is a member. Elsewhere through the response_url.

        The documentation says that a response_url answers in a thread, and slackapi/bolt-js#963 that it does
        not. Then the answer stands in the channel.
        """
        channel, user = request.asker.channel_id, request.asker.user_id
        if channel and not place.replace and (place.thread_ts or not place.response_url):
            try:
                await self._sender.post_ephemeral(channel, user, card, thread_ts=place.thread_ts)
            except SlackBusy:
                raise
            except SlackError:
                if not place.response_url:
                    raise
            else:
                return
        await self._sender.respond(place.response_url, card, replace=place.replace, thread_ts=place.thread_ts)

    async def _update(self, place: Message, card: Card) -> None:
        """Edits the message, or sends through its `response_url` if Slack refuses the edit.

        Raises the error of the edit if both are refused.
        """
        try:
            await self._sender.update(place.channel_id, place.ts, card)
        except SlackBusy:
            raise
        except SlackError as refused:
            if not place.response_url:
                raise
            try:
                await self._sender.respond(place.response_url, card, replace=True)
            except SlackBusy:
                raise
            except SlackError:
                raise refused from None


def for_asker_alone(place: Place) -> Place:
    """Where the asker alone sees the answer, and a card that others see stays as it is."""
    match place:
        case Message(response_url=url, thread_ts=thread):
            return Ephemeral(response_url=url, thread_ts=thread)
        case Reply(channel_id=channel, thread_ts=thread) if not channel.startswith("D"):
            return Ephemeral(thread_ts=None if place.begins_thread else thread)
        case _:
            return place


def _placement(request: Request) -> Placement:
    match request.place:
        case View():
            return Placement("view")
        case Message() | Reply():
            return Placement("message")
        case _:
            channel = request.asker.channel_id or "D"
            return Placement("ephemeral", can_share=not channel.startswith("D"))
