"""The embedded engine on a real file: recorded, done once, put off, given up, taken up again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.database import Database
from bot.errors import DeskClosed
from bot.jobs.embedded import MOST_BROKEN, EmbeddedEngine
from bot.jobs.ledger import DONE_KEPT, Ledger
from bot.jobs.model import Job, Say
from bot.jobs.request import Asker, Ephemeral, Message
from bot.jobs.worker import CannotSucceed, PutOff

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ASKER = Asker(team_id="T1", user_id="U1", user_team_id="T1", channel_id="C1", at=NOW)


def say(key: str, text: str = "", ts: str = "") -> Say:
    """A job of its own lane, or with a `ts` in the lane of that message."""
    url = "https://hooks.slack.test/1"
    place = Message(channel_id="C1", ts=ts, response_url=url) if ts else Ephemeral(response_url=url)
    return Say(key=key, asker=ASKER, place=place, text=text or key)


class Recording:
    """A worker that keeps what it did; `act` decides how a try ends."""

    def __init__(self, act: Callable[[Job, int], None] = lambda _job, _attempt: None) -> None:
        self.tries: list[tuple[str, int]] = []
        self.apologies: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.changed = asyncio.Condition()
        self._act = act

    async def perform(self, job: Job, *, attempt: int) -> None:
        async with self.changed:
            self.tries.append((job.key, attempt))
            self.changed.notify_all()
        await self.gate.wait()
        self._act(job, attempt)

    async def apologise(self, job: Job, reference: str) -> None:
        assert reference.startswith("E-")
        async with self.changed:
            self.apologies.append(job.key)
            self.changed.notify_all()

    async def until(self, seen: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(seen)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with Database.opened(tmp_path / "jobs.sqlite3") as database:
        ledger = Ledger(database)
        await ledger.prepare()
        yield ledger


async def started(ledger: Ledger, worker: Recording) -> EmbeddedEngine:
    engine = EmbeddedEngine(ledger, now=lambda: NOW, first_pause=0.001)
    await engine.start(worker)
    return engine


async def record(engine: EmbeddedEngine, job: Job) -> bool:
    """True if it was new; begun at once."""
    id_ = await engine.write(job)
    if id_ is not None:
        engine.begin(id_, job)
    return id_ is not None


async def test_a_job_is_done_once(ledger: Ledger) -> None:
    """A recorded job is performed, and is open no longer."""
    worker = Recording()
    engine = await started(ledger, worker)

    assert await record(engine, say("a"))
    await worker.until(lambda: len(worker.tries) == 1)
    await engine.drain(5)

    assert worker.tries == [("a", 1)]
    assert await ledger.open_jobs() == []


async def test_the_same_key_is_recorded_once(ledger: Ledger) -> None:
    """A second delivery is known, also after the first has been done."""
    worker = Recording()
    engine = await started(ledger, worker)
    assert await record(engine, say("a"))
    assert not await record(engine, say("a"))
    await worker.until(lambda: len(worker.tries) == 1)
    await engine.drain(5)

    again = await started(ledger, worker)
    assert not await record(again, say("a"))
    await again.drain(5)

    assert worker.tries == [("a", 1)]


async def test_what_was_left_over_is_taken_up(ledger: Ledger) -> None:
    """Jobs that were recorded and not begun are due when the next engine starts, in their order."""
    before = await started(ledger, Recording())
    for key in ("a", "b", "c"):
        await before.write(say(key))
    await before.drain(5)

    worker = Recording()
    engine = await started(ledger, worker)
    await worker.until(lambda: len(worker.tries) == 3)
    await engine.drain(5)

    assert [key for key, _ in worker.tries] == ["a", "b", "c"]


async def test_a_job_that_is_put_off_is_tried_again(ledger: Ledger) -> None:
    """The worker says when, and learns how often it has tried."""

    def act(_job: Job, attempt: int) -> None:
        if attempt < 4:
            raise PutOff(0.001)

    worker = Recording(act)
    engine = await started(ledger, worker)
    await record(engine, say("a"))
    await worker.until(lambda: len(worker.tries) == 4)
    await engine.drain(5)

    assert [attempt for _, attempt in worker.tries] == [1, 2, 3, 4]
    assert await ledger.open_jobs() == []


async def test_being_put_off_often_is_no_failure(ledger: Ledger) -> None:
    """Only tries that break count towards giving up: an outage of Autoenhance may take a hundred."""

    def act(_job: Job, attempt: int) -> None:
        if attempt < 50:
            raise PutOff(0)

    worker = Recording(act)
    engine = await started(ledger, worker)
    await record(engine, say("a"))
    await worker.until(lambda: len(worker.tries) == 50)
    await engine.drain(5)

    assert worker.apologies == []


async def test_a_job_that_cannot_succeed_ends_with_its_reason(ledger: Ledger) -> None:
    """It is kept with the reason and never tried again, and the person is told."""

    def act(_job: Job, _attempt: int) -> None:
        raise CannotSucceed("Slack refused the answer: account_inactive")

    worker = Recording(act)
    engine = await started(ledger, worker)
    await record(engine, say("a"))
    await worker.until(lambda: worker.apologies == ["a"])
    await engine.drain(5)

    [dead] = await ledger.dead_jobs()
    assert dead.kind == "say"
    assert dead.reason.startswith("Slack refused the answer: account_inactive (E-")
    assert await ledger.open_jobs() == []


async def test_a_bug_is_tried_again_and_then_given_up(ledger: Ledger) -> None:
    """An unexpected error is retried a few times, then ends like a job that cannot succeed."""

    def act(_job: Job, _attempt: int) -> None:
        raise ZeroDivisionError

    worker = Recording(act)
    engine = await started(ledger, worker)
    await record(engine, say("a"))
    await worker.until(lambda: worker.apologies == ["a"])
    await engine.drain(5)

    assert len(worker.tries) == MOST_BROKEN
    [dead] = await ledger.dead_jobs()
    assert dead.reason.startswith("broke 3 times")


async def test_a_job_that_kills_the_process_is_given_up(ledger: Ledger) -> None:
    """Tries are counted when they begin, so a job that never lives to their end cannot do so for ever."""
    engine = await started(ledger, Recording())
    id_ = await engine.write(say("a"))
    assert id_ is not None
    for _ in range(MOST_BROKEN):
        await ledger.take(id_)  # and the process is gone
    await engine.drain(5)

    worker = Recording()
    again = await started(ledger, worker)
    await worker.until(lambda: worker.apologies == ["a"])
    await again.drain(5)

    assert worker.tries == []


async def test_jobs_of_one_lane_keep_their_order(ledger: Ledger) -> None:
    """Edits of one message run one after the other; other messages do not wait for them."""
    worker = Recording()
    worker.gate.clear()
    engine = await started(ledger, worker)
    for key in ("a", "b"):
        await record(engine, say(key, ts="1"))
    await record(engine, say("other", ts="2"))
    await worker.until(lambda: len(worker.tries) == 2)

    assert {key for key, _ in worker.tries} == {"a", "other"}
    worker.gate.set()
    await worker.until(lambda: len(worker.tries) == 3)
    await engine.drain(5)
    assert worker.tries[-1] == ("b", 1)


async def test_draining_finishes_what_runs(ledger: Ledger) -> None:
    """A job that runs is finished; one that waits behind it stays for the next start."""
    worker = Recording()
    worker.gate.clear()
    engine = await started(ledger, worker)
    for key in ("a", "b"):
        await record(engine, say(key, ts="1"))
    await worker.until(lambda: len(worker.tries) == 1)
    draining = asyncio.create_task(engine.drain(5))
    await asyncio.sleep(0)
    worker.gate.set()
    await draining

    assert worker.tries == [("a", 1)]
    assert len(await ledger.open_jobs()) == 1


async def test_draining_ends_in_time(ledger: Ledger) -> None:
    """What does not finish in time is left open, and not lost."""
    worker = Recording()
    worker.gate.clear()
    engine = await started(ledger, worker)
    await record(engine, say("a"))
    await worker.until(lambda: len(worker.tries) == 1)

    await engine.drain(0.01)

    assert len(await ledger.open_jobs()) == 1


async def test_a_stopping_engine_records_nothing(ledger: Ledger) -> None:
    """The request is refused, so that Slack tells the person or sends it again."""
    engine = await started(ledger, Recording())
    await engine.drain(5)

    with pytest.raises(DeskClosed):
        await engine.write(say("a"))


async def test_a_job_of_another_version_is_kept_with_its_reason(tmp_path: Path) -> None:
    """Content that this version cannot read ends as a dead job instead of a crash at every start."""
    async with Database.opened(tmp_path / "jobs.sqlite3") as database:
        ledger = Ledger(database)
        await ledger.prepare()
        engine = await started(ledger, Recording())
        await engine.write(say("a"))
        await engine.drain(5)
        await database.run(lambda sql: sql.execute("""UPDATE jobs SET content = '{"kind":"teleport"}'"""))

        again = await started(ledger, Recording())
        await again.drain(5)

        [dead] = await ledger.dead_jobs()
    assert "another version" in dead.reason


async def test_a_done_job_keeps_no_content(tmp_path: Path) -> None:
    """Order ids and response_urls are secrets: they leave the file with the end of the job."""
    async with Database.opened(tmp_path / "jobs.sqlite3") as database:
        ledger = Ledger(database)
        worker = Recording()
        engine = await started(ledger, worker)
        await record(engine, say("a", "a-secret-id"))
        await worker.until(lambda: len(worker.tries) == 1)
        await engine.drain(5)
        rows = await database.run(lambda sql: sql.execute("SELECT content, state FROM jobs").fetchall())

    assert [tuple(row) for row in rows] == [("", "done")]


async def test_ended_jobs_are_forgotten(ledger: Ledger) -> None:
    """A day later a key may come again: Slack gives up redelivering long before."""
    worker = Recording()
    engine = await started(ledger, worker)
    await record(engine, say("a"))
    await worker.until(lambda: len(worker.tries) == 1)
    await engine.drain(5)

    await ledger.prune(NOW + DONE_KEPT * 2)

    assert await ledger.record(say("a"), NOW) is not None


async def test_being_stopped_is_no_fault_of_the_job(ledger: Ledger) -> None:
    """However often a slow job is cut off by a deploy, it is not given up for that."""
    for _ in range(MOST_BROKEN + 1):
        worker = Recording()
        worker.gate.clear()
        engine = await started(ledger, worker)
        if not worker.tries:
            await record(engine, say("a"))
        await worker.until(lambda worker=worker: len(worker.tries) == 1)  # type: ignore[misc]  # bound in this round
        await engine.drain(0.01)

    last = Recording()
    engine = await started(ledger, last)
    await last.until(lambda: len(last.tries) == 1)
    await engine.drain(5)
    assert last.apologies == []
    assert await ledger.open_jobs() == []


async def test_a_job_ends_even_if_nobody_can_be_told(ledger: Ledger) -> None:
    """An apology that fails is logged; the job is kept with its reason, and its lane goes on."""

    class Speechless(Recording):
        async def apologise(self, job: Job, reference: str) -> None:
            raise ZeroDivisionError

    def act(job: Job, _attempt: int) -> None:
        if job.key == "a":
            raise CannotSucceed("no way")

    worker = Speechless(act)
    engine = await started(ledger, worker)
    await record(engine, say("a", ts="1"))
    await record(engine, say("b", ts="1"))
    await worker.until(lambda: len(worker.tries) == 2)
    await engine.drain(5)

    assert [dead.reason[:6] for dead in await ledger.dead_jobs()] == ["no way"]
    assert await ledger.open_jobs() == []
