"""Works out the time of a deadline in its asker's time zone, and asks for that zone once."""

from dataclasses import dataclass, replace

from bot.jobs.models import SetTimeZone, StartWatch
from bot.jobs.requests import Asker, Reply
from bot.slack.api.people import Profiles
from bot.slack.api.responder import Responder
from bot.slack.render.deadlines import ZoneQuestion, zone_question
from bot.slack.text import deadlines as deadline_text
from bot.storage.people import People
from bot.watches.deadlines import due_at, time_zone


@dataclass(frozen=True)
class TimeZones:
    people: People
    profiles: Profiles
    responder: Responder

    async def with_due_time(self, job: StartWatch) -> StartWatch | None:
        """The job with its deadline as a time. None if the asker first has to answer, or to type another.

        A later attempt gets the same time, because it counts from when the person asked.
        """
        if job.due is None:
            return job
        name = job.zone or await self._known(job.asker)
        if not name:
            await self._ask(job)
            return None
        zone = time_zone(name)
        if zone and job.zone:
            await self.people.set_time_zone(job.team_id, job.asker.user_id, job.zone)
        due_by = due_at(job.due, zone, job.asker.at) if zone else None
        if due_by is None:
            said = deadline_text.passed(job.due, zone, job.asker.at) if zone else deadline_text.NO_ZONES
            await self.responder.say(job, said, alone=isinstance(job.place, Reply))
            return None
        return replace(job, due_by=due_by)

    async def set_time_zone(self, job: SetTimeZone, _attempt: int) -> None:
        """Asks which it is, keeps the one that was chosen, or forgets it."""
        team, user = job.team_id, job.asker.user_id
        alone = isinstance(job.place, Reply)
        if job.on is False:
            await self.people.forget(team, user)
            await self.responder.say(job, deadline_text.FORGOTTEN, alone=alone)
        elif job.zone:
            await self.people.set_time_zone(team, user, job.zone)
            await self.responder.say(job, deadline_text.zone_set(job.zone), alone=alone)
        else:
            known = await self._known(job.asker)
            question = zone_question(ZoneQuestion(user=user), known=known)
            await self.responder.give(job, lambda _: question, alone=alone)

    async def _ask(self, job: StartWatch) -> None:
        """So that only the asker sees the question."""
        thread = job.adopt.thread_ts if job.adopt else ""
        asked = ZoneQuestion(
            user=job.asker.user_id,
            order=job.order,
            due=job.due,
            level=job.level,
            channel=job.asker.channel_id or "",
            thread_ts=thread,
        )
        await self.responder.give(job, lambda _: zone_question(asked), alone=isinstance(job.place, Reply))

    async def _known(self, asker: Asker) -> str:
        """The zone that the person chose, else the one in their profile. Empty if neither is known.

        Only a zone that this machine knows counts in a profile.
        """
        if chosen := await self.people.time_zone(asker.team_id, asker.user_id):
            return chosen
        profile = await self.profiles.time_zone(asker.user_id)
        return profile if time_zone(profile) else ""
