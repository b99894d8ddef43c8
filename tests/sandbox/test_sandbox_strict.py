"""Every limit of Slack's is kept exactly.

A value at the limit is taken, and one above it is refused with a pointer to the field.
"""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import pytest
from starlette.responses import Response

from bot.sandbox.slack.sample_workspace import ANA, SHOOTS, SLACKBOT
from bot.sandbox.slack.validation.blocks import problems
from bot.slack.limits import LIMITS
from tests.sandbox.tiny_bot import Json, World, actions, answer, button, home, modal, open_world

DIVIDER: Json = {"type": "divider"}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**parts: Any) -> list[Json]:
    return [{"type": "section", "text": mrkdwn("x"), **parts}]


def context(*elements: Json) -> list[Json]:
    return [{"type": "context", "elements": list(elements)}]


def picture(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://x.test/y.png", "alt_text": "x", **more}


def option(**more: Any) -> Json:
    return {"text": plain("x"), "value": "x", **more}


def overflow(*options: Json) -> list[Json]:
    return actions({"type": "overflow", "options": list(options)})


def chooser(kind: str, *options: Json, **more: Any) -> list[Json]:
    return section(accessory={"type": kind, "options": list(options), **more})


def field(*, block: Json | None = None, **element: Any) -> list[Json]:
    typed = {"type": "plain_text_input", **element}
    return [{"type": "input", "label": plain("x"), "element": typed, **(block or {})}]


def picker(kind: str = "multi_conversations_select", **element: Any) -> list[Json]:
    """An input for people or conversations."""
    return field(block={"element": {"type": kind, **element}})


def confirmed(**more: Any) -> list[Json]:
    confirm = {"title": plain("x"), "text": mrkdwn("x"), "confirm": plain("x"), "deny": plain("x"), **more}
    return actions(button("x", confirm=confirm))


def rich(*elements: Json) -> list[Json]:
    return [{"type": "rich_text", "elements": list(elements)}]


def bullets(**more: Any) -> list[Json]:
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    return rich({"type": "rich_text_list", "style": "bullet", "elements": [line], **more})


class Row(NamedTuple):
    """A limit's name in the table, its documented figure, blocks of that size, and their pointer."""

    limit: str
    most: int
    blocks: Callable[[int], list[Json]]
    at: str
    unit: str = "characters"


ITEMS = "items"
ROWS = [
    Row("message_blocks", 50, lambda n: [DIVIDER] * n, "/blocks", ITEMS),
    Row("fields", 10, lambda n: section(fields=[mrkdwn("x")] * n), "/blocks/0/fields", ITEMS),
    Row("context_elements", 10, lambda n: context(*[mrkdwn("x")] * n), "/blocks/0/elements", ITEMS),
    Row("action_elements", 25, lambda n: actions(*[button("x")] * n), "/blocks/0/elements", ITEMS),
    Row("options", 5, lambda n: overflow(*[option()] * n), "/blocks/0/elements/0/options", ITEMS),
    Row(
        "choices",
        100,
        lambda n: chooser("static_select", *[option()] * n),
        "/blocks/0/accessory/options",
        ITEMS,
    ),
    Row("boxes", 10, lambda n: chooser("checkboxes", *[option()] * n), "/blocks/0/accessory/options", ITEMS),
    Row(
        "boxes", 10, lambda n: chooser("radio_buttons", *[option()] * n), "/blocks/0/accessory/options", ITEMS
    ),
    Row("header", 150, lambda n: [{"type": "header", "text": plain("x" * n)}], "/blocks/0/text/text"),
    Row("section", 3000, lambda n: section(text=mrkdwn("x" * n)), "/blocks/0/text/text"),
    Row("section", 3000, lambda n: section(text=plain("x" * n)), "/blocks/0/text/text"),
    Row("section", 3000, lambda n: context(mrkdwn("x"), mrkdwn("x" * n)), "/blocks/0/elements/1/text"),
    Row("field", 2000, lambda n: section(fields=[mrkdwn("x"), plain("x" * n)]), "/blocks/0/fields/1/text"),
    Row("button", 75, lambda n: actions(button("x" * n)), "/blocks/0/elements/0/text/text"),
    Row("button", 75, lambda n: section(accessory=button("x" * n)), "/blocks/0/accessory/text/text"),
    Row(
        "button",
        75,
        lambda n: actions(button("x", accessibility_label="x" * n)),
        "/blocks/0/elements/0/accessibility_label",
    ),
    Row("value", 2000, lambda n: actions(button("x", value="x" * n)), "/blocks/0/elements/0/value"),
    Row("url", 3000, lambda n: actions(button("x", url="x" * n)), "/blocks/0/elements/0/url"),
    Row("url", 3000, lambda n: overflow(option(url="x" * n)), "/blocks/0/elements/0/options/0/url"),
    Row("url", 3000, lambda n: [picture(image_url="x" * n)], "/blocks/0/image_url"),
    Row("url", 3000, lambda n: context(picture(image_url="x" * n)), "/blocks/0/elements/0/image_url"),
    Row(
        "url",
        3000,
        lambda n: rich({"type": "rich_text_quote", "elements": [{"type": "link", "url": "x" * n}]}),
        "/blocks/0/elements/0/elements/0/url",
    ),
    Row("alt_text", 2000, lambda n: [picture(alt_text="x" * n)], "/blocks/0/alt_text"),
    Row(
        "alt_text",
        2000,
        lambda n: section(accessory=picture(alt_text="x" * n)),
        "/blocks/0/accessory/alt_text",
    ),
    Row("image_title", 2000, lambda n: [picture(title=plain("x" * n))], "/blocks/0/title/text"),
    Row("id", 255, lambda n: [{**DIVIDER, "block_id": "x" * n}], "/blocks/0/block_id"),
    Row("id", 255, lambda n: actions(button("x", action_id="x" * n)), "/blocks/0/elements/0/action_id"),
    Row(
        "option",
        75,
        lambda n: overflow(option(text=plain("x" * n))),
        "/blocks/0/elements/0/options/0/text/text",
    ),
    Row("option", 75, lambda n: overflow(option(value="x" * n)), "/blocks/0/elements/0/options/0/value"),
    Row(
        "option",
        75,
        lambda n: chooser("checkboxes", option(description=mrkdwn("x" * n))),
        "/blocks/0/accessory/options/0/description/text",
    ),
    Row("input_label", 2000, lambda n: field(block={"label": plain("x" * n)}), "/blocks/0/label/text"),
    Row("input_label", 2000, lambda n: field(block={"hint": plain("x" * n)}), "/blocks/0/hint/text"),
    Row(
        "placeholder", 150, lambda n: field(placeholder=plain("x" * n)), "/blocks/0/element/placeholder/text"
    ),
    Row(
        "placeholder",
        150,
        lambda n: chooser("static_select", option(), placeholder=plain("x" * n)),
        "/blocks/0/accessory/placeholder/text",
    ),
    Row("typed", 3000, lambda n: field(max_length=n), "/blocks/0/element/max_length", ""),
    Row("typed", 3000, lambda n: field(min_length=n), "/blocks/0/element/min_length", ""),
    *(
        Row(
            "placeholder",
            150,
            lambda n, kind=kind: picker(kind, placeholder=plain("x" * n)),  # type: ignore[misc]
            "/blocks/0/element/placeholder/text",
        )
        for kind in ("multi_conversations_select", "users_select")
    ),
    Row(
        "confirm_title",
        100,
        lambda n: confirmed(title=plain("x" * n)),
        "/blocks/0/elements/0/confirm/title/text",
    ),
    Row(
        "confirm_text",
        300,
        lambda n: confirmed(text=mrkdwn("x" * n)),
        "/blocks/0/elements/0/confirm/text/text",
    ),
    Row(
        "confirm_button",
        30,
        lambda n: confirmed(confirm=plain("x" * n)),
        "/blocks/0/elements/0/confirm/confirm/text",
    ),
    Row(
        "confirm_button",
        30,
        lambda n: confirmed(deny=plain("x" * n)),
        "/blocks/0/elements/0/confirm/deny/text",
    ),
    Row("indent", 8, lambda n: bullets(indent=n), "/blocks/0/elements/0/indent", ""),
]


def said(row: Row) -> str:
    """Slack's words for one too many."""
    if row.unit == ITEMS:
        return f"no more than {row.most} items allowed"
    return f"must be less than {row.most + 1} {row.unit}".strip()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as world:
        yield world


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.limit}{row.at}")
def test_each_limit_of_blocks(row: Row) -> None:
    """The figure is the one that Slack documents.

    At it all is well, and one above is refused with its pointer.
    """
    assert getattr(LIMITS, row.limit) == row.most
    assert problems(row.blocks(row.most), surface="message") == []
    assert problems(row.blocks(row.most + 1), surface="message") == [f"{said(row)} [json-pointer:{row.at}]"]


@pytest.mark.parametrize(
    ("blocks", "refusal"),
    [
        ([], "must provide at least 1 items [json-pointer:/blocks]"),
        ("x", "must provide an array [json-pointer:/blocks]"),
        (["x"], "must provide an object [json-pointer:/blocks/0]"),
        ([{}], "missing required field: type [json-pointer:/blocks/0]"),
        ([{"type": "alert"}], "unsupported type: alert [json-pointer:/blocks/0/type]"),
        ([{"type": ["header"]}], "unsupported type: ['header'] [json-pointer:/blocks/0/type]"),
        ([DIVIDER | {"block_id": 7}], "must provide a string [json-pointer:/blocks/0/block_id]"),
        ([DIVIDER | {"colour": "x"}], "invalid additional property: colour [json-pointer:/blocks/0]"),
        (
            [DIVIDER, DIVIDER | {"block_id": "a"}, DIVIDER | {"block_id": "a"}],
            '`block_id` "a" already exists [json-pointer:/blocks/2/block_id]',
        ),
        ([{"type": "header"}], "missing required field: text [json-pointer:/blocks/0]"),
        (
            [{"type": "header", "text": mrkdwn("x")}],
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        ([{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
        (section(text="x"), "must provide an object [json-pointer:/blocks/0/text]"),
        (section(text=mrkdwn("")), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (
            section(text=mrkdwn("x") | {"emoji": True}),
            "invalid additional property: emoji [json-pointer:/blocks/0/text]",
        ),
        (section(fields=[]), "must provide at least 1 items [json-pointer:/blocks/0/fields]"),
        (
            section(fields=[mrkdwn("")]),
            "must be more than 0 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            section(accessory={"type": "plain_text_input"}),
            "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]",
        ),
        (context(), "must provide at least 1 items [json-pointer:/blocks/0/elements]"),
        (context(button("x")), "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"),
        (actions(), "must provide at least 1 items [json-pointer:/blocks/0/elements]"),
        (actions(picture()), "unsupported type: image [json-pointer:/blocks/0/elements/0/type]"),
        (
            actions(button("x", action_id="a"), button("y", action_id="a")),
            '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
        ),
        (
            actions(button("x", style="blue")),
            "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
        ),
        (actions(button("")), "must be more than 0 characters [json-pointer:/blocks/0/elements/0/text/text]"),
        (overflow(), "must provide at least 1 items [json-pointer:/blocks/0/elements/0/options]"),
        (
            overflow({"text": plain("x")}),
            "missing required field: value [json-pointer:/blocks/0/elements/0/options/0]",
        ),
        (
            confirmed(style="blue"),
            "must be a valid enum value [json-pointer:/blocks/0/elements/0/confirm/style]",
        ),
        (
            [{"type": "image", "alt_text": "x"}],
            "missing required field: image_url [json-pointer:/blocks/0]",
        ),
        (
            [{"type": "image", "image_url": "x"}],
            "missing required field: alt_text [json-pointer:/blocks/0]",
        ),
        (
            [{"type": "input", "label": plain("x")}],
            "missing required field: element [json-pointer:/blocks/0]",
        ),
        (
            field(block={"label": mrkdwn("x")}),
            "unsupported type: mrkdwn [json-pointer:/blocks/0/label/type]",
        ),
        (
            field(block={"element": button("x")}),
            "unsupported type: button [json-pointer:/blocks/0/element/type]",
        ),
        (field(block={"optional": "x"}), "must provide a boolean [json-pointer:/blocks/0/optional]"),
        (field(max_length=0), "must be more than 0 [json-pointer:/blocks/0/element/max_length]"),
        (field(max_length="9"), "must provide a number [json-pointer:/blocks/0/element/max_length]"),
        (
            picker(filter={}),
            "must provide at least 1 item [json-pointer:/blocks/0/element/filter]",
        ),
        (
            picker(filter={"include": []}),
            "must provide at least 1 items [json-pointer:/blocks/0/element/filter/include]",
        ),
        (
            picker(filter={"include": ["channels"]}),
            "must be a valid enum value [json-pointer:/blocks/0/element/filter/include/0]",
        ),
        (
            picker(initial_conversations=[]),
            "must provide at least 1 items [json-pointer:/blocks/0/element/initial_conversations]",
        ),
        (
            picker(max_selected_items=0),
            "must be more than 0 [json-pointer:/blocks/0/element/max_selected_items]",
        ),
        (
            picker("users_select", initial_user=""),
            "must be more than 0 characters [json-pointer:/blocks/0/element/initial_user]",
        ),
        (
            picker("users_select", filter={"include": ["im"]}),
            "invalid additional property: filter [json-pointer:/blocks/0/element]",
        ),
        (rich(), "must provide at least 1 items [json-pointer:/blocks/0/elements]"),
        (
            rich({"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}),
            "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
        ),
        (bullets(style="dash"), "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_each_mistake_in_blocks(blocks: Any, refusal: str) -> None:
    """What is missing, empty, repeated, of another kind or unknown is refused with its pointer."""
    assert problems(blocks, surface="message") == [refusal]


def test_every_mistake_is_pointed_out() -> None:
    """Every mistake is named, not only the first."""
    blocks = [*context(), {"type": "header", "text": plain("x" * 151)}]

    assert len(problems(blocks, surface="message")) == 2


async def test_a_message_with_wrong_blocks_is_refused_in_slacks_words(world: World) -> None:
    """The error is `invalid_blocks`, with the mistakes in both places in which Slack names them."""
    posted = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x", blocks=[DIVIDER])
    wrong: Json = {"channel": SHOOTS, "ts": posted["ts"], "text": "x", "blocks": [{"type": "header"}]}
    for method in ("chat.postMessage", "chat.postEphemeral", "chat.update"):
        refused = await world.bot.call(method, user=ANA, **wrong)
        error = "missing required field: text [json-pointer:/blocks/0]"
        assert (refused["error"], refused["errors"]) == ("invalid_blocks", [error])
        assert refused["response_metadata"]["messages"] == [f"[ERROR] {error}"]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "", "blocks": []}, "no_text"),
        ({"blocks": [DIVIDER]}, None),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ],
)
async def test_a_message_needs_text_or_blocks(world: World, message: Json, error: str | None) -> None:
    """Blocks are a list, also as the text of a form."""
    assert (await world.bot.call("chat.postMessage", channel=SHOOTS, **message)).get("error") == error


async def test_blocks_that_are_no_json_are_refused(world: World) -> None:
    """slack_sdk sends blocks as text in a form."""
    token = {"Authorization": "Bearer xoxb-sandbox"}
    form = {"channel": SHOOTS, "text": "x", "blocks": "[{"}
    answered = await world.bot.http.post("/api/chat.postMessage", data=form, headers=token)

    assert answered.json()["error"] == "invalid_blocks_format"


async def test_the_longest_text(world: World) -> None:
    """chat.postMessage cuts a text at forty thousand characters.

    chat.update refuses more than four thousand.
    """
    posted = await world.bot.call("chat.postMessage", channel=SHOOTS, text="x" * 40_001)
    assert len(world.slack.messages()[-1].text) == 40_000 == LIMITS.posted_text
    where = {"channel": SHOOTS, "ts": posted["ts"]}
    assert (await world.bot.call("chat.update", text="x" * 4000, **where))["ok"]
    assert (await world.bot.call("chat.update", text="x" * 4001, **where))["error"] == "msg_too_long"
    assert LIMITS.text == 4000


VIEW_ROWS = [
    Row("modal_title", 24, lambda n: [modal(title=plain("x" * n))], "/view/title/text"),
    Row("modal_title", 24, lambda n: [modal(submit=plain("x" * n))], "/view/submit/text"),
    Row("modal_title", 24, lambda n: [modal(close=plain("x" * n))], "/view/close/text"),
    Row("metadata", 3000, lambda n: [modal(private_metadata="x" * n)], "/view/private_metadata"),
    Row("id", 255, lambda n: [modal(callback_id="x" * n)], "/view/callback_id"),
    Row("id", 255, lambda n: [modal(external_id="x" * n)], "/view/external_id"),
    Row("modal_blocks", 100, lambda n: [modal(blocks=[DIVIDER] * n)], "/view/blocks", ITEMS),
    Row(
        "header",
        150,
        lambda n: [modal(blocks=[{"type": "header", "text": plain("x" * n)}])],
        "/view/blocks/0/text/text",
    ),
    Row("metadata", 3000, lambda n: [home(button("x"), private_metadata="x" * n)], "/view/private_metadata"),
    Row("id", 255, lambda n: [home(button("x"), callback_id="x" * n)], "/view/callback_id"),
    Row("modal_blocks", 100, lambda n: [home() | {"blocks": [DIVIDER] * n}], "/view/blocks", ITEMS),
    Row("button", 75, lambda n: [home(button("x" * n))], "/view/blocks/0/elements/0/text/text"),
]


async def shown(world: World, view: Any) -> Json:
    """Slack's answer to a bot that shows this as a modal or on a Home tab."""
    if isinstance(view, dict) and view.get("type") == "home":
        return await world.bot.call("views.publish", user_id=ANA, view=view)
    heard = len(world.bot.heard)
    while len(world.bot.heard) == heard:  # a busy machine may take longer than Slack's three seconds
        await world.slack.global_shortcut("look_up_order")
    return await world.bot.call("views.open", trigger_id=world.bot.heard[-1]["trigger_id"], view=view)


@pytest.mark.parametrize("row", VIEW_ROWS, ids=lambda row: f"{row.limit}{row.at}")
async def test_each_limit_of_views(world: World, row: Row) -> None:
    """A modal and a Home tab are taken at the limit, and refused above it."""
    assert getattr(LIMITS, row.limit) == row.most
    [at_limit], [beyond] = row.blocks(row.most), row.blocks(row.most + 1)
    assert (await shown(world, at_limit))["ok"]
    refused = await shown(world, beyond)
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [f"[ERROR] {said(row)} [json-pointer:{row.at}]"]


@pytest.mark.parametrize(
    ("view", "refusal"),
    [
        ("x", "must provide an object [json-pointer:/view]"),
        ({}, "must be a valid enum value [json-pointer:/view/type]"),
        ({"type": "modal", "title": plain("x")}, "missing required field: blocks [json-pointer:/view]"),
        ({"type": "modal", "blocks": [DIVIDER]}, "missing required field: title [json-pointer:/view]"),
        (modal(title=mrkdwn("x")), "unsupported type: mrkdwn [json-pointer:/view/title/type]"),
        (modal(close=plain("")), "must be more than 0 characters [json-pointer:/view/close/text]"),
        (modal(colour="x"), "invalid additional property: colour [json-pointer:/view]"),
        (modal(blocks=[]), "must provide at least 1 items [json-pointer:/view/blocks]"),
        (
            {"type": "modal", "title": plain("x"), "blocks": [DIVIDER, *field()]},
            "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/input]",
        ),
        ({"type": "home"}, "missing required field: blocks [json-pointer:/view]"),
        (
            home() | {"title": plain("x"), "blocks": [DIVIDER]},
            "invalid additional property: title [json-pointer:/view]",
        ),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
async def test_each_mistake_in_views(world: World, view: Any, refusal: str) -> None:
    """What is missing, of another kind or unknown is refused. Inputs in a modal need a submit button."""
    refused = await shown(world, view)

    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [f"[ERROR] {refusal}"]


async def test_an_input_on_a_home_tab_needs_no_button(world: World) -> None:
    """A Home tab cannot be submitted."""
    assert (await shown(world, {"type": "home", "blocks": field()}))["ok"]


async def test_the_largest_view(world: World) -> None:
    """A view holds a quarter of a megabyte, which its blocks can exceed without one that is too long."""
    blocks = [block for _ in range(100) for block in section(text=mrkdwn("x" * 2990))]

    assert len(json.dumps(modal(blocks=blocks))) > LIMITS.view_bytes
    assert (await shown(world, modal(blocks=blocks)))["error"] == "view_too_large"
    assert (await shown(world, modal(blocks=blocks[:80])))["ok"]


def test_no_limit_goes_untested() -> None:
    """Each figure of the table has a row above, or its own test."""
    by_themselves = {"view_bytes", "text", "posted_text", "file_alt_text"}
    times = {"ack_seconds", "trigger_seconds", "response_seconds", "response_uses"}

    tested = {row.limit for row in [*ROWS, *VIEW_ROWS]} | by_themselves | times
    assert tested == {field.name for field in dataclasses.fields(LIMITS)}


# How long each token is valid


async def test_a_trigger_is_valid_up_to_its_third_second(world: World) -> None:
    """Afterwards it has expired. A second use was exchanged, and a made-up one is invalid."""

    async def opened(trigger_id: str) -> Any:
        return (await world.bot.call("views.open", trigger_id=trigger_id, view=modal())).get("error")

    answers = []
    for seconds in (3.0, 3.1):
        await world.slack.global_shortcut("look_up_order")
        world.clock.seconds += seconds
        answers.append(await opened(world.bot.heard[-1]["trigger_id"]))
    answers += [await opened(world.bot.heard[0]["trigger_id"]), await opened("made-up")]
    assert answers == [None, "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"]


async def test_a_response_url_is_valid_up_to_its_thirtieth_minute(world: World) -> None:
    """It is refused one second later."""
    await world.slack.command("/order 3f9a")
    world.clock.seconds += 1800
    assert (await world.bot.respond(text="x")).text == "ok"
    world.clock.seconds += 1
    late = await world.bot.respond(text="x")
    assert (late.status_code, late.json()["error"]) == (404, "expired_url")


def test_how_long_slack_waits() -> None:
    """Slack waits three seconds for an ack and for a modal. A response_url has half an hour and five uses."""
    waits = (LIMITS.ack_seconds, LIMITS.trigger_seconds, LIMITS.response_seconds, LIMITS.response_uses)

    assert waits == (3, 3, 1800, 5)


async def test_what_people_see_without_an_ack(world: World) -> None:
    """Slackbot reports commands and shortcuts, a click gets a warning, and a modal stays and says so."""
    await world.bot.call(
        "chat.postMessage", channel=SHOOTS, text="x", blocks=actions(button("Re-check", action_id="a"))
    )
    card = world.slack.messages()[-1]
    view = world.slack.workspace.push(ANA, modal())
    world.bot.held = asyncio.Event()
    await asyncio.gather(
        world.slack.command("/order 3f9a"),
        world.slack.message_shortcut("check_orders_here", card),
        world.slack.click(card, "Re-check"),
        world.slack.submit(view, {"order": "3f9a"}),
    )
    world.bot.held.set()

    errors = [message.text for message in world.slack.messages(viewer=ANA) if message.user == SLACKBOT]
    assert sorted(errors) == [
        '/order failed with the error "operation_timeout"',
        'The shortcut failed with the error "operation_timeout"',
    ]
    assert card.warning == "operation_timeout"
    assert view.warning == "We had some trouble connecting. Try again?"
    assert world.slack.views() == [view]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"response_action": "update", "view": modal(title=plain("x" * 25))}, id="update"),
        pytest.param({"response_action": "push", "view": modal(blocks=[])}, id="push"),
    ],
)
async def test_an_invalid_view_in_an_ack_fails(world: World, reply: Json) -> None:
    """The view in a modal's ack is validated like that of views.open."""
    view = world.slack.workspace.push(ANA, modal())
    world.bot.reply = answer(**reply)

    await world.slack.submit(view, {"order": "3f9a"})

    assert view.warning == "We had some trouble connecting. Try again?"
    assert world.slack.views() == [view]


async def test_an_invalid_message_in_an_ack_fails(world: World) -> None:
    """Slackbot says so in its place."""
    world.bot.reply = lambda _: Response(json.dumps({"text": "x", "blocks": [{"type": "header"}]}))

    await world.slack.command("/order 3f9a")

    assert "invalid_command_response" in world.slack.messages(viewer=ANA)[-1].text


@pytest.mark.parametrize(
    ("method", "scope"),
    [
        ("chat.postMessage", "chat:write"),
        ("chat.postEphemeral", "chat:write"),
        ("chat.update", "chat:write"),
        ("conversations.info", "channels:read"),
        ("conversations.open", "im:write"),
    ],
)
async def test_each_method_needs_its_scope(world: World, method: str, scope: str) -> None:
    """Slack names the scope that is needed, and those that are granted."""
    world.slack.scopes.discard(scope)

    refused = await world.bot.call(method, channel=SHOOTS, users=ANA)

    assert (refused["error"], refused["needed"]) == ("missing_scope", scope)
    assert refused["provided"] == ",".join(sorted(world.slack.scopes))


async def test_an_unknown_method_is_named(world: World) -> None:
    """The error is the same with any token."""
    refused = await world.bot.call("chat.shout", text="x")

    assert refused == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}
