"""A verdict as a table in the terminal."""

import math
from collections.abc import Iterator, Sequence

from rich.table import Table

from bot.demo.scenarios.models import HOUR, MINUTE
from bot.demo.scenarios.verdict import LATE_SECONDS, Verdict, clock, too_fast

_MIN_ERROR_STATUS = 400
Line = tuple[str, str]


def table(verdict: Verdict, took: float) -> Table:
    """`took` is how many real seconds the play took."""
    drawn = Table(title=verdict.scenario.name, title_justify="left", show_header=False)
    drawn.add_column(no_wrap=True)
    drawn.add_column()
    for about, says in [*_day(verdict, took), *_requests(verdict), *_notices(verdict), *_traffic(verdict)]:
        drawn.add_row(about, says, style="bold red" if about == "lost" and verdict.lost else "")
    return drawn


def _day(verdict: Verdict, took: float) -> Iterator[Line]:
    begins, ends = clock(0, verdict.scenario), clock(verdict.until, verdict.scenario)
    orders = [each for each in verdict.scenario.orders if each.at <= verdict.until]
    ended = sum(each.ends is not None and each.ends <= verdict.until for each in orders)
    yield "The day", f"{begins} to {ends}, in {took:.0f} s; {ended} of {len(orders)} orders done"


def _requests(verdict: Verdict) -> Iterator[Line]:
    waited = sum(each.had_to_wait for each in verdict.answered)
    refused = f"; {verdict.refused} more found the bot off" if verdict.refused else ""
    yield "People asked", f"{verdict.asked - verdict.refused} times{refused}"
    yield "  answered", f"{len(verdict.answered)}; {waited} of them told to wait first"
    seconds = [each.answered - each.at for each in verdict.answered if each.answered is not None]
    yield "  in seconds of the day", _spread(seconds, 1, "s")
    calm = [each.took for each in verdict.undisturbed]
    yield "  on the wall, without outages", _spread(calm, 1000, "ms")


def _notices(verdict: Verdict) -> Iterator[Line]:
    latest = f"; the latest by {duration(verdict.late[0].seconds)}" if verdict.late else ""
    yield "Notices due", f"{verdict.due}"
    yield "  told", f"{verdict.posted}"
    yield f"  late (more than {LATE_SECONDS:.0f} s)", f"{len(verdict.late)}{latest}"
    yield "  repeated", f"{verdict.repeated}"
    yield "lost", f"{len(verdict.lost)}" if verdict.lost else "none"
    if verdict.open:
        yield "still open", f"{verdict.open}, too new to judge"


def _traffic(verdict: Verdict) -> Iterator[Line]:
    traffic = verdict.traffic
    there = [traffic.orders[each.id] for each in verdict.scenario.orders if each.at <= verdict.until]
    per = sum(there) / max(len(there), 1)
    yield "Asked of Autoenhance", f"{traffic.all_requests:,} requests, {per:.1f} per order"
    yield "  saved by sharing", f"{verdict.saved:,}"
    refused = ", ".join(
        f"{times:,} times {status}"
        for status, times in traffic.statuses.items()
        if status >= _MIN_ERROR_STATUS
    )
    calls = sum(traffic.statuses.values())
    yield "Calls to Slack", f"{calls:,}{f'; it said {refused}' if refused else ''}"
    yield "  too fast for Slack", f"{too_fast(traffic) or 'none'}"


def _spread(values: Sequence[float], scale: float, unit: str) -> str:
    if not values:
        return "-"
    ordered = sorted(values)
    half, most = (ordered[math.ceil(share * len(ordered)) - 1] * scale for share in (0.5, 0.95))
    digits = 2 if unit == "s" else 0
    longest = f"longest {ordered[-1] * scale:,.{digits}f}"
    return f"p50 {half:,.{digits}f}, p95 {most:,.{digits}f}, {longest} {unit}"


def duration(seconds: float) -> str:
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / MINUTE:.0f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"
