"""Addresses: ours as the carrier calls them, and which of others' may be fetched from."""

import ipaddress
import socket
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse

CARRIER_HOSTS = (".twilio.com",)
AGAIN = "#rc=2&rp=ct,rt,5xx"
"""Asks the carrier to send a post twice more when we are busy or slow: each may come any number of times."""


def absolute(name: str, **query: object) -> str:
    """The public address of the view `name`; the query in alphabetical order, as signatures want it."""
    text = urlencode(sorted((key, str(value)) for key, value in query.items()))
    return settings.HOTLINE_PUBLIC_URL + reverse(name) + (f"?{text}" if text else "") + AGAIN


def is_carrier(url: str) -> bool:
    """Whether `url` is at the carrier's own host, where our credentials may go."""
    parts = urlsplit(url)
    if settings.HOTLINE_CARRIER_URL:
        base = urlsplit(settings.HOTLINE_CARRIER_URL)
        return (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    return parts.scheme == "https" and f".{parts.hostname}".endswith(CARRIER_HOSTS)


def is_public(url: str) -> bool:
    """Whether `url` is https and every address of its host is on the open internet."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return False
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, proto=socket.IPPROTO_TCP)
    except (OSError, ValueError):
        return False
    return all(ipaddress.ip_address(str(info[4][0]).split("%")[0]).is_global for info in found)
