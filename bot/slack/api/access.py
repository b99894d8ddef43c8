"""Who may see orders where. Checked again for each job, from what Slack signed and never from a button."""

from bot.core.errors import SlackBusy
from bot.jobs.models import ClaimOrder, Find, LookUp, SendTestNotice, Share, StartWatch
from bot.jobs.pictures import ShowPair, ShowPictures
from bot.jobs.requests import Message, Reply, Request
from bot.slack.api.channels import Audience, Channels
from bot.slack.text import refusals


class AccessPolicy:
    def __init__(self, channels: Channels, team_id: str, enterprise_id: str | None = None) -> None:
        """`team_id`: the workspace that installed the bot. `enterprise_id`: its organisation, if any."""
        self._team_id = team_id
        self._enterprise_id = enterprise_id
        self._channels = channels

    async def refusal(self, job: Request) -> str | None:
        """The sentence that says why this person may not do this here. None if they may.

        Raises TokenRefused. Where other people see the answer, the check is stricter: it asks Slack again,
        it refuses where Slack does not say who sees the channel, and it raises SlackBusy.
        """
        if job.asker.user_team_id not in {self._team_id, self._enterprise_id}:
            return await self._refusal_of_other_workspace(job)
        if not _is_seen_by_others(job):
            audience = await self._audience_if_known(job.asker.channel_id)
            return refusals.SHARED_CHANNEL if audience is Audience.SHARED else None
        match await self._channels.audience_now(job.asker.channel_id):
            case Audience.SHARED:
                return refusals.SHARED_CHANNEL
            case Audience.GROUP_MESSAGE:
                return refusals.GROUP_MESSAGE
            case Audience.UNKNOWN:
                return refusals.CANNOT_TELL_SHARED
            case _:  # where the bot is not a member, Slack refuses the post itself
                return None

    async def _refusal_of_other_workspace(self, job: Request) -> str | None:
        """None for a colleague from another workspace of the same organisation (Enterprise Grid).

        In a channel with people of another company, Slack's `enterprise` may be the channel's and not the
        person's. So it counts only where Slack says now that no other company is there: a channel may have
        been shared since the last answer. Raises SlackBusy.
        """
        if not self._enterprise_id or job.asker.enterprise_id != self._enterprise_id:
            return refusals.OUTSIDER
        match await self._channels.audience_now(job.asker.channel_id):
            case Audience.OWN:
                return None
            case Audience.SHARED:
                return refusals.SHARED_CHANNEL
            case _:
                return refusals.CANNOT_TELL_COLLEAGUE

    async def _audience_if_known(self, channel_id: str | None) -> Audience:
        """UNKNOWN while Slack does not answer: what only the asker sees does not wait for that."""
        try:
            return await self._channels.audience(channel_id)
        except SlackBusy:
            return Audience.UNKNOWN


def _is_seen_by_others(job: Request) -> bool:
    """False for a copied ID and for what goes to the asker alone."""
    if isinstance(job.place, Reply):
        return True
    match job:
        case Share() | StartWatch():
            return job.to == "channel"
        case LookUp() | Find():
            return isinstance(job.place, Message)
        case ClaimOrder() | ShowPictures() | ShowPair():
            return True
        case _:
            return isinstance(job, SendTestNotice)
