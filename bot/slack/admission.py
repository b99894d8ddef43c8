"""Who may see orders where. Asked anew for each job, from what Slack signed: never from a button."""

from dataclasses import dataclass

from bot.jobs.model import Asker
from bot.slack import refusals
from bot.slack.channels import Channels
from bot.slack.post import Audience


@dataclass(frozen=True)
class Home:
    """The workspace that installed the bot, and the organisation that it belongs to, if any."""

    team_id: str
    enterprise_id: str | None = None

    def knows(self, asker: Asker) -> bool:
        return asker.user_team_id in {self.team_id, self.enterprise_id}


class Admission:
    def __init__(self, home: Home, channels: Channels) -> None:
        self._home = home
        self._channels = channels

    async def refusal(self, asker: Asker) -> str | None:
        """Why this person gets no orders here; None if they do. Raises SlackBusy."""
        if not self._home.knows(asker):
            return refusals.OUTSIDER
        if await self._channels.audience(asker.channel_id) is Audience.SHARED:
            return refusals.SHARED_CHANNEL
        return None

    async def refusal_to_post(self, asker: Asker) -> str | None:
        """Stricter where others read along: not knowing who they are is reason enough."""
        if await self._channels.audience(asker.channel_id) is Audience.UNKNOWN:
            return refusals.CANNOT_TELL_SHARED
        return None
