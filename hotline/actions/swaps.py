"""Duty shifts that change hands: one lawyer proposes it, the other agrees, a supervisor sees it."""

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import events
from hotline.actions import rota, staff
from hotline.enums import Role, SwapAnswer
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import DutyPost, DutyShift, ShiftSwap, Staff


def visible(user: Staff) -> QuerySet[ShiftSwap]:
    """The swaps that `user` reads: those they propose or are asked, and those at posts they plan."""
    mine = Q(asker=user) | Q(asked=user) | Q(shift__post__in=rota.managed(user))
    rows = ShiftSwap.objects.filter(mine)
    return rows.select_related("shift__post", "in_return__post", "asker", "asked")


def waiting(user: Staff) -> QuerySet[ShiftSwap]:
    """Those of them that wait for an answer and can still be agreed, and agreed ones nobody took note of."""
    today = timezone.localdate()
    rows = visible(user)
    if user.role == Role.LAWYER:
        return rows.filter(answered_at=None, shift__day__gte=today)
    return rows.filter(Q(answered_at=None, shift__day__gte=today) | Q(answer=SwapAnswer.AGREED, seen_at=None))


def colleagues(shift: DutyShift) -> QuerySet[Staff]:
    """Whom the lawyer of `shift` may ask: the other lawyers of the post's unit, above and below."""
    return rota.lawyers_at(shift.post).exclude(pk=shift.lawyer_id or 0)


def returns(shift: DutyShift) -> QuerySet[DutyShift]:
    """The colleagues' shifts to come that could be had in return."""
    assert shift.lawyer is not None
    theirs = DutyShift.objects.to_come().filter(lawyer__in=colleagues(shift))
    return theirs.filter(post__in=rota.posts_of(shift.lawyer)).select_related("post", "lawyer")


@transaction.atomic
def propose(actor: Staff, shift_pk: int, asked_pk: int | None, return_pk: int | None, note: str) -> ShiftSwap:
    """Ask a colleague to take over one's shift, or to exchange it for one of theirs (`return_pk`).

    Raises NotVisible for a shift that is not one's own, Conflict while another proposal is open, and Invalid.
    """
    shift = _own(actor, shift_pk)
    back = returns(shift).filter(pk=return_pk).first() if return_pk else None
    asked = back.lawyer if back else colleagues(shift).filter(pk=asked_pk or 0).first()
    if asked is None or (return_pk and back is None):
        raise Invalid({"whom": _("Choose a colleague, or one of their shifts.")})
    if ShiftSwap.objects.filter(shift=shift, answered_at=None).exists():
        raise Conflict(_("You have proposed this shift to somebody already: take that back first."))
    _check(shift, asked, back)
    row = ShiftSwap(shift=shift, asker=actor, asked=asked, in_return=back, note=note.strip()[:200])
    row.proposed_at = timezone.now()
    row.save()
    events.looked(actor, "rota.swap_proposed", detail=f"{shift}: {asked}")
    rota.ring(shift.post, [actor.pk, asked.pk])
    return row


def _own(actor: Staff, shift_pk: int) -> DutyShift:
    """The actor's own shift to come, locked: of two proposals at once the second sees the first."""
    rows = DutyShift.objects.select_for_update(no_key=True, of=("self",)).select_related("post__unit")
    shift = rows.filter(pk=shift_pk, lawyer=actor, cancelled_at=None).first()
    if shift is None:
        raise NotVisible(_("There is no such shift of yours."))
    shift.lawyer = actor
    rota.check_to_come(shift)
    return shift


def _check(shift: DutyShift, asked: Staff, back: DutyShift | None) -> None:
    """Raise Invalid unless each could do what they get, were what they give away not there."""
    given = {shift.pk, back.pk if back else 0}
    rota.check_lawyer(shift, asked, given)
    if back is not None and shift.lawyer is not None:
        rota.check_lawyer(back, shift.lawyer, given)


@transaction.atomic
def answer(actor: Staff, swap_pk: int, agreed: bool) -> ShiftSwap:
    """The colleague's answer; when they agree, the shifts change hands at once.

    Raises NotVisible for whoever is not asked, Conflict when it was answered or taken back meanwhile or a
    shift is somebody else's by now, and Invalid when one of the two could no longer do what they get.
    """
    row = _open(actor, swap_pk, asked=True)
    if not agreed:
        return _close(row, actor, SwapAnswer.REFUSED)
    shift, back = row.shift, row.in_return
    rota.check_to_come(shift)
    if back is not None:
        rota.check_to_come(back)
    if shift.lawyer_id != row.asker_id or (back is not None and back.lawyer_id != row.asked_id):
        raise Conflict(_("One of the shifts is somebody else's by now."))
    for person in (row.asker, row.asked):
        staff.keep_at_work(person)
    shift.lawyer = row.asker
    _check(shift, row.asked, back)
    _exchange(row)
    rota.void_swaps([one.pk for one in (shift, back) if one])
    return _close(row, actor, SwapAnswer.AGREED)


def _exchange(row: ShiftSwap) -> None:
    pairs = [(row.shift_id, row.asked_id), (row.in_return_id, row.asker_id)]
    # First nobody has them: two shifts at the same hours would else be one person's for a moment.
    DutyShift.objects.filter(pk__in=[pk for pk, _to in pairs if pk]).update(lawyer=None)
    try:
        with transaction.atomic():
            for pk, to in pairs:
                DutyShift.objects.filter(pk=pk or 0).update(lawyer=to)
    except IntegrityError:
        raise Conflict(_("Someone planned the same hours at this moment. Look at the rota again.")) from None


@transaction.atomic
def take_back(actor: Staff, swap_pk: int) -> ShiftSwap:
    """Whoever proposed it no longer does. Raises NotVisible and Conflict."""
    return _close(_open(actor, swap_pk, asked=False), actor, SwapAnswer.TAKEN_BACK)


def _open(actor: Staff, swap_pk: int, *, asked: bool) -> ShiftSwap:
    """The swap, its posts, lawyers and shifts locked in this order. Raises NotVisible and Conflict."""
    whose = Q(asked=actor) if asked else Q(asker=actor)
    row = ShiftSwap.objects.select_related("asker", "asked").filter(whose, pk=swap_pk).first()
    if row is None:
        raise NotVisible(_("There is no such swap of yours."))
    pks = [pk for pk in (row.shift_id, row.in_return_id) if pk]
    posts = DutyPost.objects.filter(shifts__in=pks).values("pk")
    list(DutyPost.objects.select_for_update(no_key=True).filter(pk__in=posts).order_by("pk"))
    people = Staff.objects.select_for_update(no_key=True).filter(pk__in=[row.asker_id, row.asked_id])
    list(people.order_by("pk"))
    locked = DutyShift.objects.select_for_update(no_key=True, of=("self",)).select_related("post__unit")
    shifts = {one.pk: one for one in locked.filter(pk__in=pks).order_by("pk")}
    row.refresh_from_db(fields=["answered_at"])
    if row.answered_at is not None:
        raise Conflict(_("This proposal was answered, taken back or overtaken meanwhile."))
    row.shift, row.in_return = shifts[row.shift_id], shifts.get(row.in_return_id or 0)
    return row


def _close(row: ShiftSwap, actor: Staff, said: SwapAnswer) -> ShiftSwap:
    row.answer, row.answered_at = said, timezone.now()
    row.save(update_fields=["answer", "answered_at"])
    events.looked(actor, f"rota.swap_{said.lower()}", detail=f"{row.shift}: {row.asker} – {row.asked}")
    rota.ring(row.shift.post, [row.asker_id, row.asked_id])
    return row


@transaction.atomic
def take_note(actor: Staff, swap_pk: int) -> ShiftSwap:
    """Whoever plans the post has seen what was agreed. Raises NotVisible."""
    mine = ShiftSwap.objects.filter(shift__post__in=rota.managed(actor), answer=SwapAnswer.AGREED)
    row = mine.select_related("shift__post__unit").filter(pk=swap_pk).first()
    if row is None:
        raise NotVisible(_("There is no such swap among yours."))
    if ShiftSwap.objects.filter(pk=swap_pk, seen_at=None).update(seen_at=timezone.now(), seen_by=actor):
        events.looked(actor, "rota.swap_seen", detail=f"{row.shift}")
        rota.ring(row.shift.post, [])
    return row
