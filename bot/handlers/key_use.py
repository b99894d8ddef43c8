"""The keys that one place may use, and what Autoenhance's answers say of them."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.accounts.models import Account, KeyedAccount
from bot.core.errors import DatabaseFailed, KeyMissing, NoAccountHere, SlackBusy, SlackError
from bot.core.logging import reference
from bot.handlers.account_keys import AccountKeys
from bot.jobs.background import NotifyAccountOwner
from bot.jobs.models import Job
from bot.slack.api.sender import Sender
from bot.slack.render import cards
from bot.slack.text import search as search_text

NOTED_EVERY = timedelta(hours=1)
"""Use of a key is stored at most so often: a search is usually no write."""


@dataclass(frozen=True)
class KeyUse:
    account_keys: AccountKeys
    sender: Sender
    record: Callable[[Job], Awaitable[Any]]  # records a job, which then outlives this attempt
    now: Callable[[], datetime]

    def at(self, team_id: str, place: str) -> "PlaceKeys":
        """`place` is a channel's ID, or a user's for a direct message with the bot."""
        return PlaceKeys(self, team_id, place)

    async def used(self, account: Account) -> None:
        """Autoenhance answered about an order or a photo with the account's key.

        That does not end a refusal: orders are shown with a rejected key too.
        """
        await self._store_use(account, accepted=False)

    async def accepted(self, account: Account) -> None:
        """Autoenhance listed orders for the account's key. That ends a refusal."""
        await self._store_use(account, accepted=True)

    async def _store_use(self, account: Account, *, accepted: bool) -> None:
        """An answer is not lost because this cannot be stored."""
        used = account.used_at
        if (accepted and account.refused_at) or used is None or self.now() - used > NOTED_EVERY:
            with suppress(DatabaseFailed):
                await self.account_keys.used(account, accepted=accepted)

    async def refused(self, account: Account) -> None:
        """Autoenhance refused the account's key. Its owner is told once."""
        if account.is_default or account.refused_at:
            return
        job = NotifyAccountOwner.of(account.team_id, account.account_id, account.hint, reference())
        with suppress(DatabaseFailed):
            await self.record(job)

    async def tell_owner(self, job: NotifyAccountOwner, _attempt: int) -> None:
        """Stores the refusal behind the message: a kill between them sends it twice, and never not at all.

        Nothing if the key was replaced meanwhile. Raises SlackBusy.
        """
        stored = await self.account_keys.accounts.one(job.team_id, job.account_id)
        if stored is None or stored.account.refused_at or stored.account.hint != job.hint:
            return
        account = stored.account
        try:
            card = cards.sentence_card(search_text.your_key_was_refused(account.name))
            await self.sender.post(account.owner, card)
        except SlackBusy:
            raise
        except SlackError:  # Home says it too
            pass
        await self.account_keys.refused(account)


@dataclass(frozen=True)
class PlaceKeys:
    """Implements `bot.autoenhance.keys.Keys`."""

    use: KeyUse
    team_id: str
    place: str

    async def usable(self) -> Sequence[KeyedAccount]:
        return await self.use.account_keys.searched_from(self.team_id, self.place)

    async def used(self, account: Account) -> None:
        await self.use.used(account)

    def missing(self) -> KeyMissing:
        if self.use.account_keys.ring:
            return NoAccountHere("no account may be used in this place")
        return KeyMissing("Autoenhance requires an API key, and none is set")
