"""Settings of one deployment, from the environment. Everything a city may word or tune is in ``relay.city``."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

Value = TypeVar("Value")

DEFAULT_CONFIG = Path(__file__).resolve().parent.parent / "config"
#: Twilio's published test account has this shape too, so only the shape is checked.
ACCOUNT_SID_LENGTH = 34
SECRET_LENGTH = 16


class SettingsError(Exception):
    """Settings are missing or wrong. ``faults`` holds a sentence for each: which one, and what to do. The message is
    all of them in one line."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What ``relay`` reads from its environment. Field names are the variables' names in lower case."""

    database_url: str
    redis_url: str
    public_url: str
    secret_key: str
    config: Path
    data: Path
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_auth_token_next: str | None
    twilio_from: str | None
    twilio_messaging_service_sid: str | None
    twilio_api_base: str | None
    smtp_url: str | None
    time_scale: float

    @property
    def simulated(self) -> bool:
        """Whether messages go to the simulated phones instead of real ones."""
        return self.twilio_api_base is not None

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """Tokens that may have signed a webhook: two while the token is being rotated."""
        return tuple(t for t in (self.twilio_auth_token, self.twilio_auth_token_next) if t)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check all settings.

    Raises ``SettingsError`` with everything that is missing or wrong.
    """
    faults: list[str] = []

    def required(name: str, hint: str, check: Callable[[str], str] = str) -> str:
        value = environ.get(name, "").strip()
        if not value:
            faults.append(f"{name} is not set: {hint}")
        return checked(check, value) or "" if value else ""

    def optional(name: str) -> str | None:
        return environ.get(name, "").strip() or None

    def checked(check: Callable[[str], Value], value: str) -> Value | None:
        try:
            return check(value)
        except SettingsError as error:
            faults.extend(error.faults)
            return None

    simulated = bool(optional("TWILIO_API_BASE"))
    settings = Settings(
        database_url=required("DATABASE_URL", "give postgresql://user:password@host/database", _database),
        redis_url=required("REDIS_URL", "give redis://host:6379/0", _redis),
        public_url=required("RELAY_PUBLIC_URL", "give the address that phones open, https://…", _public),
        secret_key=required(
            "RELAY_SECRET_KEY", "give a long random text, the same for all processes", _secret
        ),
        config=checked(_folder, optional("RELAY_CONFIG") or str(DEFAULT_CONFIG)) or DEFAULT_CONFIG,
        data=Path(optional("RELAY_DATA") or "data").resolve(),
        twilio_account_sid=required("TWILIO_ACCOUNT_SID", "copy it from the Twilio console (AC…)", _account),
        twilio_auth_token=required("TWILIO_AUTH_TOKEN", "copy it from the Twilio console"),
        twilio_auth_token_next=optional("TWILIO_AUTH_TOKEN_NEXT"),
        twilio_from=optional("TWILIO_FROM"),
        twilio_messaging_service_sid=optional("TWILIO_MESSAGING_SERVICE_SID"),
        twilio_api_base=optional("TWILIO_API_BASE"),
        smtp_url=optional("SMTP_URL"),
        time_scale=checked(partial(_time_scale, simulated=simulated), optional("RELAY_TIME_SCALE") or "1")
        or 1.0,
    )
    if not (settings.twilio_from or settings.twilio_messaging_service_sid):
        faults.append("TWILIO_FROM is not set: give the sending number, or TWILIO_MESSAGING_SERVICE_SID")
    if faults:
        raise SettingsError(*faults)
    return settings


@cache
def current() -> Settings:
    """The settings of this process, read once."""
    return load()


def _database(url: str) -> str:
    _scheme("DATABASE_URL", url, "postgresql", "postgres", "postgresql+psycopg")
    return "postgresql+psycopg" + url[url.index("://") :]


def _redis(url: str) -> str:
    return _scheme("REDIS_URL", url, "redis", "rediss", "unix")


def _scheme(name: str, url: str, *allowed: str) -> str:
    if urlsplit(url).scheme not in allowed:
        raise SettingsError(f"{name} must begin with {allowed[0]}://")
    return url


def _public(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("RELAY_PUBLIC_URL must be a whole address such as https://mimamori.example.jp")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise SettingsError(
            "RELAY_PUBLIC_URL must begin with https:// (http is only for this machine itself)"
        )
    return url.rstrip("/")


def _secret(value: str) -> str:
    if len(value) < SECRET_LENGTH:
        raise SettingsError(f"RELAY_SECRET_KEY is too short: use at least {SECRET_LENGTH} random characters")
    return value


def _account(value: str) -> str:
    if not value.startswith("AC") or len(value) != ACCOUNT_SID_LENGTH:
        raise SettingsError("TWILIO_ACCOUNT_SID must be AC and 32 more characters")
    return value


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise SettingsError(f"RELAY_CONFIG is no folder: {path}")
    return path.resolve()


def _time_scale(text: str, *, simulated: bool) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if scale <= 0:
        raise SettingsError("RELAY_TIME_SCALE must be a number above 0, such as 60")
    if scale != 1 and not simulated:
        raise SettingsError("RELAY_TIME_SCALE is for the demo only: remove it")
    return scale
