"""Sending: post, update, respond, open_view and update_view, with every failure as one of ours."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core.errors import Gone, SlackBusy, TooLong, Unconfirmed
from bot.core.metrics import Metrics
from bot.slack.api.client import CountedClient
from bot.slack.api.pacing import UNFURL, UPDATE, Pacing
from bot.slack.api.responses import check, checked, outcome
from bot.slack.blocks import Block
from bot.slack.constants import POSTED
from bot.slack.render.models import Card

Draw = Callable[[], Card]


class Posted(NamedTuple):
    """Where a message stands; of a direct message, `channel_id` is the conversation's own."""

    channel_id: str
    ts: str


class Sender:
    """Every method raises SlackError, and DatabaseFailed where Slack's pace is shared; nothing else."""

    def __init__(
        self, web: CountedClient, session: aiohttp.ClientSession, pacing: Pacing, metrics: Metrics
    ) -> None:
        """`web` counts its calls; those of response_urls are counted here."""
        self._metrics = metrics
        self._web = web
        self._session = session
        self._pacing = pacing

    async def post(
        self, channel_id: str, card: Card, *, thread_ts: str | None = None, brief: Draw | None = None
    ) -> Posted:
        """A message that everybody in the channel sees; to a user's id, a direct message.

        Slack has no key by which it would know a repeat. So a post that it did not confirm is made once
        more, and when that fails too, Unconfirmed is raised instead of an error that is worth a retry.
        Where Slack finds the card too long, `brief` draws the one that is posted.
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
        brief: Draw | None = None,
    ) -> Posted:
        """The same at once, for a caller who waited for its turn and counts the tries.

        `broadcast`: a reply is shown in the channel as well.
        """
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
        except TooLong:
            if brief is None:
                raise
            return await self.post_once(channel_id, brief(), thread_ts=thread_ts, broadcast=broadcast)
        return Posted(posted["channel"], posted["ts"])

    async def update(
        self, channel_id: str, ts: str, card: Card, *, brief: Draw | None = None, patient: bool = True
    ) -> None:
        """Redraws a message of ours. Safe to repeat. A person waits for the `patient` ones."""
        await self._pacing.wait_to_update(patient=patient)
        sent = self._web.chat_update(channel=channel_id, ts=ts, text=card["text"], blocks=card["blocks"])
        try:
            await checked(sent)
        except SlackBusy as busy:
            await self._pacing.rest(UPDATE, busy)
            raise
        except TooLong:
            if brief is None:
                raise
            await self.update(channel_id, ts, brief(), patient=patient)

    async def respond(
        self, url: str, card: Card, *, replace: bool = False, thread_ts: str | None = None
    ) -> None:
        """Through a `response_url`. `replace`: its message gives way, and that is safe to repeat."""
        quiet = {"unfurl_links": False, "unfurl_media": False}
        body: dict[str, Any] = {**quiet, "replace_original": replace, "response_type": "ephemeral", **card}
        if thread_ts:
            body["thread_ts"] = thread_ts
        with self._metrics.slack_call("response_url", outcome):
            try:
                webhook = AsyncWebhookClient(url, session=self._session, ssl=self._web.ssl)
                webhook.proxy = self._web.network.proxy_url(url)  # by itself it takes HTTPS_PROXY
                sent = await webhook.send_dict(body)
            except aiohttp.InvalidURL as error:
                raise Gone("no_url") from error
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise SlackBusy("no_connection") from error
            check(sent)

    async def open_view(self, trigger_id: str, view: Block) -> str:
        """The id of the view that now stands open. Good for 3 s after the click, and once."""
        opened = await checked(self._web.views_open(trigger_id=trigger_id, view=view))
        return str(opened["view"]["id"])

    async def update_view(self, view_id: str, view: Block) -> None:
        """Replaces what stands in an open modal; Gone if the person has closed it."""
        await checked(self._web.views_update(view_id=view_id, view=view))

    async def update_home(self, user_id: str, view: Block) -> None:
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
