"""How long and how often Autoenhance is asked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Times are in seconds."""

    connect: float = 3.0
    read: float = 10.0  # between two pieces of an answer
    total: float = 15.0  # over everything: waiting for our turn, all attempts and their pauses
    attempts: int = 3
    first_pause: float = 0.2  # doubles with each attempt
    jitter: float = 0.3  # at most so much is added to each pause
    patience: float = 5.0  # a longer Retry-After is reported at once instead of waited for
    max_bytes: int = 16 * 1024 * 1024
    per_second: int = 200  # the vendor allows one address 300 (docs.autoenhance.ai/rate-limits)
    fresh_for: float = 1.0  # for so long an order is not asked for again
