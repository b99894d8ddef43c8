"""Between ack and work."""

from datetime import UTC, datetime
from pathlib import Path

from bot.database import Database
from bot.jobs.embedded import EmbeddedEngine
from bot.jobs.intake import Intake
from bot.jobs.ledger import Ledger
from tests.jobs.test_embedded import Recording, say

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_a_job_is_begun_after_its_request_was_answered(tmp_path: Path) -> None:
    """It is on the disk at once; a quick answer must not overtake the ack."""
    async with Database.opened(tmp_path / "jobs.sqlite3") as database:
        ledger, worker = Ledger(database), Recording()
        engine = EmbeddedEngine(ledger, now=lambda: NOW)
        await engine.start(worker)
        intake = Intake(engine)

        with intake.request():
            await intake.record(say("a"))
            await ledger.open_jobs()  # a begun job would have been performed by the time this returns
            assert len(await ledger.open_jobs()) == 1
            assert worker.tries == []
        await worker.until(lambda: worker.tries == [("a", 1)])
        await engine.drain(5)
