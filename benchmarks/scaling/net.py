"""The ways to follow watches: as the bot does, and with the slower schedule that docs/scaling.md proposes."""

from dataclasses import replace

from benchmarks.scaling.lives import RULES, Way
from bot.orders.progress import State
from bot.watches import schedule
from bot.watches.transitions import Step, is_stuck

HOUR = 3600.0  # seconds. For orders without progress: the bot schedules no check further ahead


def slower(step: Step) -> Step:
    """Slower checks for a team whose webhook is known to call. Without a call, an order has no news."""
    watch = step.watch
    if watch.seen is None or not watch.is_live:
        return step
    if watch.is_finished:
        pause = max(RULES.quiet.total_seconds() - watch.still, schedule.WORKING)
    elif watch.seen.tally.state is State.WAITING or is_stuck(watch, RULES):
        pause = HOUR
    else:
        pause = max(watch.pause, schedule.WEBHOOK_PAUSE if watch.hooked else schedule.WORKING)
    planned = replace(watch, pause=pause, next_look=schedule.at(watch, watch.seen.at, pause))
    return replace(step, watch=planned)


POLLS = Way("no webhook", hooked=False)
HOOKS = Way("webhook", hooked=True)
PLAN = Way("webhook, slower net (proposed)", hooked=True, net=slower)
