"""The short form of `make soak`, without what depends on the speed of this machine."""

import pytest

from benchmarks.soak import soak
from benchmarks.soaking.plan import SHORT, SHORT_ON_POSTGRES


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_every_promise_is_kept_during_failures() -> None:
    """Each acknowledged request is answered and each watch posts its end.

    Nothing is repeated without a reason.
    """
    verdict = await soak(SHORT)

    assert verdict.broken == (), verdict.counts


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_every_promise_is_kept_through_a_failover(postgres_url: str) -> None:
    """The same with one process that serves and two workers, while PostgreSQL takes no writes for a while."""
    verdict = await soak(SHORT_ON_POSTGRES, postgres_url)

    assert verdict.broken == (), verdict.counts
