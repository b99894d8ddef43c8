"""What `/order help` says."""

from dataclasses import dataclass
from typing import Literal

from bot.slack.blocks import quoted
from bot.slack.constants import APP, COMMAND, MAX_ORDERS_PER_ANSWER
from bot.slack.text.orders import EXAMPLE_ID

ONLY_YOU = f" Only you see the answer to `{COMMAND}`, until you share it."
HELP = f"""\
*{APP} shows Autoenhance orders in Slack.*{ONLY_YOU}
• `{COMMAND} {EXAMPLE_ID}` shows an order. A link works too. `{COMMAND} elm street` searches by name.
• `{COMMAND} watch {EXAMPLE_ID}` posts the order's card where you type it, and updates in its thread. \
`{COMMAND} list` shows what is being watched.
• In a thread, type `@{APP} elm street`. Everyone there sees the answer. In a direct message to me, type \
`elm street`. On a message, use ⋮ → *Check orders here*.
• More: `{COMMAND} help watch`, `{COMMAND} help ids`, `{COMMAND} help card`, `{COMMAND} help find`, \
`{COMMAND} help share`."""
HELP_IN_CONVERSATION = HELP.replace(ONLY_YOU, "")  # for a mention or a direct message

TOPICS = {
    "ids": f"""\
*What you can type.* An order ID, a link to an order, or part of a name. Up to {MAX_ORDERS_PER_ANSWER} IDs \
or links at once:
• `{COMMAND} {EXAMPLE_ID}`
• `{COMMAND} https://app.autoenhance.ai/orders/{EXAMPLE_ID}`
• `{COMMAND} elm street` has no ID, so it searches by name.
• An ID that your company chose, such as `12-elm-street`, works on its own or in a link.
• An ID that matches a command name, such as `help`: type `{COMMAND} show help`.""",
    "card": f"""\
*What a card shows.* The order's name, its state, and how many photos are done, failed and to go. Then which \
photos failed and why.
• *Watch* posts updates in a thread: if a photo fails, if it stalls, and when it's done.
• *Re-check* asks Autoenhance again and says what changed.
• *Open* opens the order in Autoenhance. Viewing an order never costs a credit.
• ⋯ has *Share in channel*, *All photos* and *Show order ID*.
• `{COMMAND} settings pictures on` shows the photos on cards in a channel, when their orders end. *Show \
pictures* in ⋯ shows them sooner.""",
    "watch": f"""\
*Watching.* I post the order's card here and keep it up to date. I post in its thread if a photo fails, if \
it stalls, and when it's done.
• `{COMMAND} watch {EXAMPLE_ID}`. Add `failures` to be mentioned only if something fails.
• `{COMMAND} watch {EXAMPLE_ID} by 17:00`, or `by tomorrow 9am`: I also post if it may be late. \
`{COMMAND} settings timezone` changes your time zone.
• `{COMMAND} unwatch {EXAMPLE_ID}`, or *Stop watching* on the card. `{COMMAND} list` shows what is being \
watched here.
• For updates in another thread, use ⋮ → *Watch order here* on a message in it. Or type `@{APP} watch \
{EXAMPLE_ID}` there.
• *I'm on it*, on a failure, tells everyone that you're taking care of it.
• `{COMMAND} test` checks that I can post here. `{COMMAND} settings broadcast on` also posts updates to the \
channel.""",
    "find": f"""\
*Searching.* Part of a word is enough.
• `{COMMAND} find elm street` searches the names of your orders. So does `{COMMAND} elm street`.
• `{COMMAND} recent` shows the newest orders.
• *Show* shows an order's card.
• Searching needs an Autoenhance API key. An admin adds one, or you connect your account on my Home tab.""",
    "share": f"""\
*Sharing.* ⋯ → *Share in channel* posts the card for everyone here, and anyone can press *Re-check*.
• I need to be in the channel: type `/invite @{APP}`.
• `{COMMAND} settings unfurl on` adds a small card below links to orders.
• I don't show orders in channels that are shared with another company.""",
}


@dataclass(frozen=True)
class Subcommand:
    """A subcommand. `takes`: what may follow, as "order", as a list of words, or empty."""

    word: str
    usage: str
    says: str
    takes: Literal["order"] | tuple[str, ...] = ()


_SETTINGS = ("broadcast", "unfurl", "pictures", "brackets", "expiry", "forecast")
SUBCOMMANDS = (
    Subcommand("find", "[name]", "Search orders by name"),
    Subcommand("recent", "", "Show the newest orders"),
    Subcommand(
        "watch",
        "[id] [failures] [by 17:00]",
        "Post an order's card here and get updates in its thread",
        "order",
    ),
    Subcommand("unwatch", "[id]", "Stop watching an order", "order"),
    Subcommand("list", "", "Show what is being watched here"),
    Subcommand("test", "", "Check that I can post here"),
    Subcommand(
        "settings",
        "broadcast | unfurl | pictures | brackets | expiry | forecast, on | off",
        "Post updates to the channel, add cards below links, or choose what cards show",
        (*(f"{name} {turn}" for name in _SETTINGS for turn in ("on", "off")), "timezone", "timezone off"),
    ),
    Subcommand("show", "[id]", "Look up an ID that matches a command name", "order"),
    Subcommand("help", "[topic]", "Get help, with examples", tuple(TOPICS)),
)
"""What a person may type after the command, with a few words about each."""


def help_on(word: str, *, in_conversation: bool = False) -> str:
    """The general help without a topic. It says so of a word that is none.

    `in_conversation`: for a mention or a direct message.
    """
    general = HELP_IN_CONVERSATION if in_conversation else HELP
    topic = word.lower().strip("`*_")
    if not topic:
        return general
    return TOPICS.get(topic) or f"There's no help on {quoted(topic)}.\n\n{general}"
