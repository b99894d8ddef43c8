"""Searches by name and lists of the newest orders, over all accounts that the place may search."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.accounts.models import KeyedAccount
from bot.autoenhance.client import Autoenhance, FetchedOrder
from bot.autoenhance.keys import of_account
from bot.autoenhance.search import MAX_PAGES
from bot.core.errors import (
    AccountKeyUnreadable,
    AutoenhanceError,
    KeyRefused,
    StaleButton,
    TryLater,
)
from bot.handlers.key_use import KeyUse
from bot.handlers.order_views import order_view
from bot.handlers.outages import Retries
from bot.jobs.models import Find
from bot.jobs.requests import Asker
from bot.orders.ids import as_order_id
from bot.orders.search import Cursor, FailedAccount, Found, ListCursor, Part, merged
from bot.slack.api.responder import Responder
from bot.slack.render.hits import HITS_PER_PAGE, hits
from bot.slack.render.models import Card
from bot.slack.text import search as search_text

MAX_PAGES_OF_ALL = 10  # of several accounts, for one answer
MAX_ACCOUNTS = 10  # in one answer, so that each has a page
MAX_ACCOUNTS_AT_ONCE = 4


@dataclass(frozen=True)
class Searches:
    autoenhance: Autoenhance
    key_use: KeyUse
    responder: Responder
    retries: Retries
    now: Callable[[], datetime]

    async def find(self, job: Find, attempt: int) -> None:
        asking = self.search(job.asker, job.words or "", job.start)
        try:
            found = await self.retries.ask(asking, job, attempt)
        except StaleButton:
            await self.responder.say(job, search_text.old_list(job.words or ""), alone=True)
            return
        if found is not None:
            note = search_text.no_id(job.typed) if job.typed else ""
            card = self.card(found, job.words or "", typed=job.typed, note=note)
            await self.responder.give(job, lambda _: card)

    def card(self, found: Found, words: str, *, typed: str, note: str) -> Card:
        now = self.now()
        ids = [(order, as_order_id(order.order_id)) for order in found.orders]
        views = [order_view(FetchedOrder(order, now), id_) for order, id_ in ids if id_]
        return hits(views, found, words, typed=typed, note=note)

    async def search(self, asker: Asker, words: str, after: ListCursor | None = None) -> Found:
        """What is found in the accounts that may be searched where the asker is now.

        Raises StaleButton where none of the accounts of `after` may be, and an AutoenhanceError if no account
        could be searched.
        """
        keys = self.key_use.at(asker.team_id, asker.place)
        usable = await keys.usable()
        if not usable:
            raise keys.missing()
        asked = _on_this_page(usable, after)
        starts = after.accounts if after else {}
        at_once = asyncio.Semaphore(MAX_ACCOUNTS_AT_ONCE)
        max_pages = MAX_PAGES if len(asked) == 1 else min(MAX_PAGES, MAX_PAGES_OF_ALL // len(asked))

        async def part(each: KeyedAccount) -> Part | FailedAccount:
            async with at_once:
                return await self._part(each, words, starts.get(each.account.account_id), max_pages)

        parts = await asyncio.gather(*map(part, asked))
        return _found(dict(zip(map(_id, asked), parts, strict=True)), usable, after)

    async def _part(
        self, each: KeyedAccount, words: str, start: Cursor | None, max_pages: int
    ) -> Part | FailedAccount:
        account = each.account
        if each.key is None:
            return FailedAccount(account.name, AccountKeyUnreadable(account.name))
        try:
            part = await self.autoenhance.orders(
                words, after=start, limit=HITS_PER_PAGE, max_pages=max_pages, key=each.key
            )
        except KeyRefused as error:
            await self.key_use.refused(account)
            return FailedAccount(account.name, of_account(error, account))
        except AutoenhanceError as error:
            return FailedAccount(account.name, error)
        await self.key_use.accepted(account)
        return part


def _on_this_page(usable: Sequence[KeyedAccount], after: ListCursor | None) -> Sequence[KeyedAccount]:
    """The accounts to ask. One that was connected since the first page is not in the list."""
    if after is None:
        return usable[:MAX_ACCOUNTS]
    asked = [each for each in usable if _id(each) in after.accounts]
    if not asked:
        raise StaleButton("none of its accounts is searched here")
    return asked


def _found(
    answers: Mapping[str, Part | FailedAccount], usable: Sequence[KeyedAccount], after: ListCursor | None
) -> Found:
    """All answers as one list. Raises the error that may pass, if each account failed, or any of theirs."""
    parts = {account: part for account, part in answers.items() if isinstance(part, Part)}
    failed = tuple(each for each in answers.values() if isinstance(each, FailedAccount))
    if not parts:
        raise next((each.error for each in failed if isinstance(each.error, TryLater)), failed[0].error)
    found = merged(parts, HITS_PER_PAGE, after)
    left_out = 0 if after else max(0, len(usable) - MAX_ACCOUNTS)
    is_part = found.is_part or bool(failed or left_out)
    names = {_id(each): each.account.name for each in usable}
    several = len(usable) > 1
    return replace(
        found,
        whose=tuple(tuple(names[id_] for id_ in ids) for ids in found.whose) if several else (),
        several=several,
        failed=failed,
        left_out=left_out,
        is_part=is_part,
        next=replace(found.next, is_part=is_part) if found.next else None,
    )


def _id(each: KeyedAccount) -> str:
    return each.account.account_id
