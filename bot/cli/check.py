"""The checks of `python app.py check`, each with what to do about a problem."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.autoenhance.responses import had_no_answer
from bot.bootstrap.clients import failure_cause, open_autoenhance, open_session, slack_client
from bot.bootstrap.storage import explained, open_database
from bot.cli.pictures import lacking
from bot.cli.stored_accounts import named, sealed_with
from bot.core.errors import AutoenhanceError, Limited, SettingsError, SlackBusy, SlackError
from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.orders.history import Outcome
from bot.slack.api.channels import channel_name
from bot.slack.api.identity import identify, missing_scopes, probe_socket
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.channel_settings import ChannelSettings
from bot.storage.database.base import Database
from bot.storage.database.sqlite_file import unwritable
from bot.storage.history import History
from bot.storage.jobs import DeadJob, JobStore
from bot.storage.keyring import KeyRing
from bot.storage.rate_limits.memory import LocalRateLimiter
from bot.storage.watches import Watches
from bot.watches.models import Watch, is_direct

MAX_FINDINGS_OF_A_KIND = 10
SEE_WHY = "To see what to do, type /order test there."
FIRST_START = "will be created when Order Desk starts"
ONE_VERSION = "Start the newest version of Order Desk everywhere."
RING_NOT_SET = "ENCRYPTION_KEYS isn't set, so these aren't used: {}. Set it to the keys that it had."
KEY_LACKING = (
    "ENCRYPTION_KEYS lacks the key of {}. Put it back, after the others. "
    "If it is lost, ask the owners to connect their accounts again."
)
OLDER_KEY = (
    "encrypted with an older key: {}. Run `python app.py keys rotate` before you remove that key from "
    "ENCRYPTION_KEYS."
)
KEY_REJECTED = "Autoenhance rejected the key of {}. Ask the owners to connect their accounts again."
WITHOUT_KEY = "responding. To search orders by name, set AUTOENHANCE_API_KEY."


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
            yield Finding(good=True, about="Slack", says=f"connected to {identity.team or 'the workspace'}")
            lacking = missing_scopes(identity)
            yield Finding(good=not lacking, about="Slack scopes", says=lacking or "all granted")
            if settings.slack_app_token is not None:
                await probe_socket(web, settings.slack_app_token.get_secret_value())
                yield Finding(good=True, about="Socket Mode", says="Slack accepted the app-level token")
        except SettingsError as error:
            yield Finding(good=False, about="Slack", says=str(error))
        except SlackBusy:
            says = "Slack isn't responding. Check this machine's connection and SLACK_API_URL."
            yield Finding(good=False, about="Slack", says=says)


async def _autoenhance(settings: Settings) -> Finding:
    async with open_autoenhance(
        settings, rate_limiter=LocalRateLimiter(time.monotonic), metrics=Metrics()
    ) as orders:
        try:
            await orders.probe()
        except AutoenhanceError as error:
            return Finding(good=False, about="Autoenhance", says=_trouble(settings, error))
    says = "accepted the API key" if settings.autoenhance_api_key else WITHOUT_KEY
    return Finding(good=True, about="Autoenhance", says=says)


def _trouble(settings: Settings, error: AutoenhanceError) -> str:
    if blame := failure_cause(settings, error):
        return blame
    if isinstance(error, Limited):
        return "Autoenhance is limiting requests. Run `check` again in a few minutes."
    if had_no_answer(error):
        return "Autoenhance isn't responding. Check this machine's connection and AUTOENHANCE_API_URL."
    return f"{error}. Run `check` again in a few minutes. If that doesn't help, check AUTOENHANCE_API_URL."


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
                outcomes = await History(database).outcomes()
                connected = await Accounts(database).everyone()
                pictured = await ChannelSettings(database).count_with_pictures()
                if settings.on_postgres:
                    yield await _workers(database)
    except OSError as error:
        yield Finding(good=False, about="Database", says=unwritable(settings.database_path, error))
        return
    except SettingsError as error:
        yield Finding(good=False, about="Database", says=str(error))
        return
    for finding in _failed(dead):
        yield finding
    names = await _place_names(settings, {watch.place for watch in parked})
    for finding in _paused(parked, names):
        yield finding
    for finding in [*_accounts(settings, connected), *await _pictures(settings, pictured, len(connected))]:
        yield finding
    if ended := sum(outcomes.values()):
        inside = outcomes.get(Outcome.INSIDE, 0)
        orders = "1 order" if ended == 1 else f"{ended:,} orders"
        says = f"{inside:,} of {orders} ended in the range given"
        yield Finding(good=True, about="Forecasts", says=says)


def _failed(dead: Sequence[DeadJob]) -> Iterator[Finding]:
    """One finding for each of the newest jobs that were given up, and one for the number of the others."""
    if not dead:
        yield Finding(good=True, about="Jobs", says="none failed in the last 30 days")
    for job in dead[:MAX_FINDINGS_OF_A_KIND]:
        at = datetime.fromtimestamp(job.ended_at, UTC)
        code = job.reason.rpartition("(")[2].rstrip(")")
        todo = f"Search the log for {code}." if job.reason.endswith(")") else ONE_VERSION
        says = f"{job.kind} failed on {at:%d %b %H:%M} UTC: {job.reason}. {todo}"
        yield Finding(good=False, about="Jobs", says=says)
    if (more := len(dead) - MAX_FINDINGS_OF_A_KIND) > 0:
        yield Finding(good=False, about="Jobs", says=f"{more:,} more failed. The log has all of them.")


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
        f"{alive} running" if alive else "none running, so nobody gets an answer. Run `python app.py worker`."
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
        says = f"{watching} in {names[place]} ({why}). Order Desk retries every hour. {SEE_WHY}"
        yield Finding(good=False, about="Watches", says=says)


def _accounts(settings: Settings, stored: Sequence[StoredAccount]) -> Iterator[Finding]:
    """Nothing where no accounts are stored and none can be connected."""
    sealed = sealed_with(KeyRing(settings.ring), stored) if settings.ring else None
    refused = [each for each in stored if each.account.refused_at]
    problems = {
        RING_NOT_SET: stored if sealed is None else (),
        KEY_LACKING: sealed.lost if sealed else (),
        OLDER_KEY: sealed.older if sealed else (),
        KEY_REJECTED: refused,
    }
    for says, accounts in problems.items():
        if accounts:
            yield Finding(good=False, about="Accounts", says=says.format(named(accounts, stored)))
    if sealed and not any(problems.values()):
        yield Finding(good=True, about="Accounts", says=f"{len(stored) or 'none'} connected")


async def _pictures(settings: Settings, channels: int, accounts: int) -> list[Finding]:
    """Nothing where no channel turned them on. One may lack more than all do: `/order test` says it there."""
    if not channels:
        return []
    needs = await lacking(settings, accounts=accounts)
    on = f"on in {'1 channel' if channels == 1 else f'{channels:,} channels'}"
    says = " ".join([f"{on}.", *needs]) if needs else on
    return [Finding(good=not needs, about="Pictures", says=says)]


def _database_folder(path: Path) -> Finding:
    """Makes a file and deletes it at once, because file modes do not tell whether a disk can be written."""
    there = next(folder for folder in path.absolute().parents if folder.exists())
    try:
        with NamedTemporaryFile(dir=there):
            return Finding(good=True, about="Database", says=FIRST_START)
    except OSError as error:
        return Finding(good=False, about="Database", says=unwritable(path, error))
