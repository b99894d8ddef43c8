"""Previews of photos: asked for in one way, from wherever Autoenhance says, without the key there."""

import asyncio
import socket
import time
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from pydantic import SecretStr

from bot.autoenhance.limits import Limits
from bot.autoenhance.previews import MAX_BYTES, Previews
from bot.autoenhance.requests import Requests
from bot.bootstrap.clients import http_client
from bot.bootstrap.previews import Clients
from bot.core.errors import (
    AutoenhanceError,
    KeyRefused,
    Limited,
    NoPreview,
    OrderNotFound,
    OrderTooLarge,
    Unavailable,
)
from bot.core.metrics import Metrics
from bot.core.network import Network
from bot.sandbox.autoenhance.app import API_KEY, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import photo
from bot.sandbox.autoenhance.previews import Form, PreviewFiles
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.failures import ApiFailure, FailureName
from bot.sandbox.server import serving
from bot.storage.rate_limits.memory import LocalRateLimiter
from tests.autoenhance.vendor import HASTY, HOST, KEY, NOW, Reply, Vendor, secrets_in, sent, status
from tests.support.forward_proxy import forward_proxy

JPEG = b"\xff\xd8\xff\xe0 a picture"
PNG = b"\x89PNG\r\n\x1a\n a picture"
PHOTO = photo(OAK, 1)["image_id"]
SECRET = SecretStr(KEY)
ELSEWHERE = "https://files.example/p.jpg?signature=s3cret"


def picture(body: bytes = JPEG, kind: str = "image/jpeg") -> httpx.Response:
    return httpx.Response(200, content=body, headers={"content-type": kind})


def moved(to: str = ELSEWHERE, code: int = 302) -> httpx.Response:
    return httpx.Response(code, headers=[(b"location", to.encode())])


def named(url: object = ELSEWHERE) -> httpx.Response:
    return httpx.Response(200, json={"image_url": url})


@asynccontextmanager
async def previews_of(
    vendor: Vendor, elsewhere: Vendor | None = None, *, limits: Limits = HASTY
) -> AsyncIterator[Previews]:
    """Previews from these replies: of Autoenhance, and of every other host."""
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(sent(vendor))) as http,
        httpx.AsyncClient(transport=httpx.MockTransport(sent(elsewhere or Vendor(status(500))))) as other,
    ):
        yield Previews(_requests(http, f"https://{HOST}", limits), lambda _: other, limits=limits)


def _requests(http: httpx.AsyncClient, url: str, limits: Limits) -> Requests:
    return Requests(
        http,
        api_url=url,
        version="2025-08-31",
        now=lambda: NOW,
        rate_limiter=LocalRateLimiter(time.monotonic),
        metrics=Metrics(),
        limits=limits,
    )


@dataclass
class StandIn:
    files: PreviewFiles
    previews: Previews

    async def enhanced(self, key: str = API_KEY) -> bytes:
        return await self.previews.enhanced(PHOTO, SecretStr(key))


@asynccontextmanager
async def open_stand_in(limits: Limits = HASTY) -> AsyncIterator[StandIn]:
    sandbox, clients = AutoenhanceSandbox(), Clients(Network())
    async with (
        serving(sandbox.app) as url,
        serving(sandbox.previews.store) as sandbox.previews.store_url,
        http_client(Network(), url) as http,
    ):
        requests = _requests(http, url, limits)
        yield StandIn(sandbox.previews, Previews(requests, clients.client_for, local=True, limits=limits))
        await clients.close()


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    """Previews from the sandbox, whose files are on another port than its API."""
    async with open_stand_in() as stand_in:
        yield stand_in


@pytest.mark.parametrize("which", ["enhanced", "original"])
async def test_a_preview_is_asked_for_in_one_way(which: str) -> None:
    """The request asks for a preview, says so, and has the key. It names no watermark."""
    vendor = Vendor(picture())
    async with previews_of(vendor) as previews:
        assert await getattr(previews, which)(PHOTO, SECRET) == JPEG

    [asked] = vendor.asked
    assert str(asked.url) == (
        f"https://{HOST}/v3/images/{PHOTO}/{which}?preview=true&format=jpeg&max_width=640"
    )
    assert asked.headers["x-api-key"] == KEY
    assert asked.headers["accept"] == "image/*"


@pytest.mark.parametrize("answer", [moved(), moved(code=307), named()], ids=["302", "307", "JSON"])
async def test_the_key_goes_to_autoenhance_alone(answer: httpx.Response) -> None:
    """The host that Autoenhance names is asked without the key, whichever way it is named."""
    elsewhere = Vendor(picture(PNG, "image/png"))
    async with previews_of(Vendor(answer), elsewhere) as previews:
        assert await previews.enhanced(PHOTO, SECRET) == PNG

    [asked] = elsewhere.asked
    assert str(asked.url) == ELSEWHERE
    assert KEY not in str(asked.headers.raw)
    assert not {"x-api-key", "x-api-version"} & set(asked.headers)


async def test_a_redirect_back_to_autoenhance_has_no_key_either() -> None:
    """A path of the same host comes from an answer, as any other address does."""
    elsewhere = Vendor(picture())
    async with previews_of(Vendor(moved("/elsewhere")), elsewhere) as previews:
        await previews.enhanced(PHOTO, SECRET)

    [asked] = elsewhere.asked
    assert str(asked.url) == f"https://{HOST}/elsewhere"
    assert "x-api-key" not in asked.headers


@pytest.mark.parametrize(
    "to",
    [
        "http://files.example/p.jpg",
        "http://127.0.0.1:9/p.jpg",
        "ftp://files.example/p.jpg",
        "file:///etc/passwd",
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[2002:0a00:0001::]/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://127.0.0.1./",
        "https://127。0。0。1/",
        "https://10.0.0。1/",
        "https://[::1%25lo]/",
        "https://%31%32%37.0.0.1/",
        "https://127%2e0.0.1/",
        "https://files.example\\@127.0.0.1/",
        "https://ana@127.0.0.1/",
        "//127.0.0.1/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://files.localhost./",
        "https://ana:secret@files.example/",
        "https://[files/",
        "https://files.example:port/",
        "https://files.example:99999/",
    ],
)
@pytest.mark.parametrize("answer", [moved, named], ids=["302", "JSON"])
async def test_a_redirect_leads_to_the_internet_over_https(
    to: str, answer: Callable[[str], httpx.Response]
) -> None:
    """Nothing is asked at an address of this machine or a private network, nor over http."""
    elsewhere = Vendor(picture())
    async with previews_of(Vendor(answer(to)), elsewhere) as previews:
        # httpx reads the port of a Location itself, and says that there was no answer
        with pytest.raises(Unavailable if ":port" in to and answer is moved else NoPreview) as raised:
            await previews.enhanced(PHOTO, SECRET)

    assert elsewhere.asked == []
    assert "files" not in str(raised.value)


class _Names(AbstractResolver):
    """Every name has these addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0)
            for each in self.addresses
        ]

    async def close(self) -> None:
        pass


async def test_a_name_of_this_machine_is_not_connected_to() -> None:
    """The addresses of a name are checked where they are connected to. One that is not public refuses it."""
    names = _Names("93.184.216.34", "127.0.0.1")
    clients = Clients(Network(), names)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003
        url = f"https://files.example:{server.getsockname()[1]}/p.jpg"
        with pytest.raises(httpx.TransportError):
            await clients.client_for(url).get(url)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert names.asked == ["files.example"]
    await clients.close()


async def test_another_host_is_asked_through_the_proxy() -> None:
    """The proxy's own address may be private. It is asked to connect to the host that Autoenhance named."""
    async with forward_proxy() as proxy:
        network = Network(https_proxy=f"http://proxy.example:{proxy.port}")
        clients = Clients(network, _Names("127.0.0.1"))
        async with httpx.AsyncClient(transport=httpx.MockTransport(sent(Vendor(moved())))) as http:
            previews = Previews(_requests(http, f"https://{HOST}", HASTY), clients.client_for, limits=HASTY)
            with pytest.raises(Unavailable):
                await previews.enhanced(PHOTO, SECRET)
        await clients.close()

    assert proxy.hosts() == {"files.example"}
    assert all(KEY not in line for line, _ in proxy.asked)


@pytest.mark.parametrize("more", [0, 1])
async def test_three_redirects_are_followed(more: int) -> None:
    """One more is refused."""
    steps = [moved() for _ in range(2 + more)]
    async with previews_of(Vendor(moved()), Vendor(*steps, picture())) as previews:
        if more:
            with pytest.raises(NoPreview, match="too often"):
                await previews.enhanced(PHOTO, SECRET)
        else:
            assert await previews.enhanced(PHOTO, SECRET) == JPEG


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (status(401), KeyRefused),
        (status(402), NoPreview),
        (status(403), KeyRefused),
        (status(404), OrderNotFound),
        (status(422), OrderNotFound),
        (status(429, **{"retry-after": "60"}), Limited),
        (status(500), Unavailable),
        (status(503), Unavailable),
        (status(304), Unavailable),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.ReadTimeout("slow"), Unavailable),
    ],
    ids=str,
)
async def test_a_failure_of_autoenhance_is_one_of_its_errors(
    answer: Reply, error: type[AutoenhanceError]
) -> None:
    """Each status has the error that it has for orders. A 402 will be no preview later.

    No text has the key, the host or the photo's ID.
    """
    async with previews_of(Vendor(answer)) as previews:
        with pytest.raises(error) as raised:
            await previews.enhanced(PHOTO, SECRET)
    assert not secrets_in("".join(traceback.format_exception(raised.value)), PHOTO)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (status(401), NoPreview),
        (status(403), NoPreview),
        (status(404), OrderNotFound),
        (status(410), OrderNotFound),
        (status(429), Unavailable),
        (status(503), Unavailable),
        (httpx.ConnectError(ELSEWHERE), Unavailable),
        (httpx.ReadTimeout(ELSEWHERE), Unavailable),
    ],
    ids=str,
)
async def test_a_failure_of_another_host_says_nothing_of_the_key(
    answer: Reply, error: type[AutoenhanceError]
) -> None:
    """A 403 of a store of files is no refused key. No text has the address, which may be signed."""
    async with previews_of(Vendor(moved()), Vendor(answer)) as previews:
        with pytest.raises(error) as raised:
            await previews.enhanced(PHOTO, SECRET)
    said = "".join(traceback.format_exception(raised.value))
    assert not secrets_in(said, PHOTO, "files.example", "s3cret")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(picture(b"<html>", "text/html"), id="HTML"),
        pytest.param(picture(JPEG, "text/html"), id="a picture that is called HTML"),
        pytest.param(picture(JPEG, ""), id="without a type"),
        pytest.param(picture(b"GIF89a", "image/gif"), id="GIF"),
        pytest.param(picture(b"GIF89a", "image/jpeg"), id="a GIF that is called a JPEG"),
        pytest.param(picture(b""), id="empty"),
        pytest.param(named(None), id="JSON without an address"),
        pytest.param(named(7), id="JSON with a number"),
        pytest.param(picture(b"[]", "application/json"), id="another JSON"),
        pytest.param(picture(b"{", "application/json"), id="broken JSON"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["of Autoenhance", "of another host"])
async def test_what_is_no_picture_will_be_none(answer: httpx.Response, *, at_once: bool) -> None:
    """Only a JPEG or PNG is taken, by its type and by its first bytes. It is not asked for again."""
    vendor, elsewhere = (answer, None) if at_once else (moved(), Vendor(answer))
    async with previews_of(Vendor(vendor), elsewhere) as previews:
        with pytest.raises(NoPreview):
            await previews.enhanced(PHOTO, SECRET)


async def test_a_store_of_files_may_call_a_picture_a_stream_of_bytes() -> None:
    """It says so where nobody told it a type. The first bytes say what it is."""
    async with previews_of(Vendor(picture(JPEG, "binary/octet-stream"))) as previews:
        assert await previews.enhanced(PHOTO, SECRET) == JPEG


@pytest.mark.parametrize("at_once", [True, False], ids=["of Autoenhance", "of another host"])
async def test_a_long_answer_is_not_read_to_its_end(*, at_once: bool) -> None:
    """A byte more than the limit is too large, for either host."""
    long = picture(JPEG + bytes(MAX_BYTES - len(JPEG) + 1))
    vendor, elsewhere = (long, None) if at_once else (moved(), Vendor(long))
    async with previews_of(Vendor(vendor), elsewhere) as previews:
        with pytest.raises(OrderTooLarge):
            await previews.enhanced(PHOTO, SECRET)


async def test_an_odd_id_names_no_other_path() -> None:
    """A slash is encoded. What would be another path is asked for nowhere."""
    vendor = Vendor(picture())
    async with previews_of(vendor) as previews:
        await previews.enhanced("../orders/é?", SECRET)
        for odd in ("", ".", ".."):
            with pytest.raises(OrderNotFound):
                await previews.enhanced(odd, SECRET)

    assert [asked.url.raw_path.partition(b"?")[0] for asked in vendor.asked] == [
        b"/v3/images/..%2Forders%2F%C3%A9%3F/enhanced"
    ]


async def test_a_failure_that_may_pass_is_asked_for_again() -> None:
    """As for orders: a 503 of Autoenhance is repeated."""
    vendor = Vendor(status(503), picture())
    async with previews_of(vendor) as previews:
        assert await previews.enhanced(PHOTO, SECRET) == JPEG
    assert len(vendor.asked) == 2


async def test_previews_count_in_the_rate_of_all_requests() -> None:
    """Where the rate allows two requests now and the next in an hour, the third is limited."""
    limits = replace(HASTY, per_second=1 / 3600)
    vendor = Vendor(picture())
    async with previews_of(vendor, limits=limits) as previews:
        for _ in range(2):
            await previews.enhanced(PHOTO, SECRET)
        with pytest.raises(Limited):
            await previews.enhanced(PHOTO, SECRET)
    assert len(vendor.asked) == 2


async def test_the_sandbox_sends_a_preview_from_another_origin(stand_in: StandIn) -> None:
    """Two redirects lead to the file. The host of the files gets no key."""
    assert (await stand_in.enhanced()).startswith(b"\xff\xd8\xff")

    [asked], fetched = stand_in.files.asked, stand_in.files.fetched
    assert asked.headers["x-api-key"] == API_KEY
    assert len(fetched) == 2
    assert not any({"x-api-key", "x-api-version"} & set(each.headers) for each in fetched)
    assert not any(API_KEY in str(each.headers.raw) + each.query for each in fetched)


@pytest.mark.parametrize("form", ["json", "bytes"])
async def test_the_sandbox_has_the_other_answers_too(stand_in: StandIn, form: Form) -> None:
    """JSON with an address, and the picture at once."""
    stand_in.files.form = form
    assert (await stand_in.enhanced()).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("name", ["html", "empty", "500", "502", "cut", "close", "bomb", "huge"])
@pytest.mark.parametrize("store", [False, True], ids=["the API", "the files"])
async def test_nonsense_of_the_sandbox_is_one_of_autoenhances_errors(
    stand_in: StandIn, name: FailureName, *, store: bool
) -> None:
    """Whatever either host sends, the caller gets an error of Autoenhance."""
    if store:
        stand_in.files.store_failure = ApiFailure(name)
    else:
        stand_in.files.form, stand_in.files.failure = "bytes", ApiFailure(name)
    with pytest.raises((NoPreview, Unavailable, OrderTooLarge)):
        await stand_in.enhanced()


async def test_at_most_four_are_asked_for_at_once(stand_in: StandIn) -> None:
    """Twelve begin together. The others wait until one of the four has its picture."""
    files = stand_in.files
    files.failure = ApiFailure("hang")
    async with asyncio.TaskGroup() as group:
        for _ in range(12):
            group.create_task(stand_in.enhanced())
        await files.change_signal.until(lambda: len(files.asked) >= 4, timeout=20)
        files.released.set()

    assert len(files.asked) == 12
    assert files.most_at_once == 4


async def test_calls_that_begin_together_end_together() -> None:
    """The time of a call includes its wait for a place. Where no preview comes, all end in that time."""
    async with open_stand_in(replace(HASTY, preview=0.05)) as stand_in:
        stand_in.files.failure = ApiFailure("hang")
        ended = await asyncio.gather(*(stand_in.enhanced() for _ in range(12)), return_exceptions=True)

        assert [type(each) for each in ended] == [Unavailable] * 12
        assert len(stand_in.files.asked) <= 4
