"""What the sandbox raises."""

from collections.abc import Iterable


class NotOffered(Exception):
    """Slack does not offer this to the person: there is no such button, or not for them."""


class Unknown(Exception):
    """A name that the sandbox does not know. The message has the ones that it knows."""

    def __init__(self, what: str, name: object, known: Iterable[str]) -> None:
        super().__init__(f"There is no {what} {name!r}. Use one of: {', '.join(known)}.")
