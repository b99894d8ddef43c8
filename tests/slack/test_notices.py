"""What a watch posts, as Slack gets it: each notice, the lists, and names with markup in them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.autoenhance.client import FetchedOrder
from bot.handlers.order_views import order_view
from bot.orders.changes import Snapshot
from bot.orders.forecast import Forecast
from bot.orders.ids import OrderId
from bot.orders.models import parse_order
from bot.orders.progress import Counts, Failure, State
from bot.sandbox.slack.validation.blocks import problems
from bot.slack.blocks import Block, fit
from bot.slack.limits import LIMITS
from bot.slack.render import cards, home, lists, notices
from bot.slack.render.models import Card, OrderView, Placement
from bot.slack.render.permalinks import Permalinks
from bot.slack.text import watches as watch_text
from bot.slack.text.notices import duration
from bot.watches.models import (
    CardLocation,
    Claim,
    Condition,
    Delay,
    Ending,
    Level,
    Notice,
    NoticeKind,
    Watch,
    Watcher,
)

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DUE = NOW + timedelta(minutes=58)
ELM = OrderId("3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4")
LINKS = Permalinks("https://harbour.slack.com/")
HOME = CardLocation(channel_id="C1", card_ts="1700000000.000100", thread_ts="1700000000.000100")


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def person(user: str, name: str = "", level: Level = Level.ALL) -> Watcher:
    return Watcher(user_id=user, name=name, level=level, since=NOW - 20 * MINUTE)


ANA, BEN = person("U1", "ana"), person("U2", "ben", Level.FAILURES)


def tally(done: int, failed: int = 0, of: int = 30, state: State | None = None) -> Counts:
    left = of - done - failed
    over = State.FAILED if failed == of else State.ATTENTION if failed else State.READY
    shown = state or (State.ENHANCING if left else over)
    return Counts(state=shown, total=of, done=done, failed=failed, waiting=left)


def watch(*watchers: Watcher, seen: Counts | None = None, **more: Any) -> Watch:
    usual: dict[str, Any] = {
        "id": 7,
        "team_id": "T1",
        "place": "C1",
        "order": ELM,
        "watchers": watchers or (ANA, BEN),
        "name": "12 Elm Street",
        "home": HOME,
        "seen": Snapshot(tally=seen or tally(24), at=NOW - MINUTE),
        "next_look": NOW,
    }
    return Watch(**usual | more)


def ended(ending: Ending, **more: Any) -> Watch:
    return watch(condition=Condition.ENDED, ending=ending, ended_at=NOW, **more)


def view(done: int, failed: int = 0, *, name: str = "12 Elm Street", reason: str = "Too blurry") -> OrderView:
    """An order of thirty photos, which is being enhanced while some are left."""
    images = [
        {"image_id": f"i{n}", "image_name": f"DSC{n:05d}.jpg"}
        | ({"status": "error", "status_reason": reason} if n < failed else {})
        | ({"status": "processed"} if failed <= n < failed + done else {})
        | ({"status": "waiting"} if n >= failed + done else {})
        for n in range(30)
    ]
    working = done + failed < 30
    order = {"order_id": ELM, "name": name, "images": images, "total_images": 30, "is_processing": working}
    return order_view(FetchedOrder(parse_order(json.dumps(order)), NOW), ELM)


def some_expired() -> OrderView:
    """An order of thirty photos, three of which Autoenhance kept too long."""
    images = [
        {"image_id": f"i{n}", "image_name": f"DSC{n:05d}.jpg", "status": "expired" if n < 3 else "processed"}
        for n in range(30)
    ]
    order = {"order_id": ELM, "name": "12 Elm Street", "images": images, "is_processing": False}
    return order_view(FetchedOrder(parse_order(json.dumps(order)), NOW), ELM)


def silent(*, working: bool) -> OrderView:
    """An order of thirty photos without a status."""
    images = [{"image_id": f"i{n}", "status": None} for n in range(30)]
    order = {"order_id": ELM, "name": "12 Elm Street", "images": images, "is_processing": working}
    return order_view(FetchedOrder(parse_order(json.dumps(order)), NOW), ELM)


EMOJI_CODE = re.compile(r":[a-z_]+:")


def fits(card: Card) -> None:
    assert problems(card["blocks"], surface="message") == []
    assert 1 <= len(card["text"]) <= LIMITS.text
    assert not EMOJI_CODE.search(card["text"])  # screen readers and banners read it


def texts(node: Any) -> list[str]:
    """Every text in the node that Slack reads as mrkdwn."""
    if isinstance(node, list):
        return [text for each in node for text in texts(each)]
    if isinstance(node, dict):
        own = [node["text"]] if node.get("type") == "mrkdwn" else []
        return own + [text for each in node.values() for text in texts(each)]
    return []


def plain(node: Any) -> list[str]:
    """Every text in the node that people read."""
    if isinstance(node, list):
        return [text for each in node for text in plain(each)]
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for each in node.values() for text in plain(each)]
    return []


def mentioned(card: Card) -> list[str]:
    return [user for text in texts(card["blocks"]) for user in re.findall(r"<@(\w+)>", text)]


NOTICES: dict[str, tuple[Watch, Notice, OrderView | None]] = {
    "failure": (watch(), Notice(NoticeKind.FAILURE, NOW - 2 * MINUTE), view(10, 1)),
    "stuck": (watch(still=1260.0), Notice(NoticeKind.STUCK, None), view(24)),
    "not-started": (watch(still=640.0), Notice(NoticeKind.NOT_STARTED, None), view(0)),
    "finished": (watch(), Notice(NoticeKind.FINISHED, NOW - 2 * MINUTE), view(30)),
    "finished-just-now": (watch(), Notice(NoticeKind.FINISHED, NOW), view(30)),
    "finished-nobody-knows-when": (watch(), Notice(NoticeKind.FINISHED, None), view(30)),
    "needs-attention": (watch(), Notice(NoticeKind.FAILED, NOW - 2 * MINUTE), view(27, 3)),
    "failed": (watch(), Notice(NoticeKind.FAILED, None), view(0, 30)),
    "deleted": (ended(Ending.DELETED), Notice(NoticeKind.DELETED, None), None),
    "expired": (ended(Ending.EXPIRED), Notice(NoticeKind.EXPIRED, None), view(24)),
    "late-autoenhance": (
        watch(),
        Notice(NoticeKind.FINISHED, NOW - 9 * MINUTE, Delay.AUTOENHANCE),
        view(30),
    ),
    "late-slack": (watch(), Notice(NoticeKind.FAILED, None, Delay.SLACK), view(27, 3)),
    "late-desk": (watch(), Notice(NoticeKind.FINISHED, NOW - 9 * MINUTE, Delay.NOT_RUNNING), view(30)),
    "late-and-no-harm": (watch(), Notice(NoticeKind.FINISHED, NOW - 2 * MINUTE, Delay.NOT_RUNNING), view(30)),
    "nameless": (watch(name=""), Notice(NoticeKind.FINISHED, None), view(30, name="")),
    "finished-without-a-status": (watch(), Notice(NoticeKind.FINISHED, None), silent(working=False)),
    "some-expired": (watch(), Notice(NoticeKind.FINISHED, None), some_expired()),
    "stuck-without-a-status": (watch(still=1260.0), Notice(NoticeKind.STUCK, None), silent(working=True)),
    "will-be-late": (
        watch(forecast=Forecast(early=DUE + 10 * MINUTE, late=DUE + 25 * MINUTE)),
        Notice(NoticeKind.WILL_BE_LATE, None, None, DUE, DUE - NOW),
        view(14),
    ),
    "past-its-time": (watch(), Notice(NoticeKind.WILL_BE_LATE, None, None, NOW, -MINUTE), view(24)),
    "back-on-time": (
        watch(forecast=Forecast(early=DUE - 20 * MINUTE, late=DUE - 5 * MINUTE)),
        Notice(NoticeKind.BACK_ON_TIME, None, None, DUE, DUE - NOW),
        view(24),
    ),
    "finished-in-time": (watch(), Notice(NoticeKind.FINISHED, NOW, None, DUE, DUE - NOW), view(30)),
    "failures-after-the-time": (watch(), Notice(NoticeKind.FAILED, NOW, None, NOW, -7 * MINUTE), view(27, 3)),
    "all-failed-in-time": (watch(), Notice(NoticeKind.FAILED, NOW, None, DUE, DUE - NOW), view(0, 30)),
    "alone": (watch(ANA), Notice(NoticeKind.FINISHED, None), view(30)),
}


@pytest.mark.parametrize("case", NOTICES)
def test_each_notice(case: str, snapshot: SnapshotAssertion) -> None:
    """A notice has what happened, the count, the next step, who asked and when, and a button to stop."""
    card = notices.notice(*NOTICES[case], NOW)

    fits(card)
    assert card == snapshot


@pytest.mark.parametrize("taken", [False, True])
def test_a_notice_after_the_end_of_its_order(snapshot: SnapshotAssertion, *, taken: bool) -> None:
    """What happened and who took it on stay true. No next step, no file name, and one button."""
    watched, sent, shown = NOTICES["failure"]
    claim = Claim(user_id="U2", name="ben", at=NOW) if taken else None
    kept = notices.claim_notice(replace(watched, claimed_by=claim), sent, shown, NOW, ("C1", "1.2"))
    assert kept
    assert ".jpg" not in repr(kept)
    card = notices.closed_notice(watched, kept)

    fits(card)
    assert card == snapshot


@pytest.mark.parametrize("case", NOTICES)
def test_the_text_of_a_notice_says_it_all(case: str) -> None:
    """Banners and screen readers get the name, the words and the mentions without the blocks."""
    watched, sent, shown = NOTICES[case]
    card = notices.notice(watched, sent, shown, NOW)
    sections = [text for text in texts(card["blocks"]) if not text.startswith(("•", "`"))]

    for text in sections:
        for part in re.split(r"^:\w+: ", text):
            assert part in card["text"]


@pytest.mark.parametrize("case", NOTICES)
def test_the_buttons_of_a_notice(case: str) -> None:
    """A failure or a stall of an order that goes on has I'm on it and Stop. An end has neither."""
    watched, sent, shown = NOTICES[case]
    *_, row = notices.notice(watched, sent, shown, NOW)["blocks"]

    goes_on = sent.kind in {NoticeKind.FAILURE, NoticeKind.STUCK}
    labels = [button["text"]["text"] for button in row["elements"]]
    assert labels == (["I'm on it", "Open", "Stop"] if goes_on else ["Open"])


@pytest.mark.parametrize(
    ("kind", "caused_by", "told_to"),
    [
        (NoticeKind.FINISHED, None, ["U1", "U3"]),
        (NoticeKind.FINISHED, "U1", ["U3"]),
        (NoticeKind.FINISHED, "U9", ["U1", "U3"]),
        (NoticeKind.FAILED, None, ["U1", "U2", "U3"]),
        (NoticeKind.FAILURE, "U2", ["U1", "U3"]),
        (NoticeKind.STUCK, "U3", ["U1", "U2"]),
        (NoticeKind.DELETED, "U1", ["U2", "U3"]),
        (NoticeKind.EXPIRED, None, ["U1", "U2", "U3"]),
    ],
)
def test_who_is_mentioned(kind: NoticeKind, caused_by: str | None, told_to: list[str]) -> None:
    """Each person whom it concerns is mentioned once, in one message. The person who caused it is not."""
    watched = watch(ANA, BEN, person("U3", "cleo"))
    card = notices.notice(watched, Notice(kind, None), view(27, 3), NOW, caused_by=caused_by)

    assert mentioned(card) == told_to
    assert re.findall(r"<@(\w+)>", card["text"]) == told_to


@pytest.mark.parametrize("kind", NoticeKind)
def test_the_person_who_caused_it_is_not_mentioned(kind: NoticeKind) -> None:
    """The notice comes without a mention, and reads well."""
    card = notices.notice(watch(ANA), Notice(kind, None), view(27, 3), NOW, caused_by="U1")

    fits(card)
    assert mentioned(card) == []
    assert "  " not in card["text"]


@pytest.mark.parametrize("kind", NoticeKind)
def test_thirty_watchers_are_mentioned_in_one_message(kind: NoticeKind) -> None:
    """One message mentions each of them once."""
    many = [person(f"U{n:010d}", "n" * 80) for n in range(30)]
    long = watch(*many, name="&" * 300)
    card = notices.notice(long, Notice(kind, None), view(20, 10, reason="&" * 3000), NOW)

    fits(card)
    assert mentioned(card) == [each.user_id for each in many]
    assert set(re.findall(r"<@(\w+)>", card["text"])) == set(mentioned(card))


NASTY = {
    "channel": "<!channel>",
    "here": "<!here|x> @here @channel",
    "mention": "<@U9>",
    "link": "<https://evil.test|Elm>",
    "bold": "*a* *b*",
    "backticks": "`a` ```b```",
    "entity": "&lt;!channel&gt;",
    "long": "x" * 300,
    "long-entities": "<&>" * 100,
    "turned": "\u202egpj.elm\u2066 \u200f12\u200b",
    "lines": "a\n> b\n• c\x00\x07",
    "nothing": " \u200b ",
    "joined": "خانه‌ها 👨‍👩‍👧",
    "only-joiners": "\u200d \u200c\u200d",
    "turned-and-joined": "\u202e👨\u200d👩\u2066\u061c\x9b",
}


def bad(name: str) -> list[Card]:
    """Every message with this name of an order and of a person."""
    eva = person("U1", name)
    named, shown = watch(eva, BEN, name=name), view(27, 3, name=name, reason=name)
    taken = replace(named, claimed_by=Claim(user_id="U1", name=name, at=NOW))
    over = ended(Ending.STOPPED, name=name, reason=name, order=OrderId("over"))
    parked = watch(eva, order=OrderId("parked"), name=name, condition=Condition.PAUSED, reason=name)
    return [
        *(notices.notice(taken, Notice(kind, None), shown, NOW) for kind in NoticeKind),
        notices.notice(ended(Ending.DELETED, name=name), Notice(NoticeKind.DELETED, None), None, NOW),
        notices.deleted_card(ended(Ending.DELETED, name=name)),
        notices.brief_card(named),
        notices.brief_card(over),
        notices.paused_card("C1", name, [named, over]),
        notices.started_card(watch_text.started(named, Level.ALL, ""), ELM, Level.ALL, choice=True),
        lists.watches([named, parked, over], LINKS.thread),
        *(
            cards.sentence_card(text)
            for text in (
                watch_text.joined(named, Level.ALL, ""),
                watch_text.already_watching(named, eva, ""),
                watch_text.stopped(named, (eva,)),
                watch_text.not_yours(named),
                watch_text.watched(named),
                watch_text.ended(over),
                watch_text.on_it(taken),
                watch_text.claimed(taken, taken.claimed_by),
                watch_text.not_given_back(taken),
            )
        ),
    ]


@pytest.mark.parametrize("case", NASTY)
def test_no_name_can_ping_or_break_a_message(case: str) -> None:
    """The name of an order, a person or a reason makes no mention, link or broadcast."""
    for card in bad(NASTY[case]):
        fits(card)
        for text in [*texts(card["blocks"]), card["text"]]:
            made = [token for token in re.findall(r"<([^<>]*)>", text) if not token.startswith("!date^")]
            assert all(token.count("|") <= 1 for token in made)
            assert {token.partition("|")[0] for token in made} <= {
                "@U1",
                "@U2",
                "#C1",
                "https://harbour.slack.com/archives/C1/p1700000000000100",
            }
            assert re.search(r"&(?!amp;|lt;|gt;)", re.sub("<[^<>]*>", "", text)) is None
        for text in [*plain(card["blocks"]), card["text"]]:
            odd = "[\x00-\x08\x9b\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]"
            assert re.search(odd, text) is None


def test_a_name_with_joiners_is_drawn_as_it_is() -> None:
    """Without them, Persian words fall apart, and a family becomes three people."""
    name = "خانه‌ها 👨‍👩‍👧"
    drawn = view(27, 3, name=name, reason=name)
    drawn = replace(drawn, progress=replace(drawn.progress, failures=(Failure(name, (f"{name}.jpg",)),)))
    card = cards.orders_card([drawn], Placement("message"))
    sent = notices.notice(watch(person("U1", name), name=name), Notice(NoticeKind.FAILED, None), drawn, NOW)

    assert name in card["blocks"][0]["text"]["text"]
    assert sum(f"{name}.jpg" in text for text in plain(card["blocks"])) == 1
    assert name in card["text"]
    assert f"*{name}* finished" in sent["text"]
    assert f"Asked for by {name}" in sent["text"]


def test_a_name_that_nobody_sees_is_no_name() -> None:
    """The card has the order's short ID in its place."""
    unseen = "\u200d \u200c\u200d"

    assert view(30, name=unseen).title == f"Order {ELM.short}"
    assert "Order 3f9a1c2e…" in json.dumps(notices.brief_card(watch(name=unseen)), ensure_ascii=False)
    assert "Order 3f9a1c2e…" in notices.deleted_card(watch(name=unseen))["blocks"][0]["text"]["text"]


def test_a_name_that_is_cut_ends_with_no_joiner() -> None:
    """A joiner would join the last person to the ellipsis."""
    assert fit("Elm 👨\u200d👩 2", 7) == "Elm 👨…"


def test_a_bold_name_stays_bold() -> None:
    """Asterisks in the name would end the bold text, so they are replaced."""
    card = notices.notice(watch(name="*Elm* *2*"), Notice(NoticeKind.FINISHED, None), view(30), NOW)

    assert card["text"].startswith("*∗Elm∗ ∗2∗* is ready. 30 of 30 done.")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 minute"),
        (1500, "25 minutes"),
        (7170, "2 hours"),
        (93_600, "26 hours"),
        (172_800, "2 days"),
        (604_800, "7 days"),
    ],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, said: str) -> None:
    """In one unit, and never as 1560 minutes."""
    assert duration(seconds) == said


# The cards


def test_the_card_of_an_order_that_is_gone(snapshot: SnapshotAssertion) -> None:
    """The card has the name, what is wrong, and that the watch has ended, but not the ID. Re-check stays."""
    card = notices.deleted_card(ended(Ending.DELETED))

    fits(card)
    assert all(watch().order not in text for text in (card["text"], *texts(card["blocks"])))
    assert card == snapshot


@pytest.mark.parametrize(
    "watched",
    [
        pytest.param(watch(), id="open"),
        pytest.param(watch(condition=Condition.PAUSED, reason="is_archived"), id="parked"),
        pytest.param(watch(seen=tally(27, 3)), id="attention"),
        pytest.param(ended(Ending.STOPPED, reason="ana"), id="stopped"),
        pytest.param(ended(Ending.EXPIRED), id="expired"),
        pytest.param(replace(watch(), seen=None, name=""), id="never-seen"),
    ],
)
def test_the_card_from_what_is_known(watched: Watch, snapshot: SnapshotAssertion) -> None:
    """Without the order itself the card shows its last counts, and the state of the watch."""
    card = notices.brief_card(watched)

    fits(card)
    assert card == snapshot


@pytest.mark.parametrize("why", ["not_in_channel", "is_archived", "shared", "restricted_action"])
def test_the_word_to_an_owner_whose_watches_rest(why: str, snapshot: SnapshotAssertion) -> None:
    """The message says why, names what is paused, and has a button for each to get it as a direct message."""
    card = notices.paused_card("C1", why, [watch(), watch(order=OrderId("7-oak"), name="")])

    fits(card)
    assert card == snapshot


@pytest.mark.parametrize("count", [1, notices.MAX_ORDERS_SHOWN, notices.MAX_ORDERS_SHOWN + 1, 100])
def test_any_number_of_paused_watches_is_one_message(count: int) -> None:
    """The message has ten of them with buttons, and how many more there are."""
    card = notices.paused_card("C1", "is_archived", many(count))

    fits(card)
    buttons = json.dumps(card["blocks"]).count('"watch"')
    assert buttons == min(count, notices.MAX_ORDERS_SHOWN)
    assert (f"and {count - notices.MAX_ORDERS_SHOWN:,} more" in json.dumps(card["blocks"])) is (
        count > notices.MAX_ORDERS_SHOWN
    )


@pytest.mark.parametrize(
    ("place", "where"), [("U1", "our direct message"), ("W1", "our direct message"), ("C1", "<#C1>")]
)
def test_the_place_of_a_paused_watch(place: str, where: str) -> None:
    """A person's ID is never taken for a channel's, whatever its first letter."""
    assert f"I can't post in {where}: " in notices.paused_card(place, "shared", [watch()])["text"]


def test_the_answer_to_a_beginning(snapshot: SnapshotAssertion) -> None:
    """It says where notices come, and for what. Only a person who gets all has a button for less."""
    said = watch_text.started(watch(), Level.ALL, LINKS.thread(HOME))
    card = notices.started_card(said, ELM, Level.ALL, choice=True)

    fits(card)
    assert card == snapshot
    assert "actions" not in [
        block["type"] for block in notices.started_card(said, ELM, Level.FAILURES, choice=True)["blocks"]
    ]


@pytest.mark.parametrize(
    ("watched", "action"),
    [(watch(), "stop_watching"), (ended(Ending.QUIET), None), (None, "watch")],
    ids=["watched", "ended", "not-watched"],
)
def test_the_button_of_a_card(watched: Watch | None, action: str | None) -> None:
    """A watched card has Stop, one that can be watched has Watch, and a finished one has neither."""
    shown = view(30 if watched and watched.ending else 24)
    drawn = json.dumps(cards.orders_card([replaced(shown, watched)], Placement("message"))["blocks"])

    assert [name for name in ("watch", "stop_watching") if f'"action_id": "{name}"' in drawn] == (
        [action] if action else []
    )


def replaced(shown: OrderView, watched: Watch | None) -> OrderView:
    return OrderView(shown.order, shown.name, shown.progress, shown.at, watch=watched)


# The lists


def many(count: int, **more: Any) -> list[Watch]:
    """Watches with the longest IDs, names and reasons."""
    return [
        watch(ANA, BEN, order=OrderId(f"{n:03d}".ljust(128, "x")), name="<&*`" * 80, **more)
        for n in range(count)
    ]


def block_ids(drawn: list[Block]) -> list[str]:
    return [block["block_id"] for block in drawn if "block_id" in block]


@pytest.mark.parametrize("count", [0, 1, lists.MAX_WATCHES_LISTED, lists.MAX_WATCHES_LISTED + 1, 60])
def test_a_list_of_any_length_fits(count: int) -> None:
    """The list shows the newest, and how many more there are."""
    found = many(count, condition=Condition.PAUSED, reason="restricted_action" * 20)
    card = lists.watches(found, LINKS.thread)

    fits(card)
    assert len(block_ids(card["blocks"])) == min(count, lists.MAX_WATCHES_LISTED)
    if count > lists.MAX_WATCHES_LISTED:
        assert f"and {count - lists.MAX_WATCHES_LISTED} more" in json.dumps(card["blocks"])
        assert found[-1].order in block_ids(card["blocks"])[0]


def test_a_list(snapshot: SnapshotAssertion) -> None:
    """Each entry has its progress, who asked, and its thread. A paused one says why."""
    found = [
        watch(),
        watch(order=OrderId("7-oak"), name="7 Oak Road", seen=tally(27, 3), home=None),
        watch(ANA, order=OrderId("1-mill"), name="", condition=Condition.PAUSED, reason="is_archived"),
    ]
    card = lists.watches(found, LINKS.thread)

    fits(card)
    assert card == snapshot


def at_home(found: list[Watch], note: str = "") -> Block:
    drawn = home.home_tab(found, LINKS.thread, note)
    assert problems(drawn["blocks"], surface="home") == []
    assert len(json.dumps(drawn)) < LIMITS.view_bytes
    assert len(set(block_ids(drawn["blocks"]))) == len(block_ids(drawn["blocks"]))
    return drawn


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(many(0), id="none"),
        pytest.param(many(1), id="one"),
        pytest.param(many(60), id="sixty"),
        pytest.param(many(60, condition=Condition.PAUSED, reason="shared"), id="sixty-resting"),
        pytest.param(many(60, seen=tally(30)), id="sixty-over"),
        pytest.param(
            many(60, condition=Condition.ENDED, ending=Ending.QUIET, ended_at=NOW), id="sixty-ended"
        ),
        pytest.param(
            [*many(60), *many(60, place="C2", seen=tally(30)), *many(60, place="U1")], id="everything"
        ),
        pytest.param([*many(20), *many(20, place="C2")], id="one-order-in-two-places"),
    ],
)
def test_a_home_of_any_length_fits(found: list[Watch]) -> None:
    """The tab is drawn to its very last block, however many watches there are."""
    drawn = at_home(found, "Stopped watching. " * 10)

    assert drawn["blocks"][-1]["block_id"] == "begin"


def test_a_home(snapshot: SnapshotAssertion) -> None:
    """Open watches come first, then what finished lately, newest first. Stopped watches are left out."""
    found = [
        watch(),
        watch(place="U1", order=OrderId("7-oak"), name="7 Oak Road", home=None),
        watch(order=OrderId("over"), name="Over", seen=tally(30)),
        ended(Ending.QUIET, order=OrderId("quiet"), name="Quiet", seen=tally(30)),
        replace(ended(Ending.DELETED, order=OrderId("gone"), name="Gone"), ended_at=NOW + MINUTE),
        ended(Ending.STOPPED, order=OrderId("stopped"), name="Stopped", reason="ana"),
    ]
    drawn = at_home(found, "A note.")

    assert "Stopped" not in json.dumps(drawn["blocks"])
    assert drawn == snapshot


def test_stopping_at_home_says_where() -> None:
    """One order in two places has two rows, and each button has its own place."""
    drawn = at_home([watch(), watch(place="C2")])
    menus = [block["accessory"]["options"] for block in drawn["blocks"] if "accessory" in block]

    assert [options[-1]["value"] for options in menus] == ["stop:C2", "stop:C1"]


# Addresses


@pytest.mark.parametrize(
    ("workspace", "home", "address"),
    [
        ("https://x.slack.com/", HOME, "https://x.slack.com/archives/C1/p1700000000000100"),
        ("https://x.slack.com", HOME, "https://x.slack.com/archives/C1/p1700000000000100"),
        (
            "https://x.slack.com/",
            CardLocation(channel_id="C1", card_ts="2.5", thread_ts="1.4"),
            "https://x.slack.com/archives/C1/p25?thread_ts=1.4&amp;cid=C1",
        ),
        (
            "https://x.slack.com/",
            CardLocation(channel_id="D1", card_ts=None, thread_ts="1.4"),
            "https://x.slack.com/archives/D1/p14",
        ),
        ("https://x.slack.com/", None, ""),
        ("", HOME, ""),
        ("http://x.slack.com/", HOME, ""),
    ],
    ids=["card", "no-slash", "in-a-thread", "card-deleted", "no-home", "no-workspace", "not-https"],
)
def test_where_a_thread_is(workspace: str, home: CardLocation | None, address: str) -> None:
    """The link has Slack's own form for a card in its thread. There is none where it would lead nowhere."""
    assert Permalinks(workspace).thread(home) == address


def test_nobody_is_someone() -> None:
    """Slack sends no name with a mention of the bot. Then the card mentions the watcher.

    A notice does not: it would notify people of what they do not want to hear.
    """
    nameless = watch(person("U9", level=Level.FAILURES))
    finished = notices.notice(nameless, Notice(NoticeKind.FINISHED, None), None, NOW)

    assert "Watched by <@U9> (failures only)" in watch_text.watched(nameless)
    assert "<@U9> is still watching" in watch_text.stopped(nameless, nameless.watchers)
    assert "Watched since <!date" in finished["text"]
    assert "U9" not in finished["text"]
    assert watch_text.ended(ended(Ending.STOPPED)).startswith("Stopped watching <!date")
