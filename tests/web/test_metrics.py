"""`GET /metrics`, and the HTTP endpoints of a worker."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from pydantic import SecretStr

from bot.bootstrap.app import open_app
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.server import serving
from tests.support.both_databases import database_url, on_postgres, on_sqlite
from tests.support.chat import Chat
from tests.support.process import SERVING, serving_process, working_process
from tests.support.scrape import TOKEN, scrape

__all__ = ["database_url"]


@pytest.fixture
async def url(sandbox: Sandbox) -> AsyncIterator[str]:
    """The URL of a bot with a token for Prometheus."""
    settings = sandbox.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    async with open_app(settings) as app, serving(app.web) as url:
        yield url


async def get(url: str, headers: dict[str, str] | dict[bytes, bytes] | None = None) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(url, headers=headers)


@on_sqlite
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({b"authorization": b"Bearer"}, id="empty"),
        pytest.param({b"authorization": f"Bearer {TOKEN}x".encode()}, id="another"),
        pytest.param({b"authorization": f"Basic {TOKEN}".encode()}, id="another-scheme"),
        pytest.param({b"authorization": TOKEN.encode()}, id="bare"),
        pytest.param({b"authorization": b"Bearer \xff\xfe"}, id="no-text"),
    ],
)
async def test_without_the_token_nothing_is_shown(url: str, headers: dict[bytes, bytes]) -> None:
    """The port is public where Slack calls over HTTP."""
    answer = await get(f"{url}/metrics", headers)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "order_desk" not in answer.text


@on_sqlite
async def test_without_the_setting_there_is_no_endpoint(sandbox: Sandbox) -> None:
    """The URL is a 404."""
    async with open_app(sandbox.settings) as app, serving(app.web) as url:
        answer = await get(f"{url}/metrics", {"authorization": f"Bearer {TOKEN}"})

    assert answer.status_code == 404


@on_sqlite
async def test_both_formats_of_prometheus(url: str) -> None:
    """The answer has the format that was asked for, and names it."""
    asked = "application/openmetrics-text; version=1.0.0"
    plain = await get(f"{url}/metrics", {"authorization": f"bearer {TOKEN}"})
    open_ = await get(f"{url}/metrics", {"authorization": f"Bearer {TOKEN}", "accept": asked})

    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert open_.headers["content-type"].startswith(asked)
    assert "order_desk_jobs" in {family.name for family in openmetrics(open_.text)}  # type: ignore[no-untyped-call]


@on_sqlite
async def test_the_process_itself(url: str) -> None:
    """The metrics have the start, memory and open files, as Prometheus' own dashboards read them."""
    metrics = await scrape(url)

    assert (metrics.gauge("process_start_time_seconds") or 0) > 1.7e9
    assert (metrics.gauge("process_resident_memory_bytes") or 0) > 1e7
    assert metrics.gauge("python_info") == 1


@on_sqlite
async def test_two_bots_in_one_process_count_for_themselves(sandbox: Sandbox, url: str) -> None:
    """Each bot has its own registry."""
    other = sandbox.settings.model_copy(
        update={"metrics_token": SecretStr(TOKEN), "database_url": f"{sandbox.settings.database_url}.other"}
    )
    async with open_app(other) as app, serving(app.web) as other_url:
        sandbox.slack.events_url = f"{other_url}/slack/events"
        await Chat(sandbox.slack).order(OAK)
        metrics = [(await scrape(each)).counted("order_desk_requests_total") for each in (url, other_url)]

    assert metrics == [0, 1]


@on_postgres
async def test_a_worker_with_a_port(sandbox: Sandbox) -> None:
    """It answers whether it is alive and ready, and with a token its metrics. SIGTERM still ends it."""
    extra = {"WORKER_PORT": "0", "METRICS_TOKEN": TOKEN}
    async with (
        serving_process(sandbox, **extra) as serving,
        working_process(sandbox.settings, **extra) as working,
    ):
        url = await working.serves()
        await Chat(sandbox.slack).order(OAK)
        done = json.loads(await working.logged('"event": "job done"'))
        alive, ready = await get(f"{url}/healthz"), await get(f"{url}/readyz")
        metrics, by_whom = await scrape(url), await scrape(await serving.serves())
        code = await working.stop()

    assert (alive.text, ready.json()) == ("alive", {"ready": True, "missing": []})
    assert metrics.counted("order_desk_jobs_total", kind="look_up", outcome="done") == 1
    assert by_whom.counted("order_desk_requests_total", kind="command") == 1
    assert [each.counted("order_desk_jobs_total") for each in (metrics, by_whom)] == [1, 0]
    assert code == 0
    asked = json.loads(serving.line('"event": "request"'))
    assert asked["reference"] == done["reference"]
    assert OAK not in "".join(serving.log + working.log)


@on_postgres
async def test_a_worker_without_a_port(sandbox: Sandbox) -> None:
    """It listens nowhere, whatever token there is."""
    async with working_process(sandbox.settings, METRICS_TOKEN=TOKEN) as working:
        assert await working.stop() == 0

    assert not working.line(SERVING)
