"""Which orders *Check orders here* finds in a message: in what people read, and in no identifier."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.orders.ids import OrderId
from bot.slack import constants
from bot.slack.listeners.messages import ids_in_message, own_card_ts

U = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"
V = "5f0e7c52-9c1b-4a61-8f7e-2d90b3a6c418"
LINK = f"https://app.autoenhance.ai/orders/{U}"
RECORDED = Path(__file__).parent.parent / "payloads" / "MessageShortcutPayload.json"

Json = dict[str, Any]


def found(message: Json) -> list[str]:
    return list(ids_in_message({"message": {"text": "which of these?"} | message}))


def rich(*elements: Json) -> Json:
    section = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [section]}


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def link(url: str, label: str = "open") -> Json:
    return {"type": "link", "url": url, "text": label}


def raw(words: str) -> Json:
    return {"type": "raw_text", "text": words}


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


TABLE = {
    "type": "table",
    "rows": [
        [raw("Address"), raw("Order")],
        [raw("12 Elm Street"), raw(U)],
        [raw("Birch Avenue 9"), rich(link(LINK.replace(U, V)))],
    ],
}
MENU = {"type": "overflow", "action_id": "a", "options": [{"text": plain("Open"), "value": "o", "url": LINK}]}
TASK = {"task_id": "t1", "title": "Look it up", "status": "complete"}
IN_BLOCKS: list[tuple[str, Json, list[str]]] = [
    ("rich text", rich(text(f"is {U} done?")), [U]),
    (
        "rich text, preformatted",
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_preformatted",
                    "elements": [text(f'{{"image_id": "{V}", "order_id": "{U}"}}')],
                }
            ],
        },
        [U],
    ),
    ("a table", TABLE, [U, V]),
    ("a data table", {"type": "data_table", "caption": "Orders", "rows": [[raw("Order")], [raw(U)]]}, [U]),
    ("a data table's caption", {"type": "data_table", "caption": f"Order {U}", "rows": [[raw("n")]]}, [U]),
    (
        "a button in a cell",
        {
            "type": "data_table",
            "caption": "Orders",
            "rows": [[{"type": "action", "element": {"type": "button", "text": plain("Open"), "url": LINK}}]],
        },
        [U],
    ),
    ("a container", {"type": "container", "title": plain("Today"), "child_blocks": [TABLE]}, [U, V]),
    ("a container's title", {"type": "container", "rich_text_title": rich(text(U)), "child_blocks": []}, [U]),
    (
        "a task card",
        {"type": "task_card", **TASK, "details": rich(text(U)), "output": rich(link(LINK.replace(U, V)))},
        [U, V],
    ),
    (
        "a task card's source",
        {"type": "task_card", **TASK, "sources": [{"type": "url", "url": LINK, "text": "x"}]},
        [U],
    ),
    ("a plan", {"type": "plan", "title": "Check", "tasks": [{**TASK, "title": f"Order {U}"}]}, [U]),
    ("an overflow menu", {"type": "actions", "elements": [MENU]}, [U]),
    ("an overflow menu beside a text", {"type": "section", "text": plain("x"), "accessory": MENU}, [U]),
    (
        "a button's link",
        {"type": "actions", "elements": [{"type": "button", "text": plain("x"), "url": LINK}]},
        [U],
    ),
    (
        "a video",
        {"type": "video", "title": plain("x"), "title_url": LINK, "video_url": "https://v.example"},
        [U],
    ),
    ("fields", {"type": "section", "fields": [plain("Order"), plain(U)]}, [U]),
    ("markdown", {"type": "markdown", "text": f"[open]({LINK})"}, [U]),
    ("a card", {"type": "card", "title": plain("x"), "actions": [{"type": "button", "url": LINK}]}, [U]),
    ("a carousel", {"type": "carousel", "elements": [{"type": "card", "body": plain(f"order {U}")}]}, [U]),
    ("a context", {"type": "context", "elements": [{"type": "mrkdwn", "text": f"<{LINK}|open>"}]}, [U]),
    (
        "a picture's words",
        {"type": "image", "alt_text": f"contact sheet of {U}", "image_url": "https://x"},
        [U],
    ),
    ("a kind that Slack adds later", {"type": "new", "panes": [{"heading": {"words": [f"about {U}"]}}]}, [U]),
]


@pytest.mark.parametrize(
    ("block", "ids"), [case[1:] for case in IN_BLOCKS], ids=[case[0] for case in IN_BLOCKS]
)
@pytest.mark.parametrize("place", ["blocks", "attachment", "forwarded"])
def test_a_block_is_read(block: Json, ids: list[str], place: str) -> None:
    """All that people read in a block counts, wherever the block is."""
    forwarded = {"message_blocks": [{"team": "T1", "ts": "1.2", "message": {"blocks": [block]}}]}
    places: dict[str, Json] = {
        "blocks": {"blocks": [block]},
        "attachment": {"attachments": [{"id": 1, "fallback": "[no preview available]", "blocks": [block]}]},
        "forwarded": {"attachments": [{"is_share": True, **forwarded}]},
    }

    assert found(places[place]) == ids


PARTS: list[tuple[str, Json, list[str]]] = [
    ("an attachment's author", {"attachments": [{"author_name": "ana", "author_link": LINK}]}, [U]),
    ("an attachment's title", {"attachments": [{"title": f"Order {U}"}]}, [U]),
    ("an attachment's title link", {"attachments": [{"title": "x", "title_link": LINK}]}, [U]),
    (
        "an attachment's field",
        {"attachments": [{"fields": [{"title": "Order", "value": U, "short": True}]}]},
        [U],
    ),
    ("an attachment's text", {"attachments": [{"text": f"<{LINK}|open>", "footer": "x"}]}, [U]),
    ("an unfurled link", {"attachments": [{"from_url": LINK, "original_url": LINK, "id": 1}]}, [U]),
    (
        "an attachment's button",
        {"attachments": [{"actions": [{"type": "button", "text": "Open", "url": LINK}]}]},
        [U],
    ),
    ("a file", {"files": [{"id": "F1", "name": f"order-{U}.pdf", "title": "x"}]}, [U]),
    ("a forwarded file", {"attachments": [{"is_share": True, "files": [{"name": f"order-{U}.pdf"}]}]}, [U]),
    (
        "a mail's subject",
        {"files": [{"mode": "email", "title": "e-mail", "subject": f"FW: order {U} is ready"}]},
        [U],
    ),
    (
        "a mail's text",
        {"files": [{"filetype": "email", "plain_text": f"Dear ana,\n{LINK[:-22]}\n{LINK[-22:]}"}]},
        [U],
    ),
    ("a mail's HTML", {"files": [{"simplified_html": f'<p><a href="{LINK}?a=1&amp;b=2">View</a></p>'}]}, [U]),
    ("a forwarded mail", {"attachments": [{"files": [{"mode": "email", "subject": f"order {U}"}]}]}, [U]),
    ("a canvas", {"files": [{"filetype": "quip", "mode": "canvas", "title": f"Shoot {U}"}]}, [U]),
    ("a CSV file", {"files": [{"filetype": "csv", "preview": f"order_id,photos\n{U},12\n{V},3"}]}, [U, V]),
    (
        "a JSON file",
        {"files": [{"preview": f'{{"order_id": "{U}",\n "images": [{{"image_id": "{V}"}}]}}'}]},
        [U],
    ),
    (
        "text and blocks of one message",
        {"text": f"is {U} done", "blocks": [rich(text(f"is {U.upper()} done"))]},
        [U],
    ),
]


@pytest.mark.parametrize(("message", "ids"), [case[1:] for case in PARTS], ids=[case[0] for case in PARTS])
def test_a_part_of_a_message_is_read(message: Json, ids: list[str]) -> None:
    """All that people read in attachments and files counts, also in those of a forwarded message."""
    assert found(message) == ids


SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}
NOT_READ: list[tuple[str, Json]] = [
    (
        "ids of blocks and files",
        {"blocks": [SECTION | {"block_id": U}], "files": [{"id": V, "name": "a.jpg"}]},
    ),
    ("the id of a message", {"client_msg_id": U}),
    ("ids of elements", {"blocks": [{"type": "actions", "elements": [{"type": "button", "action_id": U}]}]}),
    (
        "what a button gives back",
        {
            "blocks": [
                {
                    "type": "actions",
                    "elements": [
                        {"type": "button", "action_id": "approve", "text": plain("Approve"), "value": U}
                    ],
                }
            ]
        },
    ),
    (
        "what an option gives back",
        {
            "blocks": [
                {
                    "type": "actions",
                    "elements": [
                        {"type": "overflow", "action_id": "a", "options": [{"text": plain("x"), "value": U}]}
                    ],
                }
            ]
        },
    ),
    (
        "what an attachment's button gives back",
        {
            "attachments": [
                {
                    "callback_id": V,
                    "actions": [{"type": "button", "name": "x", "text": "Approve", "value": U}],
                }
            ]
        },
    ),
    ("the id of a task", {"blocks": [{"type": "task_card", **TASK, "task_id": U}]}),
    ("a user in a text", {"blocks": [rich({"type": "user", "user_id": U})]}),
    (
        "the id of a mail",
        {
            "files": [
                {
                    "mode": "email",
                    "subject": "hi",
                    "headers": {
                        "message_id": f"<{U}@mail.example>",
                        "in_reply_to": f"<{V}@mail.example>",
                        "reply_to": U,
                    },
                }
            ]
        },
    ),
    ("other ids of a file", {"files": [{"external_id": U, "quip_thread_id": V, "linked_channel_id": U}]}),
    ("an entity's reference", {"attachments": [{"entity": {"external_ref": {"id": U, "type": "shoot"}}}]}),
    (
        "a photo's link",
        {
            "blocks": [
                {
                    "type": "image",
                    "alt_text": "x",
                    "image_url": f"https://api.autoenhance.ai/v3/images/{U}/enhanced",
                }
            ]
        },
    ),
    (
        "the name of a photo",
        {
            "files": [
                {
                    "name": f"{U}.jpg",
                    "title": f"{U}.jpg",
                    "permalink": f"https://acme.slack.com/files/U1/F1/{U}.jpg",
                }
            ]
        },
    ),
    ("a photo's title", {"files": [{"name": f"{U}.jpg", "title": U, "mimetype": "image/jpeg"}]}),
    ("a photo's long name", {"files": [{"name": f"cover {U} large.jpg"}]}),
    (
        "the name of a photo in a text",
        {"text": f"look at {U}.jpg", "blocks": [rich(text(f"look at {U}.jpg"))]},
    ),
    ("an image in JSON", {"blocks": [rich(text(f'{{"event": "image_processed", "image_id": "{U}"}}'))]}),
    ("parts of another shape", {"blocks": "x", "attachments": {"a": None}, "files": [None, 3, [[]]]}),
]


@pytest.mark.parametrize("message", [case[1] for case in NOT_READ], ids=[case[0] for case in NOT_READ])
def test_an_identifier_is_not_read(message: Json) -> None:
    """What only programs read names no order, although it may look like one."""
    assert found(message) == []


def test_no_identifier_of_a_recorded_message_is_read() -> None:
    """In a real message with every part that Slack knows, no key of an identifier gives an order."""

    def filled(node: Any, name: str = "") -> Any:
        if isinstance(node, dict):
            return {key: filled(value, key) for key, value in node.items()}
        if isinstance(node, list):
            return [filled(item, name) for item in node]
        return U if isinstance(node, str) and (name == "id" or name.endswith(("_id", "_ids"))) else node

    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))

    assert ids_in_message({"message": filled(recorded["message"])}) == ()


def test_very_deep_nesting_is_not_followed() -> None:
    """A payload that is nested for its own sake raises nothing."""
    node: Any = U
    for _ in range(400):
        node = [node]

    assert found({"blocks": node}) == []


@pytest.mark.parametrize("spelling", [U, U.upper()])
def test_a_card_from_before_is_the_bots_own(spelling: str) -> None:
    """A card whose block_id has the ID in capitals is still recognised as this order's card."""
    actions = {
        "type": "actions",
        "block_id": f"order:{spelling}",
        "elements": [{"action_id": constants.RECHECK}],
    }

    assert own_card_ts({"message": {"ts": "1.5", "blocks": [actions]}}, OrderId(U)) == "1.5"
