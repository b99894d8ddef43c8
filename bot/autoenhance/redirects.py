"""Where a redirect of Autoenhance may lead: to an address of the internet, over https."""

import re
from urllib.parse import urljoin, urlsplit

import httpx

from bot.core.errors import Unavailable
from bot.core.network import is_ip_address, is_public

_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)  # as a last label, an address in an odd spelling
_THIS_MACHINE = ("127.0.0.1", "::1")


def allowed(base: str, location: str, *, local: bool) -> str:
    """The address that `location` names, seen from `base`. Raises Unavailable if it may not be asked.

    With `local`, Autoenhance itself is on this machine, and may name this machine over http. A name's
    addresses are checked by the client, when it finds them.
    """
    try:
        url = urljoin(base, location)
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        raise Unavailable("Autoenhance redirects to no address") from None
    if "@" in parts.netloc or not host:
        raise Unavailable("Autoenhance redirects to no address")
    if local and parts.scheme == "http" and host in _THIS_MACHINE:
        return url
    if parts.scheme != "https":
        raise Unavailable("Autoenhance redirects to an address without https")
    if not _may_be_public(host):
        raise Unavailable("Autoenhance redirects into a private network")
    return url


def _may_be_public(host: str) -> bool:
    if is_ip_address(host):
        return is_public(host)
    labels = host.rstrip(".").split(".")
    return labels[-1] != "localhost" and not _NUMBER.fullmatch(labels[-1])
