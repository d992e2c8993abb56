"""What the carrier's codes for a text that did not arrive mean, and which are worth another try.

The carrier's pages: https://www.twilio.com/docs/api/errors/30001 and so on for each code, and
https://www.twilio.com/docs/messaging/guides/debugging-common-issues. A code that is not here is final.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Code:
    """A reason; `again_after` is the pause before the one further try, None where it would not help."""

    means: str | Promise
    again_after: timedelta | None = None


CODES: dict[str, Code] = {
    "20003": Code(_("the carrier refuses our account")),
    "20429": Code(_("the carrier was not reached for a day")),
    "21211": Code(_("not a telephone number")),
    "21408": Code(_("our account may not write to this region")),
    "21606": Code(_("our number cannot write to this one")),
    "21610": Code(_("the worker wants no more texts")),
    "21612": Code(_("no way leads to this number")),
    "21614": Code(_("not a mobile number")),
    "30001": Code(_("the carrier's queue was full"), timedelta(minutes=15)),
    "30002": Code(_("our account at the carrier is suspended")),
    "30003": Code(_("the telephone is off or without a net")),
    "30004": Code(_("blocked by the receiver or their operator")),
    "30005": Code(_("the number is not in use")),
    "30006": Code(_("a landline, or an operator that takes no texts")),
    "30007": Code(_("filtered out as unwanted")),
    "30008": Code(_("not delivered, no reason given"), timedelta(minutes=5)),
    "63016": Code(_("outside the time in which this channel lets us write")),
}


def means(code: str) -> str:
    """What `code` means, in words; nothing for one that is not known here."""
    return str(CODES[code].means) if code in CODES else ""


def pause_before_another_try(code: str) -> timedelta | None:
    """How long to wait before the one further try; None where there is to be none."""
    return CODES[code].again_after if code in CODES else None
