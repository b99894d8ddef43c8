"""Order IDs."""

import pytest
from pydantic import BaseModel, ValidationError

from bot.core.errors import NotAnOrderId
from bot.orders.ids import OrderId, shortened

ELM = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"


class Holder(BaseModel):
    order: OrderId


@pytest.mark.parametrize("text", [ELM, "12-elm", "a", "~", "...", "A_b.c~d-9", "x" * 128])
def test_an_id_keeps_its_spelling(text: str) -> None:
    """Any text of the allowed characters is an ID, letter for letter, in code and in a model's JSON."""
    assert OrderId(text) == text
    assert Holder.model_validate_json(Holder(order=OrderId(text)).model_dump_json()).order == OrderId(text)


@pytest.mark.parametrize("text", [ELM.upper(), ELM.replace("f", "F"), ELM])
def test_a_uuid_has_one_spelling(text: str) -> None:
    """A UUID is one ID in capitals and in small letters, in code and in a model's JSON."""
    assert OrderId(text) == ELM
    assert Holder.model_validate({"order": text}).model_dump_json() == f'{{"order":"{ELM}"}}'


@pytest.mark.parametrize(
    "text", ["12-ELM", f"X{ELM.upper()}", ELM.upper()[:-1], ELM.upper().replace("-", "")]
)
def test_what_is_no_uuid_keeps_its_capitals(text: str) -> None:
    """Customers choose other IDs. For these, capitals may matter."""
    assert OrderId(text) == text


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a b", "a/b", "a\n", "a\0", "é", "x" * 129, "%2e", "secret?"], ids=repr
)
def test_other_text_is_no_id(text: str) -> None:
    """Any other text is refused without being repeated, and with a ValidationError in a model."""
    with pytest.raises(NotAnOrderId) as refused:
        OrderId(text)
    assert "secret" not in str(refused.value)
    with pytest.raises(ValidationError):
        Holder.model_validate({"order": text})


def test_a_field_of_a_model_holds_an_order_id() -> None:
    """A validated field is an OrderId, not a plain string."""
    assert isinstance(Holder.model_validate({"order": ELM}).order, OrderId)


@pytest.mark.parametrize(
    ("text", "short"), [(ELM, "3f9a1c2e…"), ("12-elm-house", "12-elm-house"), ("12-elm-street", "12-elm-s…")]
)
def test_a_short_id_identifies_an_order_without_opening_it(text: str, short: str) -> None:
    """IDs of more than twelve characters are cut to eight."""
    assert OrderId(text).short == shortened(text) == short
