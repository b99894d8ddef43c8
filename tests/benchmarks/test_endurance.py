"""The short form of `make soak`, without what depends on how fast this machine is."""

import pytest

from benchmarks.soak import soak
from benchmarks.soaking.plan import SHORT


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_every_promise_is_kept_in_bad_weather() -> None:
    """Each acknowledged request answered, each watch told to its end, nothing repeated without a reason."""
    verdict = await soak(SHORT)

    assert verdict.broken == (), verdict.counts
