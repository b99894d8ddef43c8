"""What is missing or contradictory stops the process, and all of it is named at once."""

from pathlib import Path

import pytest

from bot.core.errors import SettingsError
from bot.core.settings import FixedSettings, Settings, Tokens

GOOD = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"}


def problems(**given: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        FixedSettings.load(for_slack=True, **given)
    return caught.value.problems


def test_nothing_at_all_names_everything() -> None:
    """An empty environment is told all that it lacks, with where to find it."""
    token, secret = problems()

    assert token.startswith("SLACK_BOT_TOKEN is missing")
    assert secret.startswith("SLACK_SIGNING_SECRET and SLACK_APP_TOKEN are both missing")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({"slack_bot_token": "xoxp-1"}, "SLACK_BOT_TOKEN must begin with xoxb-", id="user-token"),
        pytest.param({"slack_app_token": "xoxb-1"}, "SLACK_APP_TOKEN must begin with xapp-", id="wrong-app-token"),
        pytest.param({"slack_client_id": "1.2"}, "SLACK_CLIENT_ID is set", id="oauth"),
        pytest.param({"autoenhance_api_url": "http://api.test"}, "AUTOENHANCE_API_URL must be an https://", id="http"),
        pytest.param({"slack_api_url": "slack.com"}, "SLACK_API_URL must be an https://", id="no-scheme"),
        pytest.param({"database_url": "mysql://x/y"}, "DATABASE_URL must be sqlite:///", id="mysql"),
        pytest.param({"database_url": "sqlite:///"}, "DATABASE_URL must be sqlite:///", id="no-file"),
        pytest.param({"autoenhance_api_key": "kéy"}, "AUTOENHANCE_API_KEY has a character that no key has", id="key"),
        pytest.param({"port": "seventy"}, "PORT: input should be a valid integer", id="port"),
        pytest.param({"port": 70000}, "PORT: input should be less than", id="port-too-large"),
        pytest.param({"log_level": "LOUD"}, "LOG_LEVEL: input should be 'DEBUG'", id="log-level"),
        pytest.param({"autoenhance_api_version": "v3"}, "AUTOENHANCE_API_VERSION: string should match", id="version"),
    ],
)  # fmt: skip
def test_each_problem_names_its_variable(given: dict[str, object], says: str) -> None:
    """One sentence for each thing that is wrong, beginning with the variable's name."""
    [problem] = problems(**GOOD | given)

    assert problem.startswith(says)


def test_wrong_values_are_not_repeated() -> None:
    """A secret in the wrong variable is not printed back."""
    assert all(
        "xoxp-secret" not in problem
        for problem in problems(slack_bot_token="xoxp-secret", port="xoxp-secret")
    )


def test_the_order_api_alone_needs_no_slack() -> None:
    """`python app.py order` works without any setting."""
    assert FixedSettings.load(for_slack=False).autoenhance_api_url == "https://api.autoenhance.ai"


def test_an_empty_value_counts_as_not_set(tmp_path: Path) -> None:
    """`.env.example` copied as it is, with two values filled in, is good."""
    env = tmp_path / ".env"
    example = (Path(__file__).parent.parent / ".env.example").read_text(encoding="utf-8")
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


def test_the_demo_reads_nothing_of_the_environment(tmp_path: Path) -> None:
    """Real tokens in the environment never reach the sandbox."""
    env = tmp_path / ".env"
    env.write_text("SLACK_BOT_TOKEN=xoxb-real\n", "utf-8")

    assert Settings.load(for_slack=False, _env_file=env).slack_bot_token is not None
    assert FixedSettings.load(for_slack=False, _env_file=env).slack_bot_token is None


def test_tokens_are_found_wherever_they_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the environment and in `.env`; an empty one is none, and other settings may be what they like."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "")
    monkeypatch.setenv("PORT", "seventy")
    Path(".env").write_text("AUTOENHANCE_API_KEY=key\n", encoding="utf-8")

    assert Tokens.set_here() == ["SLACK_BOT_TOKEN", "AUTOENHANCE_API_KEY"]
