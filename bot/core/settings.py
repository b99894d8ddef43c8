"""The settings, from the environment and `.env`. No other module reads them.

Settings that are wrong, missing or contradictory stop the process. All of them are named at once.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.core.errors import SettingsError
from bot.core.network import Network
from bot.core.setting_values import (
    character_problems,
    revealed,
    ring_problems,
    stripped,
    token_problems,
    url_problems,
)

SLACK_API = "https://slack.com/api/"
AUTOENHANCE_API = "https://api.autoenhance.ai"
VALID_VALUES = {
    "autoenhance_api_version": "a date such as 2025-08-31",
    "watch_days": "a whole number from 1 to 90",
    "photo_days": "a whole number from 1 to 365",
    "picture_days": "a whole number from 1 to 365",
    "port": "a whole number from 0 to 65535",
    "worker_port": "a whole number from 0 to 65535",
    "max_connections": "a whole number from 10 to 100000",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
}
_APP_PAGE = "your app's page on api.slack.com/apps"
_BOT_TOKEN = f"Copy the Bot User OAuth Token from {_APP_PAGE}, under OAuth & Permissions."
_APP_TOKEN = f"Copy an app-level token from {_APP_PAGE}, under Basic Information."
_PROXY_VARIABLES = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")

Secret = Annotated[SecretStr | None, Field(default=None)]


class Tokens(BaseSettings):
    """The tokens for Slack and Autoenhance, from the environment and `.env`. An empty value is unset."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8-sig",  # some editors on Windows begin a file with a byte order mark
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: Secret
    slack_signing_secret: Secret
    slack_app_token: Secret
    slack_client_id: Secret  # read only to refuse it: with it, Bolt uses OAuth and ignores the bot token
    autoenhance_api_key: Secret
    autoenhance_webhook_token: Secret

    @model_validator(mode="before")
    @classmethod
    def _strip_values(cls, given: dict[str, Any]) -> dict[str, Any]:
        values = {name: _stripped(value) for name, value in given.items()}
        return {name: value for name, value in values.items() if value != ""}

    @classmethod
    def set_here(cls) -> list[str]:
        """The names of the tokens that are set. Raises SettingsError if `.env` cannot be read."""
        with _env_file_errors():
            read = Tokens()
        return [name.upper() for name in Tokens.model_fields if getattr(read, name) is not None]


class Settings(Tokens):
    """All settings."""

    slack_api_url: str = SLACK_API
    autoenhance_api_url: str = AUTOENHANCE_API
    autoenhance_api_version: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    watch_days: int = Field(default=7, ge=1, le=90)
    photo_days: int = Field(default=30, ge=1, le=365)
    picture_days: int = Field(default=30, ge=1, le=365)
    encryption_keys: Secret  # one or more Fernet keys, with commas between them. The first one writes
    database_url: str = "sqlite:///data/order-desk.sqlite3"
    host: str = "0.0.0.0"  # noqa: S104 - Slack has to reach it; every request is signed
    port: int = Field(default=3000, ge=0, le=65535)
    worker_port: int | None = Field(default=None, ge=0, le=65535)
    max_connections: int = Field(default=1000, ge=10, le=100_000)
    metrics_token: Secret
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    https_proxy: Secret  # these three may hold a password
    http_proxy: Secret
    all_proxy: Secret
    no_proxy: str = ""
    ssl_cert_file: str = ""
    ssl_cert_dir: str = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *others: PydanticBaseSettingsSource,
        **more: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`https_proxy` is used before `HTTPS_PROXY`, as in curl. pydantic would use the last one read."""
        lower = {name: value for name in _PROXY_VARIABLES if (value := os.environ.get(name))}
        return init_settings, InitSettingsSource(settings_cls, lower), *others, *more.values()

    _malformed: tuple[str, ...] = PrivateAttr(default=())
    """The names of the settings with an invalid value. They have their defaults."""

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_upper_case(cls, level: str) -> str:
        return level.upper()

    @field_validator("database_url")
    @classmethod
    def _with_usual_scheme(cls, url: str) -> str:
        """Some platforms write `postgres://`."""
        return re.sub("^postgres://", "postgresql://", url)

    @field_validator("encryption_keys", mode="after")
    @classmethod
    def _without_blanks_at_commas(cls, keys: SecretStr | None) -> SecretStr | None:
        return SecretStr(re.sub(r"\s*,\s*", ",", keys.get_secret_value())) if keys else None

    @property
    def ring(self) -> list[SecretStr]:
        """The keys in ENCRYPTION_KEYS. Empty if it is not set."""
        return [SecretStr(key) for key in revealed(self.encryption_keys).split(",") if key]

    @property
    def on_postgres(self) -> bool:
        return self.database_url.startswith("postgresql://")

    @property
    def database_path(self) -> Path:
        """The path of SQLite's file. Only for a DATABASE_URL with sqlite:///."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def network(self) -> Network:
        return Network(
            https_proxy=revealed(self.https_proxy),
            http_proxy=revealed(self.http_proxy),
            all_proxy=revealed(self.all_proxy),
            no_proxy=self.no_proxy,
            ssl_cert_file=self.ssl_cert_file,
            ssl_cert_dir=self.ssl_cert_dir,
        )

    @classmethod
    def load(cls, *, for_slack: bool, **overrides: Any) -> Self:
        """The settings. Raises SettingsError with a sentence for each one that is wrong.

        `for_slack`: Slack's tokens are required too. False for a command that calls only Autoenhance.
        """
        settings = cls.read(**overrides)
        problems = settings.problems(for_slack=for_slack)
        problems += settings.network_problems(for_slack=for_slack)
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def read(cls, **overrides: Any) -> Self:
        """The settings, complete or not. Raises SettingsError only if `.env` cannot be read."""
        with _env_file_errors():
            try:
                return cls(**overrides)
            except ValidationError as wrong:
                malformed = tuple(str(error["loc"][0]) for error in wrong.errors())
            defaults = {name: cls.model_fields[name].get_default() for name in malformed}
            settings = cls(**overrides | defaults)
        settings._malformed = malformed
        return settings

    def problems(self, *, for_slack: bool) -> list[str]:
        """A sentence for each setting that is wrong, missing or contradicts another. Empty if none is."""
        found = [
            *(f"{name.upper()} must be {VALID_VALUES[name]}." for name in self._malformed),
            *url_problems("AUTOENHANCE_API_URL", self.autoenhance_api_url),
            *url_problems("SLACK_API_URL", self.slack_api_url),
        ]
        on_sqlite = self.database_url.startswith("sqlite:///") and self.database_url != "sqlite:///"
        if not on_sqlite and not self.on_postgres:
            found.append(
                "DATABASE_URL must be a SQLite file, such as sqlite:///data/order-desk.sqlite3, "
                "or a PostgreSQL address, such as postgresql://user:password@host/name."
            )
        for name, field in type(self).model_fields.items():
            if field.annotation == SecretStr | None:
                found += character_problems(name.upper(), getattr(self, name))
        found += token_problems(
            "AUTOENHANCE_WEBHOOK_TOKEN", self.autoenhance_webhook_token, "Autoenhance's settings"
        )
        found += token_problems("METRICS_TOKEN", self.metrics_token, "Prometheus' configuration")
        found += ring_problems(self.ring)
        return found + (self._slack_problems() if for_slack else [])

    def network_problems(self, *, for_slack: bool) -> list[str]:
        """One sentence for each variable that prevents requests. `for_slack`: to Slack too."""
        return self.network.problems([self.autoenhance_api_url, *([self.slack_api_url] if for_slack else [])])

    def _slack_problems(self) -> list[str]:
        token, app, secret = self.slack_bot_token, self.slack_app_token, self.slack_signing_secret
        checks = {
            f"SLACK_BOT_TOKEN is missing. {_BOT_TOKEN}": token is None,
            f"SLACK_BOT_TOKEN must begin with xoxb-. {_BOT_TOKEN}": (
                token is not None and not token.get_secret_value().startswith("xoxb-")
            ),
            f"SLACK_APP_TOKEN must begin with xapp-. {_APP_TOKEN}": (
                app is not None and not app.get_secret_value().startswith("xapp-")
            ),
            "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are missing. Set the first for Socket Mode, "
            f"or the second for HTTP. Both are on {_APP_PAGE}, under Basic Information.": (
                secret is None and app is None
            ),
            "SLACK_CLIENT_ID must not be set, because Order Desk uses SLACK_BOT_TOKEN. Unset it.": (
                self.slack_client_id is not None
            ),
        }
        return [sentence for sentence, wrong in checks.items() if wrong]


class FixedSettings(Settings):
    """The settings of the demo and of tests. They read nothing from the environment or `.env`."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls
        return (init_settings,)


def _stripped(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return SecretStr(stripped(value.get_secret_value()))
    return stripped(value) if isinstance(value, str) else value


@contextmanager
def _env_file_errors() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise SettingsError([".env is not UTF-8 text. Save it as UTF-8."]) from None
    except OSError as error:
        raise SettingsError([f".env can't be read ({error.strerror}). Check its permissions."]) from None
