"""A process that stands still ends; one that works or waits does not."""

import asyncio
import signal
import sys

import pytest

from tests.support.process import ROOT

STORY = """
import asyncio, sys, time
from bot.bootstrap.watchdog import watched

async def main():
    async with watched(0.5):
        {inside}
    print("came to its end")

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("inside", "code", "out"),
    [
        pytest.param("time.sleep(60)", 1, "", id="stands-still"),
        pytest.param("await asyncio.sleep(1.5)", 0, "came to its end\n", id="waits"),
        pytest.param("[await asyncio.sleep(0) for _ in range(9)]", 0, "came to its end\n", id="works"),
    ],
)
async def test_who_stands_still_is_ended(inside: str, code: int, out: str) -> None:
    """With code 1 and where it stood, for its supervisor to start it anew."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        STORY.format(inside=inside),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, err = await asyncio.wait_for(process.communicate(), 30)

    assert (process.returncode, said.decode()) == (code, out)
    assert ("in main" in err.decode()) == bool(code)


async def test_who_was_suspended_is_ended() -> None:
    """As soon as it goes on, whichever of its threads is the first to wake up."""
    inside = "print('watched', flush=True); await asyncio.sleep(60)"
    command = [sys.executable, "-c", STORY.format(inside=inside)]
    several = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        for _ in range(12)
    ]
    for each in several:
        assert each.stdout is not None
        assert await each.stdout.readline() == b"watched\n"
        each.send_signal(signal.SIGSTOP)
    await asyncio.sleep(0.7)  # longer than they are watched for
    for each in several:
        each.send_signal(signal.SIGCONT)

    ended = await asyncio.gather(*(asyncio.wait_for(each.communicate(), 30) for each in several))
    # Python 3.13 may crash as it writes down where a thread is that has just woken up: ended as well.
    assert {each.returncode for each in several} <= {1, -signal.SIGSEGV}, ended


async def test_it_lets_go_of_who_is_done() -> None:
    """What stands still afterwards is none of its business."""
    story = STORY.replace("print(", "time.sleep(1.5); print(").format(inside="pass")
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", story, cwd=ROOT)

    assert await asyncio.wait_for(process.wait(), 30) == 0
