"""The part of a card that says which photos failed and why, and which were processed unlike the rest."""

from collections.abc import Sequence

from bot.orders.progress import Failure, OddSetting
from bot.slack import blocks, words
from bot.slack.blocks import Block, code, escape, fit, one_line

NAME = 80  # characters of a file's name
REASON = 200
ODD_NAMED = 3


def _cut(failures: Sequence[Failure], most: int) -> tuple[list[tuple[str, list[str]]], int]:
    """The first `most` names by reason, and how many were left out."""
    kept: list[tuple[str, list[str]]] = []
    room = most
    for failure in failures:
        if room == 0:
            break
        kept.append((_reason(failure), [fit(one_line(name), NAME) for name in failure.names[:room]]))
        room -= len(kept[-1][1])
    return kept, sum(len(failure.names) for failure in failures) - (most - room)


def _reason(failure: Failure) -> str:
    return fit(one_line(failure.reason), REASON) or "no reason given"


def _more(left: int) -> str:
    return f"and {left:,} more; see Show photos" if left else ""


def failures_block(failures: Sequence[Failure], most: int) -> list[Block]:
    """In rich_text, which Slack does not parse: names and reasons are foreign."""
    kept, left = _cut(failures, most)
    if not kept:
        return []
    lines = []
    for reason, names in kept:
        runs = [run for name in names for run in (blocks.rich(name, "code"), blocks.rich(", "))][:-1]
        lines.append([blocks.rich(reason, "bold"), blocks.rich(": "), *runs])
    tail = [blocks.rich_line(blocks.rich(_more(left), "italic"))] if left else []
    return [blocks.rich_text(blocks.rich_list(lines), *tail)]


def failures_text(failures: Sequence[Failure], most: int) -> str:
    kept, left = _cut(failures, most)
    said = [f"{escape(reason)}: {', '.join(code(name) for name in names)}" for reason, names in kept]
    return f"{'; '.join([*said, *([_more(left)] if left else [])])}." if said else ""


def odd_settings(odd: Sequence[OddSetting]) -> str:
    """One sentence for each setting in which photos differ; empty when all were processed alike."""
    return "\n".join(_odd(setting) for setting in odd)


def _odd(setting: OddSetting) -> str:
    said = [f"{code(value, 40)} for {_named(names)}" for value, names in setting.odd]
    label = words.SETTINGS.get(setting.setting, setting.setting)
    return f":warning: *{label}* differs: {', '.join(said[:3])}; the others have {code(setting.usual, 40)}."


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(code(name, NAME) for name in names[:ODD_NAMED])
    left = len(names) - ODD_NAMED
    return f"{shown} and {left:,} more" if left > 0 else shown
