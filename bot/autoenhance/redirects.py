"""Where a redirect of Autoenhance may lead: to an address of the internet, over https."""

import re

import httpx

from bot.core.errors import NoPreview
from bot.core.network import is_ip_address, is_public

_NAME = re.compile(r"[a-z0-9._-]+")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")  # as a last label, an address in an odd spelling
_MAX_PORT = 65535
_THIS_MACHINE = ("127.0.0.1", "::1")


def allowed(base: str, location: str, *, local: bool) -> httpx.URL:
    """The address that `location` names, seen from `base`. Raises NoPreview if it may not be asked.

    With `local`, Autoenhance itself is on this machine, and may name this machine over http. A name's
    addresses are checked by the client, when it finds them. The client gets the URL as it was checked:
    another reader might find another host in the same text, such as `127。0。0。1`.
    """
    try:
        url = httpx.URL(base).join(location)
        host = url.raw_host.decode()
    except (ValueError, httpx.InvalidURL):
        raise NoPreview("Autoenhance redirects to no address") from None
    if url.userinfo or not host or not 0 < (url.port or 443) <= _MAX_PORT:
        raise NoPreview("Autoenhance redirects to no address")
    if local and url.scheme == "http" and host in _THIS_MACHINE:
        return url
    if url.scheme != "https":
        raise NoPreview("Autoenhance redirects to an address without https")
    if not _may_be_public(host):
        raise NoPreview("Autoenhance redirects into a private network")
    return url


def _may_be_public(host: str) -> bool:
    if is_ip_address(host):
        return is_public(host)
    last = host.rstrip(".").rpartition(".")[2]
    return bool(_NAME.fullmatch(host)) and last != "localhost" and not _NUMBER.fullmatch(last)
