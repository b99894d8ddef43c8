"""Asking Slack who we are, before anybody asks us anything: AsyncApp takes a wrong token without a word."""

from dataclasses import dataclass
from typing import Any

from bot.core.errors import SettingsError, SlackBusy, SlackError
from bot.slack.api.client import CountedClient
from bot.slack.api.responses import UNANSWERED, checked
from bot.slack.constants import APP, SCOPES

_REFUSED = (
    "Slack refuses SLACK_BOT_TOKEN ({}). Copy the Bot User OAuth Token again from OAuth & Permissions on the "
    "app's page; if the app was removed from the workspace, install it again."
)
_REFUSED_APP = (
    "Slack refuses SLACK_APP_TOKEN ({}). Make a new one under Basic Information, App-Level Tokens, with the "
    "scope connections:write."
)


@dataclass(frozen=True)
class Identity:
    """What auth.test says of our token."""

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
    """Raises SettingsError if Slack refuses the token or a proxy is in the way, and SlackBusy if Slack
    does not answer.
    """
    try:
        said = await checked(web.auth_test())
    except SlackBusy as busy:
        raise explained(web, web.base_url, busy) from busy
    except SlackError as error:
        raise SettingsError([_REFUSED.format(error.code)]) from error
    return Identity(
        team_id=said["team_id"],
        team=said.get("team") or "",
        user_id=said["user_id"],
        bot_id=said.get("bot_id") or "",
        enterprise_id=said.get("enterprise_id"),
        url=said.get("url") or "",
        scopes=_scopes(said.headers),
    )


async def probe_socket(web: CountedClient, app_token: str) -> None:
    """Raises what `identify` does: with a wrong token Bolt would try again for ever, in silence."""
    try:
        await checked(web.apps_connections_open(app_token=app_token))
    except SlackBusy as busy:
        raise explained(web, web.base_url, busy) from busy
    except SlackError as error:
        raise SettingsError([_REFUSED_APP.format(error.code)]) from error


def explained(web: CountedClient, url: str, busy: SlackBusy) -> SettingsError | SlackBusy:
    """The same error, or one that names the variable that keeps this URL from answering."""
    blame = web.network.blame("Slack", url, busy) if busy.code in UNANSWERED else ""
    return SettingsError([blame]) if blame else busy


def missing_scopes(identity: Identity) -> str:
    """One sentence, empty when all are granted."""
    missing = identity.missing_scopes
    if not missing:
        return ""
    named = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
    return f"{APP} lacks the scopes {named}. Add them under OAuth & Permissions and install the app again."


def _scopes(headers: Any) -> frozenset[str]:
    value = next((value for key, value in headers.items() if key.lower() == "x-oauth-scopes"), "")
    value = value[0] if isinstance(value, list) else value
    return frozenset(scope.strip() for scope in value.split(",") if scope.strip())
