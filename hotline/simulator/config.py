"""What the simulator is told when it starts: addresses, credentials, how patient it is."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ALL_CALL_EVENTS = ("initiated", "ringing", "answered", "completed")


class ConfigError(SystemExit):
    """A setting that is missing or cannot be read; ends the program with one line."""


@dataclass(frozen=True)
class Credentials:
    """The account that the hotline and the carrier share."""

    account_sid: str
    auth_token: str
    api_key: str
    api_secret: str
    app_sid: str


@dataclass(frozen=True)
class Config:
    """Durations are in seconds. `pace` scales what people wait for (speech, pauses, ringing), never time-outs
    of the network; tests set it low."""

    credentials: Credentials
    hotline: str
    public: str
    number: str
    voice_path: str = "/twilio/voice/"
    status_path: str = "/twilio/voice/status/"
    fallback_path: str = "/twilio/voice/fallback/"
    agent_path: str = "/twilio/voice/agent/"
    messages_path: str = "/twilio/messages/"
    inbound_events: tuple[str, ...] = ALL_CALL_EVENTS
    origins: frozenset[str] = field(default_factory=frozenset)
    pace: float = 1.0
    webhook_timeout: float = 15.0
    retries: int = 1
    softphone_timeout: float = 60.0

    def at_hotline(self, path: str) -> str:
        """The address of one of the hotline's pages, as the signature names it; empty stays empty."""
        return self.hotline + path if path else ""

    @property
    def api_root(self) -> str:
        """The account's part of the REST API, without a host."""
        return f"/2010-04-01/Accounts/{self.credentials.account_sid}"


def read_credentials(environ: Mapping[str, str] = os.environ) -> Credentials:
    """The credentials under the names that the hotline uses too; `NAME_FILE` may hold a secret instead."""
    return Credentials(
        account_sid=_required(environ, "HOTLINE_TWILIO_ACCOUNT_SID"),
        # While tokens rotate the hotline accepts two; the carrier signs with the first.
        auth_token=_required(environ, "HOTLINE_TWILIO_AUTH_TOKEN").split(",")[0].strip(),
        api_key=_required(environ, "HOTLINE_TWILIO_API_KEY"),
        api_secret=_required(environ, "HOTLINE_TWILIO_API_SECRET"),
        app_sid=_required(environ, "HOTLINE_TWILIO_APP_SID"),
    )


def base_url(value: str) -> str:
    """An http(s) address without a path, query or trailing slash.

    Raises ValueError when it is something else.
    """
    parts = urlsplit(value.strip().rstrip("/"))
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or parts.path
        or parts.query
        or parts.fragment
    ):
        raise ValueError(f"{value!r} is not an address like http://127.0.0.1:8000")
    return f"{parts.scheme}://{parts.netloc}"


def browser_origins(hotline: str, more: list[str]) -> frozenset[str]:
    """The origins whose pages may use the softphone door: the hotline's, and those named besides.

    A loopback address is the same machine under two names, and people type either.
    """
    origins = {base_url(each) for each in [hotline, *more]}
    twins = {re.sub("//localhost(?=:|$)", "//127.0.0.1", each) for each in origins}
    twins |= {re.sub(r"//127\.0\.0\.1(?=:|$)", "//localhost", each) for each in origins}
    return frozenset(origins | twins)


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    path = environ.get(f"{name}_FILE", "")
    if not value and path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"{name}_FILE: cannot be read: {error.strerror}") from None
    if not value:
        raise ConfigError(f"{name}: is needed by the carrier simulator")
    return value
