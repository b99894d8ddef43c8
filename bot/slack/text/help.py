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
*What I can read.* An id, a link to the order in Autoenhance, or a sentence with ids or links in it:
• `{COMMAND} {EXAMPLE_ID}`
• `{COMMAND} https://app.autoenhance.ai/orders/{EXAMPLE_ID}`
• An id of your own making, such as `12-elm-street`, only when it stands alone or in a link.
• An id that is also one of my words, such as `help`: `{COMMAND} show help`.""",
    "card": """\
*What a card says.* The mark and the word are the order's state; below it how many photos are done, failed \
and waiting, and which failed and why.
• *Paid downloads* counts the photos that were bought; looking costs nothing.
• *Watch*: a thread in this channel is told when it is done, fails or gets stuck.
• *Re-check* asks Autoenhance again and says what changed since the card was drawn.
• ⋯ holds *Share in channel*, *Show photos* and *Copy id*.""",
    "watch": f"""\
*Watching.* The order's card is posted here and kept up to date; its thread is told of the first failure, \
of getting stuck and of the end, once each.
• `{COMMAND} watch {EXAMPLE_ID}`, or `{COMMAND} watch {EXAMPLE_ID} failures` for failures only.
• `{COMMAND} unwatch` and an id, or *Stop watching* on the card. `{COMMAND} list` shows what is watched.
• *Watch order here*, on a message: its thread becomes the order's home.
• `{COMMAND} test` posts as a watch would. `{COMMAND} settings broadcast on` shows notices \
in the channel too.""",
    "find": f"""\
*Searching.* `{COMMAND} find elm street` looks for the words in the names of your orders; \
`{COMMAND} recent` lists the newest. A button beside each opens its card. \
Both need an Autoenhance API key, which an admin sets.""",
    "share": f"""\
*Sharing.* ⋯ → *Share in channel* posts the card where everybody sees it; \
anybody there can press *Re-check*. I must be in the channel: type `/invite @{APP}`.
• `{COMMAND} settings unfurl on`: a link to an order that somebody pastes here gets a small card. \
In channels shared with another company I show no orders.""",
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
