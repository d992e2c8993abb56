"""Duty at the arbitration institutes: posts, the shifts planned for them, and who has which.

A post or a lawyer is never planned twice at once: whoever plans holds the post's row and the lawyer's, looks,
and writes. On PostgreSQL exclusion constraints refuse what would come past that.
"""

from collections.abc import Collection, Iterable
from datetime import date, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import bell, events
from hotline.actions import staff
from hotline.bell import Ring
from hotline.enums import Role, SwapAnswer
from hotline.errors import Conflict, Invalid, NotVisible
from hotline.models import Absence, DutyPost, DutyShift, ShiftSwap, Staff, Unit

MOST_WEEKS = 26
FARTHEST = timedelta(weeks=53)
"""Nobody plans further ahead than a year."""


# --- Who sees what -------------------------------------------------------------------------------
def posts_of(user: Staff) -> QuerySet[DutyPost]:
    """The posts whose rota `user` reads: a lawyer's are those they could be planned for."""
    if user.role == Role.LAWYER:
        return DutyPost.objects.filter(_line(user.unit))
    return managed(user)


def managed(user: Staff) -> QuerySet[DutyPost]:
    """The posts that `user` plans: all for an administrator, a supervisor's of their unit and below."""
    if user.role == Role.ADMINISTRATOR:
        return DutyPost.objects.all()
    if user.role == Role.SUPERVISOR:
        return DutyPost.objects.filter(unit__path__startswith=user.unit.path)
    return DutyPost.objects.none()


def shifts_of(user: Staff) -> QuerySet[DutyShift]:
    """The standing shifts that `user` reads, with whether each one's lawyer is away."""
    mine = Q(post__in=posts_of(user)) | Q(lawyer=user)
    return DutyShift.objects.standing().filter(mine).with_away().select_related("post", "lawyer")


def own_shifts_of(user: Staff) -> QuerySet[DutyShift]:
    """The standing shifts at which `user` is on duty."""
    return DutyShift.objects.standing().filter(lawyer=user).select_related("post")


def uncovered(user: Staff) -> QuerySet[DutyShift]:
    """The shifts to come of the posts that `user` plans for which there is nobody: no lawyer, or one away."""
    mine = DutyShift.objects.to_come().filter(post__in=managed(user)).with_away()
    return mine.filter(Q(lawyer=None) | Q(away=True)).select_related("post", "lawyer")


def lawyers_for(post: DutyPost, user: Staff) -> QuerySet[Staff]:
    """Whom `user` may plan for `post`: a supervisor only their own people of those who serve there."""
    people = lawyers_at(post)
    return people.filter(unit__path__startswith=user.unit.path) if user.role == Role.SUPERVISOR else people


def lawyers_at(post: DutyPost) -> QuerySet[Staff]:
    """Who can be on duty at `post`: the lawyers of its unit, of those above it and below it."""
    people = Staff.objects.filter(_line(post.unit), is_active=True, role=Role.LAWYER)
    return people.order_by("name", "pk")


def _line(unit: Unit) -> Q:
    return Q(unit__in=unit.ancestors) | Q(unit__path__startswith=unit.path)


# --- Posts ---------------------------------------------------------------------------------------
@transaction.atomic
def save_post(
    actor: Staff, pk: int | None, *, institute: str, place: str, unit: Unit, is_open: bool
) -> DutyPost:
    """Make a post or change it. Raises Invalid where another one has its name or shifts are still to come."""
    row = _post(actor, pk) if pk else DutyPost()
    if actor.role == Role.SUPERVISOR and not unit.path.startswith(actor.unit.path):
        raise Invalid({"unit": _("This unit is not among yours.")})
    if DutyPost.objects.filter(institute=institute, place=place).exclude(pk=row.pk).exists():
        raise Invalid({"place": _("There is such a post already.")})
    if row.pk and not is_open and DutyShift.objects.to_come().filter(post=row).exists():
        raise Invalid({"is_open": _("Shifts are still planned here: call them off first.")})
    row.institute, row.place, row.unit, row.is_open = institute, place, unit, is_open
    row.save()
    events.looked(actor, "rota.post", detail=str(row))
    return row


def _post(actor: Staff, pk: int) -> DutyPost:
    """A post that `actor` plans, locked."""
    row = managed(actor).select_for_update(no_key=True, of=("self",)).select_related("unit").filter(pk=pk)
    post = row.first()
    if post is None:
        raise NotVisible(_("There is no such post among yours."))
    return post


# --- Shifts --------------------------------------------------------------------------------------
@transaction.atomic
def plan(
    actor: Staff, post_pk: int, lawyer_pk: int | None, day: date, begins: time, ends: time, weeks: int = 1
) -> list[DutyShift]:
    """Plan a shift, and the same one in the weeks after up to `weeks` in all: every one of them, or none.

    Raises Invalid for hours that end before they begin, days that are over or too far, somebody who is away
    or has no business there, and an overlap, naming the day.
    """
    post = _post(actor, post_pk)
    lawyer = _lawyer(actor, post, lawyer_pk)
    days = [day + timedelta(weeks=n) for n in range(max(1, min(weeks, MOST_WEEKS)))]
    _check_hours(post, days, begins, ends)
    now = timezone.now()
    rows = [
        DutyShift(
            post=post, lawyer=lawyer, day=one, begins=begins, ends=ends, planned_by=actor, planned_at=now
        )
        for one in days
    ]
    for row in rows:
        _check_free(row)
        _store(row)
    events.looked(actor, "rota.planned", detail=f"{rows[0]} × {len(rows)}: {lawyer or '—'}")
    ring(post, [lawyer_pk])
    return rows


def _lawyer(actor: Staff, post: DutyPost, pk: int | None) -> Staff | None:
    """The lawyer to be planned, kept at work until the commit. Raises Invalid."""
    if pk is None:
        return None
    lawyer = lawyers_for(post, actor).filter(pk=pk).first()
    if lawyer is None:
        raise Invalid({"lawyer": _("This person cannot be planned for this post.")})
    staff.keep_at_work(lawyer)
    return lawyer


def _check_hours(post: DutyPost, days: list[date], begins: time, ends: time) -> None:
    if not post.is_open:
        raise Invalid({"post": _("This post is no longer in use.")})
    if ends <= begins:
        raise Invalid({"ends": _("A shift must end after it begins.")})
    if days[0] < timezone.localdate():
        raise Invalid({"day": _("This day is over.")})
    if days[-1] > timezone.localdate() + FARTHEST:
        raise Invalid({"day": _("This is more than a year ahead.")})


def _check_free(row: DutyShift) -> None:
    """Raise Invalid when the post or the lawyer of `row` is taken then, or the lawyer is away."""
    there = DutyShift.objects.standing().filter(post=row.post_id, day=row.day).exclude(pk=row.pk)
    at_post = there.filter(begins__lt=row.ends, ends__gt=row.begins).select_related("lawyer").first()
    if at_post is not None:
        told = {"day": row.day, "name": at_post.lawyer or "—", "hours": hours(at_post)}
        raise Invalid({"day": _("%(day)s: the post is planned already (%(name)s, %(hours)s).") % told})
    if row.lawyer is not None:
        check_lawyer(row, row.lawyer, besides={row.pk})


def check_lawyer(row: DutyShift, lawyer: Staff, besides: Collection[int | None]) -> None:
    """Raise Invalid when `lawyer` is away then, or on duty at a shift other than `besides` (ids)."""
    theirs = DutyShift.objects.standing().filter(lawyer=lawyer, day=row.day)
    then = theirs.filter(begins__lt=row.ends, ends__gt=row.begins).exclude(
        pk__in=[pk for pk in besides if pk]
    )
    taken = then.select_related("post").first()
    if taken is not None:
        told = {"day": row.day, "name": lawyer, "post": taken.post, "hours": hours(taken)}
        raise Invalid({"lawyer": _("%(day)s: %(name)s is on duty at %(post)s (%(hours)s).") % told})
    if Absence.objects.on(row.day).filter(lawyer=lawyer).exists():
        raise Invalid({"lawyer": _("%(day)s: %(name)s is away.") % {"day": row.day, "name": lawyer}})


def hours(row: DutyShift) -> str:
    """From when until when: 09:00–11:30."""
    return f"{row.begins:%H:%M}–{row.ends:%H:%M}"


def _store(row: DutyShift) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(_("Someone planned the same hours at this moment. Look at the rota again.")) from None


@transaction.atomic
def give(actor: Staff, shift_pk: int, lawyer_pk: int | None) -> DutyShift:
    """Give a shift to come to another lawyer, or to nobody yet; what was being swapped is off."""
    row = _kept(actor, shift_pk)
    before = row.lawyer_id
    row.lawyer = _lawyer(actor, row.post, lawyer_pk)
    _check_free(row)
    _store(row)
    void_swaps([row.pk])
    events.looked(actor, "rota.given", detail=f"{row}: {row.lawyer or '—'}")
    ring(row.post, [before, lawyer_pk])
    return row


@transaction.atomic
def call_off(actor: Staff, shift_pk: int) -> DutyShift:
    """A shift to come does not take place."""
    row = _kept(actor, shift_pk)
    row.cancelled_at = timezone.now()
    row.save(update_fields=["cancelled_at"])
    void_swaps([row.pk])
    events.looked(actor, "rota.called_off", detail=f"{row}: {row.lawyer or '—'}")
    ring(row.post, [row.lawyer_id])
    return row


def _kept(actor: Staff, shift_pk: int) -> DutyShift:
    """A shift to come at a post that `actor` plans, its post locked and itself."""
    post_pk = DutyShift.objects.filter(pk=shift_pk).values_list("post_id", flat=True).first()
    post = _post(actor, post_pk or 0)
    row = DutyShift.objects.select_for_update(no_key=True).get(pk=shift_pk)
    row.post = post
    check_to_come(row)
    return row


def check_to_come(row: DutyShift) -> None:
    """Raise Conflict unless the shift stands and its day is not over."""
    if row.cancelled_at is not None:
        raise Conflict(_("This shift was called off."))
    if row.day < timezone.localdate():
        raise Conflict(_("This day is over."))


def void_swaps(shifts: Iterable[int]) -> None:
    """Whatever is being swapped of `shifts` (ids) cannot be agreed any more."""
    pks = list(shifts)
    found = ShiftSwap.objects.filter(Q(shift__in=pks) | Q(in_return__in=pks), answered_at=None)
    found.update(answer=SwapAnswer.VOID, answered_at=timezone.now())


def deactivated(person: Staff) -> None:
    """Whoever leaves is on duty no more: their shifts to come have nobody, and the supervisor sees it."""
    rows = DutyShift.objects.to_come().filter(lawyer=person)
    void_swaps(rows.values_list("pk", flat=True))
    rows.update(lawyer=None)
    asked = ShiftSwap.objects.filter(asked=person, answered_at=None)
    asked.update(answer=SwapAnswer.VOID, answered_at=timezone.now())


def ring(post: DutyPost, people: Iterable[int | None]) -> None:
    """Ring those whose rota page shows `post`, as far as a topic of theirs is rung, and `people` (ids)."""
    topics = {f"unit:{unit}" for unit in post.unit.ancestors} | {f"staff:{pk}" for pk in people if pk}
    bell.ring([Ring(topic, "rota") for topic in sorted(topics)])
