"""The verdict: the counts, and each promise that was not kept."""

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.soaking.crowd import MAX_POSTS, Asked, Crowd
from benchmarks.soaking.keeper import Keeper, Sample
from benchmarks.soaking.said import Kind, Said
from bot.sandbox.slack.workspace import Message

MAX_CARDS = 3  # of one watch at most: an unconfirmed card is posted again with the next change
MAX_SECONDS_TO_KILL = 1.5  # before a kill: a post in this time may not be recorded
MAX_SECONDS_ON_THE_WAY = 3.0  # to Slack, from a process that was killed: then it comes after the kill
MAX_GROWTH = 1.25  # at most, of the median from the first third of all processes to the last third
MAX_MORE_HANDLES = 32  # connections: the number varies with the work at that moment


@dataclass(frozen=True)
class Rows:
    """Row counts at the end. `jobs_later` and `looks_later` count what is still kept 40 days later."""

    open_jobs: int
    dead_jobs: int
    jobs: int
    looks: int
    jobs_later: int
    looks_later: int


@dataclass(frozen=True)
class Verdict:
    """`broken` are promises that must be kept on every machine.

    `doubts` depend on how fast the machine is: too few requests were made, memory or handles grew, or a
    repeated post has a kill between its two posts that was not soon after the first.
    """

    counts: Mapping[str, object]
    broken: tuple[str, ...]
    doubts: tuple[str, ...]


def judge(crowd: Crowd, keeper: Keeper, rows: Rows) -> Verdict:
    promised = [asked for asked in crowd.asked if asked.is_promise]
    posted = crowd.told()
    repeats = {said: messages for said, messages in posted.items() if len(messages) > 1}
    lags = sorted(_lags(promised, posted, crowd.ends))
    waits = sorted(asked.answered - asked.at for asked in crowd.asked if asked.answered is not None)
    counts: dict[str, object] = {
        "requests acknowledged": len(crowd.asked),
        "requests refused, which the person read": crowd.refused,
        "answered": len(waits),
        "wait for the answer, p50 / p99 / longest": _spread(waits),
        "watches promised": len(promised),
        "ends noticed": len(lags),
        "end to notice, p50 / p99 / longest": _spread(lags),
        "ends told by the card alone, after two posts that Slack did not confirm": sum(
            asked.told(Kind.READY) not in posted for asked in promised
        ),
        "posted twice, each unconfirmed or killed": len(repeats),
        "kills": len(keeper.kills),
        "starts without Slack": keeper.refused,
        "memory before a kill, first and last third": " / ".join(_megabytes(keeper.samples)),
        "handles before a kill, most": max((each.handles for each in keeper.samples), default=0),
        "jobs open / dead / in all": f"{rows.open_jobs} / {rows.dead_jobs} / {rows.jobs}",
        "ended jobs and looks after 40 days": f"{rows.jobs_later} / {rows.looks_later}",
        **dict(sorted(crowd.statuses.items())),
    }
    broken = (
        *_nothing_tried(crowd, keeper),
        *_unanswered(crowd),
        *_not_posted(promised, posted, crowd.unconfirmed),
        *_repeated(repeats, crowd.unconfirmed, keeper.kills),
        *_rows_left(rows, len(crowd.asked) + crowd.refused),
        *_unstopped(keeper),
    )
    doubts = (
        *_too_few_tried(crowd),
        *_killed_long_after(repeats, crowd.unconfirmed, keeper.kills),
        *_growth(keeper.samples),
    )
    return Verdict(counts, broken, doubts)


def _lags(
    promised: Sequence[Asked], posted: Mapping[Said, Sequence[Message]], ends: Mapping[str, float]
) -> Iterator[float]:
    for asked in promised:
        if (told := posted.get(asked.told(Kind.READY))) and asked.answered is not None:
            yield float(told[0].ts) - max(ends[asked.name], asked.answered)


def _nothing_tried(crowd: Crowd, keeper: Keeper) -> Iterator[str]:
    """A run without watches or without kills proves nothing."""
    if not any(asked.is_promise for asked in crowd.asked):
        yield f"of {len(crowd.asked)} acknowledged requests none was a watch: do its words still say so?"
    if not keeper.kills:
        yield "nobody was killed"


def _unstopped(keeper: Keeper) -> Iterator[str]:
    if keeper.unstopped:
        yield f"SIGTERM did not end {keeper.unstopped} process(es)"


def _too_few_tried(crowd: Crowd) -> Iterator[str]:
    if len(crowd.asked) < crowd.refused:
        yield f"only {len(crowd.asked)} requests were acknowledged, and {crowd.refused} refused"
    watched = [asked for asked in crowd.asked if asked.name]
    if sum(asked.is_promise for asked in watched) < len(watched) / 2:
        yield f"of {len(watched)} watches, hardly any was promised"


def _unanswered(crowd: Crowd) -> Iterator[str]:
    if crowd.waiting:
        yield f"{len(crowd.waiting)} requests were acknowledged and never answered"


def _not_posted(
    promised: Sequence[Asked], posted: Mapping[Said, Sequence[Message]], unconfirmed: Counter[Said]
) -> Iterator[str]:
    """Promised ends without a notice. After two unconfirmed posts there is no other: the card shows it."""
    ends = [asked.told(Kind.READY) for asked in promised]
    silent = [end.name for end in ends if end not in posted and unconfirmed[end] < MAX_POSTS]
    if silent:
        yield f"{len(silent)} ends were never told, such as that of {silent[0]}"
    cards = (posted.get(asked.told(Kind.CARD), ()) for asked in promised)
    stale = sum(not any("Ready" in card.plain() for card in found) for found in cards)
    if stale:
        yield f"{stale} cards do not show the end"


def _repeated(
    repeats: Mapping[Said, Sequence[Message]], unconfirmed: Counter[Said], kills: Sequence[float]
) -> Iterator[str]:
    for said, messages in repeats.items():
        first, second = (float(message.ts) for message in messages[:2])
        if len(messages) > (MAX_POSTS if said.kind else MAX_CARDS):
            yield f"{said.name} {said.kind or 'card'} was posted {len(messages)} times"
        elif said not in unconfirmed and not _kills_between(first, second, kills):
            yield f"{said.name} {said.kind or 'card'} was posted twice, and nothing had gone wrong"


def _killed_long_after(
    repeats: Mapping[Said, Sequence[Message]], unconfirmed: Counter[Said], kills: Sequence[float]
) -> Iterator[str]:
    """A post is recorded at once, so only a kill soon after it explains another."""
    for said, messages in repeats.items():
        first, second = (float(message.ts) for message in messages[:2])
        behind = [kill - first for kill in _kills_between(first, second, kills)]
        if said not in unconfirmed and behind and min(behind) > MAX_SECONDS_TO_KILL:
            yield f"{said.name} {said.kind or 'card'} was posted twice, {min(behind):.1f} s before a kill"


def _kills_between(first: float, second: float, kills: Sequence[float]) -> list[float]:
    """The kills after which the first of two posts may not have been recorded."""
    return [kill for kill in kills if first - MAX_SECONDS_ON_THE_WAY <= kill <= second]


def _growth(samples: Sequence[Sample]) -> Iterator[str]:
    third = len(samples) // 3
    if not third:
        yield "no process was killed often enough to compare"
        return
    first, last = samples[:third], samples[-third:]
    memory = [statistics.median(each.memory for each in part) for part in (first, last)]
    handles = [statistics.median(each.handles for each in part) for part in (first, last)]
    if memory[1] > memory[0] * MAX_GROWTH:
        yield f"a process takes {memory[1] / memory[0]:.2f} times the memory of the first ones"
    if handles[1] > handles[0] * MAX_GROWTH + MAX_MORE_HANDLES:
        yield f"a process holds {handles[1]:.0f} handles, and the first ones {handles[0]:.0f}"


def _rows_left(rows: Rows, asked: int) -> Iterator[str]:
    if rows.open_jobs:
        yield f"{rows.open_jobs} jobs were left"
    if rows.dead_jobs:
        yield f"{rows.dead_jobs} jobs were given up"
    if rows.jobs > asked:
        yield f"{rows.jobs} jobs are kept, for {asked} requests"
    if rows.jobs_later or rows.looks_later:
        yield f"after 40 days, {rows.jobs_later} jobs and {rows.looks_later} looks are still kept"


def _spread(sorted_: Sequence[float]) -> str:
    if not sorted_:
        return "none"
    half, most = sorted_[len(sorted_) // 2], sorted_[len(sorted_) * 99 // 100]
    return f"{half:.2f} / {most:.2f} / {sorted_[-1]:.2f} s"


def _megabytes(samples: Sequence[Sample]) -> Iterator[str]:
    third = max(len(samples) // 3, 1)
    for part in (samples[:third], samples[-third:]):
        yield f"{statistics.median(each.memory for each in part) / 1e6:.0f} MB" if part else "none"
