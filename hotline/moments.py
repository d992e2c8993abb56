"""How a moment is written in a sentence."""

from datetime import datetime

from django.utils import timezone


def to_the_second(at: datetime) -> str:
    """Local date and time with seconds, as 2026-10-12 09:30:05: for saying who did what when."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")
