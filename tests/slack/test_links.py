"""Reading Slack's event about pasted links."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.jobs.background import PastedLink
from bot.orders.ids import OrderId
from bot.slack.listeners.links import unfurl

NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
URL = "https://app.autoenhance.ai/orders/12-elm"
EVENT: dict[str, Any] = {
    "type": "link_shared",
    "channel": "C1",
    "unfurl_id": "u1",
    "source": "conversations_history",
    "links": [{"domain": "autoenhance.ai", "url": URL}],
}


def test_a_link_in_a_message_is_a_job() -> None:
    """The job has the very URL of Slack's event, as Slack wants it back."""
    job = unfurl({"team_id": "T1", "event": EVENT}, NOW, "T1")

    assert job is not None
    assert (job.team_id, job.channel_id, job.unfurl_id, job.at) == ("T1", "C1", "u1", NOW)
    assert job.links == (PastedLink(url=URL, order=OrderId("12-elm")),)


NOTHING: list[tuple[str, dict[str, Any]]] = [
    ("still being written", {"source": "composer", "channel": "COMPOSER"}),
    ("still being written, in a channel", {"source": "composer"}),
    ("no source", {"source": ""}),
    ("no unfurl_id", {"unfurl_id": ""}),
    ("no channel", {"channel": ""}),
    ("no links", {"links": []}),
    ("links of another shape", {"links": URL}),
    ("a link of another shape", {"links": [URL, {"url": 7}]}),
    ("another page", {"links": [{"url": "https://app.autoenhance.ai/settings"}]}),
]


@pytest.mark.parametrize(("_case", "changes"), NOTHING, ids=[case[0] for case in NOTHING])
def test_what_is_left_alone(_case: str, changes: dict[str, Any]) -> None:
    """A draft, a link to no order and an unreadable event make no job."""
    assert unfurl({"team_id": "T1", "event": EVENT | changes}, NOW, "T1") is None


@pytest.mark.parametrize("payload", [{}, {"event": None}, {"event": "x"}])
def test_an_event_without_an_event_is_left_alone(payload: dict[str, Any]) -> None:
    """An event in another shape raises nothing."""
    assert unfurl(payload, NOW, "T1") is None


UUID = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"
APP = "https://app.autoenhance.ai/orders/"


@pytest.mark.parametrize("name", [UUID.upper(), f"{UUID}%20", f"/{UUID}", f"{UUID}%3Ftab%3Dphotos"])
def test_a_careless_link_keeps_its_own_spelling(name: str) -> None:
    """The order is that of the clean link. Slack gets back exactly the URL that it sent."""
    url = APP + name
    job = unfurl(
        {"team_id": "T1", "event": EVENT | {"links": [{"url": url}, {"url": APP + UUID}]}}, NOW, "T1"
    )

    assert job is not None
    assert job.links == (
        PastedLink(url=url, order=OrderId(UUID)),
        PastedLink(url=APP + UUID, order=OrderId(UUID)),
    )
