"""What a command of `python app.py` runs: the desk, which answers Slack, or a crew, which only works."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette

from bot.bootstrap.clients import Now, utc_now
from bot.bootstrap.handlers import open_attempts
from bot.bootstrap.services import open_parts, rounds
from bot.bootstrap.storage import Ground
from bot.bootstrap.timing import DRAIN, USUAL, Pace
from bot.bootstrap.web import open_doors, watching_doors
from bot.core.errors import SettingsError
from bot.core.settings import Settings
from bot.queue.embedded import EmbeddedEngine
from bot.queue.periodic import Rounds
from bot.slack.api.identity import Identity

AT_ONCE = 32  # people's jobs at once, and as many of our own
ALONE = "`worker` is for PostgreSQL. On SQLite, `python app.py serve` does the work itself."


@dataclass(frozen=True)
class Desk:
    """Everything, running. `web` is to be served by whoever opened it."""

    web: Starlette
    ground: Ground
    identity: Identity


@asynccontextmanager
async def open_desk(settings: Settings, *, now: Now = utc_now, pace: Pace = USUAL) -> AsyncIterator[Desk]:
    """Connects where Socket Mode is used. On SQLite it does the work too, first what was left over.

    Raises SettingsError when Slack refuses a token or the database cannot be used, and SlackBusy when
    Slack does not answer. On leaving, finishes what runs; what waits stays for the next start.
    """
    async with AsyncExitStack() as opened:
        parts = await opened.enter_async_context(open_parts(settings, now, pace))
        engine = parts.ground.engine
        opened.push_async_callback(engine.drain, DRAIN)
        if isinstance(engine, EmbeddedEngine):
            await engine.start(await opened.enter_async_context(open_attempts(parts)))
            opened.push_async_callback(engine.drain, DRAIN)
            await opened.enter_async_context(rounds(parts))
        web = await opened.enter_async_context(open_doors(parts))
        yield Desk(web, parts.ground, parts.identity)


@asynccontextmanager
async def open_crew(
    settings: Settings, *, at_once: int = AT_ONCE, now: Now = utc_now, pace: Pace = USUAL
) -> AsyncIterator[Starlette]:
    """Does the jobs that desks on the same PostgreSQL record, beside other crews.

    What it yields may be served, for those who watch over it. Raises what `open_desk` does. On leaving, it
    finishes what runs; the rest is for the others.
    """
    if not settings.on_postgres:
        raise SettingsError([ALONE])
    async with AsyncExitStack() as opened:
        parts = await opened.enter_async_context(open_parts(settings, now, pace))
        attempts = await opened.enter_async_context(open_attempts(parts))
        from bot.queue.worker import Crew  # noqa: PLC0415 - an extra, which is there if the ground is

        times = {"poll": pace.poll, "beat": pace.beat, "gone": pace.gone}
        crew = Crew(settings.database_url, attempts, at_once=at_once, **times)
        await crew.start(DRAIN)
        opened.push_async_callback(crew.stop)
        rescue = Rounds("rescue", parts.ground.meter, crew.rescue, parts.metrics, every=pace.beat)
        await opened.enter_async_context(rounds(parts, rescue))
        yield watching_doors(parts)
