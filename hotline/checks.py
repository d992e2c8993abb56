"""What `manage.py check --deploy` asks of a deployment beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def deployment(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A real line has secrets of its own, a carrier, HTTPS and no demo accounts."""
    wrong = []
    if not settings.HOTLINE_OWN_SECRETS:
        wrong.append(Error("Set HOTLINE_SECRET_KEY and HOTLINE_DATA_KEYS.", id="hotline.E001"))
    if settings.HOTLINE_DEMO:
        wrong.append(Error("HOTLINE_DEMO lets the demo accounts in: unset it.", id="hotline.E002"))
    if not settings.HTTPS:
        wrong.append(Error("HOTLINE_PUBLIC_URL must begin with https://.", id="hotline.E003"))
    if not (settings.HOTLINE_TWILIO_ACCOUNT_SID and settings.HOTLINE_TWILIO_AUTH_TOKENS):
        wrong.append(
            Error("Set HOTLINE_TWILIO_ACCOUNT_SID and HOTLINE_TWILIO_AUTH_TOKEN.", id="hotline.E004")
        )
    if settings.HOTLINE_CARRIER_URL:
        wrong.append(
            Error("HOTLINE_CARRIER_URL points at a stand-in for the carrier: unset it.", id="hotline.E005")
        )
    return wrong
