"""The word under which a call to Autoenhance is counted."""

import asyncio

import pytest

from bot.autoenhance.limits import Limits
from bot.autoenhance.responses import Transient, outcome
from bot.core.errors import (
    AccountKeyUnreadable,
    AutoenhanceError,
    KeyMissing,
    KeyRefused,
    Limited,
    OrderHidden,
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
    """Every outcome of a call has a word, also one that a retry may change."""
    assert outcome(error) == word


def test_every_error_that_a_call_can_end_with_has_one() -> None:
    """Every error that a call can raise has a word.

    KeyMissing has none, as it is what the client makes of a refusal without a key, and OrderHidden of one
    with each. A key that nobody can read is not sent.
    """
    kinds = {AutoenhanceError}
    while more := {kind for each in kinds for kind in each.__subclasses__()} - kinds:
        kinds |= more
    unsent = (KeyMissing, OrderHidden, AccountKeyUnreadable)
    ends = [kind for kind in kinds if not kind.__subclasses__() and not issubclass(kind, unsent)]

    assert [kind for kind in ends if outcome(kind("no")) == "other"] == []


async def hanging(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_a_call_that_runs_out_of_time_has_a_word() -> None:
    """A call that exceeds the total limit is counted too."""
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
