"""What the cards of a day said of the ends of its orders, and by how much that was wrong."""

from dataclasses import replace

from bot.demo.scenarios.forecasts import ShownForecast, first_forecasts, misses
from bot.demo.scenarios.models import Order
from bot.slack.render import cards
from bot.slack.render.models import Placement
from tests.demo.short_scenarios import BAD, GOOD, STUCK
from tests.slack.test_forecast_line import SHOWN, WATCH, birch

BEGAN = SHOWN.early.timestamp() - 1000
IDS = {"Birch Avenue 9": "birch"}


def test_the_first_range_of_a_card_counts() -> None:
    """In each channel, as the bot writes it. Other cards say nothing."""
    first, later = birch(WATCH), replace(birch(WATCH), forecast=replace(SHOWN, early=SHOWN.late))
    texts = [cards.orders_card([view], Placement("message"))["text"] for view in (first, later)]
    silent = cards.orders_card([replace(first, forecast=None)], Placement("message"))["text"]
    said = [
        ("a", silent),
        ("a", texts[0]),
        ("a", texts[1]),
        ("b", texts[1]),
        ("b", "*Birch Avenue 9* is ready."),
    ]

    assert first_forecasts(said, IDS, BEGAN) == [
        ShownForecast("birch", 1000.0, 1900.0),
        ShownForecast("birch", 1900.0, 1900.0),
    ]


def test_what_has_ended_is_measured() -> None:
    """In seconds, early or late. What ended in its range missed nothing, and what goes on is left out."""
    ends = GOOD.ends or 0.0
    shown = [
        ShownForecast(GOOD.id, ends + early, ends + late) for early, late in ((-60, 60), (30, 90), (-90, -20))
    ]
    others = [ShownForecast(BAD.id, 0, 1), ShownForecast(STUCK.id, 0, 1)]

    orders: list[Order] = [GOOD, BAD, STUCK]
    assert misses([*shown, *others], orders, until=ends) == [0.0, 30.0, 20.0]
