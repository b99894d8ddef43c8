"""The part of a card about photos that failed, and photos with other settings than the rest."""

from collections.abc import Sequence

from bot.orders.progress import Failure, OddSetting
from bot.slack import blocks
from bot.slack.blocks import Block, code, escape, fit, one_line
from bot.slack.text import orders as order_text

MAX_NAME_CHARACTERS = 80  # of a file's name
MAX_REASON_CHARACTERS = 200
MAX_VALUE_CHARACTERS = 40  # of a setting's value
MAX_ODD_PHOTOS_NAMED = 3
MAX_ODD_GROUPS = 5
MAX_REASONS = 10

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
    named = [run for name in names for run in (blocks.rich(", "), blocks.rich(name, "code"))][1:]
    return [
        blocks.rich(reason + _count(count, names), "bold"),
        *([blocks.rich(": "), *named] if named else []),
    ]


def _count(count: int, names: Sequence[str]) -> str:
    """The number of photos. Empty if all are named."""
    return f" ({count:,})" if count > len(names) else ""


def failures_text(failures: Sequence[Failure], max_names: int, where: str) -> str:
    cut = _cut(failures, max_names)
    parts = [
        f"{escape(reason)}{_count(count, names)}: {', '.join(code(name) for name in names)}"
        for reason, count, names in cut
        if names
    ]
    return f"{'; '.join(filter(None, [*parts, _left(failures, cut, where)]))}." if parts else ""


def odd_settings(odd: Sequence[OddSetting]) -> str:
    """A line for each group of photos with other settings. Empty if all have the same settings."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for setting in odd:
        label = order_text.SETTINGS.get(setting.setting, setting.setting)
        for value, names in setting.odd:
            groups.setdefault(names, []).append(
                order_text.differs(
                    label, code(value, MAX_VALUE_CHARACTERS), code(setting.usual, MAX_VALUE_CHARACTERS)
                )
            )
    return "\n".join(
        order_text.odd_photos(_named(names), len(names), differences)
        for names, differences in list(groups.items())[:MAX_ODD_GROUPS]
    )


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(code(name, MAX_NAME_CHARACTERS) for name in names[:MAX_ODD_PHOTOS_NAMED])
    left = len(names) - MAX_ODD_PHOTOS_NAMED
    return f"{shown} and {left:,} more" if left > 0 else shown
