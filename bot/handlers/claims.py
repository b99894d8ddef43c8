"""Who takes care of an order that failed or stalled: a click on "I'm on it"."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.core.errors import SlackBusy, SlackError
from bot.jobs.models import ClaimOrder
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.render import notices
from bot.slack.text import watches as watch_text
from bot.storage.watches import Watches
from bot.watches.claims import claimed, with_claim_on
from bot.watches.models import Claim, Watch

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claims:
    watches: Watches
    sender: Sender
    responder: Responder
    now: Callable[[], datetime]

    async def claim(self, job: ClaimOrder, _attempt: int) -> None:
        """Saves first, edits the notice, and answers then. A check at once edits the card.

        The click means what its button showed to the person. So a retry of this job, and a double click,
        change nothing again.
        """
        asker = job.asker
        watch = await self.watches.live(job.team_id, asker.place, job.order)
        if watch is None or watch.is_finished:
            await self._edit(job, watch)
            await self.responder.say(job, watch_text.NOTHING_TO_CLAIM)
            return
        by = Claim(user_id=asker.user_id, name=asker.name, at=asker.at)
        after = claimed(watch, by, gives_back=job.seen_claim == asker.user_id)
        after = with_claim_on(after, job.notice.channel_id, job.notice.ts)
        if after != watch:
            await self.watches.save(replace(after, next_look=self.now()))
        await self._edit(job, after)
        await self.responder.say(job, _answer(watch, after, asker.user_id))

    async def _edit(self, job: ClaimOrder, watch: Watch | None) -> None:
        """The card says it too, so a notice that Slack does not let the bot edit stays as it is."""
        notice = job.notice
        try:
            drawn = notices.claimed_notice(watch, notice.text, notice.blocks)
            await self.sender.update(notice.channel_id, notice.ts, drawn)
        except SlackBusy:
            raise
        except SlackError as error:
            log.warning("slack refused to edit a notice", slack=error.code)


def _answer(before: Watch, after: Watch, user: str) -> str:
    if after.claimed_by is None:
        return watch_text.given_back(after)
    if after.claimed_by.user_id != user:
        return watch_text.not_given_back(after)
    other = before.claimed_by if before.claimed_by and before.claimed_by.user_id != user else None
    return watch_text.claimed(after, other)
