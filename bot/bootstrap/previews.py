"""The clients that fetch previews of photos, also from hosts that Autoenhance names."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.autoenhance.limits import Limits
from bot.autoenhance.previews import Previews
from bot.autoenhance.requests import Requests
from bot.bootstrap.clients import DEFAULT_LIMITS, http_client
from bot.core.network import Network, is_public
from bot.core.settings import Settings


class PublicOnly(AbstractResolver):
    """Finds the addresses of names, and refuses a name if one of them is not public.

    aiohttp connects to the addresses that this returns, and asks no second time. So a name cannot have
    another address when it is connected to than when it was checked.
    """

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise OSError("the name has an address that is not public")
        return found

    async def close(self) -> None:
        await self._names.close()


class Clients:
    """Clients for addresses that Autoenhance names. Each is made when it is first needed.

    Where a proxy is set, it connects, and finds the addresses of names itself. So the proxy says which it
    allows. The proxy's own address may be a private one.
    """

    def __init__(self, network: Network, names: AbstractResolver | None = None) -> None:
        self._network = network
        self._names = names
        self._made: dict[tuple[bool, bool], httpx.AsyncClient] = {}

    def client_for(self, url: str) -> httpx.AsyncClient:
        by_proxy, plain = self._network.proxy_for(url) is not None, url.startswith("http://")
        if (by_proxy, plain) not in self._made:
            names = self._names or ThreadedResolver()
            resolver = names if by_proxy else PublicOnly(names)
            self._made[by_proxy, plain] = http_client(self._network, url, resolver=resolver)
        return self._made[by_proxy, plain]

    async def close(self) -> None:
        for client in self._made.values():
            await client.aclose()


@asynccontextmanager
async def open_previews(
    settings: Settings, requests: Requests, *, limits: Limits = DEFAULT_LIMITS
) -> AsyncIterator[Previews]:
    clients = Clients(settings.network)
    local = settings.autoenhance_api_url.startswith("http://")
    try:
        yield Previews(requests, clients.client_for, local=local, limits=limits)
    finally:
        await clients.close()
