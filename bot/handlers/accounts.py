"""Members' Autoenhance accounts: connects, shares, hands over and disconnects them.

Who may do that is read from the account's row, never from what was clicked. A modal that was submitted is
closed. So what became of it is said on the Home tab, and in a direct message too where it failed. A job of
its own says that, because a change must not be made again while Slack does not take the sentence.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from pydantic import SecretStr

from bot.accounts.models import DEFAULT_ACCOUNT, Account, key_hint
from bot.autoenhance.client import Autoenhance
from bot.core.errors import (
    AutoenhanceError,
    DatabaseFailed,
    Gone,
    KeyUnreadable,
    SlackBusy,
    SlackError,
    TryLater,
    Unconfirmed,
)
from bot.handlers.outages import Retries
from bot.handlers.overviews import Overviews
from bot.jobs.accounts import (
    AccountPart,
    AccountRequest,
    ConnectAccount,
    DisconnectAccount,
    HandOverAccount,
    KeyRequest,
    NoteOnHome,
    ReplaceAccountKey,
    ShareAccount,
    ShowAccount,
)
from bot.jobs.models import Job, ShowHome
from bot.jobs.outcomes import Retry
from bot.jobs.requests import View
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.blocks import Block
from bot.slack.render import accounts as drawn
from bot.slack.render import cards
from bot.slack.text import accounts as account_text
from bot.storage.accounts import Accounts, StoredAccount
from bot.storage.jobs import JobStore
from bot.storage.keyring import KEY, WEBHOOK, KeyRing

WEBHOOK_PATH = "/autoenhance/webhook/"


@dataclass(frozen=True)
class AccountCommands:
    accounts: Accounts
    ring: KeyRing | None
    autoenhance: Autoenhance
    overviews: Overviews
    job_store: JobStore
    record: Callable[[Job], Awaitable[Any]]  # records a job, which then outlives this attempt
    sender: Sender
    responder: Responder
    retries: Retries
    now: Callable[[], datetime]

    async def connect(self, job: ConnectAccount, attempt: int) -> None:
        """Stores the account once Autoenhance has accepted its key. A repeat stores nothing more."""
        if attempt > 1 and (stored := await self.accounts.one(job.team_id, job.account_id)):
            await self._note(job, account_text.is_connected(stored.account))
            return
        if refusal := await self._refusal(job):
            await self._fail(job, refusal)
            return
        if key := await self._checked_key(job, job.name, attempt):
            account = Account(
                team_id=job.team_id,
                account_id=job.account_id,
                name=job.name,
                owner=job.asker.user_id,
                hint=key_hint(key.get_secret_value()),
                connected_at=self.now(),
            )
            if await self.accounts.connect(self._with_webhook(account, job.sealed_key)):
                await self._note(job, account_text.is_connected(account))
            else:  # stored meanwhile
                await self._fail(job, account_text.name_taken(job.name))

    async def replace_key(self, job: ReplaceAccountKey, attempt: int) -> None:
        """An older key never takes the place of a newer one, however long Autoenhance took."""
        if not (stored := await self._owned(job)):
            return
        account = stored.account
        if attempt > 1 and stored.sealed_key == job.sealed_key:
            await self._note(job, account_text.is_replaced(account, account.hint))
            return
        if key := await self._checked_key(job, account.name, attempt):
            hint, asker = key_hint(key.get_secret_value()), job.asker
            if await self.accounts.replace_key(
                job.team_id, job.account_id, job.sealed_key, hint, owner=asker.user_id, asked=asker.at
            ):
                await self._note(job, account_text.is_replaced(account, hint))
            elif stored := await self._owned(job):  # it is the asker's still
                await self._fail(job, account_text.has_newer_key(stored.account))

    async def show(self, job: ShowAccount, _attempt: int) -> None:
        """Draws the modal that is already open, unless it was closed."""
        stored = await self._owned(job)
        if stored and isinstance(job.place, View):
            with suppress(Gone):
                await self.sender.update_view(job.place.view_id, self._modal(stored, job.part))

    async def share(self, job: ShareAccount, _attempt: int) -> None:
        if stored := await self._owned(job):
            everywhere, channels = job.everywhere, frozenset(job.channels)
            await self.accounts.set_channels(job.team_id, job.account_id, channels, everywhere=everywhere)
            changed = replace(stored.account, everywhere=everywhere, channels=channels)
            await self._note(job, account_text.is_shared(changed, job.asker.user_id))

    async def hand_over(self, job: HandOverAccount, attempt: int) -> None:
        """The new owner reads it first: who cannot be reached could not change the account either."""
        found = await self.accounts.one(job.team_id, job.account_id)
        if attempt > 1 and found and found.account.owner == job.to:
            await self._note(job, account_text.is_handed_over(found.account, job.to))
            return
        if not (stored := await self._owned(job)):
            return
        account = stored.account
        if job.to != account.owner:
            try:
                await self._message(job.to, account_text.is_yours(account, job.asker.name))
            except SlackBusy:
                raise
            except SlackError:
                await self._fail(job, account_text.not_reachable(account, job.to))
                return
            await self.accounts.hand_over(job.team_id, job.account_id, job.to)
        await self._note(job, account_text.is_handed_over(account, job.to))

    async def disconnect(self, job: DisconnectAccount, attempt: int) -> None:
        if attempt > 1 and await self.accounts.one(job.team_id, job.account_id) is None:
            await self._note(job, account_text.DISCONNECTED)
        elif stored := await self._owned(job):
            await self.accounts.disconnect(job.team_id, job.account_id)
            await self._note(job, account_text.is_disconnected(stored.account))

    async def _refusal(self, job: ConnectAccount) -> str:
        """Why there can be no such account, whatever its key. Empty if there can be."""
        others = [
            each.account
            for each in await self.accounts.of_team(job.team_id)
            if each.account.account_id != job.account_id
        ]
        if len(others) >= account_text.MAX_ACCOUNTS:
            return account_text.MANY_ACCOUNTS
        taken = {each.name.casefold() for each in others} | {DEFAULT_ACCOUNT}
        return account_text.name_taken(job.name) if job.name.casefold() in taken else ""

    async def _owned(self, job: AccountRequest) -> StoredAccount | None:
        """The account, if it is the asker's. None if the asker has read that it is not."""
        stored = await self.accounts.one(job.team_id, job.account_id)
        if stored and stored.account.owner == job.asker.user_id:
            return stored
        await self._fail(
            job, account_text.not_yours(stored.account) if stored else account_text.NO_SUCH_ACCOUNT
        )
        return None

    async def _checked_key(self, job: KeyRequest, name: str, attempt: int) -> SecretStr | None:
        """The key, if Autoenhance accepts it. None if the asker has read why not. Raises Retry."""
        try:
            key = self._unsealed(job.team_id, job.account_id, KEY, job.sealed_key)
            await self.autoenhance.check_key(key)
        except TryLater as error:
            if self.retries.may_retry(job, error):
                if attempt == 1:
                    with suppress(SlackError):  # nobody needs it once there is a result
                        await self.overviews.update_home(job.asker, account_text.not_answering(name))
                raise Retry(self.retries.pause(job, error, attempt)) from error
            said = account_text.not_accepted(error, name, self.retries.minutes(job))
        except (AutoenhanceError, KeyUnreadable) as error:
            said = account_text.not_accepted(error, name, 0)
        else:
            return key
        await self._fail(job, said)
        return None

    def _unsealed(self, team_id: str, account_id: str, what: str, sealed: str) -> SecretStr:
        """Raises KeyUnreadable."""
        if self.ring is None:
            raise KeyUnreadable("ENCRYPTION_KEYS is not set")
        return self.ring.unseal(team_id, account_id, what, sealed)

    def _with_webhook(self, account: Account, sealed_key: str) -> StoredAccount:
        """Both parts of its webhook are made here: nobody can guess them."""
        assert self.ring is not None  # noqa: S101 - it has opened the key
        value = SecretStr(token_urlsafe(32))
        sealed = self.ring.seal(account.team_id, account.account_id, WEBHOOK, value)
        return StoredAccount(account, sealed_key, webhook_id=token_urlsafe(16), sealed_webhook=sealed)

    def _modal(self, stored: StoredAccount, part: AccountPart) -> Block:
        account = stored.account
        if part is not AccountPart.WEBHOOK:
            return drawn.form(account, part)
        try:
            value = self._unsealed(account.team_id, account.account_id, WEBHOOK, stored.sealed_webhook)
        except KeyUnreadable:
            return drawn.answer(account, account_text.UNREADABLE_WEBHOOK)
        return drawn.webhook(account, f"{WEBHOOK_PATH}{stored.webhook_id}", value.get_secret_value())

    async def note(self, job: NoteOnHome, _attempt: int) -> None:
        """An older note that Slack has not taken yet is lost to this one: it may be true no more.

        A Home tab that Slack has not taken yet would take this note away. It is drawn here, so it is done.
        """

        def is_needless(other: Job) -> bool:
            match other:
                case NoteOnHome(asker=asker, failed=False):
                    return asker.user_id == job.asker.user_id and asker.at < job.asker.at
                case ShowHome(asker=asker):
                    return asker.user_id == job.asker.user_id
                case _:
                    return False

        for kind in (NoteOnHome.kind, ShowHome.kind):
            await self.job_store.withdraw(kind, job.team_id, is_needless, self.now())
        await self.overviews.update_home(job.asker, job.sentence)
        if job.failed:
            await self._message(job.asker.user_id, job.sentence)

    async def _note(self, job: AccountRequest, sentence: str) -> None:
        """What was done is not done again because that cannot be said: Home shows it too."""
        with suppress(DatabaseFailed):
            await self.record(NoteOnHome.of(job, sentence))

    async def _fail(self, job: AccountRequest, sentence: str) -> None:
        """In the modal, while it is open. Otherwise on the Home tab, and in a direct message."""
        if isinstance(job.place, View):
            await self.responder.say(job, sentence)
            return
        await self.record(NoteOnHome.of(job, sentence, failed=True))

    async def _message(self, user_id: str, sentence: str) -> None:
        with suppress(Unconfirmed):  # it may be there already, perhaps twice
            await self.sender.post(user_id, cards.sentence_card(sentence))
