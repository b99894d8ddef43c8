"""How long and how hard; all times are in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    lasts: float
    look_ups: float  # a second
    watches: float  # a second
    life: tuple[float, float]  # how long a watched order takes to its end, at least and at most
    storm: float  # how long Slack or Autoenhance is in one bad mood
    calm: float  # between two of those
    outage: float  # of each, once
    killed_every: float
    rest: float  # for what is left, once nobody asks any more
    off: tuple[float, ...]  # by which the clock of each next process is ahead; Slack's signature allows 300


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
