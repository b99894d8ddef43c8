"""The figures as tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.scaling import lives
from benchmarks.scaling.costs import Cost, Often
from benchmarks.scaling.crowd import Crowd
from benchmarks.scaling.lives import KINDS, Way
from benchmarks.scaling.rows import TEAMS
from benchmarks.scaling.sweeping import ANSWER, WORKERS, Result, spread
from bot.bootstrap.app import MAX_CONCURRENT_JOBS
from bot.bootstrap.timing import DEFAULT_TIMING
from bot.queue.due_checks import MAX_OPEN_CHECKS

VENDOR = 300  # requests a second that Autoenhance allows one address (docs.autoenhance.ai/rate-limits)
OURS = DEFAULT_TIMING.limits.per_second


@dataclass
class Figures:
    """All results of a run."""

    machine: str
    command: str
    often: Often
    crowds: dict[Way, Crowd]
    needed: dict[int, dict[Way, Result]] = field(default_factory=dict)  # by the number of watches
    limited: dict[int, dict[Way, Result]] = field(default_factory=dict)
    by_workers: dict[int, Result] = field(default_factory=dict)
    sizes: dict[str, dict[int, int]] = field(default_factory=dict)  # by the kind of database
    costs: dict[str, dict[int, dict[str, Cost]]] = field(default_factory=dict)
    plans: dict[str, list[str]] = field(default_factory=dict)


def page(figures: Figures) -> str:
    parts = [
        "# Watches at scale",
        f"{figures.machine} Made by `{figures.command}`; docs/scaling.md says what follows from it.",
        "## Assumed",
        _table(("what", "assumed"), _assumed()),
        "## One watch's life (simulated)",
        """\
Every look is the bot's own `next_step`. Those that wait for days are few of what begins, and most of what is
live at one moment.""",
        _lives(figures.crowds),
        "## What is needed, if nothing limits it (simulated)",
        f"""\
Calls are requests to Autoenhance, which allows one address {VENDOR} a second. Edits are before Slack's pace
leaves some out.""",
        _needed(figures.needed),
        "## With one address (simulated)",
        f"""\
{OURS} calls a second, {MAX_OPEN_CHECKS} looks under way, a sweep every {DEFAULT_TIMING.tick:g} s,
{WORKERS} processes with a concurrency of {MAX_CONCURRENT_JOBS} each. A lag is from due to answered.""",
        _limited(figures.limited),
        f"""\
With more due than can be done, an address makes fewer than {OURS} calls a second: what is under way at one
sweep leaves its place only to the next.""",
        _workers(figures.by_workers),
        *(part for kind in figures.costs for part in _database(figures, kind)),
        f"## How PostgreSQL finds them, at {max(figures.needed):,} watches (measured)",
        _table(("question", "scans"), [(name, ", ".join(scans)) for name, scans in figures.plans.items()]),
    ]
    return "\n\n".join(parts) + "\n"


def _assumed() -> list[tuple[str, str]]:
    works, groups, waits, photos = lives.WORKS, lives.GROUPS, lives.WAITS, lives.PHOTOS
    kinds = ", ".join(f"{share:.1%} {kind}" for kind, share in KINDS.items())
    return [
        ("watches that begin", f"{kinds}; as one ends, another begins"),
        ("upload to done", f"{works[0] / 60:g} to {works[1] / 60:g} minutes, evenly on a logarithmic scale"),
        ("of that, grouping", f"{groups[0]:g} to {groups[1]:g} s, at most half of it"),
        (
            "photos",
            f"{photos[0]} to {photos[1]}, at even distances; in {lives.FAIL:.0%} of the orders one fails",
        ),
        ("usual", f"watched from the first {lives.BEGUN:.0%} of the work on, until half an hour after it"),
        ("late", f"watched {waits[0] / 60:g} minutes to {waits[1] / 3600:g} hours before the upload is done"),
        ("stuck", "stops at any photo for good; watched until it expires, after 7 days"),
        ("idle", "photos never come; watched until it expires, after 7 days"),
        ("workspaces", f"{TEAMS:,}; an order is watched in one place, so a look is one call"),
        ("an answer of Autoenhance", f"{ANSWER} s, until it is saved; never measured"),
        ("the webhook", "calls at the end of each photo; no call is lost"),
        ("the slower net", "not in the bot; `benchmarks/scaling/net.py` is how it would plan"),
    ]


def _lives(crowds: dict[Way, Crowd]) -> str:
    first = next(iter(crowds.values()))
    rows = []
    for kind, share in KINDS.items():
        looks = [f"{crowd.mean(kind)[1]:,.0f}" for crowd in crowds.values()]
        lasts = f"{first.mean(kind)[0] / 60:,.0f} min"
        rows.append((kind, f"{share:.1%}", f"{first.share(kind):.0%}", lasts, *looks))
    head = (
        "kind",
        "of those that begin",
        "of those that are live",
        "lasts",
        *(f"looks, {way.name}" for way in crowds),
    )
    return _table(head, rows)


def _needed(results: dict[int, dict[Way, Result]]) -> str:
    head = (
        *("watches", "way", "calls/s", "busiest second", f"of the vendor's {VENDOR}/s", "begun/s"),
        *("webhook calls/s", "edits a minute and workspace", "end to notice, s: p50 / p99 / max"),
    )
    rows = []
    for number, way, each in _flat(results):
        hooks = f"{each.hooks / each.seconds:,.1f}" if way.hooked else "-"
        edits = f"{each.edits / each.seconds * 60 / min(TEAMS, number):.2f}"
        begun = f"{each.begun / each.seconds:,.1f}"
        used = f"{each.mean / VENDOR:,.0%}"
        figures = (f"{each.mean:,.1f}", f"{each.peak:,}", used, begun, hooks, edits, _spread(each.ends))
        rows.append((f"{number:,}", way.name, *figures))
    return _table(head, rows)


def _limited(results: dict[int, dict[Way, Result]]) -> str:
    head = (
        "watches",
        "way",
        "calls/s",
        "lag, s: p50 / p99 / max",
        "the lag grows",
        "end to notice, s: p50 / p99 / max",
    )
    rows = []
    for number, way, each in _flat(results):
        tenth = max(len(each.lags) // 10, 1)
        gained = sum(each.lags[-tenth:]) / tenth - sum(each.lags[:tenth]) / tenth
        grows = (
            f"by {gained / (0.9 * each.seconds) * 60:.0f} s a minute" if gained > each.seconds / 20 else "no"
        )
        lags = _spread(each.lags), grows, _spread(each.ends)
        rows.append((f"{number:,}", way.name, f"{each.mean:,.1f}", *lags))
    return _table(head, rows)


def _workers(results: dict[int, Result]) -> str:
    rows = [(str(number), f"{each.mean:.0f}") for number, each in results.items()]
    return _table(("processes that work", "calls/s"), rows)


def _database(figures: Figures, kind: str) -> Iterable[str]:
    sizes, costs, often = figures.sizes[kind], figures.costs[kind], figures.often
    numbers = list(costs)
    yield f"## {kind} (measured)"
    yield (
        f"Milliseconds, p50 / p99, each with its commit; takes and sweeps {often.sweeps} times, the others "
        f"{often.calls} times one after the other, and then {often.together:,} times, "
        f"{MAX_CONCURRENT_JOBS} at once."
    )
    size = [f"{sizes[number] / 1e6:,.1f} MB ({sizes[number] / number:,.0f} a watch)" for number in numbers]
    rows = [("size on the disk", *size)]
    for name in costs[numbers[0]]:
        each = [costs[number][name] for number in numbers]
        rows.append((name, *map(_cost, each)))
        if rates := [f"{cost.a_second:,.0f}" for cost in each if cost.a_second]:
            rows.append((f"{name}, {MAX_CONCURRENT_JOBS} at once, a second", *rates))
    yield _table(("", *(f"{number:,}" for number in numbers)), rows)


def _cost(cost: Cost) -> str:
    if cost.p50 is None:
        return "refused, after 10 s"
    return f"{cost.p50:,.1f}" + (f" / {cost.p99:,.1f}" if cost.p99 is not None else "")


def _spread(values: list[float]) -> str:
    return " / ".join(f"{value:,.1f}" for value in spread(values)) if values else "-"


def _flat(results: dict[int, dict[Way, Result]]) -> Iterable[tuple[int, Way, Result]]:
    return ((number, way, each) for number, ways in results.items() for way, each in ways.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
