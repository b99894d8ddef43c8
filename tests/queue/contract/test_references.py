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
from tests.queue.contract.bench import Bench, Recording, record, say


@pytest.fixture
def lines() -> Iterator[list[EventDict]]:
    """What is logged, each line with what it is referred to."""
    with capture_logs([merge_contextvars]) as lines:
        yield lines


class Referring(Recording):
    """A worker that keeps what it was referred to at each try, and in each apology."""

    def __init__(self, act: Callable[[Job, int], None] = lambda _job, _attempt: None) -> None:
        super().__init__(act)
        self.referred: list[tuple[str, str]] = []

    async def perform(self, job: Job, *, attempt: int) -> None:
        self.referred.append((job.key, logging.reference()))
        await super().perform(job, attempt=attempt)

    async def report_failure(self, job: Job, reference: str) -> None:
        self.referred.append((job.key, reference))
        await super().report_failure(job, reference)


async def test_a_request_its_job_and_its_tries_have_one_reference(
    bench: Bench, lines: list[EventDict]
) -> None:
    """Put off, taken up by the next process and given up there, it is the same one to the end."""
    worker = Referring(_put_off)
    async with bench.works(worker) as engine:
        outbox = Outbox(engine)
        with outbox.request():
            asked = logging.reference()
            await outbox.record(say("a"))
        await worker.until(lambda: len(worker.tries) == 2)
    after = Referring(_give_up)
    async with bench.works(after):
        await after.until(lambda: after.apologies == ["a"])

    assert {told for _, told in worker.referred + after.referred} == {asked}
    assert {line["reference"] for line in lines if line["event"].startswith("job ")} == {asked}
    [dead] = await bench.job_store.dead_jobs()
    assert dead.reason == f"no way ({asked})"


async def test_a_later_delivery_changes_nothing_about_the_reference(bench: Bench) -> None:
    """The job keeps the one of the request that recorded it; another is no other job."""
    worker = Referring()
    asked = []
    async with bench.works(worker) as engine:
        outbox = Outbox(engine)
        for key in ("a", "a", "b"):
            with outbox.request():
                asked.append(logging.reference())
                await outbox.record(say(key))
        await worker.until(lambda: {"a", "b"} <= set(worker.ended))

    assert len(set(asked)) == 3
    assert sorted(worker.referred) == [("a", asked[0]), ("b", asked[2])]


async def test_each_job_of_a_lane_has_its_own(bench: Bench) -> None:
    """Whoever waits behind another's job is not taken for them."""
    worker = Referring()
    asked = []
    async with bench.works(worker) as engine:
        outbox = Outbox(engine)
        for key in "abc":
            with outbox.request():
                asked.append((key, logging.reference()))
                await outbox.record(say(key, ts="1"))
        await worker.until(lambda: worker.ended == ["a", "b", "c"])

    assert worker.referred == asked


async def test_a_job_of_the_version_before_gets_one(bench: Bench) -> None:
    """It was recorded without a reference, and is done and logged with one."""
    worker = Referring()
    async with bench.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.ended == ["a"])

    [(_, reference)] = worker.referred
    assert re.fullmatch("E-[2-9A-Z]{4}", reference)


def test_what_the_version_before_has_written_still_reads() -> None:
    """Neither a request nor a look had a reference then."""
    for job in (say("a"), CheckOrder.at("T1", OrderId("order-1"))):
        written = JOB.dump_json(job, exclude={"reference"})
        assert JOB.validate_json(written) == job


async def test_the_end_of_a_job_is_one_line(bench: Bench, lines: list[EventDict]) -> None:
    """For what a person asked, at INFO: its kind, the try, its seconds; of our own looks, below."""
    worker = Recording()
    async with bench.works(worker) as engine:
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


async def test_what_is_done_in_a_lane_is_not_referred_to_by_whoever_began_it() -> None:
    """Between two tries, a line is about no request."""
    seen: list[str | None] = []

    async def run(_ticket: QueuedJob) -> None:
        seen.append(get_contextvars().get("reference"))

    lanes = KeyedTasks(run, at_once=1)
    with logging.bound_reference("E-7K2M"):
        lanes.begin(QueuedJob(1, "a", background=False))
    await lanes.idle.wait()

    assert seen == [None]
