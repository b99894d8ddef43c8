"""When Autoenhance is asked again, and what is logged of it."""

import logging

import httpx
import pytest
import structlog

from bot.autoenhance.limits import Limits
from bot.core.errors import Limited, TryLater
from tests.autoenhance.vendor import ELM, HOST, Reply, Vendor, client, found, secrets_in, status


@pytest.mark.parametrize("trouble", [status(503), status(429), httpx.ConnectError("refused")], ids=repr)
async def test_a_failure_that_ends_is_not_reported(trouble: Reply) -> None:
    """An attempt that succeeds hides the earlier ones."""
    async with client(Vendor(trouble, trouble, found())) as autoenhance:
        assert (await autoenhance.order(ELM)).order.order_id == ELM


@pytest.mark.parametrize("code", [429, 503])
async def test_a_short_retry_after_replaces_the_pause(code: int) -> None:
    """The client retries when Retry-After says, and not after its own pause."""
    slow = Limits(first_pause=60, jitter=0, total=5)
    async with client(Vendor(status(code, **{"retry-after": "0"}), found()), limits=slow) as autoenhance:
        assert (await autoenhance.order(ELM)).order.order_id == ELM


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param("20", 20, id="seconds"),
        pytest.param("Mon, 03 Nov 2025 14:02:30 GMT", 30, id="a date"),
        pytest.param("Mon, 03 Nov 2025 14:02:30 -0000", 30, id="a date without a zone"),
        pytest.param("9" * 5_000, 3600, id="for ever"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", 3600, id="a date far away"),
    ],
)
async def test_a_long_retry_after_is_passed_on(said: str, seconds: float) -> None:
    """A wait that is too long for a person is reported at once, up to a limit."""
    vendor = Vendor(status(429, **{"retry-after": said}))
    async with client(vendor) as autoenhance:
        with pytest.raises(Limited) as limited:
            await autoenhance.order(ELM)
    assert (limited.value.retry_after, len(vendor.asked)) == (seconds, 1)


@pytest.mark.parametrize("said", ["", "soon", "-5", "1.5", "Mon, 03 Nov 2025 14:02:30 +99999999999999"])
async def test_an_unreadable_retry_after_is_ignored(said: str) -> None:
    """What is neither seconds nor a date leaves the client's own pauses."""
    vendor = Vendor(status(429, **{"retry-after": said}))
    async with client(vendor) as autoenhance:
        with pytest.raises(Limited) as limited:
            await autoenhance.order(ELM)
    assert (limited.value.retry_after, len(vendor.asked)) == (None, 3)


async def test_a_date_that_has_passed_means_now() -> None:
    """A Retry-After in the past means now, as the vendor's clock may be slow."""
    past = status(503, **{"retry-after": "Mon, 03 Nov 2025 14:00:00 GMT"})
    async with client(Vendor(past)) as autoenhance:
        with pytest.raises(TryLater) as later:
            await autoenhance.order(ELM)
    assert later.value.retry_after == 0


async def test_no_log_line_shows_the_id(caplog: pytest.LogCaptureFixture) -> None:
    """Stamina logs retries through structlog, without key, ID and URL."""
    caplog.set_level(logging.WARNING)
    with structlog.testing.capture_logs() as lines:
        async with client(Vendor(httpx.ConnectError(f"no route to {HOST}"), found())) as autoenhance:
            await autoenhance.order(ELM)
    assert [line["event"] for line in lines] == ["stamina.retry_scheduled"]
    assert not secrets_in(repr(lines) + caplog.text)
