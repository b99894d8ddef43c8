"""The lists of watches, `/order test`, and the settings of a channel."""

from dataclasses import dataclass

from bot.core.errors import SlackError
from bot.handlers.account_keys import AccountKeys
from bot.handlers.picture_needs import PictureNeeds
from bot.jobs.models import Broadcast, CardLine, ListWatches, SendTestNotice, ShowHome, ShowLine
from bot.jobs.requests import Asker
from bot.slack.api.pacing import SlackRateLimits
from bot.slack.api.responder import Responder
from bot.slack.api.sender import Sender
from bot.slack.render import accounts, cards, home, lists
from bot.slack.render.permalinks import Permalinks
from bot.slack.text import settings as settings_text
from bot.storage.channel_settings import ChannelSettings
from bot.storage.watches import Watches
from bot.watches.models import Watch


@dataclass(frozen=True)
class Overviews:
    watches: Watches
    channel_settings: ChannelSettings
    picture_needs: PictureNeeds
    sender: Sender
    pacing: SlackRateLimits
    responder: Responder
    permalinks: Permalinks
    account_keys: AccountKeys

    async def list_all(self, job: ListWatches, _attempt: int) -> None:
        found = _begun(await self.watches.at(job.team_id, job.asker.place))
        await self.responder.give(job, lambda _: lists.watches(found, self.permalinks.thread))

    async def show_home(self, job: ShowHome, _attempt: int) -> None:
        await self.update_home(job.asker)

    async def update_home(self, asker: Asker, note: str = "") -> None:
        found = _begun(await self.watches.of_person(asker.team_id, asker.user_id))
        connected = await self.account_keys.listed(asker.team_id)
        listed = [accounts.Listed(each.account, readable=each.key is not None) for each in connected]
        may_connect = self.account_keys.ring is not None
        part = accounts.accounts_part(listed, asker.user_id, may_connect=may_connect)
        await self.sender.update_home(asker.user_id, home.home_tab(found, self.permalinks.thread, note, part))

    async def broadcast(self, job: Broadcast, _attempt: int) -> None:
        if job.on is not None:
            await self.channel_settings.set_broadcast(job.team_id, job.asker.place, on=job.on)
        on = await self.channel_settings.broadcast(job.team_id, job.asker.place)
        said = settings_text.broadcasting(on=on)
        if job.on is None:
            unfurls = await self.channel_settings.unfurls(job.team_id, job.asker.place)
            off = await self.channel_settings.lines_off(job.team_id, job.asker.place)
            lines = [settings_text.showing(line, on=line not in off) for line in CardLine]
            pictures = await self.channel_settings.pictures(job.team_id, job.asker.place)
            others = settings_text.unfurling(on=unfurls), settings_text.pictures_line(on=pictures)
            said = "\n".join((said, *others, *lines))
        await self.responder.say(job, said)

    async def show_line(self, job: ShowLine, _attempt: int) -> None:
        if job.on is not None:
            await self.channel_settings.set_line(job.team_id, job.asker.place, job.line, on=job.on)
        off = await self.channel_settings.lines_off(job.team_id, job.asker.place)
        await self.responder.say(job, settings_text.showing(job.line, on=job.line not in off))

    async def try_notices(self, job: SendTestNotice, _attempt: int) -> None:
        """Takes the three steps of a real notice, and says which one failed."""
        broadcast = await self.channel_settings.broadcast(job.team_id, job.asker.place)
        step = settings_text.POSTING
        try:
            channel, ts = await self.sender.post(
                job.asker.place, cards.sentence_card(settings_text.card(job.asker.name))
            )
            step = settings_text.EDITING
            await self.sender.update(channel, ts, cards.sentence_card(settings_text.EDITED))
            step = settings_text.REPLYING
            reply = cards.sentence_card(settings_text.REPLY)
            await self.pacing.wait_to_post(channel)
            await self.sender.post_once(channel, reply, thread_ts=ts, broadcast=broadcast)
        except SlackError as error:
            await self.responder.say(job, settings_text.test_failed(step, error))
        else:
            pictures = await self.picture_needs.test(job.team_id, job.asker.place)
            said = settings_text.test_passed(broadcast=broadcast, pictures=pictures)
            await self.responder.say(job, said)


def _begun(watches: list[Watch]) -> list[Watch]:
    """Without those whose card Slack has not taken yet: their start may still be refused."""
    return [watch for watch in watches if watch.promised]
