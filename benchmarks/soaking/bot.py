"""`serve` or `worker` with a wrong clock, for a Slack that accepts more edits than the real one.

Five watched orders end each second here. The real Slack accepts fifty edits a minute in a workspace, so the
edits of their cards would take hours. Other tests cover that rate limit.
"""

import argparse
import asyncio
import sys
from datetime import datetime, timedelta
from functools import partial

from uvicorn.loops.auto import auto_loop_factory

from bot.bootstrap import server
from bot.bootstrap.app import MAX_CONCURRENT_JOBS
from bot.bootstrap.clients import utc_now
from bot.bootstrap.timing import Timing
from bot.core import logging
from bot.core.errors import DatabaseFailed, SettingsError, SlackBusy
from bot.core.settings import Settings

REFILL = 0.5  # seconds in which ten edits are allowed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--off", type=float, default=0.0, help="seconds by which its clock is ahead")
    parser.add_argument("--worker", action="store_true")
    arguments = parser.parse_args()
    off = timedelta(seconds=arguments.off)

    def now() -> datetime:
        return utc_now() + off

    settings, timing = Settings.load(for_slack=True), Timing(refill=REFILL)
    logging.configure("INFO")
    serve = partial(server.work, at_once=MAX_CONCURRENT_JOBS) if arguments.worker else server.serve
    try:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(serve(settings, timing=timing, now=now))
    except (SlackBusy, SettingsError, DatabaseFailed) as error:
        sys.exit(f"cannot start: {error}")  # the keeper starts it again


if __name__ == "__main__":
    main()
