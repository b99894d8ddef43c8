"""The way back to the asker, and the way that is left when that one is closed."""

from collections.abc import Callable
from contextlib import suppress

from bot.core.errors import Gone, SlackBusy, SlackError, Unconfirmed
from bot.jobs.requests import Ephemeral, HomeTab, Message, Place, Request, View
from bot.slack.api.sender import Sender
from bot.slack.render import cards, modals
from bot.slack.render.models import Card, Placement
from bot.slack.text import orders as order_text

Draw = Callable[[Placement], Card]


class Responder:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def give(self, request: Request, draw: Draw, *, aside: bool = False) -> None:
        """Shows what `draw` makes of the place; `aside` leaves a card that others see as it is.

        Where the place is gone (a response_url lives for 30 minutes, a modal until it is closed), the
        answer goes to the asker as a direct message. Raises SlackError when that is refused too.
        """
        place, card = _aside(request.place) if aside else request.place, draw(_placement(request))
        try:
            match place:
                case Ephemeral(response_url=url, replace=replace, thread_ts=thread):
                    await self._sender.respond(url, card, replace=replace, thread_ts=thread)
                case Message():
                    await self._update(place, card)
                case View(view_id=view, callback_id=callback):
                    await self._sender.update_view(view, modals.answer(card, callback_id=callback))
                case HomeTab():  # it shows what is watched; what else there is to say goes elsewhere
                    raise Gone("no_message")
        except SlackBusy:
            raise
        except SlackError:
            late = cards.with_note(draw(Placement("message")), order_text.late(request.asker.at))
            with suppress(Unconfirmed):
                await self._sender.post(request.asker.user_id, late)

    async def say(self, request: Request, sentence: str, *, aside: bool = False) -> None:
        await self.give(request, lambda _: cards.say(sentence), aside=aside)

    async def _update(self, place: Message, card: Card) -> None:
        """Through its `response_url` where the update is refused; what counts is why that was."""
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


def _aside(place: Place) -> Place:
    if isinstance(place, Message):
        return Ephemeral(response_url=place.response_url, thread_ts=place.thread_ts)
    return place


def _placement(request: Request) -> Placement:
    match request.place:
        case View():
            return Placement("view")
        case Message():
            return Placement("message")
        case _:
            channel = request.asker.channel_id or "D"
            return Placement("ephemeral", can_share=not channel.startswith("D"))
