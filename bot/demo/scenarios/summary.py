"""A verdict as a table in the terminal."""

import math
from collections.abc import Iterator, Sequence

from rich.table import Table

from bot.demo.scenarios.models import HOUR, MINUTE
from bot.demo.scenarios.verdict import LATE_SECONDS, Verdict, clock, too_fast

_MIN_ERROR_STATUS = 400
Line = tuple[str, str]
LOST = "Lost"


def table(verdict: Verdict, took: float) -> Table:
    """`took` is how many real seconds the play took."""
    drawn = Table(title=verdict.scenario.name, title_justify="left", show_header=False)
    drawn.add_column(no_wrap=True)
    drawn.add_column()
    for about, says in [
        *_day(verdict, took),
        *_requests(verdict),
        *_notices(verdict),
        *_forecasts(verdict),
        *_traffic(verdict),
    ]:
        drawn.add_row(about, says, style="bold red" if about == LOST and verdict.lost else "")
    return drawn


def _day(verdict: Verdict, took: float) -> Iterator[Line]:
    begins, ends = clock(0, verdict.scenario), clock(verdict.until, verdict.scenario)
    orders = [each for each in verdict.scenario.orders if each.at <= verdict.until]
    ended = sum(each.ends is not None and each.ends <= verdict.until for each in orders)
    yield "Played", f"{begins} to {ends}, in {duration(took)}"
    yield "Orders finished", f"{ended} of {len(orders)}"


def _requests(verdict: Verdict) -> Iterator[Line]:
    waited = sum(each.had_to_wait for each in verdict.answered)
    yield "Requests", f"{verdict.asked}"
    if verdict.refused:
        yield "  while the bot was stopped", f"{verdict.refused}"
    yield "  answered", f"{len(verdict.answered)}"
    yield "  answered after a note to wait", f"{waited}"
    seconds = [each.answered - each.at for each in verdict.answered if each.answered is not None]
    yield "  time to answer, by the day's clock", _spread(seconds, 1, "seconds")
    calm = [each.took for each in verdict.undisturbed]
    yield "  time to answer, without outages", _spread(calm, 1000, "ms")


def _notices(verdict: Verdict) -> Iterator[Line]:
    latest = f", the latest by {duration(verdict.late[0].seconds)}" if verdict.late else ""
    yield "Notices due", f"{verdict.due}"
    yield "  posted", f"{verdict.posted}"
    yield f"  late (over {LATE_SECONDS:.0f} seconds)", f"{len(verdict.late)}{latest}"
    yield "  repeated", f"{verdict.repeated}"
    yield LOST, f"{len(verdict.lost)}" if verdict.lost else "none"
    if verdict.open:
        yield "Too recent to judge", f"{verdict.open}"


def _forecasts(verdict: Verdict) -> Iterator[Line]:
    missed = [each for each in verdict.misses if each]
    if verdict.misses:
        inside = len(verdict.misses) - len(missed)
        yield "Forecasts", f"{inside} of {len(verdict.misses)} orders ended in the range given"
    if missed:
        yield "  missed by", _spread(missed, 1, "seconds")


def _traffic(verdict: Verdict) -> Iterator[Line]:
    traffic = verdict.traffic
    there = [traffic.orders[each.id] for each in verdict.scenario.orders if each.at <= verdict.until]
    per = sum(there) / max(len(there), 1)
    yield "Requests to Autoenhance", f"{traffic.all_requests:,} ({per:.1f} per order)"
    yield "  avoided by sharing answers", f"{verdict.saved:,}"
    refused = ", ".join(
        f"{times:,} with {status}"
        for status, times in traffic.statuses.items()
        if status >= _MIN_ERROR_STATUS
    )
    calls = sum(traffic.statuses.values())
    yield "Calls to Slack", f"{calls:,}"
    yield "  rejected", refused or "none"
    yield "  above Slack's rate limits", f"{too_fast(traffic) or 'none'}"


def _spread(values: Sequence[float], scale: float, unit: str) -> str:
    if not values:
        return "-"
    ordered = sorted(values)
    half, most = (ordered[math.ceil(share * len(ordered)) - 1] * scale for share in (0.5, 0.95))
    digits = 2 if unit == "seconds" else 0
    longest = f"longest {ordered[-1] * scale:,.{digits}f}"
    return f"p50 {half:,.{digits}f}, p95 {most:,.{digits}f}, {longest} {unit}"


def duration(seconds: float) -> str:
    if seconds < 2 * MINUTE:
        return "1 second" if round(seconds) == 1 else f"{seconds:.0f} seconds"
    return f"{seconds / MINUTE:.0f} minutes" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} hours"
