"""Sending: the Web API and response_urls, with every failure as one of ours."""

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Any, NamedTuple

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core.errors import Gone, NotInChannel, SlackBusy, SlackError, TokenRefused, Unconfirmed
from bot.core.metrics import Metrics
from bot.jobs.requests import Ephemeral, HomeTab, Message, Place, View
from bot.slack.api.client import CountedClient
from bot.slack.api.pacing import INFO, UNFURL, UPDATE, Pacing
from bot.slack.api.responses import check, checked, outcome
from bot.slack.blocks import Block
from bot.slack.constants import POSTED
from bot.slack.render import modals as views
from bot.slack.render.models import Card


class Audience(StrEnum):
    """Who sees what is posted in a channel."""

    OWN = auto()  # people of this workspace only
    SHARED = auto()  # people of another company too
    HIDDEN = auto()  # private, and the bot is not in it
    UNKNOWN = auto()  # Slack does not say, for want of a scope


class Posted(NamedTuple):
    """Where a message stands; of a direct message, `channel_id` is the conversation's own."""

    channel_id: str
    ts: str


class Post:
    """Every method raises SlackError, and DatabaseFailed where Slack's pace is shared; nothing else."""

    def __init__(
        self, web: CountedClient, session: aiohttp.ClientSession, pacing: Pacing, metrics: Metrics
    ) -> None:
        """`web` counts its calls; those of response_urls are counted here."""
        self._metrics = metrics
        self._web = web
        self._session = session
        self._pacing = pacing

    async def put(self, place: Place, card: Card) -> None:
        """The card where it belongs. Safe to repeat where it replaces what stands there."""
        match place:
            case Ephemeral():
                await self._respond(
                    place.response_url, card, replace=place.replace, thread_ts=place.thread_ts
                )
            case Message():
                await self._update(place, card)
            case View():
                await self.show(place.view_id, views.answer(card, callback_id=place.callback_id))
            case HomeTab():
                raise Gone(
                    "no_message"
                )  # a tab shows what is watched; what else there is to say goes elsewhere

    async def message(self, channel_id: str, card: Card, *, thread_ts: str | None = None) -> Posted:
        """A message that everybody in the channel sees; to a user's id, a direct message.

        Slack has no key by which it would know a repeat. So a post that it did not confirm is made once
        more, and when that fails too, Unconfirmed is raised instead of an error that is worth a retry.
        """
        try:
            return await self.message_once(channel_id, card, thread_ts=thread_ts)
        except SlackBusy as busy:
            if not busy.maybe_done:
                raise
            try:
                return await self.message_once(channel_id, card, thread_ts=thread_ts)
            except SlackBusy as again:
                raise Unconfirmed(again.code) from again

    async def message_once(
        self, channel_id: str, card: Card, *, thread_ts: str | None = None, broadcast: bool = False
    ) -> Posted:
        """The same, tried once, for whoever counts the tries; `broadcast`: shown in the channel as well."""
        await self.turn(channel_id)
        return await self.in_turn(channel_id, card, thread_ts=thread_ts, broadcast=broadcast)

    async def turn(self, channel_id: str) -> None:
        """Returns when a message may be posted there; `in_turn` posts it."""
        await self._pacing.message(channel_id)

    async def in_turn(
        self, channel_id: str, card: Card, *, thread_ts: str | None = None, broadcast: bool = False
    ) -> Posted:
        """For whoever waited for the `turn`, to write something down before this."""
        sent = self._web.chat_postMessage(
            channel=channel_id,
            thread_ts=thread_ts,
            reply_broadcast=(broadcast and thread_ts is not None) or None,
            text=card["text"],
            blocks=card["blocks"],
            parse="none",
            unfurl_links=False,
            unfurl_media=False,
        )
        try:
            posted = await checked(sent)
        except SlackBusy as busy:
            await self._pacing.rest(channel_id, busy)
            raise
        return Posted(posted["channel"], posted["ts"])

    async def may_edit(self) -> bool:
        """Whether Slack has room for an edit that can as well be left out."""
        return await self._pacing.may_edit()

    async def edit(self, channel_id: str, ts: str, card: Card, *, patient: bool = True) -> None:
        """Redraws a message of ours. Safe to repeat. Somebody waits for the `patient` ones."""
        await self._pacing.edit(patient=patient)
        sent = self._web.chat_update(channel=channel_id, ts=ts, text=card["text"], blocks=card["blocks"])
        try:
            await checked(sent)
        except SlackBusy as busy:
            await self._pacing.rest(UPDATE, busy)
            raise

    async def open(self, trigger_id: str, view: Block) -> str:
        """The id of the view that now stands open. Good for 3 s after the click, and once."""
        opened = await checked(self._web.views_open(trigger_id=trigger_id, view=view))
        return str(opened["view"]["id"])

    async def show(self, view_id: str, view: Block) -> None:
        """Replaces what stands in an open modal; Gone if the person has closed it."""
        await checked(self._web.views_update(view_id=view_id, view=view))

    async def publish(self, user_id: str, view: Block) -> None:
        """What this person sees on the Home tab from now on."""
        await checked(self._web.views_publish(user_id=user_id, view=view))

    async def unfurl(self, unfurl_id: str, cards: Mapping[str, Block]) -> None:
        """Draws these below the links of a message, by the link as Slack told it. Safe to repeat."""
        await self._pacing.rested(UNFURL)
        sent = self._web.chat_unfurl(unfurl_id=unfurl_id, source=POSTED, unfurls=dict(cards))
        try:
            await checked(sent)
        except SlackBusy as busy:
            await self._pacing.rest(UNFURL, busy)
            raise

    async def audience(self, channel_id: str) -> Audience:
        """Who sees what is posted there; raises SlackBusy and TokenRefused."""
        await self._pacing.rested(INFO)
        try:
            info = await checked(self._web.conversations_info(channel=channel_id))
        except SlackBusy as busy:
            await self._pacing.rest(INFO, busy)
            raise
        except TokenRefused:
            raise
        except NotInChannel:
            return Audience.HIDDEN
        except SlackError:
            return Audience.UNKNOWN
        shared = any(info["channel"].get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared"))
        return Audience.SHARED if shared else Audience.OWN

    async def _update(self, place: Message, card: Card) -> None:
        try:
            await self.edit(place.channel_id, place.ts, card)
        except SlackBusy:
            raise
        except SlackError as refused:
            if not place.response_url:
                raise
            try:
                await self._respond(place.response_url, card, replace=True)
            except SlackBusy:
                raise
            except SlackError:
                raise refused from None

    async def _respond(self, url: str, card: Card, *, replace: bool, thread_ts: str | None = None) -> None:
        quiet = {"unfurl_links": False, "unfurl_media": False}
        body: dict[str, Any] = {**quiet, "replace_original": replace, "response_type": "ephemeral", **card}
        if thread_ts:
            body["thread_ts"] = thread_ts
        with self._metrics.slack_call("response_url", outcome):
            await self._send(url, body)

    async def _send(self, url: str, body: dict[str, Any]) -> None:
        try:
            webhook = AsyncWebhookClient(url, session=self._session, ssl=self._web.ssl)
            webhook.proxy = self._web.network.proxy_url(url)  # by itself it takes HTTPS_PROXY
            sent = await webhook.send_dict(body)
        except aiohttp.InvalidURL as error:
            raise Gone("no_url") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackBusy("no_connection") from error
        check(sent)
