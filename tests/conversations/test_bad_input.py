"""Requests that are forged, malformed or extreme."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import NASTY, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import SHOOTS
from tests.support.chat import Chat

BODY = urlencode(
    {"command": "/order", "text": OAK, "team_id": "T", "user_id": "U", "channel_id": SHOOTS}
).encode()


def with_(headers: dict[str, str], **changed: str | None) -> dict[str, str]:
    """The headers with some changed, or removed where the value is None."""
    named = {name.replace("_", "-").lower(): value for name, value in changed.items()}
    kept = {name: value for name, value in headers.items() if name.lower() not in named}
    return kept | {name: value for name, value in named.items() if value is not None}


def signed_at(slack: SlackSandbox, timestamp: str) -> dict[str, str]:
    """A good signature over this timestamp, made with the sandbox's own secret."""
    secret = slack._delivery.signing_secret
    base = f"v0:{timestamp}:".encode() + BODY
    signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return with_(slack.signed(BODY), x_slack_request_timestamp=timestamp, x_slack_signature=signature)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"x_slack_signature": "v0=" + "0" * 64}, id="forged"),
        pytest.param({"x_slack_signature": None}, id="unsigned"),
        pytest.param({"x_slack_request_timestamp": None}, id="no-time"),
        pytest.param({"x_slack_request_timestamp": "soon"}, id="time-is-no-number"),
        pytest.param({"x_slack_request_timestamp": "-1"}, id="time-is-negative"),
        pytest.param({"x_slack_request_timestamp": "9" * 400}, id="time-of-400-digits"),
        pytest.param({"x_slack_request_timestamp": "9" * 5000}, id="time-of-5000-digits"),
    ],
)
async def test_what_slack_did_not_sign_is_refused(
    slack: SlackSandbox, autoenhance: AutoenhanceSandbox, changed: dict[str, str | None]
) -> None:
    """A request without a good signature gets a 401, and records no job."""
    exchange = await slack.send_raw(BODY, with_(slack.signed(BODY), **changed))

    assert exchange.status == 401
    assert autoenhance.requests == []


@pytest.mark.parametrize("age", [pytest.param(301, id="stale"), pytest.param(-400, id="from-the-future")])
async def test_an_old_signature_is_refused(slack: SlackSandbox, age: int) -> None:
    """A signature is valid for five minutes, so that a recorded request cannot be replayed."""
    exchange = await slack.send_raw(BODY, signed_at(slack, str(int(time.time()) - age)))

    assert exchange.status == 401


async def test_a_request_signed_in_time_is_accepted(slack: SlackSandbox) -> None:
    """The same request with a fresh signature is accepted, so only the signature was at fault."""
    exchange = await slack.send_raw(BODY, signed_at(slack, str(int(time.time()))))

    assert exchange.status == 200


async def test_ten_megabytes_are_not_read(slack: SlackSandbox) -> None:
    """The bot refuses a body by its announced length, above anything that Slack sends."""
    body = b"x" * 10_000_000

    assert (await slack.send_raw(body, slack.signed(body))).status == 413


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"payload=%7Bnot+json", id="no-json"),
        pytest.param(b"\xff\xfe\x00", id="no-utf-8"),
        pytest.param(b"", id="empty"),
        pytest.param(b"payload=[]", id="a-list"),
        pytest.param(b"payload=7", id="a-number"),
        pytest.param(b"payload=%7B%22type%22%3A%22never_heard_of%22%7D", id="unknown-type"),
    ],
)
async def test_signed_nonsense_is_a_clean_refusal(slack: SlackSandbox, body: bytes) -> None:
    """A signed body of any content gets an answer below 500."""
    exchange = await slack.send_raw(body, slack.signed(body))

    assert 400 <= exchange.status < 500


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"type": "block_actions", "actions": [{"action_id": "recheck", "type": "button"}]}, id="click"),
        pytest.param({"type": "block_actions", "actions": [{"action_id": "more", "type": "overflow"}]}, id="menu"),
        pytest.param({"type": "block_actions", "actions": [{"action_id": "who-knows", "type": "button"}]}, id="unknown-action"),
        pytest.param({"type": "message_action", "callback_id": "check_orders_here"}, id="message-shortcut"),
        pytest.param({"type": "shortcut", "callback_id": "look_up_order"}, id="global-shortcut"),
        pytest.param({"type": "shortcut", "callback_id": "who-knows"}, id="unknown-shortcut"),
        pytest.param({"type": "view_submission", "view": {"callback_id": "ask_for_orders"}}, id="submission"),
        pytest.param({"type": "view_submission", "view": {"callback_id": "who-knows"}}, id="unknown-view"),
        pytest.param({"type": "view_closed", "view": {"callback_id": "orders"}}, id="closed"),
    ],
)  # fmt: skip
async def test_missing_keys_are_survived(slack: SlackSandbox, payload: dict[str, object]) -> None:
    """A payload with almost no keys is acknowledged, or refused as unreadable."""
    body = urlencode({"payload": json.dumps(payload)}).encode()

    exchange = await slack.send_raw(body, slack.signed(body))

    assert exchange.status in {200, 400}


async def test_a_command_with_missing_keys_is_survived(slack: SlackSandbox) -> None:
    """A command with almost no keys is answered with help."""
    body = urlencode({"command": "/order"}).encode()

    exchange = await slack.send_raw(body, slack.signed(body))

    assert exchange.status == 200
    assert "Order Desk shows" in exchange.answer["text"]


async def test_an_unknown_action_is_explained(chat: Chat, slack: SlackSandbox) -> None:
    """An action of another version is acknowledged, and the person reads what to do."""
    card = await chat.order(OAK)
    control = next(each for each in card.controls() if each.label == "Re-check")
    control.element["action_id"] = "archive"

    await chat.click(card, "Re-check")

    await chat.reads("This card is too old to update")


async def test_names_cannot_ping_or_link(chat: Chat, slack: SlackSandbox) -> None:
    """The names of orders and photos mention no one and link nowhere."""
    card = await chat.order(NASTY)
    await chat.click(card, "Share in channel")
    await chat.reads("Shared by")
    await chat.click(card, "All photos")
    await chat.view("*Failed* (1)")

    calls = [call for call in slack.calls() if call.method not in {"auth.test", "conversations.info"}]
    assert {call.method for call in calls} == {"respond", "chat.postMessage", "views.open", "views.update"}
    for call in calls:
        for text in mrkdwn(call.params):
            assert "<!" not in text.replace("<!date", "")
            assert "<http" not in text


def mrkdwn(node: object) -> list[str]:
    """Every text that Slack parses: the top-level one, and mrkdwn objects."""
    if isinstance(node, str) and node.startswith(("[", "{")):
        node = json.loads(node)
    if isinstance(node, list):
        return [text for each in node for text in mrkdwn(each)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if isinstance(node.get("text"), str) and node.get("type") in {"mrkdwn", None} else []
    return own + [text for each in node.values() if isinstance(each, list | dict) for text in mrkdwn(each)]


async def test_a_name_of_three_thousand_characters_fits(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """A very long name is cut, as Slack refuses a whole message for one string that is too long."""
    order = next(order for order in autoenhance.orders() if order["order_id"] == NASTY)
    images = [
        image | {"image_name": "`<&>" * 750, "status_reason": "<&>" * 1000} for image in order["images"]
    ]
    autoenhance.add(order | {"name": "<&>" * 1000, "images": images})

    card = await chat.order(NASTY)
    await chat.click(card, "All photos")

    assert "…" in card.blocks[0]["text"]["text"]
    await chat.view("…")
