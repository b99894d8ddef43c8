"""Under which word a call to Autoenhance is counted."""

import asyncio

import pytest

from bot.autoenhance.limits import Limits
from bot.autoenhance.responses import Transient, outcome
from bot.core.errors import (
    AutoenhanceError,
    KeyMissing,
    KeyRefused,
    Limited,
    OrderNotFound,
    OrderTooLarge,
    Unavailable,
)
from bot.core.metrics import Metrics
from tests.autoenhance.vendor import ELM, client, serving


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (OrderNotFound("no"), "not_found"),
        (KeyRefused("no"), "refused"),
        (OrderTooLarge("no"), "too_large"),
        (Limited("no"), "limited"),
        (Unavailable("no"), "no_answer"),
        (Transient(Limited("no")), "limited"),
        (Transient(Unavailable("no")), "no_answer"),
        (ZeroDivisionError(), "other"),
    ],
    ids=lambda each: each if isinstance(each, str) else type(each).__name__,
)
def test_each_end_of_a_call_has_a_word(error: Exception, word: str) -> None:
    """Also when it may pass in a moment."""
    assert outcome(error) == word


def test_every_error_that_a_call_can_end_with_has_one() -> None:
    """KeyMissing is what we make of a refusal, when there is no key."""
    kinds = {AutoenhanceError}
    while more := {kind for each in kinds for kind in each.__subclasses__()} - kinds:
        kinds |= more
    ends = [kind for kind in kinds if not kind.__subclasses__() and kind is not KeyMissing]

    assert [kind for kind in ends if outcome(kind("no")) == "other"] == []


async def hanging(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_a_call_that_is_waited_for_no_longer() -> None:
    """Hanging for longer than we wait is an end too."""
    metrics = Metrics()
    async with (
        serving(hanging) as url,
        client(url=url, metrics=metrics, limits=Limits(total=0.05)) as autoenhance,
    ):
        with pytest.raises(Unavailable):
            await autoenhance.order(ELM)
        await asyncio.sleep(0)

    calls = metrics.registry.get_sample_value("order_desk_autoenhance_calls_total", {"outcome": "given_up"})
    assert calls == 1
