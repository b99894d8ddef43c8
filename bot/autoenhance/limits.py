"""Timeouts, retries and rate of the requests to Autoenhance."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Times are in seconds."""

    connect: float = 3.0
    read: float = 10.0  # between two chunks of an answer
    total: float = 15.0  # for everything: the wait for the rate limit, all attempts and their pauses
    attempts: int = 3
    first_pause: float = 0.2  # doubles with each attempt
    jitter: float = 0.3  # added to each pause, at most
    patience: float = 5.0  # with a longer Retry-After the client gives up at once
    max_bytes: int = 16 * 1024 * 1024  # of an unpacked answer
    large_bytes: int = 256 * 1024  # a larger answer is a large one: more than about 350 photos
    large_at_once: int = 2  # with all their photos, two of the longest answers take about 200 MB
    per_second: float = 200.0  # the vendor allows one address 300 (docs.autoenhance.ai/rate-limits)
    fresh_for: float = 1.0  # an answer is shared for so long
    preview: float = 20.0  # for one preview, with the wait for its place
    brackets_after: float = 0.5  # so long after the order, a card waits for the order's brackets
