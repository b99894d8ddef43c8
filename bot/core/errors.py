"""All errors that Order Desk raises.

OrderDeskError
├── UserError               a person's input; answered with a sentence, never logged as a failure
│   ├── NotAnOrderId        this text cannot be an order id
│   └── StaleButton         a button of another version, or one that Order Desk never drew
├── AutoenhanceError        Autoenhance answered with an error, or did not answer
│   ├── OrderNotFound       404 or 422: no such id, deleted, or another account's
│   ├── OrderHidden         401 or 403 for one order, with the key of each account that may be used
│   ├── KeyMissing          this call needs an API key and none is set
│   │   └── NoAccountHere   members can connect accounts, and none may be used in this place
│   ├── KeyRefused          401 or 403
│   │   └── AccountKeyRefused  the key of a connected account
│   ├── AccountKeyUnreadable  KeyUnreadable, where a search meets it
│   ├── NoPreview           no preview of a photo can be had, now or later
│   ├── OrderTooLarge       the answer is longer than the client reads
│   └── TryLater            worth a retry
│       ├── Limited         429
│       └── Unavailable     5xx, no connection, timeout, or a body that is no order
├── SlackError              Slack's Web API answered with an error, or did not answer
│   ├── CannotPost          this conversation cannot be posted to
│   │   ├── NotInChannel    the bot was not invited
│   │   └── Archived
│   ├── Gone                the message, view or response_url no longer exists
│   ├── TooLong             the message is longer than Slack accepts
│   ├── NotAllowed          fails until an admin changes something
│   │   ├── TokenRefused    the token was revoked, or the app was removed
│   │   └── ScopeMissing    the app was installed without a scope that this call needs
│   ├── SlackRefused        any other error code
│   ├── SlackBusy           429, 5xx or no connection: worth a retry
│   │   └── FileNotReady    a block names a file that Slack still works on, or has deleted
│   └── Unconfirmed         a post was sent twice and Slack confirmed neither: no third attempt
├── DatabaseFailed          the database cannot be read or written at the moment
│   ├── DatabaseDamaged     what it has stored cannot be read: it stays so until an admin puts it right
│   └── DatabaseLost        the file under it is gone or was replaced: the process ends itself
├── KeyUnreadable           no key of ENCRYPTION_KEYS opens an account's stored key
├── Unstorable              the database does not take a value, now or later
├── ShuttingDown            the process is stopping and records nothing more
└── SettingsError           settings missing or contradictory, all of them at once

The sentences that people read for these errors are in `slack/text/refusals.py`, keyed by type.
"""


class OrderDeskError(Exception):
    """The base class of all errors that Order Desk raises on purpose."""


class UserError(OrderDeskError):
    pass


class NotAnOrderId(UserError):
    pass


class StaleButton(UserError):
    pass


class AutoenhanceError(OrderDeskError):
    pass


class OrderNotFound(AutoenhanceError):
    """`with_key`: only accounts that may be used were asked. So another one may have the order."""

    def __init__(self, message: str, *, with_key: bool = False) -> None:
        super().__init__(message)
        self.with_key = with_key


def is_gone(error: AutoenhanceError) -> bool:
    """Whether it says that there is no such order, and not only that some accounts do not see it."""
    return isinstance(error, OrderNotFound) and not error.with_key


class OrderHidden(AutoenhanceError):
    pass


class KeyMissing(AutoenhanceError):
    pass


class NoAccountHere(KeyMissing):
    pass


class KeyRefused(AutoenhanceError):
    pass


class AccountKeyRefused(KeyRefused):
    """`account` is the account's name."""

    def __init__(self, account: str) -> None:
        super().__init__("Autoenhance rejected the API key of a connected account")
        self.account = account


class AccountKeyUnreadable(AutoenhanceError):
    """`account` is the account's name."""

    def __init__(self, account: str) -> None:
        super().__init__("no key of ENCRYPTION_KEYS opens the API key of a connected account")
        self.account = account


class OrderTooLarge(AutoenhanceError):
    pass


class NoPreview(AutoenhanceError):
    pass


class TryLater(AutoenhanceError):
    """`retry_after` is in seconds. None when Autoenhance named no time."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Limited(TryLater):
    pass


class Unavailable(TryLater):
    pass


class SlackError(OrderDeskError):
    """`code` is Slack's error code, such as `not_in_channel`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CannotPost(SlackError):
    pass


class NotInChannel(CannotPost):
    pass


class Archived(CannotPost):
    pass


class Gone(SlackError):
    pass


class TooLong(SlackError):
    pass


class NotAllowed(SlackError):
    pass


class TokenRefused(NotAllowed):
    pass


class ScopeMissing(NotAllowed):
    """`lacks` holds the scopes that the call needs and the token does not have, where Slack names them."""

    def __init__(self, code: str, *, lacks: frozenset[str] = frozenset()) -> None:
        super().__init__(code)
        self.lacks = lacks


class SlackRefused(SlackError):
    pass


class SlackBusy(SlackError):
    """`retry_after` is in seconds. None when Slack named no time.

    `maybe_done`: Slack may have done what was asked, and only its answer is missing.
    """

    def __init__(self, code: str, *, retry_after: float | None = None, maybe_done: bool = False) -> None:
        super().__init__(code)
        self.retry_after = retry_after
        self.maybe_done = maybe_done


class FileNotReady(SlackBusy):
    pass


class Unconfirmed(SlackError):
    pass


class DatabaseFailed(OrderDeskError):
    pass


class DatabaseDamaged(DatabaseFailed):
    pass


class DatabaseLost(DatabaseFailed):
    pass


class KeyUnreadable(OrderDeskError):
    pass


class Unstorable(OrderDeskError):
    pass


class ShuttingDown(OrderDeskError):
    pass


class SettingsError(OrderDeskError):
    """`problems` holds one sentence for each setting that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
