"""Finds order ids in text that a person types or pastes, and in messages."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from bot.orders.ids import OrderId, as_order_id


def find_order_ids(text: str, *, in_message: bool = False) -> tuple[OrderId, ...]:
    """Every order id in `text`, once each, in order of first appearance.

    UUIDs are found anywhere. Other ids are found in links to Autoenhance, and in a text of nothing but ids.
    `in_message`: the text was not typed to look up an order. Then an id outside a link needs a digit,
    otherwise a word such as "thanks" would be an id. The time is linear in the text. Raises nothing.
    """
    plain = _plain_text(text)
    words = _words(plain)
    only_ids = _is_list(plain) or all(map(_has_digit, words))
    found: dict[str, OrderId] = {}
    for word in words:
        for order_id in _ids_in(word, whole=len(words) == 1, only_ids=only_ids):
            if _UUID.fullmatch(order_id):
                found.setdefault(order_id.lower(), order_id)
            elif "/" in word or _has_digit(order_id) or not in_message:
                found.setdefault(order_id, order_id)
    return tuple(found.values())


def find_mentioned_ids(label: str) -> tuple[OrderId, ...]:
    """Like `find_order_ids`, for a file's name or a title: a whole text that usually is no id.

    Only links and UUIDs count there. A UUID may be part of a name, as in `order-{uuid}.pdf`.
    """
    found: dict[str, OrderId] = {}
    for word in _words(_plain_text(label)):
        bare = map(OrderId, _UUID_IN_A_NAME.findall(word))
        for order_id in _ids_in_link(_trimmed(word)) if "/" in word else bare:
            found.setdefault(order_id.lower(), order_id)
    return tuple(found.values())


_UUID_IN_A_NAME = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)

# A UUID is not taken from a longer id: `elm-{uuid}` and `{uuid}.jpg` are other ids. Only ASCII characters
# next to it make it longer, because Chinese and Hebrew have words next to it without a space.
_UUID = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][._~-])"
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"(?![0-9A-Za-z]|[._~-][0-9A-Za-z])"
)
# Group 1 is empty unless the host is Autoenhance's. Group 2 is the id, still percent-encoded.
_ORDER_PATH = re.compile(
    r"((?<![\w-])autoenhance\.ai(?::\d+)?/(?:v\d+/)?)?\borders/([^\s/?#&|,;:!*)\]}<>\"'`”’»]*)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile("[,;\n،؛、，；]")


def _ids_in(word: str, *, whole: bool, only_ids: bool) -> Iterator[OrderId]:
    if "/" in word:
        # The id of a link may end in a dot where the link is the whole text. In a sentence the dot ends it.
        yield from _ids_in_link(word if whole and word[0].isalnum() else _trimmed(word))
        return
    for piece in _SEPARATOR.split(word):
        uuids = [OrderId(match[0]) for match in _UUID.finditer(piece)]
        yield from uuids or (_valid(_trimmed(piece)) if only_ids else ())


def _ids_in_link(link: str) -> Iterator[OrderId]:
    """Ids after `orders/`. On hosts that are not Autoenhance's only UUIDs: any site may have such a path."""
    for autoenhance_host, quoted in _ORDER_PATH.findall(link):
        name = unquote(quoted)
        if _UUID.fullmatch(trimmed := _trimmed(name)):
            yield OrderId(trimmed)
        elif autoenhance_host:
            yield from _valid(name)


def _valid(text: str) -> Iterator[OrderId]:
    if order_id := as_order_id(text):
        yield order_id


# Zero-width and bidirectional controls, soft hyphen, byte order mark: copied text often has them.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_SLACK_TOKEN = re.compile(r"<([^<>]*)>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_LIST_NUMBER = re.compile(r"^[ \t]*\d{1,2}[.)][ \t]+(?=\S)", re.MULTILINE)
_JOINED_LINK = re.compile(r"([,;])(?=https?://)")


def _plain_text(text: str) -> str:
    """The text without Slack's markup and list numbers. A code span becomes one for each of its words."""
    text = _SLACK_TOKEN.sub(_link_text, _INVISIBLE.sub("", text))
    # Slack escapes only these three. `&amp;` comes last, so that `&amp;lt;` is not decoded twice.
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = _CODE.sub(lambda code: re.sub(r"\S+", r"`\g<0>`", code[1] or code[2]), text)
    return _JOINED_LINK.sub(r"\1 ", _LIST_NUMBER.sub("", text))


def _link_text(token: re.Match[str]) -> str:
    """For `<url|label>`, the URL if it names an order or contains the label. Otherwise the label."""
    target, _, label = token[1].partition("|")
    if target.startswith(("@", "#", "!")):
        return " "
    linked_by_slack = target == f"http://{label}"  # Slack makes a link of a word such as `elm.house`
    label_differs = bool(label) and label not in target and not _ORDER_PATH.search(target)
    return f" {label if linked_by_slack or label_differs else target} "


def _words(text: str) -> list[str]:
    """The words of the text, without bullets, dashes and emoji."""
    return [word for word in text.split() if re.search(r"[^\W_]", word) and not _EMOJI.fullmatch(word)]


_EMOJI = re.compile(r":[^\s:]+:(?::skin-tone-\d:)?")


def _is_list(text: str) -> bool:
    return all(len(_words(piece)) <= 1 for piece in _SEPARATOR.split(text))


def _has_digit(text: str) -> bool:
    return re.search(r"[0-9]", text) is not None


def _trimmed(word: str) -> str:
    """The word without quotes, brackets, markup and emoji around it, and without punctuation after it.

    The content of a code span is not changed. `_` and `~` may be part of an id, so only pairs are removed.
    """
    start, end = 0, len(word)
    while end - start > 1:
        first, last = word[start], word[end - 1]
        if first == last == "`":
            return word[start:end].strip("`")
        if last == "." or _is_markup(last):
            end -= 1
        elif _is_markup(first):
            start += 1
        elif first == last and first in "_~":
            start, end = start + 1, end - 1
        else:
            break
    return word[start:end]


def _is_markup(char: str) -> bool:
    return char in "*\"'`()[]{}<>,;:!?|" or not (char.isascii() or char.isalnum())
