"""`python app.py serve` with a wrong clock, for a Slack that accepts more edits than the real one.

Five watched orders end each second here. The real Slack accepts fifty edits a minute in a workspace, so the
edits of their cards would take hours. Other tests cover that rate limit.
"""

import argparse
import asyncio
import sys
from datetime import datetime, timedelta

from uvicorn.loops.auto import auto_loop_factory

from bot.bootstrap import server
from bot.bootstrap.clients import utc_now
from bot.bootstrap.timing import Timing
from bot.core import logging
from bot.core.errors import SlackBusy
from bot.core.settings import Settings

REFILL = 0.5  # seconds in which ten edits are allowed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--off", type=float, default=0.0, help="seconds by which its clock is ahead")
    off = timedelta(seconds=parser.parse_args().off)

    def now() -> datetime:
        return utc_now() + off

    settings = Settings.load(for_slack=True)
    logging.configure("INFO")
    try:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(server.serve(settings, timing=Timing(refill=REFILL), now=now))
    except SlackBusy:
        sys.exit("Slack does not answer")  # the keeper starts it again


if __name__ == "__main__":
    main()
