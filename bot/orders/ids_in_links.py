"""Finds the orders that a link names, also where it is inside another link.

Mail filters and chats put a link into a link of their own: Outlook's SafeLinks, Proofpoint, Google, Slack,
Facebook. The outer link often has UUIDs of its own, such as the tenant's. They name no order.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from itertools import islice
from string import ascii_lowercase, ascii_uppercase, digits
from urllib.parse import unquote

from bot.orders.ids import OrderId, as_order_id
from bot.orders.uuids import AS_HYPHENS, DASHES, SHAPE, UUID, mended

MAX_NESTED_LINKS = 10  # each one inside the one before; every level is decoded once

# Group 1 is empty unless the host is Autoenhance's. Group 2 is the ID, still percent-encoded. Chinese and
# others write on behind a link without a space, so it ends before what is not ASCII, except a dash
# and the ellipsis of a link that was cut.
_ORDER_PATH = re.compile(
    r"((?<![\w-])autoenhance\.ai(?::\d+)?/+(?:v\d+/+)?)?"
    rf"\borders/+((?:(?-i:[^\s/?#&|,;:!*)\]}}<>\"'`\x80-\U0010ffff])|[…{DASHES}])*)",
    re.IGNORECASE,
)
_PARTS = re.compile("[?&#=]")


def ids_in_link(link: str, nested: int = MAX_NESTED_LINKS) -> Iterator[OrderId]:
    """IDs after `orders/`. On hosts that are not Autoenhance's only UUIDs: any site may have such a path.

    The time is linear in the link.
    """
    if nested == 0:
        return
    if (inside := _in_proofpoint_v3(link) or _in_check_point(link)) is not None:
        yield from ids_in_link(inside, nested - 1)
        return
    for part in _PARTS.split(mended(link)):
        if _ORDER_PATH.search(part):
            yield from _ids_in_path(part)
        elif (inside := _in_part(part)) != part:
            yield from ids_in_link(inside, nested - 1)


def custom_id(text: str) -> Iterator[OrderId]:
    """The text as an ID, if it can be one."""
    if order_id := as_order_id(text.translate(AS_HYPHENS)):
        yield order_id


def _ids_in_path(part: str) -> Iterator[OrderId]:
    for autoenhance_host, quoted in _ORDER_PATH.findall(part):
        name = mended(unquote(quoted)).strip(_SOIL)
        if uuid := UUID.match(name.lstrip("_~")):
            yield OrderId(uuid[0])
        elif autoenhance_host:
            yield from custom_id(_QUERY.split(name, maxsplit=1)[0].rstrip(_SOIL))


_SOIL = " \t\r\n\u00a0/\\=^+$@([{<\"'"  # around an ID in a link that was copied carelessly; no ID has these
_QUERY = re.compile(r"[?#](?=\w+=)")


def _in_part(part: str) -> str:
    """The part, decoded once. Proofpoint v2 writes `-3A` for `%3A`, and `_` for `/`."""
    if _PROOFPOINT_V2.match(part):
        part = _ANY_UUID.sub(lambda uuid: uuid[0].replace("-", "-2D"), part)  # some copies keep its hyphens
        part = part.replace("-", "%").replace("_", "/")
    if part.startswith(_HTTP_IN_BASE64):
        return _from_base64(part.translate(_URL_SAFE))
    return unquote(part)


_HTTP_IN_BASE64 = "aHR0c"  # Sophos and many newsletters write a whole link so
_URL_SAFE = str.maketrans("+/", "-_")
_PROOFPOINT_V2 = re.compile("https?-3A", re.IGNORECASE)
_ANY_UUID = re.compile(SHAPE)


def _in_proofpoint_v3(link: str) -> str | None:
    """The link in `/v3/__link__;replaced!!signature`. None if it has another form.

    `*` stands for the next character of `replaced`, and `**X` for the next two or more, as X says.
    """
    _, begins, rest = link.partition("/v3/__")
    inside, ends, tail = rest.rpartition("__;")
    if not (begins and ends):
        return None
    replaced = iter(_from_base64(tail.partition("!")[0]))

    def written(star: re.Match[str]) -> str:
        count = _RUNS.index(star[1]) + 2 if star[1] else 1
        return "".join(islice(replaced, count)) or star[0]

    return _STAR.sub(written, inside)


_RUNS = ascii_uppercase + ascii_lowercase + digits + "-_"
_STAR = re.compile(r"\*(?:\*([A-Za-z0-9_-]))?")


def _in_check_point(link: str) -> str | None:
    """The link in `/v2/r01/___link___.signature`, as Check Point and Avanan write it."""
    found = _CHECK_POINT.search(link)
    return link[found.end() : link.rindex("___.")] if found and "___." in link[found.end() :] else None


_CHECK_POINT = re.compile(r"/v\d/(?:r\d+/)?___")


def _from_base64(text: str) -> str:
    try:
        return urlsafe_b64decode(text + "==").decode(errors="replace")
    except ValueError:  # it is no base64, or was cut
        return ""
