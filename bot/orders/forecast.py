"""When an order will be done, as a range of time."""

from bot.orders.base import frozen
from bot.orders.models import CheckTime


@frozen
class Forecast:
    """The order's end is expected between these times."""

    early: CheckTime
    late: CheckTime
