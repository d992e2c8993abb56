"""How people are reminded: a private calendar link, and one text a day without names."""

import secrets
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hotline import access, events
from hotline.actions import rota
from hotline.enums import ClockState, SessionState
from hotline.errors import Invalid
from hotline.models import (
    ArbitrationEntry,
    Case,
    Clock,
    DigestSent,
    MediationSession,
    Reminder,
    Staff,
    StaffNotice,
)

SEND_FROM, SEND_UNTIL = time(8), time(12)
"""When the day's text goes out: in the morning, or not at all."""
SOON = timedelta(weeks=1)


def clocks_of(staff: Staff) -> QuerySet[Clock]:
    """The live clocks of the open cases that `staff` may see, as they end."""
    cases = access.visible(staff, Case.objects.open())
    found = Clock.objects.filter(case__in=cases, state__in=[ClockState.RUNNING, ClockState.PAUSED])
    return found.select_related("case").order_by("due", "pk")


def own_clocks_of(staff: Staff) -> QuerySet[Clock]:
    """Those of them that run on the cases resting on `staff`."""
    return clocks_of(staff).filter(case__in=access.todays_work(staff))


def sessions_of(staff: Staff) -> QuerySet[MediationSession]:
    """The sessions to come, or not yet written down, of the open cases that `staff` may see."""
    cases = access.visible(staff, Case.objects.open())
    here = MediationSession.objects.filter(mediation__case__in=cases, mediation__ended_on=None)
    found = here.filter(state=SessionState.PLANNED)
    return found.select_related("mediation__case").order_by("at", "pk")


def own_sessions_of(staff: Staff) -> QuerySet[MediationSession]:
    """Those of them on the cases resting on `staff`."""
    return sessions_of(staff).filter(mediation__case__in=access.open_work(staff))


def hearings_of(staff: Staff) -> QuerySet[ArbitrationEntry]:
    """The hearings to come, or not yet written down, of the open cases that `staff` may see."""
    cases = access.visible(staff, Case.objects.open())
    found = ArbitrationEntry.objects.filter(planned=True, referral__case__in=cases)
    return found.select_related("referral__case").order_by("at", "pk")


def own_hearings_of(staff: Staff) -> QuerySet[ArbitrationEntry]:
    """Those of them on the cases resting on `staff`."""
    return hearings_of(staff).filter(referral__case__in=access.todays_work(staff))


def _of(staff: Staff) -> Reminder:
    return Reminder.objects.get_or_create(staff=staff)[0]


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def make_link(staff: Staff) -> str:
    """A new private token; one that was made before no longer works. It is shown once and kept hashed."""
    token = secrets.token_urlsafe(32)
    row = _of(staff)
    row.token_hash, row.made_at, row.read_at = _hash(token), timezone.now(), None
    row.save()
    events.looked(staff, "feed.made")
    return token


@transaction.atomic
def revoke_link(staff: Staff) -> None:
    """The private link works no longer."""
    Reminder.objects.filter(staff=staff).update(token_hash=None)
    events.looked(staff, "feed.revoked")


def staff_of_link(token: str) -> Staff | None:
    """Whose link it is; None for one that is unknown, revoked, or of someone who no longer works here."""
    row = Reminder.objects.select_related("staff__unit").filter(token_hash=_hash(token)).first()
    if row is None or not row.staff.is_active:
        return None
    Reminder.objects.filter(pk=row.pk).update(read_at=timezone.now())
    return row.staff


@transaction.atomic
def set_by_text(staff: Staff, wanted: bool) -> None:
    """Whether the day's deadlines come by text. Raises Invalid without a number to send it to."""
    if wanted and not staff.mobile:
        raise Invalid({"by_text": _("No mobile number of yours is known: ask an administrator.")})
    row = _of(staff)
    row.by_text = wanted
    row.save(update_fields=["by_text"])


def send_digests(now: datetime) -> int:
    """Queue the day's text for those who want it, once a day each; returns how many."""
    local = timezone.localtime(now)
    if not SEND_FROM <= local.time() < SEND_UNTIL:
        return 0
    told = DigestSent.objects.filter(day=local.date()).values("staff_id")
    wanting = Staff.objects.filter(is_active=True, reminder__by_text=True).exclude(mobile="")
    return sum(
        _send(person, local.date(), now) for person in wanting.exclude(pk__in=told).select_related("unit")
    )


def _send(staff: Staff, today: date, now: datetime) -> bool:
    try:
        with transaction.atomic():
            # The unique row first: of two workers one goes on.
            DigestSent.objects.create(staff=staff, day=today)
            mine = own_clocks_of(staff).filter(state=ClockState.RUNNING)
            late, due = mine.filter(due__lt=today).count(), mine.filter(due=today).count()
            soon = mine.filter(due__gt=today, due__lte=today + SOON).count()
            on_duty = rota.own_shifts_of(staff).filter(day=today).count()
            # The row wants a case: the nearest one, or any of theirs; the text names none.
            nearest = mine.first()
            case = nearest.case if nearest else access.todays_work(staff).first()
            if case is None or not late + due + soon + on_duty:
                return False
            with translation.override("zh-hans"):
                body = _(
                    "[Hotline 12351] Deadlines: %(late)s overdue, %(due)s today, %(soon)s within a week. "
                    "Sign in to look at them."
                ) % {"late": late, "due": due, "soon": soon}
                if on_duty:
                    body += _(" You are on duty today.")
            StaffNotice.objects.create(
                staff=staff, case=case, purpose="digest", body=body, due_at=now, created_at=now
            )
            return True
    except IntegrityError:
        return False
