"""Row 5: many people who re-check one order at once."""

from dataclasses import dataclass
from statistics import median

from benchmarks.speed.figure import Figure
from benchmarks.speed.load import Lines, click, command, new_order
from benchmarks.speed.outside import Outside
from benchmarks.speed.servers import OURS, PLAIN, Server, alternately

PEOPLE = 500
WITHIN = 1.0  # seconds in which all of them click
TAKES = 0.2  # seconds that Autoenhance takes for an answer
MAX_WAIT_SECONDS = 60.0  # seconds to wait for the last answers
MAX_REQUESTS = 2  # to the API


@dataclass(frozen=True)
class Crowd:
    asked: int
    answered: int
    seconds: float  # from the first click to the last answer


def crowd(quick: bool) -> list[Figure]:  # noqa: FBT001 - as `bench.Part`
    rounds = 1 if quick else 3
    [ours] = alternately((OURS,), rounds, _recheck, takes=TAKES)
    [plain] = alternately((PLAIN,), rounds, _look_up, takes=TAKES)
    worst, beside = max(each.asked for each in ours), max(each.asked for each in plain)
    fewest = min(each.answered for each in ours)
    return [
        Figure(
            what=f"{PEOPLE} people re-check one order within a second",
            ours=f"{fewest} answers, requests to the API: {worst}",
            beside=f"the plain bot {beside} requests, {min(each.answered for each in plain)} answers",
            ratio=f"{worst / beside:.3f}",
            wanted=f"at most {MAX_REQUESTS} requests, {PEOPLE} answers",
            met=worst <= MAX_REQUESTS and fewest == PEOPLE,
            why=f"the last answer came {_last(ours):.1f} s after the first click; the plain bot has no "
            f"button and is asked with `/order`: it took {_last(plain):.1f} s.",
        )
    ]


def _last(rounds: list[Crowd]) -> float:
    return median(each.seconds for each in rounds)


async def _recheck(server: Server, outside: Outside) -> Crowd:
    order = new_order()
    people = [f"U0CROWD{number:03}" for number in range(PEOPLE)]
    clicks = [click(f"{n}.000100", who, order, outside.response_url(who)) for n, who in enumerate(people)]
    return await _all(server, outside, people, clicks)


async def _look_up(server: Server, outside: Outside) -> Crowd:
    order = new_order()
    people = [f"U0CROWD{number:03}" for number in range(PEOPLE)]
    return await _all(server, outside, people, [command(order, outside.response_url(who)) for who in people])


async def _all(server: Server, outside: Outside, people: list[str], bodies: list[bytes]) -> Crowd:
    lines = Lines(server.url)
    [first, *_] = await lines.steadily(bodies, WITHIN / PEOPLE)
    came = await outside.answered(people, within=MAX_WAIT_SECONDS)
    lines.close()
    last = max((outside.answers[who][0] for who in came), default=first)
    return Crowd(len(outside.asked), len(came), last - first)
