"""The part of a card about photos that failed, and photos with other settings than the rest."""

import re
from collections.abc import Sequence

from bot.orders.progress import Failure, OddPhotos
from bot.slack import blocks
from bot.slack.blocks import Block, code, escape, fit, one_line
from bot.slack.text import orders as order_text

MAX_NAME_CHARACTERS = 80  # of a file's name
MAX_REASON_CHARACTERS = 200
MAX_VALUE_CHARACTERS = 40  # of a setting's value
MAX_ODD_PHOTOS_NAMED = 3
MAX_ODD_GROUPS = 5
MAX_REASONS = 10
_PLAIN = re.compile(r"[A-Za-z0-9.]+")  # nothing in it is markup

_Named = tuple[str, int, list[str]]  # a reason, its number of photos, and the first of their names


def _cut(failures: Sequence[Failure], max_names: int) -> list[_Named]:
    """Each reason with its first names. `max_names` names in all, shared out evenly among the reasons.

    At most MAX_REASONS reasons.
    """
    shares = [0] * min(len(failures), MAX_REASONS)
    while sum(shares) < max_names and any(map(_has_more, failures, shares)):
        for index, failure in enumerate(failures[:MAX_REASONS]):
            if sum(shares) < max_names and _has_more(failure, shares[index]):
                shares[index] += 1
    return [
        (
            _reason(failure),
            len(failure.names),
            [fit(one_line(name), MAX_NAME_CHARACTERS) for name in failure.names[:share]],
        )
        for failure, share in zip(failures, shares, strict=False)
    ]


def _has_more(failure: Failure, share: int) -> bool:
    return share < len(failure.names)


def _reason(failure: Failure) -> str:
    if failure.reason == "expired":
        return order_text.EXPIRED
    return fit(one_line(failure.reason), MAX_REASON_CHARACTERS) or order_text.NO_REASON


def _left(failures: Sequence[Failure], cut: Sequence[_Named], where: str) -> str:
    """How many photos are not named. Empty if all are."""
    left = sum(len(failure.names) for failure in failures) - sum(len(names) for _, _, names in cut)
    return order_text.more_failures(left, where) if left else ""


def failures_block(failures: Sequence[Failure], max_names: int, where: str) -> list[Block]:
    """As rich_text, which Slack does not parse, because names and reasons are foreign text.

    `max_names` is the number of names. `where` says where the other names are.
    """
    cut = _cut(failures, max_names)
    if not cut:
        return []
    tail = [blocks.rich_line(blocks.rich(left, "italic"))] if (left := _left(failures, cut, where)) else []
    return [blocks.rich_text(blocks.rich_list([_line(*named) for named in cut]), *tail)]


def _line(reason: str, count: int, names: Sequence[str]) -> list[Block]:
    label = reason + _count(count, names)
    return (
        [blocks.rich(f"{label}: ", "bold"), blocks.rich(", ".join(names))]
        if names
        else [blocks.rich(label, "bold")]
    )


def _count(count: int, names: Sequence[str]) -> str:
    """The number of photos. Empty if all are named."""
    return f" ({count:,})" if count > len(names) else ""


def failures_text(failures: Sequence[Failure], max_names: int, where: str) -> str:
    """The same in words. Expired photos did not fail, so they get a sentence of their own."""
    cut = [named for named in _cut(failures, max_names) if named[2]]
    parts = {
        order_text.FAILED: [_in_words(named) for named in cut if named[0] != order_text.EXPIRED],
        order_text.EXPIRED: [
            ", ".join(map(escape, named[2])) for named in cut if named[0] == order_text.EXPIRED
        ],
    }
    said = [f"{label}: {', '.join(names)}." for label, names in parts.items() if names]
    left = _left(failures, cut, where) if cut else ""
    return " ".join([*said, *([f"{left[:1].upper()}{left[1:]}."] if left else [])])


def _in_words(named: _Named) -> str:
    reason, _, names = named
    return f"{', '.join(map(escape, names))} ({escape(reason)})"


def odd_settings(odd: Sequence[OddPhotos]) -> str:
    """A line for each group of photos with other settings. Empty if all have the same settings."""
    lines = [
        order_text.odd_photos(
            [
                order_text.differs(name, _value(value), _value(usual))
                for name, value, usual in group.differences
            ],
            _named(group.names),
        )
        for group in odd[:MAX_ODD_GROUPS]
    ]
    left = len(odd) - MAX_ODD_GROUPS
    return "\n".join([*lines, *([order_text.more_odd(left)] if left > 0 else [])])


def _value(value: str) -> str:
    """A setting's value for mrkdwn, in words where its words are known."""
    known = order_text.VALUES.get(value) or (value if _PLAIN.fullmatch(value) else "")
    return fit(known, MAX_VALUE_CHARACTERS) or code(value, MAX_VALUE_CHARACTERS)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(code(name, MAX_NAME_CHARACTERS) for name in names[:MAX_ODD_PHOTOS_NAMED])
    left = len(names) - MAX_ODD_PHOTOS_NAMED
    return f"{shown} and {left:,} more" if left > 0 else shown
