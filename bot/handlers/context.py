"""What all work is done with; made once, in `bootstrap/services.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.autoenhance.client import Autoenhance
from bot.core.metrics import Metrics
from bot.jobs.models import Job
from bot.slack.api.access import Admission
from bot.slack.api.channels import Channels
from bot.slack.api.pacing import Pacing
from bot.slack.api.responder import Answers
from bot.slack.api.sender import Post
from bot.slack.render.permalinks import Links
from bot.storage.stores import Stores
from bot.watches.transitions import Rules


@dataclass(frozen=True)
class Tools:
    orders: Autoenhance
    stores: Stores
    post: Post
    pacing: Pacing
    answers: Answers
    channels: Channels
    admission: Admission
    links: Links
    rules: Rules
    metrics: Metrics
    now: Callable[[], datetime]
    record: Callable[[Job], Awaitable[Any]]  # takes a job that has to outlive us
    beside_others: bool
    """Other processes draw on the same cards: an answer from before our turn may be older than theirs."""
    first_pause: float  # seconds before a job that had to wait is tried again; doubles each time
