"""PgBouncer in session mode, which refuses connections with parameters that it does not track."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from bot.bootstrap.storage import open_database
from bot.core.settings import FixedSettings
from tests.queue.contract.harness import Harness, RecordingWorker, say
from tests.support.both_databases import on_postgres

KEPT = {b"user", b"database", b"client_encoding", b"application_name", b"TimeZone", b"DateStyle"}
SSL_REQUEST = (80877103).to_bytes(4)


@asynccontextmanager
async def pooler(url: str) -> AsyncIterator[str]:
    """Forwards both sides of a connection, except what PgBouncer would refuse. Its URL."""
    server = urlsplit(url)
    talks = set[asyncio.Task[None]]()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await _startup(reader, writer)
        if {word for word in said[8:].split(b"\0")[::2] if word} - KEPT:
            writer.close()
            return
        there, back = await asyncio.open_connection(server.hostname, server.port)
        back.write(said)
        async with asyncio.TaskGroup() as both:
            both.create_task(_pass_on(reader, back))
            both.create_task(_pass_on(there, writer))

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.create_task(talk(reader, writer)))

    listening = await asyncio.start_server(begin, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield url.replace(f":{server.port}/", f":{port}/")
    finally:
        listening.close()
        await asyncio.wait(talks)


async def _startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    while True:
        length = await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(length) - 4)
        if body[:4] != SSL_REQUEST and len(body) > 4:
            return length + body
        writer.write(b"N")


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):  # a side may cut the connection as it stops
        while piece := await reader.read(65536):
            writer.write(piece)
    writer.close()


@on_postgres
async def test_jobs_are_done_behind_a_pooler(harness: Harness) -> None:
    """Jobs are recorded and done through the pooler, and statements have a time limit there too."""
    async with (
        pooler(harness.url) as url,
        open_database(FixedSettings(database_url=url)) as database,
    ):
        worker = RecordingWorker()
        async with Harness(database, url).works(worker) as engine:
            await engine.add(say("a"))
            await worker.until(lambda: worker.ended == ["a"])
        limits = await database.run(lambda sql: sql.rows("SELECT current_setting('lock_timeout') AS lock"))

    assert limits == [{"lock": "1500ms"}]
