"""How long Autoenhance is waited for, and what is said meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.core.errors import AutoenhanceError, TryLater
from bot.jobs.models import Find, LookUp, Share, ShowPhotos, StartWatch
from bot.jobs.outcomes import Retry
from bot.jobs.requests import Ephemeral, Request, View
from bot.slack.api.responder import Responder
from bot.slack.text import refusals

PATIENCE = timedelta(minutes=25)  # a response_url is good for 30
MAX_RETRY_MESSAGES = (
    2  # tries that say "not answering": a response_url is good for 5 uses, and the answer needs one
)

Asking = Share | ShowPhotos | Find | StartWatch
T = TypeVar("T")


@dataclass(frozen=True)
class Retries:
    responder: Responder
    now: Callable[[], datetime]
    first_pause: float  # seconds before a job that had to wait is tried again; doubles each time

    async def ask(self, asking: Awaitable[T], job: Asking, attempt: int) -> T | None:
        """What Autoenhance answers; None when it was an error and the asker has been told.

        Raises Retry while it is worth asking again.
        """
        try:
            return await asking
        except TryLater as error:
            if self.lasts(job):
                if tells(job, attempt):
                    await self.responder.say(job, _sentence(job, error))
                raise Retry(self.pause(job, error, attempt)) from error
            await self.responder.say(job, _sentence(job, error, gave_up=True))
        except AutoenhanceError as error:
            await self.responder.say(job, _sentence(job, error))
        return None

    def lasts(self, job: Request) -> bool:
        return self.waited(job) < PATIENCE

    def pause(self, job: Asking | LookUp, error: TryLater, attempt: int) -> float:
        """Seconds; never past our patience, so that giving up is told while there is a way to tell it."""
        left = (PATIENCE - self.waited(job)).total_seconds()
        return min(error.retry_after or self.back_off(attempt), max(left, 0.0) + 1.0)

    def waited(self, job: Request) -> timedelta:
        return self.now() - job.asker.at

    def back_off(self, attempt: int) -> float:
        """Seconds, doubling up to a minute."""
        return min(60.0, self.first_pause * 2.0 ** min(attempt - 1, 10))


def _sentence(job: Asking, error: AutoenhanceError, *, gave_up: bool = False) -> str:
    minutes = PATIENCE // timedelta(minutes=1)
    if isinstance(job, Find):
        return refusals.search_gave_up(minutes) if gave_up else refusals.search_trouble(error)
    return refusals.gave_up(job.order, None, minutes) if gave_up else refusals.trouble(error, job.order, None)


def tells(job: Request, attempt: int) -> bool:
    """Said again only where it surely replaces what was said before: in a card or a modal of one's own.

    Whether Slack replaces the reply to a command is not documented; see decision 10 in docs/decisions.
    """
    match job.place:
        case Ephemeral(replace=True, message_ts=str()) | View():
            return attempt <= MAX_RETRY_MESSAGES
        case _:
            return attempt == 1
