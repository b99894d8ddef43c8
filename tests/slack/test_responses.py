"""The word under which a call to Slack is counted."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.core import errors
from bot.slack.api.responses import outcome


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
        pytest.param(errors.SlackBusy("ratelimited", retry_after=3.0), "limited", id="limited"),
        pytest.param(errors.SlackBusy("http_429"), "limited", id="limited-without-a-word"),
        pytest.param(errors.SlackBusy("http_503"), "no_answer", id="unwell"),
        pytest.param(
            SlackApiError("no", None),  # type: ignore[no-untyped-call]
            "refused",
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
