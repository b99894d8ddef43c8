"""Stops a watch, for the asker or for everybody, also one that has not begun yet."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.handlers.overviews import Overviews
from bot.jobs.models import Job, StartWatch, StopWatch
from bot.jobs.requests import HomeTab
from bot.slack import blocks, constants
from bot.slack.api.responder import Responder
from bot.slack.render import cards
from bot.slack.render.buttons import block_id
from bot.slack.text import watches as watch_text
from bot.storage.jobs import JobStore
from bot.storage.watches import Watches
from bot.watches.models import Condition, Ending
from bot.watches.transitions import ended


@dataclass(frozen=True)
class Stops:
    watches: Watches
    job_store: JobStore
    responder: Responder
    overviews: Overviews
    now: Callable[[], datetime]

    async def stop(self, job: StopWatch, _attempt: int) -> None:
        """Saves first and answers then. A check at once edits the card for the last time."""
        withdrawn = await self._withdraw_starts(job)
        watch = await self.watches.known(job.team_id, job.watched_in or job.asker.place, job.order)
        mine = watch.watcher(job.asker.user_id) if watch else None
        if watch is None or not watch.is_live or (job.watched_in and mine is None):
            said = watch_text.stopped_early(job.order) if withdrawn else watch_text.not_watched(job.order)
            await self._reply(job, said)
            return
        others = tuple(each for each in watch.watchers if each != mine)
        if others and not job.everybody:
            said = watch_text.stopped(watch, others) if mine or withdrawn else watch_text.not_yours(watch)
            if mine:
                await self.watches.save(replace(watch, watchers=others, next_look=self.now()))
            await self._reply(job, said, blocks.button(watch_text.STOP_FOR_ALL, constants.STOP_FOR_ALL))
            return
        if not watch.promised:  # it has no card yet
            await self.watches.remove(watch)
        else:
            stopped = ended(watch, Ending.STOPPED, self.now(), job.asker.name)
            await self.watches.save(replace(stopped, condition=Condition.ENDING, next_look=self.now()))
        await self._reply(job, watch_text.stopped(watch, ()))

    async def _withdraw_starts(self, job: StopWatch) -> bool:
        """Ends the starts that are put off, so that the watch does not begin with their next attempt.

        Those of the asker in this place from before, or with `everybody` of all people. Jobs about one order
        run one after the other, so none of them runs now.
        """

        def unwanted(start: Job) -> bool:
            return (
                isinstance(start, StartWatch)
                and (start.order, start.watch_place) == (job.order, job.watched_in or job.asker.place)
                and (job.everybody or start.asker.user_id == job.asker.user_id)
                and start.asker.at <= job.asker.at
            )

        return await self.job_store.withdraw(StartWatch.kind, job.team_id, unwanted, self.now()) > 0

    async def _reply(self, job: StopWatch, text: str, button: blocks.Block | None = None) -> None:
        if isinstance(job.place, HomeTab):
            await self.overviews.update_home(job.asker, text)
            return
        drawn = cards.sentence_card(text)
        if button:
            drawn["blocks"].append(blocks.actions(block_id(job.order), button))
        await self.responder.give(job, lambda _: drawn)
