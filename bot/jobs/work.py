"""One function per job: ask Autoenhance, draw, send. Any of them may run twice."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.autoenhance.client import Autoenhance, Look
from bot.errors import (
    AutoenhanceError,
    CannotPost,
    OrderNotFound,
    SlackBusy,
    SlackError,
    TryLater,
    Unconfirmed,
)
from bot.jobs.embedded import CannotSucceed, PutOff
from bot.jobs.model import Find, Job, LookUp, Say, Share, ShowPhotos
from bot.jobs.patience import PATIENCE, sentence, tells
from bot.jobs.request import Asker, Wanted
from bot.jobs.seeing import given_up, order_view, see
from bot.looks import Looks
from bot.orders.ids import as_order_id
from bot.slack import cards, refusals, views, words
from bot.slack.admission import Admission
from bot.slack.answers import Answers
from bot.slack.blocks import escape
from bot.slack.post import Post
from bot.slack.shown import Card, OrderView, Spot, TroubleView

SLACK_PATIENCE = timedelta(hours=6)
SLACK_WAIT = 300.0  # seconds; a longer Retry-After is asked about sooner
HITS = 10

T = TypeVar("T")


class Work:
    def __init__(
        self,
        orders: Autoenhance,
        looks: Looks,
        admission: Admission,
        post: Post,
        now: Callable[[], datetime],
        *,
        first_pause: float,
    ) -> None:
        self._orders = orders
        self._looks = looks
        self._admission = admission
        self._post = post
        self._answers = Answers(post)
        self._now = now
        self._first_pause = first_pause

    async def perform(self, job: Job, *, attempt: int) -> None:
        """Raises PutOff while Slack or Autoenhance cannot answer, CannotSucceed when nothing helps."""
        try:
            if refusal := await self._admission.refusal(job):
                await self._answers.give(job, lambda _: cards.say(refusal), aside=True)
            else:
                await self._do(job, attempt)
        except SlackBusy as busy:
            if self._waited(job) > SLACK_PATIENCE:
                raise CannotSucceed(f"Slack did not take the answer: {busy.code}") from busy
            raise PutOff(min(busy.retry_after or self._back_off(attempt), SLACK_WAIT)) from busy
        except SlackError as refused:
            raise CannotSucceed(f"Slack refused the answer: {refused.code}") from refused

    async def apologise(self, job: Job, reference: str) -> None:
        with suppress(SlackError):
            await self._answers.give(job, lambda _: cards.say(refusals.our_fault(reference)), aside=True)

    async def _do(self, job: Job, attempt: int) -> None:
        match job:
            case LookUp():
                await self._look_up(job, attempt)
            case Share():
                await self._share(job, attempt)
            case ShowPhotos():
                await self._show_photos(job, attempt)
            case Find():
                await self._find(job, attempt)
            case Say():
                await self._answers.give(job, lambda _: cards.say(escape(job.text)), aside=True)

    async def _look_up(self, job: LookUp, attempt: int) -> None:
        seen = await asyncio.gather(*(self._see(wanted, job.asker) for wanted in job.wanted))
        late = [
            view.error for view in seen if isinstance(view, TroubleView) and isinstance(view.error, TryLater)
        ]
        if late and self._waited(job) < PATIENCE:
            if tells(job, attempt):
                await self._show(job, seen)
            raise PutOff(max(self._pause(job, error, attempt) for error in late))
        await self._show(job, [given_up(view, PATIENCE // timedelta(minutes=1)) for view in seen])

    async def _see(self, wanted: Wanted, asker: Asker) -> OrderView | TroubleView:
        """With what the team saw last, for when Autoenhance does not answer."""
        view = await see(self._orders, wanted.order, asker.user_id, wanted.before)
        if isinstance(view, OrderView):
            await self._looks.remember(asker.team_id, wanted.order, view.glimpse)
            return view
        return replace(view, last=await self._looks.last(asker.team_id, wanted.order) or view.last)

    async def _show(self, job: LookUp, seen: Sequence[OrderView | TroubleView]) -> None:
        """A card that others see is not replaced by "not answering"; that an order is gone, they see."""
        aside = any(
            isinstance(view, TroubleView) and not isinstance(view.error, OrderNotFound) for view in seen
        )
        await self._answers.give(
            job,
            lambda spot: cards.orders_card(
                seen, replace(spot, in_thread=job.in_thread, shared_by=job.shared_by), skipped=job.skipped
            ),
            aside=aside,
        )

    async def _share(self, job: Share, attempt: int) -> None:
        look = await self._patiently(self._orders.order(job.order), job, attempt)
        if look is None:
            return
        by = job.asker.user_id if job.to == "channel" else None
        spot = Spot("message", shared_by=by)
        card = cards.orders_card([order_view(look, job.order, job.asker.user_id)], spot)
        try:
            await self._post_shared(job, card)
        except CannotPost as error:
            refusal = cards.not_posted(error, job.order)
            await self._answers.give(job, lambda _: refusal)
        except Unconfirmed:
            await self._say(job, refusals.UNCONFIRMED)

    async def _post_shared(self, job: Share, card: Card) -> None:
        if job.to == "channel":
            await self._post.message(job.asker.channel_id or "", card, thread_ts=job.in_thread)
            return
        await self._post.message(job.asker.user_id, card)
        with suppress(SlackError):  # the card is there; for the word about it, nothing is done twice
            await self._say(job, words.SENT_TO_YOU)

    async def _show_photos(self, job: ShowPhotos, attempt: int) -> None:
        look = await self._patiently(self._orders.order(job.order), job, attempt)
        if look is not None:
            card = views.photos(order_view(look, job.order, job.asker.user_id))
            await self._answers.give(job, lambda _: card)

    async def _find(self, job: Find, attempt: int) -> None:
        found = await self._patiently(self._orders.orders(words=job.words, limit=HITS), job, attempt)
        if found is not None:
            now = self._now()
            hits = [
                order_view(Look(order, now), id_) for order in found if (id_ := as_order_id(order.order_id))
            ]
            await self._answers.give(job, lambda _: views.hits(hits, job.words))

    async def _patiently(
        self, asking: Awaitable[T], job: Share | ShowPhotos | Find, attempt: int
    ) -> T | None:
        """What Autoenhance answers; None when it was an error and the asker has been told.

        Raises PutOff while it is worth asking again.
        """
        try:
            return await asking
        except TryLater as error:
            if self._waited(job) < PATIENCE:
                if tells(job, attempt):
                    await self._say(job, sentence(job, error))
                raise PutOff(self._pause(job, error, attempt)) from error
            await self._say(job, sentence(job, error, gave_up=True))
        except AutoenhanceError as error:
            await self._say(job, sentence(job, error))
        return None

    async def _say(self, job: Job, sentence: str) -> None:
        await self._answers.give(job, lambda _: cards.say(sentence))

    def _pause(self, job: Job, error: TryLater, attempt: int) -> float:
        """Seconds; never past our patience, so that giving up is told while there is a way to tell it."""
        left = (PATIENCE - self._waited(job)).total_seconds()
        return min(error.retry_after or self._back_off(attempt), max(left, 0.0) + 1.0)

    def _waited(self, job: Job) -> timedelta:
        return self._now() - job.asker.at

    def _back_off(self, attempt: int) -> float:
        """Seconds, doubling up to a minute."""
        return min(60.0, self._first_pause * 2.0 ** min(attempt - 1, 10))
