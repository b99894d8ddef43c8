"""Which handler does which job. Any handler may run twice for one job."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from bot.core.errors import SlackBusy, SlackError, TokenRefused
from bot.handlers.accounts import AccountCommands
from bot.handlers.claims import Claims
from bot.handlers.key_use import KeyUse
from bot.handlers.last_calls import LastCallPosts
from bot.handlers.lookups import Lookups
from bot.handlers.outages import Retries
from bot.handlers.overviews import Overviews
from bot.handlers.pairs import PairPosts
from bot.handlers.paused import PausedPlaces
from bot.handlers.pictures import PictureCards
from bot.handlers.polling import Polling
from bot.handlers.searches import Searches
from bot.handlers.stops import Stops
from bot.handlers.time_zones import TimeZones
from bot.handlers.unfurls import Unfurls
from bot.handlers.watches import WatchCommands
from bot.jobs import accounts as account_jobs
from bot.jobs import background, models, pictures
from bot.jobs.background import BackgroundJob
from bot.jobs.models import Job
from bot.jobs.outcomes import Abandon, Retry
from bot.jobs.requests import Message, Reply, Request
from bot.slack.api.access import AccessPolicy
from bot.slack.api.responder import Responder, for_asker_alone
from bot.slack.text import refusals

MAX_SLACK_WAIT = timedelta(hours=6)  # since the request; then a job that Slack does not take is given up

J = TypeVar("J", bound=Request | BackgroundJob)
Handler = Callable[[Any, int], Awaitable[None]]
Row = tuple[type, Handler]
Table = dict[type, Handler]
log = structlog.get_logger(__name__)


def table(
    lookups: Lookups,
    watches: WatchCommands,
    overviews: Overviews,
    unfurls: Unfurls,
    polling: Polling,
    *,
    claims: Claims,
    stops: Stops,
    last_calls: LastCallPosts,
    time_zones: TimeZones,
    searches: Searches,
    key_use: KeyUse,
    paused: PausedPlaces,
) -> Table:
    """A new job is a new row. A handler takes the job and the number of this attempt, which begins at 1."""
    return dict(
        (
            row(models.LookUp, lookups.look_up),
            row(models.Share, lookups.share),
            row(models.ShowPhotos, lookups.show_photos),
            row(models.Find, searches.find),
            row(models.Say, lookups.say),
            row(models.StartWatch, watches.start),
            row(models.StopWatch, stops.stop),
            row(models.ChooseOrder, watches.ask_which),
            row(models.ClaimOrder, claims.claim),
            row(models.ListWatches, overviews.list_all),
            row(models.SendTestNotice, overviews.try_notices),
            row(models.Broadcast, overviews.broadcast),
            row(models.ShowHome, overviews.show_home),
            row(models.UnfurlLinks, unfurls.choose),
            row(models.ShowLine, overviews.show_line),
            row(models.SetTimeZone, time_zones.set_time_zone),
            *_background_rows(unfurls, polling, last_calls, key_use, paused),
        )
    )


def account_table(accounts: AccountCommands) -> Table:
    """The rows of the jobs about accounts."""
    return dict(
        (
            row(account_jobs.ConnectAccount, accounts.connect),
            row(account_jobs.ReplaceAccountKey, accounts.replace_key),
            row(account_jobs.ShowAccount, accounts.show),
            row(account_jobs.ShareAccount, accounts.share),
            row(account_jobs.HandOverAccount, accounts.hand_over),
            row(account_jobs.DisconnectAccount, accounts.disconnect),
            row(account_jobs.NoteOnHome, accounts.note),
        )
    )


def picture_table(picture_cards: PictureCards, pairs: PairPosts) -> Table:
    """The rows of the jobs about pictures."""
    return dict(
        (
            row(pictures.ShowPictures, picture_cards.show),
            row(pictures.ShowPair, pairs.show),
            row(pictures.ChoosePictures, picture_cards.turn),
            row(pictures.DrawPictures, picture_cards.at_end),
            row(pictures.DeletePicture, picture_cards.delete),
            row(pictures.CheckPictureChannel, picture_cards.check_channel),
        )
    )


def _background_rows(
    unfurls: Unfurls, polling: Polling, last_calls: LastCallPosts, key_use: KeyUse, paused: PausedPlaces
) -> tuple[Row, ...]:
    return (
        row(background.Unfurl, unfurls.unfurl),
        row(background.CheckOrder, polling.check),
        row(background.LastCall, last_calls.make),
        row(background.NotifyOwner, paused.message_owner),
        row(background.NotifyPaused, paused.notify_paused),
        row(background.NotifyAccountOwner, key_use.tell_owner),
        row(background.CheckPaused, paused.resume_paused),
    )


def row(job: type[J], handler: Callable[[J, int], Awaitable[None]]) -> Row:
    """Lets mypy check that the handler takes this job."""
    return job, handler


class Dispatcher:
    """Implements `bot.jobs.outcomes.JobHandler`."""

    def __init__(
        self,
        handlers: Table,
        access: AccessPolicy,
        responder: Responder,
        retries: Retries,
        not_begun: Callable[[models.StartWatch], Awaitable[None]],
    ) -> None:
        """`not_begun` is told of a watch that an earlier attempt stored, and whose start is refused now."""
        self._not_begun = not_begun
        self._handlers = handlers
        self._access = access
        self._responder = responder
        self._retries = retries

    async def perform(self, job: Job, *, attempt: int) -> None:
        """Raises Retry while Slack or Autoenhance cannot answer, and Abandon when no retry can help."""
        try:
            await self._perform(job, attempt)
        except SlackBusy as busy:
            if isinstance(job, Request) and self._retries.waited(job) > MAX_SLACK_WAIT:
                raise Abandon(f"Slack did not accept the answer: {busy.code}") from busy
            raise Retry(busy.retry_after or self._retries.back_off(attempt)) from busy
        except TokenRefused as refused:
            if not isinstance(job, Request):
                raise Abandon(f"Slack refused the token: {refused.code}") from refused
            log.warning("slack refuses the token", slack=refused.code)
            await self._refused(job)
            with suppress(SlackError):  # a response_url works without a token
                await self._responder.say(job, refusals.REINSTALL, alone=True)
        except SlackError as refused:
            raise Abandon(f"Slack refused the answer: {refused.code}") from refused

    async def _perform(self, job: Job, attempt: int) -> None:
        if isinstance(job, Request):
            try:
                refusal = await self._access.refusal(job)
            except SlackBusy:
                if not isinstance(job, models.LookUp) or not isinstance(job.place, Message | Reply):
                    raise
                job = replace(
                    job, place=for_asker_alone(job.place)
                )  # the card stays, and the asker gets one alone
                refusal = await self._access.refusal(job)
            if refusal:
                await self._refused(job)
                await self._responder.say(job, refusal, alone=True)
                return
        await self._handlers[type(job)](job, attempt)

    async def _refused(self, job: Request) -> None:
        if isinstance(job, models.StartWatch):
            await self._not_begun(job)

    async def report_failure(self, job: Job, reference: str) -> None:
        if isinstance(job, Request):
            await self._refused(job)
            with suppress(SlackError):
                await self._responder.say(job, refusals.internal_error(reference), alone=True)
