"""What an administrator writes down of a lawyer: the profile, and whom they and their firm serve.

A client, or a firm, that comes to a lawyer may stand against an open case: those are checked again.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hotline import events
from hotline.actions import conflicts
from hotline.enums import Role
from hotline.errors import Invalid, NotVisible
from hotline.models import Client, LawFirm, LawyerProfile, Staff


def clients_of(lawyer: Staff) -> QuerySet[Client]:
    """The lawyer's own clients and those of their firm."""
    profile = LawyerProfile.objects.filter(staff=lawyer).first()
    firm = Q(firm=profile.firm_id) if profile and profile.firm_id else Q(pk=None)
    return Client.objects.filter(firm | Q(lawyer=lawyer)).select_related("firm")


@transaction.atomic
def save(actor: Staff, lawyer_pk: int, *, firm: str, **values: Any) -> LawyerProfile:
    """Write the profile; a firm that is not known yet is made.

    Whose firm changes has other clients now: their open cases and their colleagues' are checked again.
    """
    events.several_cases()
    lawyer = keep(lawyer_pk, firm)
    row = write(lawyer, firm=firm, **values)
    events.looked(actor, "lawyer.profile", detail=lawyer.username)
    return row


def write(lawyer: Staff, **values: Any) -> LawyerProfile:
    """The profile with `values`, of which `firm` is a name. Call it with the lawyer locked by `keep`."""
    before = LawyerProfile.objects.filter(staff=lawyer).first()
    if "firm" in values:
        values["firm"] = LawFirm.objects.get_or_create(name=values["firm"])[0] if values["firm"] else None
    row, _made = LawyerProfile.objects.update_or_create(staff=lawyer, defaults=values)
    if row.firm_id is not None and (before is None or before.firm_id != row.firm_id):
        conflicts.mark_of_lawyers(_concerned(lawyer))
    return row


@transaction.atomic
def put_client(
    actor: Staff,
    lawyer_pk: int,
    client_pk: int | None,
    *,
    of_firm: bool,
    name: str,
    aliases: list[str],
    credit_code: str,
    since: date | None,
    until: date | None,
) -> Client:
    """Write a client down, or change one of `clients_of`, and have the open cases checked again.

    Raises Invalid for a firm's client of whoever has no firm, or an end before the beginning.
    """
    events.several_cases()
    lawyer = keep(lawyer_pk)
    profile = LawyerProfile.objects.filter(staff=lawyer).first()
    firm = profile.firm if profile else None
    if of_firm and firm is None:
        raise Invalid({"of_firm": _("No law firm is written down for %(name)s.") % {"name": lawyer}})
    if since and until and until < since:
        raise Invalid({"until": _("The end lies before the beginning.")})
    row = _client(lawyer, client_pk) if client_pk else Client()
    row.lawyer, row.firm = (None, firm) if of_firm else (lawyer, None)
    row.name, row.aliases, row.credit_code = name, aliases, credit_code
    row.since, row.until = since, until
    row.save()
    conflicts.mark_of_lawyers(_concerned(lawyer))
    events.looked(actor, "lawyer.client", detail=f"{lawyer.username} {row.pk}")
    return row


def add_clients(lawyer: Staff, clients: Iterable[tuple[str, str]]) -> int:
    """Add those of `clients` (name, credit code) that are not written down yet; returns how many.

    Call it with the lawyer locked by `keep`.
    """
    known = set(Client.objects.filter(lawyer=lawyer).values_list("name", "credit_code"))
    new = [one for one in dict.fromkeys(clients) if one not in known]
    Client.objects.bulk_create(Client(lawyer=lawyer, name=name, credit_code=code) for name, code in new)
    if new:
        conflicts.mark_of_lawyers(_concerned(lawyer))
    return len(new)


@transaction.atomic
def drop_client(actor: Staff, lawyer_pk: int, client_pk: int) -> None:
    """Take away a client that was written down by mistake. One who has gone has an end instead."""
    events.several_cases()
    lawyer = keep(lawyer_pk)
    _client(lawyer, client_pk).delete()
    conflicts.mark_of_lawyers(_concerned(lawyer))
    events.looked(actor, "lawyer.client_removed", detail=f"{lawyer.username} {client_pk}")


def keep(lawyer_pk: int, firm: str = "") -> Staff:
    """The lawyer, locked together with everybody of their firm and of `firm` (a name).

    Whoever gives one of them a case at this moment sees what is written, or is seen by the check after it.
    Call it after `events.several_cases`: nobody changes firms meanwhile.
    """
    firms = LawFirm.objects.filter(Q(lawyers=lawyer_pk) | Q(name=firm)).values("pk")
    people = {lawyer_pk, *LawyerProfile.objects.filter(firm__in=firms).values_list("staff_id", flat=True)}
    rows = {row.pk: row for row in lock(Staff.objects.filter(pk__in=people))}
    if lawyer_pk not in rows:
        raise NotVisible(_("There is no such lawyer."))
    return rows[lawyer_pk]


def lock(people: QuerySet[Staff]) -> list[Staff]:
    """The lawyers among `people`, locked by id as whoever gives them work locks them."""
    return list(people.filter(role=Role.LAWYER).select_for_update(no_key=True).order_by("pk"))


def _client(lawyer: Staff, pk: int) -> Client:
    row = clients_of(lawyer).filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("There is no such client of this lawyer."))
    return row


def _concerned(lawyer: Staff) -> set[int]:
    """The lawyers whom a client of this one concerns, by id: they and those of their firm."""
    firm = LawyerProfile.objects.filter(staff=lawyer).values("firm")
    colleagues = LawyerProfile.objects.filter(firm__in=firm)
    return {lawyer.pk, *colleagues.values_list("staff_id", flat=True)}
