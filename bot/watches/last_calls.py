"""A last call: one post, days before Autoenhance may delete photos that nobody has downloaded. Pure."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from bot.orders.base import frozen
from bot.orders.expiry import Expiry
from bot.orders.ids import OrderId
from bot.watches.models import CardLocation, Condition, Ending, Watch

LEAD = timedelta(days=5)  # before the photos' day


@frozen
class PlannedCall:
    """What is kept of a watch until its last call. A place has at most one for an order."""

    id: int = 0  # from the store; 0 before it is stored
    team_id: str
    place: str
    order: OrderId
    due_at: AwareDatetime
    posts: int = 0  # how often Slack was asked to post it, apart from refusals
    tries: int = 0  # how often it was due
    name: str  # of the order
    home: CardLocation
    watchers: tuple[str, ...]  # the IDs of the people to mention
    expires: AwareDatetime  # the photos' day
    expired: int  # photos that had expired without a download when the watch ended: they are no news


def planned(watch: Watch, expiry: Expiry | None, now: datetime) -> PlannedCall | None:
    """The last call of a watch that is saved now.

    None unless it ended because its order is finished, photos are not downloaded, and the time is ahead.
    """
    quiet = watch.condition is Condition.ENDED and watch.ending is Ending.QUIET
    if not quiet or watch.home is None or expiry is None or not expiry.photos or expiry.at is None:
        return None
    due_at = expiry.at - LEAD
    if due_at <= now:
        return None
    return PlannedCall(
        team_id=watch.team_id,
        place=watch.place,
        order=watch.order,
        due_at=due_at,
        name=watch.name,
        home=watch.home,
        watchers=tuple(each.user_id for each in watch.watchers),
        expires=expiry.at,
        expired=expiry.expired,
    )
