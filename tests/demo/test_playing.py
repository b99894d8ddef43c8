"""A day of a few minutes, played by the real bot."""

import asyncio
import io
import os
import signal

import httpx
from rich.console import Console

from bot.demo.scenarios.models import MINUTE
from bot.demo.scenarios.run import open_run
from bot.demo.scenarios.screen import show_run
from bot.demo.scenarios.verdict import Verdict
from tests.demo.short_scenarios import (
    ACTS,
    BAD,
    CALM,
    CLOSED_FOR_EVER,
    GOOD,
    QUICK,
    RHYTHMIC,
    STORMY,
    leaping,
    played,
)
from tests.support.process import start


def test_a_calm_day_loses_nothing() -> None:
    """Each person is answered at once, and each thread gets what was promised, in time and once."""
    found = leaping(played(CALM))

    assert (found.asked, found.refused, len(found.answered)) == (len(ACTS), 0, len(ACTS))
    assert [each.act for each in found.answered if each.had_to_wait] == []
    # the end of one order in two channels, the failures of another, and that a third is stuck
    assert (found.due, found.posted) == (4, 4)
    assert (found.late, found.repeated, found.lost, found.open) == ((), 0, (), 0)
    assert found.saved > 0
    assert set(found.traffic.statuses) == {200}


def test_a_stormy_day_loses_nothing() -> None:
    """After outages of Autoenhance and Slack and a restart of the bot, everything is answered."""
    found = leaping(played(STORMY))

    assert found.lost == ()
    assert (found.due, found.posted, found.repeated) == (6, 6, 0)
    assert (len(found.answered), found.refused) == (len(STORMY.acts) - 1, 1)
    assert [each.act.kind for each in found.answered if each.had_to_wait] != []
    assert found.traffic.statuses[429] > 0
    assert found.traffic.statuses[503] > 0


def test_orders_run_in_their_rhythm_and_are_downloaded() -> None:
    """Nothing is lost, late or said twice. What the day does not reach is not downloaded."""

    async def play() -> tuple[Verdict, list[int], float]:
        async with open_run(RHYTHMIC) as day:
            await day.play(asyncio.Event())
            counts = [
                sum(image["downloaded"] for image in day.autoenhance.order(order.id)["images"])
                for order in (GOOD, BAD, QUICK)
            ]
            return day.verdict(), counts, day.moment

    found, downloaded, ended = leaping(play())

    assert (found.due, found.posted) == (4, 4)
    assert (found.late, found.repeated, found.lost, found.open) == ((), 0, (), 0)
    assert downloaded == [10, 2, 0]
    assert ended == RHYTHMIC.lasts


def test_what_is_lost_is_named() -> None:
    """A bot that stops in the middle breaks its promises, and the verdict names each."""
    out = Console(file=io.StringIO(), width=120)

    assert leaping(show_run(CLOSED_FOR_EVER, out)) is False

    said = out.file.getvalue()  # type: ignore[attr-defined]
    assert "Lost: No notice in #shoots that 101 Mill Road finished at 10:04." in said
    assert "Lost: No notice in #albums that 104 Dove House stalled" in said
    assert "101 Mill Road" in said


def test_a_day_may_be_ended_early() -> None:
    """The verdict covers the time until then, and does not count as lost what is still on its way."""

    async def half() -> Verdict:
        async with open_run(CALM) as day:
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(2 * MINUTE, stop.set)
            await day.play(stop)
            return day.verdict()

    found = leaping(half())

    assert ACTS[-1].at < found.until < CALM.lasts
    assert len(found.answered) == len(ACTS)
    assert (found.due, found.lost) == (0, ())


def test_the_page_may_stay_when_the_day_is_over() -> None:
    """The bot goes on behind the page in real time, until Ctrl-C."""
    said = io.StringIO()

    async def stay() -> tuple[bool, int]:
        showing = asyncio.create_task(show_run(CALM, Console(file=said, width=120), stay=True))
        async with asyncio.timeout(2 * CALM.lasts):
            while "The bot keeps running" not in said.getvalue():  # noqa: ASYNC110 - it is only printed
                await asyncio.sleep(1)
        url = said.getvalue().rpartition("now in real time: ")[2].split()[0]
        async with httpx.AsyncClient() as http:
            page = await http.get(url)
        os.kill(os.getpid(), signal.SIGINT)
        return await showing, page.status_code

    assert leaping(stay()) == (True, 200)


async def test_ctrl_c_shows_the_verdict() -> None:
    """The command prints the page's address and the verdict so far, and exits with code 0."""
    process = await start("demo", "--scenario", "wedding-rush")
    assert process.stdout is not None
    async with asyncio.timeout(40):
        said = await process.stdout.readuntil(b"Watch it in your browser: http://127.0.0.1:")
        await asyncio.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()

    assert process.returncode == 0
    assert b"A Saturday" in said
    assert b"Requests" in out
    assert b"Lost" in out
    assert err == b""
