"""Slack takes whatever the bot can send, each where it stands; the sandbox judges, as strictly as Slack."""

import json
from typing import Any

import pytest

from bot.orders.ids import OrderId
from bot.sandbox.slack.blocks import elements
from bot.sandbox.slack.validation.blocks import Surface, problems
from bot.sandbox.slack.validation.messages import checked, checked_home, checked_view
from bot.slack import constants
from bot.slack.limits import LIMITS
from bot.slack.render import cards, modals
from bot.slack.render.models import Placement
from bot.slack.text import help as help_text
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from tests.slack.kit import SAMPLES, view
from tests.slack.snapshots import kept

KEPT = kept()
THREAD = json.dumps({"channel_id": "C" * 20, "ts": "1700000000.000100"})
MODALS = {
    "ask": modals.ask(),
    "ask-with-a-note": modals.ask(refusals.NO_ID_IN_MESSAGE),
    "ask-to-watch": modals.ask_to_watch(refusals.NO_ID_IN_MESSAGE, THREAD),
    "busy": modals.busy(order_text.FETCHING_PHOTOS, callback_id=constants.PHOTOS),
    "help": modals.answer(cards.sentence_card(help_text.HELP)),
    **{
        f"card-{order_id}": modals.answer(cards.orders_card([view(order)], Placement("view")))
        for order_id, order in SAMPLES.items()
    },
    **{
        f"photos-{order_id}": modals.answer(modals.photos(view(order)), callback_id=constants.PHOTOS)
        for order_id, order in SAMPLES.items()
    },
}


def taken(sent: Any) -> list[dict[str, Any]]:
    """The blocks in it, which Slack has not refused: of a message, a view, or a part of either."""
    match sent:
        case {"type": "modal"}:
            return list(checked_view(sent)["blocks"])
        case {"type": "home"}:
            return list(checked_home(sent)["blocks"])
        case {"text": text, "blocks": blocks}:
            checked(sent)
            assert 1 <= len(text) <= LIMITS.text
            return list(blocks)
        case {"blocks": below} if set(sent) == {"blocks"}:
            assert problems(below, surface="message") == []
            return list(below)
        case str():
            assert 1 <= len(sent) <= LIMITS.text
            return []
    part = sent if isinstance(sent, list) else [sent]
    surfaces: tuple[Surface, ...] = ("message", "modal", "home")
    assert [problems(part, surface=surface) for surface in surfaces if part] in ([], [[], [], []])
    return part


@pytest.mark.parametrize("sent", [*KEPT.values(), *MODALS.values()], ids=[*KEPT, *MODALS])
def test_whatever_the_bot_sends_is_taken(sent: Any) -> None:
    """Every card, notice, list, Home tab and modal that there is a picture of, and every other modal."""
    for block in taken(sent):
        for element in elements(block):
            assert element["action_id"], "no listener would find it"
            assert "block_id" in block or block["type"] == "section", "it carries no order"


@pytest.mark.parametrize("order_id", SAMPLES)
def test_a_card_is_taken_wherever_it_stands(order_id: str) -> None:
    """In a channel, for one person only, in a modal."""
    for where in ("ephemeral", "message", "view"):
        card = cards.orders_card([view(SAMPLES[order_id])], Placement(where, can_share=True))
        assert problems(card["blocks"], surface="modal" if where == "view" else "message") == []
        assert OrderId(order_id) in json.dumps(card["blocks"])
