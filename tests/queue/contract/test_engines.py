"""What every engine promises: recorded, done once, put off, given up, taken up again."""

import asyncio
import re
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from bot.core.errors import DatabaseFailed, ShuttingDown
from bot.jobs.background import CheckOrder
from bot.jobs.models import Job, LookUp, StopWatch
from bot.jobs.outcomes import Abandon, Retry
from bot.jobs.requests import Ephemeral
from bot.orders.ids import OrderId
from bot.queue.runner import MAX_FAILED_ATTEMPTS, UNREADABLE_KEPT_FOR
from bot.storage import retention
from tests.queue.contract.bench import ASKER, NOW, Bench, Recording, listening, record, say


async def test_a_job_is_done_once(bench: Bench) -> None:
    """A recorded job is performed, and is open no longer."""
    worker = Recording()
    async with bench.works(worker) as engine:
        assert await record(engine, [say("a")]) == [True]
        await worker.until(lambda: len(worker.tries) == 1)

    assert worker.tries == [("a", 1)]
    assert await bench.open_jobs() == 0


async def test_the_same_key_is_recorded_once(bench: Bench) -> None:
    """A second delivery is known while the first waits or runs, and after it has been done."""
    worker = Recording()
    worker.gate.clear()
    async with bench.works(worker) as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        assert await engine.write(say("a")) is None
        engine.begin(id_, say("a"))
        await worker.until(lambda: len(worker.tries) == 1)
        assert await engine.write(say("a")) is None
        worker.gate.set()
        await worker.until(lambda: worker.ended == ["a"])
    async with bench.works(worker) as engine:
        assert await record(engine, [say("a")]) == [False]

    assert worker.tries == [("a", 1)]


async def test_two_at_once_record_one(bench: Bench) -> None:
    """However close two deliveries come, one of them is the job."""
    worker = Recording()
    async with bench.works(worker) as engine:
        new = await asyncio.gather(*(engine.write(say("a")) for _ in range(8)))

    assert sum(id_ is not None for id_ in new) == 1


async def test_a_job_begins_when_it_is_told_to(bench: Bench) -> None:
    """A quick answer must not overtake the ack: what is written is not begun yet."""
    worker = Recording()
    async with bench.works(worker) as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        await record(engine, [say("b")])
        await worker.until(lambda: len(worker.tries) == 1)
        assert worker.tries == [("b", 1)]
        engine.begin(id_, say("a"))
        await worker.until(lambda: len(worker.tries) == 2)


async def test_what_was_left_over_is_taken_up(bench: Bench) -> None:
    """Jobs that were recorded and never begun, as the process died, are done by the next one."""
    async with bench.works(Recording()) as before:
        for key in ("a", "b", "c"):
            await before.write(say(key))

    worker = Recording()
    async with bench.works(worker):
        await worker.until(lambda: len(worker.tries) == 3)

    assert sorted(key for key, _ in worker.tries) == ["a", "b", "c"]


async def test_a_job_that_is_put_off_is_tried_again(bench: Bench) -> None:
    """The worker says when, and learns how often it has tried."""

    def act(_job: Job, attempt: int) -> None:
        if attempt < 4:
            raise Retry(0.001)

    worker = Recording(act)
    async with bench.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.ended == ["a"])

    assert [attempt for _, attempt in worker.tries] == [1, 2, 3, 4]
    assert await bench.open_jobs() == 0


async def test_a_job_that_is_put_off_is_not_tried_early(bench: Bench) -> None:
    """Its time is kept: what is put off for a minute is not done in this one."""

    def act(job: Job, _attempt: int) -> None:
        if job.key == "a":
            raise Retry(60)

    worker = Recording(act)
    async with bench.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: len(worker.tries) == 1)
        for number in range(20):
            await record(engine, [say(f"b{number}")])
            await worker.until(lambda number=number: f"b{number}" in worker.ended)  # type: ignore[misc]

    assert [key for key, _ in worker.tries].count("a") == 1
    assert await bench.open_jobs() == 1


async def test_being_put_off_often_is_no_failure(bench: Bench) -> None:
    """Only tries that break count towards giving up: an outage of Autoenhance may take a hundred."""

    def act(_job: Job, attempt: int) -> None:
        if attempt < 20:
            raise Retry(0)

    worker = Recording(act)
    async with bench.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.ended == ["a"])

    assert len(worker.tries) == 20
    assert worker.apologies == []


async def test_a_job_that_cannot_succeed_ends_with_its_reason(bench: Bench) -> None:
    """It is kept with the reason and never tried again, and the person is told."""

    def act(_job: Job, _attempt: int) -> None:
        raise Abandon("Slack refused the answer: account_inactive")

    worker = Recording(act)
    async with bench.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.apologies == ["a"])

    [dead] = await bench.job_store.dead_jobs()
    assert dead.kind == "say"
    assert dead.reason.startswith("Slack refused the answer: account_inactive (E-")
    assert await bench.open_jobs() == 0


async def test_a_bug_is_tried_again_and_then_given_up(bench: Bench) -> None:
    """An unexpected error is retried a few times, then ends like a job that cannot succeed."""

    def act(_job: Job, _attempt: int) -> None:
        raise ZeroDivisionError

    worker = Recording(act)
    async with bench.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.apologies == ["a"])

    assert len(worker.tries) == MAX_FAILED_ATTEMPTS
    [dead] = await bench.job_store.dead_jobs()
    assert dead.reason.startswith("broke 3 times")


async def test_a_job_that_hangs_is_given_up(bench: Bench) -> None:
    """Each wait of ours has an end; a try that has none is cut off, and counts as one that broke."""
    worker = Recording()
    worker.gate.clear()
    async with bench.works(worker, max_seconds=0.01) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.apologies == ["a"])

    assert len(worker.tries) == MAX_FAILED_ATTEMPTS


async def test_a_database_that_fails_is_no_fault_of_the_job(bench: Bench) -> None:
    """It is put off, however often, and not given up for it."""

    def act(_job: Job, attempt: int) -> None:
        if attempt == 1:
            raise DatabaseFailed("gone for a moment")

    worker = Recording(act)
    async with bench.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: len(worker.tries) == 1)

    row = await bench.database.run(lambda sql: sql.row("SELECT state, taken, put_off FROM jobs"))
    assert row == {"state": "open", "taken": 1, "put_off": 1}


async def test_a_job_that_kills_the_process_is_given_up(bench: Bench) -> None:
    """Tries are counted when they begin, so a job that never lives to their end cannot do so for ever."""
    async with bench.works(Recording()) as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        for _ in range(MAX_FAILED_ATTEMPTS):
            await bench.job_store.take(id_)  # and the process is gone

    worker = Recording()
    async with bench.works(worker):
        await worker.until(lambda: worker.apologies == ["a"])

    assert worker.tries == []


async def test_jobs_of_one_lane_keep_their_order(bench: Bench) -> None:
    """Edits of one message run one after the other, as they were recorded."""
    worker = Recording()
    keys = [str(number) for number in range(12)]
    async with bench.works(worker) as engine:
        ids = [(await engine.write(say(key, ts="1")), say(key, ts="1")) for key in keys]
        for id_, job in ids:
            assert id_ is not None
            engine.begin(id_, job)
        await worker.until(lambda: len(worker.ended) == len(keys))

    assert [key for key, _ in worker.tries] == keys == worker.ended


async def test_however_close_they_come_a_lane_has_one_order(bench: Bench) -> None:
    """Of a hundred that are recorded at once, each is done in the place of its number."""
    worker = Recording()
    jobs = [say(str(number), ts="1") for number in range(100)]
    async with bench.works(worker) as engine:
        ids = await asyncio.gather(*map(engine.write, jobs))
        numbered = {id_: job for id_, job in zip(ids, jobs, strict=True) if id_ is not None}
        for id_, job in numbered.items():
            engine.begin(id_, job)
        await worker.until(lambda: len(worker.ended) == len(jobs))

    if not bench.embedded:  # which does them as they are begun
        assert worker.ended == [numbered[id_].key for id_ in sorted(numbered)]
    assert worker.ended == [key for key, _ in worker.tries]


async def test_nobody_waits_for_a_poll(bench: Bench) -> None:
    """What begins is done at once, and so is what comes after it in its lock: workers are told."""
    worker = Recording()
    async with bench.works(worker, poll=3600) as engine:
        await listening(engine, worker)
        jobs = [say(str(number), ts="1") for number in range(5)]
        ids = [await engine.write(job) for job in jobs]
        for _ in range(50):
            await bench.open_jobs()  # meanwhile the workers have looked in vain
        for id_, job in zip(ids, jobs, strict=True):
            assert id_ is not None
            engine.begin(id_, job)
        await worker.until(lambda: worker.ended[-5:] == [str(number) for number in range(5)])


async def test_other_lanes_do_not_wait(bench: Bench) -> None:
    """While one message's job takes long, another's is done; the one behind it is not begun."""
    worker = Recording()
    worker.gate.clear()
    async with bench.works(worker) as engine:
        await record(engine, [say("a", ts="1"), say("b", ts="1"), say("other", ts="2")])
        await worker.until(lambda: len(worker.tries) == 2)
        assert {key for key, _ in worker.tries} == {"a", "other"}
        worker.gate.set()
        await worker.until(lambda: len(worker.tries) == 3)

    assert worker.tries[-1] == ("b", 1)


async def test_a_job_that_is_put_off_leaves_its_lane(bench: Bench) -> None:
    """Nobody waits behind one that waits for Autoenhance; when its time has come, it waits for its lock."""

    def act(job: Job, attempt: int) -> None:
        if job.key in {"a", "clock"} and attempt == 1:
            raise Retry(0.5 if job.key == "a" else 0.7)

    worker = Recording(act)
    async with bench.works(worker) as engine:
        await record(engine, [say("a", ts="1"), say("clock"), say("b", ts="1")])
        await worker.until(lambda: worker.ended == ["b"])
        worker.gate.clear()
        await record(engine, [say("c", ts="1")])
        await worker.until(lambda: ("clock", 2) in worker.tries)
        assert ("a", 2) not in worker.tries
        worker.gate.set()
        await worker.until(lambda: len(worker.ended) == 4)

    assert worker.ended.index("c") < worker.ended.index("a")


async def test_a_job_that_has_ended_is_not_done_again(bench: Bench) -> None:
    """Killed between its end and the engine's knowing of it: the job store knows."""
    worker = Recording()
    async with bench.works(worker) as engine:
        id_ = await engine.write(say("a"))
        assert id_ is not None
        engine.begin(id_, say("a"))
        await worker.until(lambda: worker.ended == ["a"])

    assert await bench.job_runner(worker).run_attempt(id_) is None
    assert worker.tries == [("a", 1)]


async def test_many_are_done_side_by_side(bench: Bench) -> None:
    """Thirty people's jobs of thirty locks run at once."""
    worker = Recording()
    worker.gate.clear()
    async with bench.works(worker) as engine:
        await record(engine, [say(str(number)) for number in range(30)])
        await worker.until(lambda: len(worker.tries) == 30)
        worker.gate.set()
        await worker.until(lambda: len(worker.ended) == 30)


async def test_people_wait_behind_no_look_of_ours(bench: Bench) -> None:
    """Forty looks that hang leave room for whoever asks."""
    worker = Recording()
    worker.gate.clear()
    async with bench.works(worker) as engine:
        await engine.add_all(lambda _: [CheckOrder.at("T1", OrderId(f"order-{n}")) for n in range(40)])
        await worker.until(lambda: len(worker.tries) == 32)
        await record(engine, [say("a")])
        await worker.until(lambda: ("a", 1) in worker.tries)
        worker.gate.set()


async def test_nor_behind_one_in_their_own_lane_that_has_no_place_yet(bench: Bench) -> None:
    """Whoever stops a watch whose order is to be looked at, when all the places for looks are taken."""
    worker = Recording()
    worker.gate.clear()
    orders = [OrderId(f"order-{number}") for number in range(40)]
    place = Ephemeral(response_url="https://hooks.slack.test/1")
    stop = StopWatch(key="stop", asker=ASKER, place=place, order=orders[-1])
    async with bench.works(worker) as engine:
        await engine.add_all(lambda _: [CheckOrder.at("T1", order) for order in orders])
        await worker.until(lambda: len(worker.tries) == 32)
        await record(engine, [stop])
        await worker.until(lambda: ("stop", 1) in worker.tries)
        worker.gate.set()


async def test_what_is_made_in_one_transaction_is_recorded_with_it(bench: Bench) -> None:
    """Jobs and what led to them are both written, or neither."""
    worker = Recording()
    async with bench.works(worker) as engine:

        def broken(sql: object) -> list[Job]:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await engine.add_all(broken)
        assert await engine.add_all(lambda _: [say("a"), say("b"), say("a")]) == 2
        await worker.until(lambda: len(worker.ended) == 2)

    assert sorted(worker.ended) == ["a", "b"]


async def test_draining_finishes_what_runs(bench: Bench) -> None:
    """A job that runs is finished; one that waits behind it stays for the next start."""
    worker = Recording()
    worker.gate.clear()
    async with bench.works(worker) as engine:
        await record(engine, [say("a", ts="1"), say("b", ts="1")])
        await worker.until(lambda: len(worker.tries) == 1)
        asyncio.get_running_loop().call_later(0.05, worker.gate.set)

    assert worker.ended == ["a"]
    assert await bench.open_jobs() == 1


async def test_draining_ends_in_time(bench: Bench) -> None:
    """What does not finish in time is left open, and not lost."""
    worker = Recording()
    worker.gate.clear()
    async with asyncio.timeout(20):
        async with bench.works(worker, drain=0.01) as engine:
            await record(engine, [say("a")])
            await worker.until(lambda: len(worker.tries) == 1)

    assert await bench.open_jobs() == 1


async def test_being_stopped_is_no_fault_of_the_job(bench: Bench) -> None:
    """However often a slow job is cut off by a deploy, it is not given up for that."""
    for round_ in range(MAX_FAILED_ATTEMPTS + 1):
        worker = Recording()
        worker.gate.clear()
        async with bench.works(worker, drain=0.01) as engine:
            await record(engine, [say("a")] if not round_ else [])
            await worker.until(lambda worker=worker: len(worker.tries) == 1)  # type: ignore[misc]  # bound in this round

    last = Recording()
    async with bench.works(last):
        await last.until(lambda: last.ended == ["a"])
    assert last.apologies == []
    assert await bench.open_jobs() == 0


async def test_a_stopping_engine_records_nothing(bench: Bench) -> None:
    """The request is refused, so that Slack tells the person or sends it again."""
    async with bench.works(Recording()) as engine:
        pass

    with pytest.raises(ShuttingDown):
        await engine.write(say("a"))
    with pytest.raises(ShuttingDown):
        await engine.add_all(lambda _: [say("a")])


async def test_a_job_of_another_version_waits_for_one_that_reads_it(bench: Bench) -> None:
    """While a new version is rolled out the old one leaves alone what it does not know."""
    old: TypeAdapter[Job] = TypeAdapter(LookUp)
    worker, newer = Recording(), Recording()
    async with bench.works(worker, jobs=old) as engine:
        await record(engine, [say("a")])
        await _taken(bench, 1)
    assert await bench.open_jobs() == 1
    async with bench.works(newer):
        await newer.until(lambda: newer.ended == ["a"])

    assert worker.tries == []


async def test_a_job_that_nobody_reads_is_kept_with_its_reason(bench: Bench) -> None:
    """After half an hour it ends as a dead job, instead of being tried for ever."""
    async with bench.works(Recording()) as engine:
        await engine.write(say("a"))
    await bench.database.run(lambda sql: sql.do("""UPDATE jobs SET content = '{"kind":"teleport"}'"""))
    bench.now = NOW + UNREADABLE_KEPT_FOR + timedelta(seconds=1)

    async with bench.works(Recording()):
        await _taken(bench, 1)
    [dead] = await bench.job_store.dead_jobs()
    assert "another version" in dead.reason


async def test_a_done_job_keeps_no_content(bench: Bench) -> None:
    """Order ids and response_urls are secrets: they leave the database with the end of the job."""
    worker = Recording()
    async with bench.works(worker) as engine:
        await record(engine, [say("a", "a-secret-id")])
        await worker.until(lambda: len(worker.ended) == 1)

    rows = await bench.database.run(lambda sql: sql.rows("SELECT content, state FROM jobs"))
    assert rows == [{"content": "", "state": "done"}]


async def test_ended_jobs_are_forgotten(bench: Bench) -> None:
    """A day later a key may come again: Slack gives up redelivering long before."""
    worker = Recording()
    async with bench.works(worker) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: worker.ended == ["a"])
    await bench.job_store.prune(NOW + retention.DONE_JOBS * 2)
    async with bench.works(worker) as engine:
        assert await record(engine, [say("a")]) == [True]


async def test_a_job_ends_even_if_nobody_can_be_told(bench: Bench) -> None:
    """An apology that fails is logged; the job is kept with its reason, and its lock goes on."""

    class Speechless(Recording):
        async def report_failure(self, job: Job, reference: str) -> None:
            raise ZeroDivisionError

    def act(job: Job, _attempt: int) -> None:
        if job.key == "a":
            raise Abandon("no way")

    worker = Speechless(act)
    async with bench.works(worker) as engine:
        await record(engine, [say("a", ts="1"), say("b", ts="1")])
        await worker.until(lambda: worker.ended == ["b"])

    assert [re.sub(r" \(E-.*", "", dead.reason) for dead in await bench.job_store.dead_jobs()] == ["no way"]
    assert await bench.open_jobs() == 0


async def _taken(bench: Bench, times: int) -> None:
    """Returns when the one job has been tried so often."""
    taken = "SELECT 1 AS one FROM jobs WHERE taken >= :times AND (put_off >= :times OR state = 'dead')"
    async with asyncio.timeout(20):
        while not await bench.database.run(lambda sql: sql.row(taken, times=times)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
