"""Sending: post, update, respond, open_view and update_view. Every failure is a SlackError."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core.errors import FileNotReady, Gone, SlackBusy, TooLong, Unconfirmed
from bot.core.metrics import Metrics
from bot.slack.api.client import CountedClient
from bot.slack.api.pacing import UNFURL, UPDATE, SlackRateLimits
from bot.slack.api.responses import check, checked, outcome
from bot.slack.blocks import Block
from bot.slack.constants import POSTED
from bot.slack.render.models import Card
from bot.slack.render.pictures import without_pictures

DrawBrief = Callable[[], Card]


class Posted(NamedTuple):
    """Where a message is. For a direct message, `channel_id` is the conversation, not the user."""

    channel_id: str
    ts: str


class Sender:
    """Every method raises SlackError. With shared rate limits it also raises DatabaseFailed. Nothing else.

    Only `update` sends pictures, and `post_once` where it is asked to. A response_url takes none.
    """

    def __init__(
        self, web: CountedClient, session: aiohttp.ClientSession, pacing: SlackRateLimits, metrics: Metrics
    ) -> None:
        """`web` counts its own calls. Calls of response_urls are counted here."""
        self._metrics = metrics
        self._web = web
        self._session = session
        self._pacing = pacing

    async def post(
        self, channel_id: str, card: Card, *, thread_ts: str | None = None, brief: DrawBrief | None = None
    ) -> Posted:
        """A message that all people in the channel see. With a user's ID, a direct message.

        Slack's API takes no key that would mark a repeat. So a post that Slack did not confirm is sent once
        more. If Slack does not confirm that either, this raises Unconfirmed, so that no retry posts again.
        If Slack refuses the card as too long, the card that `brief` draws is posted instead.
        """
        unconfirmed = False
        while True:
            try:
                await self._pacing.wait_to_post(channel_id)
                return await self.post_once(channel_id, card, thread_ts=thread_ts)
            except SlackBusy as busy:
                if unconfirmed:
                    raise Unconfirmed(busy.code) from busy
                if not busy.maybe_done:
                    raise
                unconfirmed = True
            except TooLong:
                if brief is None:
                    raise
                return await self.post(channel_id, brief(), thread_ts=thread_ts)

    async def post_once(
        self,
        channel_id: str,
        card: Card,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        brief: DrawBrief | None = None,
        needs_picture: bool = False,
    ) -> Posted:
        """One attempt, without a wait. The caller has waited for its turn and counts the attempts.

        `broadcast`: a reply is shown in the channel as well. `needs_picture`: the card's picture is sent
        too, and this raises FileNotReady where Slack does not take it.
        """
        card = card if needs_picture else without_pictures(card)
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
            await self._pacing.pause(channel_id, busy)
            raise
        except TooLong:
            if brief is None:
                raise
            return await self.post_once(channel_id, brief(), thread_ts=thread_ts, broadcast=broadcast)
        return Posted(posted["channel"], posted["ts"])

    async def post_ephemeral(
        self, channel_id: str, user_id: str, card: Card, *, thread_ts: str | None = None
    ) -> None:
        """A message that only this person sees. In a thread, only if that has a reply already.

        Raises NotInChannel where the bot or the person is not a member.
        """
        card = without_pictures(card)
        sent = self._web.chat_postEphemeral(
            channel=channel_id,
            user=user_id,
            thread_ts=thread_ts,
            text=card["text"],
            blocks=card["blocks"],
            parse="none",
        )
        await checked(sent)

    async def update(
        self,
        channel_id: str,
        ts: str,
        card: Card,
        *,
        brief: DrawBrief | None = None,
        patient: bool = True,
        needs_picture: bool = False,
    ) -> None:
        """Replaces a message of the bot. Safe to repeat. `patient`: waits for its turn, as a person waits.

        If Slack does not take its picture, say because somebody deleted the file, the card is sent without
        it. With `needs_picture`, this raises FileNotReady instead.
        """
        await self._pacing.wait_to_update(patient=patient)
        sent = self._web.chat_update(channel=channel_id, ts=ts, text=card["text"], blocks=card["blocks"])
        try:
            await checked(sent)
        except FileNotReady:
            if needs_picture:
                raise
            await self.update(channel_id, ts, without_pictures(card), brief=brief, patient=patient)
        except SlackBusy as busy:
            await self._pacing.pause(UPDATE, busy)
            raise
        except TooLong:
            if brief is None:
                raise
            await self.update(channel_id, ts, brief(), patient=patient)

    async def respond(
        self, url: str, card: Card, *, replace: bool = False, thread_ts: str | None = None
    ) -> None:
        """Sends through a `response_url`. `replace`: instead of its message, which is safe to repeat."""
        quiet = {"unfurl_links": False, "unfurl_media": False}
        shown = without_pictures(card)
        body: dict[str, Any] = {**quiet, "replace_original": replace, "response_type": "ephemeral", **shown}
        if thread_ts:
            body["thread_ts"] = thread_ts
        with self._metrics.slack_call("response_url", outcome):
            try:
                webhook = AsyncWebhookClient(url, session=self._session, ssl=self._web.ssl)
                webhook.proxy = self._web.network.proxy_url(url)  # slack_sdk would use HTTPS_PROXY
                sent = await webhook.send_dict(body)
            except aiohttp.InvalidURL as error:
                raise Gone("no_url") from error
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise SlackBusy("no_connection") from error
            check(sent)

    async def open_view(self, trigger_id: str, view: Block) -> str:
        """The ID of the opened view. A `trigger_id` works once, within 3 s of the click."""
        opened = await checked(self._web.views_open(trigger_id=trigger_id, view=view))
        return str(opened["view"]["id"])

    async def update_view(self, view_id: str, view: Block) -> None:
        """Replaces what an open modal shows. Raises Gone if the person has closed it."""
        await checked(self._web.views_update(view_id=view_id, view=view))

    async def update_home(self, user_id: str, view: Block) -> None:
        """Replaces this person's Home tab."""
        await checked(self._web.views_publish(user_id=user_id, view=view))

    async def unfurl(self, unfurl_id: str, cards: Mapping[str, Block]) -> None:
        """Shows a card below each link of a message. Keys: the links as Slack sent them. Safe to repeat."""
        await self._pacing.raise_if_paused(UNFURL)
        sent = self._web.chat_unfurl(unfurl_id=unfurl_id, source=POSTED, unfurls=dict(cards))
        try:
            await checked(sent)
        except SlackBusy as busy:
            await self._pacing.pause(UNFURL, busy)
            raise
