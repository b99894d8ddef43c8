"""The decorator for frozen values that are stored as JSON."""

from typing import TypeVar, cast, dataclass_transform

import pydantic.dataclasses

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(cls: type[T]) -> type[T]:
    """Makes a frozen pydantic dataclass with keyword arguments only.

    `dataclasses.replace` makes a changed copy, and mypy checks its fields. A `TypeAdapter` reads and writes
    JSON. Reading ignores unknown fields.
    """
    return cast("type[T]", pydantic.dataclasses.dataclass(frozen=True, kw_only=True)(cls))
