"""Between ack and work."""

from bot.queue.outbox import Outbox
from tests.queue.contract.harness import Harness, RecordingWorker, record, say


async def test_a_job_is_begun_after_its_request_was_answered(harness: Harness) -> None:
    """The job is on the disk at once, but begins after the ack, which its answer must not overtake."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:
        outbox = Outbox(engine)
        with outbox.request():
            await outbox.record(say("a"))
            await record(engine, [say("b")])  # would be done after "a", if "a" had begun
            await worker.until(lambda: worker.ended == ["b"])
            assert ("a", 1) not in worker.attempts
            assert await harness.open_jobs() >= 1  # "b" counts until its end is recorded
        await worker.until(lambda: worker.ended == ["b", "a"])
