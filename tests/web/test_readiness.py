"""`/readyz` of a bot whose database answers, but takes nothing."""

import asyncio

import httpx

from bot.bootstrap.app import open_app
from bot.core.settings import FixedSettings
from bot.demo.demo import Sandbox
from bot.sandbox.server import serving
from bot.storage.database.schema import migrate_postgres
from tests.support.crowd import eventually
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer, only_reads


async def test_readiness_follows_a_failover(sandbox: Sandbox, breakable: OwnServer) -> None:
    """A bot on a server that only reads answers 503, and 200 soon after the server writes again."""
    url = breakable.create(new_name())
    migrate_postgres(url)
    settings = FixedSettings(**sandbox.settings.model_dump() | {"database_url": url})

    async def turns(http: httpx.AsyncClient, address: str, status: int) -> None:
        async def turned() -> bool:
            return (await http.get(address)).status_code == status

        await eventually(turned, within=15)

    async with open_app(settings) as app, serving(app.web) as web, httpx.AsyncClient() as http:
        await turns(http, f"{web}/readyz", 200)
        only_reads(url, on=True)
        await turns(http, f"{web}/readyz", 503)
        only_reads(url, on=False)
        await turns(http, f"{web}/readyz", 200)


async def test_many_who_ask_cause_one_write(sandbox: Sandbox, postgres_url: str) -> None:
    """A hundred questions whether the bot is ready do not write a hundred times."""
    settings = FixedSettings(**sandbox.settings.model_dump() | {"database_url": postgres_url})
    inserts = "SELECT nextval('jobs_id_seq') AS id"
    async with open_app(settings) as app, serving(app.web) as web, httpx.AsyncClient() as http:
        [before] = await app.storage.database.run(lambda sql: sql.rows(inserts))
        asked = await asyncio.gather(*(http.get(f"{web}/readyz") for _ in range(100)))
        [after] = await app.storage.database.run(lambda sql: sql.rows(inserts))

    assert {each.status_code for each in asked} == {200}
    assert after["id"] - before["id"] < 10
