"""What is typed after `by`, and the time or the sentence that comes of it."""

import pytest

from bot.jobs.models import StartWatch
from bot.slack.text import deadlines as deadline_text
from bot.slack.text import watches as watch_text
from bot.watches.deadlines import MIDNIGHT, Day, Deadline, time_zone
from bot.watches.models import Level
from tests.slack.test_watch_commands import ELM, LINK, OAK, typed

FIVE, HALF_PAST_FIVE, NINE = Deadline(hour=17), Deadline(hour=17, minute=30), Deadline(hour=9)
NOON, AT_MIDNIGHT = Deadline(hour=12), Deadline(hour=MIDNIGHT)


def on(day: Day, hour: int, minute: int = 0) -> Deadline:
    return Deadline(hour=hour, minute=minute, day=day)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("17:00", FIVE), ("5pm", FIVE), ("5 pm", FIVE), ("5PM", FIVE), ("5 p.m.", FIVE), ("5pm.", FIVE),
        ("17.00", FIVE), ("17h", FIVE), ("17h00", FIVE), ("17:00h", FIVE), ("17", FIVE),
        ("17:00 please", FIVE),
        ("at 5pm", FIVE), ("5:30pm", HALF_PAST_FIVE), ("5:30 PM", HALF_PAST_FIVE), ("17h30", HALF_PAST_FIVE),
        ("9:00", NINE), ("09:00", NINE), ("9h", NINE), ("9am", NINE), ("9 a.m.", NINE),
        ("noon", NOON), ("12pm", NOON), ("12:00", NOON), ("Noon!", NOON), ("midday", NOON),
        ("midnight", AT_MIDNIGHT), ("24:00", AT_MIDNIGHT), ("0:00", AT_MIDNIGHT), ("12am", AT_MIDNIGHT),
        ("00:30", Deadline(hour=0, minute=30)), ("12:30am", Deadline(hour=0, minute=30)),
        ("tomorrow 9:00", on(Day.TOMORROW, 9)), ("tomorrow at 9am", on(Day.TOMORROW, 9)),
        ("9:00 tomorrow", on(Day.TOMORROW, 9)), ("9am, tomorrow", on(Day.TOMORROW, 9)),
        ("Tomorrow, 9am", on(Day.TOMORROW, 9)), ("tomorrow midnight", on(Day.TOMORROW, MIDNIGHT)),
        ("tomorrow 0:00", on(Day.TOMORROW, 0)), ("today 17:00", on(Day.TODAY, 17)),
        ("Friday 9am", on(Day.FRIDAY, 9)), ("on Friday at 9am", on(Day.FRIDAY, 9)),
        ("9am on FRI", on(Day.FRIDAY, 9)), ("tues 17:00", on(Day.TUESDAY, 17)),
        ("noon Sunday", on(Day.SUNDAY, 12)), ("17:00 on thur", on(Day.THURSDAY, 17)),
        ("\u00a017:00", FIVE), ("5\u202fpm", FIVE), ("５：００ｐｍ", FIVE), ("١٧:٠٠", FIVE),
        ("\u200f17:00\u200f", FIVE),
        ("“17:00”", FIVE), ("'5pm'", FIVE), ("*5pm*", FIVE), ("`5pm`", FIVE), ("(17:00)", FIVE),
        ("<http://17.00|17.00>", FIVE),
    ],
)  # fmt: skip
def test_times_that_are_understood(text: str, due: Deadline) -> None:
    """As people type them, whatever the dress."""
    _, job = typed(f"watch {ELM} by {text}")

    assert isinstance(job, StartWatch)
    assert (job.order, job.due, job.level) == (ELM, due, None)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (f"watch {ELM} failures by 17:00", Level.FAILURES),
        (f"watch {ELM} by 17:00 failures", Level.FAILURES),
        (f"watch {ELM} by 17:00 Failures only", Level.FAILURES),
        (f"watch {ELM} by 5 pm all", Level.ALL),
        (f"WATCH {ELM} BY 17:00", None),
        (f"watch {ELM} “by 17:00”", None),
        (f"“watch {ELM} by 17:00”", None),
        (f"watch {ELM} by: 17:00", None),
        (f"watch {ELM} by:17:00", None),
        (f"watch {ELM} by17:00", None),
        (f"watch {ELM}\nby\n17:00", None),
        (f"watch {ELM}\u00a0by\u00a017:00", None),
        (f"watch <{LINK}|Elm by the sea> by 17:00", None),
        (f"watch by 17:00 {ELM}", None),
        (f"watch by 17:00 <{LINK}>", None),
    ],
)
def test_where_the_time_stands(text: str, level: Level | None) -> None:
    """Beside the level in either order, and before or after the order."""
    _, job = typed(text)

    assert isinstance(job, StartWatch)
    assert (job.order, job.due, job.level) == (ELM, FIVE, level)


def test_an_id_that_a_company_chose_stands_beside_a_time() -> None:
    """It is found as if it stood alone. Nor is `by` a time where it is an ID."""
    for text, order, due in (("12-elm-street by 5pm", "12-elm-street", FIVE), ("by", "by", None)):
        _, job = typed(f"watch {text}")
        assert isinstance(job, StartWatch)
        assert (job.order, job.due) == (order, due)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5", "5 AM or 5 PM? Type `by 5am` or `by 5pm`."),
        ("5 tomorrow", "5 AM or 5 PM? Type `by tomorrow 5am` or `by tomorrow 5pm`."),
        ("12", "Noon or midnight? Type `by 12pm` or `by midnight`."),
        ("12 friday", "Noon or midnight? Type `by friday 12pm` or `by friday midnight`."),
    ],
)
def test_a_bare_hour_is_asked_about(text: str, said: str) -> None:
    """It may be in the morning or in the evening."""
    assert typed(f"watch {ELM} by {text}") == (said, None)


BAD = [
    "soon", "tomorrow", "25:00", "17:75", "24:30", "13pm", "0am", "0", "99", "-5pm", "5pm 6pm",
    "5pm by 6pm", "today 5pm tomorrow", "next friday 5pm", "17:00 CET", "5:3", "17:000", "2026-11-27 17:00",
    "🕔", ":clock5:", "5pm 🙂", "مساء", "<@U1>", "<!channel>", "x" * 3000, "17:00 " + "x" * 3000, "1 " * 1500,
]  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:20])
def test_times_that_are_not_understood(text: str) -> None:
    """Nothing is watched. The answer shows two forms, and what was typed can mention nobody."""
    said, job = typed(f"watch {ELM} by {text}")

    assert job is None
    assert "Type it like `by 17:00` or `by tomorrow 9am`." in said
    assert "<" not in said
    assert len(said) < 200


@pytest.mark.parametrize("rest", [f"{ELM} by", f"{ELM} by !", f"{ELM} by failures"])
def test_no_time_after_by(rest: str) -> None:
    """The answer asks for one."""
    assert typed(f"watch {rest}") == (deadline_text.NO_TIME, None)


@pytest.mark.parametrize("rest", ["by 17:00", "by soon", "by 17:00 failures", "failures by 17:00"])
def test_a_time_without_an_order(rest: str) -> None:
    """The answer asks for the order."""
    assert typed(f"watch {rest}") == (deadline_text.WITHOUT_ORDER, None)


def test_what_names_no_order_is_refused_as_ever() -> None:
    """Whether or not a time follows."""
    said, _ = typed("watch the two by me")
    assert "“the two by me”" in said
    assert typed(f"watch {ELM} {OAK} by 5pm") == (watch_text.ONE_AT_A_TIME, None)


def test_every_time_zone_of_the_menu_is_known() -> None:
    """By this machine. Each has a name of its own, in the order of the alphabet."""
    labels, zones = zip(*deadline_text.TIME_ZONES, strict=True)
    assert [name for name in zones if time_zone(name) is None] == []
    assert len(set(labels)) == len(set(zones)) == len(labels) <= 100
    assert list(labels) == sorted(labels, key=lambda label: label.replace("ã", "a"))
