"""Block Kit's elements as plain dicts, and functions that make foreign text safe for them.

Plain dicts, because slack_sdk's models drop block types that they do not know and miss some limits.
Every limit is in `limits.py`. Every builder here shortens its strings to the limit, with an ellipsis.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.slack.limits import LIMITS

Block = dict[str, Any]

_JOINERS = "\u200c\u200d"  # Persian words and families of emoji need them
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def clean(text: str) -> str:
    """`text` without control characters, and without invisible ones other than joiners."""
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """Empty for a text that nobody can see."""
    line = " ".join(clean(text).split())
    return line if line.strip(f" {_JOINERS}") else ""


def fit(text: str, limit: int) -> str:
    """At most `limit` characters. A text that is cut ends with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip().rstrip(_JOINERS) + "…"


def escape(text: str) -> str:
    """Foreign text for mrkdwn. It can no longer mention a person, link, or notify a channel.

    Slack asks for exactly these three replacements, in this order. There is no escape for `*`, `_`, `~` and
    the backtick. So foreign text goes into plain_text, rich_text or `code` where possible.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_LABELLED = re.compile(r"<(?:https?:|mailto:|tel:)[^<>|]*\|([^<>|]+)>")


def unescape(text: str) -> str:
    """The text that a person typed, from what Slack sent: `elm.house` may come as `<http://elm.house|elm.house>`."""
    text = _LABELLED.sub(r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def code(text: str, limit: int = 140) -> str:
    """Foreign text as a code span on one line. A backtick would end the span, so it becomes an apostrophe."""
    return f"`{escape(fit(one_line(text).replace('`', 'ʼ'), limit)) or ' '}`"


def quoted(text: str) -> str:
    """Foreign text in quotation marks, on one line."""
    return f"“{escape(fit(one_line(text), 60))}”"


def when(at: datetime, form: str = "{date_short_pretty} at {time}") -> str:
    """A time in the reader's time zone. Where Slack cannot format it, in UTC, with "UTC" behind it."""
    utc = at.astimezone(UTC)
    return f"<!date^{int(at.timestamp())}^{form}|{utc.day} {utc:%b %H:%M} UTC>"


def day(at: datetime) -> str:
    """A day in the reader's time zone. Where Slack cannot format it, in UTC."""
    utc = at.astimezone(UTC)
    return f"<!date^{int(at.timestamp())}^{{date_short}}|{utc.day} {utc:%b %Y}>"


def plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": fit(clean(text), limit) or " ", "emoji": True}


def mrkdwn(text: str, limit: int) -> dict[str, Any]:
    """`verbatim` keeps Slack from making links of channel names, user names and addresses."""
    return {"type": "mrkdwn", "text": fit_mrkdwn(text, limit) or " ", "verbatim": True}


def fit_mrkdwn(text: str, limit: int) -> str:
    """As `fit`, but never cuts within an entity (`&lt;`), a link or a date (`<…>`)."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    for opens, closes in (("<", ">"), ("&", ";")):
        start = cut.rfind(opens)
        if start > cut.rfind(closes):
            cut = cut[:start]
    return cut.rstrip() + "…"


def header(text: str) -> Block:
    return {"type": "header", "text": plain(one_line(text), LIMITS.header)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text, LIMITS.section)}
    return block | {"accessory": accessory} if accessory else block


def fields(pairs: list[tuple[str, str]]) -> Block:
    """At most ten (label, value), side by side, with the label above the value."""
    texts = [mrkdwn(f"*{label}*\n{value}", LIMITS.field) for label, value in pairs[: LIMITS.fields]]
    return {"type": "section", "fields": texts}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text, LIMITS.section) for text in texts]}


def divider() -> Block:
    return {"type": "divider"}


def actions(block_id: str, *elements: Block) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def image(file_id: str, alt_text: str) -> Block:
    """A picture that was uploaded to Slack. `alt_text` is what a screen reader reads."""
    alt = fit(one_line(alt_text), LIMITS.alt_text) or " "
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": alt}


def button(
    label: str, action_id: str, *, value: str = "", url: str = "", says: str = "", style: str = ""
) -> Block:
    """`says` is what a screen reader reads, where the label alone is not enough.

    `style` is `primary`, `danger` or empty.
    """
    element: Block = {"type": "button", "action_id": action_id, "text": plain(label, LIMITS.button)}
    label_read = fit(one_line(says), LIMITS.button)
    optional = {"value": value, "url": url, "style": style, "accessibility_label": label_read}
    return element | {key: text for key, text in optional.items() if text}


def overflow(action_id: str, options: list[tuple[str, str, str]]) -> Block:
    """A menu behind three dots. Each option is (label, value, url or ""), and there may be five."""
    drawn = [
        {"text": plain(label, LIMITS.option), "value": value} | ({"url": url} if url else {})
        for label, value, url in options
    ]
    return {"type": "overflow", "action_id": action_id, "options": drawn}


def select(action_id: str, options: list[tuple[str, str]], *, placeholder: str) -> Block:
    """A menu in a message. Each option is (label, value). A screen reader reads the placeholder."""
    drawn = [{"text": plain(words, LIMITS.option), "value": value} for words, value in options]
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, LIMITS.placeholder),
        "options": drawn[: LIMITS.choices],
    }


def text_input(
    block_id: str, action_id: str, label: str, *, hint: str, placeholder: str, focus: bool = True
) -> Block:
    """`focus` may be true of one input of a view."""
    element = {
        "type": "plain_text_input",
        "action_id": action_id,
        "max_length": LIMITS.typed,
        "placeholder": plain(placeholder, LIMITS.placeholder),
        "focus_on_load": focus,
    }
    return input_block(block_id, label, element, hint=hint)


def select_input(
    block_id: str, action_id: str, label: str, options: list[tuple[str, str]], *, placeholder: str
) -> Block:
    """A menu in a modal. Each option is (label, value)."""
    element = select(action_id, options, placeholder=placeholder) | {"focus_on_load": True}
    return input_block(block_id, label, element)


def box_input(block_id: str, action_id: str, label: str, words: str, *, checked: bool) -> Block:
    """One box to tick. Its value is its action_id."""
    box = {"text": plain(words, LIMITS.option), "value": action_id}
    element: Block = {"type": "checkboxes", "action_id": action_id, "options": [box]}
    return input_block(
        block_id, label, element | ({"initial_options": [box]} if checked else {}), optional=True
    )


def channels_input(block_id: str, action_id: str, label: str, chosen: Sequence[str], *, hint: str) -> Block:
    """Channels of the workspace, private ones too, that are not shared with another company."""
    element: Block = {
        "type": "multi_conversations_select",
        "action_id": action_id,
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
        "focus_on_load": True,
    }
    element |= {"initial_conversations": list(chosen)} if chosen else {}
    return input_block(block_id, label, element, hint=hint, optional=True)


def person_input(block_id: str, action_id: str, label: str, *, hint: str) -> Block:
    element = {"type": "users_select", "action_id": action_id, "focus_on_load": True}
    return input_block(block_id, label, element, hint=hint)


def input_block(
    block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LIMITS.input_label),
        "element": element,
    }
    block |= {"hint": plain(hint, LIMITS.input_label)} if hint else {}
    return block | ({"optional": True} if optional else {})


def rich_text(*elements: Block) -> Block:
    """Text that Slack never parses, so that file names and reasons are safe in it."""
    return {"type": "rich_text", "elements": list(elements)}


def rich_line(*texts: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(texts)}


def rich_list(lines: list[list[Block]]) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": [rich_line(*line) for line in lines]}


def rich(text: str, *styles: str) -> Block:
    """A piece of text. Styles are `bold`, `italic`, `strike` and `code`."""
    run: Block = {"type": "text", "text": clean(text) or " "}
    return run | {"style": dict.fromkeys(styles, True)} if styles else run


def modal(
    title: str, blocks: list[Block], *, callback_id: str, submit: str = "", close: str = "Close"
) -> Block:
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, LIMITS.modal_title),
        "close": plain(close, LIMITS.modal_title),
        "blocks": blocks[: LIMITS.modal_blocks],
    }
    return view | {"submit": plain(submit, LIMITS.modal_title)} if submit else view
