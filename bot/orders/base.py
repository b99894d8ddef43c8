"""What is recorded as JSON: values that never change."""

from typing import TypeVar, cast, dataclass_transform

import pydantic.dataclasses

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def frozen(cls: type[T]) -> type[T]:
    """A pydantic dataclass that is made by keyword and never changed.

    A changed one is made with `dataclasses.replace`, whose fields mypy checks, and a `TypeAdapter` reads
    and writes JSON. A field that we do not know is left out when it is read.
    """
    return cast("type[T]", pydantic.dataclasses.dataclass(frozen=True, kw_only=True)(cls))
