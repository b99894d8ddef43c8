"""Finds order ids in text that a person types or pastes, and in messages."""

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from bot.orders.ids import OrderId, as_order_id
from bot.orders.ids_in_links import MAX_NESTED_LINKS, custom_id, ids_in_link
from bot.orders.uuids import SHAPE, UUID, mended


def find_order_ids(text: str, *, in_message: bool = False) -> tuple[OrderId, ...]:
    """Every order id in `text`, once each, in order of first appearance.

    UUIDs are found anywhere. Other ids are found in links to Autoenhance, and in a text of nothing but ids.
    `in_message`: the text was not typed to look up an order. Then an id outside a link needs a digit,
    otherwise a word such as "thanks" would be an id. So it does beside a UUID or a link. The time is linear
    in the text. Raises nothing.
    """
    if re.fullmatch(SHAPE, text):  # most ask for one UUID and nothing else
        return (OrderId(text),)
    plain = _plain_text(text)
    words = _words(plain)
    only_ids = _is_list(plain) or all(map(_may_be_only_ids, words))
    needs_digit = in_message or "//" in plain or re.search(SHAPE, plain) is not None
    return _ids_in_words(words, lambda piece: only_ids and (_has_digit(piece) or not needs_digit))


def find_mentioned_ids(text: str) -> tuple[OrderId, ...]:
    """Like `find_order_ids`, for a text that usually is no id: only links and UUIDs count."""
    return _ids_in_words(_words(_plain_text(text)), lambda _: False)


def find_ids_in_file_name(name: str) -> tuple[OrderId, ...]:
    """Like `find_mentioned_ids`, and a UUID may be a part of the name, as in `order-{uuid}.pdf`.

    Autoenhance names pictures by the photo's id, so the name of a picture names no order.
    """
    if _PICTURE.search(name):
        return ()
    in_name = map(OrderId, _UUID_IN_A_NAME.findall(mended(name)))
    return tuple(dict.fromkeys((*find_mentioned_ids(name), *([] if "/" in name else in_name))))


_UUID_IN_A_NAME = re.compile(rf"(?<![0-9A-Za-z]){SHAPE}(?![0-9A-Za-z])")
_PICTURES = "jpe?g|png|gif|webp|avif|hei[cf]|tiff?|bmp|dng|raw|cr[23]|nef|arw|raf|orf|rw2"
_PICTURE = re.compile(rf"\.(?:{_PICTURES})\W*$", re.IGNORECASE)
_FILE = re.compile(rf"\.(?:{_PICTURES}|pdf|zip|csv|xlsx?|docx?|json|txt|mp4|mov)\W*$", re.IGNORECASE)
_COPY_OF_A_FILE = re.compile(rf"{SHAPE} ?\(\d{{1,3}}\)\.[0-9A-Za-z]")  # as browsers name a second download


def _ids_in_words(words: list[str], is_custom: Callable[[str], bool]) -> tuple[OrderId, ...]:
    whole = len(words) == 1
    return tuple(dict.fromkeys(order for word in words for order in _ids_in(word, is_custom, whole=whole)))


def _ids_in(word: str, is_custom: Callable[[str], bool], *, whole: bool) -> Iterator[OrderId]:
    decoded = _decoded(word)
    if _is_link(decoded):
        # The id of a link may end in a dot where the link is the whole text. In a sentence the dot ends it.
        yield from ids_in_link(word if whole and word[0].isalnum() else _trimmed(word))
        yield from _joined_by_slashes(decoded)
        return
    for piece in _SEPARATOR.split(decoded.strip("/")):
        uuids = [OrderId(match[0]) for match in UUID.finditer(piece)]
        if uuids or _FILE.search(piece) or not is_custom(piece):
            yield from uuids
        else:
            yield from custom_id(_trimmed(piece.strip()))


_SEPARATOR = re.compile("[,;\n،؛、，；]")


def _decoded(word: str) -> str:
    for _ in range(MAX_NESTED_LINKS):
        if (decoded := unquote(word)) == word:
            break
        word = decoded
    return word


def _is_link(word: str) -> bool:
    """Whether the word is a link or a path. A slash before or after a word does not make it one."""
    return "//" in word or "/" in word.strip("/") or _HOST_WITH_QUERY.match(word) is not None


_HOST_WITH_QUERY = re.compile(r"[^\w-]*(?:[a-z0-9-]+\.)+[a-z]{2,}[?#][^=]*=", re.IGNORECASE)


def _joined_by_slashes(word: str) -> Iterable[OrderId]:
    """The UUIDs of `{uuid}/{uuid}`. None if anything else is between the slashes: then it is a path."""
    pieces = list(map(_trimmed, _words(word.replace("/", " "))))
    return map(OrderId, pieces) if all(map(UUID.fullmatch, pieces)) else ()


# Zero-width and bidirectional controls, byte order mark: copied text often has them. And digits that are
# emoji, as phones number a list.
_INVISIBLE = re.compile(
    "[0-9]\ufe0f?\u20e3|[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_SOFT_HYPHEN = "\u00ad"
_SLACK_TOKEN = re.compile(r"<([^<>]*)>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_LIST_NUMBER = re.compile(r"^[ \t]*\d{1,2}[.)][ \t]+(?=\S)", re.MULTILINE)
_JOINED_LINK = re.compile(rf"(?=https?://)(?:(?<=[,;])|(?<={SHAPE}))")
_LINE_BREAK = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")  # of word processors and old mails
_SLASH_IN_JSON = re.compile(r"(?<!\\)\\{1,4}(?:/|u002[fF])")


def _plain_text(text: str) -> str:
    """The text without Slack's markup and list numbers. A code span becomes one for each of its words."""
    text = _SLASH_IN_JSON.sub("/", _LINE_BREAK.sub("\n", _INVISIBLE.sub("", text)))
    text = mended(text).replace(_SOFT_HYPHEN, "")
    text = mended(_SLACK_TOKEN.sub(_link_text, text))
    # Slack escapes only these three. `&amp;` comes last, so that `&amp;lt;` is not decoded twice.
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = _COPY_OF_A_FILE.sub(" ", _without_ids_of_other_things(text))
    text = _CODE.sub(lambda code: re.sub(r"\S+", r"`\g<0>`", code[1] or code[2]), text)
    text = "\n".join(map(_without_emphasis, text.split("\n")))
    return _JOINED_LINK.sub(" ", _LIST_NUMBER.sub("", text))


def _link_text(token: re.Match[str]) -> str:
    """For `<url|label>`, the URL if it names an order or contains the label. Otherwise the label."""
    target, _, label = token[1].partition("|")
    if target.startswith(("@", "#", "!")):
        return " "
    if target.startswith("tel:"):  # Slack takes some ids for phone numbers
        return f" {as_order_id(label or target.partition(':')[2]) or ''} "
    if not label or any(ids_in_link(target)):
        return f" {target} "
    # Slack makes a link of a word such as `elm.house`.
    linked_by_slack = target == f"http://{label}"
    return f" {label if linked_by_slack or label not in target else target} "


def _without_ids_of_other_things(text: str) -> str:
    """The text without the UUIDs that JSON and the like call `image_id`, `userId` and so on."""

    def kept(uuid: re.Match[str]) -> str:
        before = text[max(0, uuid.start() - 40) : uuid.start()]
        named = _KEY.search(before)
        return " " if named and "order" not in named[0].lower() else uuid[0]

    return UUID.sub(kept, text)


_KEY = re.compile(
    r"(?:[A-Za-z]+(?:[_-][Ii][Dd]|I[Dd])"
    r"|\b(?i:image|photo|bracket|preset|user|request|correlation|tenant|session|message) (?i:id))"
    r"[\"'\\]*\s*[:=]\s*[\"'\\]*$"
)


def _without_emphasis(line: str) -> str:
    """The line, if it is not one whole sentence in italics or bold: then what is between its two marks."""
    for mark in "_*~_":  # `_*~…~*_` or the other way round: more than three pairs mean nothing
        bare = line.strip()
        if " " in bare and bare.startswith(mark) and bare.endswith(mark):
            line = bare[1:-1]
    return line


def _words(text: str) -> list[str]:
    """The words of the text, without bullets, dashes and emoji."""
    return [word for word in text.split() if re.search(r"[^\W_]", word) and not _EMOJI.fullmatch(word)]


_EMOJI = re.compile(r":[^\s:]+:(?::skin-tone-\d:)?")


def _is_list(text: str) -> bool:
    return all(len(_words(piece)) <= 1 for piece in _SEPARATOR.split(text))


def _may_be_only_ids(word: str) -> bool:
    """Whether there is a digit in the word, apart from its links and UUIDs, or nothing apart from them."""
    rest = _LINK_OR_UUID.sub("", word)
    return _has_digit(rest) or not re.search(r"[^\W_]", rest)


_LINK_OR_UUID = re.compile(rf"(?<![\w.:-])[\w.:-]*/\S*|{SHAPE}")


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
    return char in "#*\"'`()[]{}<>,;:!?|" or not (char.isascii() or char.isalnum())
