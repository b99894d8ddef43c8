"""The decorator for frozen values that are stored as JSON."""

from typing import TypeVar, cast, dataclass_transform

import pydantic.dataclasses
from pydantic import ConfigDict

T = TypeVar("T")


_CONFIG = ConfigDict(hide_input_in_errors=True)  # orders and ids, which a traceback would show


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(cls: type[T]) -> type[T]:
    """Makes a frozen pydantic dataclass with keyword arguments only.

    `dataclasses.replace` makes a changed copy, and mypy checks its fields. A `TypeAdapter` reads and writes
    JSON. Reading ignores unknown fields, and its errors do not quote what was read.
    """
    return cast("type[T]", pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=_CONFIG)(cls))
