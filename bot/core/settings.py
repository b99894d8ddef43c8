"""The one reader of the environment.

What is missing or contradictory stops the process, and all of it is named at once.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.core.errors import SettingsError

SLACK_API = "https://slack.com/api/"
AUTOENHANCE_API = "https://api.autoenhance.ai"
LEAST_TOKEN = 16  # characters
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Secret = Annotated[SecretStr | None, Field(default=None)]


class Tokens(BaseSettings):
    """What opens a door at Slack or Autoenhance, from the environment and `.env`; an empty value is none."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    slack_bot_token: Secret
    slack_signing_secret: Secret
    slack_app_token: Secret
    slack_client_id: Secret  # only to refuse it: Bolt would silently turn to OAuth and ignore our token
    autoenhance_api_key: Secret
    autoenhance_webhook_token: Secret

    @classmethod
    def set_here(cls) -> list[str]:
        """The names of those that are set."""
        read = Tokens()
        return [name.upper() for name in Tokens.model_fields if getattr(read, name) is not None]


class Settings(Tokens):
    """Everything that is read."""

    slack_api_url: str = SLACK_API
    autoenhance_api_url: str = AUTOENHANCE_API
    autoenhance_api_version: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    watch_days: int = Field(default=7, ge=1, le=90)
    database_url: str = "sqlite:///data/order-desk.sqlite3"
    host: str = "0.0.0.0"  # noqa: S104 - Slack has to reach it; every request is signed
    port: int = Field(default=3000, ge=0, le=65535)
    worker_port: int | None = Field(default=None, ge=0, le=65535)
    metrics_token: Secret
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _as_usual(cls, url: str) -> str:
        """`postgres://` is what some platforms write."""
        return re.sub("^postgres://", "postgresql://", url)

    @property
    def on_postgres(self) -> bool:
        return self.database_url.startswith("postgresql://")

    @property
    def database_path(self) -> Path:
        """SQLite's file."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @classmethod
    def load(cls, *, for_slack: bool, **overrides: Any) -> Self:
        """Raises SettingsError with a sentence for each setting that is wrong.

        `for_slack`: the tokens must be there too. Without it, only the order API is going to be asked.
        """
        settings = cls.read(**overrides)
        if problems := settings.problems(for_slack=for_slack):
            raise SettingsError(problems)
        return settings

    @classmethod
    def read(cls, **overrides: Any) -> Self:
        """As they are, complete or not; raises SettingsError only for values of the wrong form."""
        try:
            return cls(**overrides)
        except ValidationError as wrong:
            raise SettingsError([_sentence(error) for error in wrong.errors()]) from None

    def problems(self, *, for_slack: bool) -> list[str]:
        """One sentence for each thing that is missing or contradicts another; empty when all is well."""
        found = [
            *_url("AUTOENHANCE_API_URL", self.autoenhance_api_url),
            *_url("SLACK_API_URL", self.slack_api_url),
        ]
        on_sqlite = self.database_url.startswith("sqlite:///") and self.database_url != "sqlite:///"
        if not on_sqlite and not self.on_postgres:
            found.append(
                "DATABASE_URL must be sqlite:/// and a file's path, as sqlite:///data/order-desk.sqlite3 is, "
                "or an address such as postgresql://user:password@host/name."
            )
        key = self.autoenhance_api_key
        if key is not None and not (
            key.get_secret_value().isascii() and key.get_secret_value().isprintable()
        ):
            found.append("AUTOENHANCE_API_KEY has a character that no key has. Copy it again.")
        found += _token("AUTOENHANCE_WEBHOOK_TOKEN", self.autoenhance_webhook_token, "Autoenhance's settings")
        found += _token("METRICS_TOKEN", self.metrics_token, "Prometheus' configuration")
        return found + (self._slack_problems() if for_slack else [])

    def _slack_problems(self) -> list[str]:
        token, app, secret = self.slack_bot_token, self.slack_app_token, self.slack_signing_secret
        checks = {
            "SLACK_BOT_TOKEN is missing. It is on your app's page under OAuth & Permissions.": token is None,
            "SLACK_BOT_TOKEN must begin with xoxb-; this is another kind of token.": (
                token is not None and not token.get_secret_value().startswith("xoxb-")
            ),
            "SLACK_APP_TOKEN must begin with xapp-; this is another kind of token.": (
                app is not None and not app.get_secret_value().startswith("xapp-")
            ),
            "SLACK_SIGNING_SECRET and SLACK_APP_TOKEN are both missing. Slack calls over HTTP with one, "
            "over Socket Mode with the other; the app's page has both under Basic Information.": (
                secret is None and app is None
            ),
            "SLACK_CLIENT_ID is set, but Order Desk serves one workspace with SLACK_BOT_TOKEN. Unset it.": (
                self.slack_client_id is not None
            ),
        }
        return [sentence for sentence, wrong in checks.items() if wrong]


def revealed(secret: SecretStr | None) -> str:
    """Its value; empty if it is not set."""
    return secret.get_secret_value() if secret else ""


class FixedSettings(Settings):
    """Settings of the demo and of tests: only what they are given, nothing of the environment."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls
        return (init_settings,)


def _sentence(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"]).upper()
    return f"{name}: {error['msg'][:1].lower()}{error['msg'][1:]}."


def _token(name: str, token: SecretStr | None, there: str) -> list[str]:
    """Of what others send us in a header."""
    if token is None:
        return []
    found = []
    if not token.get_secret_value().isascii():
        found.append(f"{name} has a letter that no header can carry. Use plain ones.")
    if len(token.get_secret_value()) < LEAST_TOKEN:
        found.append(
            f"{name} has fewer than {LEAST_TOKEN} characters, and could be guessed. "
            f"Choose a longer one, here and in {there}."
        )
    return found


def _url(name: str, url: str) -> list[str]:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return []
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return []
    return [f"{name} must be an https:// address; http:// is only for this machine."]
