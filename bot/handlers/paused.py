"""Messages to the owner of a watch whose place takes no posts, and its watches when it takes them again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.jobs.background import CheckPaused, NotifyOwner, NotifyPaused
from bot.slack.api.sender import Sender
from bot.slack.render import cards, notices
from bot.storage.watches import Watches


@dataclass(frozen=True)
class PausedPlaces:
    watches: Watches
    sender: Sender
    now: Callable[[], datetime]

    async def message_owner(self, job: NotifyOwner, _attempt: int) -> None:
        """Raises SlackError."""
        await self.sender.post(job.user_id, cards.sentence_card(job.text))

    async def notify_paused(self, job: NotifyPaused, _attempt: int) -> None:
        """Raises SlackError."""
        there = await self.watches.at(job.team_id, job.place)
        mine = [each for each in there if each.watchers[0].user_id == job.user_id and not each.told_over]
        if mine:
            await self.sender.post(job.user_id, notices.paused_card(job.place, job.reason, mine))

    async def resume_paused(self, job: CheckPaused, _attempt: int) -> None:
        await self.watches.wake_parked(job.team_id, job.channel_id, self.now())
