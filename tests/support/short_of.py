"""`python app.py serve` with little: `short_of.py <seconds for a request> <descriptors>`."""

import asyncio
import resource
import sys
from pathlib import Path

from uvicorn.loops.auto import auto_loop_factory

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.bootstrap import server
from bot.bootstrap.timing import Timing
from bot.core import logging
from bot.core.settings import Settings


def main() -> None:
    seconds, descriptors = float(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
    settings = Settings.load(for_slack=True)
    logging.configure(settings.log_level)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(server.serve(settings, timing=Timing(request=seconds)))


if __name__ == "__main__":
    main()
