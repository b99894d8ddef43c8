"""Row 3: how long the answer to `/order` takes, beside a bot that can lose it."""

from dataclasses import dataclass
from functools import partial

from benchmarks.speed.figure import Figure
from benchmarks.speed.load import Lines, command, new_order, percentile
from benchmarks.speed.outside import Outside
from benchmarks.speed.servers import OURS, PLAIN, Server, alternately

A_SECOND = 50
TAKES = 0.03  # seconds that Autoenhance takes for an answer. The measured time is subtracted
WARM = 1  # seconds of look-ups before they are counted
MAX_WAIT_SECONDS = 15.0  # seconds to wait for the last answers
MAX_P99 = 0.060  # seconds, on a machine without other work
WHY = (
    "ours waits twice for the disk before it asks Autoenhance, for its job to be recorded and for its try to "
    "be counted, and draws a card with every photo's state; the plain bot writes nothing down."
)
LOST = "ours lost {} answers, the plain bot {}; nobody was killed meanwhile."


@dataclass(frozen=True)
class Round:
    """`took`: seconds from a request to its answer, without Autoenhance's time. `lost` answers never came."""

    took: list[float]
    lost: int


def answers(quick: bool) -> list[Figure]:  # noqa: FBT001 - as `bench.Part`
    rounds, seconds = (1, 3) if quick else (2, 30)
    came = alternately((OURS, PLAIN), rounds, partial(_look_ups, seconds=seconds), takes=TAKES)
    ours, plain = ([took for each in program for took in each.took] for program in came)
    lost = [sum(each.lost for each in program) for program in came]
    many = f"{A_SECOND} look-ups a second for {rounds * seconds} s"
    return [
        _figure(f"{many}: request to answer, less the API's time, p50", ours, plain, 50, why=WHY),
        _figure("the same, p99", ours, plain, 99, within=MAX_P99, why=LOST.format(*lost)),
    ]


async def _look_ups(server: Server, outside: Outside, *, seconds: int) -> Round:
    lines = Lines(server.url)
    orders = [new_order() for _ in range(A_SECOND * (WARM + seconds))]
    bodies = [command(order, outside.response_url(order)) for order in orders]
    sent = dict(zip(orders, await lines.steadily(bodies, 1 / A_SECOND), strict=True))
    came = await outside.answered(orders, within=MAX_WAIT_SECONDS)
    lines.close()
    took = [outside.answers[each][0] - sent[each] - outside.took[each] for each in came]
    return Round(took[A_SECOND * WARM :], lost=len(orders) - len(came))


def _figure(
    what: str, ours: list[float], plain: list[float], percent: int, *, within: float = 0, why: str = ""
) -> Figure:
    took, beside = percentile(ours, percent), percentile(plain, percent)
    limit = f", at most {within * 1000:.0f} ms" if within else ""
    return Figure(
        what=what,
        ours=f"{took * 1000:.1f} ms",
        beside=f"the plain bot {beside * 1000:.1f} ms",
        ratio=f"{took / beside:.2f}",
        wanted=f"at most 1{limit}",
        met=took <= beside and (not within or took <= within),
        why=why,
    )
