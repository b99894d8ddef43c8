"""The network settings: the proxy for a URL, the trusted certificates, and what is wrong with them.

The variables are those that curl and most programs read: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY,
SSL_CERT_FILE and SSL_CERT_DIR. `settings.py` reads them from the environment.
"""

import re
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_HOST_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
_UNENCRYPTED_SCHEMES = {"http", "ws"}
_EXAMPLE_PROXY = "http://proxy.example:3128"

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the variable that names it. Its URL may hold a password: print `address` instead."""

    variable: str
    url: str = field(repr=False)

    @property
    def address(self) -> str:
        """The URL without user name and password. Empty if it cannot be read."""
        parts = _strictly_parsed(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts else ""

    def problem(self) -> str:
        """One sentence, without the URL. Empty if the proxy can be used."""
        parts = _strictly_parsed(self.url)
        if parts is None or not _is_host(parts.hostname or "") or parts.port == 0 or _has_path(parts):
            return f"{self.variable} is not a proxy's address. {self._remedy()}"
        if parts.scheme.startswith("socks"):
            return f"{self.variable} names a SOCKS proxy, which Order Desk can't use. {self._remedy()}"
        if parts.scheme not in {"http", "https"}:
            return f"{self.variable} must begin with http:// or https://. {self._remedy()}"
        if not unquote(f"{parts.username}{parts.password}").isascii():
            return f"{self.variable} has a user name or password that isn't ASCII. {self._remedy()}"
        return ""

    def _remedy(self) -> str:
        if self.variable != "HTTPS_PROXY":
            return f"Set HTTPS_PROXY to an address such as {_EXAMPLE_PROXY}, or unset {self.variable}."
        if "@" in self.url:
            return (
                f"Set it to an address such as {_EXAMPLE_PROXY}, or unset it. "
                "Special characters in a password must be percent-encoded, such as %40 for @."
            )
        return f"Set it to an address such as {_EXAMPLE_PROXY}, or unset it."


@dataclass(frozen=True)
class Network:
    """The values of the variables with these names. Empty where one is not set."""

    https_proxy: str = field(default="", repr=False)
    http_proxy: str = field(default="", repr=False)
    all_proxy: str = field(default="", repr=False)
    no_proxy: str = ""
    ssl_cert_file: str = ""
    ssl_cert_dir: str = ""

    def proxy_for(self, url: str) -> Proxy | None:
        """None where the connection is direct: to this machine, and to hosts in NO_PROXY.

        Otherwise the proxy is HTTPS_PROXY, then ALL_PROXY. HTTP_PROXY comes first for http://. For https://
        it comes last: curl would not use it there, but Slack's SDK does. Order Desk calls only https://
        outside this machine.
        """
        parts = _parsed(url)
        host = (parts.hostname or "").rstrip(".") if parts else ""
        if parts is None or not host or _is_this_machine(host) or self._excludes(parts, host):
            return None
        https, http, everything = (
            ("HTTPS_PROXY", self.https_proxy),
            ("HTTP_PROXY", self.http_proxy),
            ("ALL_PROXY", self.all_proxy),
        )
        order = [http, everything] if parts.scheme in _UNENCRYPTED_SCHEMES else [https, everything, http]
        return next((Proxy(name, _with_scheme(value)) for name, value in order if value.strip()), None)

    def proxy_url(self, url: str) -> str | None:
        """The proxy's URL, for libraries. It may hold a password."""
        proxy = self.proxy_for(url)
        return proxy.url if proxy else None

    def problems(self, urls: Iterable[str]) -> list[str]:
        """One sentence for each variable that prevents requests to one of these URLs."""
        outside = [url for url in urls if not _is_http(url)]
        proxies = {proxy for url in outside if (proxy := self.proxy_for(url))}
        found = sorted(problem for proxy in proxies if (problem := proxy.problem()))
        return found + (self._certificate_problems() if outside else [])

    def cause_of(self, who: str, url: str, error: BaseException) -> str:
        """One sentence that names the variable to correct after a call to `who` failed with this error.

        Empty where no variable is the cause.
        """
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            return self._untrusted_sentence(who)
        proxy = self.proxy_for(url)
        if proxy is None:
            return ""
        return (
            f"{who} can't be reached through {proxy.variable} ({proxy.address}). "
            f"Check the proxy's address and password, and whether it allows {urlsplit(url).hostname}."
        )

    def _untrusted_sentence(self, who: str) -> str:
        for variable, value in (("SSL_CERT_FILE", self.ssl_cert_file), ("SSL_CERT_DIR", self.ssl_cert_dir)):
            if value:
                return (
                    f"{who}'s certificate can't be verified with {variable} ({value}). "
                    "Add your network's certificate there, or unset the variable."
                )
        return (
            f"{who}'s certificate isn't trusted on this machine. If your network uses its own certificate, "
            "set SSL_CERT_FILE to the file that contains it."
        )

    def _certificate_problems(self) -> list[str]:
        file, folders, found = self.ssl_cert_file, self.ssl_cert_dir, []
        if file and (problem := _certificate_file_problem(file)):
            found.append(f"SSL_CERT_FILE can't be used, because {file} {problem}. Correct it or unset it.")
        if folders and not any(Path(folder).is_dir() for folder in folders.split(":")):
            found.append(f"SSL_CERT_DIR must be an existing folder, not {folders}. Correct it or unset it.")
        return found

    def _excludes(self, parts: SplitResult, host: str) -> bool:
        port = parts.port or _PORTS.get(parts.scheme)
        return any(_matches(entry, host, port) for entry in self.no_proxy.replace(",", " ").split())


def _parsed(url: str) -> SplitResult | None:
    """None if Python cannot parse the URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _strictly_parsed(url: str) -> SplitResult | None:
    """None also if httpx or aiohttp cannot parse the URL."""
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \\")
    return _parsed(url) if plain else None


def _has_path(parts: SplitResult) -> bool:
    """Whether the URL has a path, query or fragment: a `/`, `?` or `#` in a password looks like one."""
    return bool(parts.path.strip("/") or parts.query or parts.fragment)


def _is_host(host: str) -> bool:
    """Whether this is an IP address or a valid name: no label is empty or longer than 63 characters."""
    return bool(_ip_address(host)) or bool(_HOST_NAME.fullmatch(host))


def _with_scheme(value: str) -> str:
    """A value without a scheme, such as `proxy.example:3128`, is http://, as for curl and httpx."""
    value = value.strip()
    return value if "://" in value else f"http://{value}"


def _is_http(url: str) -> bool:
    return url.lower().startswith("http://")


def _ip_address(host: str) -> Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


_GLOBAL_UNICAST = ip_network("2000::/3")  # all that is given out (RFC 4291). Some older forms are outside
_PROTOCOLS = ip_network("192.0.0.0/24")  # for protocols (RFC 6890). Python calls some of it global
_NAT64 = ip_network("64:ff9b::/96")  # its last 32 bits are an IPv4 address (RFC 6052)


def is_public(address: str) -> bool:
    """Whether this is an IP address of the internet: not of this machine, a private network or a group."""
    found = _ip_address(address)
    if isinstance(found, IPv6Address):
        inner = found.sixtofour or (IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        return is_public(str(inner)) if inner else found in _GLOBAL_UNICAST and found.is_global
    return found is not None and found.is_global and not found.is_multicast and found not in _PROTOCOLS


def is_ip_address(host: str) -> bool:
    return _ip_address(host) is not None


def _is_this_machine(host: str) -> bool:
    address = _ip_address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def _matches(entry: str, host: str, port: int | None) -> bool:
    """Whether this entry of NO_PROXY covers the host.

    `*` covers every host. An IP address or a range (`10.0.0.0/8`, `fd07::/64`) covers addresses, and names
    are not resolved. A name covers itself and its subdomains, with or without a dot or `*.` before it. With
    a port, as in `[::1]:8080`, only that port is covered. Any other entry covers nothing.
    """
    name, wanted = _without_port(entry.lower().rpartition("://")[2])
    if wanted and wanted != str(port):
        return False
    if name == "*":
        return True
    try:
        covered = ip_network(name, strict=False)
    except ValueError:
        name = name.removeprefix("*").strip(".")
        return bool(name) and f".{host}".endswith(f".{name}")
    address = _ip_address(host)
    return address is not None and address in covered


def _without_port(entry: str) -> tuple[str, str]:
    """The host without brackets, and the port, of `[::1]:80`, `[fd07::]/64`, `::1` and `host:80`."""
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return (name + rest, "") if rest.startswith("/") else (name, rest.removeprefix(":"))
    name, _, port = entry.partition(":")
    return (name, port) if port.isdecimal() else (entry, "")


def _certificate_file_problem(path: str) -> str:
    """What is wrong with a file of certificates. Empty if it can be used."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        return "contains no certificate"
    except FileNotFoundError:
        return "doesn't exist"
    except (OSError, ValueError) as error:
        return f"can't be read ({getattr(error, 'strerror', None) or 'no path'})"
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
