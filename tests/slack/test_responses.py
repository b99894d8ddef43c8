"""What Slack's replies mean, as a real server sends them, and the word under which a call is counted."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from starlette.responses import Response

from bot.core import errors
from bot.sandbox.server import serving
from bot.slack.api.responses import check, checked, outcome

PAGE = "<html>Please log in</html>"
HTML, PLAIN, JSON = "text/html", "text/plain", "application/json"


@pytest.mark.parametrize(
    ("error", "word"),
    [
        pytest.param(errors.NotInChannel("not_in_channel"), "cannot_post", id="not-there"),
        pytest.param(errors.Archived("is_archived"), "cannot_post", id="archived"),
        pytest.param(errors.Gone("used_url"), "gone", id="gone"),
        pytest.param(errors.TooLong("msg_too_long"), "too_long", id="too-long"),
        pytest.param(errors.TokenRefused("token_revoked"), "not_allowed", id="token"),
        pytest.param(errors.ScopeMissing("missing_scope"), "not_allowed", id="scope"),
        pytest.param(errors.SlackRefused("invalid_blocks"), "refused", id="refused"),
        pytest.param(errors.FileNotReady("invalid_blocks"), "refused", id="file-not-ready"),
        pytest.param(errors.SlackBusy("ratelimited", retry_after=3.0), "limited", id="limited"),
        pytest.param(errors.SlackBusy("http_429"), "limited", id="limited-without-a-word"),
        pytest.param(errors.SlackBusy("rate_limited"), "limited", id="limited-in-other-words"),
        pytest.param(errors.SlackBusy("message_limit_exceeded"), "limited", id="too-many-messages"),
        pytest.param(errors.SlackBusy("http_503"), "no_answer", id="unwell"),
        pytest.param(
            SlackApiError("no", None),  # type: ignore[no-untyped-call]
            "no_answer",
            id="without-a-response",
        ),
        pytest.param(aiohttp.ServerDisconnectedError(), "no_answer", id="cut"),
        pytest.param(TimeoutError(), "no_answer", id="slow"),
        pytest.param(SlackClientError(), "no_answer", id="the-library"),
        pytest.param(ZeroDivisionError(), "other", id="a-bug"),
    ],
)
def test_each_end_of_a_call_has_a_word(error: Exception, word: str) -> None:
    """The word is one of a few, whatever Slack said."""
    assert outcome(error) == word


def no(code: str, **more: str) -> str:
    return json.dumps({"ok": False, "error": code, **more})


def meaning(error: errors.SlackError) -> tuple[Any, ...]:
    """The type and the code. For a SlackBusy also when to retry, and whether it may be done."""
    busy = (error.retry_after, error.maybe_done) if isinstance(error, errors.SlackBusy) else ()
    return (type(error), error.code, *busy)


CODES = {
    errors.NotInChannel: ["not_in_channel", "channel_not_found", "user_not_in_channel"],
    errors.Archived: ["is_archived"],
    errors.CannotPost: [
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
    ],
    errors.Gone: [
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
    ],
    errors.TooLong: ["msg_too_long", "msg_blocks_too_long"],
    errors.TokenRefused: ["account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"],
    errors.ScopeMissing: ["missing_scope", "no_permission", "not_allowed_token_type"],
    errors.SlackRefused: ["invalid_blocks", "invalid_arguments", "a_code_of_tomorrow"],
}
Reply = tuple[int, str, dict[str, str], str, tuple[Any, ...]]
REFUSALS: list[Reply] = [
    (200, JSON, {}, no(code), (kind, code)) for kind, codes in CODES.items() for code in codes
]
SAID = "retry-after"
BUSY = errors.SlackBusy
API_REPLIES: list[Reply] = [
    *REFUSALS,
    # the methods of the Web API that fail for a while: which of them did nothing, and when to ask again
    (429, JSON, {SAID: "7"}, no("ratelimited"), (BUSY, "ratelimited", 7.0, False)),
    (200, JSON, {SAID: "7"}, no("ratelimited"), (BUSY, "ratelimited", 7.0, False)),
    (200, JSON, {}, no("rate_limited"), (BUSY, "rate_limited", None, False)),
    (200, JSON, {}, no("message_limit_exceeded"), (BUSY, "message_limit_exceeded", None, False)),
    (200, JSON, {}, no("team_added_to_org"), (BUSY, "team_added_to_org", None, False)),
    (200, JSON, {}, no("org_login_required"), (BUSY, "org_login_required", None, False)),
    (429, JSON, {SAID: "59"}, no("ratelimited"), (BUSY, "ratelimited", 59.0, False)),
    (429, JSON, {SAID: "86400"}, no("ratelimited"), (BUSY, "ratelimited", 60.0, False)),
    (429, JSON, {SAID: "soon"}, no("ratelimited"), (BUSY, "ratelimited", None, False)),
    (429, JSON, {SAID: "²"}, no("ratelimited"), (BUSY, "ratelimited", None, False)),
    (429, JSON, {}, no("ratelimited"), (BUSY, "ratelimited", None, False)),
    (429, HTML, {SAID: "7"}, PAGE, (BUSY, "http_429", 7.0, False)),
    (503, JSON, {}, no("service_unavailable"), (BUSY, "service_unavailable", None, False)),
    (200, JSON, {}, no("service_unavailable"), (BUSY, "service_unavailable", None, False)),
    (200, JSON, {}, no("request_timeout"), (BUSY, "request_timeout", None, False)),
    (200, JSON, {}, no("internal_error"), (BUSY, "internal_error", None, True)),
    (200, JSON, {}, no("fatal_error"), (BUSY, "fatal_error", None, True)),
    (500, JSON, {}, no("internal_error"), (BUSY, "internal_error", None, True)),
    (500, HTML, {}, PAGE, (BUSY, "http_500", None, True)),
    (502, HTML, {}, PAGE, (BUSY, "http_502", None, True)),
    (503, HTML, {SAID: "9"}, PAGE, (BUSY, "http_503", 9.0, False)),
    (504, HTML, {}, "", (BUSY, "http_504", None, True)),
    (502, JSON, {}, "cut", (BUSY, "http_502", None, True)),
    (404, JSON, {}, no("no_such_code_yet"), (errors.Gone, "no_such_code_yet")),
    (410, JSON, {}, json.dumps({"ok": False}), (errors.Gone, "http_410")),
    (404, JSON, {}, no("not_in_channel"), (errors.NotInChannel, "not_in_channel")),
    # what is none of Slack's: it may have done what was asked
    (200, HTML, {}, PAGE, (BUSY, "not_slack", None, True)),
    (403, HTML, {}, PAGE, (BUSY, "not_slack", None, True)),
    (200, PLAIN, {}, "ok", (BUSY, "no_answer", None, True)),
    (200, JSON, {}, "", (BUSY, "not_slack", None, True)),
    (200, JSON, {}, "[1]", (BUSY, "no_answer", None, True)),
    (200, JSON, {}, "[]", (BUSY, "not_slack", None, True)),
    (200, JSON, {}, "{}", (BUSY, "not_slack", None, True)),
    (200, JSON, {}, '{"error": "ratelimited"}', (BUSY, "not_slack", None, True)),
    (200, "application/gzip", {}, "ok", (BUSY, "not_slack", None, True)),
]


@pytest.mark.parametrize(("status", "media_type", "headers", "body", "means"), API_REPLIES)
async def test_what_a_reply_of_the_web_api_means(
    status: int, media_type: str, headers: dict[str, str], body: str, means: tuple[Any, ...]
) -> None:
    """Each reply that is not `ok` has one meaning: what went wrong, when to retry, if it may be done."""
    sent = Response(body, status, headers, media_type)
    async with serving(sent) as url, aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb", base_url=f"{url}/", session=session, retry_handlers=[])
        with pytest.raises(errors.SlackError) as raised:
            await checked(client.chat_postMessage(channel="C1", text="hi"))

    assert meaning(raised.value) == means


async def test_only_ok_is_an_acceptance_of_a_call() -> None:
    """Slack's `"ok": true` is the one reply that raises nothing, and it is returned."""
    async with (
        serving(Response('{"ok": true, "ts": "1.2"}', media_type=JSON)) as url,
        aiohttp.ClientSession() as session,
    ):
        client = AsyncWebClient("xoxb", base_url=f"{url}/", session=session, retry_handlers=[])
        reply = await checked(client.chat_postMessage(channel="C1", text="hi"))

    assert reply["ts"] == "1.2"


async def test_no_connection_did_nothing() -> None:
    """A call that reached no server is retried as one that Slack never got."""
    async with serving(Response("")) as url:
        pass
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb", base_url=f"{url}/", session=session, retry_handlers=[])
        with pytest.raises(errors.SlackError) as raised:
            await checked(client.auth_test())

    assert meaning(raised.value) == (BUSY, "no_connection", None, False)


@pytest.mark.parametrize(
    ("needed", "provided", "lacks"),
    [
        ("mpim:read", "chat:write,channels:read", {"mpim:read"}),
        ("channels:read,groups:read", "channels:read", {"groups:read"}),
        (None, None, set()),
    ],
)
async def test_a_missing_scope_is_named(needed: str | None, provided: str | None, lacks: set[str]) -> None:
    """The error says which scopes the call needs and the token does not have."""
    named = {key: value for key, value in (("needed", needed), ("provided", provided)) if value}
    reply = Response(no("missing_scope", **named), media_type=JSON)
    async with serving(reply) as url, aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb", base_url=f"{url}/", session=session, retry_handlers=[])
        with pytest.raises(errors.ScopeMissing) as raised:
            await checked(client.conversations_info(channel="G1"))

    assert raised.value.lacks == lacks


URL_REPLIES: list[tuple[int, str, str, tuple[Any, ...]]] = [
    (200, HTML, PAGE, (errors.SlackRefused, "not_slack")),
    (200, HTML, "", (errors.SlackRefused, "not_slack")),
    (200, PLAIN, "okay", (errors.SlackRefused, "not_slack")),
    (200, JSON, "[]", (errors.SlackRefused, "not_slack")),
    (200, JSON, "{}", (errors.SlackRefused, "not_slack")),
    (200, JSON, '"ok"', (errors.SlackRefused, "not_slack")),
    (200, JSON, '{"ok": "yes"}', (errors.SlackRefused, "not_slack")),
    (200, JSON, no("invalid_blocks"), (errors.SlackRefused, "invalid_blocks")),
    (200, JSON, '{"ok": false}', (errors.SlackRefused, "http_200")),
    (400, JSON, no("msg_too_long"), (errors.TooLong, "msg_too_long")),
    (403, HTML, PAGE, (errors.SlackRefused, PAGE)),
    (404, PLAIN, "used_url", (errors.Gone, "used_url")),
    (404, JSON, no("expired_url"), (errors.Gone, "expired_url")),
    (404, HTML, "x" * 100, (errors.Gone, "x" * 80)),
    (410, PLAIN, "", (errors.Gone, "http_410")),
    (429, PLAIN, "ratelimited", (BUSY, "ratelimited", 3.0, False)),
    (500, HTML, "", (BUSY, "http_500", 3.0, True)),
]


@pytest.mark.parametrize(("status", "media_type", "body", "means"), URL_REPLIES)
async def test_what_a_reply_of_a_response_url_means(
    status: int, media_type: str, body: str, means: tuple[Any, ...]
) -> None:
    """All but Slack's `ok` is a refusal, and says whether another try or another way helps."""
    reply = Response(body, status, {SAID: "3"}, media_type)
    async with serving(reply) as url, aiohttp.ClientSession() as session:
        answer = await AsyncWebhookClient(url, session=session).send_dict({"text": "hi"})
        with pytest.raises(errors.SlackError) as raised:
            check(answer)

    assert meaning(raised.value) == means


@pytest.mark.parametrize("body", ["ok", " ok\n", '{"ok": true}'])
async def test_only_slacks_ok_is_an_acceptance_of_an_answer(body: str) -> None:
    """It comes as plain text or as JSON."""
    async with serving(Response(body)) as url, aiohttp.ClientSession() as session:
        check(await AsyncWebhookClient(url, session=session).send_dict({"text": "hi"}))
