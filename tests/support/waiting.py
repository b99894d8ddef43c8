"""Waiting until a bot has no job left to do."""

import asyncio

from bot.bootstrap.app import App
from bot.queue.embedded import EmbeddedEngine
from bot.storage.database.base import Sql

OFTEN = 0.01  # seconds


async def settled(app: App) -> None:
    """Returns when no job runs, and none is due."""
    if isinstance(app.storage.engine, EmbeddedEngine):
        await app.storage.engine.keyed_tasks.idle.wait()
        return
    async with asyncio.timeout(20):
        while await app.storage.database.run(_left):  # noqa: ASYNC110 - nothing signals the end of a job
            await asyncio.sleep(OFTEN)


async def ended(app: App) -> None:
    """Returns when no job is left, not even one that was put off."""
    async with asyncio.timeout(20):
        while await app.storage.database.run(_open):  # noqa: ASYNC110 - nothing signals the end of a job
            await asyncio.sleep(OFTEN)


def _open(sql: Sql) -> bool:
    return sql.row("SELECT 1 AS one FROM jobs WHERE state = 'open' LIMIT 1") is not None


def _left(sql: Sql) -> bool:
    doing = "SELECT 1 AS one FROM procrastinate_jobs WHERE status = 'doing'"
    due = " OR status = 'todo' AND coalesce(scheduled_at, now()) <= now() LIMIT 1"
    return sql.row(doing + due) is not None
