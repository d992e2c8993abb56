"""Text messages in and out. An outgoing one is a row first; the worker process sends it, and never twice.

QUEUED -> SENDING (claimed) -> SENT -> DELIVERED or FAILED. What nobody can tell is UNCERTAIN until the
carrier's own list says whether it has it. A state never goes back, but for what was certainly not sent, and
once for what the carrier took and could not deliver for a reason that passes (`hotline.delivery`).
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from hotline import access, delivery, events
from hotline.actions import callbacks, calls, media
from hotline.enums import Answer, Channel, Direction, Matching, MessageState, Stage
from hotline.errors import Conflict, Invalid
from hotline.models import CarrierEvent, Case, Contact, Interaction, Message, Person, Staff, StaffNotice
from hotline.models.prepared import insert

LENGTH_LIMIT = 500
"""Characters of one text to a mainland number."""
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "td", "t", "退订"})
START_WORDS = frozenset({"start", "unstop", "恢复"})
LEASE = timedelta(seconds=90)
"""Longer than any request to the carrier takes: who has not finished by then was killed."""
TRIES = 300
"""So often a carrier that is busy or not there is asked: about a day."""
FORMER = "former:{sid}"
"""The mark (`calls.first_time`) of the carrier's name for an earlier try: its words no longer count."""
REACH_FROM, REACH_UNTIL = time(8), time(21)
"""When the hotline itself texts a worker who has said nothing about it."""
WORKERS_LANGUAGE = "zh-hans"
RANK = {state: place for place, state in enumerate(MessageState)}
FINAL = (MessageState.DELIVERED, MessageState.FAILED)


# --- In ------------------------------------------------------------------------------------------
def received(
    interaction: Interaction, body: str, files: Iterable[tuple[str, str]], opt_out: str, at: datetime
) -> Message:
    """The row of a message that has just come in, with its files to be fetched (address, content type).

    Call it in the transaction that has stored `interaction`. Opting out and in is noted on the contact.
    """
    message = insert(Message(interaction=interaction, body=body, state=MessageState.RECEIVED))
    for place, (url, content_type) in enumerate(files):
        media.announced(interaction, place, url, content_type, at)
    word = opt_out.upper() or _keyword(body)
    if interaction.contact is not None and word in {"STOP", "START"}:
        _opt(interaction.contact, interaction.case, out=word == "STOP", at=at)
    return message


def _keyword(body: str) -> str:
    word = body.strip().casefold()
    return "STOP" if word in STOP_WORDS else "START" if word in START_WORDS else ""


def _opt(contact: Contact, case: Case, *, out: bool, at: datetime) -> None:
    contact.opted_out_at = at if out else None
    contact.save(update_fields=["opted_out_at"])
    events.record(case, "contact.opted_out" if out else "contact.opted_in", at=at, contact=contact.pk)


# --- Out -----------------------------------------------------------------------------------------
@transaction.atomic
def reply(case_pk: int, actor: Staff, text: str) -> Message:
    """Send `text` to the worker of a case. Raises Invalid, NotAllowed, and Conflict where they opted out."""
    text = text.strip().replace("\x00", "")
    if not text:
        raise Invalid({"text": _("Write the message first.")})
    if len(text) > LENGTH_LIMIT:
        raise Invalid({"text": _("A message holds at most %(limit)s characters.") % {"limit": LENGTH_LIMIT}})
    case = Case.objects.locked(case_pk)
    access.check(actor, "message", case)
    contact = callbacks.reachable(case)
    if contact is None:
        raise Invalid({"text": _("No telephone number of this worker is known.")})
    if contact.opted_out_at is not None:
        raise Conflict(_("This worker has asked to get no more text messages. Call them instead."))
    return _queue(case, contact, text, timezone.now(), sender=actor)


def _queue(
    case: Case,
    contact: Contact,
    text: str,
    due_at: datetime,
    *,
    sender: Staff | None = None,
    purpose: str = "",
) -> Message:
    now = timezone.now()
    interaction = Interaction.objects.create(
        case=case,
        contact=contact,
        channel=Channel.SMS,
        direction=Direction.OUTBOUND,
        address=contact.value,
        matching=Matching.JOINED,
        at=now,
    )
    message = Message.objects.create(
        interaction=interaction,
        body=text,
        state=MessageState.QUEUED,
        sender=sender,
        purpose=purpose,
        due_at=due_at,
    )
    events.record(case, "sms.outbound", actor=sender, at=now, interaction=interaction.pk, purpose=purpose)
    return message


@transaction.atomic
def notify_receipt(case: Case) -> Message | None:
    """Tell the worker the case's number, once, if they agreed to texts; call it when they have agreed."""
    if Message.objects.filter(interaction__case=case, purpose="receipt").exists():
        return None
    with translation.override(WORKERS_LANGUAGE):
        text = _(
            "[Hotline 12351] Your matter is registered under number %(number)s. Call 12351 and name this "
            "number to ask how it stands. Reply TD to get no more texts."
        ) % {"number": case.number}
    return _notify(case, "receipt", text)


@transaction.atomic(savepoint=False)
def notify_stage(case: Case, stage: Stage) -> Message | None:
    """Tell the worker that their case has come to `stage`, if they agreed to texts; None where not sent.

    The text names the case's number and the stage, and nobody: a telephone lies open on a table.
    """
    if stage == Stage.INTAKE:
        return notify_receipt(case)
    with translation.override(WORKERS_LANGUAGE):
        text = _("[Hotline 12351] Your matter %(number)s: %(stage)s. Call 12351 with any question.") % {
            "number": case.number,
            "stage": _stage_text(stage),
        }
    return _notify(case, f"stage.{stage}", text)


def _stage_text(stage: Stage) -> str:
    return {
        Stage.LEGAL_REVIEW: _("a lawyer is looking at it"),
        Stage.MEDIATION: _("it is in mediation"),
        Stage.ARBITRATION: _("it is being referred to arbitration"),
        Stage.CLOSED: _("it is closed"),
    }[stage]


def _notify(case: Case, purpose: str, text: str) -> Message | None:
    if case.person.may_text != Answer.YES:
        return None
    contact = callbacks.reachable(case)
    if contact is None or contact.opted_out_at is not None:
        return None
    return _queue(case, contact, text, reachable_at(case.person, timezone.now()), purpose=purpose)


def reachable_at(person: Person, now: datetime) -> datetime:
    """The next moment, from `now` on, at which the worker may be texted by their own rule, else by day."""
    opens, closes = person.contact_from or REACH_FROM, person.contact_until or REACH_UNTIL
    local = timezone.localtime(now)
    clock = local.time()
    inside = opens <= clock < closes if opens < closes else clock >= opens or clock < closes
    if inside:
        return now
    day = local.date() if clock < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, tzinfo=local.tzinfo)


@transaction.atomic(savepoint=False)
def notify_assignment(case: Case, staff: Staff) -> StaffNotice | None:
    """Tell a member of staff that a case is theirs: a text with the case's number and no names."""
    if not staff.mobile or not staff.is_active:
        return None
    with translation.override(WORKERS_LANGUAGE):
        body = _("[Hotline 12351] Case %(number)s has been assigned to you. Sign in to look at it.") % {
            "number": case.number
        }
    now = timezone.now()
    return insert(
        StaffNotice(staff=staff, case=case, purpose="assignment", body=body, due_at=now, created_at=now)
    )


# --- What came of it -----------------------------------------------------------------------------
Outgoing = Message | StaffNotice


def due(model: type[Message] | type[StaffNotice], now: datetime, limit: int = 50) -> list[int]:
    """The rows that are to be sent now, the oldest first."""
    found = model._default_manager.filter(state=MessageState.QUEUED, due_at__lte=now)
    return list(found.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def claim(model: type[Message] | type[StaffNotice], pk: int, now: datetime) -> bool:
    """Claim a row for sending; False when another process has it. `sent_at` is when it was tried last."""
    mine = model._default_manager.filter(pk=pk, state=MessageState.QUEUED, due_at__lte=now)
    return mine.update(state=MessageState.SENDING, due_at=now + LEASE, sent_at=now) == 1


def park_killed(model: type[Message] | type[StaffNotice], now: datetime) -> int:
    """What a killed process was sending is uncertain. Returns how many."""
    late = model._default_manager.filter(state=MessageState.SENDING, due_at__lte=now)
    # Looked at first: an update takes SQLite's one write lock even where it finds nothing.
    return late.exists() and late.update(state=MessageState.UNCERTAIN, due_at=now)


def uncertain(model: type[Message] | type[StaffNotice], limit: int = 50) -> list[Outgoing]:
    """The rows of which nobody can tell whether they were sent, the oldest first."""
    found: list[Outgoing] = list(model._default_manager.filter(state=MessageState.UNCERTAIN)[:limit])
    return found


@transaction.atomic
def settle(
    row: Outgoing, state: MessageState, *, sid: str = "", error_code: str = "", due_at: datetime | None = None
) -> bool:
    """Move an outgoing row on to `state`; False if it is there or further. Its sid is kept in any case.

    QUEUED, the one step back, is for what was certainly not sent: it takes `due_at` and counts a try.
    FAILED for a reason that passes queues it once more, under a name that the carrier will give anew.
    """
    if error_code == "21610" and isinstance(row, Message):  # the contact's lock comes before the case's
        mine = Contact.objects.filter(interactions=row.pk)
        list(mine.select_for_update(of=("self",), no_key=True))
    case = _locked_case(row)
    row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if _is_former(sid):
        return False
    if sid:
        _name(row, sid)
    back = state == MessageState.QUEUED and row.state in {MessageState.SENDING, MessageState.UNCERTAIN}
    if not back and (row.state in FINAL or RANK[state] <= RANK[MessageState(row.state)]):
        return False
    if state == MessageState.FAILED and _send_again(row, case, sid, error_code):
        return True
    row.state, row.due_at, row.error_code = state, due_at, error_code[:10]
    row.tries += back
    row.save(update_fields=["state", "due_at", "error_code", "tries"])
    if isinstance(row, Message):
        if error_code == "21610" and row.interaction.contact is not None:
            _opt(row.interaction.contact, case, out=True, at=timezone.now())
        if not back:
            events.record(case, "sms.state", interaction=row.pk, state=state, code=error_code)
    return True


def _send_again(row: Outgoing, case: Case, sid: str, code: str) -> bool:
    """Queue what was not delivered once more, if its reason passes and it is the first time."""
    pause = delivery.pause_before_another_try(code)
    contact = row.interaction.contact if isinstance(row, Message) else None
    if pause is None or not sid or (contact is not None and contact.opted_out_at is not None):
        return False
    if not calls.first_time(f"again:{type(row).__name__}:{row.pk}"):
        return False
    calls.first_time(FORMER.format(sid=sid))
    row.state, row.error_code, row.tries = MessageState.QUEUED, code, row.tries + 1
    row.due_at = timezone.now() + pause
    if isinstance(row, Message):
        Interaction.objects.filter(pk=row.pk).update(provider_id=None)
        if row.purpose:
            row.due_at = reachable_at(case.person, row.due_at)
        events.record(case, "sms.again", interaction=row.pk, code=code, due=row.due_at.isoformat())
    else:
        row.provider_id = ""
        row.save(update_fields=["provider_id"])
    row.save(update_fields=["state", "due_at", "error_code", "tries"])
    return True


def _is_former(sid: str) -> bool:
    return bool(sid) and CarrierEvent.objects.filter(provider="twilio", key=FORMER.format(sid=sid)).exists()


def _locked_case(row: Outgoing) -> Case:
    while True:
        pk = _case_pk(row)
        case = Case.objects.locked(pk)
        # It may have been moved to another case between the two.
        if _case_pk(row) == pk:
            return case


def _case_pk(row: Outgoing) -> int:
    if isinstance(row, Message):
        return Interaction.objects.values_list("case_id", flat=True).get(pk=row.pk)
    return row.case_id


def _name(row: Outgoing, sid: str) -> None:
    if isinstance(row, Message):
        # The same words sent twice at once may have been told apart wrongly: the first keeps the name.
        if not Interaction.objects.filter(provider="twilio", provider_id=sid).exists():
            Interaction.objects.filter(pk=row.pk, provider_id=None).update(provider_id=sid)
    elif not row.provider_id:
        row.provider_id = sid
        row.save(update_fields=["provider_id"])


def find_outgoing(sid: str, message: int | None = None, notice: int | None = None) -> Outgoing | None:
    """The outgoing row by our own name for it, else by the carrier's."""
    if _is_former(sid):
        return None
    out = Message.objects.filter(interaction__direction=Direction.OUTBOUND)
    named = (
        out.filter(interaction__provider_id=sid).first()
        or StaffNotice.objects.filter(provider_id=sid).first()
    )
    if named is not None or not (message or notice):
        return named
    if message:
        return out.filter(pk=message, interaction__provider_id=None).first()
    return StaffNotice.objects.filter(pk=notice or 0, provider_id="").first()


def known_sid(sid: str) -> bool:
    """Whether a message of the carrier's is one of our rows already, or an earlier try of one."""
    return (
        Interaction.objects.filter(provider="twilio", provider_id=sid).exists()
        or StaffNotice.objects.filter(provider_id=sid).exists()
        or _is_former(sid)
    )


def destination(row: Outgoing) -> str:
    """Where the row goes."""
    return row.interaction.address if isinstance(row, Message) else row.staff.mobile
