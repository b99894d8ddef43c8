"""Sentences for the thread of a watched order, and for its owner if the thread cannot be posted to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.orders.progress import Counts, State
from bot.slack.blocks import code, escape, fit, one_line, when
from bot.slack.constants import APP, COMMAND
from bot.slack.text.orders import counted, situation
from bot.watches.models import Delay, Notice, NoticeKind, Watch, Watcher, is_direct

MAX_NAME_CHARACTERS = 80  # of a name in a sentence
LATE_AFTER = timedelta(minutes=3)
TIME_FORMAT = "{time}"


def title(watch: Watch) -> str:
    """The order's name for mrkdwn, or its short ID if the name is not known."""
    name = fit(one_line(watch.name), MAX_NAME_CHARACTERS)
    return f"*{escape(name.replace('*', '∗'))}*" if name else f"Order {code(watch.order.short)}"


def watcher_name(watcher: Watcher) -> str:
    """The watcher's name as plain text, so that it notifies no one."""
    return display_name(watcher.name)


def display_name(name: str) -> str:
    return escape(fit(one_line(name), MAX_NAME_CHARACTERS)) or "somebody"


def mention(user_ids: Sequence[str]) -> str:
    return " ".join(f"<@{user}>" for user in user_ids)


def what_happened(watch: Watch, notice: Notice, tally: Counts | None) -> str:
    """What happened, with the counts if `tally` has photos."""
    name = title(watch)
    now = f": {counted(tally)}." if tally and tally.total else "."
    match notice.kind:
        case NoticeKind.FINISHED if tally and tally.unstated:
            return f"{name} has finished processing{now}"
        case NoticeKind.FINISHED:
            return f"{name} is ready{now}"
        case NoticeKind.FAILED if tally and tally.state is State.FAILED:
            return f"{name} failed. {situation(tally)}"
        case NoticeKind.FAILED:
            return f"{name} is finished, but needs attention{now}"
        case NoticeKind.FAILURE:
            return f"{name} has its first failure{now}"
        case NoticeKind.STUCK:
            at = f" at {counted(tally)}" if tally and tally.total and not tally.unstated else ""
            return f"{name} seems stuck{at}: nothing has moved for {minutes(watch.still)}."
        case NoticeKind.DELETED:
            return f"{name} was deleted in Autoenhance, or can't be read any more. I stopped watching it."
        case NoticeKind.EXPIRED:
            return f"{name} is still not done, and I stop watching it now{now}"


NEXT = {
    NoticeKind.FINISHED: "Next: open it in Autoenhance and download the photos.",
    NoticeKind.FAILED: "Next: look at what failed; those photos may have to be shot or uploaded again.",
    NoticeKind.FAILURE: (
        "The others go on. Next: look at the photo while somebody may still be near the house."
    ),
    NoticeKind.STUCK: "Next: open it in Autoenhance and see whether all uploads came through.",
    NoticeKind.DELETED: f"Next: if it was created again, watch the new one: `{COMMAND} watch` and its id.",
    NoticeKind.EXPIRED: f"Next: look at it in Autoenhance, or watch it again: `{COMMAND} watch` and its id.",
}

_HAPPENED = {
    NoticeKind.FINISHED: "Finished",
    NoticeKind.FAILED: "Finished",
    NoticeKind.FAILURE: "Failed",
    NoticeKind.DELETED: "Deleted",
}
_WHY_LATE = {
    Delay.AUTOENHANCE: "Autoenhance wasn't answering meanwhile",
    Delay.SLACK: "Slack wasn't taking messages meanwhile",
    Delay.DESK: f"{APP} wasn't running meanwhile",
    Delay.PLACE: "I couldn't post here meanwhile",
}
LATE_BY_INTERVAL = "; late, as I look seldom at an order that doesn't move"


def clock(notice: Notice, noticed: datetime) -> str:
    """When it happened and when the bot noticed. If that was late, also why."""
    happened = notice.happened
    seen = when(noticed, TIME_FORMAT)
    if happened is None or notice.kind not in _HAPPENED:
        return f"Noticed {seen}{_late(notice.delay)}"
    if noticed - happened < timedelta(minutes=1):
        return f"{_HAPPENED[notice.kind]} {when(happened, TIME_FORMAT)}"
    late = (_late(notice.delay) or LATE_BY_INTERVAL) if noticed - happened > LATE_AFTER else ""
    return f"{_HAPPENED[notice.kind]} {when(happened, TIME_FORMAT)}, noticed {seen}{late}"


def _late(delay: Delay | None) -> str:
    return f"; late, as {_WHY_LATE[delay]}" if delay else ""


def asked_by(watchers: Sequence[Watcher]) -> str:
    first, *others = watchers
    more = f", and {len(others)} more" if others else ""
    return f"Asked for by {watcher_name(first)}, {when(first.since)}{more}"


def minutes(seconds: float) -> str:
    return f"{round(seconds / 60)} minutes"


def last_notice_to_owner(watch: Watch, notice: Notice, tally: Counts | None) -> str:
    """For the owner: the last notice of a watch, which could not be posted in its place."""
    why = reason(watch.reason)
    return f"{what_happened(watch, notice, tally)} I couldn't say so in {where(watch.place)}: {why}."


def where(place: str) -> str:
    return "our direct message" if is_direct(place) else f"<#{place}>"


# Places that cannot be posted to

_REASONS = {
    "not_in_channel": f"I am not in the channel any more (`/invite @{APP}` brings me back)",
    "channel_not_found": f"I am not in the channel any more (`/invite @{APP}` brings me back)",
    "is_archived": "the channel is archived",
    "shared": "the channel is shared with another company now, so I show no orders there",
}


def reason(slack_code: str) -> str:
    return _REASONS.get(slack_code, f"Slack doesn't let me post there ({code(slack_code)})")


def paused(place: str, why: str, count: int) -> str:
    these = "the order" if count == 1 else f"the {count} orders"
    return (
        f"I can't post in {where(place)} any more: {reason(why)}. "
        f"Watching {these} below rests; nothing is lost. "
        "I try again every hour, or you can have it here instead. The last I saw:"
    )
