"""The small pure parts: the text that people read in blocks, and how they fill in inputs."""

from typing import Any

import pytest

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.blocks import plain
from bot.sandbox.slack.mrkdwn import as_rich_text, as_seen
from bot.sandbox.slack.sample_workspace import (
    ANA,
    ANA_BEN,
    ANA_BOT,
    EDITING,
    GUS,
    OWNERS,
    PARTNERS,
    SHOOTS,
    sample_workspace,
)
from bot.sandbox.slack.view_state import state


def option(text: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text}, "value": text.lower()}


def asked(block_id: str, label: str, **element: Any) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"type": "input", "block_id": block_id, "label": text, "element": {"action_id": "a", **element}}


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("<https://a.example|the shoot> &amp; &lt;b&gt;", "the shoot & <b>"),
        ("<!date^1700000000^{date} {time}|14 November>", "14 November"),
        ("&amp;lt; stays", "&lt; stays"),
        ("<!channel>", "channel"),
    ],
)
def test_people_read_labels_fallbacks_and_characters(sent: str, seen: str) -> None:
    """Entities are decoded once, and in the right order."""
    assert as_seen(sent) == seen


def test_plain_reads_every_kind_of_block() -> None:
    """Every block with words has plain text: fields, rich text, pictures, buttons."""
    rich: list[dict[str, Any]] = [
        {"type": "text", "text": "see "},
        {"type": "link", "url": "https://a.example", "text": "it"},
    ]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "Elm"}},
        {
            "type": "section",
            "fields": [{"type": "mrkdwn", "text": "*Photos*"}, {"type": "mrkdwn", "text": "24"}],
        },
        {"type": "divider"},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich}]},
        {"type": "image", "alt_text": "A kitchen"},
    ]
    assert plain(blocks) == "Elm\n*Photos* 24\nsee it\nA kitchen"


def test_typed_text_comes_with_blocks_too() -> None:
    """The text becomes rich text, in which links are elements."""
    (block,) = as_rich_text("see <https://a.example?b&amp;c> &amp; <@U1>")
    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": "see "},
        {"type": "link", "url": "https://a.example?b&c"},
        {"type": "text", "text": " & "},
        {"type": "user", "user_id": "U1"},
    ]


def test_inputs_are_filled_in_by_their_labels() -> None:
    """An input that is not touched keeps its initial value."""
    blocks = [
        asked("where", "Where", type="static_select", options=[option("Here"), option("There")]),
        asked("what", "What", type="checkboxes", options=[option("All"), option("Failures")]),
        asked("note", "Note", type="plain_text_input", initial_value="as drawn"),
    ]
    values = state(blocks, {"Where": "There", "what": ["Failures"]}, complete=True)
    assert values["where"]["a"]["selected_option"]["value"] == "there"
    assert [each["value"] for each in values["what"]["a"]["selected_options"]] == ["failures"]
    assert values["note"]["a"]["value"] == "as drawn"
    with pytest.raises(NotOffered, match="nowhere"):
        state(blocks, {"nowhere": "x"}, complete=False)


def test_people_and_conversations_are_chosen_from_what_is_offered() -> None:
    """They are sent by their IDs, as Slack sends them. One that is not touched keeps what was drawn."""
    blocks = [
        asked("rooms", "Rooms", type="multi_conversations_select", initial_conversations=["C1"])
        | {"optional": True},
        asked("who", "Who", type="users_select"),
    ]
    offered = {"multi_conversations_select": {"C1", "C2"}, "users_select": {"U1"}}

    def filled(**values: str | list[str]) -> dict[str, Any]:
        found = state(blocks, values, complete=True, picks=lambda element: offered[element["type"]])
        return {block: value["a"] for block, value in found.items()}

    assert filled(who="U1") == {
        "rooms": {"type": "multi_conversations_select", "selected_conversations": ["C1"]},
        "who": {"type": "users_select", "selected_user": "U1"},
    }
    assert filled(who="U1", rooms=["C2", "C1"])["rooms"]["selected_conversations"] == ["C2", "C1"]
    assert filled(who="U1", rooms=[])["rooms"]["selected_conversations"] == []
    for values in ({"who": "U2"}, {"who": "U1", "rooms": ["C1", "C3"]}):
        with pytest.raises(NotOffered, match="doesn't offer"):
            filled(**values)
    with pytest.raises(NotOffered, match="required"):
        filled(rooms=["C1"])
    blocks[0]["element"]["max_selected_items"] = 1
    with pytest.raises(NotOffered, match="At most 1"):
        filled(who="U1", rooms=["C1", "C2"])


def test_which_conversations_are_offered() -> None:
    """Those that the person can open, of the kinds in the filter, and none that is archived."""
    workspace = sample_workspace(lambda: 1_700_000_000.0)

    def offered(user: str, **filters: Any) -> set[str]:
        element = {"type": "multi_conversations_select"} | ({"filter": filters} if filters else {})
        return workspace.picks(user, element)

    assert offered(ANA) == {SHOOTS, EDITING, PARTNERS, OWNERS, ANA_BOT, ANA_BEN}
    assert offered(ANA, include=["public"]) == {SHOOTS, EDITING, PARTNERS}
    assert offered(ANA, include=["private", "im"]) == {OWNERS, ANA_BOT, ANA_BEN}
    assert offered(ANA, include=["public"], exclude_external_shared_channels=True) == {SHOOTS, EDITING}
    assert offered(GUS) == {SHOOTS}
