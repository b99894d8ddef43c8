"""Who may see orders where. Checked again for each job, from what Slack signed and never from a button."""

from bot.jobs.models import LookUp, SendTestNotice, Share, StartWatch
from bot.jobs.requests import Message, Request
from bot.slack.api.channels import Audience, Channels
from bot.slack.text import refusals


class AccessPolicy:
    def __init__(self, channels: Channels, team_id: str, enterprise_id: str | None = None) -> None:
        """`team_id`: the workspace that installed the bot. `enterprise_id`: its organisation, if any."""
        self._own_team_ids = {team_id, enterprise_id}
        self._channels = channels

    async def refusal(self, job: Request) -> str | None:
        """The sentence that says why this person may not do this here. None if they may.

        Raises SlackBusy and TokenRefused. Where other people see the answer, the check is stricter: it asks
        Slack again, and it refuses where Slack does not say who sees the channel.
        """
        if job.asker.user_team_id not in self._own_team_ids:
            return refusals.OUTSIDER
        if not _is_seen_by_others(job):
            audience = await self._channels.audience(job.asker.channel_id)
            return refusals.SHARED_CHANNEL if audience is Audience.SHARED else None
        match await self._channels.audience_now(job.asker.channel_id):
            case Audience.SHARED:
                return refusals.SHARED_CHANNEL
            case Audience.UNKNOWN:
                return refusals.CANNOT_TELL_SHARED
            case _:  # where the bot is not a member, Slack refuses the post itself
                return None


def _is_seen_by_others(job: Request) -> bool:
    """False for a copied ID and for what goes to the asker alone."""
    match job:
        case Share() | StartWatch():
            return job.to == "channel"
        case LookUp():
            return isinstance(job.place, Message)
        case _:
            return isinstance(job, SendTestNotice)
