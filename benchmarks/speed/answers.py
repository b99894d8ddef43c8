"""Row 3: how long the answer to `/order` takes, beside a bot that can lose it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from benchmarks.speed.figure import Figure, milliseconds
from benchmarks.speed.load import Lines, command, new_order, percentile
from benchmarks.speed.outside import Outside
from benchmarks.speed.servers import OURS, PLAIN, Server, alternately

A_SECOND = 50
TAKES = 0.03  # seconds that Autoenhance takes for an answer. The measured time is subtracted
WARM = 1  # seconds of look-ups before they are counted
MAX_WAIT_SECONDS = 15.0  # seconds to wait for the last answers
MAX_RATIO = 1.0  # the goal
WHY = (
    "ours commits its job to the disk before it asks, and asks for the order and for its brackets. The plain "
    "bot asks for the order at once."
)
WHY_CPU = (
    "ours writes to the disk three times for an answer, on a thread of its own: its job, what was seen, and "
    "its end. The plain bot writes nothing, logs nothing and draws one line."
)
LOST = "ours lost {} answers, the plain bot {}; nobody was killed meanwhile."


@dataclass(frozen=True)
class Round:
    """Seconds from a request to its answer without Autoenhance's time, and seconds of CPU per answer.

    `lost` answers never came.
    """

    p50: float
    p99: float
    cpu: float
    lost: int


def answers(quick: bool) -> list[Figure]:  # noqa: FBT001 - as `bench.Part`
    rounds, seconds = (1, 3) if quick else (5, 15)
    ours, plain = alternately((OURS, PLAIN), rounds, partial(_look_ups, seconds=seconds), takes=TAKES)
    lost = [sum(each.lost for each in program) for program in (ours, plain)]
    many = f"{A_SECOND} look-ups a second for {rounds} x {seconds} s"
    return [
        _figure(
            f"{many}: request to answer, less the API's time, p50",
            [each.p50 for each in ours],
            [each.p50 for each in plain],
            why=WHY,
        ),
        _figure(
            "the same, p99",
            [each.p99 for each in ours],
            [each.p99 for each in plain],
            why=LOST.format(*lost),
        ),
        _figure(
            "the same, CPU per answer",
            [each.cpu for each in ours],
            [each.cpu for each in plain],
            why=WHY_CPU,
        ),
    ]


async def _look_ups(server: Server, outside: Outside, *, seconds: int) -> Round:
    lines, cpu = Lines(server.url), server.cpu()
    orders = [new_order() for _ in range(A_SECOND * (WARM + seconds))]
    bodies = [command(order, outside.response_url(order)) for order in orders]
    sent = dict(zip(orders, await lines.steadily(bodies, 1 / A_SECOND), strict=True))
    came = await outside.answered(orders, within=MAX_WAIT_SECONDS)
    cpu = server.cpu() - cpu
    lines.close()
    took = [outside.answers[each][0] - sent[each] - outside.took[each] for each in came][A_SECOND * WARM :]
    return Round(percentile(took, 50), percentile(took, 99), cpu / len(came), lost=len(orders) - len(came))


def _figure(what: str, ours: Sequence[float], plain: Sequence[float], why: str = "") -> Figure:
    ratio = median(ours) / median(plain)
    return Figure(
        what=what,
        ours=milliseconds(ours, ".1f"),
        beside=f"the plain bot {milliseconds(plain, '.1f')}",
        ratio=f"{ratio:.2f}",
        wanted=f"at most {MAX_RATIO:.0f}",
        met=ratio <= MAX_RATIO,
        why=why,
    )
