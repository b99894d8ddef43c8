"""The log of an outage."""

import pytest
from structlog.testing import capture_logs

from bot.core.errors import Unavailable
from tests.autoenhance.vendor import ELM, Vendor, client, found, status


async def test_an_outage_is_logged_once_and_its_end_once() -> None:
    """Any number of failed checks is one line, and the end is another. Neither has the order's ID."""
    vendor = Vendor(*[status(500)] * 3, found(), found())
    async with client(vendor) as autoenhance:
        with capture_logs() as lines:
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await autoenhance.order(ELM)
            await autoenhance.order(ELM)
            await autoenhance.order(ELM)

    assert [line["event"] for line in lines] == ["autoenhance does not answer", "autoenhance answers again"]
    assert ELM not in str(lines)
