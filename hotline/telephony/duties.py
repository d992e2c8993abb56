"""What `manage.py work` does for calls and messages. Each duty takes the time and returns how many it did."""

from collections.abc import Callable
from datetime import datetime

from hotline.actions import offers, seats
from hotline.telephony import dialling, fetching, reconcile, sending

DUTIES: list[tuple[str, float, Callable[[datetime], int]]] = [
    ("offers", 0.5, offers.work),
    ("calls.overdue", 1, dialling.send_overdue_to_voicemail),
    ("calls.voicemail", 1, dialling.redirect_to_voicemail),
    ("calls.dial", 0.5, dialling.dial_due),
    ("calls.hang_up", 2, dialling.hang_up_left_over),
    ("calls.uncertain", 15, dialling.settle_uncertain_dials),
    ("consoles", 5, seats.close_dead_consoles),
    ("messages.send", 0.5, sending.send_due),
    ("messages.uncertain", 30, sending.settle_uncertain),
    ("recordings.fetch", 2, fetching.fetch_recordings),
    ("media.fetch", 2, fetching.fetch_media),
    ("carrier.reconcile", 30, reconcile.reconcile),
]
"""Name, seconds between two runs, function."""
