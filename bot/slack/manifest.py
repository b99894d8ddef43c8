"""manifest.yaml, as it is for Socket Mode or turned to HTTP."""

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "manifest.yaml"


def manifest(url: str | None = None) -> dict[str, Any]:
    """For `url`, everything from Slack goes to `{url}/slack/events`; without, over Socket Mode.

    Slack refuses addresses in a Socket Mode manifest, empty ones too.
    """
    drawn: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    if url is None:
        return drawn
    events = f"{url.rstrip('/')}/slack/events"
    for command in drawn["features"]["slash_commands"]:
        command["url"] = events
    drawn["settings"]["interactivity"]["request_url"] = events
    drawn["settings"]["event_subscriptions"]["request_url"] = events
    drawn["settings"]["socket_mode_enabled"] = False
    return drawn


def written(drawn: dict[str, Any]) -> str:
    """As YAML, in the order in which Slack's own editor shows it."""
    return yaml.safe_dump(drawn, sort_keys=False, allow_unicode=True, width=100)
