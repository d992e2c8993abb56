"""Encryption of sensitive fields, with keys that can be rotated, and keyed hashes to find them by."""

import hmac
from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """`text` under the newest data key; the empty text stays empty."""
    return _fernet(tuple(settings.HOTLINE_DATA_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The text behind `token`, whichever of the data keys made it.

    Raises cryptography.fernet.InvalidToken where no key fits.
    """
    return _fernet(tuple(settings.HOTLINE_DATA_KEYS)).decrypt(token.encode()).decode() if token else ""


def keyed_hash(text: str) -> str:
    """A hash that finds an equal `text` again and tells nothing without the server's key.

    It is keyed with the oldest data key, so that a new key in front leaves stored hashes findable.
    """
    key = settings.HOTLINE_DATA_KEYS[-1].encode()
    return hmac.new(key, text.encode(), sha256).hexdigest() if text else ""
