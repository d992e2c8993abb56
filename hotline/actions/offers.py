"""Offering waiting calls to agents: one offer for a call and for an agent at a time, taken by one claim.

The rule: the call that has waited longest goes to the agent who has been free longest, has the skill and
a live console, and has been offered this call least often.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import bell, events
from hotline.actions import calls, cases, seats, staff
from hotline.bell import Ring
from hotline.enums import CallState, OfferState, Role, SeatState
from hotline.errors import Conflict, NotVisible
from hotline.models import Call, Offer, Seat, Staff

RING_EVERY = timedelta(seconds=3)
PAUSE = timedelta(seconds=30)
"""Whoever declined a call is not offered the same one again sooner."""
LOOK_AT = 200
"""Calls considered in one look; more than there are free agents."""


def for_agent(agent: Staff) -> Offer | None:
    """The offer that rings at the agent's desk, or None."""
    found = Offer.objects.filter(agent=agent, state=OfferState.OFFERED)
    return found.select_related("call__interaction__case__person", "call__interaction__contact").first()


def work(now: datetime) -> int:
    """Let offers lapse, make new ones, and ring those that stand again. Returns how many it did."""
    return expire(now) + offer_waiting(now) + ring_again(now)


def offer_waiting(now: datetime) -> int:
    """Offer waiting calls to free agents. Returns how many offers were made."""
    queue = calls.waiting().exclude(offers__state=OfferState.OFFERED)[:LOOK_AT]
    free = _free_seats(now) if queue else []
    made = 0
    for call in queue:
        if not free:
            break
        seat = _next_seat(call, free, now)
        if seat is not None and _offer(call, seat, now):
            made += 1
        if seat is not None:
            free.remove(seat)
    return made


def _free_seats(now: datetime) -> list[Seat]:
    found = Seat.objects.filter(
        state=SeatState.AVAILABLE,
        console_seen_at__gte=now - seats.CONSOLE_LIFE,
        staff__is_active=True,
        staff__role=Role.AGENT,
    )
    return list(found.select_related("staff__unit").order_by("since", "pk"))


def _next_seat(call: Call, free: list[Seat], now: datetime) -> Seat | None:
    able = [
        seat
        for seat in free
        if (not call.skill or not seat.staff.skills or call.skill in seat.staff.skills)
        and seat.staff.unit.path.startswith(call.interaction.case.unit.path)
    ]
    if not able:
        return None
    offered = (
        Offer.objects.filter(call=call).values("agent").annotate(times=Count("pk"), last=Max("settled_at"))
    )
    before = {row["agent"]: row for row in offered}
    rested = [s for s in able if s.pk not in before or (before[s.pk]["last"] or now) <= now - PAUSE]
    # `able` stands in the order of who is free longest, and min() keeps the first of equals.
    return min(rested, key=lambda s: before.get(s.pk, {"times": 0})["times"], default=None)


def _offer(call: Call, seat: Seat, now: datetime) -> bool:
    try:
        with transaction.atomic():
            current = calls.locked(call.pk)
            if current.state != CallState.WAITING:
                return False
            if not seats.change(seat.pk, [SeatState.AVAILABLE], SeatState.OFFERED, now, keep_since=True):
                return False
            expires = now + timedelta(seconds=settings.HOTLINE_OFFER_SECONDS)
            Offer.objects.create(
                call=current, agent=seat.staff, offered_at=now, expires_at=expires, rung_at=now
            )
            bell.ring([Ring(f"staff:{seat.pk}", "offer"), Ring("floor", "offer")])
    except IntegrityError:  # another worker process was faster
        return False
    return True


def ring_again(now: datetime) -> int:
    """Ring each standing offer again that was last rung RING_EVERY ago. Returns how many."""
    rung = 0
    for offer in list(Offer.objects.filter(state=OfferState.OFFERED, rung_at__lte=now - RING_EVERY)):
        with transaction.atomic():
            mine = Offer.objects.filter(pk=offer.pk, state=OfferState.OFFERED, rung_at=offer.rung_at)
            if mine.update(rung_at=now):
                bell.ring([Ring(f"staff:{offer.agent_id}", "offer")])
                rung += 1
    return rung


def expire(now: datetime) -> int:
    """Let offers lapse whose time is over or whose console is gone. Returns how many."""
    silent = Q(agent__seat__console_seen_at=None) | Q(
        agent__seat__console_seen_at__lt=now - seats.CONSOLE_LIFE
    )
    gone = silent | ~Q(agent__seat__state=SeatState.OFFERED)
    due = Offer.objects.filter(Q(expires_at__lte=now) | gone, state=OfferState.OFFERED)
    return sum(_settle(pk, OfferState.LAPSED, now) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _settle(offer_pk: int, state: OfferState, now: datetime) -> bool:
    """Lapse or decline an offer that stands; says whether it stood."""
    offer = Offer.objects.select_related("agent").get(pk=offer_pk)
    call = calls.locked(offer.call_id)
    if not Offer.objects.filter(pk=offer_pk, state=OfferState.OFFERED).update(state=state, settled_at=now):
        return False
    lapsed = state == OfferState.LAPSED
    seats.change(
        offer.agent_id,
        [SeatState.OFFERED],
        SeatState.AWAY if lapsed else SeatState.AVAILABLE,
        now,
        reason="lapsed" if lapsed else "",
        keep_since=not lapsed,
    )
    events.record(
        call.interaction.case,
        "offer.lapsed" if lapsed else "offer.declined",
        actor=offer.agent,
        at=now,
        topics=["floor", f"staff:{offer.agent_id}"],
        interaction=call.pk,
    )
    return True


@transaction.atomic
def decline(offer_pk: int, agent: Staff) -> None:
    """The agent leaves the call to the next one and stays available. Raises NotVisible, Conflict."""
    offer = _own(offer_pk, agent)
    if not _settle(offer.pk, OfferState.DECLINED, timezone.now()):
        raise _too_late(offer)


@transaction.atomic
def accept(offer_pk: int, agent: Staff) -> Call:
    """Take the offered call: one claim in one transaction; the softphone then joins its conference.

    Raises NotVisible for another's offer, Conflict saying who took the call or why it is gone.
    """
    offer = _own(offer_pk, agent)
    call = calls.locked(offer.call_id)
    staff.keep_at_work(agent)
    now = timezone.now()
    standing = Offer.objects.filter(pk=offer.pk, state=OfferState.OFFERED)
    if not standing.update(state=OfferState.ACCEPTED, settled_at=now):
        raise _too_late(offer)
    if not calls.advance(call, CallState.CONNECTING, agent=agent):
        raise _too_late(offer)
    if not seats.change(agent.pk, [SeatState.OFFERED], SeatState.TALKING, now):
        raise Conflict(_("Your seat has changed meanwhile: look again."))
    case = call.interaction.case
    if case.agent_id is None and case.is_open:
        cases.assign(case, "intake", agent, agent)
    events.record(
        case, "call.accepted", actor=agent, at=now, topics=["floor", f"staff:{agent.pk}"], interaction=call.pk
    )
    return call


def _own(offer_pk: int, agent: Staff) -> Offer:
    offer = Offer.objects.filter(pk=offer_pk, agent=agent).first()
    if offer is None or not agent.is_active:
        raise NotVisible(_("There is no such offer at your desk."))
    return offer


def _too_late(offer: Offer) -> Conflict:
    call = Call.objects.select_related("agent").get(pk=offer.call_id)
    if call.agent is not None and call.agent_id == offer.agent_id:
        return Conflict(_("You have taken this call already."))
    if call.agent is not None:
        return Conflict(_("%(name)s has taken this call.") % {"name": call.agent})
    if call.state == CallState.ENDED:
        return Conflict(_("The caller has hung up. Someone will call them back."))
    if call.state == CallState.VOICEMAIL:
        return Conflict(_("The caller is leaving a message."))
    return Conflict(_("The offer has gone to the next agent: its time was over."))
