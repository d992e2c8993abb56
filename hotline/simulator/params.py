"""The form parameters of the carrier's posts about a call."""

from datetime import datetime
from email.utils import format_datetime

from hotline.simulator.config import Config
from hotline.simulator.state import Call, now

API_VERSION = "2010-04-01"


def rfc2822(moment: datetime) -> str:
    """A moment as the carrier's REST API and callbacks write it."""
    return format_datetime(moment)


def location(prefix: str, address: str) -> dict[str, str]:
    """What the carrier knows of where a number is; for the mainland little more than the country."""
    country = "CN" if address.startswith("+86") else "US" if address.startswith("+1") else ""
    return {
        f"{prefix}City": "",
        f"{prefix}State": "Shandong" if country == "CN" else "",
        f"{prefix}Zip": "",
        f"{prefix}Country": country,
    }


def call_params(config: Config, call: Call, status: str = "") -> dict[str, str]:
    """What every post about a call says; `status` is told instead of the present one."""
    params = {
        "AccountSid": config.credentials.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "CallStatus": status or call.status,
        "Direction": call.direction,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
    }
    if call.application_sid:
        # A page may send parameters of its own, but none that pretends to be the carrier's.
        return {**call.extra, **params, "ApplicationSid": call.application_sid}
    for prefix, address in (
        ("From", call.from_),
        ("Caller", call.from_),
        ("To", call.to),
        ("Called", call.to),
    ):
        params.update(location(prefix, address))
    if call.direction == "inbound":
        params["StirVerstat"] = ""
    return {**params, **call.extra}


def progress_params(config: Config, call: Call, status: str) -> dict[str, str]:
    """A call's progress event; counts the call's sequence on."""
    params = call_params(config, call, status) | {
        "Timestamp": rfc2822(now()),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
    }
    call.sequence += 1
    if call.is_over:
        params["CallDuration"] = str(call.seconds)
        params["Duration"] = str(-(-call.seconds // 60))
    return params
