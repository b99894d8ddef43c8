"""manifest.yaml, as it is for Socket Mode, or changed for HTTP."""

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "manifest.yaml"


def manifest(url: str | None = None) -> dict[str, Any]:
    """With `url`, Slack sends everything to `{url}/slack/events`. Without it, over Socket Mode.

    Slack refuses URLs in a Socket Mode manifest, even empty ones.
    """
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    if url is None:
        return content
    events = f"{url.rstrip('/')}/slack/events"
    for command in content["features"]["slash_commands"]:
        command["url"] = events
    content["settings"]["interactivity"]["request_url"] = events
    content["settings"]["event_subscriptions"]["request_url"] = events
    content["settings"]["socket_mode_enabled"] = False
    return content


def as_yaml(content: dict[str, Any]) -> str:
    """As YAML, in the order in which Slack's own editor shows it."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
