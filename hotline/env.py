"""Reads settings from the environment, strictly: what is wrong is one clear line at start-up.

Each reader notes the name it was asked for in `names`, which a test compares with the documents.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit


class EnvError(SystemExit):
    """A setting that is missing or cannot be read; ends the program with one line and status 1."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem} (docs/settings.md describes every setting)")


names: list[str] = []


def _raw(name: str) -> str | None:
    if name not in names:
        names.append(name)
    value = os.environ.get(name)
    return value if value not in (None, "") else None


def text(name: str, default: str = "") -> str:
    """The value as it stands, or `default` where it is unset or empty."""
    value = _raw(name)
    return default if value is None else value


def secret(name: str, default: str = "") -> str:
    """Like `text`; `NAME_FILE` may name a file that holds the value instead."""
    value = _raw(name)
    path = _raw(f"{name}_FILE")
    if value is not None and path is not None:
        raise EnvError(name, f"is set twice: give either {name} or {name}_FILE")
    if path is None:
        return default if value is None else value
    try:
        content = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise EnvError(f"{name}_FILE", f"cannot be read: {error.strerror}") from None
    if not content:
        raise EnvError(f"{name}_FILE", "is empty")
    return content


def secrets(name: str) -> list[str]:
    """A comma-separated list of secrets, the newest first."""
    return [part.strip() for part in secret(name).split(",") if part.strip()]


def flag(name: str, default: bool = False) -> bool:
    """`1`, `true`, `yes`, `on` or `0`, `false`, `no`, `off`; anything else is an error."""
    value = _raw(name)
    if value is None:
        return default
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False}
    words["off"] = False
    if value.lower() not in words:
        raise EnvError(name, f"must be 1 or 0, not {value!r}")
    return words[value.lower()]


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    value = _raw(name)
    if value is None:
        return default
    if not re.fullmatch(r"-?\d+", value) or not low <= int(value) <= high:
        raise EnvError(name, f"must be a whole number from {low} to {high}, not {value!r}")
    return int(value)


def url(name: str, schemes: Sequence[str], default: str = "") -> str:
    """An address with one of `schemes` and, but for files, a host; no trailing slash."""
    value = _raw(name)
    return default if value is None else _address(name, value, schemes)


def urls(name: str, schemes: Sequence[str]) -> list[str]:
    """A comma-separated list of addresses, all with the same one of `schemes`; empty where it is unset."""
    value = _raw(name)
    found = [] if value is None else [_address(name, part.strip(), schemes) for part in value.split(",")]
    if len({urlsplit(one).scheme for one in found}) > 1:
        raise EnvError(name, "names addresses of several kinds: all must begin alike")
    return found


def _address(name: str, value: str, schemes: Sequence[str]) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes:
        raise EnvError(name, f"must begin with one of {', '.join(s + '://' for s in schemes)}")
    if not parts.hostname and parts.scheme not in {"sqlite", "unix"}:
        raise EnvError(name, "names no host")
    return value.rstrip("/")


def match(name: str, pattern: str, meaning: str, default: str = "") -> str:
    """A value that matches `pattern` as a whole; `meaning` says what was expected."""
    value = _raw(name)
    if value is None:
        return default
    if not re.fullmatch(pattern, value):
        raise EnvError(name, f"must be {meaning}")
    return value


def listing(name: str, default: Sequence[str] = ()) -> list[str]:
    """A comma-separated list."""
    value = _raw(name)
    return list(default) if value is None else [part.strip() for part in value.split(",") if part.strip()]
