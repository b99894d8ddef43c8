"""Single orders where Autoenhance demands a key: which keys are tried, and who shares an answer."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from bot.accounts.models import Account, KeyedAccount, default_account
from bot.autoenhance.client import Autoenhance
from bot.autoenhance.keys import DEMANDED_FOR, NO_KEYS
from bot.autoenhance.limits import Limits
from bot.autoenhance.requests import Requests
from bot.bootstrap.clients import http_client
from bot.core.errors import (
    AutoenhanceError,
    KeyMissing,
    KeyRefused,
    NoAccountHere,
    OrderHidden,
    OrderNotFound,
    Unavailable,
    is_gone,
)
from bot.core.metrics import Metrics
from bot.core.network import Network
from bot.orders.ids import OrderId
from bot.sandbox.autoenhance.app import API_KEY, SECOND_KEY, AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import CEDAR, OAK
from bot.sandbox.server import serving
from bot.storage.rate_limits.memory import LocalRateLimiter
from tests.support.clock import Clock

MINE = OrderId(OAK)  # of the account with API_KEY
THEIRS = OrderId(CEDAR)  # of the other one
UNKNOWN = OrderId("no-such-order")
SHARING = Limits(first_pause=0, jitter=0, fresh_for=60, per_second=10_000, brackets_after=60)


def account(name: str) -> Account:
    return Account("T1", name, name=name, owner="U1", hint="")


def keyed(name: str, key: str | None) -> KeyedAccount:
    return KeyedAccount(account(name), SecretStr(key) if key else None)


ADMINS = KeyedAccount(default_account("T1", API_KEY), SecretStr(API_KEY))
STUDIO = keyed("studio", SECOND_KEY)
GONE, GONE_TOO = keyed("gone", "revoked"), keyed("gone too", "revoked-as-well")
LOST = keyed("lost", None)


@dataclass
class Held:
    """The keys of one place, and what was said of them."""

    keys: Sequence[KeyedAccount]
    asked: int = 0
    said: list[tuple[str, str]] = field(default_factory=list)

    async def usable(self) -> Sequence[KeyedAccount]:
        self.asked += 1
        return self.keys

    async def used(self, account: Account) -> None:
        self.said.append(("used", account.account_id))

    def missing(self) -> KeyMissing:
        return NoAccountHere("none here")


def held(*keys: KeyedAccount) -> Held:
    return Held(keys)


@pytest.fixture
def vendor(clock: Clock) -> AutoenhanceSandbox:
    """Demands a key."""
    sandbox = AutoenhanceSandbox(now=clock)
    sandbox.demands_key = True
    return sandbox


@asynccontextmanager
async def opened(vendor: AutoenhanceSandbox, clock: Clock, limits: Limits) -> AsyncIterator[Autoenhance]:
    async with serving(vendor.app) as url, http_client(Network(), url) as http:
        requests = Requests(
            http,
            api_url=url,
            version=None,
            now=clock.now,
            rate_limiter=LocalRateLimiter(clock),
            metrics=Metrics(),
            limits=limits,
        )
        yield Autoenhance(requests, key=SecretStr(API_KEY), now=clock.now, limits=limits)


@pytest.fixture
async def api(vendor: AutoenhanceSandbox, clock: Clock) -> AsyncIterator[Autoenhance]:
    """Shares no answer that has come."""
    async with opened(vendor, clock, Limits(first_pause=0, jitter=0, fresh_for=0)) as api:
        yield api


@pytest.fixture
async def sharing(vendor: AutoenhanceSandbox, clock: Clock) -> AsyncIterator[Autoenhance]:
    """Shares its answers for a minute."""
    async with opened(vendor, clock, SHARING) as api:
        yield api


def keys_sent(vendor: AutoenhanceSandbox) -> list[str | None]:
    return [asked.headers.get("x-api-key") for asked in vendor.forget()]


async def test_no_key_is_sent_where_none_is_demanded(api: Autoenhance, vendor: AutoenhanceSandbox) -> None:
    """Nobody is even asked which keys there are, for an order and for its brackets."""
    vendor.demands_key = False
    keys = held(ADMINS, STUDIO)

    assert (await api.order_with_brackets(MINE, keys=keys)).brackets
    await api.order(THEIRS)

    assert set(keys_sent(vendor)) == {None}
    assert keys.asked == 0


async def test_keys_are_tried_in_turn(api: Autoenhance, vendor: AutoenhanceSandbox) -> None:
    """One that is refused, one that nobody can read and one that does not see the order are no end."""
    keys = held(GONE, LOST, ADMINS, STUDIO)

    assert (await api.order(THEIRS, keys=keys)).order.name == "8 Cedar Drive"
    assert await api.brackets(THEIRS, keys=held(STUDIO))

    assert keys_sent(vendor) == [None, "revoked", API_KEY, SECOND_KEY, None, SECOND_KEY]
    assert keys.said == [("used", "default"), ("used", "studio")]


async def test_the_demand_is_remembered_for_a_time(
    api: Autoenhance, vendor: AutoenhanceSandbox, clock: Clock
) -> None:
    """So a look-up does not cost two requests. Later it is tried without a key again."""
    keys = held(ADMINS)
    await api.order(MINE, keys=keys)
    assert api.demands_keys
    assert keys_sent(vendor) == [None, API_KEY]

    await api.order(MINE, keys=keys)
    assert keys_sent(vendor) == [API_KEY]

    clock.turn(seconds=DEMANDED_FOR.total_seconds() + 1)
    vendor.demands_key = False
    await api.order(MINE, keys=keys)
    assert keys_sent(vendor) == [None]
    assert not api.demands_keys


async def test_who_has_no_key_asks_without_one(api: Autoenhance, vendor: AutoenhanceSandbox) -> None:
    """Also while the demand is remembered, because it may be over."""
    with pytest.raises(NoAccountHere):
        await api.order(MINE, keys=held())
    with pytest.raises(NoAccountHere):
        await api.order(MINE, keys=held(LOST))
    vendor.demands_key = False

    assert (await api.order(MINE, keys=held())).order.order_id == MINE
    assert set(keys_sent(vendor)) == {None}


async def test_the_admins_key_is_used_where_nobody_names_others(api: Autoenhance) -> None:
    """As on the command line. A caller may also allow none."""
    assert (await api.order(MINE)).order.order_id == MINE
    with pytest.raises(OrderNotFound):
        await api.order(THEIRS)
    with pytest.raises(KeyMissing):
        await api.order(MINE, keys=NO_KEYS)


def failures() -> Iterator[tuple[Held, OrderId, type[AutoenhanceError]]]:
    yield held(ADMINS, STUDIO), UNKNOWN, OrderNotFound
    yield held(GONE, ADMINS), UNKNOWN, OrderNotFound
    yield held(ADMINS, GONE), UNKNOWN, OrderNotFound
    yield held(GONE, GONE_TOO), MINE, OrderHidden
    yield held(KeyedAccount(ADMINS.account, SecretStr("revoked")), GONE), MINE, OrderHidden
    yield held(GONE, KeyedAccount(ADMINS.account, SecretStr("revoked"))), MINE, OrderHidden
    yield held(KeyedAccount(ADMINS.account, SecretStr("revoked"))), MINE, KeyRefused
    yield held(), MINE, NoAccountHere


@pytest.mark.parametrize(("keys", "order", "error"), list(failures()))
async def test_the_error_says_what_the_keys_came_to(
    api: Autoenhance, keys: Held, order: OrderId, error: type[AutoenhanceError]
) -> None:
    """Where an account was read, the order is not in it. A refusal is told only where no key was taken.

    It may be about the one order, so it is no fact about a connected account. Nobody is marked.
    """
    with pytest.raises(error) as raised:
        await api.order(order, keys=keys)

    assert type(raised.value) is error
    assert {said for said, _ in keys.said} <= {"used"}
    if isinstance(raised.value, OrderNotFound):
        assert raised.value.with_key
        assert not is_gone(raised.value)


@pytest.mark.parametrize("keys", [held(ADMINS), held(GONE), held(GONE, ADMINS)], ids=["404", "401", "both"])
async def test_an_order_that_no_key_shows_is_asked_for_without_one(
    api: Autoenhance, vendor: AutoenhanceSandbox, keys: Held
) -> None:
    """The demand was for another order. With that answer it is over, and no key is sent any more."""
    vendor.demands_key, vendor.heeds_keys = False, True
    vendor.set_failure("401", order=MINE, times=1)
    assert (await api.order(MINE, keys=held(ADMINS))).with_key
    vendor.forget()

    assert not (await api.order(THEIRS, keys=keys)).with_key

    assert keys_sent(vendor) == [*(each.key.get_secret_value() for each in keys.keys if each.key), None]
    assert not api.demands_keys
    await api.order(THEIRS, keys=keys)
    assert keys_sent(vendor) == [None]


async def test_an_order_is_gone_if_it_is_not_there_without_a_key_either(
    api: Autoenhance, vendor: AutoenhanceSandbox
) -> None:
    """That an account does not see it says less. The demand may still be there for other orders."""
    await api.order(MINE, keys=held(ADMINS))
    vendor.demands_key, vendor.heeds_keys = False, True

    with pytest.raises(OrderNotFound) as raised:
        await api.order(UNKNOWN, keys=held(ADMINS))
    assert is_gone(raised.value)
    assert keys_sent(vendor)[-2:] == [API_KEY, None]
    assert api.demands_keys


async def test_an_outage_ends_the_turn(api: Autoenhance, vendor: AutoenhanceSandbox) -> None:
    """Other keys would bring no answer either."""
    await api.order(MINE, keys=held(ADMINS))
    vendor.forget()
    vendor.set_failure("500")

    with pytest.raises(Unavailable):
        await api.order(MINE, keys=held(STUDIO, ADMINS))

    assert keys_sent(vendor) == [SECOND_KEY]


async def test_an_answer_to_a_key_is_not_for_others(sharing: Autoenhance, vendor: AutoenhanceSandbox) -> None:
    """Callers with the same account share it. A caller with another account, or with none, does not."""
    await sharing.order_with_brackets(THEIRS, keys=held(STUDIO))
    vendor.forget()

    assert (await sharing.order_with_brackets(THEIRS, keys=held(STUDIO))).brackets
    assert keys_sent(vendor) == []
    for keys, error in ((held(ADMINS), OrderNotFound), (held(), NoAccountHere)):
        with pytest.raises(error):
            await sharing.order(THEIRS, keys=keys)
        with pytest.raises(error):
            await sharing.brackets(THEIRS, keys=keys)


async def test_questions_at_once_are_not_shared_over_accounts(
    sharing: Autoenhance, vendor: AutoenhanceSandbox
) -> None:
    """Two people ask for one order at the same moment, and only one of them may see it."""
    with pytest.raises(OrderNotFound):
        await sharing.order(UNKNOWN, keys=held(ADMINS))  # the demand is known

    seen, unseen = await asyncio.gather(
        sharing.order(THEIRS, keys=held(STUDIO)),
        sharing.order(THEIRS, keys=held(ADMINS)),
        return_exceptions=True,
    )

    assert not isinstance(seen, BaseException)
    assert isinstance(unseen, OrderNotFound)
