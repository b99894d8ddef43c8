"""How patient the bot is; tests are in more of a hurry than people. All times are in seconds."""

from dataclasses import dataclass, field

from bot.autoenhance.limits import Limits
from bot.slack.api.pacing import EDITS_REFILL_SECONDS, SECONDS_BETWEEN_POSTS

DRAIN_SECONDS = 15.0  # for what runs; with uvicorn's five for open connections, twenty in all


@dataclass(frozen=True)
class Timing:
    limits: Limits = field(default_factory=Limits)
    first_pause: float = 2.0  # before a job that had to wait is tried again; doubles each time
    tick: float = 1.0  # between two sweeps of the watches
    between: float = SECONDS_BETWEEN_POSTS  # between two messages in one channel
    refill: float = EDITS_REFILL_SECONDS  # for the room of ten edits to come back
    poll: float = 0.25  # between two questions of a worker for what is due, beside being told
    beat: float = 5.0  # between two signs of life of a worker
    gone: float = 30.0  # without one, until others take its jobs over


DEFAULT_TIMING = Timing()
