"""The life of a call, from its arrival to its wrap-up. Its state only ever moves on (`advance`).

Locks: the call's case first, then the call, then seats. What happens at the carrier is carried out by
`manage.py work` from these rows, after the commit.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import bell, events
from hotline.actions import callbacks, seats
from hotline.bell import Ring
from hotline.enums import CallResult, CallState, Direction, OfferState, Role, SeatState
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Call, CarrierEvent, Case, Event, Interaction, Offer, ServiceHours, Staff
from hotline.models.prepared import insert

ORDER = {state: place for place, state in enumerate(CallState)}
MENU = {"1": "legal", "2": "enquiry"}
"""What the caller presses, and the skill that an agent needs for it."""
NOTE_LIMIT = 5_000
CONNECT_TIME = timedelta(seconds=20)
"""So long a softphone has to join, or to come back, before the worker is given to someone else."""


AT_VOICEMAIL = "voicemail:{sid}"
"""The mark (`first_time`) of a call that is where its message is recorded."""


DIAL = "dial:{uid}"
"""The mark of a call-back that the carrier is asked to make, or that is given up."""


def first_time(key: str) -> bool:
    """Whether `key`, something that must happen once, is new; call it inside the transaction of the thing."""
    _row, made = CarrierEvent.objects.get_or_create(
        provider="twilio", key=key[:160], defaults={"received_at": timezone.now()}
    )
    return made


def not_done(key: str) -> None:
    """Take the mark `key` back: the thing has certainly not happened."""
    CarrierEvent.objects.filter(provider="twilio", key=key).delete()


def within_hours(moment: datetime) -> bool:
    """Whether the line is staffed at `moment`. Without any hours set it always is."""
    local = timezone.localtime(moment)
    blocks = list(ServiceHours.objects.all())
    if not blocks:
        return True
    clock = local.time()
    return any(
        b.weekday == local.weekday()
        and b.opens <= clock
        and (clock < b.closes or not (b.closes.hour or b.closes.minute))
        for b in blocks
    )


# --- Finding -------------------------------------------------------------------------------------
def by_sid(sid: str) -> Call | None:
    """The call that the carrier calls `sid`, or None."""
    return Call.objects.filter(interaction__provider="twilio", interaction__provider_id=sid).first()


def by_uid(uid: uuid.UUID | None) -> Call | None:
    """The call by our own name, or None."""
    return Call.objects.filter(uid=uid).first() if uid else None


def by_conference(sid: str) -> Call | None:
    """The call that lives in the carrier's conference `sid`, or None."""
    return Call.objects.filter(conference_sid=sid).first() if sid else None


def waiting() -> QuerySet[Call]:
    """The calls that wait for an agent, the longest first."""
    found = Call.objects.filter(state=CallState.WAITING, waiting_since__isnull=False)
    return found.select_related("interaction__case__person", "interaction__contact").order_by(
        "waiting_since", "pk"
    )


def place_in_queue(call: Call) -> int:
    """1 for the call that is next."""
    ahead = Q(waiting_since__lt=call.waiting_since) | Q(waiting_since=call.waiting_since, pk__lt=call.pk)
    return waiting().filter(ahead).count() + 1 if call.waiting_since else 1


def panel(agent: Staff) -> Call | None:
    """The call at the agent's desk: the one they hold, else the one to be wrapped up."""
    held = Call.objects.filter(agent=agent, wrapped_up_at=None)
    return held.select_related("interaction__case__person", "interaction__contact").order_by("-pk").first()


def active() -> QuerySet[Call]:
    """The calls that are not over, for the floor."""
    found = Call.objects.exclude(state=CallState.ENDED)
    return found.select_related("interaction__case", "interaction__contact", "agent").order_by(
        "interaction__at"
    )


# --- Changing ------------------------------------------------------------------------------------
def locked(pk: int) -> Call:
    """The call with its case's row, both locked, in that order. Raises Call.DoesNotExist."""
    while True:
        case_pk = Call.objects.values_list("interaction__case_id", flat=True).get(pk=pk)
        Case.objects.locked(case_pk)
        call = Call.objects.select_related("interaction__case__unit", "interaction__contact", "agent")
        found = call.select_for_update(of=("self",)).get(pk=pk)
        # It may have been moved to another case between the two.
        if found.interaction.case_id == case_pk:
            return found


def advance(call: Call, state: CallState, **fields: Any) -> bool:
    """Move `call` on to `state` with `fields`; False, and nothing is written, if it is there or further."""
    if ORDER[state] <= ORDER[CallState(call.state)]:
        return False
    _set(call, state=state, **fields)
    return True


def _set(call: Call, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(call, name, value)
    call.save(update_fields=list(fields))


def _record(call: Call, kind: str, at: datetime, actor: Staff | None = None, **data: Any) -> None:
    topics = ["floor", *([f"staff:{call.agent_id}"] if call.agent_id else [])]
    events.record(call.interaction.case, kind, actor=actor, at=at, topics=topics, interaction=call.pk, **data)


def arrived(interaction: Interaction, *, voicemail: bool, recorded: bool) -> Call:
    """The row of a call that has just come in: in the menu, or out of hours at the voicemail.

    Call it in the transaction that has stored `interaction`.
    """
    state = CallState.VOICEMAIL if voicemail else CallState.MENU
    return insert(Call(interaction=interaction, state=state, recorded=recorded))


@transaction.atomic
def wait(call_pk: int, digits: str, at: datetime) -> Call:
    """The caller has left the menu and waits for an agent with the skill they chose."""
    call = locked(call_pk)
    if advance(call, CallState.WAITING, skill=MENU.get(digits[:1], ""), waiting_since=at):
        _record(call, "call.waiting", at, skill=call.skill)
    return call


@transaction.atomic
def joined(call_pk: int, leg_sid: str, conference_sid: str, at: datetime) -> None:
    """A leg is in the conference: both parties hear each other once the second one is."""
    call = locked(call_pk)
    if conference_sid and call.conference_sid != conference_sid and call.state != CallState.ENDED:
        _set(call, conference_sid=conference_sid)
    by_agent = bool(leg_sid) and leg_sid == call.agent_call_sid
    by_worker = bool(leg_sid) and leg_sid == call.interaction.provider_id
    outbound = call.interaction.direction == Direction.OUTBOUND
    complete = by_worker and call.agent_call_sid != "" if outbound else by_agent
    if complete and advance(call, CallState.TALKING, answered_at=at):
        callbacks.called_again(call, at)
        _record(call, "call.talking", at)


@transaction.atomic
def left(call_pk: int, leg_sid: str, at: datetime) -> None:
    """A leg has left the conference. The worker is not left alone for long: see `abandoned`."""
    call = locked(call_pk)
    if leg_sid and leg_sid == call.agent_call_sid:
        _set(call, agent_call_sid="", muted=False)
        if call.state != CallState.ENDED:
            _record(call, "call.agent_left", at)


@transaction.atomic
def held_or_muted(call_pk: int, leg_sid: str, sequence: int, hold: bool | None, muted: bool | None) -> None:
    """What the carrier says of a leg; an older word than the last one is dropped."""
    call = locked(call_pk)
    if sequence <= call.conference_sequence:
        return
    values: dict[str, Any] = {"conference_sequence": sequence}
    if leg_sid == call.agent_call_sid and muted is not None:
        values["muted"] = muted
    if leg_sid == call.interaction.provider_id and hold is not None:
        values["held"] = hold
    changed = any(
        getattr(call, name) != value for name, value in values.items() if name != "conference_sequence"
    )
    _set(call, **values)
    if changed:
        _record(call, "call.held" if call.held else "call.unheld", timezone.now())


def agent_leg(call_uid: uuid.UUID | None, staff_pk: int, leg_sid: str) -> Call | None:
    """Note the softphone's leg on the call that this agent holds; None if they do not hold it."""
    with transaction.atomic():
        found = by_uid(call_uid)
        if found is None:
            return None
        call = locked(found.pk)
        may_join = {CallState.DIALLING, CallState.CONNECTING, CallState.TALKING}
        if (
            call.agent is None
            or call.agent_id != staff_pk
            or not call.agent.is_active
            or call.state not in may_join
        ):
            return None
        _set(call, agent_call_sid=leg_sid)
        return call


@transaction.atomic
def name_leg(call_pk: int, sid: str) -> Call:
    """Note what the carrier calls the worker's leg of a call that we have made."""
    call = locked(call_pk)
    if call.interaction.provider_id is None:
        Interaction.objects.filter(pk=call.pk, provider_id=None).update(provider_id=sid)
        call.interaction.provider_id = sid
    return call


@transaction.atomic
def to_voicemail(call_pk: int, at: datetime, why: str) -> bool:
    """Nobody can take the call: the caller shall leave a message. The worker process sends them there."""
    call = locked(call_pk)
    if not advance(call, CallState.VOICEMAIL):
        return False
    withdraw_offers(call, at)
    _release_agent(call, at)
    _record(call, "call.voicemail", at, why=why)
    return True


@transaction.atomic
def requeue(call_pk: int, now: datetime) -> bool:
    """Give a call back to the queue whose agent's softphone never joined: the one way up the states."""
    call = locked(call_pk)
    if call.state != CallState.CONNECTING or call.agent_id is None:
        return False
    seats.change(call.agent_id, [SeatState.TALKING], SeatState.AWAY, now, reason="not_connected")
    _record(call, "call.requeued", now, agent=call.agent_id, agent_name=str(call.agent))
    _set(call, state=CallState.WAITING, agent=None, agent_call_sid="")
    return True


@transaction.atomic
def end(
    call_pk: int, at: datetime, *, outcome: CallResult = CallResult.ANSWERED, duration: int | None = None
) -> None:
    """The call is over; `outcome` is the carrier's word for it. Once over it stays so.

    A call that nobody took becomes a call-back; the agent who held it goes to wrap-up.
    """
    call = locked(call_pk)
    if call.state == CallState.ENDED:
        if call.duration is None and duration is not None:
            _set(call, duration=duration)
        return
    unheard = call.state == CallState.VOICEMAIL or call.answered_at is None
    result = _result(call, outcome)
    _set(call, state=CallState.ENDED, result=result, ended_at=at, duration=duration, held=False, muted=False)
    withdraw_offers(call, at)
    _release_agent(call, at)
    _record(call, "call.ended", at, result=result, duration=duration)
    if call.callback_id:
        callbacks.tried(call, at)
    elif unheard and call.interaction.direction == Direction.INBOUND:
        callbacks.open_for(call.interaction.case, call.interaction.contact, at)


def _result(call: Call, outcome: CallResult) -> CallResult:
    if call.recordings.filter(source="RecordVerb").exists():
        return CallResult.VOICEMAIL
    if call.answered_at is not None:
        return CallResult.ANSWERED
    if call.interaction.direction == Direction.INBOUND:
        return CallResult.MISSED
    return CallResult.NO_ANSWER if outcome == CallResult.ANSWERED else outcome


def withdraw_offers(call: Call, now: datetime) -> None:
    """Take the call's standing offer back; its agent keeps their turn."""
    for offer in Offer.objects.filter(call=call, state=OfferState.OFFERED):
        mine = Offer.objects.filter(pk=offer.pk, state=OfferState.OFFERED)
        if mine.update(state=OfferState.WITHDRAWN, settled_at=now):
            seats.change(offer.agent_id, [SeatState.OFFERED], SeatState.AVAILABLE, now, keep_since=True)
            bell.ring([Ring(f"staff:{offer.agent_id}", "offer"), Ring("floor", "offer")])


def _release_agent(call: Call, now: datetime) -> None:
    if call.agent_id:
        seats.change(call.agent_id, [SeatState.TALKING], SeatState.WRAP_UP, now)


def for_desk(pk: int, actor: Staff) -> Call:
    """The call, if it is the actor's own, or a supervisor's to end. Raises NotVisible."""
    call = Call.objects.select_related("interaction__case__unit", "agent").filter(pk=pk).first()
    mine = call is not None and call.agent_id == actor.pk
    below = (
        call is not None
        and actor.role == Role.SUPERVISOR
        and call.interaction.case.unit.path.startswith(actor.unit.path)
    )
    if call is None or not actor.is_active or not (mine or below):
        raise NotVisible(_("There is no such call among yours."))
    return call


@transaction.atomic
def cancel_dialling(call_pk: int, actor: Staff) -> bool:
    """The agent gives up a call-back before the carrier was asked to dial; False if it was."""
    call = locked(for_desk(call_pk, actor).pk)
    if call.state != CallState.DIALLING or not first_time(DIAL.format(uid=call.uid)):
        return False
    end(call.pk, timezone.now(), outcome=CallResult.FAILED)
    return True


@transaction.atomic
def wrap_up(call_pk: int, actor: Staff, note: str) -> None:
    """The agent has written down what was left to write; they are available again."""
    call = locked(for_desk(call_pk, actor).pk)
    now = timezone.now()
    if len(note) > NOTE_LIMIT:
        raise Invalid({"note": _("A note holds at most %(limit)s characters.") % {"limit": NOTE_LIMIT}})
    if call.agent_id != actor.pk:
        raise NotVisible(_("There is no such call among yours."))
    if call.state not in {CallState.ENDED, CallState.VOICEMAIL}:
        raise Conflict(_("You are on a call: end it first."))
    if call.wrapped_up_at is not None:
        raise Conflict(_("This call is wrapped up already."))
    _set(call, note=note.strip(), wrapped_up_at=now)
    _record(call, "call.wrapped_up", now, actor)
    seats.change(actor.pk, [SeatState.WRAP_UP], SeatState.AVAILABLE, now)


# --- What is due ---------------------------------------------------------------------------------
def overdue(now: datetime, limit: timedelta) -> list[int]:
    """The calls that have waited longer than `limit`."""
    return list(waiting().filter(waiting_since__lte=now - limit).values_list("pk", flat=True))


def unconnected(now: datetime) -> list[int]:
    """The calls whose agent accepted, but whose softphone has not joined in time."""
    late = Offer.objects.filter(state=OfferState.ACCEPTED, settled_at__lte=now - CONNECT_TIME)
    connecting = Call.objects.filter(state=CallState.CONNECTING, agent__isnull=False)
    recent = Offer.objects.filter(state=OfferState.ACCEPTED, settled_at__gt=now - CONNECT_TIME)
    found = connecting.filter(pk__in=late.values("call")).exclude(pk__in=recent.values("call"))
    return list(found.values_list("pk", flat=True))


def abandoned(now: datetime) -> list[Call]:
    """The calls in which the worker has been alone for CONNECT_TIME because the agent's leg is gone."""
    alone = Call.objects.filter(agent_call_sid="", state__in=[CallState.TALKING, CallState.DIALLING])
    found = []
    for call in alone.exclude(interaction__provider_id=None).select_related("interaction"):
        left_at = (
            Event.objects.filter(
                case=call.interaction.case_id, kind="call.agent_left", data__interaction=call.pk
            )
            .order_by("-sequence")
            .values_list("at", flat=True)
            .first()
        )
        if left_at is not None and left_at <= now - CONNECT_TIME:
            found.append(call)
    return found
