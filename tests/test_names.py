"""What is named in two places is the same in both: manifest, code, settings, documents."""

import json
import re
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
from slack_bolt.async_app import AsyncApp

from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.slack import constants
from bot.slack.listeners.accounts import AccountListeners
from bot.slack.listeners.error_handler import ErrorHandler
from bot.slack.listeners.orders import OrderListeners
from bot.slack.listeners.routes import register, routes
from bot.slack.listeners.watches import WatchListeners
from bot.slack.manifest import manifest

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "tests" / "payloads" / "slack-manifest.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("url", [None, "https://desk.example"], ids=["socket-mode", "http"])
def test_the_manifest_is_valid(url: str | None) -> None:
    """Both forms satisfy Slack's own schema (manifest-schema v0.5.0)."""
    jsonschema.validate(manifest(url), SCHEMA)


def test_the_long_description_is_long_enough() -> None:
    """Slack refuses one of fewer than 175 characters, which its schema does not say."""
    assert len(manifest()["display_information"]["long_description"]) >= 175


def test_every_url_of_the_http_manifest_is_the_bots() -> None:
    """With a URL, all that Slack calls is /slack/events. Without one there is no URL at all."""
    drawn = manifest("https://desk.example/")

    assert drawn["features"]["slash_commands"][0]["url"] == "https://desk.example/slack/events"
    assert drawn["settings"]["interactivity"]["request_url"] == "https://desk.example/slack/events"
    assert drawn["settings"]["event_subscriptions"]["request_url"] == "https://desk.example/slack/events"
    assert drawn["settings"]["socket_mode_enabled"] is False
    assert "https://" not in json.dumps(manifest())


def test_the_manifest_has_what_the_bot_answers() -> None:
    """Commands, shortcuts, events and scopes of the manifest are the ones in constants.py."""
    drawn = manifest()
    shortcuts = {each["callback_id"] for each in drawn["features"]["shortcuts"]}

    assert [each["command"] for each in drawn["features"]["slash_commands"]] == [constants.COMMAND]
    assert shortcuts == {constants.CHECK_ORDERS_HERE, constants.WATCH_ORDER_HERE, constants.LOOK_UP_ORDER}
    assert drawn["settings"]["event_subscriptions"]["bot_events"] == [
        constants.HOME_OPENED,
        constants.MENTIONED,
        constants.LINK_SHARED,
        constants.JOINED,
        f"{constants.WRITTEN}.im",
    ]
    assert drawn["oauth_config"]["scopes"]["bot"] == list(constants.SCOPES)
    assert drawn["features"]["unfurl_domains"] == list(constants.UNFURL_DOMAINS)
    assert drawn["display_information"]["name"] == constants.APP


class RecordingApp:
    """Records what is registered, in place of an AsyncApp."""

    def __init__(self) -> None:
        self.registered: list[str] = []

    def __getattr__(self, kind: str) -> Any:
        def register(constraints: Any) -> Any:
            self.registered.append(f"{kind} {constraints!r}")
            return lambda listener: listener

        return register


def test_every_name_has_one_listener() -> None:
    """A second listener for one name would never run, nor one after a pattern that matches its name."""
    app, nothing = RecordingApp(), cast("Any", None)
    listeners = OrderListeners(nothing, nothing, nothing, "T1")

    watches = WatchListeners(nothing, nothing, nothing, "T1")
    accounts = AccountListeners(nothing, nothing, nothing, "T1", None)
    register(cast("AsyncApp", app), listeners, watches, ErrorHandler(listeners.unknown, nothing, Metrics()))

    said = [each for each in app.registered if not each.startswith("error")]
    first_pattern = next(index for index, each in enumerate(said) if "re.compile" in each)
    assert len(said) == len(set(said))
    assert all("re.compile" in each for each in said[first_pattern:])

    known = [name for name, _ in routes(listeners, watches, accounts)]
    assert len(known) == len(set(known))


def test_every_setting_is_explained() -> None:
    """`.env.example` and docs/configuration.md name each variable that is read, the first no other."""
    read = {name.upper() for name in Settings.model_fields} - {"SLACK_CLIENT_ID"}
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) == read
    assert {name for name in read if f"`{name}`" not in page} == set()


def test_every_scope_is_explained_to_the_admin() -> None:
    """docs/configuration.md says of each scope and each event what it is for."""
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]

    assert {name for name in (*constants.SCOPES, *events) if f"| `{name}` |" not in page} == set()


def test_the_lists_of_folders_are_true() -> None:
    """`bot/__init__.py` and ARCHITECTURE.md name every folder, and none that does not exist."""
    folders = {path.name + ("/" if path.is_dir() else "") for path in (ROOT / "bot").iterdir()} - {
        "__init__.py",
        "__pycache__/",
    }
    listed = (ROOT / "bot" / "__init__.py").read_text(encoding="utf-8")
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^    ([\w./]+)  ", listed, re.MULTILINE)) == folders
    assert {folder for folder in folders if folder not in architecture} == set()
