"""The one reader of the environment and of `.env`.

What is wrong, missing or contradictory stops the process, and all of it is named at once, in our words.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.core.errors import SettingsError
from bot.core.network import Network

SLACK_API = "https://slack.com/api/"
AUTOENHANCE_API = "https://api.autoenhance.ai"
MIN_TOKEN_CHARACTERS = 16  # characters
MUST_BE = {
    "autoenhance_api_version": "a date such as 2025-08-31",
    "watch_days": "a whole number from 1 to 90",
    "port": "a whole number from 0 to 65535",
    "worker_port": "a whole number from 0 to 65535",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_EITHER_CASE = ("https_proxy", "http_proxy", "all_proxy", "no_proxy")

Secret = Annotated[SecretStr | None, Field(default=None)]


# What copying and pasting leaves around a value: blanks, line breaks, and marks that nobody sees.
_AROUND = " \t\r\n\v\f\x00\xa0\u200b\u200c\u200d\u2060\ufeff"
_QUOTES = ('""', "''", "“”", "‘’")


class Tokens(BaseSettings):
    """What Slack and Autoenhance let us in with, from the environment and `.env`; an empty value is none."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8-sig",  # with the mark that some editors on Windows begin a file with
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: Secret
    slack_signing_secret: Secret
    slack_app_token: Secret
    slack_client_id: Secret  # only to refuse it: Bolt would silently turn to OAuth and ignore our token
    autoenhance_api_key: Secret
    autoenhance_webhook_token: Secret

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, given: dict[str, Any]) -> dict[str, Any]:
        stripped = {name: _stripped(value) for name, value in given.items()}
        return {name: value for name, value in stripped.items() if value != ""}

    @classmethod
    def set_here(cls) -> list[str]:
        """The names of those that are set; raises SettingsError if `.env` cannot be read."""
        with _reading():
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
        """`https_proxy` counts before `HTTPS_PROXY`, as for curl; pydantic takes whichever comes last."""
        lower = {name: value for name in _EITHER_CASE if (value := os.environ.get(name))}
        return init_settings, InitSettingsSource(settings_cls, lower), *others, *more.values()

    _malformed: tuple[str, ...] = PrivateAttr(default=())
    """The names of those that were set to what they cannot be, and stand at their defaults."""

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, level: str) -> str:
        return level.upper()

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
        """Raises SettingsError with a sentence for each setting that is wrong.

        `for_slack`: the tokens must be there too. Without it, only the order API is going to be asked.
        """
        settings = cls.read(**overrides)
        problems = settings.problems(for_slack=for_slack)
        problems += settings.network_problems(for_slack=for_slack)
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def read(cls, **overrides: Any) -> Self:
        """As they are, complete or not; raises SettingsError only if `.env` cannot be read."""
        with _reading():
            try:
                return cls(**overrides)
            except ValidationError as wrong:
                malformed = tuple(str(error["loc"][0]) for error in wrong.errors())
            defaults = {name: cls.model_fields[name].get_default() for name in malformed}
            settings = cls(**overrides | defaults)
        settings._malformed = malformed
        return settings

    def problems(self, *, for_slack: bool) -> list[str]:
        """A sentence for each thing that is wrong, missing or contradicts another; empty when all is well."""
        found = [
            *(f"{name.upper()} must be {MUST_BE[name]}." for name in self._malformed),
            *_url("AUTOENHANCE_API_URL", self.autoenhance_api_url),
            *_url("SLACK_API_URL", self.slack_api_url),
        ]
        on_sqlite = self.database_url.startswith("sqlite:///") and self.database_url != "sqlite:///"
        if not on_sqlite and not self.on_postgres:
            found.append(
                "DATABASE_URL must be sqlite:/// and a file's path, as sqlite:///data/order-desk.sqlite3 is, "
                "or an address such as postgresql://user:password@host/name."
            )
        for name, field in type(self).model_fields.items():
            if field.annotation == SecretStr | None:
                found += _unclean(name.upper(), getattr(self, name))
        found += _token("AUTOENHANCE_WEBHOOK_TOKEN", self.autoenhance_webhook_token, "Autoenhance's settings")
        found += _token("METRICS_TOKEN", self.metrics_token, "Prometheus' configuration")
        return found + (self._slack_problems() if for_slack else [])

    def network_problems(self, *, for_slack: bool) -> list[str]:
        """One sentence for each variable that keeps Autoenhance, or Slack, from being asked."""
        return self.network.problems([self.autoenhance_api_url, *([self.slack_api_url] if for_slack else [])])

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


def _stripped(value: Any) -> Any:
    """Without what stands around it by accident: blanks, line breaks, and quotes that a tool passed on."""
    if isinstance(value, SecretStr):
        return SecretStr(_stripped(value.get_secret_value()))
    if not isinstance(value, str):
        return value
    value = value.strip(_AROUND)
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        value = value[1:-1].strip(_AROUND)
    return value


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise SettingsError([".env is not UTF-8 text. Save it again as UTF-8."]) from None
    except OSError as error:
        raise SettingsError([f".env cannot be read ({error.strerror}). Check its permissions."]) from None


def _unclean(name: str, secret: SecretStr | None) -> list[str]:
    """A secret is sent in a header or compared with one, so it is plain characters without a blank."""
    text = revealed(secret)
    if all("!" <= each <= "~" for each in text):
        return []
    return [f"{name} has a blank, a line break or another character that it cannot have. Copy it again."]


def _token(name: str, token: SecretStr | None, there: str) -> list[str]:
    """Of what others send us in a header."""
    if token is None:
        return []
    if len(token.get_secret_value()) < MIN_TOKEN_CHARACTERS:
        guessable = f"{name} has fewer than {MIN_TOKEN_CHARACTERS} characters, and could be guessed."
        return [f"{guessable} Choose a longer one, here and in {there}."]
    return []


def _url(name: str, url: str) -> list[str]:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return []
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return []
    return [f"{name} must be an https:// address; http:// is only for this machine."]
