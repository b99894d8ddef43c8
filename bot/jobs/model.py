"""The jobs: what a request from Slack asks for, small enough to write down before it is acknowledged.

A job holds all that its work needs, as the process may be another one by then. It is recorded as
JSON; a new field needs a default, so that a job written by the version before still reads.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bot.jobs.request import Request, Wanted
from bot.orders.ids import OrderId


class LookUp(Request):
    """Show these orders as they are now. A re-check is a look-up with a `before`."""

    kind: Literal["look_up"] = "look_up"
    wanted: tuple[Wanted, ...]
    skipped: int = 0  # ids beyond the five that one answer shows
    in_thread: str | None = None  # where Share puts it: the thread of the message it was asked about
    shared_by: str | None = None  # who put this card into the channel


class Share(Request):
    """Post this order's card where everybody sees it, or to the asker alone in a direct message."""

    kind: Literal["share"] = "share"
    order: OrderId
    to: Literal["channel", "asker"] = "channel"
    in_thread: str | None = None


class ShowPhotos(Request):
    """List the order's photos in the modal that was opened for it."""

    kind: Literal["show_photos"] = "show_photos"
    order: OrderId


class Find(Request):
    """The newest orders, or those whose name holds these words."""

    kind: Literal["find"] = "find"
    words: str | None = None


class Say(Request):
    """Text that was ready when the request came; only the way to the asker is left."""

    kind: Literal["say"] = "say"
    text: str


Job = Annotated[LookUp | Share | ShowPhotos | Find | Say, Field(discriminator="kind")]
JOB: TypeAdapter[LookUp | Share | ShowPhotos | Find | Say] = TypeAdapter(Job)
