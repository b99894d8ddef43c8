"""Sending: the Web API and response_urls, with every failure as one of ours."""

import json
from collections.abc import Awaitable
from enum import StrEnum, auto
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import Archived, CannotPost, Gone, NotInChannel, SlackBusy, SlackError, SlackRefused
from bot.jobs.model import Ephemeral, Message, Place, View
from bot.slack import views
from bot.slack.blocks import Block
from bot.slack.shown import Card

# Slack's words for what we tell apart; docs.slack.dev, reference/methods. All others are SlackRefused.
_CODES: dict[type[SlackError], set[str]] = {
    NotInChannel: {"not_in_channel", "channel_not_found", "user_not_in_channel"},
    Archived: {"is_archived"},
    CannotPost: {
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_only_channel",
        "messages_tab_disabled",
        "cannot_reply_to_message",
        "cannot_dm_bot",
    },
    Gone: {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "not_found",
        "used_url",
        "expired_url",
        "expired_trigger_id",
        "exchanged_trigger_id",
        "trigger_expired",
        "trigger_exchanged",
    },
    SlackBusy: {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"},
}
_BUSY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    *(status for status in HTTPStatus if status >= HTTPStatus.INTERNAL_SERVER_ERROR),
}
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_BY_CODE = {code: kind for kind, codes in _CODES.items() for code in codes}


class Audience(StrEnum):
    """Who sees what is posted in a channel."""

    OWN = auto()  # people of this workspace only
    SHARED = auto()  # people of another company too
    HIDDEN = auto()  # private, and the bot is not in it
    UNKNOWN = auto()  # Slack does not say, for want of a scope


class Post:
    """Every method raises SlackError, and nothing else of what goes wrong on the way."""

    def __init__(self, web: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._web = web
        self._session = session

    async def put(self, place: Place, card: Card) -> None:
        """The card where it belongs. Safe to repeat where it replaces what stands there."""
        match place:
            case Ephemeral():
                await self._respond(
                    place.response_url, card, replace=place.replace, thread_ts=place.thread_ts
                )
            case Message():
                await self._update(place, card)
            case View(view_id=view_id):
                await self.show(view_id, views.answer(card))

    async def message(self, channel_id: str, card: Card, *, thread_ts: str | None = None) -> None:
        """A message that everybody in the channel sees; to a user's id, a direct message."""
        sent = self._web.chat_postMessage(
            channel=channel_id,
            thread_ts=thread_ts,
            text=card["text"],
            blocks=card["blocks"],
            parse="none",
            unfurl_links=False,
            unfurl_media=False,
        )
        await checked(sent)

    async def open(self, trigger_id: str, view: Block) -> str:
        """The id of the view that now stands open. Good for 3 s after the click, and once."""
        opened = await checked(self._web.views_open(trigger_id=trigger_id, view=view))
        return str(opened["view"]["id"])

    async def show(self, view_id: str, view: Block) -> None:
        """Replaces what stands in an open modal; Gone if the person has closed it."""
        await checked(self._web.views_update(view_id=view_id, view=view))

    async def audience(self, channel_id: str) -> Audience:
        """Who sees what is posted there; raises SlackBusy."""
        try:
            info = await checked(self._web.conversations_info(channel=channel_id))
        except SlackBusy:
            raise
        except NotInChannel:
            return Audience.HIDDEN
        except SlackError:
            return Audience.UNKNOWN
        shared = any(info["channel"].get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared"))
        return Audience.SHARED if shared else Audience.OWN

    async def _update(self, place: Message, card: Card) -> None:
        try:
            await checked(
                self._web.chat_update(
                    channel=place.channel_id, ts=place.ts, text=card["text"], blocks=card["blocks"]
                )
            )
        except (Gone, CannotPost, SlackRefused) as refused:
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
        try:
            sent = await AsyncWebhookClient(url, session=self._session).send_dict(body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackBusy("no_connection") from error
        if sent.status_code != HTTPStatus.OK:  # send_dict never raises: an expired URL is a 404
            raise _ours(_word(sent.body), sent.status_code, sent.headers)


async def checked(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    try:
        return await call
    except SlackApiError as error:
        response: Any = error.response
        # a body that is no JSON arrives as aiohttp's response, all else as slack_sdk's
        status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
        data = getattr(response, "data", None)
        word = str(data.get("error", "")) if isinstance(data, dict) else ""
        raise _ours(word, status, getattr(response, "headers", {})) from error
    except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as error:
        raise SlackBusy("no_connection") from error


def _word(body: str) -> str:
    """Slack's word for what is wrong, which comes bare or as JSON."""
    try:
        return str(json.loads(body)["error"])
    except (ValueError, LookupError, TypeError):
        return body.strip()[:80]


def _ours(word: str, status: int, headers: Any) -> SlackError:
    if status in _BUSY or word in _CODES[SlackBusy]:
        return SlackBusy(word or f"http_{status}", retry_after=_seconds(headers))
    kind = Gone if status in _GONE and word not in _BY_CODE else _BY_CODE.get(word, SlackRefused)
    return kind(word or f"http_{status}")


def _seconds(headers: Any) -> float | None:
    value = next((value for key, value in headers.items() if key.lower() == "retry-after"), None)
    value = value[0] if isinstance(value, list) else value  # slack_sdk keeps headers as lists
    return float(value) if value is not None and str(value).isdigit() else None
