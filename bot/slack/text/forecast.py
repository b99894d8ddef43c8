"""The sentence about when an order will be done."""

from bot.orders.forecast import Forecast
from bot.slack.blocks import when


def done_about(forecast: Forecast) -> str:
    """Nobody can know it: it is what the pace so far says."""
    return f"About {when(forecast.early, '{time}')} to {when(forecast.late, '{time}')} at this pace."
