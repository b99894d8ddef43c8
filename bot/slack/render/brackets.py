"""The part of a card about the brackets of an order."""

from bot.orders.brackets import BracketFacts, Names
from bot.slack.blocks import code
from bot.slack.text import brackets as bracket_text
from bot.slack.text import orders as order_text

MAX_NAME_CHARACTERS = 40  # five of them stay a few lines on a phone


def bracket_lines(facts: BracketFacts | None) -> str:
    """What is odd about the brackets, a line each. Empty if nothing is, or nothing is known."""
    if facts is None:
        return ""
    single, unfinished = facts.single, facts.unfinished
    lines = [
        bracket_text.single_brackets(_named(single), single.count) if single.first else "",
        bracket_text.unfinished_uploads(_named(unfinished), unfinished.count) if unfinished.count else "",
    ]
    return "\n".join(filter(None, lines))


def bracket_count(facts: BracketFacts | None) -> str:
    """How many brackets there are. Empty where that says no more than the number of photos."""
    return bracket_text.counted(facts.total, facts.photos) if facts and facts.total > facts.photos else ""


def _named(names: Names) -> str:
    """The names. Foreign text: each becomes a code span. Empty if no file has a name."""
    shown, left = [code(name, MAX_NAME_CHARACTERS) for name in names.first], names.count - len(names.first)
    if left and shown:
        return f"{', '.join(shown)} {order_text.more_failures(left, '')}"
    return ", ".join(shown)
