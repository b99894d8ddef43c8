"""Sentences for the thread of a watched order, and for its owner if the thread cannot be posted to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.slack.blocks import code, escape, fit, one_line, when
from bot.slack.constants import APP, COMMAND
from bot.slack.text.deadlines import time_of
from bot.slack.text.forecast import done_about
from bot.slack.text.orders import counted, photos, situation
from bot.watches.models import Claim, Delay, Notice, NoticeKind, Watch, Watcher, is_direct

MAX_NAME_CHARACTERS = 80  # of a name in a sentence
LATE_AFTER = timedelta(minutes=3)
TIME_FORMAT = "{time}"
_MINUTES_PER_HOUR, _HOURS_PER_DAY = 60, 24


def title(watch: Watch) -> str:
    """The order's name for mrkdwn, or its short ID if the name is not known."""
    return titled(watch.name, watch.order)


def titled(name: str, order: OrderId) -> str:
    """As `title`, for an order that is not watched any more."""
    name = fit(one_line(name), MAX_NAME_CHARACTERS)
    return f"*{escape(name.replace('*', '∗'))}*" if name else f"Order {code(order.short)}"


def linked_title(watch: Watch, address: str) -> str:
    """The name as a link to the thread, where there is one."""
    name = escape(fit(one_line(watch.name), MAX_NAME_CHARACTERS).replace("*", "∗").replace("|", "∣"))
    return f"*<{address}|{name or f'Order {watch.order.short}'}>*" if address else title(watch)


def watcher_name(watcher: Watcher) -> str:
    """The watcher's name as plain text, so that it notifies no one.

    A mention if it is not known: Slack sends no name with what a person writes to the bot.
    """
    return display_name(watcher.name) if watcher.name else mention([watcher.user_id])


def display_name(name: str) -> str:
    return escape(fit(one_line(name), MAX_NAME_CHARACTERS)) or "someone"


def at_the_start(name: str) -> str:
    """The same at the start of a sentence: "ben" is "Ben" there."""
    return capital(display_name(name))


def capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def mention(user_ids: Sequence[str]) -> str:
    return " ".join(f"<@{user}>" for user in user_ids)


def what_happened(watch: Watch, notice: Notice, tally: Counts | None) -> str:
    """What happened, with the counts if `tally` has photos."""
    name = title(watch)
    now = f". {_so_far(tally)}." if tally and tally.total else "."
    match notice.kind:
        case NoticeKind.FINISHED:
            return f"{name} {_finished(tally)}{now}{_against(notice)}"
        case NoticeKind.FAILED:
            return f"{name} {_finished_with_failures(tally, now)}{_against(notice)}"
        case NoticeKind.FAILURE:
            return _new_failures(watch, tally, now)
        case NoticeKind.STUCK:
            at = f" at {counted(tally)}" if tally and tally.total and not tally.unstated else ""
            return f"{name} has stalled{at}. No progress for {duration(watch.still)}."
        case NoticeKind.NOT_STARTED:
            waited = duration(watch.still)
            return (
                f"{name} hasn't started. Everything is uploaded, but nothing has been processed for {waited}."
            )
        case NoticeKind.WILL_BE_LATE | NoticeKind.BACK_ON_TIME:
            foreseen = watch.forecast if not _has_passed(notice) else None
            done = f" {done_about(foreseen, own_pace=True)}" if foreseen else ""
            return f"{name} {_about_due(notice)}{now}{done}"
        case NoticeKind.DELETED:
            return f"{name} was deleted or is no longer available. I've stopped watching it."
        case NoticeKind.EXPIRED:
            return f"{name} isn't done, but its watch ended after {duration(watch.lived)}{now}"


def _finished(tally: Counts | None) -> str:
    if tally and tally.unstated:
        return "has finished processing"
    if tally and tally.only_expired:
        return f"finished, but {photos(tally.expired)} expired"
    return "is ready"


def _new_failures(watch: Watch, tally: Counts | None, now: str) -> str:
    """Counts only the new ones. Those that were there from the start are in brackets, in the total."""
    failed = tally.failed if tally else 1
    new = max(failed - watch.known_failed, 1)
    if watch.known_failed:
        total = f" ({failed:,} in all)"
        return f"{new:,} more {'photo' if new == 1 else 'photos'} failed in {title(watch)}{total}{now}"
    return f"{photos(new)} failed in {title(watch)}{now}"


def _failed(count: int) -> str:
    return f"{count:,} failed photo" if count == 1 else f"{count:,} failed photos"


def _finished_with_failures(tally: Counts | None, now: str) -> str:
    if tally and tally.state is State.FAILED:
        return f"failed. {situation(tally)}"
    if tally and tally.failed:
        return f"finished with {_failed(tally.failed)}{now}"
    return f"finished and needs attention{f'. {counted(tally)}.' if tally else '.'}"


def _about_due(notice: Notice) -> str:
    if notice.kind is NoticeKind.BACK_ON_TIME:
        return f"is back on time for {_due(notice)}"
    if _has_passed(notice):
        return f"isn't done, and it's past {_due(notice)}"
    return f"may not be ready by {_due(notice)}"


def _due(notice: Notice) -> str:
    """The time by which the order is wanted."""
    return time_of(notice.due, notice.due - (notice.ahead or timedelta())) if notice.due else ""


def _has_passed(notice: Notice) -> bool:
    return notice.ahead is not None and notice.ahead < timedelta()


def _against(notice: Notice) -> str:
    """By how much the order was done before or after that time, as a sentence of its own."""
    if notice.due is None or notice.ahead is None:
        return ""
    side = "after" if _has_passed(notice) else "before"
    return f" {duration(abs(notice.ahead.total_seconds()))} {side} {_due(notice)}."


def _so_far(tally: Counts) -> str:
    return photos(tally.total) if tally.unstated else f"{tally.done:,} of {tally.total:,} done"


def next_step(notice: Notice, tally: Counts | None) -> str:
    expired = notice.kind is NoticeKind.FINISHED and tally and tally.only_expired
    return EXPIRED_NEXT if expired else NEXT[notice.kind]


EXPIRED_NEXT = "Autoenhance has deleted the expired photos. Upload them again if you need them."
NEXT = {
    NoticeKind.FINISHED: "Open it in Autoenhance to download the photos.",
    NoticeKind.FAILED: "Review what failed. You may need to re-upload or reshoot.",
    NoticeKind.FAILURE: (
        "The rest are still processing. If someone's still at the property, check whether to reshoot."
    ),
    NoticeKind.STUCK: "Open it in Autoenhance and check that every upload went through.",
    NoticeKind.NOT_STARTED: (
        "Contact Autoenhance support. If that doesn't help, start a new order and upload the photos again."
    ),
    NoticeKind.DELETED: f"If it was created again, watch the new one: type `{COMMAND} watch` and its ID.",
    NoticeKind.WILL_BE_LATE: (
        "Let whoever is waiting for it know. "
        f"To set another time, type `{COMMAND} watch`, its ID, and for example `by 18:00`."
    ),
    NoticeKind.BACK_ON_TIME: "There's nothing to do. I'll post when it's done.",
    NoticeKind.EXPIRED: f"Check it in Autoenhance, or watch it again: type `{COMMAND} watch` and its ID.",
}

_HAPPENED = {
    NoticeKind.FINISHED: "Finished",
    NoticeKind.FAILED: "Finished",
    NoticeKind.FAILURE: "Failed",
    NoticeKind.DELETED: "Deleted",
}
_WHY_LATE = {
    Delay.AUTOENHANCE: "Autoenhance wasn't responding",
    Delay.SLACK: "Slack wasn't accepting messages",
    Delay.NOT_RUNNING: f"{APP} wasn't running",
    Delay.PLACE: "I couldn't post here",
}
LATE_BY_INTERVAL = " (late: I check less often when nothing changes)"


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
    return f" (late: {_WHY_LATE[delay]})" if delay else ""


def asked_by(watchers: Sequence[Watcher]) -> str:
    """Without a mention: it would notify people of what they do not want to hear."""
    first, *others = watchers
    if not first.name:
        return f"Watched since {when(first.since)}"
    more = f" and {len(others)} more" if others else ""
    return f"Asked for by {watcher_name(first)}{more}, {when(first.since)}"


def taken(claim: Claim) -> str:
    """For the notice on which somebody pressed "I'm on it". It stays true when the order is finished."""
    return f"{at_the_start(claim.name)} said “I'm on it” {when(claim.at)}"


def duration(seconds: float) -> str:
    """As people say it, in one unit: "25 minutes", "26 hours", "2 days"."""
    minutes = max(round(seconds / 60), 1)
    hours = round(minutes / 60)
    if minutes < 2 * _MINUTES_PER_HOUR:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{hours} hours" if hours < 2 * _HOURS_PER_DAY else f"{round(hours / _HOURS_PER_DAY)} days"


def last_notice_to_owner(watch: Watch, notice: Notice, tally: Counts | None) -> str:
    """For the owner: the last notice of a watch, which could not be posted in its place."""
    why = reason(watch.reason)
    return f"{what_happened(watch, notice, tally)} I couldn't post this in {where(watch.place)}: {why}."


def where(place: str) -> str:
    return "our direct message" if is_direct(place) else f"<#{place}>"


# Places that cannot be posted to

_REASONS = {
    "not_in_channel": f"I'm no longer in the channel (type `/invite @{APP}` there to bring me back)",
    "channel_not_found": f"I'm no longer in the channel (type `/invite @{APP}` there to bring me back)",
    "is_archived": "the channel is archived",
    "shared": "the channel is now shared with another company, so I won't post orders there",
}


def reason(slack_code: str) -> str:
    return _REASONS.get(slack_code, f"Slack won't let me post there ({code(slack_code)})")


def paused(place: str, why: str, count: int) -> str:
    these = "This watch is" if count == 1 else f"These {count} watches are"
    return (
        f"I can't post in {where(place)}: {reason(why)}. {these} paused. "
        "I'll retry every hour, or you can get updates here instead. Last status:"
    )
