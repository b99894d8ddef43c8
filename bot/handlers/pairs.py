"""Posts one photo before and after in a thread: a person chose it in the modal with all photos.

The picture's row keeps the name of the request and how often it was posted, in place of a `ts`. So an attempt
after a kill goes on with the same file, does not post it a third time, and does nothing once it is shown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from pydantic import SecretStr

from bot.accounts.models import Account, KeyedAccount
from bot.autoenhance.client import Autoenhance
from bot.core.errors import (
    Archived,
    AutoenhanceError,
    CannotPost,
    FileNotReady,
    Gone,
    NotInChannel,
    OrderNotFound,
    SlackBusy,
    SlackError,
    TokenRefused,
    TryLater,
)
from bot.handlers.card_pictures import SHARED, CardPictures
from bot.handlers.contact_sheets import Drawn
from bot.handlers.key_use import KeyUse
from bot.handlers.order_views import order_view
from bot.handlers.outages import Retries
from bot.handlers.picture_needs import NoPicture, PictureNeeds
from bot.handlers.picture_uploads import ForMessage, PictureUploads, UploadFailed
from bot.handlers.pictures import MAX_ATTEMPTS
from bot.jobs.outcomes import Retry
from bot.jobs.pictures import ShowPair
from bot.jobs.requests import View
from bot.orders.progress import Photo
from bot.pictures.sheet import NotAPicture
from bot.slack.api.pacing import SlackRateLimits
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.render import cards, modals
from bot.slack.render.models import CardPicture, OrderView
from bot.slack.render.pairs import may_be_paired, pair_card
from bot.slack.render.pictures import without_pictures
from bot.slack.text import card_pictures as picture_text
from bot.slack.text import refusals
from bot.slack.text.pictures import pair_alt
from bot.storage.pictures import Picture, Pictures

MAX_POSTS = 2  # of one picture. Slack did not confirm the first (decision 19)
FILE_NAME = "before-and-after.jpg"
log = structlog.get_logger(__name__)
Preview = Callable[[str, SecretStr], Awaitable[bytes]]


@dataclass(frozen=True)
class DrawnPairs:
    """`used` is told whose key gave both previews. `draw` makes a JPEG, and runs in a thread."""

    used: Callable[[Account], Awaitable[None]]
    original: Preview
    enhanced: Preview
    draw: Callable[[str, bytes, bytes], bytes]
    drawing: asyncio.Semaphore

    async def drawn(self, photo: Photo, keys: Sequence[KeyedAccount]) -> Drawn:
        """Raises NotAPicture, and AutoenhanceError. Asks with each key in turn until one works.

        Raises TryLater only where no key worked: one account holds up no other.
        """
        late: TryLater | None = None
        for each in keys:
            if each.key is None:
                continue
            asking = self.original(photo.image_id, each.key), self.enhanced(photo.image_id, each.key)
            found = await asyncio.gather(*asking, return_exceptions=True)
            failed = [one for one in found if isinstance(one, BaseException)]
            late = next((one for one in failed if isinstance(one, TryLater)), late)
            if any(not isinstance(one, AutoenhanceError) for one in failed):
                raise failed[0]
            if failed:
                continue
            await self.used(each.account)
            images = [one for one in found if isinstance(one, bytes)]
            async with self.drawing:
                content = await asyncio.to_thread(self.draw, photo.name, *images)
            return Drawn(content, each.account.account_id)
        raise late or OrderNotFound("no key has both previews of this photo")


@dataclass(frozen=True)
class PairPosts:
    autoenhance: Autoenhance
    key_use: KeyUse
    pictures: Pictures
    uploads: PictureUploads
    card_pictures: CardPictures
    needs: PictureNeeds
    drawn: DrawnPairs
    sender: Sender
    pacing: SlackRateLimits
    responder: Responder
    retries: Retries
    picture_days: int
    now: Callable[[], datetime]

    async def show(self, job: ShowPair, attempt: int) -> None:
        """The modal says how it went. Raises Retry, and SlackBusy."""
        keys = self.key_use.at(job.team_id, job.asker.place)
        fetched = await self.retries.ask(self.autoenhance.order(job.order, keys=keys), job, attempt)
        if fetched is None:
            return
        try:
            said = await self._tried(job, order_view(fetched, job.order), attempt)
        except NoPicture as none:
            await self.responder.say(job, str(none), alone=True)
        else:
            await self._say(job, said)

    async def _tried(self, job: ShowPair, view: OrderView, attempt: int) -> str:
        try:
            return await self._shown(job, view, attempt)
        except (TryLater, UploadFailed) as error:
            raise self._again(attempt, error.retry_after) from error
        except (AutoenhanceError, NotAPicture):
            raise NoPicture(picture_text.NO_PAIR) from None
        except SlackBusy:
            if attempt >= MAX_ATTEMPTS:
                raise NoPicture(picture_text.NO_PAIR_NOW) from None
            raise
        except TokenRefused:
            raise
        except CannotPost as error:
            await self.card_pictures.refused(job.team_id, job.asker.place, error)
            raise NoPicture(_refusal(error)) from None
        except Gone:
            raise NoPicture(picture_text.THREAD_GONE) from None
        except SlackError as error:
            log.warning("slack refused a picture", slack=error.code)
            raise NoPicture(picture_text.NO_PAIR_NOW) from None

    async def _shown(self, job: ShowPair, view: OrderView, attempt: int) -> str:
        team, channel = job.team_id, job.asker.place
        await self.needs.require(team, channel)
        photo = _photo(view, job.image_id)
        begun = await self.pictures.of_request(team, channel, _names(job))
        if begun and begun[1]:
            return picture_text.posted(photo.name)
        if begun:
            return await self._post(job, photo, begun[0], attempt)
        await self._say(job, picture_text.posting(photo.name))
        drawn = await self.drawn.drawn(photo, await self.needs.keys(team, channel))
        place = team, channel, _names(job)[0]
        wanted = ForMessage(*place, job.order, drawn.account_id, pair_alt(photo.name))
        picture = await self.uploads.upload(wanted, FILE_NAME, view.title, drawn.content)
        return await self._post(job, photo, picture, attempt)

    async def _post(self, job: ShowPair, photo: Photo, picture: Picture, attempt: int) -> str:
        """Counts the post before it is made."""
        channel, names = job.asker.place, _names(job)
        posts = names.index(picture.ts)
        if posts == MAX_POSTS:  # it may be in the thread, so the file is kept as long as others
            await self.pictures.shown(picture, self.now(), self.picture_days)
            raise NoPicture(picture_text.UNCONFIRMED)
        try:
            await self.needs.require(job.team_id, channel, picture.account_id)
        except SlackBusy:
            raise
        except (NoPicture, SlackError):
            await self.uploads.drop(picture)
            raise
        await self.pacing.wait_to_post(channel)
        counted = await self.pictures.renamed(picture, names[posts + 1])
        if counted is None:
            raise NoPicture(picture_text.OFF)
        card = pair_card(photo.name, CardPicture(picture.file_id, picture.alt_text), job.asker.user_id)
        try:
            posted = await self.sender.post_once(channel, card, thread_ts=job.thread_ts, needs_picture=True)
        except SlackBusy as error:
            if not error.maybe_done:
                await self.pictures.renamed(counted, picture.ts)
            if isinstance(error, FileNotReady):
                raise self._again(attempt, await self.uploads.not_ready(picture)) from error
            raise
        except SlackError:
            await self.uploads.drop(picture)
            raise
        if not await self.pictures.shown(counted, self.now(), self.picture_days):
            await self.sender.update(channel, posted.ts, without_pictures(card))
        return picture_text.posted(photo.name)

    async def _say(self, job: ShowPair, sentence: str) -> None:
        """Only in the modal: who has closed it sees the thread."""
        if isinstance(job.place, View):
            view = modals.answer(cards.sentence_card(sentence), callback_id=job.place.callback_id)
            with suppress(SlackError):
                await self.sender.update_view(job.place.view_id, view)

    def _again(self, attempt: int, seconds: float | None) -> Exception:
        if attempt >= MAX_ATTEMPTS:
            return NoPicture(picture_text.NO_PAIR_NOW)
        return Retry(seconds or self.retries.back_off(attempt))


def _names(job: ShowPair) -> list[str]:
    """What stands for the `ts` of its picture, after no post, one, and two."""
    return [f"{job.key}:{posts}" for posts in range(MAX_POSTS + 1)]


def _photo(view: OrderView, image_id: str) -> Photo:
    for photo in view.progress.photos:
        if photo.image_id == image_id and may_be_paired(photo):
            return photo
    raise NoPicture(picture_text.PHOTO_CHANGED)


def _refusal(error: CannotPost) -> str:
    if isinstance(error, NotInChannel):
        return refusals.NOT_IN_CHANNEL
    if isinstance(error, Archived):
        return refusals.ARCHIVED
    return refusals.SHARED_CHANNEL if error.code == SHARED else refusals.cannot_post(error.code)
