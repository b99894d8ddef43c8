"""A process that is blocked ends. One that works or waits does not."""

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
        pytest.param("time.sleep(60)", 1, "", id="blocked"),
        pytest.param("await asyncio.sleep(1.5)", 0, "came to its end\n", id="waits"),
        pytest.param("[await asyncio.sleep(0) for _ in range(9)]", 0, "came to its end\n", id="works"),
    ],
)
async def test_a_blocked_process_is_ended(inside: str, code: int, out: str) -> None:
    """A blocked process exits with code 1 and a traceback, so that its supervisor restarts it."""
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


async def test_a_suspended_process_is_ended() -> None:
    """A suspended process ends as soon as it resumes, whichever of its threads runs first."""
    inside = "print('watched', flush=True); await asyncio.sleep(60)"
    command = [sys.executable, "-c", STORY.format(inside=inside)]
    several = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        for _ in range(12)
    ]
    try:
        for each in several:
            assert each.stdout is not None
            assert await each.stdout.readline() == b"watched\n"
            each.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.7)  # longer than the watchdog's limit
        for each in several:
            each.send_signal(signal.SIGCONT)

        ended = await asyncio.gather(*(asyncio.wait_for(each.communicate(), 30) for each in several))
    finally:
        for each in several:
            if each.returncode is None:
                each.kill()
                await each.wait()
    # Python 3.13 may crash while it writes the traceback of a thread that has just woken up. It ends as well.
    assert {each.returncode for each in several} <= {1, -signal.SIGSEGV}, ended


async def test_a_process_that_has_finished_is_no_longer_watched() -> None:
    """The watchdog ignores a process that is blocked after the watched part."""
    story = STORY.replace("print(", "time.sleep(1.5); print(").format(inside="pass")
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", story, cwd=ROOT)

    assert await asyncio.wait_for(process.wait(), 30) == 0
