"""What is missing or contradictory stops the process, and all of it is named at once."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.core.errors import SettingsError
from bot.core.setting_values import revealed
from bot.core.settings import FixedSettings, Settings, Tokens

GOOD = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"}


def problems(**given: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        FixedSettings.load(for_slack=True, **given)
    return caught.value.problems


def test_nothing_at_all_names_everything() -> None:
    """An empty environment gets a sentence for each missing value, with where to find it."""
    token, secret = problems()

    assert token.startswith("SLACK_BOT_TOKEN is missing")
    assert secret.startswith("SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are missing")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({"slack_bot_token": "xoxp-1"}, "SLACK_BOT_TOKEN must begin with xoxb-", id="user-token"),
        pytest.param({"slack_app_token": "xoxb-1"}, "SLACK_APP_TOKEN must begin with xapp-", id="wrong-app-token"),
        pytest.param({"slack_client_id": "1.2"}, "SLACK_CLIENT_ID must not be set", id="oauth"),
        pytest.param({"autoenhance_api_url": "http://api.test"}, "AUTOENHANCE_API_URL must be an https://", id="http"),
        pytest.param({"slack_api_url": "slack.com"}, "SLACK_API_URL must be an https://", id="no-scheme"),
        pytest.param({"database_url": "mysql://x/y"}, "DATABASE_URL must be a SQLite file", id="mysql"),
        pytest.param({"database_url": "sqlite:///"}, "DATABASE_URL must be a SQLite file", id="no-file"),
        pytest.param({"autoenhance_api_key": "kéy"}, "AUTOENHANCE_API_KEY has a space", id="key"),
        pytest.param({"encryption_keys": "short"}, "ENCRYPTION_KEYS must be keys that `python app.py keys new`", id="no-fernet-key"),
        pytest.param({"port": "seventy"}, "PORT must be a whole number from 0 to 65535", id="port"),
        pytest.param({"port": 70000}, "PORT must be a whole number from 0 to 65535", id="port-too-large"),
        pytest.param({"max_connections": 5}, "MAX_CONNECTIONS must be a whole number from 10 to 100000", id="few-connections"),
        pytest.param({"log_level": "LOUD"}, "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR", id="log-level"),
        pytest.param({"autoenhance_api_version": "v3"}, "AUTOENHANCE_API_VERSION must be a date such as", id="version"),
    ],
)  # fmt: skip
def test_each_problem_names_its_variable(given: dict[str, object], says: str) -> None:
    """Each problem gets one sentence that begins with the variable's name."""
    [problem] = problems(**GOOD | given)

    assert problem.startswith(says)


SECRETS = [name for name, field in Settings.model_fields.items() if field.annotation == SecretStr | None]


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    "dress",
    ["{}\n", "{}\r\n", " {}\t", "\ufeff{}\u200b", "\xa0{}", '"{}"', "' {} '\n", "“{}”"],
    ids=["newline", "crlf", "blanks", "unseen", "no-break", "quotes", "quotes-and-blanks", "curly"],
)
def test_blanks_around_a_secret_are_removed(name: str, dress: str) -> None:
    """A value from a file, a Kubernetes secret or a chat is used without the blanks around it."""
    settings = FixedSettings.read(**{name: dress.format("xoxb-the-very-secret")})

    assert revealed(getattr(settings, name)) == "xoxb-the-very-secret"


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("inside", [" ", "\n", "\u200b", "é"], ids=["blank", "newline", "unseen", "accent"])
def test_a_secret_with_an_invalid_character_is_named(name: str, inside: str) -> None:
    """Slack or Autoenhance would refuse it at every request."""
    given = {**GOOD, name: f"xoxb-xapp-0123456789{inside}0123456789"}

    assert any(each.startswith(f"{name.upper()} has a space") for each in problems(**given))


def test_blanks_around_other_values_are_removed_too() -> None:
    """A number, a URL and a word may end with a line break."""
    settings = FixedSettings.load(
        for_slack=False,
        port="3001\n",
        slack_api_url=" https://slack.test/api/\n",
        database_url="'sqlite:///a file.sqlite3'\n",
        log_level="info ",
    )

    assert (settings.port, settings.log_level) == (3001, "INFO")
    assert settings.slack_api_url == "https://slack.test/api/"
    assert settings.database_path == Path("a file.sqlite3")


def test_a_blank_value_is_missing() -> None:
    """A secret that holds only a line break is missing."""
    token, _ = problems(slack_bot_token=" \n", slack_signing_secret="\n", port=" ")

    assert token.startswith("SLACK_BOT_TOKEN is missing")


def test_what_is_malformed_and_what_is_missing_are_named_together() -> None:
    """One start, or one `check`, names everything."""
    named = [
        each.split()[0]
        for each in problems(
            port="seventy", watch_days=0, photo_days=0, picture_days=366, metrics_token="short"
        )
    ]

    assert set(named) == {
        "PORT",
        "WATCH_DAYS",
        "PHOTO_DAYS",
        "PICTURE_DAYS",
        "METRICS_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
    }


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields)))
def test_no_malformed_value_is_reported_in_the_words_of_a_library(name: str) -> None:
    """The sentence is the bot's own and names the variable, whatever the value."""
    said = problems(**{name: "{nonsense}"})

    assert all(re.match(r"[A-Z_]+ (is|are|has|names|must|and|can't) ", each) for each in said), said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("SLACK_BOT_TOKEN=xoxb-1".encode("utf-16"), ".env is not UTF-8", id="utf-16"),
        pytest.param("SLACK_BOT_TOKEN=xoxb-é".encode("latin-1"), ".env is not UTF-8", id="latin-1"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    """An `.env` in another encoding stops the start with a sentence."""
    env = tmp_path / ".env"
    env.write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        Settings.load(for_slack=True, _env_file=env)

    assert caught.value.problems[0].startswith(says)


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    """Some editors on Windows begin a file with a byte order mark, and end lines with CRLF."""
    env = tmp_path / ".env"
    env.write_bytes(b"\xef\xbb\xbfSLACK_BOT_TOKEN=xoxb-1\r\nSLACK_SIGNING_SECRET=s\r\n")

    settings = Settings.load(for_slack=True, _env_file=env)

    assert (revealed(settings.slack_bot_token), revealed(settings.slack_signing_secret)) == ("xoxb-1", "s")


def test_wrong_values_are_not_repeated() -> None:
    """A secret in the wrong variable is not printed."""
    assert all(
        "xoxp-secret" not in problem
        for problem in problems(slack_bot_token="xoxp-secret", port="xoxp-secret")
    )


def test_the_order_api_alone_needs_no_slack() -> None:
    """`python app.py order` works without any setting."""
    assert FixedSettings.load(for_slack=False).autoenhance_api_url == "https://api.autoenhance.ai"


def test_an_empty_value_counts_as_not_set(tmp_path: Path) -> None:
    """`.env.example` with two values filled in is valid."""
    env = tmp_path / ".env"
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    env.write_text(
        example.replace("SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN=xoxb-1").replace("SECRET=", "SECRET=s"), "utf-8"
    )

    settings = Settings.load(for_slack=True, _env_file=env)

    assert settings.slack_app_token is None
    assert settings.autoenhance_api_key is None


def test_secrets_are_never_shown() -> None:
    """A settings object in a log or a traceback shows no secret."""
    settings = FixedSettings.load(
        for_slack=True, slack_bot_token="xoxb-hidden", slack_signing_secret="hidden"
    )

    assert "hidden" not in repr(settings)


def test_the_demo_reads_nothing_from_the_environment(tmp_path: Path) -> None:
    """Real tokens in the environment never reach the sandbox."""
    env = tmp_path / ".env"
    env.write_text("SLACK_BOT_TOKEN=xoxb-real\n", "utf-8")

    assert Settings.load(for_slack=False, _env_file=env).slack_bot_token is not None
    assert FixedSettings.load(for_slack=False, _env_file=env).slack_bot_token is None


def test_tokens_are_found_wherever_they_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are found in the environment and in `.env`.

    An empty one does not count, and other settings may have any value.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "")
    monkeypatch.setenv("PORT", "seventy")
    Path(".env").write_text("AUTOENHANCE_API_KEY=key\n", encoding="utf-8")

    assert Tokens.set_here() == ["SLACK_BOT_TOKEN", "AUTOENHANCE_API_KEY"]
