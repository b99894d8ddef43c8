"""Looking through watches, trying them out, and what a channel chose."""

from bot.core.errors import SlackError
from bot.handlers.context import Tools
from bot.jobs.models import Broadcast, ListWatches, TryNotices
from bot.jobs.requests import Request
from bot.slack.render import cards, lists
from bot.slack.text import settings as trial


class Overview:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def list_all(self, job: ListWatches) -> None:
        found = await self._tools.stores.watches.at(job.team_id, job.asker.place)
        await self._tools.answers.give(job, lambda _: lists.watches(found, self._tools.links.thread))

    async def show_home(self, job: Request, note: str = "") -> None:
        found = await self._tools.stores.watches.of_person(job.team_id, job.asker.user_id)
        await self._tools.post.update_home(
            job.asker.user_id, lists.home(found, self._tools.links.thread, note)
        )

    async def broadcast(self, job: Broadcast) -> None:
        if job.on is not None:
            await self._tools.stores.preferences.set_broadcast(job.team_id, job.asker.place, on=job.on)
        on = await self._tools.stores.preferences.broadcast(job.team_id, job.asker.place)
        said = trial.broadcasting(on=on)
        if job.on is None:
            unfurls = await self._tools.stores.preferences.unfurls(job.team_id, job.asker.place)
            said += "\n" + trial.unfurling(on=unfurls)
        await self._tools.answers.say(job, said)

    async def try_notices(self, job: TryNotices) -> None:
        """The three steps of a real notice, and which of them failed."""
        broadcast = await self._tools.stores.preferences.broadcast(job.team_id, job.asker.place)
        step = trial.POSTING
        try:
            channel, ts = await self._tools.post.post(job.asker.place, cards.say(trial.card(job.asker.name)))
            step = trial.EDITING
            await self._tools.post.update(channel, ts, cards.say(trial.EDITED))
            step = trial.REPLYING
            reply = cards.say(trial.REPLY)
            await self._tools.pacing.wait_to_post(channel)
            await self._tools.post.post_once(channel, reply, thread_ts=ts, broadcast=broadcast)
        except SlackError as error:
            await self._tools.answers.say(job, trial.failed(step, error))
        else:
            await self._tools.answers.say(job, trial.worked(broadcast=broadcast))
