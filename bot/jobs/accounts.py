"""What members ask for about the Autoenhance accounts that they connect.

No job holds a key as it was typed. The listener seals it before the job is recorded.
"""

from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import Field

from bot.jobs.requests import HomeTab, Request, View
from bot.orders.base import frozen


class AccountPart(StrEnum):
    """What the owner of an account can open: an entry of its menu."""

    CHANNELS = "channels"
    KEY = "key"
    WEBHOOK = "webhook"
    HAND_OVER = "hand_over"
    DISCONNECT = "disconnect"


@frozen
class AccountRequest(Request):
    """About one account. `account_id` is from a button or a modal, so its row says who may do this."""

    account_id: str

    @property
    def lock(self) -> str:
        """A job in a modal waits for that modal alone. A change waits for earlier changes of the account."""
        return super().lock if isinstance(self.place, View) else f"account:{self.team_id}:{self.account_id}"


@frozen
class KeyRequest(AccountRequest):
    """With a key that is sealed for this account. No other job waits while it waits for Autoenhance."""

    sealed_key: str = Field(repr=False)

    @property
    def lock(self) -> str:
        return self.key


@frozen
class ConnectAccount(KeyRequest):
    """Store a new account, if Autoenhance accepts its key. The asker is its owner."""

    kind: Literal["connect_account"] = "connect_account"
    name: str


@frozen
class ReplaceAccountKey(KeyRequest):
    """Use another key from now on, if Autoenhance accepts it."""

    kind: Literal["replace_account_key"] = "replace_account_key"


@frozen
class ShowAccount(AccountRequest):
    """Show the owner this part of the account in the modal that is already open."""

    kind: Literal["show_account"] = "show_account"
    part: AccountPart


@frozen
class ShareAccount(AccountRequest):
    """Let its orders be searched in these channels alone, or everywhere."""

    kind: Literal["share_account"] = "share_account"
    channels: tuple[str, ...] = ()
    everywhere: bool = False


@frozen
class HandOverAccount(AccountRequest):
    """Make this person the owner."""

    kind: Literal["hand_over_account"] = "hand_over_account"
    to: str


@frozen
class DisconnectAccount(AccountRequest):
    """Delete the account with its key."""

    kind: Literal["disconnect_account"] = "disconnect_account"


@frozen
class NoteOnHome(Request):
    """Say on the asker's Home tab what became of an earlier job, and in a direct message too if it `failed`.

    A job of its own: while Slack does not take it, the earlier job is done and is not done again.
    """

    withdrawable: ClassVar[bool] = True
    kind: Literal["note_on_home"] = "note_on_home"
    sentence: str
    failed: bool = False

    @classmethod
    def of(cls, job: AccountRequest, sentence: str, *, failed: bool = False) -> Self:
        """One for each job, however often that is done."""
        key, place = f"{job.key}:note", HomeTab()
        return cls(
            key=key,
            reference=job.reference,
            asker=job.asker,
            place=place,
            sentence=sentence,
            failed=failed,
        )


KEY_KINDS = (ConnectAccount.kind, ReplaceAccountKey.kind)
"""The jobs whose content has a sealed key."""
