"""Waiting until a bot has no job left to do."""

import asyncio

from bot.bootstrap.app import App
from bot.queue.embedded import EmbeddedEngine
from bot.storage.database.base import Sql

POLL_SECONDS = 0.01  # seconds


async def until_idle(app: App) -> None:
    """Returns when no job runs, and none is due."""
    if isinstance(app.storage.engine, EmbeddedEngine):
        await app.storage.engine.keyed_tasks.idle.wait()
        return
    async with asyncio.timeout(20):
        while await app.storage.database.run(_has_job_to_do):  # noqa: ASYNC110 - nothing signals the end of a job
            await asyncio.sleep(POLL_SECONDS)


async def until_no_job_is_left(app: App) -> None:
    """Returns when no job is left, not even one that was put off."""
    async with asyncio.timeout(20):
        while await app.storage.database.run(_has_open_job):  # noqa: ASYNC110 - nothing signals the end of a job
            await asyncio.sleep(POLL_SECONDS)


def _has_open_job(sql: Sql) -> bool:
    return sql.row("SELECT 1 AS one FROM jobs WHERE state = 'open' LIMIT 1") is not None


def _has_job_to_do(sql: Sql) -> bool:
    doing = "SELECT 1 AS one FROM procrastinate_jobs WHERE status = 'doing'"
    due = " OR status = 'todo' AND coalesce(scheduled_at, now()) <= now() LIMIT 1"
    return sql.row(doing + due) is not None


async def until_no_last_call_is_planned(app: App) -> None:
    """Returns when every last call was posted, or given up, and its job has ended."""
    async with asyncio.timeout(20):
        while await app.storage.database.run(_has_last_call):  # noqa: ASYNC110 - nothing signals its end
            await asyncio.sleep(POLL_SECONDS)
    await until_idle(app)


def _has_last_call(sql: Sql) -> bool:
    return sql.row("SELECT 1 AS one FROM last_calls LIMIT 1") is not None


async def until_no_file_is_due(app: App, now: float) -> None:
    """Returns when each file in Slack that was to be deleted by then is deleted, and its job has ended."""
    query = "SELECT 1 AS one FROM pictures WHERE delete_at <= :now LIMIT 1"
    async with asyncio.timeout(20):
        while await app.storage.database.once(query, now=now):  # noqa: ASYNC110 - nothing signals its end
            await asyncio.sleep(POLL_SECONDS)
    await until_no_job_is_left(app)
