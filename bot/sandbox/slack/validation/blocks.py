"""Which blocks Slack accepts: those that the page can draw, with the limits of `bot.slack.limits`."""

from collections.abc import Iterator
from typing import Any, Literal

from bot.sandbox.slack.validation.elements import CHOOSERS, CLICKED, PICKERS, TYPED, image, plain, text
from bot.sandbox.slack.validation.schema import (
    Check,
    also,
    anything,
    by_type,
    distinct,
    flag,
    many,
    number,
    one_of,
    shape,
    string,
    wrong,
)
from bot.slack.limits import LIMITS

Surface = Literal["message", "modal", "home"]

_NO_LIMIT = 10**9


def problems(blocks: Any, *, surface: Surface, at: str = "/blocks") -> list[str]:
    """Slack's errors about these blocks, each with its JSON pointer. Empty when Slack accepts them."""
    max_blocks = LIMITS.message_blocks if surface == "message" else LIMITS.modal_blocks
    return list(also(many(_block, max_blocks), distinct("block_id"))(blocks, at))


_STYLED = {"style": shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), flag))}
_LEAVES = many(
    by_type(
        {
            "text": shape({"text": string(_NO_LIMIT, least=1)}, _STYLED),
            "link": shape({"url": string(LIMITS.url)}, {"text": anything, "unsafe": flag, **_STYLED}),
            "user": shape({"user_id": anything}, _STYLED),
            "channel": shape({"channel_id": anything}, _STYLED),
            "emoji": shape({"name": anything}, {"unicode": anything, "skin_tone": anything, **_STYLED}),
            "date": shape(
                {"timestamp": anything, "format": anything},
                {"url": anything, "fallback": anything, **_STYLED},
            ),
            "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _STYLED),
        }
    ),
    _NO_LIMIT,
)
_LINE = shape({"elements": _LEAVES})
_LINES = {
    "style": one_of("bullet", "ordered"),
    "elements": many(by_type({"rich_text_section": _LINE}), _NO_LIMIT),
}
_RICH = {
    "rich_text_section": _LINE,
    "rich_text_list": shape(
        _LINES, {"indent": number(0, LIMITS.indent), "offset": number(0, _NO_LIMIT), "border": anything}
    ),
    "rich_text_quote": shape({"elements": _LEAVES}, {"border": anything}),
    "rich_text_preformatted": shape({"elements": _LEAVES}, {"border": anything, "language": anything}),
}


def _has_text(section: dict[str, Any], at: str) -> Iterator[str]:
    if "text" not in section and "fields" not in section:
        yield wrong("missing required field: text", at)


def _block_shape(needs: dict[str, Check], may: dict[str, Check] | None = None) -> Check:
    return shape(needs, {"block_id": string(LIMITS.id), **(may or {})})


_CONTEXT_ELEMENTS = {"plain_text": text(LIMITS.section), "mrkdwn": text(LIMITS.section), "image": image({})}
_ACTION_ELEMENTS = also(many(by_type(CLICKED), LIMITS.action_elements), distinct("action_id"))
_block = by_type(
    {
        "header": _block_shape({"text": plain(LIMITS.header)}),
        "divider": _block_shape({}),
        "section": also(
            _block_shape(
                {},
                {
                    "text": text(LIMITS.section),
                    "fields": many(text(LIMITS.field), LIMITS.fields),
                    "accessory": by_type({**CLICKED, "image": image({})}),
                    "expand": flag,
                },
            ),
            _has_text,
        ),
        "context": _block_shape({"elements": many(by_type(_CONTEXT_ELEMENTS), LIMITS.context_elements)}),
        "actions": _block_shape({"elements": _ACTION_ELEMENTS}),
        "image": image({"block_id": string(LIMITS.id), "title": plain(LIMITS.image_title)}),
        "input": _block_shape(
            {
                "label": plain(LIMITS.input_label),
                "element": by_type({"plain_text_input": TYPED, **CHOOSERS, **PICKERS}),
            },
            {"hint": plain(LIMITS.input_label), "optional": flag, "dispatch_action": flag},
        ),
        "rich_text": _block_shape({"elements": many(by_type(_RICH), _NO_LIMIT)}),
    }
)
