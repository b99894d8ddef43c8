"""What an answer of Slack means, or having none. Every failure becomes one of ours."""

import json
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.core.errors import (
    Archived,
    CannotPost,
    Gone,
    NotAllowed,
    NotInChannel,
    ScopeMissing,
    SlackBusy,
    SlackError,
    SlackRefused,
    TokenRefused,
    TooLong,
)

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
        "thread_not_found",
        "cant_update_message",
        "cannot_find_message",
        "cannot_unfurl_message",
        "cannot_unfurl_url",
        "edit_window_closed",
        "not_found",
        "used_url",
        "expired_url",
        "expired_trigger_id",
        "exchanged_trigger_id",
        "trigger_expired",
        "trigger_exchanged",
    },
    TooLong: {"msg_too_long", "msg_blocks_too_long"},
    TokenRefused: {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"},
    ScopeMissing: {"missing_scope", "no_permission", "not_allowed_token_type"},
    SlackBusy: {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"},
}
NO_CONNECTION, _NO_ANSWER = "no_connection", "no_answer"
UNANSWERED = {NO_CONNECTION, _NO_ANSWER}
"""The codes of a SlackBusy that Slack had no part in."""
_NOT_DONE = {"ratelimited", "service_unavailable", "request_timeout"}  # surely without effect
_REFUSED = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_BUSY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    *(status for status in HTTPStatus if status >= HTTPStatus.INTERNAL_SERVER_ERROR),
}
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_THEIRS = (aiohttp.ClientError, TimeoutError, OSError, SlackClientError)
_LIMITED = {"ratelimited", f"http_{HTTPStatus.TOO_MANY_REQUESTS}"}
_OUTCOMES: dict[type[SlackError], str] = {
    CannotPost: "cannot_post",
    Gone: "gone",
    TooLong: "too_long",
    NotAllowed: "not_allowed",
}
_BY_CODE = {code: kind for kind, codes in _CODES.items() for code in codes}


def check(reply: WebhookResponse) -> None:
    """For response_urls, which are answered with a 404 when they are used up; raises SlackError.

    A 200 is taken for a yes unless it says no in so many words: what is refused is sent another way.
    """
    if reply.status_code != HTTPStatus.OK or _says_no(reply.body):
        raise _ours(_word(reply.body), reply.status_code, reply.headers)


def _says_no(body: str) -> bool:
    try:
        return json.loads(body)["ok"] is False
    except (ValueError, LookupError, TypeError):
        return False


async def checked(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    try:
        return await call
    except _THEIRS as error:
        raise _meant(error) from error


def outcome(error: Exception) -> str:
    """The word under which a call that ended so is counted."""
    if not isinstance(error, (SlackError, *_THEIRS)):
        return "other"
    meant = error if isinstance(error, SlackError) else _meant(error)
    if isinstance(meant, SlackBusy):
        return "limited" if meant.code in _LIMITED else "no_answer"
    return next((word for kind, word in _OUTCOMES.items() if isinstance(meant, kind)), "refused")


def _meant(error: Exception) -> SlackError:
    match error:
        case SlackApiError():
            response: Any = error.response
            # a body that is no JSON arrives as aiohttp's response, all else as slack_sdk's
            status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
            data = getattr(response, "data", None)
            word = str(data.get("error", "")) if isinstance(data, dict) else ""
            return _ours(word, status, getattr(response, "headers", {}))
        case (
            aiohttp.ClientConnectorError() | aiohttp.ClientHttpProxyError()
        ):  # a proxy that lets nobody through
            return SlackBusy(NO_CONNECTION)
        case _:
            return SlackBusy(_NO_ANSWER, maybe_done=True)


def _word(body: str) -> str:
    """Slack's word for what is wrong, which comes bare or as JSON."""
    try:
        return str(json.loads(body)["error"])
    except (ValueError, LookupError, TypeError):
        return body.strip()[:80]


def _ours(word: str, status: int, headers: Any) -> SlackError:
    if status in _BUSY or word in _CODES[SlackBusy]:
        maybe_done = status not in _REFUSED and word not in _NOT_DONE
        return SlackBusy(word or f"http_{status}", retry_after=_seconds(headers), maybe_done=maybe_done)
    kind = Gone if status in _GONE and word not in _BY_CODE else _BY_CODE.get(word, SlackRefused)
    return kind(word or f"http_{status}")


def _seconds(headers: Any) -> float | None:
    value = next((value for key, value in headers.items() if key.lower() == "retry-after"), None)
    value = value[0] if isinstance(value, list) else value  # slack_sdk keeps headers as lists
    return float(value) if value is not None and str(value).isdigit() else None
