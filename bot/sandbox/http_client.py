"""An HTTP client for requests to the bot on this machine."""

import ssl

import httpx


def plain_client(timeout: float | None) -> httpx.AsyncClient:
    """Without proxies and without certificates: loading them would take longer than the request."""
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(verify=bare, timeout=timeout, trust_env=False)
