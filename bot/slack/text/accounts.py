"""Sentences about Autoenhance accounts. A key is never in one, only its last characters."""

from collections.abc import Sequence

from bot.accounts.models import Account
from bot.core import errors
from bot.jobs.accounts import AccountPart
from bot.slack.blocks import code, escape, fit, one_line, when
from bot.slack.constants import APP
from bot.slack.text.notices import at_the_start
from bot.slack.text.refusals import waited

MAX_NAME_CHARACTERS = 40
MAX_KEY_CHARACTERS = 200
MAX_ACCOUNTS = 20  # that members of one workspace connect
MAX_CHANNELS_NAMED = 5
MARK = ":warning:"

# On the Home tab

ACCOUNTS = "Autoenhance accounts"
CONNECT = "Connect an Autoenhance account"
DEFAULT = "Default account"
NO_ACCOUNTS = "No account is connected yet. With one, people here can search its orders by name."
NO_RING = (
    "To connect more accounts, an admin needs to set `ENCRYPTION_KEYS`. "
    "`python app.py keys new` makes a value for it."
)
MENU = {
    AccountPart.CHANNELS: "Channels",
    AccountPart.KEY: "Replace key",
    AccountPart.WEBHOOK: "Webhook",
    AccountPart.HAND_OVER: "Hand over",
    AccountPart.DISCONNECT: "Disconnect",
}


def named(account: Account) -> str:
    if account.is_default:
        return f"*{DEFAULT}*"
    return f"*{escape(fit(one_line(account.name), MAX_NAME_CHARACTERS)).replace('*', '∗')}*"


def owned(account: Account) -> str:
    """Whose it is, and the last characters of its key. On a Home tab, a mention notifies nobody."""
    owner = "Set by an admin" if account.is_default else f"Owner: <@{account.owner}>"
    return f"{owner} · Key ends in {code(account.hint)}" if account.hint else owner


def searched(account: Account, viewer: str) -> str:
    """Where its orders may be searched."""
    if account.everywhere:
        return "Searched in every channel."
    if account.channels:
        return f"Searched in {_channels(sorted(account.channels))}."
    if account.owner == viewer:
        return f"Searched only by you. To share it, choose *{MENU[AccountPart.CHANNELS]}*."
    return f"Searched only by <@{account.owner}>."


def used(account: Account) -> str:
    """When it was last searched. Empty for the default account: nobody counts that."""
    if account.is_default:
        return ""
    return f"Last used {when(account.used_at)}." if account.used_at else "Not used yet."


def _channels(channels: Sequence[str]) -> str:
    named = [f"<#{each}>" for each in channels[:MAX_CHANNELS_NAMED]]
    named += [f"{len(channels) - MAX_CHANNELS_NAMED} more"] if len(channels) > MAX_CHANNELS_NAMED else []
    return f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]


def refused(account: Account, viewer: str) -> str:
    """Autoenhance no longer accepts its key."""
    since = f" since {when(account.refused_at)}" if account.refused_at else ""
    return f"{MARK} Autoenhance has rejected this key{since}. {_replace(account, viewer)}"


def unreadable(account: Account, viewer: str) -> str:
    """No key of ENCRYPTION_KEYS opens its key."""
    return f"{MARK} I can't read this key any more. {_replace(account, viewer)}"


def _replace(account: Account, viewer: str) -> str:
    mine = account.owner == viewer
    return f"Choose *{MENU[AccountPart.KEY]}*." if mine else f"Ask <@{account.owner}> to replace it."


# Modals

CONNECT_TITLE = "Connect an account"
NAME_FIELD, NAME_HINT = "Name", "People see it beside its orders, such as the name of the studio."
NAME_EXAMPLE = "Elm Studio"
KEY_FIELD = "API key"
KEY_HINT = (
    "From app.autoenhance.ai, under settings, account. "
    "It is kept encrypted. People see its last 4 characters, and nothing else of it."
)
KEY_EXAMPLE = "Paste the key here"
CONNECT_SUBMIT, REPLACE_SUBMIT, SAVE, HAND_OVER_SUBMIT, DISCONNECT_SUBMIT = (
    "Connect",
    "Replace",
    "Save",
    "Hand over",
    "Disconnect",
)
CHANNELS_FIELD = "Channels"
CHANNELS_HINT = "People there can search this account's orders by name. Without a channel, only you can."
EVERYWHERE_FIELD, EVERYWHERE = "Everywhere", "Every channel, and everyone's direct messages with me"
OWNER_FIELD = "New owner"
OWNER_HINT = "They alone can change the account then. The key stays. They get a direct message."
OPENING = "Opening…"
WEBHOOK = "Webhook"


def webhook(path: str, value: str) -> str:
    """What to enter in Autoenhance. The value is for the owner's eyes alone."""
    return (
        "With a webhook, Autoenhance tells me at once when a photo is done. "
        "In app.autoenhance.ai, under settings, enter for the webhook:\n\n"
        f"*URL:* your {APP} address, such as `https://orders.example.com`, then\n{code(path)}\n\n"
        f"*Authentication value:*\n{code(value, MAX_KEY_CHARACTERS)}\n\n"
        "Your admin knows the address. Keep the value to yourself: only you see it, and only here."
    )


UNREADABLE_WEBHOOK = (
    "I can't read this account's webhook any more. Disconnect the account and connect it again for a new one."
)


REALLY_DISCONNECT = (
    "I'll delete its key and everything else I keep about this account. "
    "Its orders can't be searched by name any more. Watches go on. In Autoenhance, nothing changes."
)


# Below a field. There is no markup there.

NO_NAME = "Enter a name, such as the name of the studio."
LONG_NAME = f"That name is too long. Use at most {MAX_NAME_CHARACTERS} characters."
NO_KEY = "Paste the API key."
LONG_KEY = f"That's too long for an API key. Paste the key alone: at most {MAX_KEY_CHARACTERS} characters."
KEY_CHARACTERS = "A key has no spaces and only letters, digits and signs such as - or _. Copy it again."
NO_RING_FIELD = "An admin needs to set ENCRYPTION_KEYS first."
NO_OWNER = "Choose a person."

# What became of it. Notes on the Home tab, and direct messages


def is_connected(account: Account) -> str:
    ends = f" Its key ends in {code(account.hint)}." if account.hint else ""
    return (
        f"Connected {named(account)}.{ends} You can search its orders now, in a direct message to {APP}. "
        f"To let a channel search them, choose *{MENU[AccountPart.CHANNELS]}* in its menu below."
    )


def is_replaced(account: Account, hint: str) -> str:
    ends = f" It ends in {code(hint)}." if hint else ""
    return f"{named(account)} has a new key.{ends}"


def has_newer_key(account: Account) -> str:
    """Autoenhance answered about the older of two keys after the newer one was stored."""
    return (
        f"{named(account)} got a newer key meanwhile, so I kept that one. It ends in {code(account.hint)}. "
        f"To use the other one, choose *{MENU[AccountPart.KEY]}* again."
    )


def is_shared(account: Account, viewer: str) -> str:
    return f"Saved. {named(account)}: {searched(account, viewer)}"


def is_handed_over(account: Account, to: str) -> str:
    return f"{named(account)} belongs to <@{to}> now."


def is_yours(account: Account, giver: str) -> str:
    """For the new owner."""
    return (
        f"{at_the_start(giver)} handed the Autoenhance account {named(account)} over to you. "
        "You decide now in which channels its orders can be searched. Open my *Home* tab to see it."
    )


DISCONNECTED = "Disconnected. The key and everything else about the account are deleted."


def is_disconnected(account: Account) -> str:
    return f"Disconnected {named(account)}. Its key and everything else about it are deleted."


NO_SUCH_ACCOUNT = "This account isn't connected any more. Open my *Home* tab again for those that are."
MANY_ACCOUNTS = (
    f"There are {MAX_ACCOUNTS} connected accounts already, the most that one workspace can have. "
    "Ask the owner of one that isn't used any more to disconnect it."
)


def name_taken(name: str) -> str:
    return f"There is an account named {_quoted(name)} already. Connect yours again with another name."


def not_yours(account: Account) -> str:
    return f"Only <@{account.owner}> can change {named(account)}. Ask them to do it, or to hand it over."


def not_reachable(account: Account, to: str) -> str:
    return f"I couldn't send <@{to}> a message, so {named(account)} stays yours. Choose another person."


def not_answering(name: str) -> str:
    return (
        f"Autoenhance isn't responding, so I can't check the key of {_quoted(name)} yet. "
        "I'll keep trying and show the result here."
    )


def not_accepted(error: Exception, name: str, minutes: int) -> str:
    """Why a key was not stored, and what to do."""
    kept = f"I didn't save the key of {_quoted(name)}"
    match error:
        case errors.KeyRefused():
            return (
                f"Autoenhance rejected the key of {_quoted(name)}, so I didn't save it. "
                "Copy it again from app.autoenhance.ai, under settings, account."
            )
        case errors.TryLater() if minutes:
            return f"{kept}, because Autoenhance didn't respond for {waited(minutes)}. Try again later."
        case errors.TryLater():
            return f"{kept}, because Autoenhance isn't responding. Try again in a few minutes."
        case errors.KeyUnreadable():
            return f"{kept}, because an admin changed `ENCRYPTION_KEYS` meanwhile. Enter it again."
        case _:
            return (
                f"{kept}, because Autoenhance's answer isn't what I expect. "
                "Ask an admin to run `python app.py check`."
            )


def _quoted(name: str) -> str:
    return f"“{escape(fit(one_line(name), MAX_NAME_CHARACTERS))}”"
