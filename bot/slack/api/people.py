"""What Slack says of a person, where an admin granted the scope for it."""

from collections.abc import Set as AbstractSet

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.errors import SlackError
from bot.slack.api.responses import checked
from bot.slack.constants import PROFILE_SCOPE


class Profiles:
    def __init__(self, web: AsyncWebClient, scopes: AbstractSet[str]) -> None:
        """`scopes`: those that were granted to the bot's token."""
        self._web = web
        self._may_read = PROFILE_SCOPE in scopes

    async def time_zone(self, user_id: str) -> str:
        """The IANA name in the person's profile.

        Empty without the scope, and where Slack does not say: then the person is asked.
        """
        if not self._may_read:
            return ""
        try:
            answer = await checked(self._web.users_info(user=user_id))
        except SlackError:
            return ""
        found = answer.get("user")
        zone = found.get("tz") if isinstance(found, dict) else None
        return zone if isinstance(zone, str) else ""
