"""Which elements Slack accepts in blocks: texts, images, and what people click or fill in."""

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.validation.schema import (
    Check,
    also,
    anything,
    by_type,
    flag,
    many,
    number,
    one_of,
    shape,
    string,
    wrong,
)
from bot.slack.limits import LIMITS

_NO_LIMIT = 10**9


def plain(most: int) -> Check:
    words = {"text": string(most, least=1)}
    return by_type({"plain_text": shape(words, {"emoji": flag})})


def text(most: int) -> Check:
    words = {"text": string(most, least=1)}
    return by_type({"plain_text": shape(words, {"emoji": flag}), "mrkdwn": shape(words, {"verbatim": flag})})


def _element(
    needs: dict[str, Check], may: dict[str, Check], *, confirm: bool = True, focus: bool = False
) -> Check:
    """An interactive element. The action_id is optional: without one, Slack adds it."""
    more = {"action_id": string(LIMITS.id), **may}
    more |= {"confirm": _CONFIRM} if confirm else {}
    more |= {"focus_on_load": flag} if focus else {}
    return shape(needs, more)


def _filters_something(value: dict[str, Any], at: str) -> Iterator[str]:
    """Slack's reference: none of its fields is required, but one at least has to be there."""
    if not value:
        yield wrong("must provide at least 1 item", at)


def _options(most: int, option: Check) -> dict[str, Check]:
    return {"options": many(option, most)}


_STYLE = one_of("primary", "danger")
_CONFIRM = shape(
    {"title": plain(LIMITS.confirm_title), "text": text(LIMITS.confirm_text)},
    {"confirm": plain(LIMITS.confirm_button), "deny": plain(LIMITS.confirm_button), "style": _STYLE},
)

_VALUE = {"value": string(LIMITS.option)}
_SELECTED = {"text": plain(LIMITS.option), **_VALUE}
_OPTION = shape(_SELECTED, {"description": plain(LIMITS.option)})
_MENU_OPTION = shape(_SELECTED, {"description": plain(LIMITS.option), "url": string(LIMITS.url)})
_BOX = shape({"text": text(LIMITS.option), **_VALUE}, {"description": text(LIMITS.option)})

_FILE_ID = r"^F[A-Z0-9]{8,}$"


def _file_id(value: Any, at: str) -> Iterator[str]:
    """Slack's error names the pattern (slackapi/python-slack-sdk#1521)."""
    if not isinstance(value, str):
        yield wrong("must provide a string", at)
    elif not re.search(_FILE_ID, value):
        yield wrong(f"failed to match regex pattern: {_FILE_ID}", at)


def _names_one(named: dict[str, Any], at: str) -> Iterator[str]:
    if len(named.keys() & {"id", "url"}) != 1:
        yield wrong("must provide either `id` or `url`", at)


_PICTURE = {
    "image_url": string(LIMITS.url),
    "slack_file": also(shape({}, {"id": _file_id, "url": string(LIMITS.url)}), _names_one),
}


def _has_source(image: dict[str, Any], at: str) -> Iterator[str]:
    given = image.keys() & _PICTURE.keys()
    if not given:
        yield wrong("missing required field: image_url", at)
    elif len(given) > 1:
        yield wrong("must provide either `image_url` or `slack_file`", at)


def image(may: dict[str, Check]) -> Check:
    needs = {"alt_text": string(LIMITS.alt_text, least=1)}
    return also(shape(needs, {**_PICTURE, **may}), _has_source)


_BUTTON = _element(
    {"text": plain(LIMITS.button)},
    {
        "value": string(LIMITS.value),
        "url": string(LIMITS.url),
        "style": _STYLE,
        "accessibility_label": string(LIMITS.button),
    },
)
CHOOSERS = {
    "static_select": _element(
        _options(LIMITS.choices, _OPTION),
        {"placeholder": plain(LIMITS.placeholder), "initial_option": _OPTION},
        focus=True,
    ),
    "checkboxes": _element(
        _options(LIMITS.boxes, _BOX), {"initial_options": many(_BOX, LIMITS.boxes)}, focus=True
    ),
    "radio_buttons": _element(_options(LIMITS.boxes, _BOX), {"initial_option": _BOX}, focus=True),
}
_FILTER = shape(
    {},
    {
        "include": many(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
PICKERS = {
    "multi_conversations_select": _element(
        {},
        {
            "placeholder": plain(LIMITS.placeholder),
            "initial_conversations": many(string(LIMITS.id, least=1), _NO_LIMIT),
            "default_to_current_conversation": flag,
            "max_selected_items": number(1, _NO_LIMIT),
            "filter": also(_FILTER, _filters_something),
        },
        focus=True,
    ),
    "users_select": _element(
        {}, {"placeholder": plain(LIMITS.placeholder), "initial_user": string(LIMITS.id, least=1)}, focus=True
    ),
}
"""Only as inputs of views: this sandbox has no click on one."""
CLICKED = {
    "button": _BUTTON,
    "overflow": _element(_options(LIMITS.options, _MENU_OPTION), {}),
    **CHOOSERS,
}
TYPED = _element(
    {},
    {
        "initial_value": anything,
        "multiline": flag,
        "min_length": number(0, LIMITS.typed),
        "max_length": number(1, LIMITS.typed),
        "placeholder": plain(LIMITS.placeholder),
        "dispatch_action_config": anything,
    },
    confirm=False,
    focus=True,
)
