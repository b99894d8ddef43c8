"""The checks of `python app.py check`, each with what to do about a problem."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.bootstrap.clients import failure_cause, open_autoenhance, open_session, slack_client
from bot.bootstrap.storage import explained, open_database
from bot.core.errors import AutoenhanceError, KeyRefused, SettingsError, SlackBusy, SlackError
from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.slack.api.channels import channel_name
from bot.slack.api.identity import identify, missing_scopes, probe_socket
from bot.slack.text.refusals import refused
from bot.storage.database.base import Database
from bot.storage.database.sqlite_file import unwritable
from bot.storage.jobs import JobStore
from bot.storage.rate_limits.memory import LocalRateLimiter
from bot.storage.watches import Watches
from bot.watches.models import Watch, is_direct

MAX_FINDINGS_OF_A_KIND = 10


@dataclass(frozen=True)
class Finding:
    good: bool
    about: str
    says: str


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """In the order in which problems would stop the bot."""
    problems = settings.problems(for_slack=True) + settings.network_problems(for_slack=True)
    for problem in problems:
        yield Finding(good=False, about="Settings", says=problem)
    if not problems:
        yield Finding(good=True, about="Settings", says="complete")
    if not settings.network.problems([settings.slack_api_url]):
        async for finding in _slack(settings):
            yield finding
    if not settings.network.problems([settings.autoenhance_api_url]):
        yield await _autoenhance(settings)
    async for finding in _jobs(settings):
        yield finding


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if settings.slack_bot_token is None:
        return
    async with open_session() as session:
        web = slack_client(settings, session, Metrics())
        try:
            identity = await identify(web)
            yield Finding(
                good=True, about="Slack", says=f"the token is that of {identity.team or 'a workspace'}"
            )
            lacking = missing_scopes(identity)
            yield Finding(good=not lacking, about="Slack scopes", says=lacking or "all granted")
            if settings.slack_app_token is not None:
                await probe_socket(web, settings.slack_app_token.get_secret_value())
                yield Finding(good=True, about="Socket Mode", says="Slack accepts the app-level token")
        except SettingsError as error:
            yield Finding(good=False, about="Slack", says=str(error))
        except SlackBusy:
            says = "Slack isn't answering. Check SLACK_API_URL and this machine's connection."
            yield Finding(good=False, about="Slack", says=says)


async def _autoenhance(settings: Settings) -> Finding:
    async with open_autoenhance(
        settings, rate_limiter=LocalRateLimiter(time.monotonic), metrics=Metrics()
    ) as orders:
        try:
            await orders.probe()
        except AutoenhanceError as error:
            return Finding(good=False, about="Order API", says=_trouble(settings, error))
    key = (
        "accepts the key"
        if settings.autoenhance_api_key
        else "answers; without a key nothing can be searched"
    )
    return Finding(good=True, about="Order API", says=f"Autoenhance {key}")


def _trouble(settings: Settings, error: AutoenhanceError) -> str:
    if isinstance(error, KeyRefused):
        return refused(error)
    if blame := failure_cause(settings, error):
        return blame
    return (
        "Autoenhance isn't answering as it should. Check AUTOENHANCE_API_URL and this machine's connection."
    )


async def _jobs(settings: Settings) -> AsyncIterator[Finding]:
    """Works while the bot runs, because SQLite in WAL mode can be read meanwhile."""
    if settings.problems(for_slack=False):
        return
    try:
        if not settings.on_postgres and not settings.database_path.exists():
            yield _database_folder(settings.database_path)
            return
        with explained(settings):
            async with open_database(settings) as database:
                job_store = JobStore(database)
                await job_store.probe(datetime.now(UTC))
                dead, parked = await job_store.dead_jobs(), await Watches(database).parked()
                if settings.on_postgres:
                    yield await _workers(database)
    except OSError as error:
        yield Finding(good=False, about="Database", says=unwritable(settings.database_path, error))
        return
    except SettingsError as error:
        yield Finding(good=False, about="Database", says=str(error))
        return
    if not dead:
        yield Finding(good=True, about="Jobs", says="none was given up")
    for job in dead[:MAX_FINDINGS_OF_A_KIND]:
        at = datetime.fromtimestamp(job.ended_at, UTC)
        yield Finding(
            good=False, about="Jobs", says=f"{job.kind} given up at {at:%d %b %H:%M} UTC: {job.reason}"
        )
    names = await _place_names(settings, {watch.place for watch in parked})
    for finding in _paused(parked, names):
        yield finding


async def _place_names(settings: Settings, places: Iterable[str]) -> dict[str, str]:
    """What people call a place; its id where Slack does not say."""
    names = {place: "a direct message" if is_direct(place) else place for place in places}
    if settings.slack_bot_token is None or settings.network.problems([settings.slack_api_url]):
        return names
    async with open_session() as session:
        web = slack_client(settings, session, Metrics())
        channels = [place for place in names if not is_direct(place)]
        for channel in channels[:MAX_FINDINGS_OF_A_KIND]:
            with suppress(SlackError):
                names[channel] = await channel_name(web, channel)
    return names


async def _workers(database: Database) -> Finding:
    from bot.queue.postgres import workers  # noqa: PLC0415 - an extra, which is there if the database is

    alive = await workers(database)
    says = (
        f"{alive} at work" if alive else "none is at work, so nobody is answered. Run `python app.py worker`."
    )
    return Finding(good=alive > 0, about="Workers", says=says)


def _paused(parked: Sequence[Watch], names: Mapping[str, str]) -> Iterator[Finding]:
    """One finding for each place and reason. The reason is Slack's error code."""
    if not parked:
        yield Finding(good=True, about="Watches", says="none paused")
    for (place, why), count in Counter((watch.place, watch.reason) for watch in parked).most_common(
        MAX_FINDINGS_OF_A_KIND
    ):
        watching = "1 watch is paused" if count == 1 else f"{count} watches are paused"
        says = f"{watching} in {names[place]}: {why}. I retry every hour. Type /order test there to see why."
        yield Finding(good=False, about="Watches", says=says)


def _database_folder(path: Path) -> Finding:
    """Makes a file and deletes it at once, because file modes do not tell whether a disk can be written."""
    there = next(folder for folder in path.absolute().parents if folder.exists())
    try:
        with NamedTemporaryFile(dir=there):
            return Finding(good=True, about="Jobs", says="none yet; the database is made at the first start")
    except OSError as error:
        return Finding(good=False, about="Database", says=unwritable(path, error))
