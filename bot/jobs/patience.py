"""How long Autoenhance is waited for, and what is said meanwhile."""

from datetime import timedelta

from bot.errors import AutoenhanceError
from bot.jobs.model import Find, Job, Share, ShowPhotos
from bot.jobs.request import Ephemeral, View
from bot.slack import refusals

PATIENCE = timedelta(minutes=25)  # a response_url is good for 30
TELLING = 2  # tries that say "not answering": a response_url is good for 5 uses, and the answer needs one


def sentence(job: Share | ShowPhotos | Find, error: AutoenhanceError, *, gave_up: bool = False) -> str:
    minutes = PATIENCE // timedelta(minutes=1)
    if isinstance(job, Find):
        return refusals.search_gave_up(minutes) if gave_up else refusals.search_trouble(error)
    return refusals.gave_up(job.order, None, minutes) if gave_up else refusals.trouble(error, job.order, None)


def tells(job: Job, attempt: int) -> bool:
    """Said again only where it surely replaces what was said before: in a card or a modal of one's own.

    Whether Slack replaces the reply to a command is not documented; see ARCHITECTURE.md.
    """
    match job.place:
        case Ephemeral(replace=True, message_ts=str()) | View():
            return attempt <= TELLING
        case _:
            return attempt == 1
