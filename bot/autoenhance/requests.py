"""GET requests of Autoenhance's API: within its rate limit, with timeouts, and repeated where that helps."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeVar

import httpx
import stamina
from pydantic import SecretStr

from bot.autoenhance import responses
from bot.autoenhance.bodies import LargeAnswers, Reading
from bot.autoenhance.limits import Limits
from bot.core.errors import KeyMissing, KeyRefused, Limited, Unavailable
from bot.core.metrics import Metrics
from bot.storage.rate_limits.base import RateLimiter

RATE_LIMIT = "autoenhance"
T = TypeVar("T")
_AT_ONCE = 2  # requests: an order and its brackets. Apart, each card would wait 5 ms longer


class Requests:
    """Raises AutoenhanceError and its subclasses, and DatabaseFailed where the rate limiter is shared.

    No error message has the key, a URL or an order ID. The lines that stamina logs about retries have none
    either: it logs the exception, and arguments only of functions that it decorates.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        api_url: str,
        version: str | None,
        now: Callable[[], datetime],
        rate_limiter: RateLimiter,
        metrics: Metrics,
        limits: Limits,
    ) -> None:
        self._http = http
        self._url = f"{api_url.rstrip('/')}/v3/"
        self._headers = {"accept-encoding": "gzip"}
        if version:
            self._headers["x-api-version"] = version
        self._now = now
        self._limits = limits
        self._large_answers = LargeAnswers(limits)
        self._rate_limiter = rate_limiter
        self._metrics = metrics
        self._retried = stamina.AsyncRetryingCaller(
            attempts=limits.attempts,
            timeout=None,
            wait_initial=limits.first_pause,
            wait_jitter=limits.jitter,
        ).on(self._pause)

    def reading(self) -> Reading:
        """Reads and parses one answer."""
        return self._large_answers.reading()

    async def get(
        self,
        reading: Reading,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        key: SecretStr | None = None,
        again: bool = True,
    ) -> bytearray:
        """The answer's body. `path` is relative to `/v3/`. `again`: repeats a failure that may pass."""

        async def body(reply: httpx.Response) -> bytearray:
            self.check(reply)
            return await reading.body(reply)

        return await self.read(body, path, query, key=key, again=again)

    def check(self, reply: httpx.Response) -> None:
        """Returns for a 200 and raises for every other status."""
        responses.check(reply, self._now())

    async def read(
        self,
        take: Callable[[httpx.Response], Awaitable[T]],
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        key: SecretStr | None = None,
        accept: str = "application/json",
        again: bool = True,
    ) -> T:
        """What `take` makes of the answer, whose body is still to be read. `take` checks its status."""
        headers = self._headers | {"accept": accept} | ({"x-api-key": key.get_secret_value()} if key else {})
        try:
            async with asyncio.timeout(self._limits.total):
                if not again:
                    return await self._once(take, path, query, headers)
                return await self._retried(self._once, take, path, query, headers)
        except TimeoutError as error:
            raise Unavailable("Autoenhance didn't respond in time") from error
        except KeyRefused as error:
            if key:
                raise
            raise KeyMissing("Autoenhance requires an API key, and none is set") from error
        except responses.Transient as transient:
            raise transient.failure from transient.__cause__

    def _pause(self, error: Exception) -> bool | float:
        """For stamina: False to give up, True for stamina's own pause, or the seconds to pause."""
        if not isinstance(error, responses.Transient):
            return False
        asked = error.failure.retry_after
        if asked is None:
            return True
        return asked <= self._limits.patience and asked + random.uniform(0, self._limits.jitter)  # noqa: S311 - no secret

    async def _once(
        self,
        take: Callable[[httpx.Response], Awaitable[T]],
        path: str,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
    ) -> T:
        """One request, when the rate limit allows it. A larger burst would fill the first second twice."""
        turn = await self._rate_limiter.take(
            RATE_LIMIT, every=1 / self._limits.per_second, burst=_AT_ONCE, within=self._limits.total
        )
        if not turn.booked:
            raise Limited("too many requests to Autoenhance at once", retry_after=turn.seconds)
        await asyncio.sleep(turn.seconds)
        with self._metrics.autoenhance_call(responses.outcome):
            try:
                # httpx 0.28.1 would send x-api-key along on a redirect to another host.
                async with self._http.stream(
                    "GET",
                    self._url + path,
                    params=query,
                    headers=headers,
                    timeout=httpx.Timeout(self._limits.read, connect=self._limits.connect),
                    follow_redirects=False,
                ) as reply:
                    return await take(reply)
            except httpx.LocalProtocolError as error:
                raise responses.no_answer(error) from None  # its text quotes the header with the key
            except httpx.HTTPError as error:
                raise responses.no_answer(error) from error
