"""How long a run lasts and what happens in it. All times are in seconds."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Plan:
    lasts: float
    look_ups: float  # a second
    watches: float  # a second
    life: tuple[float, float]  # from watch to the order's end, at least and at most
    storm: float  # how long one failure of Slack or Autoenhance lasts
    calm: float  # between two failures
    outage: float  # each service does not answer once for this long
    killed_every: float
    rest: float  # at most, for unfinished work after the last request
    off: tuple[float, ...]  # how far the clock of each next process is ahead. Slack's signature allows 300
    failover: float = 0.0  # PostgreSQL is read-only for so long, once
    workers: int = 0  # processes that only work, on PostgreSQL


FULL = Plan(
    lasts=900,
    look_ups=20,
    watches=5,
    life=(20, 60),
    storm=8,
    calm=4,
    outage=120,
    killed_every=60,
    rest=600,
    off=(0, 120, -90, 45, -200),
)
SHORT = Plan(
    lasts=24,
    look_ups=20,
    watches=5,
    life=(2, 6),
    storm=1,
    calm=0.5,
    outage=3,
    killed_every=6,
    rest=300,
    off=(0, 12, -8),
)
FULL_ON_POSTGRES = replace(FULL, failover=60, workers=2)
# An order must not end before its watch begins, though three processes share a slow machine.
SHORT_ON_POSTGRES = replace(SHORT, look_ups=10, watches=3, life=(12, 30), failover=4, workers=2)
