"""Opening, moving and closing cases. The flow's callbacks call these; nobody else sets a stage."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import bell, events
from hotline.actions import conflicts, staff
from hotline.bell import Ring
from hotline.enums import Channel, Outcome, Stage
from hotline.errors import Conflict
from hotline.models import Case, Clock, Contact, Person, Staff, Unit
from hotline.models.cases import again
from hotline.models.prepared import Given, Prepared, insert, planned
from hotline.moments import to_the_second

ROOT = Prepared(lambda: Unit.objects.filter(parent=None))
OPEN_OF_PERSON = Prepared(
    lambda: (
        Case.objects.open()
        .for_update()
        .filter(person=Given("person"))
        .annotate(
            several=Exists(Case.objects.open().filter(person=OuterRef("person")).exclude(pk=OuterRef("pk")))
        )
        .order_by("-opened_at", "-pk")[:1]
    )
)
"""Whoever waited for a case that was then closed gets the next one: the database looks at the row again."""
SURVIVOR = Prepared(
    lambda: (
        Case.objects.open()
        .for_update()
        .filter(pk__in=Case.objects.filter(person=Given("person")).values("merged_into"))
        .order_by("-opened_at", "-pk")[:1]
    )
)
"""The open case into which a case of the person was merged."""
NEXT = """
INSERT INTO hotline_numberseries (key, last) VALUES (%s, 1)
ON CONFLICT (key) DO UPDATE SET last = hotline_numberseries.last + 1 RETURNING last
"""


def hotline_unit() -> Unit:
    """The unit that a case belongs to until it is dispatched: the root of the tree."""
    root = ROOT.first()
    if root is None:
        raise Unit.DoesNotExist
    return root


def next_number(series: str) -> int:
    """The next number of `series`, from 1, without gaps; its row stays locked until the commit."""
    with planned() as cursor:
        cursor.execute(NEXT, [series])
        return int(cursor.fetchone()[0])


@transaction.atomic(savepoint=False)
def open_case(
    person: Person, channel: Channel, *, at: datetime | None = None, begins: Sequence[Clock] = ()
) -> Case:
    """A new case of `person`, at intake, in the hotline's own unit, numbered QD12351-<day>-<number>.

    It begins with the clocks `begins`, which have been reckoned and not been saved.
    """
    at = at or timezone.now()
    day = timezone.localtime(at).strftime("%Y%m%d")
    case = insert(
        Case(
            number=f"QD12351-{day}-{next_number(f'case.{day}'):06d}",
            person=person,
            unit=hotline_unit(),
            channel=channel,
            opened_at=at,
            updated_at=at,
            next_due=min((clock.due for clock in begins), default=None),
        )
    )
    for clock in begins:
        clock.case = case
        insert(clock)
    events.record(case, "case.opened", at=at, topics=["floor"], channel=channel)
    return case


def newest_open_case(contact: Contact) -> tuple[Case | None, bool]:
    """The newest open case of the contact's person, locked, and whether there are several.

    Whose own are merged into another person's has that one.

    Call it with the contact locked: two first messages of one sender then open one case. One lock and no
    more: a move locks two cases in the order of their ids.
    """
    person = contact.person_id
    case = again(lambda: OPEN_OF_PERSON.first(person=person) or SURVIVOR.first(person=person))
    return case, bool(getattr(case, "several", False))


def enter_stage(case: Case, stage: Stage) -> None:
    """Note that the flow has brought `case` to `stage`."""
    if case.stage == stage:
        return
    before, case.stage = case.stage, stage
    events.record(case, "case.stage", topics=["floor"], changed=["stage"], before=before, stage=stage)


def close(case: Case, outcome: Outcome, note: str) -> None:
    """Note that the flow has ended, with what outcome."""
    case.stage, case.outcome, case.outcome_note = Stage.CLOSED, outcome, note
    case.closed_at, case.next_due = timezone.now(), None
    changed = ["stage", "outcome", "outcome_note", "closed_at", "next_due"]
    events.record(case, "case.closed", topics=["floor"], changed=changed, outcome=outcome, note=note)


def refuse_closed(case: Case) -> None:
    """Raise Conflict, saying who closed `case` and when or where it goes on, unless it is open."""
    if case.closed_at is None:
        return
    if case.merged_into is not None:
        raise Conflict(
            _("The case is merged into %(number)s: go on there, or undo the merge.")
            % {"number": case.merged_into.number}
        )
    last = case.events.filter(kind__in=["step.completed", "case.withdrawn"]).order_by("sequence").last()
    raise Conflict(
        _("%(who)s closed the case at %(when)s: reopen it before changing it.")
        % {
            "who": last.actor if last and last.actor else _("The system"),
            "when": to_the_second(case.closed_at),
        }
    )


def reopen(case: Case, actor: Staff, reason: str) -> None:
    """Undo the closing of `case`; the flow then begins again."""
    if case.is_open:
        raise Conflict(_("The case is open already."))
    if case.merged_into_id is not None:
        refuse_closed(case)
    case.outcome, case.outcome_note, case.closed_at = "", "", None
    case.save(update_fields=["outcome", "outcome_note", "closed_at"])
    events.record(case, "case.reopened", actor=actor, topics=["floor"], reason=reason)


def release_if_gone(case: Case, step: str) -> None:
    """Take `step` from a holder who has left since they held it, so that it waits for someone who is here."""
    holder = getattr(case, HOLDERS[step])
    if holder is not None and not staff.at_work(holder):
        assign(case, step, None, reason=_("Deactivated"))


HOLDERS = {
    "intake": "agent",
    "legal_review": "lawyer",
    "mediation": "mediator",
    "file_referral": "lawyer",
    "acceptance": "lawyer",
    "award": "lawyer",
    "aftermath": "lawyer",
    "feedback": "lawyer",
    "check": "checker",
    "visit": "agent",
}
"""Which of a case's people holds each step of the flow."""


def assign(case: Case, step: str, person: Staff | None, actor: Staff | None = None, reason: str = "") -> None:
    """Make `person` (None: nobody yet) the holder of `step`; rings the one before, too.

    Call it with the case locked. Raises Conflict when the person is deactivated at this moment.
    """
    field = HOLDERS[step]
    before = getattr(case, f"{field}_id")
    if before == (person.pk if person else None):
        return
    if person is not None:
        staff.keep_at_work(person)
    setattr(case, field, person)
    topics = ["floor", *([f"staff:{before}"] if before else [])]
    events.record(
        case,
        "case.assigned",
        actor=actor,
        topics=topics,
        changed=[field],
        role=field,
        before=before,
        to=person.pk if person else None,
        to_name=str(person) if person else "",
        reason=reason,
    )
    if before:
        bell.ring([Ring(f"case:{case.pk}", "case.reassigned", case.version)])
        conflicts.leave(case, before)


def unanswered(case: Case, lawyer: Staff) -> None:
    """The lawyer has not answered in time: the review stands in the supervisor's list again."""
    case.lawyer = None
    events.record(
        case,
        "review.unanswered",
        topics=["floor", f"staff:{lawyer.pk}"],
        changed=["lawyer"],
        staff=lawyer.pk,
        name=str(lawyer),
    )
    bell.ring([Ring(f"case:{case.pk}", "case.reassigned", case.version)])
    conflicts.leave(case, lawyer.pk)


def decline(case: Case, actor: Staff, reason: str) -> None:
    """The lawyer gives the review back; it then stands in the supervisor's list."""
    case.lawyer = None
    case.save(update_fields=["lawyer"])
    events.record(case, "review.declined", actor=actor, topics=["floor", f"staff:{actor.pk}"], reason=reason)
    bell.ring([Ring(f"case:{case.pk}", "case.reassigned", case.version)])
    conflicts.leave(case, actor.pk)
