"""The sentence about when an order will be done."""

from bot.orders.forecast import Forecast
from bot.slack.blocks import when


def done_about(forecast: Forecast, *, own_pace: bool) -> str:
    """Nobody can know it: it is what the order's pace says, or that of earlier orders."""
    pace = "at this pace" if own_pace else "at the usual pace"
    return f"About {when(forecast.early, '{time}')} to {when(forecast.late, '{time}')} {pace}."
