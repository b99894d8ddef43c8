"""What follows `by` in `watch … by 17:00`, and the answer to the question for the time zone. Pure."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

from bot.core.errors import StaleButton
from bot.jobs.models import SetTimeZone, StartWatch, ThreadToUse
from bot.orders.ids_in_text import find_mentioned_ids
from bot.slack.blocks import clean, unescape
from bot.slack.listeners import payloads
from bot.slack.listeners.payloads import Payload
from bot.slack.listeners.words import bare
from bot.slack.render.deadlines import ZoneQuestion, chosen_zone
from bot.slack.text import deadlines as deadline_text
from bot.watches.deadlines import MIDNIGHT, WEEKDAYS, Day, Deadline

_MAX_CHARACTERS = 60  # of a time that may be understood
_NOON = 12
_TOKEN = re.compile(r"<[^<>]*>\S*|\S+")  # a link is one, also where its label has spaces
_BY = re.compile(r"by:?(\d.*)?", re.DOTALL)
_DAYS = {day.value: day for day in Day} | {day[:3]: day for day in WEEKDAYS}
_DAYS |= {"tues": Day.TUESDAY, "thur": Day.THURSDAY, "thurs": Day.THURSDAY}
_DAY = "|".join(sorted(_DAYS, key=len, reverse=True))
_TIME = re.compile(
    rf"(?:(?:on )?(?P<before>{_DAY}),?(?: at)? )?(?:at )?"
    r"(?:(?P<word>noon|midday|midnight)"
    r"|(?P<hour>\d{1,2})(?: ?[:.h] ?(?P<minute>\d{2}))? ?(?P<half>[ap]\.?m\.?|h)?)"
    rf"(?:,? (?:on )?(?P<after>{_DAY}))?[.,!]*(?: please)?[.!]*"
)


def taken_from(text: str) -> tuple[str, Deadline | str | None]:
    """The text without the deadline, and the deadline: None without a `by`, or why it is refused."""
    tokens = _TOKEN.findall(text)
    for place, token in enumerate(tokens):
        found = _BY.fullmatch(bare(token))
        if found and len(tokens) > 1 and (place or not found[1]):
            after = ([found[1]] if found[1] else []) + tokens[place + 1 :]
            return _split(tokens[:place], after)
    return text, None


def _split(named: list[str], after: list[str]) -> tuple[str, Deadline | str]:
    """An order may also be named after the time."""
    if not named:
        named = [token for token in after if find_mentioned_ids(token)]
        after = [token for token in after if token not in named]
    return " ".join(named), parsed(" ".join(after))


def zone_job(body: Payload, **given: Any) -> SetTimeZone | StartWatch:
    """What the person asked for, with the time zone that they chose. Raises StaleButton."""
    click, place = payloads.click(body), payloads.card_place(body)
    asked, zone = ZoneQuestion.read(click.block_id), chosen_zone(click.value)
    if asked.user != given["asker"].user_id:  # whoever saw it, the answer is another person's
        raise StaleButton
    if asked.order is None:
        return SetTimeZone(**given, place=place, zone=zone)
    adopt = ThreadToUse(channel_id=asked.channel, thread_ts=asked.thread_ts) if asked.thread_ts else None
    given["asker"] = replace(given["asker"], channel_id=asked.channel or None)
    due, level = asked.due, asked.level
    return StartWatch(**given, place=place, order=asked.order, level=level, adopt=adopt, due=due, zone=zone)


def parsed(text: str) -> Deadline | str:
    """The deadline, or the sentence that says what to type instead."""
    said = unicodedata.normalize("NFKC", bare(unescape(text)[: _MAX_CHARACTERS + 1]))
    if not said:
        return deadline_text.NO_TIME
    found = _TIME.fullmatch(" ".join(said.split())) if len(said) <= _MAX_CHARACTERS else None
    if found is None or (found["before"] and found["after"]):
        return deadline_text.not_understood(clean(text))
    day = _DAYS.get(found["before"] or found["after"] or "")
    if found["word"]:
        return Deadline(hour=MIDNIGHT if found["word"] == "midnight" else _NOON, day=day)
    return _of_clock(found, day) or deadline_text.not_understood(clean(text))


def _of_clock(found: re.Match[str], day: Day | None) -> Deadline | str | None:
    """None for a time that no clock shows. A question for an hour that may be in the morning or evening."""
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"] or ""
    last = 59 if hour < MIDNIGHT else 0
    if hour > MIDNIGHT or minute > last:
        return None
    if half[:1] in {"a", "p"}:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half[0] == "p" else 0)
    at = Deadline(hour=hour, minute=minute, day=day)
    if not half and not found["minute"] and hour <= _NOON:
        morning, evening = replace(at, hour=hour % _NOON or MIDNIGHT), replace(at, hour=hour % _NOON + _NOON)
        return deadline_text.morning_or_evening(morning, evening) if hour else None
    return _midnight(at)


def _midnight(at: Deadline) -> Deadline:
    """The midnight at the end of today, where no day says otherwise."""
    return replace(at, hour=MIDNIGHT) if (at.hour, at.minute, at.day) == (0, 0, None) else at
