"""Calling workers back: who is to be called, the one key that does it, and what came of each try."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access, events
from hotline.actions import seats, staff
from hotline.enums import (
    CallbackState,
    CallResult,
    CallState,
    Channel,
    ContactKind,
    Direction,
    Matching,
    SeatState,
)
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Call, Callback, Case, Contact, Interaction, Staff
from hotline.moments import to_the_second


def due(agent: Staff) -> QuerySet[Callback]:
    """The call-backs that `agent` sees, the oldest first."""
    open_ones = Callback.objects.filter(
        state=CallbackState.OPEN, case__in=access.visible(agent, Case.objects.all())
    )
    return open_ones.select_related("case__person", "contact", "taken_by").order_by("created_at")


def open_for(case: Case, contact: Contact | None, at: datetime) -> Callback | None:
    """The open call-back of this worker on this case, made if there is none; None without a number.

    Call it inside a transaction that has locked the case.
    """
    if contact is None or contact.kind != ContactKind.PHONE:
        return None
    callback, made = Callback.objects.get_or_create(
        case=case, contact=contact, state=CallbackState.OPEN, defaults={"created_at": at}
    )
    if made:
        events.record(case, "callback.opened", at=at, topics=["floor"], callback=callback.pk)
    return callback


@transaction.atomic
def request(case_pk: int, actor: Staff) -> Callback:
    """Someone wants to call the worker of a case. Raises Invalid where no number is known."""
    case = Case.objects.locked(case_pk)
    access.check(actor, "message", case)
    contact = reachable(case)
    callback = open_for(case, contact, timezone.now())
    if callback is None:
        raise Invalid({"contact": _("No telephone number of this worker is known.")})
    return callback


def reachable(case: Case) -> Contact | None:
    """The number to call or text the worker at: the one they last used on the case, else any."""
    phones = Contact.objects.filter(kind=ContactKind.PHONE, value__startswith="+")
    last = phones.filter(interactions__case=case).order_by("-interactions__at").first()
    return last or phones.filter(person=case.person).order_by("pk").first()


@transaction.atomic
def start(callback_pk: int, actor: Staff) -> Call:
    """Begin to call back: the agent's softphone joins the call's conference, then the worker is dialled.

    Raises NotVisible, Conflict when it is done, someone else is at it, or the agent is not free.
    """
    found = Callback.objects.filter(pk=callback_pk).values_list("case_id", flat=True).first()
    if found is None:
        raise NotVisible(_("There is no such call-back among yours."))
    case = Case.objects.locked(found)
    access.check(actor, "message", case)
    callback = (
        Callback.objects.select_for_update(of=("self",))
        .select_related("contact", "taken_by")
        .get(pk=callback_pk)
    )
    if callback.state != CallbackState.OPEN:
        raise _done(callback)
    if callback.calls.exclude(state=CallState.ENDED).exists():
        raise Conflict(_("%(name)s is calling this worker just now.") % {"name": callback.taken_by})
    staff.keep_at_work(actor)
    now = timezone.now()
    seats.of(actor)
    if not seats.change(actor.pk, seats.FREE, SeatState.TALKING, now):
        raise Conflict(
            str(seats.BUSY.get(seats.of(actor).state, _("Your seat has changed meanwhile: look again.")))
        )
    callback.tries, callback.taken_by = callback.tries + 1, actor
    callback.save(update_fields=["tries", "taken_by"])
    return _dialling(case, callback, actor, now)


def _dialling(case: Case, callback: Callback, actor: Staff, now: datetime) -> Call:
    interaction = Interaction.objects.create(
        case=case,
        contact=callback.contact,
        channel=Channel.CALL,
        direction=Direction.OUTBOUND,
        address=callback.contact.value,
        matching=Matching.JOINED,
        at=now,
    )
    call = Call.objects.create(
        interaction=interaction,
        state=CallState.DIALLING,
        agent=actor,
        callback=callback,
        recorded=settings.HOTLINE_RECORDING,
    )
    events.record(
        case,
        "call.outbound",
        actor=actor,
        at=now,
        topics=["floor", f"staff:{actor.pk}"],
        interaction=interaction.pk,
        callback=callback.pk,
    )
    return call


def tried(call: Call, at: datetime) -> None:
    """Note what came of the try `call`: reached, or still to be called. In the transaction of its end."""
    if call.callback is None or call.callback.state != CallbackState.OPEN:
        return
    reached = call.result == CallResult.ANSWERED
    if reached:
        call.callback.state, call.callback.done_at = CallbackState.REACHED, at
        call.callback.save(update_fields=["state", "done_at"])
    events.record(
        call.interaction.case,
        "callback.reached" if reached else "callback.tried",
        at=at,
        topics=["floor"],
        actor=call.agent,
        callback=call.callback.pk,
        result=call.result,
        tries=call.callback.tries,
    )


def called_again(call: Call, at: datetime) -> None:
    """The worker has called by themselves and is being heard: their call-back on this case is done."""
    case, contact = call.interaction.case, call.interaction.contact
    if contact is None or call.interaction.direction != Direction.INBOUND:
        return
    waiting = Callback.objects.filter(case=case, contact=contact, state=CallbackState.OPEN)
    if waiting.update(state=CallbackState.REACHED, done_at=at):
        events.record(case, "callback.reached", at=at, topics=["floor"], result="CALLED_AGAIN")


def _done(callback: Callback) -> Conflict:
    kinds = ["callback.reached", "callback.given_up"]
    last = callback.case.events.filter(kind__in=kinds, data__callback=callback.pk).order_by("sequence").last()
    if last is None or last.actor is None:
        return Conflict(_("This call-back is done: the worker has called again."))
    when = to_the_second(last.at)
    return Conflict(
        _("This call-back is done: %(who)s saw to it at %(when)s.") % {"who": last.actor, "when": when}
    )


@transaction.atomic
def give_up(callback_pk: int, actor: Staff, reason: str) -> None:
    """The worker cannot be reached. Raises Invalid without a reason, Conflict when it is done already."""
    if not reason.strip():
        raise Invalid({"reason": _("Write down why the call-back is given up.")})
    callback = Callback.objects.filter(pk=callback_pk).first()
    if callback is None:
        raise NotVisible(_("There is no such call-back among yours."))
    case = Case.objects.locked(callback.case_id)
    access.check(actor, "message", case)
    mine = Callback.objects.filter(pk=callback_pk, state=CallbackState.OPEN)
    if not mine.update(state=CallbackState.GIVEN_UP, done_at=timezone.now()):
        raise _done(callback)
    events.record(
        case,
        "callback.given_up",
        actor=actor,
        topics=["floor"],
        callback=callback_pk,
        reason=reason.strip()[:500],
    )
