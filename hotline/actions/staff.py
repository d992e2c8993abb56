"""What an administrator does: staff, service hours, prompts. Their changes go to the access log."""

import secrets
from datetime import time
from itertools import pairwise

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hotline import access, bell, events
from hotline.actions import seats
from hotline.bell import Ring
from hotline.enums import Role
from hotline.errors import Conflict, Invalid
from hotline.models import Prompt, ServiceHours, Staff, Unit
from hotline.models.prepared import Given, Prepared
from hotline.readings import once


@transaction.atomic
def create(
    actor: Staff,
    *,
    username: str,
    name: str,
    role: Role,
    unit: Unit,
    skills: list[str],
    mobile: str,
    password: str,
) -> Staff:
    """A new member of staff with a first password that must be changed at the first sign-in.

    Raises Invalid when the user name is taken or the password is too weak.
    """
    if Staff.objects.filter(username=username).exists():
        raise Invalid({"username": _("This user name is taken.")})
    person = Staff(
        username=username,
        name=name,
        role=role,
        unit=unit,
        skills=skills,
        mobile=mobile,
        must_change_password=True,
    )
    _set_password(person, password)
    person.save()
    events.looked(actor, "staff.created", detail=username)
    return person


@transaction.atomic
def update(
    actor: Staff, pk: int, *, name: str, role: Role, unit: Unit, skills: list[str], mobile: str
) -> Staff:
    """Change a person; a new role or unit ends their sessions, for what they may see has changed.

    Raises Invalid for a new role while open cases rest on them: nobody else would take those up.
    """
    person = Staff.objects.select_for_update(no_key=True).get(pk=pk)
    if person.role != role and access.open_work(person).exists():
        raise Invalid({"role": _("Open cases rest on %(name)s: reassign them first.") % {"name": person}})
    moved = (person.role, person.unit_id) != (role, unit.pk)
    person.name, person.role, person.unit, person.skills, person.mobile = name, role, unit, skills, mobile
    person.sessions_ended += moved
    person.save(update_fields=["name", "role", "unit", "skills", "mobile", "sessions_ended"])
    events.looked(actor, "staff.updated", detail=person.username)
    if moved:
        bell.ring([Ring(f"staff:{pk}", "signed-out")])
    return person


@transaction.atomic
def reset_password(actor: Staff, pk: int, password: str) -> None:
    """Give a person a new first password; their sessions end (Django ties sessions to the password)."""
    person = Staff.objects.select_for_update(no_key=True).get(pk=pk)
    _set_password(person, password)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    events.looked(actor, "staff.password", detail=person.username)
    bell.ring([Ring(f"staff:{pk}", "signed-out")])


AT_WORK = Prepared(
    lambda: (
        Staff.objects.select_for_update(no_key=True)
        .filter(pk=Given("staff"))
        .values_list("is_active", "role", "unit_id")
    )
)


def at_work(person: Staff) -> bool:
    """Whether `person` still works in the role and unit that `person` says; they then do until the commit.

    Whoever gives someone work asks this first, with the case locked: a deactivation or a new role waits
    at the same row, and then finds the work that it has to hand over. What is given after it is refused.
    """
    found = once(("at work", person.pk), lambda: AT_WORK.rows(staff=person.pk))
    return found == [(True, person.role, person.unit_id)]


def keep_at_work(person: Staff) -> None:
    """Raise Conflict unless `person` is `at_work`, who then stays so until the commit."""
    if not at_work(person):
        raise Conflict(
            _("%(name)s was deactivated or moved meanwhile: nothing can be given to them.") % {"name": person}
        )


def suggest_password() -> str:
    """A first password that can be read out on the telephone."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _n in range(4)) for _g in range(3))


def mark_deactivated(actor: Staff, person: Staff) -> None:
    """Note the deactivation and close the person's sockets everywhere; the caller hands the work over."""
    if not person.is_active:
        raise Conflict(_("%(name)s is deactivated already.") % {"name": person})
    if person == actor:
        raise Conflict(_("Nobody deactivates themselves: ask another administrator."))
    person.is_active = False
    person.sessions_ended += 1
    person.save(update_fields=["is_active", "sessions_ended"])
    seats.deactivated(person.pk)
    events.looked(actor, "staff.deactivated", detail=person.username)
    bell.ring([Ring(f"staff:{person.pk}", "signed-out"), Ring("floor")])


@transaction.atomic
def reactivate(actor: Staff, pk: int) -> None:
    """Let a person sign in again; the sessions from before stay ended."""
    Staff.objects.filter(pk=pk).update(is_active=True)
    events.looked(actor, "staff.reactivated", detail=str(pk))


@transaction.atomic
def set_hours(actor: Staff, blocks: list[tuple[int, time, time]]) -> None:
    """Replace the week's opening times by `blocks` of (weekday, opens, closes); closes 00:00 is midnight.

    Raises Invalid when a block ends before it begins or two overlap.
    """
    minutes = sorted((day, _minute(opens), _minute(closes) or 1440) for day, opens, closes in blocks)
    if any(opens >= closes for _day, opens, closes in minutes):
        raise Invalid({"hours": _("A block must end after it begins.")})
    for (day, _opens, closes), following in pairwise(minutes):
        if following[0] == day and following[1] < closes:
            raise Invalid({"hours": _("Two blocks of one day overlap.")})
    ServiceHours.objects.all().delete()
    ServiceHours.objects.bulk_create(
        [ServiceHours(weekday=day, opens=opens, closes=closes) for day, opens, closes in blocks]
    )
    events.looked(actor, "hours.set", detail=f"{len(blocks)} blocks")


@transaction.atomic
def set_prompt(actor: Staff, key: str, text: str, play_url: str) -> None:
    """Change what the line says. Raises Invalid for an empty text."""
    if not text.strip():
        raise Invalid({"text": _("A prompt cannot be empty.")})
    if not Prompt.objects.filter(key=key).update(text=text.strip(), play_url=play_url):
        raise Invalid({"key": _("There is no such prompt.")})
    events.looked(actor, "prompt.set", detail=key)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _set_password(person: Staff, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from None
    person.set_password(password)
