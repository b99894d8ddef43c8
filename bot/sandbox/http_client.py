"""A client for what listens on this machine: the bot."""

import ssl

import httpx


def plain_client(timeout: float | None) -> httpx.AsyncClient:
    """Without proxies and without TLS: loading the certificates would take longer than the request."""
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(verify=bare, timeout=timeout, trust_env=False)
