"""Who may see orders where. Asked again for each job, from what Slack signed: never from a button."""

from bot.jobs.models import LookUp, Share, StartWatch, TryNotices
from bot.jobs.requests import Message, Request
from bot.slack.api.channels import Audience, Channels
from bot.slack.text import refusals


class AccessPolicy:
    def __init__(self, channels: Channels, team_id: str, enterprise_id: str | None = None) -> None:
        """The workspace that installed the bot, and the organisation that it belongs to, if any."""
        self._ours = {team_id, enterprise_id}
        self._channels = channels

    async def refusal(self, job: Request) -> str | None:
        """Why this is not done for this person here; None if it is. Raises SlackBusy.

        Stricter where others read along: Slack is asked again, and not knowing is reason enough.
        """
        if job.asker.user_team_id not in self._ours:
            return refusals.OUTSIDER
        if not _seen_by_others(job):
            known = await self._channels.audience(job.asker.channel_id)
            return refusals.SHARED_CHANNEL if known is Audience.SHARED else None
        match await self._channels.audience_now(job.asker.channel_id):
            case Audience.SHARED:
                return refusals.SHARED_CHANNEL
            case Audience.UNKNOWN:
                return refusals.CANNOT_TELL_SHARED
            case _:  # where the bot is no member, Slack refuses the post itself
                return None


def _seen_by_others(job: Request) -> bool:
    """Copying an id or sending to oneself shows nothing to anybody else."""
    match job:
        case Share() | StartWatch():
            return job.to == "channel"
        case LookUp():
            return isinstance(job.place, Message)
        case _:
            return isinstance(job, TryNotices)
