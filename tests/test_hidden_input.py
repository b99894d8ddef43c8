"""Errors of pydantic do not quote what they were given: it is an order, a token or an id."""

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.dataclasses import is_pydantic_dataclass
from pydantic_settings import BaseSettings

import bot

QUOTED = "a-secret-in-an-odd-place"
Reader = type[BaseModel] | TypeAdapter[Any]


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if ".migrations." not in found.name:  # Alembic alone can import those
            yield importlib.import_module(found.name)


def readers() -> dict[str, Reader]:
    """Every model, every dataclass of pydantic's and every TypeAdapter of the bot."""
    found: dict[str, Reader] = {}
    for module in modules():
        for name, each in vars(module).items():
            path = f"{module.__name__}.{name}"
            if isinstance(each, TypeAdapter):
                found[path] = each
            elif not inspect.isclass(each) or each.__module__ != module.__name__:
                continue
            elif issubclass(each, BaseModel):
                found[path] = each
            elif dataclasses.is_dataclass(each) and is_pydantic_dataclass(each):
                found[path] = TypeAdapter(each)
    return found


READERS = readers()


def test_all_of_them_are_found() -> None:
    """One of each kind is known."""
    kinds = {"bot.orders.models.Order", "bot.watches.models.Watch", "bot.jobs.models.JOB"}
    assert kinds | {"bot.core.settings.Settings", "bot.slack.listeners.messages.THREAD"} <= set(READERS)


@pytest.mark.parametrize("path", READERS)
def test_an_error_does_not_quote_its_input(path: str) -> None:
    """A traceback with it may be logged. A new model is held to that too."""
    reader = READERS[path]
    with pytest.raises(ValidationError) as error:
        _read(reader)

    assert QUOTED not in str(error.value)
    assert QUOTED not in repr(error.value)


def _read(reader: Reader) -> None:
    """Reads what no model accepts. Settings accept no text as a whole."""
    if isinstance(reader, TypeAdapter):
        reader.validate_python(QUOTED)
    elif issubclass(reader, BaseSettings):
        reader.model_validate({"slack_bot_token": [QUOTED]})
    else:
        reader.model_validate(QUOTED)
