"""How long a job waits for Autoenhance, and what the asker reads meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.core.errors import AutoenhanceError, OrderNotFound, SlackError, TryLater
from bot.jobs.models import Find, Share, ShowPhotos, StartWatch
from bot.jobs.outcomes import Retry
from bot.jobs.pictures import ShowPair
from bot.jobs.requests import Ephemeral, Message, Request, View
from bot.slack.api.responder import Responder
from bot.slack.text import refusals
from bot.slack.text import search as search_text

MAX_AUTOENHANCE_WAIT = timedelta(minutes=25)  # a response_url works for 30 minutes
# Attempts that say "not answering" where the message is replaced. A response_url works 5 times, and the
# answer needs one.
MAX_RETRY_MESSAGES = 2
SLOW = TryLater("no answer from Autoenhance yet")

Asking = Share | ShowPhotos | ShowPair | Find | StartWatch
T = TypeVar("T")


@dataclass(frozen=True)
class Retries:
    responder: Responder
    now: Callable[[], datetime]
    first_pause: float  # seconds before the first retry; doubles with each attempt
    slow: float  # seconds after the request: if Autoenhance has not answered then, the asker reads so

    async def ask(self, asking: Awaitable[T], job: Asking, attempt: int) -> T | None:
        """What Autoenhance answers. None after an error that the asker has read about.

        Raises Retry while a later attempt may succeed.
        """
        fetching = asyncio.ensure_future(asking)
        told = await self.tell_if_slow(fetching, job, attempt, lambda: self._say(job, _sentence(job, SLOW)))
        try:
            return await fetching
        except TryLater as error:
            if self.may_retry(job, error):
                if not told and says_not_answering(job, attempt):
                    await self._say(job, _sentence(job, error))
                raise Retry(self.pause(job, error, attempt)) from error
            await self._say(job, _last_sentence(job, error, self.minutes(job)))
        except AutoenhanceError as error:
            await self._say(job, _sentence(job, error))
        return None

    async def _say(self, job: Asking, sentence: str) -> None:
        """A list that others see stays as it is."""
        await self.responder.say(job, sentence, alone=True)

    async def tell_if_slow(
        self,
        fetching: asyncio.Future[Any],
        job: Request,
        attempt: int,
        tell: Callable[[], Awaitable[object]],
    ) -> bool:
        """Returns when `fetching` is done. Whether `tell` was called meanwhile: once, in the first attempt.

        Not where something already says that the answer is on its way: in a modal, and on a clicked card.
        """
        if attempt > 1 or says_not_answering(job, attempt + 1) or isinstance(job.place, Message):
            await asyncio.wait({fetching})
            return False
        left = self.slow - self.waited(job).total_seconds()
        try:
            # After a restart the time is over, but the answer may still come at once.
            done, _ = await asyncio.wait({fetching}, timeout=max(left, self.slow / 4))
            if done:
                return False
            with suppress(SlackError):
                await tell()
            await asyncio.wait({fetching})
        except asyncio.CancelledError:
            fetching.cancel()
            raise
        return True

    def may_retry(self, job: Request, error: TryLater) -> bool:
        """Whether the next attempt, when Autoenhance allows it, is within MAX_AUTOENHANCE_WAIT.

        A later answer is not promised: the response_url would no longer work.
        """
        return self.waited(job) + timedelta(seconds=error.retry_after or 0.0) < MAX_AUTOENHANCE_WAIT

    def pause(self, job: Request, error: TryLater, attempt: int) -> float:
        """Seconds until the next attempt after a TryLater for which `may_retry` is true.

        At most one second after MAX_AUTOENHANCE_WAIT has passed.

        The response_url still works then, so the asker learns that the job was given up.
        """
        left = (MAX_AUTOENHANCE_WAIT - self.waited(job)).total_seconds()
        return min(error.retry_after or self.back_off(attempt), max(left, 0.0) + 1.0)

    def waited(self, job: Request) -> timedelta:
        return self.now() - job.asker.at

    def minutes(self, job: Request) -> int:
        """How long the asker has waited."""
        return self.waited(job) // timedelta(minutes=1)

    def back_off(self, attempt: int) -> float:
        """Seconds, which double with each attempt up to a minute."""
        return min(60.0, self.first_pause * 2.0 ** min(attempt - 1, 10))


def _sentence(job: Asking, error: AutoenhanceError) -> str:
    if isinstance(job, Find):
        direct = job.asker.place == job.asker.user_id
        return search_text.trouble(error, job.typed, direct=direct)
    if isinstance(job, StartWatch) and isinstance(error, OrderNotFound) and not job.order.is_uuid:
        return refusals.no_order_to_watch(job.order)
    return refusals.trouble(error, job.order, None)


def _last_sentence(job: Asking, error: TryLater, minutes: int) -> str:
    if isinstance(job, Find):
        return search_text.gave_up(error, minutes, job.words or "")
    return refusals.gave_up(error, job.order, None, minutes)


def says_not_answering(job: Request, attempt: int) -> bool:
    """Whether this attempt says "not answering".

    Later attempts say it only where the message replaces the earlier one: in the asker's own card or modal.
    The reply to a slash command stays (decision 10 in docs/decisions).
    """
    match job.place:
        case Ephemeral(replace=True) | View():
            return attempt <= MAX_RETRY_MESSAGES
        case _:
            return attempt == 1
