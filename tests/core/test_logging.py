"""What a log line may hold."""

import asyncio
import re
import subprocess
import sys
import traceback

import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from bot.core.errors import NotAnOrderId
from bot.core.logging import Outage, bound_reference, new_reference, redact, reference
from bot.orders.ids import OrderId


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("xoxb-1234-abcd-EFGH", id="bot-token"),
        pytest.param("xapp-1-A0-1-abcdef", id="app-token"),
        pytest.param("3f9a1c2e-7b40-4d5e-9a61-0c8f2e7d4b15", id="uuid"),
        pytest.param("Zq3sandboxonlyKey0000000000000000000000x", id="key"),
        pytest.param("Rk2Lw9Zx4Vb8-Nc1Mp6q7Rk2Lw9Zx4Vb8_Nc1Mp6abc=", id="encryption-key"),
        pytest.param("gAAAAABpZ-h_0a1b2c3d4e5f==", id="sealed-key"),
        pytest.param("https://hooks.slack.com/commands/T1/2/3", id="response-url-of-a-command"),
        pytest.param("https://hooks.slack.com/actions/T1/2/3", id="response-url-of-a-click"),
        pytest.param("https://hooks.slack.com/app/T1/2/3", id="response-url-of-a-shortcut"),
        pytest.param("https://hooks.slack-gov.com/commands/T1/2/3", id="response-url-of-a-government"),
        pytest.param("http://127.0.0.1:3001/respond/abc", id="response-url-of-the-sandbox"),
        pytest.param(r"https:\/\/hooks.slack.com\/actions\/T1\/2\/3", id="response-url-in-json"),
        pytest.param(r"https:\\/\\/hooks.slack.com\\/app\\/T1", id="response-url-in-json-in-json"),
        pytest.param("https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1%2F2", id="response-url-in-a-form"),
        pytest.param("hooks.slack.com/commands/T1/2/3", id="response-url-without-a-scheme"),
        pytest.param("xwfp-1-2-3", id="token-of-a-workflow"),
    ],
)
def test_secrets_are_blacked_out(secret: str) -> None:
    """No secret leaves in a log line, however it came into it."""
    assert redact(f"it was {secret}, said Ana") == "it was [secret], said Ana"


@pytest.mark.parametrize("after", ["", "?x=1", "/brackets", "'"])
@pytest.mark.parametrize(
    "before",
    [
        "http://127.0.0.1:80/v3/orders/",
        "https://app.autoenhance.ai/orders/",
        "/v3/orders/",
        "'/orders/",
        r"https:\/\/app.autoenhance.ai\/orders\/",
        "https%3A%2F%2Fapp.autoenhance.ai%2Forders%2F",
    ],
)
def test_a_custom_id_in_a_url_is_blacked_out(before: str, after: str) -> None:
    """A custom ID looks like any word, but is removed where it is in the order's URL."""
    line = f"GET {before}12-elm-street{after}"

    assert redact(line) == f"GET {before}[secret]{after}"


@pytest.mark.parametrize("before", ["/autoenhance/webhook/", r"https:\/\/desk\/autoenhance\/webhook\/"])
def test_the_address_of_an_accounts_webhook_is_blacked_out(before: str) -> None:
    """Who knows its end can try values there."""
    assert redact(f'POST {before}Xy-z_1 HTTP/1.1"') == f'POST {before}[secret] HTTP/1.1"'
    assert redact('"/autoenhance/webhook" 200') == '"/autoenhance/webhook" 200'


def test_a_password_in_a_url_is_blacked_out() -> None:
    """The password of a proxy or a database is removed, and the host stays readable."""
    assert redact("url='http://ana:p@ss@127.0.0.1:9'") == "url='http://[secret]@127.0.0.1:9'"


@pytest.mark.parametrize(
    "line",
    [
        'File "/app/bot/orders/models.py", line 187, in without_odd_fields',
        'File "/srv/order-desk/bot/orders/ids.py", line 29, in __new__',
        'File "C:\\\\desk\\\\bot\\\\orders\\\\ids.py", line 29',
        "bot/orders/progress.py:12: in progress_of",
        "see https://github.com/example/order-desk/blob/main/bot/orders/ids.py#L29",
        "https://docs.slack.dev/app/commands/overview and https://api.slack.com/apps",
    ],
)
def test_our_own_file_names_stay_readable(line: str) -> None:
    """A traceback says where it happened."""
    assert redact(line) == line


def test_a_real_traceback_names_its_files_and_lines() -> None:
    """The error was raised in the folder whose name is also in the URL of an order."""
    with pytest.raises(NotAnOrderId) as error:
        OrderId("")
    written = "".join(traceback.format_exception(error.value))

    assert re.search(r'bot/orders/ids\.py", line \d+, in __new__', redact(written))


def test_a_long_line_is_blacked_out_in_time() -> None:
    """Megabytes of what almost looks like a secret take a second. By the square of their length, hours."""
    parts = [
        *("https://", "http://a/", "://a@", "://", "xoxb", "xoxb-", "/orders/", "https://a/orders/", "a/"),
        *("hooks.slack.com", "hooks.slack.com/", "https%3A%2F%2F", "%2F", "\\", "\\/", "0", "A0", "a-"),
        *(
            "wss:",
            "wss://",
            "0a1b2c3d-",
            "https:",
            "respond/",
            "/respond/",
            "https://a/respond",
            "/v3/orders",
        ),
        *("gAAAAA", "gAAAAA-=", "Rk2Lw9Zx4Vb8-", "=", "autoenhance/webhook", "autoenhance/webhook/"),
    ]
    script = "import sys; from bot.core.logging import redact; [redact(p * 50_000) for p in sys.argv[1:]]"
    subprocess.run([sys.executable, "-c", script, *parts], check=True, timeout=50)  # noqa: S603 - our own words


def test_other_text_is_left_alone() -> None:
    """A commit's hash is not a key, and a plain line stays as it is."""
    line = "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2 job given up E-7K2M https://example.org/docs"

    assert redact(line) == line


def test_references_can_be_read_aloud() -> None:
    """A reference has only letters and digits that look unlike each other."""
    references = {new_reference() for _ in range(500)}

    assert len(references) > 450
    assert all(len(each) == 6 and not set(each[2:]) & set("01ILOU") for each in references)


def test_every_line_about_a_request_carries_its_reference() -> None:
    """The lines of a task that was started inside have the reference too, and later lines do not."""
    with capture_logs([merge_contextvars]) as lines:
        with bound_reference("E-7K2M"):
            asyncio.run(_written())
            assert reference() == "E-7K2M"
        structlog.get_logger().warning("after")

    assert [line.get("reference") for line in lines] == ["E-7K2M", None]
    assert reference() not in {"E-7K2M", reference()}


def test_an_outage_is_a_line_at_its_beginning_and_one_at_its_end() -> None:
    """Any number of failures is one outage, and the next outage is logged again."""
    outage = Outage("the database")
    with capture_logs() as lines:
        for _ in range(2):
            outage.ends()
            outage.begins("no connection")
            outage.begins("no connection")
            outage.ends()

    assert [line["event"] for line in lines] == 2 * [
        "the database does not answer",
        "the database answers again",
    ]


async def _written() -> None:
    await asyncio.create_task(_write())


async def _write() -> None:
    structlog.get_logger().warning("inside")
