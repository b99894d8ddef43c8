"""Autoenhance accounts on the Home tab, and the modals of their owners. Data in, dicts out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.accounts.models import Account
from bot.jobs.accounts import AccountPart
from bot.slack import blocks, constants
from bot.slack.blocks import Block
from bot.slack.text import accounts as account_text
from bot.slack.text import orders as order_text

BLOCK = "account:"  # before the account's ID


@dataclass(frozen=True)
class Listed:
    """`readable`: whether a key of ENCRYPTION_KEYS opens its key."""

    account: Account
    readable: bool


def accounts_part(found: Sequence[Listed], viewer: str, *, may_connect: bool) -> list[Block]:
    """The accounts, each with a menu for its owner, and the button to connect one or why there is none."""
    drawn = [blocks.divider(), blocks.header(account_text.ACCOUNTS)]
    drawn += [_row(each, viewer) for each in found]
    if not may_connect:
        return [*drawn, blocks.section(account_text.NO_RING)]
    if not found:
        drawn.append(blocks.section(account_text.NO_ACCOUNTS))
    return [*drawn, blocks.actions("connect", blocks.button(account_text.CONNECT, constants.CONNECT))]


def _row(listed: Listed, viewer: str) -> Block:
    account = listed.account
    lines = [account_text.named(account), account_text.owned(account)]
    if not listed.readable:
        lines.append(account_text.unreadable(account, viewer))
    elif account.refused_at:
        lines.append(account_text.refused(account, viewer))
    lines.append(f"{account_text.searched(account, viewer)} {account_text.used(account)}".strip())
    mine = not account.is_default and account.owner == viewer
    row = blocks.section("\n".join(lines), accessory=_menu() if mine else None)
    return row | {"block_id": f"{BLOCK}{account.account_id}"}


def _menu() -> Block:
    options = [(words, str(part), "") for part, words in account_text.MENU.items()]
    return blocks.overflow(constants.ACCOUNT_MENU, options)


def connect() -> Block:
    """The modal for a new account."""
    name = blocks.text_input(
        constants.ASK_BLOCK,
        constants.ACCOUNT_NAME,
        account_text.NAME_FIELD,
        hint=account_text.NAME_HINT,
        placeholder=account_text.NAME_EXAMPLE,
    )
    return blocks.modal(
        account_text.CONNECT_TITLE,
        [name, _key_field(constants.ACCOUNT_KEY, focus=False)],
        callback_id=constants.CONNECT_ACCOUNT,
        submit=account_text.CONNECT_SUBMIT,
        close=order_text.CANCEL,
    )


def _key_field(block_id: str, *, focus: bool) -> Block:
    return blocks.text_input(
        block_id,
        constants.ACCOUNT_KEY,
        account_text.KEY_FIELD,
        hint=account_text.KEY_HINT,
        placeholder=account_text.KEY_EXAMPLE,
        focus=focus,
    )


def opening() -> Block:
    """What a modal shows until the account is read."""
    return blocks.modal(
        account_text.ACCOUNTS, [blocks.section(account_text.OPENING)], callback_id=constants.ACCOUNT
    )


def form(account: Account, wanted: AccountPart) -> Block:
    """The modal of an entry of the account's menu. The account's ID is in its `private_metadata`."""
    callback_id, submit, fields = _FORMS[wanted]
    view = blocks.modal(
        account_text.MENU[wanted],
        [_name(account), *fields(account)],
        callback_id=callback_id,
        submit=submit,
        close=order_text.CANCEL,
    )
    return view | {"private_metadata": account.account_id}


def webhook(account: Account, path: str, value: str) -> Block:
    """For the owner alone. `path` follows the bot's own address, which it does not know."""
    drawn = [_name(account), blocks.section(account_text.webhook(path, value))]
    return blocks.modal(account_text.WEBHOOK, drawn, callback_id=constants.ACCOUNT)


def answer(account: Account, sentence: str) -> Block:
    """Why a part of the account cannot be shown."""
    drawn = [_name(account), blocks.section(sentence)]
    return blocks.modal(account_text.ACCOUNTS, drawn, callback_id=constants.ACCOUNT)


def _name(account: Account) -> Block:
    return blocks.section(account_text.named(account))


def _channels(account: Account) -> list[Block]:
    return [
        blocks.channels_input(
            constants.ASK_BLOCK,
            constants.ACCOUNT_CHANNELS,
            account_text.CHANNELS_FIELD,
            sorted(account.channels),
            hint=account_text.CHANNELS_HINT,
        ),
        blocks.box_input(
            constants.ACCOUNT_EVERYWHERE,
            constants.ACCOUNT_EVERYWHERE,
            account_text.EVERYWHERE_FIELD,
            account_text.EVERYWHERE,
            checked=account.everywhere,
        ),
    ]


def _key(_account: Account) -> list[Block]:
    return [_key_field(constants.ASK_BLOCK, focus=True)]


def _owner(_account: Account) -> list[Block]:
    return [
        blocks.person_input(
            constants.ASK_BLOCK,
            constants.ACCOUNT_OWNER,
            account_text.OWNER_FIELD,
            hint=account_text.OWNER_HINT,
        )
    ]


def _warning(_account: Account) -> list[Block]:
    return [blocks.section(account_text.REALLY_DISCONNECT)]


_FORMS: dict[AccountPart, tuple[str, str, Callable[[Account], list[Block]]]] = {
    AccountPart.CHANNELS: (constants.SHARE_ACCOUNT, account_text.SAVE, _channels),
    AccountPart.KEY: (constants.REPLACE_KEY, account_text.REPLACE_SUBMIT, _key),
    AccountPart.HAND_OVER: (constants.HAND_OVER, account_text.HAND_OVER_SUBMIT, _owner),
    AccountPart.DISCONNECT: (constants.DISCONNECT, account_text.DISCONNECT_SUBMIT, _warning),
}
"""By part: the callback_id, the submit button, and what is in the modal."""
