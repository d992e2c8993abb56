"""The door to a case's emergency (P0): raise it, take it over, report it, release it.

Nothing but a person makes a case an emergency; words in what the caller says only suggest it. Without a
release by the duty lead, with a reason, the case neither closes nor is withdrawn.
"""

import tomllib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access, events
from hotline.actions import emergencies
from hotline.enums import Role, Urgency
from hotline.errors import Conflict, Invalid, NotAllowed
from hotline.models import Case, Emergency, Staff, TranscriptLine
from hotline.models.prepared import Prepared
from workflows import closing, rulebook

ORAL, WRITTEN = "service.emergency_oral", "service.emergency_written"
WORDS_FILE = Path(__file__).with_name("alarm_words.toml")
log = structlog.get_logger(__name__)
MINUTES = {"MINUTE": 1, "HOUR": 60}


@cache
def alarm_words() -> dict[str, list[str]]:
    """For each kind of danger the words that suggest it."""
    return tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))


def heard(texts: Iterable[str]) -> list[str]:
    """The words in `texts` that suggest an emergency, each once."""
    known = [word for words in alarm_words().values() for word in words]
    return list(dict.fromkeys(word for text in texts for word in known if word in text))


def suggested(case: Case) -> list[str]:
    """The words on `case` that suggest an emergency; what was one already is not asked again."""
    if case.urgency == Urgency.P0 or not case.is_open or case.emergencies.exists():
        return []
    said = TranscriptLine.objects.filter(call__interaction__case=case, by_worker=True)
    written = case.interactions.filter(direction="INBOUND").values_list("message__body", flat=True)
    texts = [*said.values_list("text", flat=True), *(text or "" for text in written)]
    return heard([case.summary, case.narrative, case.wishes, *texts])


def is_open(case: Case) -> bool:
    """Whether `case` is an emergency that nobody has released."""
    return emergencies.open_of(case) is not None


def follow(case: Case, actor: Staff | None) -> None:
    """A case that was made P0 is an emergency from now on. Call it with the case locked."""
    if case.urgency == Urgency.P0 and case.is_open and not is_open(case):
        _begin(case, actor)


def _begin(case: Case, actor: Staff | None) -> None:
    now, book = timezone.now(), rulebook.fresh()
    oral, written = (book.get(rule, timezone.localdate(now)) for rule in (ORAL, WRITTEN))
    due = [now + timedelta(minutes=rule.length * MINUTES[rule.unit.value]) for rule in (oral, written)]
    emergencies.begin(case, actor, now, *due)


@transaction.atomic
def raise_alarm(case_pk: int, actor: Staff) -> Case:
    """Make a case P0 with one press. Raises Conflict when it is an emergency or is closed."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "intake", case)
    if not case.is_open:
        raise Conflict(_("The case is closed."))
    if emergencies.open_of(case) is not None:
        raise Conflict(_("This is handled as an emergency already."))
    before, case.urgency = case.urgency, Urgency.P0
    events.record(case, "urgency.changed", actor=actor, topics=["floor"], changed=["urgency"], before=before)
    _begin(case, actor)
    return case


@transaction.atomic
def take_over(case_pk: int, actor: Staff) -> Case:
    """A supervisor takes the emergency over. Raises Conflict, saying who has it."""
    emergency = _locked(case_pk, actor)
    if emergency.taken_by is not None:
        raise Conflict(_("%(name)s has taken this over.") % {"name": emergency.taken_by})
    emergencies.take(emergency, actor)
    return emergency.case


@transaction.atomic
def report(case_pk: int, actor: Staff, kind: str, note: str) -> Case:
    """It was reported orally, or in writing; each is written down once. Raises Conflict, Invalid."""
    emergency = _locked(case_pk, actor)
    if kind not in {"oral", "written"}:
        raise Invalid({"kind": _("Say whether it was reported orally or in writing.")})
    if not note.strip():
        raise Invalid({"note": _("Write down to whom it was reported, and what.")})
    written = kind == "written"
    if (emergency.written_at if written else emergency.oral_at) is not None:
        raise Conflict(_("This report is written down already."))
    emergencies.report(emergency, actor, written=written, note=note.strip())
    return emergency.case


@transaction.atomic
def release(case_pk: int, actor: Staff, reason: str) -> Case:
    """Whoever took it over, or has the duty lead, releases it. Raises NotAllowed, Conflict, Invalid."""
    emergency = _locked(case_pk, actor)
    if emergency.taken_by_id != actor.pk and not emergencies.has_duty(actor):
        raise NotAllowed(_("Whoever took the emergency over, or has the duty lead, releases it."))
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the danger is over.")})
    emergencies.release(emergency, actor, reason.strip())
    closing.go_on(emergency.case)
    return emergency.case


def tell_late(now: datetime) -> int:
    """Say in the timeline which reports were not made in time; a duty of `manage.py work`.

    Each is said once, however many workers run. Returns how many were.
    """
    waiting = Emergency.objects.filter(released_at=None)
    late = waiting.filter(
        Q(oral_at=None, oral_late=False, oral_due__lt=now)
        | Q(written_at=None, written_late=False, written_due__lt=now)
    )
    return sum(_tell_late(case_pk, now) for case_pk in late.order_by("pk").values_list("case_id", flat=True))


def _tell_late(case_pk: int, now: datetime) -> int:
    try:
        with transaction.atomic():
            case = Case.objects.locked(case_pk)
            emergency = emergencies.open_of(case)
            if emergency is None:
                return 0
            emergency.case = case
            return sum(emergencies.late(emergency, now, written=written) for written in (False, True))
    except Exception as error:  # whatever one emergency meets, the others must still be told
        log.error("emergency failed", case=case_pk, error=type(error).__name__)
        return 0


def _locked(case_pk: int, actor: Staff) -> Emergency:
    case = Case.objects.locked(case_pk)
    access.check(actor, "emergency", case)
    emergency = emergencies.open_of(case)
    if emergency is None:
        raise Conflict(_("There is no open emergency on this case."))
    emergency.case = case
    return emergency


WAITING = Prepared(lambda: Emergency.objects.filter(released_at=None, taken_by=None).values_list("pk")[:1])
"""Mostly there is none, and every page of a supervisor asks."""


def alarms(user: Staff) -> list[Emergency]:
    """What `user` is alarmed of: emergencies that nobody has taken over, on cases they see.

    It is those who have the duty lead; all supervisors where none of them has it.
    """
    if user.role != Role.SUPERVISOR or not WAITING.rows():
        return []
    waiting = Emergency.objects.filter(
        released_at=None, taken_by=None, case__in=access.visible(user, Case.objects.open())
    )
    found = list(waiting.select_related("case__person").order_by("noticed_at"))
    if not found or emergencies.has_duty(user) or not emergencies.on_duty().exists():
        return found
    return []
