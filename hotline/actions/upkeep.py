"""What the background worker writes about itself, and what it throws away."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from hotline.models import CarrierEvent, Doorbell, Heartbeat

DOORBELLS_KEPT = timedelta(minutes=10)
"""Hubs read a ring within a second; one that was asleep for longer refreshes its pages."""
CARRIER_EVENTS_KEPT = timedelta(days=30)
"""Far longer than a carrier repeats a webhook, so that a late one is still known."""
BATCH = 5000


def beat(name: str, now: datetime, problem: str = "") -> None:
    """Note that the duty `name` ran at `now`, and what kind of error kept it from its work, if one did."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now, "problem": problem[:300]})


def purge(now: datetime) -> int:
    """Delete old rings, the keys of old webhooks and sessions that have ended; returns how many rows.

    At most 5,000 of each kind, so that nobody waits long for the lock. What belongs to a case, and the
    access log, is never deleted.
    """
    old = [
        Doorbell.objects.filter(at__lt=now - DOORBELLS_KEPT),
        CarrierEvent.objects.filter(received_at__lt=now - CARRIER_EVENTS_KEPT),
        Session.objects.filter(expire_date__lt=now),
    ]
    return sum(
        rows.model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).delete()[0]
        for rows in old
    )
