"""One reference from the request to the end of its job, on each engine and database."""

import re
from collections.abc import Callable, Iterator

import pytest
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.core import logging
from bot.jobs.background import CheckOrder
from bot.jobs.models import JOB, Job
from bot.jobs.outcomes import Abandon, Retry
from bot.orders.ids import OrderId
from bot.queue.keyed_tasks import KeyedTasks, QueuedJob
from bot.queue.outbox import Outbox
from tests.queue.contract.harness import Harness, RecordingWorker, record, say


@pytest.fixture
def lines() -> Iterator[list[EventDict]]:
    """Each log line with its fields, the reference among them."""
    with capture_logs([merge_contextvars]) as lines:
        yield lines


class ReferenceRecorder(RecordingWorker):
    """A worker that records the reference of each attempt and apology."""

    def __init__(self, act: Callable[[Job, int], None] = lambda _job, _attempt: None) -> None:
        super().__init__(act)
        self.references: list[tuple[str, str]] = []

    async def perform(self, job: Job, *, attempt: int) -> None:
        self.references.append((job.key, logging.reference()))
        await super().perform(job, attempt=attempt)

    async def report_failure(self, job: Job, reference: str) -> None:
        self.references.append((job.key, reference))
        await super().report_failure(job, reference)


async def test_a_request_its_job_and_its_attempts_have_one_reference(
    harness: Harness, lines: list[EventDict]
) -> None:
    """It stays the same when the job is put off, and when the next process takes it up and gives it up."""
    worker = ReferenceRecorder(_put_off)
    async with harness.works(worker) as engine:
        outbox = Outbox(engine)
        with outbox.request():
            asked = logging.reference()
            await outbox.record(say("a"))
        await worker.until(lambda: len(worker.attempts) == 2)
    after = ReferenceRecorder(_give_up)
    async with harness.works(after):
        await after.until(lambda: after.apologies == ["a"])

    assert {reference for _, reference in worker.references + after.references} == {asked}
    assert {line["reference"] for line in lines if line["event"].startswith("job ")} == {asked}
    [dead] = await harness.job_store.dead_jobs()
    assert dead.reason == f"no way ({asked})"


async def test_a_later_delivery_changes_nothing_about_the_reference(harness: Harness) -> None:
    """The job keeps the reference of the request that recorded it. A new key has its own."""
    worker = ReferenceRecorder()
    asked = []
    async with harness.works(worker) as engine:
        outbox = Outbox(engine)
        for key in ("a", "a", "b"):
            with outbox.request():
                asked.append(logging.reference())
                await outbox.record(say(key))
        await worker.until(lambda: {"a", "b"} <= set(worker.ended))

    assert len(set(asked)) == 3
    assert sorted(worker.references) == [("a", asked[0]), ("b", asked[2])]


async def test_each_job_of_a_lock_has_its_own(harness: Harness) -> None:
    """A job that waits for the lock does not get the reference of the one before."""
    worker = ReferenceRecorder()
    asked = []
    async with harness.works(worker) as engine:
        outbox = Outbox(engine)
        for key in "abc":
            with outbox.request():
                asked.append((key, logging.reference()))
                await outbox.record(say(key, ts="1"))
        await worker.until(lambda: worker.ended == ["a", "b", "c"])

    assert worker.references == asked


async def test_a_job_of_an_earlier_version_gets_one(harness: Harness) -> None:
    """A job that was recorded without a reference is done and logged with a new one."""
    worker = ReferenceRecorder()
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.ended == ["a"])

    [(_, reference)] = worker.references
    assert re.fullmatch("E-[2-9A-Z]{4}", reference)


def test_what_an_earlier_version_wrote_still_reads() -> None:
    """Neither a request nor a check had a reference then."""
    for job in (say("a"), CheckOrder.at("T1", OrderId("order-1"))):
        written = JOB.dump_json(job, exclude={"reference"})
        assert JOB.validate_json(written) == job


async def test_the_end_of_a_job_is_one_line(harness: Harness, lines: list[EventDict]) -> None:
    """At INFO for a person's request, with its kind, attempt and seconds. At DEBUG for a background check."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await engine.add_all(lambda _: [CheckOrder.at("T1", OrderId("order-1"), "W-ABCD")])
        await worker.until(lambda: len(worker.ended) == 2)

    ends = {line["kind"]: line for line in lines if line["event"] == "job done"}
    assert ends["say"]["log_level"] == "info"
    assert ends["say"]["attempt"] == 1
    assert 0 <= ends["say"]["seconds"] < 10
    assert (ends["look_at_watched"]["log_level"], ends["look_at_watched"]["reference"]) == ("debug", "W-ABCD")
    assert "order-1" not in str(lines)


def _put_off(_job: Job, attempt: int) -> None:
    raise Retry(0.001 if attempt == 1 else 0.2)


def _give_up(_job: Job, _attempt: int) -> None:
    raise Abandon("no way")


async def test_a_job_does_not_inherit_the_reference_of_the_task_that_began_it() -> None:
    """Outside of an attempt a log line has no reference."""
    seen: list[str | None] = []

    async def run(_ticket: QueuedJob) -> None:
        seen.append(get_contextvars().get("reference"))

    tasks = KeyedTasks(run, at_once=1)
    with logging.bound_reference("E-7K2M"):
        tasks.begin(QueuedJob(1, "a", background=False))
    await tasks.idle.wait()

    assert seen == [None]
