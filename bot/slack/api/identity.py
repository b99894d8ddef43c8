"""Asks Slack at the start whose tokens these are, because AsyncApp accepts a wrong token in silence."""

from dataclasses import dataclass
from typing import Any

from bot.core.errors import SettingsError, SlackBusy, SlackError
from bot.slack.api.client import CountedClient
from bot.slack.api.responses import UNANSWERED, checked
from bot.slack.constants import APP, SCOPES

_REFUSED = (
    "Slack rejected SLACK_BOT_TOKEN ({}). Copy the Bot User OAuth Token again from your app's page, under "
    "OAuth & Permissions. If the app was removed from the workspace, install it again."
)
_REFUSED_APP = (
    "Slack rejected SLACK_APP_TOKEN ({}). Generate a new app-level token on your app's page, under Basic "
    "Information, with the scope connections:write."
)


@dataclass(frozen=True)
class Identity:
    """What auth.test says about the bot token. `scopes` are the ones that were granted."""

    team_id: str
    team: str
    user_id: str
    bot_id: str
    enterprise_id: str | None
    url: str
    scopes: frozenset[str]

    @property
    def missing_scopes(self) -> list[str]:
        return [scope for scope in SCOPES if scope not in self.scopes]


async def identify(web: CountedClient) -> Identity:
    """Who the bot token belongs to.

    Raises SettingsError if Slack refuses the token or a proxy is in the way. Raises SlackBusy if Slack does
    not answer.
    """
    try:
        answer = await checked(web.auth_test())
    except SlackBusy as busy:
        raise explain(web, web.base_url, busy) from busy
    except SlackError as error:
        raise SettingsError([_REFUSED.format(error.code)]) from error
    return Identity(
        team_id=answer["team_id"],
        team=answer.get("team") or "",
        user_id=answer["user_id"],
        bot_id=answer.get("bot_id") or "",
        enterprise_id=answer.get("enterprise_id") or None,
        url=answer.get("url") or "",
        scopes=_scopes(answer.headers),
    )


async def probe_socket(web: CountedClient, app_token: str) -> None:
    """Raises what `identify` raises. With a wrong token Bolt would retry for ever, in silence."""
    try:
        await checked(web.apps_connections_open(app_token=app_token))
    except SlackBusy as busy:
        raise explain(web, web.base_url, busy) from busy
    except SlackError as error:
        raise SettingsError([_REFUSED_APP.format(error.code)]) from error


def explain(web: CountedClient, url: str, busy: SlackBusy) -> SettingsError | SlackBusy:
    """`busy` itself, or a SettingsError that names the variable that keeps this URL from answering."""
    blame = web.network.cause_of("Slack", url, busy) if busy.code in UNANSWERED else ""
    return SettingsError([blame]) if blame else busy


def missing_scopes(identity: Identity) -> str:
    """Two sentences: which scopes are missing, and what to do. Empty when all are granted."""
    missing = identity.missing_scopes
    if not missing:
        return ""
    named = ", ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
    todo = "Add them on your app's page, under OAuth & Permissions, and install the app again."
    return f"{APP} needs these scopes: {named}. {todo}"


def _scopes(headers: Any) -> frozenset[str]:
    value = next((value for key, value in headers.items() if key.lower() == "x-oauth-scopes"), "")
    value = value[0] if isinstance(value, list) else value
    return frozenset(scope.strip() for scope in value.split(",") if scope.strip())
