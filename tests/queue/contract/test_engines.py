"""What every engine promises: a job is recorded, done once, put off, given up, and taken up again."""

import asyncio
import re
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from bot.core.errors import DatabaseFailed, ShuttingDown, Unstorable
from bot.jobs.background import CheckOrder, LastCall
from bot.jobs.models import Job, LookUp, StopWatch
from bot.jobs.outcomes import Abandon, Retry
from bot.jobs.pictures import CheckPictureChannel, DeletePicture
from bot.jobs.requests import Ephemeral
from bot.orders.ids import OrderId
from bot.queue.runner import MAX_FAILED_ATTEMPTS, SUSPECT_PAUSE_SECONDS, UNREADABLE_KEPT_FOR
from bot.storage import retention
from tests.queue.contract.harness import (
    ASKER,
    NOW,
    Harness,
    RecordingWorker,
    listening,
    record,
    say,
)


async def test_a_job_is_done_once(harness: Harness) -> None:
    """A recorded job is performed, and is open no longer."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:
        assert await record(engine, [say("a")]) == [True]
        await worker.until(lambda: len(worker.attempts) == 1)

    assert worker.attempts == [("a", 1)]
    assert await harness.open_jobs() == 0


async def test_the_same_key_is_recorded_once(harness: Harness) -> None:
    """A second delivery of a key is not new while the first waits or runs, nor after it is done."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with harness.works(worker) as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        assert await engine.write(say("a")) is None
        engine.begin(id_, say("a"))
        await worker.until(lambda: len(worker.attempts) == 1)
        assert await engine.write(say("a")) is None
        worker.gate.set()
        await worker.until(lambda: worker.ended == ["a"])
    async with harness.works(worker) as engine:
        assert await record(engine, [say("a")]) == [False]

    assert worker.attempts == [("a", 1)]


async def test_two_at_once_record_one(harness: Harness) -> None:
    """Of deliveries at the same time, exactly one is recorded."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:
        new = await asyncio.gather(*(engine.write(say("a")) for _ in range(8)))

    assert sum(id_ is not None for id_ in new) == 1


async def test_a_job_begins_only_after_begin(harness: Harness) -> None:
    """A written job waits for `begin`, as a quick answer must not overtake the ack."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        await record(engine, [say("b")])
        await worker.until(lambda: len(worker.attempts) == 1)
        assert worker.attempts == [("b", 1)]
        engine.begin(id_, say("a"))
        await worker.until(lambda: len(worker.attempts) == 2)


async def test_jobs_that_never_began_are_done_by_the_next_process(harness: Harness) -> None:
    """Jobs that were recorded before the process died are done by the next one."""
    async with harness.works(RecordingWorker()) as before:
        for key in ("a", "b", "c"):
            await before.write(say(key))

    worker = RecordingWorker()
    async with harness.works(worker):
        await worker.until(lambda: len(worker.attempts) == 3)

    assert sorted(key for key, _ in worker.attempts) == ["a", "b", "c"]


async def test_a_job_that_is_put_off_is_tried_again(harness: Harness) -> None:
    """The job runs again after the pause that it asks for, and gets the number of the attempt."""

    def act(_job: Job, attempt: int) -> None:
        if attempt < 4:
            raise Retry(0.001)

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.ended == ["a"])

    assert [attempt for _, attempt in worker.attempts] == [1, 2, 3, 4]
    assert await harness.open_jobs() == 0


async def test_a_job_that_is_put_off_is_not_tried_early(harness: Harness) -> None:
    """A job that is put off for a minute does not run in this one."""

    def act(job: Job, _attempt: int) -> None:
        if job.key == "a":
            raise Retry(60)

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: len(worker.attempts) == 1)
        for number in range(20):
            await record(engine, [say(f"b{number}")])
            await worker.until(lambda number=number: f"b{number}" in worker.ended)  # type: ignore[misc]

    assert [key for key, _ in worker.attempts].count("a") == 1
    assert await harness.open_jobs() == 1


async def test_being_put_off_often_is_no_failure(harness: Harness) -> None:
    """Only attempts that break count towards giving up. An outage of Autoenhance may take a hundred."""

    def act(_job: Job, attempt: int) -> None:
        if attempt < 20:
            raise Retry(0)

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.ended == ["a"])

    assert len(worker.attempts) == 20
    assert worker.apologies == []


async def test_a_job_that_cannot_succeed_ends_with_its_reason(harness: Harness) -> None:
    """The job is kept with the reason and never retried, and the person gets an apology."""

    def act(_job: Job, _attempt: int) -> None:
        raise Abandon("Slack refused the answer: account_inactive")

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.apologies == ["a"])

    [dead] = await harness.job_store.dead_jobs()
    assert dead.kind == "say"
    assert dead.reason.startswith("Slack refused the answer: account_inactive (E-")
    assert await harness.open_jobs() == 0


async def test_a_job_whose_data_cannot_be_stored_ends_with_its_reason(harness: Harness) -> None:
    """It is not tried again, as the database would refuse the same value again."""

    def act(_job: Job, _attempt: int) -> None:
        raise Unstorable("NumericValueOutOfRange")

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.apologies == ["a"])

    [dead] = await harness.job_store.dead_jobs()
    assert dead.reason.startswith("the database refused its data: NumericValueOutOfRange (E-")
    assert worker.attempts == [("a", 1)]
    assert await harness.open_jobs() == 0


async def test_a_reason_with_odd_characters_is_stored_too(harness: Harness) -> None:
    """A reason may quote what another server answered, and the job must end all the same."""

    def act(_job: Job, _attempt: int) -> None:
        raise Abandon("Slack refused the answer: \0bad\ud83dgateway")

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.apologies == ["a"])

    [dead] = await harness.job_store.dead_jobs()
    assert dead.reason.startswith("Slack refused the answer:  bad gateway (E-")
    assert await harness.open_jobs() == 0


async def test_a_bug_is_retried_and_then_given_up(harness: Harness) -> None:
    """An unexpected error is retried a few times, then the job ends as one that cannot succeed."""

    def act(_job: Job, _attempt: int) -> None:
        raise ZeroDivisionError

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.apologies == ["a"])

    assert len(worker.attempts) == MAX_FAILED_ATTEMPTS
    [dead] = await harness.job_store.dead_jobs()
    assert dead.reason.startswith("crashed 3 times")


async def test_a_job_that_hangs_is_given_up(harness: Harness) -> None:
    """An attempt that takes too long is cancelled, and counts as one that broke."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with harness.works(worker, max_seconds=0.01) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.apologies == ["a"])

    assert len(worker.attempts) == MAX_FAILED_ATTEMPTS


async def test_a_database_that_fails_is_no_fault_of_the_job(harness: Harness) -> None:
    """After a failure of the database the job is put off, and the attempt does not count as broken."""

    def act(_job: Job, attempt: int) -> None:
        if attempt == 1:
            raise DatabaseFailed("gone for a moment")

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: len(worker.attempts) == 1)

    row = await harness.database.run(lambda sql: sql.row("SELECT state, taken, put_off FROM jobs"))
    assert row == {"state": "open", "taken": 1, "put_off": 1}


async def test_a_job_that_kills_the_process_is_given_up(harness: Harness) -> None:
    """An attempt is counted when it begins, so a job cannot kill the process for ever."""
    async with harness.records() as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        for number in range(MAX_FAILED_ATTEMPTS):
            assert await harness.job_store.take(id_, suspect=number > 0)  # and the process dies

    worker = RecordingWorker()
    async with harness.works(worker):
        await worker.until(lambda: worker.apologies == ["a"])

    assert worker.attempts == []


async def test_jobs_that_ran_when_the_process_died_run_one_at_a_time(harness: Harness) -> None:
    """So it is known which of them kills it. Jobs that did not run then do not wait for them."""
    worker, keys = RecordingWorker(), ["a", "b", "c"]
    worker.gate.clear()
    async with harness.records() as engine:
        for key in keys:
            id_ = await engine.write(say(key))
            assert id_ is not None
            assert await harness.job_store.take(id_)  # and the process dies
    async with harness.works(worker) as engine:
        await worker.until(lambda: len(worker.attempts) == 1)
        for number in range(3):
            await record(engine, [say(f"new {number}")])
            await worker.until(lambda number=number: (f"new {number}", 1) in worker.attempts)  # type: ignore[misc]
        await asyncio.sleep(2 * SUSPECT_PAUSE_SECONDS)  # the others have asked meanwhile
        assert len([key for key, _ in worker.attempts if key in keys]) == 1
        worker.gate.set()
        await worker.until(lambda: set(keys) <= set(worker.ended))

    assert worker.apologies == []


async def test_of_two_suspects_the_less_suspected_runs_first(harness: Harness) -> None:
    """Who was cut off twice waits for who was cut off once. So a third death hits the latter."""
    worker = RecordingWorker()
    async with harness.records() as engine:
        for key, times in (("twice", 2), ("once", 1)):
            id_ = await engine.write(say(key))
            assert id_ is not None
            for number in range(times):
                assert await harness.job_store.take(id_, suspect=number > 0)  # and the process dies
    async with harness.works(worker, first_pause=0.5):
        await worker.until(lambda: len(worker.ended) == 2)

    assert worker.ended == ["once", "twice"]


async def test_one_death_of_the_process_is_no_ones_fault(harness: Harness) -> None:
    """A job that failed twice by its own fault is not given up when the process dies during its third try."""
    worker = RecordingWorker()
    async with harness.records() as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        for number in range(MAX_FAILED_ATTEMPTS):
            assert await harness.job_store.take(id_)
            if number < MAX_FAILED_ATTEMPTS - 1:
                await harness.job_store.broke(id_)
    async with harness.works(worker):
        await worker.until(lambda: worker.ended == ["a"])

    assert worker.apologies == []


async def test_jobs_of_one_lock_keep_their_order(harness: Harness) -> None:
    """Edits of one message run one after the other, as they were recorded."""
    worker = RecordingWorker()
    keys = [str(number) for number in range(12)]
    async with harness.works(worker) as engine:
        ids = [(await engine.write(say(key, ts="1")), say(key, ts="1")) for key in keys]
        for id_, job in ids:
            assert id_ is not None
            engine.begin(id_, job)
        await worker.until(lambda: len(worker.ended) == len(keys))

    assert [key for key, _ in worker.attempts] == keys == worker.ended


async def test_jobs_recorded_at_once_run_in_the_order_of_their_rows(harness: Harness) -> None:
    """A hundred jobs of one lock that are recorded at once run in the order of their row numbers."""
    worker = RecordingWorker()
    jobs = [say(str(number), ts="1") for number in range(100)]
    async with harness.works(worker) as engine:
        ids = await asyncio.gather(*map(engine.write, jobs))
        numbered = {id_: job for id_, job in zip(ids, jobs, strict=True) if id_ is not None}
        for id_, job in numbered.items():
            engine.begin(id_, job)
        await worker.until(lambda: len(worker.ended) == len(jobs))

    if not harness.embedded:  # the embedded engine runs them as they are begun
        assert worker.ended == [numbered[id_].key for id_ in sorted(numbered)]
    assert worker.ended == [key for key, _ in worker.attempts]


async def test_a_job_begins_without_a_poll(harness: Harness) -> None:
    """A job starts at once, and so does the next of its lock, because workers are notified."""
    worker = RecordingWorker()
    async with harness.works(worker, poll=3600) as engine:
        await listening(engine, worker)
        jobs = [say(str(number), ts="1") for number in range(5)]
        ids = [await engine.write(job) for job in jobs]
        for _ in range(50):
            await harness.open_jobs()  # meanwhile the workers have polled in vain
        for id_, job in zip(ids, jobs, strict=True):
            assert id_ is not None
            engine.begin(id_, job)
        await worker.until(lambda: worker.ended[-5:] == [str(number) for number in range(5)])


async def test_other_locks_do_not_wait(harness: Harness) -> None:
    """A long job of one message delays the next of that message, and no other message's job."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with harness.works(worker) as engine:
        await record(engine, [say("a", ts="1"), say("b", ts="1"), say("other", ts="2")])
        await worker.until(lambda: len(worker.attempts) == 2)
        assert {key for key, _ in worker.attempts} == {"a", "other"}
        worker.gate.set()
        await worker.until(lambda: len(worker.attempts) == 3)

    assert worker.attempts[-1] == ("b", 1)


async def test_a_job_that_is_put_off_frees_its_lock(harness: Harness) -> None:
    """Other jobs of the lock run meanwhile. When its time comes, the job waits for the lock again."""

    def act(job: Job, attempt: int) -> None:
        if job.key in {"a", "clock"} and attempt == 1:
            raise Retry(0.5 if job.key == "a" else 0.7)

    worker = RecordingWorker(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a", ts="1"), say("clock"), say("b", ts="1")])
        await worker.until(lambda: worker.ended == ["b"])
        worker.gate.clear()
        await record(engine, [say("c", ts="1")])
        await worker.until(lambda: ("clock", 2) in worker.attempts)
        assert ("a", 2) not in worker.attempts
        worker.gate.set()
        await worker.until(lambda: len(worker.ended) == 4)

    assert worker.ended.index("c") < worker.ended.index("a")


async def test_a_job_that_has_ended_is_not_done_again(harness: Harness) -> None:
    """The job store knows that the job ended, also if the process died before the engine knew."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        engine.begin(id_, say("a"))
        await worker.until(lambda: worker.ended == ["a"])

    assert await harness.job_runner(worker).run_attempt(id_) is None
    assert worker.attempts == [("a", 1)]


async def test_many_locks_run_side_by_side(harness: Harness) -> None:
    """Thirty jobs of thirty locks run at once."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with harness.works(worker) as engine:
        await record(engine, [say(str(number)) for number in range(30)])
        await worker.until(lambda: len(worker.attempts) == 30)
        worker.gate.set()
        await worker.until(lambda: len(worker.ended) == 30)


async def test_a_persons_job_does_not_wait_for_background_checks(harness: Harness) -> None:
    """Forty checks that hang leave room for a person's job."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with harness.works(worker) as engine:
        await engine.add_all(lambda _: [CheckOrder.at("T1", OrderId(f"order-{n}")) for n in range(40)])
        await worker.until(lambda: len(worker.attempts) == 32)
        await record(engine, [say("a")])
        await worker.until(lambda: ("a", 1) in worker.attempts)
        worker.gate.set()


async def test_a_persons_job_does_not_wait_for_a_check_of_its_lock_that_has_not_begun(
    harness: Harness,
) -> None:
    """A person stops a watch while all slots for checks are taken, also by checks of other orders."""
    worker = RecordingWorker()
    worker.gate.clear()
    orders = [OrderId(f"order-{number}") for number in range(40)]
    place = Ephemeral(response_url="https://hooks.slack.test/1")
    stop = StopWatch(key="stop", asker=ASKER, place=place, order=orders[-1])
    async with harness.works(worker) as engine:
        await engine.add_all(lambda _: [CheckOrder.at("T1", order) for order in orders])
        await worker.until(lambda: len(worker.attempts) == 32)
        await record(engine, [stop])
        await worker.until(lambda: ("stop", 1) in worker.attempts)
        worker.gate.set()


async def test_what_is_made_in_one_transaction_is_recorded_with_it(harness: Harness) -> None:
    """Jobs and the rows that led to them are both written, or neither is."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:

        def broken(sql: object) -> list[Job]:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await engine.add_all(broken)
        assert await engine.add_all(lambda _: [say("a"), say("b"), say("a")]) == 2
        await worker.until(lambda: len(worker.ended) == 2)

    assert sorted(worker.ended) == ["a", "b"]


async def test_draining_finishes_what_runs(harness: Harness) -> None:
    """A running job is finished. One that waits for its lock stays for the next start."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with harness.works(worker) as engine:
        await record(engine, [say("a", ts="1"), say("b", ts="1")])
        await worker.until(lambda: len(worker.attempts) == 1)
        asyncio.get_running_loop().call_later(0.05, worker.gate.set)

    assert worker.ended == ["a"]
    assert await harness.open_jobs() == 1


async def test_draining_ends_in_time(harness: Harness) -> None:
    """A job that does not finish in time stays open, and is not lost."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with asyncio.timeout(20):
        async with harness.works(worker, drain=0.01) as engine:
            await record(engine, [say("a")])
            await worker.until(lambda: len(worker.attempts) == 1)

    assert await harness.open_jobs() == 1


async def test_being_stopped_is_no_fault_of_the_job(harness: Harness) -> None:
    """A slow job that deploys cut off again and again is not given up for that."""
    for round_ in range(MAX_FAILED_ATTEMPTS + 1):
        worker = RecordingWorker()
        worker.gate.clear()
        async with harness.works(worker, drain=0.01) as engine:
            await record(engine, [say("a")] if not round_ else [])
            await worker.until(lambda worker=worker: len(worker.attempts) == 1)  # type: ignore[misc]  # bound in this iteration

    last = RecordingWorker()
    async with harness.works(last):
        await last.until(lambda: last.ended == ["a"])
    assert last.apologies == []
    assert await harness.open_jobs() == 0


async def test_a_stopping_engine_records_nothing(harness: Harness) -> None:
    """The engine refuses to record, so that Slack shows an error or repeats the request."""
    async with harness.works(RecordingWorker()) as engine:
        pass

    with pytest.raises(ShuttingDown):
        await engine.write(say("a"))
    with pytest.raises(ShuttingDown):
        await engine.add_all(lambda _: [say("a")])


async def test_a_job_of_another_version_waits_for_one_that_reads_it(harness: Harness) -> None:
    """During a rolling deploy the old version leaves alone a job that it cannot read."""
    old: TypeAdapter[Job] = TypeAdapter(LookUp)
    worker, newer = RecordingWorker(), RecordingWorker()
    async with harness.records() as engine:
        await engine.write(say("a"))
    async with harness.works(worker, jobs=old):
        await _taken(harness, 1)
    assert await harness.open_jobs() == 1
    async with harness.works(newer):
        await newer.until(lambda: newer.ended == ["a"])

    assert worker.attempts == []


async def test_a_job_that_no_version_reads_is_kept_with_its_reason(harness: Harness) -> None:
    """After half an hour it ends as a dead job, instead of being retried for ever."""
    async with harness.works(RecordingWorker()) as engine:
        await engine.write(say("a"))
    await harness.database.run(lambda sql: sql.do("""UPDATE jobs SET content = '{"kind":"teleport"}'"""))
    harness.now = NOW + UNREADABLE_KEPT_FOR + timedelta(seconds=1)

    async with harness.works(RecordingWorker()):
        await _taken(harness, 1)
    [dead] = await harness.job_store.dead_jobs()
    assert "another version" in dead.reason


async def test_a_done_job_keeps_no_content(harness: Harness) -> None:
    """Order IDs and response_urls are secrets, so they leave the database when the job ends."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:
        await record(engine, [say("a", "a-secret-id")])
        await worker.until(lambda: len(worker.ended) == 1)

    rows = await harness.database.run(lambda sql: sql.rows("SELECT content, state FROM jobs"))
    assert rows == [{"content": "", "state": "done"}]


async def test_ended_jobs_are_deleted_later(harness: Harness) -> None:
    """A day later a key may come again, as Slack stops redelivering long before."""
    worker = RecordingWorker()
    async with harness.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.ended == ["a"])
    await harness.job_store.prune(NOW + retention.DONE_JOBS * 2)
    async with harness.works(worker) as engine:
        assert await record(engine, [say("a")]) == [True]


@pytest.mark.parametrize(
    "job",
    [
        CheckOrder.at("T1", OrderId("order-1")),
        LastCall.at("T1", "C1", OrderId("order-1")),
        DeletePicture.of("T1", "F0123456789", "E-1"),
        CheckPictureChannel.of("T1", "C1", "E-1"),
    ],
    ids=lambda job: job.kind,
)
async def test_a_planned_job_that_was_given_up_can_be_planned_again(harness: Harness, job: Job) -> None:
    """Its row stays for `app.py check`, and its key does not stand in the way of the next one."""

    def act(_job: Job, _attempt: int) -> None:
        raise Abandon("no way")

    for times in (1, 2):
        worker = RecordingWorker(act)
        async with harness.works(worker) as engine:
            assert await record(engine, [job]) == [True]
            await worker.until(lambda: bool(worker.apologies))  # noqa: B023 - ends before the next round
        assert len(await harness.job_store.dead_jobs()) == times


async def test_a_job_ends_even_if_its_apology_fails(harness: Harness) -> None:
    """The failed apology is logged, the job is kept with its reason, and the next job of its lock runs."""

    class Speechless(RecordingWorker):
        async def report_failure(self, job: Job, reference: str) -> None:
            raise ZeroDivisionError

    def act(job: Job, _attempt: int) -> None:
        if job.key == "a":
            raise Abandon("no way")

    worker = Speechless(act)
    async with harness.works(worker) as engine:
        await record(engine, [say("a", ts="1"), say("b", ts="1")])
        await worker.until(lambda: worker.ended == ["b"])

    assert [re.sub(r" \(E-.*", "", dead.reason) for dead in await harness.job_store.dead_jobs()] == ["no way"]
    assert await harness.open_jobs() == 0


async def _taken(harness: Harness, times: int) -> None:
    """Returns after so many attempts at the only job."""
    taken = "SELECT 1 AS one FROM jobs WHERE taken >= :times AND (put_off >= :times OR state = 'dead')"
    async with asyncio.timeout(20):
        while not await harness.database.run(lambda sql: sql.row(taken, times=times)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
