"""What `docs/grafana.json` and `docs/alerts.yaml` query is in a scrape."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.autoenhance import responses as vendor
from bot.core.metrics import REASONS
from bot.core.settings import FixedSettings
from bot.demo.demo import Sandbox
from bot.jobs.models import CHECK_KIND
from bot.queue import runner
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.server import serving
from bot.slack.api import responses as replies
from bot.slack.listeners import metrics as listener_metrics
from bot.watches.models import Condition
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.running_bot import running_bot
from tests.support.scrape import TOKEN, Scrape, scrape
from tests.support.shoot import Shoot
from tests.support.waiting import until_idle

ROOT = Path(__file__).parent.parent.parent
DASHBOARD = json.loads((ROOT / "docs" / "grafana.json").read_text(encoding="utf-8"))
RULES = [
    rule
    for group in yaml.safe_load((ROOT / "docs" / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
EXPRESSIONS = {
    **{rule["alert"]: rule["expr"] for rule in RULES},
    **{
        f"{panel['title']} {target['refId']}".replace(" ", "-") + f"-{panel['id']}": target["expr"]
        for panel in DASHBOARD["panels"]
        for target in panel.get("targets", [])
    },
}
OF_PROMETHEUS = {"up", "job", "instance", "le"}
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
_SELECTED = re.compile(r"\b((?:order_desk|process|python)_\w+|up)\b(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
_BY = re.compile(r"\bby \(([^)]*)\)")


@pytest.fixture
async def scraped(sandbox: Sandbox, clock: Clock) -> Scrape:
    """A scrape after a look-up, one that failed, one that was put off, and a watch up to its notice."""
    settings = FixedSettings(**sandbox.settings.model_dump() | {"metrics_token": TOKEN})
    watched = Sandbox(sandbox.slack, sandbox.autoenhance, settings)
    chat = Chat(sandbox.slack)
    async with running_bot(watched, timing=FAST_TIMING, now=clock.now) as app, serving(app.web) as url:
        shoot = Shoot(sandbox.autoenhance, clock, app)
        await chat.order(OAK)
        card = await chat.watch(shoot.id)
        shoot.finish()
        await shoot.later(minutes=20)
        await chat.noticed(card)
        await until_idle(app)
        sandbox.autoenhance.set_failure("500")
        await chat.order("watch 11111111-9c1b-4a61-8f7e-2d90b3a6c418")
        async with httpx.AsyncClient() as http:
            await http.post(f"{url}/autoenhance/webhook")
        return await scrape(url)


async def test_every_queried_metric_and_label_exists(scraped: Scrape) -> None:
    """Each is in a real scrape, as a panel or a rule without data looks as if all were well."""
    labels = dict(named(scraped))
    for where, expression in EXPRESSIONS.items():
        for name, selected in _SELECTED.findall(expression):
            assert name in labels or name in OF_PROMETHEUS, (where, name)
            asked = {label for label, _, _ in _MATCHER.findall(selected)} - OF_PROMETHEUS
            assert asked <= labels.get(name, set()), (where, name)
        asked = {label.strip() for by in _BY.findall(expression) for label in by.split(",")} - OF_PROMETHEUS
        known = set.union(*(labels.get(name, set()) for name, _ in _SELECTED.findall(expression)))
        assert asked <= known, where


_CALL = {"ok", "given_up", "other"}
WORDS: dict[str, set[str]] = {
    "order_desk_refused_connections_total": set(REASONS),
    "order_desk_requests_total": {*listener_metrics._OUTCOMES.values(), "other"},
    "order_desk_jobs_total": set(runner.LOG_EVENTS),
    "order_desk_oldest_job_seconds": {CHECK_KIND},
    "order_desk_autoenhance_calls_total": _CALL | set(vendor._OUTCOMES.values()),
    "order_desk_slack_calls_total": _CALL | set(replies._OUTCOMES.values()) | {"limited", "no_answer"},
    "order_desk_broken_listeners_total": {"bug", "slack", "database"},
    "order_desk_rounds_total": {"sweep", "last_calls", "tidy", "rescue", "done", "failed"},
    "order_desk_watches": set(map(str, Condition)),
}
"""The possible values of each label that a panel or a rule queries."""


def test_every_queried_value_exists() -> None:
    """A value that the metric never has is never counted."""
    for where, expression in EXPRESSIONS.items():
        for name, selected in _SELECTED.findall(expression):
            for label, _, values in _MATCHER.findall(selected):
                asked = set(values.split("|")) if label not in OF_PROMETHEUS else set()
                assert asked <= WORDS.get(name, set()), (where, name)


def test_every_metric_is_on_the_dashboard() -> None:
    """A metric without a panel would not be seen."""
    shown = " ".join(target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", []))
    code = (ROOT / "bot" / "core" / "metrics.py").read_text(encoding="utf-8")
    counted = re.findall(r'self\._(?:counter|histogram)\(\s*"(\w+)"', code)

    assert len(counted) > 10
    assert [name for name in counted if f"order_desk_{name}_" not in shown] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_says_what_it_means_and_what_to_do(rule: dict[str, Any]) -> None:
    """The person whom an alert wakes has read nothing else."""
    assert rule["annotations"]["summary"].rstrip().endswith((".", ")."))
    assert len(rule["annotations"]["do"]) > 40
    assert rule["labels"]["severity"] in {"page", "ticket", "info"}


def test_the_dashboard_works_with_any_prometheus() -> None:
    """Each panel uses the chosen data source, and no two have one ID."""
    panels = DASHBOARD["panels"]
    drawn = [panel for panel in panels if panel["type"] != "row"]
    asking = [*drawn, *(target for panel in drawn for target in panel["targets"])]
    sources = {json.dumps(each["datasource"]) for each in asking}

    assert sources == {'{"type": "prometheus", "uid": "${datasource}"}'}
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert DASHBOARD["templating"]["list"][0]["type"] == "datasource"


def named(scraped: Scrape) -> Iterator[tuple[str, set[str]]]:
    """The names of all series, with the labels that were counted."""
    for family in scraped.families:
        for suffix in SUFFIXES.get(family.type, ("",)):
            yield (
                family.name + suffix,
                {label for sample in family.samples for label in sample.labels},
            )
