"""Puts a picture of its photos on a card that is there already, and deletes files that no card shows.

The card never waits for its picture. A kill at any point leaves a row of each file that Slack may have.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.autoenhance.client import Autoenhance
from bot.core.errors import (
    AutoenhanceError,
    CannotPost,
    FileNotReady,
    Gone,
    NotInChannel,
    SlackBusy,
    SlackError,
    TryLater,
    is_gone,
)
from bot.handlers.card_pictures import CardPictures, is_card, is_channel
from bot.handlers.contact_sheets import ContactSheets, Sheet, planned_sheet
from bot.handlers.key_use import KeyUse
from bot.handlers.order_views import as_chosen, order_view, with_usual_forecast, with_watch
from bot.handlers.picture_needs import NoPicture, PictureNeeds
from bot.handlers.picture_uploads import ForMessage, PictureUploads, UploadFailed
from bot.jobs.outcomes import Retry
from bot.jobs.pictures import (
    CheckPictureChannel,
    ChoosePictures,
    DeletePicture,
    DrawPictures,
    ShowPictures,
)
from bot.jobs.requests import Message
from bot.orders.ids import OrderId
from bot.slack.api.channels import Audience, Channels
from bot.slack.api.files import Files
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.render import cards, notices
from bot.slack.render.models import Card, CardPicture, OrderView, Placement
from bot.slack.text import card_pictures as picture_text
from bot.slack.text import refusals
from bot.slack.text import settings as settings_text
from bot.storage.channel_settings import ChannelSettings
from bot.storage.history import History
from bot.storage.pictures import Picture, Pictures
from bot.storage.watches import Watches
from bot.watches.models import Condition

MAX_ATTEMPTS = 30  # with the pauses, about as many minutes. An order's end is old news then
FILE_NAME = "contact-sheet.jpg"
_ON_CARD = Placement("message")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Wanted:
    """A picture for the card of this order, which is the message `ts`."""

    team_id: str
    order: OrderId
    channel_id: str
    ts: str
    since: datetime
    attempt: int
    by: str | None = None
    placement: Placement = _ON_CARD


@dataclass(frozen=True)
class PictureCards:
    autoenhance: Autoenhance
    key_use: KeyUse
    watches: Watches
    history: History
    channel_settings: ChannelSettings
    pictures: Pictures
    card_pictures: CardPictures
    needs: PictureNeeds
    sheets: ContactSheets
    channels: Channels
    files: Files
    uploads: PictureUploads
    sender: Sender
    responder: Responder
    back_off: Callable[[int], float]  # seconds until the next attempt, by the number of this one
    picture_days: int
    now: Callable[[], datetime]
    several_processes: bool
    """Other processes edit the same cards. An answer from before this job began may be older than theirs."""

    async def at_end(self, job: DrawPictures, attempt: int) -> None:
        """Nobody is told why there is no picture: `/order test` says that."""
        wanted = _Wanted(job.team_id, job.order, job.channel_id, job.ts, job.at, attempt)
        try:
            await self._put(wanted)
        except NoPicture:
            log.info("a card stays without a picture")

    async def show(self, job: ShowPictures, attempt: int) -> None:
        """A person clicked, so they read why there is none."""
        if not isinstance(job.place, Message):
            return
        card, asker = job.place, job.asker
        placement = Placement("message", in_thread=job.in_thread, shared_by=job.shared_by)
        wanted = _Wanted(job.team_id, job.order, card.channel_id, card.ts, asker.at, attempt)
        try:
            await self._put(replace(wanted, by=asker.user_id, placement=placement))
        except Retry as later:
            if attempt == 1 and isinstance(later.__cause__, TryLater):
                with suppress(SlackError):
                    await self.responder.say(job, picture_text.NOT_YET, alone=True)
            raise
        except NoPicture as none:
            await self.responder.say(job, str(none), alone=True)

    async def delete(self, job: DeletePicture, _attempt: int) -> None:
        """If Slack refuses, the row is due again later: the round that made this job planned that."""
        try:
            await self.files.delete(job.file_id)
        except SlackBusy:
            raise
        except SlackError as error:
            log.warning("slack refused to delete a file", slack=error.code)
        else:
            await self.pictures.remove(job.team_id, job.file_id)

    async def check_channel(self, job: CheckPictureChannel, _attempt: int) -> None:
        """Outsiders may have come, or the bot was removed, and nothing else has asked Slack since then."""
        if await self.channels.is_lost(job.channel_id):
            await self.pictures.drop_of_channel(job.team_id, job.channel_id, self.now())

    async def turn(self, job: ChoosePictures, _attempt: int) -> None:
        """Turns pictures on or off in a channel, or says which, and what they still need."""
        team, place = job.team_id, job.asker.place
        if not is_channel(place):
            await self.responder.say(job, picture_text.IN_CHANNELS)
            return
        if job.on and (refusal := await self._refusal(place)):
            await self.responder.say(job, refusal)
            return
        if job.on is not None:
            await self.channel_settings.set_pictures(team, place, on=job.on)
        if job.on is False:
            await self.pictures.drop_of_channel(team, place, self.now())
        on = await self.channel_settings.pictures(team, place)
        said = settings_text.picturing(on=on)
        needs = await self.needs.missing(team, place) if on else []
        await self.responder.say(job, f"{said}\n{picture_text.missing(needs)}" if needs else said)

    async def _refusal(self, place: str) -> str:
        """Why pictures cannot be turned on there. Empty where they can."""
        match await self.channels.audience_now(place):
            case Audience.HIDDEN | Audience.GROUP_MESSAGE:
                return refusals.NOT_IN_CHANNEL
            case Audience.SHARED:
                return refusals.SHARED_CHANNEL
            case Audience.UNKNOWN:
                return refusals.CANNOT_TELL_SHARED
            case _:
                return ""

    async def _put(self, wanted: _Wanted) -> None:
        """Raises NoPicture, Retry, and SlackBusy."""
        try:
            await self.needs.require(wanted.team_id, wanted.channel_id)
            view = await self._view(wanted)
            sheet = planned_sheet(view)
            if wanted.by or not await self._is_shown(wanted, sheet):
                await self._show(wanted, view, await self._picture(wanted, view, sheet))
        except TryLater as error:
            raise self._again(wanted, error.retry_after) from error
        except AutoenhanceError as error:
            if not is_gone(error):
                raise NoPicture(picture_text.NOT_NOW) from None
            await self.card_pictures.order_gone(wanted.team_id, wanted.channel_id, wanted.order)
            raise NoPicture(picture_text.ORDER_GONE) from None
        except SlackBusy:
            if wanted.attempt >= MAX_ATTEMPTS:
                raise NoPicture(picture_text.NOT_NOW) from None
            raise
        except CannotPost as error:
            await self.card_pictures.refused(wanted.team_id, wanted.channel_id, error)
            not_there = isinstance(error, NotInChannel)
            raise NoPicture(refusals.NOT_IN_CHANNEL if not_there else refusals.SHARED_CHANNEL) from None
        except Gone:
            raise NoPicture(picture_text.CARD_GONE) from None
        except SlackError as error:
            log.warning("slack refused a picture", slack=error.code)
            raise NoPicture(picture_text.NOT_NOW) from None

    async def _view(self, wanted: _Wanted) -> OrderView:
        """What the card shows now, apart from the picture."""
        team, order = wanted.team_id, wanted.order
        there = await self.watches.of_order(team, order)
        watch = next((each for each in there if is_card(each.home, wanted.channel_id, wanted.ts)), None)
        if watch and watch.condition is Condition.PAUSED:  # Slack took no notice there
            raise NoPicture(refusals.NOT_IN_CHANNEL)
        ask = self.autoenhance.order if watch else self.autoenhance.order_with_brackets
        keys = self.key_use.at(team, wanted.channel_id)
        fetched = await ask(order, fresh=self.several_processes, keys=keys)
        view = with_watch(order_view(fetched, order, wanted.by), watch)
        view = await with_usual_forecast(self.history, team, view)
        return await as_chosen(self.channel_settings, team, wanted.channel_id, view)

    async def _is_shown(self, wanted: _Wanted, sheet: Sheet) -> bool:
        """A check that is repeated after an error asks again for the picture."""
        card = await self.pictures.on_card(wanted.team_id, wanted.channel_id, wanted.ts)
        return card.shown is not None and card.shown.alt_text == sheet.alt_text

    async def _picture(self, wanted: _Wanted, view: OrderView, sheet: Sheet) -> Picture:
        """The one that an earlier attempt uploaded, or a new one."""
        here = wanted.team_id, wanted.channel_id, wanted.ts
        if begun := await self.pictures.begun(*here, wanted.since):
            return begun
        keys = await self.needs.keys(wanted.team_id, wanted.channel_id)
        drawn = await self.sheets.drawn(sheet, keys)
        if drawn is None:
            raise NoPicture(picture_text.NO_PREVIEW)
        try:
            return await self.uploads.upload(
                ForMessage(*here, wanted.order, drawn.account_id, sheet.alt_text),
                FILE_NAME,
                view.title,
                drawn.content,
            )
        except UploadFailed as error:
            raise self._again(wanted, error.retry_after) from error

    async def _show(self, wanted: _Wanted, view: OrderView, picture: Picture) -> None:
        shown = CardPicture(picture.file_id, picture.alt_text)
        card = _card(replace(view, offers_pictures=True, picture=shown), wanted.placement)
        patient = wanted.by is not None
        try:
            await self.needs.require(wanted.team_id, wanted.channel_id, picture.account_id)
            await self.sender.update(wanted.channel_id, wanted.ts, card, patient=patient, needs_picture=True)
        except FileNotReady as error:
            raise self._again(wanted, await self.uploads.not_ready(picture)) from error
        except SlackBusy:
            raise
        except (NoPicture, SlackError):
            await self.uploads.drop(picture)
            raise
        if not await self.pictures.shown(picture, self.now(), self.picture_days):
            await self.uploads.drop(picture)
            view = await self.card_pictures.added(view, wanted.team_id, wanted.channel_id, wanted.ts)
            card = _card(view, wanted.placement)
            await self.sender.update(wanted.channel_id, wanted.ts, card, patient=patient)

    def _again(self, wanted: _Wanted, seconds: float | None) -> Exception:
        if wanted.attempt >= MAX_ATTEMPTS:
            return NoPicture(picture_text.NOT_NOW)
        return Retry(seconds or self.back_off(wanted.attempt))


def _card(view: OrderView, placement: Placement) -> Card:
    if view.watch:  # "No change since …" would be read as of the order, a moment after its end
        return notices.watch_card(replace(view.watch, shown=None), view)
    return cards.orders_card([view], placement)
