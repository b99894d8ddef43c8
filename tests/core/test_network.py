"""Which proxy is used for a URL, and what is said of one that cannot be used."""

import ssl
from pathlib import Path

import httpx
import pytest
import yarl
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.errors import SettingsError
from bot.core.network import Network, Proxy, is_public
from bot.core.settings import FixedSettings, Settings

SLACK, HOOKS = "https://slack.com/api/", "https://hooks.slack.com/commands/1"
ALL = {"https_proxy": "http://s:1", "http_proxy": "http://h:1", "all_proxy": "http://a:1"}


@pytest.mark.parametrize(
    ("given", "url", "variable"),
    [
        pytest.param({}, SLACK, None, id="none"),
        pytest.param(ALL, SLACK, "HTTPS_PROXY", id="https"),
        pytest.param(ALL, "wss://wss-primary.slack.com/link", "HTTPS_PROXY", id="wss"),
        pytest.param(ALL, "http://slack.test/api/", "HTTP_PROXY", id="http"),
        pytest.param(ALL | {"https_proxy": ""}, SLACK, "ALL_PROXY", id="all"),
        pytest.param({"http_proxy": "http://h:1"}, SLACK, "HTTP_PROXY", id="http-alone"),
        pytest.param({"https_proxy": "http://s:1"}, "http://slack.test/", None, id="https-is-not-for-http"),
        pytest.param({"https_proxy": "  "}, SLACK, None, id="blank"),
        pytest.param(ALL, "http://127.0.0.1:3000/", None, id="loopback"),
        pytest.param(ALL, "https://127.8.0.1/", None, id="all-of-loopback"),
        pytest.param(ALL, "https://[::1]:8443/", None, id="loopback-6"),
        pytest.param(ALL, "https://[::ffff:127.0.0.1]/", None, id="loopback-mapped"),
        pytest.param(ALL, "https://LOCALHOST./", None, id="localhost"),
        pytest.param(ALL, "https://app.localhost/", None, id="below-localhost"),
        pytest.param(ALL, "https://localhost.example/", "HTTPS_PROXY", id="not-localhost"),
        pytest.param(ALL, "https://[::1", None, id="no-url"),
    ],
)  # fmt: skip
def test_each_url_has_its_proxy(given: dict[str, str], url: str, variable: str | None) -> None:
    """HTTPS_PROXY comes first, then ALL_PROXY, then HTTP_PROXY. This machine is reached directly."""
    proxy = Network(**given).proxy_for(url)

    assert (proxy.variable if proxy else None) == variable


@pytest.mark.parametrize(
    ("listed", "url", "direct"),
    [
        pytest.param("slack.com", SLACK, True, id="name"),
        pytest.param("SLACK.com.", SLACK, True, id="case-and-dot"),
        pytest.param("slack.com", HOOKS, True, id="below"),
        pytest.param(".slack.com", HOOKS, True, id="dot"),
        pytest.param(".slack.com", SLACK, True, id="dot-itself"),
        pytest.param("*.slack.com", HOOKS, True, id="star-dot"),
        pytest.param("hooks.slack.com", SLACK, False, id="above"),
        pytest.param("ack.com", SLACK, False, id="no-suffix-of-a-label"),
        pytest.param("https://slack.com", SLACK, True, id="with-scheme"),
        pytest.param("localhost, a.test ,slack.com", SLACK, True, id="spaces"),
        pytest.param("a.test slack.com", SLACK, True, id="spaces-alone"),
        pytest.param("*", SLACK, True, id="star"),
        pytest.param("a.test,*", "https://10.0.0.1/", True, id="star-among-others"),
        pytest.param("slack.com:443", SLACK, True, id="port"),
        pytest.param("slack.com:8443", SLACK, False, id="another-port"),
        pytest.param("10.0.0.1", "https://10.0.0.1/", True, id="address"),
        pytest.param("10.0.0.1:8443", "https://10.0.0.1:8443/", True, id="address-and-port"),
        pytest.param("10.0.0.0/8", "https://10.200.3.4/", True, id="range"),
        pytest.param("10.0.0.7/8", "https://10.200.3.4/", True, id="range-with-host-bits"),
        pytest.param("10.0.0.0/8", "https://11.0.0.1/", False, id="outside-range"),
        pytest.param("10.0.0.0/8", "https://[fd07::1]/", False, id="another-family"),
        pytest.param("fd07:b51a:cc66:f0::/64", "https://[fd07:b51a:cc66:f0::9]/", True, id="range-6"),
        pytest.param("[fd07::]/64", "https://[fd07::9]/", True, id="range-6-in-brackets"),
        pytest.param("fd07::0:1", "https://[fd07::1]/", True, id="address-6"),
        pytest.param("[fd07::1]", "https://[fd07::1]/", True, id="address-6-in-brackets"),
        pytest.param("[fd07::1]:8443", "https://[fd07::1]:8443/", True, id="address-6-and-port"),
        pytest.param("[fd07::1]:8443", "https://[fd07::1]/", False, id="address-6-and-another-port"),
        pytest.param("0.0.0.0/0,::/0", SLACK, False, id="names-are-not-looked-up"),
        pytest.param("", SLACK, False, id="empty"),
        pytest.param(", ,.,*.,[,]:,:80,/,%,10.0.0.0/99,http://", SLACK, False, id="nonsense"),
    ],
)  # fmt: skip
def test_no_proxy_lists_what_is_direct(listed: str, url: str, direct: bool) -> None:  # noqa: FBT001
    """NO_PROXY takes domains with their subdomains, addresses, ranges and ports.

    Any other entry matches nothing.
    """
    network = Network(https_proxy="http://proxy.test:3128", no_proxy=listed)

    assert (network.proxy_for(url) is None) == direct


@pytest.mark.parametrize(
    ("variable", "url", "says"),
    [
        pytest.param("https_proxy", "http://proxy.test:3128", "", id="http"),
        pytest.param("https_proxy", "https://proxy.test", "", id="https"),
        pytest.param("https_proxy", "proxy.test:3128", "", id="no-scheme"),
        pytest.param("https_proxy", " http://ana:hidden%40@[::1]:3128/ ", "", id="address-6-and-spaces"),
        pytest.param("all_proxy", "socks5://ana:hidden@proxy.test:1080", "ALL_PROXY names a SOCKS proxy", id="socks5"),
        pytest.param("https_proxy", "socks5h://proxy.test", "HTTPS_PROXY names a SOCKS proxy", id="socks5h"),
        pytest.param("http_proxy", "SOCKS4://proxy.test", "HTTP_PROXY names a SOCKS proxy", id="socks4"),
        pytest.param("https_proxy", "ftp://ana:hidden@proxy.test", "HTTPS_PROXY must begin with http://", id="ftp"),
        pytest.param("https_proxy", "http://ana:hid#den@proxy.test:1", "HTTPS_PROXY is not a proxy's address", id="hash"),
        pytest.param("https_proxy", "http://ana:1/hidden@proxy.test", "HTTPS_PROXY is not a proxy's address", id="slash"),
        pytest.param("https_proxy", "http://ana:1?hidden@proxy.test", "HTTPS_PROXY is not a proxy's address", id="query"),
        pytest.param("https_proxy", "http://proxy.test:hidden", "HTTPS_PROXY is not a proxy's address", id="port"),
        pytest.param("https_proxy", "http://proxy.test:70000", "HTTPS_PROXY is not a proxy's address", id="large-port"),
        pytest.param("https_proxy", "http://proxy.test:0", "HTTPS_PROXY is not a proxy's address", id="port-0"),
        pytest.param("https_proxy", "http://", "HTTPS_PROXY is not a proxy's address", id="no-host"),
        pytest.param("https_proxy", "http://[::1", "HTTPS_PROXY is not a proxy's address", id="bracket"),
        pytest.param("https_proxy", "yes please", "HTTPS_PROXY is not a proxy's address", id="words"),
        pytest.param("https_proxy", "http://a..b", "HTTPS_PROXY is not a proxy's address", id="empty-label"),
        pytest.param("https_proxy", "http://prøxy.test", "HTTPS_PROXY is not a proxy's address", id="letters"),
        pytest.param("https_proxy", "http://ana:hidd%C3%A9n@proxy.test", "HTTPS_PROXY has a user name or password that isn't ASCII. Set it", id="password"),
    ],
)  # fmt: skip
def test_a_proxy_that_cannot_be_used_is_named(variable: str, url: str, says: str) -> None:
    """One sentence begins with the variable, and shows nothing of its value."""
    found = Network(**{variable: url}).problems([SLACK])

    assert [problem[: len(says)] for problem in found] == ([says] if says else [])
    assert "hid" not in "".join(found)


@given(st.text(alphabet="ab1:@/.%[]#?*-_ é\\|{^<\"'+&\x01\t", max_size=12))
@example("u:p@ss@h:80")
@example(":@h")
@example("a" * 64)
def test_what_is_no_problem_can_be_used(text: str) -> None:
    """Httpx and aiohttp can read every proxy URL that is accepted, and read the same host in it."""
    for url in (text, f"http://{text}", f"http://u:{text}@h:80"):
        proxy = Network(https_proxy=url).proxy_for(SLACK)
        if proxy and not proxy.problem():
            assert httpx.Proxy(proxy.url).url.host == yarl.URL(proxy.url).host


@pytest.mark.parametrize(
    ("given", "urls"),
    [
        pytest.param({"all_proxy": "socks5://a"}, ["http://127.0.0.1:1/api/"], id="loopback"),
        pytest.param({"ssl_cert_file": "/nowhere"}, ["http://127.0.0.1:1/api/"], id="no-tls"),
        pytest.param({"all_proxy": "socks5://a", "no_proxy": "slack.com"}, [SLACK], id="direct"),
        pytest.param({"all_proxy": "socks5://a", "https_proxy": "http://b"}, [SLACK], id="not-chosen"),
        pytest.param({"http_proxy": "?", "https_proxy": "http://b"}, [SLACK], id="not-chosen-either"),
        pytest.param({"all_proxy": "socks5://a"}, [], id="nothing-asked"),
    ],
)
def test_what_is_not_used_is_no_problem(given: dict[str, str], urls: list[str]) -> None:
    """A variable is checked only where a URL would use it."""
    assert Network(**given).problems(urls) == []


def test_certificates_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    """SSL_CERT_FILE must exist and hold certificates, and SSL_CERT_DIR must be a folder."""
    text = tmp_path / "notes.txt"
    text.write_text("no certificate")

    def said(**given: object) -> list[str]:
        return Network(**{name: str(value) for name, value in given.items()}).problems([SLACK])

    assert said(ssl_cert_file="/nowhere")[0].startswith(
        "SSL_CERT_FILE can't be used, because /nowhere doesn't exist"
    )
    assert said(ssl_cert_file=text) == [
        f"SSL_CERT_FILE can't be used, because {text} contains no certificate. Correct it or unset it."
    ]
    assert said(ssl_cert_file=tmp_path)[0].startswith("SSL_CERT_FILE can't be used")
    assert said(ssl_cert_file="a\0b")[0].startswith("SSL_CERT_FILE can't be used, because a\0b can't be read")
    assert said(ssl_cert_dir="/nowhere")[0].startswith(
        "SSL_CERT_DIR must be an existing folder, not /nowhere"
    )
    assert said(ssl_cert_dir=f"/nowhere:{tmp_path}") == []


def test_a_password_is_never_shown() -> None:
    """The password is shown neither by the settings nor in a sentence about its proxy."""
    url = "http://ana:hidden@proxy.test:3128"
    settings = FixedSettings(https_proxy=url, http_proxy=url, all_proxy=url)
    network = settings.network

    shown = (
        f"{settings!r} {network!r} {network.proxy_for(SLACK)!r} {network.cause_of('Slack', SLACK, OSError())}"
    )
    assert "hidden" not in shown
    assert "(http://proxy.test:3128)" in shown


def test_an_untrusted_certificate_is_explained() -> None:
    """Behind a proxy that inspects TLS, the sentence says that its certificate is missing."""
    error = ConnectionError()
    error.__cause__ = ssl.SSLCertVerificationError()

    by_default = Network().cause_of("Slack", SLACK, error)
    from_file = Network(ssl_cert_file="/etc/ours.pem").cause_of("Slack", SLACK, error)
    assert by_default.endswith("set SSL_CERT_FILE to the file that contains it.")
    assert "SSL_CERT_FILE (/etc/ours.pem)" in from_file
    assert Network().cause_of("Slack", SLACK, ConnectionError()) == ""


def test_lower_case_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`https_proxy` comes before `HTTPS_PROXY`, as for curl, unless it is empty. `.env` comes last."""
    env = tmp_path / ".env"
    env.write_text("HTTPS_PROXY=http://file:1\nNO_PROXY=10.0.0.0/8\n", "utf-8")

    def proxy() -> Proxy | None:
        return Settings.read(_env_file=env).network.proxy_for(SLACK)

    assert proxy() == Proxy("HTTPS_PROXY", "http://file:1")
    monkeypatch.setenv("https_proxy", "http://lower:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://upper:1")
    assert proxy() == Proxy("HTTPS_PROXY", "http://lower:1")
    monkeypatch.setenv("https_proxy", "")
    assert proxy() == Proxy("HTTPS_PROXY", "http://upper:1")
    assert Settings.read(_env_file=env).no_proxy == "10.0.0.0/8"


def test_the_demo_has_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's settings read no environment, so no proxy can affect it."""
    for name in ("HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "socks5://nonsense")

    assert FixedSettings.load(for_slack=False).network == Network()


def test_all_that_is_wrong_is_named_at_once() -> None:
    """Proxy problems are named with all other problems, and for Slack only where Slack is used."""
    given = {
        "all_proxy": "socks5://a",
        "ssl_cert_file": "/nowhere",
        "autoenhance_api_url": "http://127.0.0.1:1",
    }
    with pytest.raises(SettingsError) as caught:
        FixedSettings.load(for_slack=True, **given)

    assert [problem.partition(" ")[0] for problem in caught.value.problems] == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "ALL_PROXY",
        "SSL_CERT_FILE",
    ]
    assert FixedSettings.read(**given).network_problems(for_slack=False) == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        pytest.param("93.184.216.34", True, id="ipv4"),
        pytest.param("2606:2800:220:1:248:1893:25c8:1946", True, id="ipv6"),
        pytest.param("64:ff9b::5db8:d822", True, id="nat64"),
        pytest.param("::ffff:93.184.216.34", True, id="mapped"),
        pytest.param("127.0.0.1", False, id="this-machine"),
        pytest.param("10.1.2.3", False, id="private"),
        pytest.param("169.254.169.254", False, id="link-local"),
        pytest.param("224.0.0.1", False, id="multicast"),
        pytest.param("192.0.0.8", False, id="protocols"),
        pytest.param("::1", False, id="this-machine-6"),
        pytest.param("fd00::1", False, id="unique-local"),
        pytest.param("fe80::1", False, id="link-local-6"),
        pytest.param("fec0::1", False, id="site-local"),
        pytest.param("ff0e::1", False, id="multicast-6"),
        pytest.param("::7f00:1", False, id="compatible"),
        pytest.param("::ffff:0:127.0.0.1", False, id="translated"),
        pytest.param("::ffff:127.0.0.1", False, id="mapped-this-machine"),
        pytest.param("64:ff9b::7f00:1", False, id="nat64-this-machine"),
        pytest.param("64:ff9b:1::7f00:1", False, id="local-nat64"),
        pytest.param("2002:7f00:1::1", False, id="6to4-this-machine"),
        pytest.param("2001:db8::1", False, id="documentation"),
        pytest.param("example.com", False, id="a-name"),
    ],
)
def test_which_addresses_are_public(address: str, *, public: bool) -> None:
    """A redirect is followed only to an address of the internet, in whatever form it is written."""
    assert is_public(address) is public
