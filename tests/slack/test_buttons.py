"""Reading what a button holds."""

import pytest

from bot.orders.ids import OrderId
from bot.slack.render.buttons import block_id, order_of, unpack

ELM = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"


@pytest.mark.parametrize("place", ["", "list"])
@pytest.mark.parametrize("spelling", [ELM, ELM.upper()])
def test_a_button_from_before_names_the_same_order(spelling: str, place: str) -> None:
    """Cards of earlier versions hold a UUID as it was typed. Their buttons and menus go on working."""
    assert order_of(f"order:{spelling}@{place}" if place else f"order:{spelling}") == ELM
    assert unpack(f'{{"wanted":[{{"order":"{spelling}"}}]}}').wanted[0].order == ELM
    assert block_id(OrderId(spelling)) == f"order:{ELM}"
