"""Timeouts and intervals, which tests make shorter. All times are in seconds."""

from dataclasses import dataclass, field

from bot.autoenhance.limits import Limits
from bot.slack.api.pacing import EDITS_REFILL_SECONDS, SECONDS_BETWEEN_POSTS

DRAIN_SECONDS = 15.0  # for running jobs; with uvicorn's five for open connections, twenty in all


@dataclass(frozen=True)
class Timing:
    limits: Limits = field(default_factory=Limits)
    first_pause: float = 2.0  # before the first retry of a job that was put off; doubles each time
    slow: float = 2.0  # after a request: then the asker reads that Autoenhance takes its time
    tick: float = 1.0  # between two sweeps of the watches
    calls: float = 300.0  # between two rounds of last calls
    between: float = SECONDS_BETWEEN_POSTS  # between two messages in one channel
    refill: float = EDITS_REFILL_SECONDS  # for the rate limit of ten edits to be full again
    poll: float = 0.25  # between two queries of a worker for due jobs, beside notifications
    beat: float = 5.0  # between two heartbeats of a worker
    gone: float = 30.0  # without a heartbeat, until others take its jobs over
    request: float = 10.0  # for a caller to send a whole request, and to read its answer


DEFAULT_TIMING = Timing()
