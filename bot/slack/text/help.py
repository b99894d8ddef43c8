"""What `/order help` says."""

from dataclasses import dataclass
from typing import Literal

from bot.slack.constants import APP, COMMAND, MAX_ORDERS_PER_ANSWER
from bot.slack.text.orders import EXAMPLE_ID

HELP = f"""\
*{APP} shows Autoenhance orders here in Slack.* Only you see the answer, until you share it.
• `{COMMAND} {EXAMPLE_ID}`: an order by its id or link; up to {MAX_ORDERS_PER_ANSWER} at once.
• `{COMMAND} watch` and an id: I post its card in the channel, and its thread tells when it is done, fails \
or gets stuck.
• `{COMMAND} find elm street`: orders by name. `{COMMAND} list`: what is watched here. \
On a message: ⋮ → *Check orders here*.
• More: `{COMMAND} help watch`, `help ids`, `help card`, `help find`, `help share`."""

TOPICS = {
    "ids": f"""\
*What I can read.* An order ID, a link to the order, or any text with IDs or links in it:
• `{COMMAND} {EXAMPLE_ID}`
• `{COMMAND} https://app.autoenhance.ai/orders/{EXAMPLE_ID}`
• An ID that your company chose, such as `12-elm-street`, counts when it stands alone or in a link.
• Words without an ID are searched for by name.
• An ID that matches a command name, such as `help`: type `{COMMAND} show help`.""",
    "card": """\
*What a card shows.* The order's name, its state, and how many photos are done, failed and to go. Below \
that, \
which photos failed and why.
• *Watch* posts updates in a thread: if a photo fails, if it stalls, and when it's done.
• *Re-check* asks Autoenhance again and says what changed.
• *Open* opens the order in Autoenhance. Looking at an order never costs a credit.
• ⋯ has *Share in channel*, *All photos* and *Show order ID*.""",
    "watch": f"""\
*Watching.* I post the order's card here and keep it up to date. Its thread gets a post if a photo \
fails, if it \
stalls, and when it's done.
• `{COMMAND} watch {EXAMPLE_ID}`, or `{COMMAND} watch {EXAMPLE_ID} failures` for failures only.
• `{COMMAND} unwatch` and an ID, or *Stop watching* on the card. `{COMMAND} list` shows what is being watched.
• *Watch order here*, on a message: updates go to that message's thread. So does a mention, `@{APP} \
watch` and an ID.
• *I'm on it*, on a failure: tells everyone that you take care of it.
• `{COMMAND} test` checks that I can post here. `{COMMAND} settings broadcast on` posts updates to the \
channel too.""",
    "find": f"""\
*Searching.* `{COMMAND} find elm street` searches the names of your orders. So does `{COMMAND} elm street`. \
`{COMMAND} recent` shows the newest. *Show* opens an order's card. \
An admin needs to add an Autoenhance API key for this.""",
    "share": f"""\
*Sharing.* ⋯ → *Share in channel* posts the card for everyone here, and anyone can press *Re-check*. \
I need to be in the channel: type `/invite @{APP}`.
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


SUBCOMMANDS = (
    Subcommand("find", "[words]", "orders by name"),
    Subcommand("recent", "", "the newest orders"),
    Subcommand(
        "watch", "[id] [failures]", "a thread here is told when it is done, fails or gets stuck", "order"
    ),
    Subcommand("unwatch", "[id]", "stop watching it here", "order"),
    Subcommand("list", "", "what is watched here"),
    Subcommand("test", "", "post as a watch would, and say what does not work"),
    Subcommand(
        "settings",
        "broadcast | unfurl, on | off",
        "show notices in the channel too; draw small cards below links",
        ("broadcast on", "broadcast off", "unfurl on", "unfurl off"),
    ),
    Subcommand("show", "[id]", "an order whose id is one of these words", "order"),
    Subcommand("help", "[word]", "help, with examples", tuple(TOPICS)),
)
"""What a person may type after the command, with a few words about each."""


def help_on(word: str) -> str:
    return TOPICS.get(word.lower().strip("`*_"), HELP)
