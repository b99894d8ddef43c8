"""What Slack's replies mean, and what it means to get none. Every failure becomes a SlackError."""

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
    FileNotReady,
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

# Slack's error codes by their meaning, from docs.slack.dev, reference/methods. All others are SlackRefused.
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
        "is_inactive",
        "channel_type_not_supported",
        "user_is_restricted",
        "ekm_access_denied",
        "access_denied",
    },
    Gone: {
        "message_not_found",
        "thread_not_found",
        "cant_update_message",
        "cannot_find_message",
        "file_not_found",
        "file_deleted",
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
    SlackBusy: {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "org_login_required",
    },
}
_NOT_READY = "invalid slack file"
"""What Slack says of the block, beside `invalid_blocks` (slackapi/python-slack-sdk#1658)."""
NO_CONNECTION, _NO_ANSWER, _NOT_SLACK = "no_connection", "no_answer", "not_slack"
UNANSWERED = {NO_CONNECTION, _NO_ANSWER, _NOT_SLACK}
"""The codes where no reply of Slack arrived: the reply is missing, or another program wrote it."""
MAX_RETRY_AFTER_SECONDS = 60.0
"""Slack counts calls per minute. A longer Retry-After is not believed: it could silence the bot for a day."""
# Slack did nothing
_CODES_WITHOUT_EFFECT = _CODES[SlackBusy] - {"internal_error", "fatal_error"}
_STATUSES_WITHOUT_EFFECT = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_BUSY_STATUSES = {
    HTTPStatus.TOO_MANY_REQUESTS,
    *(status for status in HTTPStatus if status >= HTTPStatus.INTERNAL_SERVER_ERROR),
}
_GONE_STATUSES = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
# slack_sdk raises AttributeError for a reply of plain text or a JSON list, which it reads as an object.
_SDK_ERRORS = (aiohttp.ClientError, OSError, SlackClientError, AttributeError)  # a TimeoutError is an OSError
_RATE_LIMIT_CODES = {
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    f"http_{HTTPStatus.TOO_MANY_REQUESTS}",
}
_OUTCOMES: dict[type[SlackError], str] = {
    CannotPost: "cannot_post",
    Gone: "gone",
    TooLong: "too_long",
    NotAllowed: "not_allowed",
}
_BY_CODE = {code: kind for kind, codes in _CODES.items() for code in codes}


def check(reply: WebhookResponse) -> None:
    """Raises SlackError unless Slack accepted what was sent through a response_url.

    Slack says so with `ok` or with JSON that has `"ok": true`. A used-up response_url answers 404. Any other
    200 is from another program, such as the login page of a proxy: what was sent is sent another way.
    """
    accepted, code = _read(reply.body)
    if reply.status_code != HTTPStatus.OK or accepted is False:
        raise _slack_error(code, reply.status_code, reply.headers)
    if accepted is None:
        raise SlackRefused(_NOT_SLACK)


def _read(body: str) -> tuple[bool | None, str]:
    """Whether Slack accepted, and its error code. None where the body is none of Slack's.

    The code comes as plain text or as JSON. Of plain text, at most 80 characters.
    """
    text = body.strip()
    try:
        answer = json.loads(text)
    except ValueError:
        return (True if text == "ok" else None), text[:80]
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        return None, ""
    return answer["ok"], str(answer.get("error") or "")


async def checked(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """The reply, which is `ok`. Raises SlackError."""
    try:
        reply = await call
    except _SDK_ERRORS as error:
        raise _error_of(error) from error
    if not isinstance(reply.data, dict):
        raise SlackBusy(_NOT_SLACK, maybe_done=True)
    return reply


def outcome(error: Exception) -> str:
    """The metric's label for a call that ended with this error."""
    if not isinstance(error, (SlackError, *_SDK_ERRORS)):
        return "other"
    slack_error = error if isinstance(error, SlackError) else _error_of(error)
    if isinstance(slack_error, SlackBusy) and not isinstance(slack_error, FileNotReady):
        return "limited" if slack_error.code in _RATE_LIMIT_CODES else "no_answer"
    return next((label for kind, label in _OUTCOMES.items() if isinstance(slack_error, kind)), "refused")


def _error_of(error: Exception) -> SlackError:
    match error:
        case SlackApiError():
            response: Any = error.response
            # without JSON in the body, the response is aiohttp's, otherwise slack_sdk's
            status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
            data, headers = getattr(response, "data", None), getattr(response, "headers", {})
            if isinstance(data, dict) and "ok" in data:
                if _is_about_a_file(data):
                    return FileNotReady(str(data["error"]))
                return _slack_error(str(data.get("error", "")), status, headers, _lacks(data))
            if status in _BUSY_STATUSES:
                return _slack_error("", status, headers)
            return SlackBusy(_NOT_SLACK, maybe_done=True)
        case aiohttp.ClientConnectorError() | aiohttp.ClientHttpProxyError():  # also a proxy that refuses
            return SlackBusy(NO_CONNECTION)
        case _:
            return SlackBusy(_NO_ANSWER, maybe_done=True)


def _slack_error(code: str, status: int, headers: Any, lacks: frozenset[str] = frozenset()) -> SlackError:
    if status in _BUSY_STATUSES or code in _CODES[SlackBusy]:
        maybe_done = status not in _STATUSES_WITHOUT_EFFECT and code not in _CODES_WITHOUT_EFFECT
        return SlackBusy(code or f"http_{status}", retry_after=_seconds(headers), maybe_done=maybe_done)
    kind = Gone if status in _GONE_STATUSES and code not in _BY_CODE else _BY_CODE.get(code, SlackRefused)
    return ScopeMissing(code, lacks=lacks) if kind is ScopeMissing else kind(code or f"http_{status}")


def _is_about_a_file(data: dict[str, Any]) -> bool:
    metadata = data.get("response_metadata")
    said = metadata.get("messages") if isinstance(metadata, dict) else None
    found = [*(said if isinstance(said, list) else []), *(data.get("errors") or [])]
    return data.get("error") == "invalid_blocks" and any(_NOT_READY in str(each) for each in found)


def _lacks(data: dict[str, Any]) -> frozenset[str]:
    needed, provided = (str(data.get(key) or "").split(",") for key in ("needed", "provided"))
    return frozenset(filter(None, needed)) - frozenset(provided)


def _seconds(headers: Any) -> float | None:
    value = next((value for key, value in headers.items() if key.lower() == "retry-after"), None)
    value = value[0] if isinstance(value, list) else value  # slack_sdk keeps headers as lists
    seconds = float(value) if value is not None and str(value).isdecimal() else None
    return seconds if seconds is None else min(seconds, MAX_RETRY_AFTER_SECONDS)
