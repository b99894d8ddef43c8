"""One function per job: ask Autoenhance, draw, send. Any of them may run twice."""

from contextlib import suppress
from datetime import timedelta

from bot.core.errors import SlackBusy, SlackError
from bot.handlers.context import Tools
from bot.handlers.lookups import Looking
from bot.handlers.overviews import Overview
from bot.handlers.polling import Following
from bot.handlers.retries import Patience
from bot.handlers.unfurls import Unfurling
from bot.handlers.watches import Watching
from bot.jobs import models as jobs
from bot.jobs.background import LookAtWatched, TellOwner, TellParked, Unfurl, WakeParked
from bot.jobs.models import Job
from bot.jobs.outcomes import CannotSucceed, PutOff
from bot.jobs.requests import Request
from bot.slack.blocks import escape
from bot.slack.text import refusals

SLACK_PATIENCE = timedelta(hours=6)
SLACK_WAIT = 300.0  # seconds; a longer Retry-After is asked about sooner


class Work:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._patience = Patience(tools)
        self._following = Following(tools)
        self._overview = Overview(tools)
        self._looking = Looking(tools, self._following, self._patience)
        self._unfurling = Unfurling(tools, self._patience)
        self._watching = Watching(tools, self._overview, self._patience)

    async def perform(self, job: Job, *, attempt: int) -> None:
        """Raises PutOff while Slack or Autoenhance cannot answer, CannotSucceed when nothing helps."""
        try:
            if isinstance(job, LookAtWatched):
                await self._following.look(job.team_id, job.order)
            elif isinstance(job, TellOwner):
                await self._following.tell_owner(job)
            elif isinstance(job, TellParked):
                await self._following.tell_parked(job)
            elif isinstance(job, WakeParked):
                await self._tools.stores.watches.wake_parked(job.team_id, job.channel_id, self._tools.now())
            elif isinstance(job, Unfurl):
                await self._unfurling.unfurl(job, attempt)
            elif refusal := await self._tools.admission.refusal(job):
                await self._tools.answers.say(job, refusal, aside=True)
            else:
                await self._answer(job, attempt)
        except SlackBusy as busy:
            if isinstance(job, Request) and self._patience.waited(job) > SLACK_PATIENCE:
                raise CannotSucceed(f"Slack did not take the answer: {busy.code}") from busy
            raise PutOff(min(busy.retry_after or self._patience.back_off(attempt), SLACK_WAIT)) from busy
        except SlackError as refused:
            raise CannotSucceed(f"Slack refused the answer: {refused.code}") from refused

    async def apologise(self, job: Job, reference: str) -> None:
        if isinstance(job, Request):
            with suppress(SlackError):
                await self._tools.answers.say(job, refusals.our_fault(reference), aside=True)

    async def _answer(self, job: Request, attempt: int) -> None:  # noqa: C901 - one line for each job
        match job:
            case jobs.LookUp():
                await self._looking.look_up(job, attempt)
            case jobs.Share():
                await self._looking.share(job, attempt)
            case jobs.ShowPhotos():
                await self._looking.show_photos(job, attempt)
            case jobs.Find():
                await self._looking.find(job, attempt)
            case jobs.Say():
                await self._tools.answers.say(job, escape(job.text), aside=True)
            case jobs.StartWatch():
                await self._watching.start(job, attempt)
            case jobs.StopWatch():
                await self._watching.stop(job)
            case jobs.ListWatches():
                await self._overview.list_all(job)
            case jobs.TryNotices():
                await self._overview.try_notices(job)
            case jobs.Broadcast():
                await self._overview.broadcast(job)
            case jobs.UnfurlLinks():
                await self._unfurling.choose(job)
            case jobs.ShowHome():
                await self._overview.show_home(job)
