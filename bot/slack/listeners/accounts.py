"""Listeners about Autoenhance accounts: they read the payload, record a job and ack. Nothing else happens.

A key that was typed is sealed here, so that no job, no log line and no view has it.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from secrets import token_hex
from typing import Any

from pydantic import SecretStr
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.core.errors import StaleButton
from bot.core.setting_values import fits_a_header, stripped
from bot.jobs.accounts import (
    AccountPart,
    ConnectAccount,
    DisconnectAccount,
    HandOverAccount,
    ReplaceAccountKey,
    ShareAccount,
    ShowAccount,
)
from bot.jobs.models import Job
from bot.jobs.requests import HomeTab, View
from bot.slack import constants
from bot.slack.api.sender import Sender
from bot.slack.blocks import one_line
from bot.slack.listeners import payloads
from bot.slack.listeners.payloads import Payload
from bot.slack.render import accounts as drawn
from bot.slack.text import accounts as account_text
from bot.storage.keyring import KEY, KeyRing

Record = Callable[[Job], Awaitable[Any]]


class AccountListeners:
    """`routes.py` says what calls which of these."""

    def __init__(
        self,
        record: Record,
        sender: Sender,
        now: Callable[[], datetime],
        team_id: str,
        ring: KeyRing | None,
    ) -> None:
        """`team_id`: the workspace that installed the bot. `ring`: None without ENCRYPTION_KEYS."""
        self._record = record
        self._sender = sender
        self._now = now
        self._team_id = team_id
        self._ring = ring

    async def ask(self, ack: AsyncAck, body: Payload) -> None:
        """The button on the Home tab."""
        await self._sender.open_view(payloads.dig(body, "trigger_id"), drawn.connect())
        await ack()

    async def connect(self, ack: AsyncAck, body: Payload) -> None:
        account_id, key = token_hex(8), _typed_key(body, constants.ACCOUNT_KEY)
        name = one_line(payloads.field(body, constants.ASK_BLOCK, constants.ACCOUNT_NAME))
        problems = {constants.ASK_BLOCK: _name_problem(name), constants.ACCOUNT_KEY: self._key_problem(key)}
        if not await _refused(ack, problems):
            sealed = self._sealed(account_id, key)
            job = ConnectAccount(**self._from(body), account_id=account_id, name=name, sealed_key=sealed)
            await self._record_and_clear(ack, job)

    async def replace_key(self, ack: AsyncAck, body: Payload) -> None:
        account_id, key = _account_of(body), _typed_key(body, constants.ASK_BLOCK)
        if not await _refused(ack, {constants.ASK_BLOCK: self._key_problem(key)}):
            sealed = self._sealed(account_id, key)
            job = ReplaceAccountKey(**self._from(body), account_id=account_id, sealed_key=sealed)
            await self._record_and_clear(ack, job)

    async def open_part(self, ack: AsyncAck, body: Payload) -> None:
        """An entry of an account's menu. The modal opens at once, as a trigger_id is good for 3 s."""
        click = payloads.click(body)
        account_id = click.block_id.removeprefix(drawn.BLOCK)
        if click.value not in set(AccountPart) or account_id == click.block_id:
            raise StaleButton
        view_id = await self._sender.open_view(payloads.dig(body, "trigger_id"), drawn.opening())
        place = View(view_id=view_id, callback_id=constants.ACCOUNT)
        given = self._from(body) | {"place": place}
        await self._record(ShowAccount(**given, account_id=account_id, part=AccountPart(click.value)))
        await ack()

    async def share(self, ack: AsyncAck, body: Payload) -> None:
        fields = (constants.ASK_BLOCK, constants.ACCOUNT_CHANNELS, "selected_conversations")
        chosen = payloads.chosen_many(body, *fields)
        box = (constants.ACCOUNT_EVERYWHERE, constants.ACCOUNT_EVERYWHERE, "selected_options")
        job = ShareAccount(
            **self._from(body),
            account_id=_account_of(body),
            channels=tuple(each for each in chosen if isinstance(each, str)),
            everywhere=bool(payloads.chosen_many(body, *box)),
        )
        await self._record_and_clear(ack, job)

    async def hand_over(self, ack: AsyncAck, body: Payload) -> None:
        to = payloads.chosen_user(body, constants.ASK_BLOCK, constants.ACCOUNT_OWNER)
        if not await _refused(ack, {constants.ASK_BLOCK: "" if to else account_text.NO_OWNER}):
            job = HandOverAccount(**self._from(body), account_id=_account_of(body), to=to)
            await self._record_and_clear(ack, job)

    async def disconnect(self, ack: AsyncAck, body: Payload) -> None:
        await self._record_and_clear(ack, DisconnectAccount(**self._from(body), account_id=_account_of(body)))

    async def _record_and_clear(self, ack: AsyncAck, job: Job) -> None:
        """Closes the modal, with what was typed. The Home tab says what became of it."""
        await self._record(job)
        await ack(response_action="clear")

    def _key_problem(self, key: str) -> str:
        return account_text.NO_RING_FIELD if self._ring is None else _key_problem(key)

    def _sealed(self, account_id: str, key: str) -> str:
        assert self._ring is not None  # noqa: S101 - without it, the key has a problem
        return self._ring.seal(self._team_id, account_id, KEY, SecretStr(key))

    def _from(self, body: Payload) -> dict[str, Any]:
        asker = payloads.asker(body, self._now(), self._team_id)
        return {"key": payloads.key(body), "asker": asker, "place": HomeTab()}


async def _refused(ack: AsyncAck, problems: dict[str, str]) -> bool:
    """Whether there is a problem. `problems`: by block_id, empty where there is none."""
    if errors := {block: said for block, said in problems.items() if said}:
        await ack(response_action="errors", errors=errors)
    return bool(errors)


def _account_of(body: Payload) -> str:
    return payloads.dig(body, "view", "private_metadata")


def _typed_key(body: Payload, block_id: str) -> str:
    return stripped(payloads.field(body, block_id, constants.ACCOUNT_KEY))


def _name_problem(name: str) -> str:
    if not name:
        return account_text.NO_NAME
    return account_text.LONG_NAME if len(name) > account_text.MAX_NAME_CHARACTERS else ""


def _key_problem(key: str) -> str:
    if not key:
        return account_text.NO_KEY
    if len(key) > account_text.MAX_KEY_CHARACTERS:
        return account_text.LONG_KEY
    return "" if fits_a_header(key) else account_text.KEY_CHARACTERS
