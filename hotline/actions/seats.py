"""Where agents stand on the floor. A seat changes by compare-and-set, so that two changes never mix."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline import bell
from hotline.bell import Ring
from hotline.enums import SeatState
from hotline.errors import Conflict
from hotline.models import Seat, Staff

CONSOLE_LIFE = timedelta(seconds=45)
"""An agent is available only while their console's socket has answered within this time."""

REASONS: dict[str, str | Promise] = {
    "lapsed": gettext_lazy("An offer lapsed"),
    "not_connected": gettext_lazy("The softphone did not connect"),
    "console_gone": gettext_lazy("The console is closed"),
    "deactivated": gettext_lazy("Deactivated"),
}
"""Why the system moved a seat; any other reason was typed by the agent."""


def reason_text(seat: Seat) -> str:
    """Why the seat is away, in words."""
    return str(REASONS.get(seat.reason, seat.reason))


def of(staff: Staff) -> Seat:
    """The seat of `staff`; offline where they have never sat down."""
    seat, _made = Seat.objects.get_or_create(staff=staff, defaults={"since": timezone.now()})
    return seat


def console_is_live(seat: Seat, now: datetime) -> bool:
    """Whether the seat's console has answered lately."""
    return seat.console_seen_at is not None and seat.console_seen_at >= now - CONSOLE_LIFE


def change(
    staff_id: int,
    states: Iterable[SeatState],
    to: SeatState,
    now: datetime,
    *,
    reason: str = "",
    keep_since: bool = False,
) -> bool:
    """Move the seat to `to` if it is in one of `states`; says whether it was. Rings the floor and the desk.

    `keep_since` leaves the time of waiting as it was: an agent does not lose their turn to an offer
    that is taken back.
    """
    values: dict[str, object] = {"state": to, "reason": reason}
    if not keep_since:
        values["since"] = now
    if not Seat.objects.filter(staff_id=staff_id, state__in=list(states)).update(**values):
        return False
    bell.ring([Ring("floor", "seat"), Ring(f"staff:{staff_id}", "seat")])
    return True


FREE = (SeatState.OFFLINE, SeatState.AWAY, SeatState.AVAILABLE)
BUSY: dict[str, str | Promise] = {
    SeatState.OFFERED: gettext_lazy("A call is being offered to you: take it or decline it first."),
    SeatState.TALKING: gettext_lazy("You are on a call: end it first."),
    SeatState.WRAP_UP: gettext_lazy("Finish the wrap-up of your last call first."),
}


@transaction.atomic
def set_available(staff: Staff) -> Seat:
    """Take calls from now on. Raises Conflict during an offer, a call or a wrap-up."""
    now = timezone.now()
    if of(staff).state != SeatState.AVAILABLE:
        # The press came from a console, so the console is live.
        _press(staff, SeatState.AVAILABLE, now)
        Seat.objects.filter(staff=staff).update(console_seen_at=now)
    return of(staff)


@transaction.atomic
def set_away(staff: Staff, reason: str = "") -> Seat:
    """Take no calls for a while. Raises Conflict during an offer, a call or a wrap-up."""
    _press(staff, SeatState.AWAY, timezone.now(), reason.strip()[:40])
    return of(staff)


@transaction.atomic
def set_offline(staff: Staff) -> Seat:
    """Leave the floor (signing out). A call or a wrap-up goes on; an offer lapses at once."""
    of(staff)
    change(staff.pk, [*FREE, SeatState.OFFERED], SeatState.OFFLINE, timezone.now())
    return of(staff)


def _press(staff: Staff, to: SeatState, now: datetime, reason: str = "") -> None:
    seat = of(staff)
    if not change(staff.pk, FREE, to, now, reason=reason):
        seat.refresh_from_db()
        raise Conflict(str(BUSY.get(seat.state, _("Your seat has changed meanwhile: look again."))))


def seen(staff_id: int, now: datetime) -> None:
    """Note that the console's socket has answered. Rings nobody: nothing to see has changed."""
    Seat.objects.filter(staff_id=staff_id).update(console_seen_at=now)


@transaction.atomic
def console_gone(staff_id: int) -> None:
    """The console's socket is gone for good: no more offers. An offer that stands goes to the next agent."""
    now = timezone.now()
    Seat.objects.filter(staff_id=staff_id).update(console_seen_at=None)
    change(staff_id, [SeatState.AVAILABLE], SeatState.OFFLINE, now, reason="console_gone")


@transaction.atomic
def deactivated(staff_id: int) -> None:
    """The person may no longer work here: their seat is empty, whatever it was."""
    change(staff_id, SeatState, SeatState.OFFLINE, timezone.now(), reason="deactivated")


def close_dead_consoles(now: datetime) -> int:
    """Send seats offline whose console has not answered for CONSOLE_LIFE. Returns how many."""
    silent = Q(console_seen_at=None) | Q(console_seen_at__lt=now - CONSOLE_LIFE)
    dead = Seat.objects.filter(silent, state=SeatState.AVAILABLE)
    closed = 0
    for staff_id in list(dead.values_list("staff_id", flat=True)):
        with transaction.atomic():
            closed += change(staff_id, [SeatState.AVAILABLE], SeatState.OFFLINE, now, reason="console_gone")
    return closed
