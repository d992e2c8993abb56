"""One case that turns out to be two matters: chosen parts become a case of their own, linked both ways."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access, events
from hotline.actions import cases, merges, sections
from hotline.enums import Channel, Matching, Role, Section
from hotline.errors import Conflict, Invalid
from hotline.models import Case, Interaction, Staff
from workflows import reception, terms

Ids = Collection[int]


@transaction.atomic
def split(
    case_pk: int, actor: Staff, reason: str, *, interactions: Ids = (), claims: Ids = (), employers: Ids = ()
) -> Case:
    """Open a case at intake out of chosen conversations, claims and employers of `case_pk`; returns it.

    Nothing is copied twice and nothing lost: what is chosen goes, what is not stays. Raises NotVisible,
    NotAllowed, Invalid naming what is missing, and Conflict when the case has changed or is closed.
    """
    events.several_cases()
    case = Case.objects.locked(case_pk)
    access.check(actor, "merge", case)
    cases.refuse_closed(case)
    _refuse(reason, bool(interactions or claims), case, interactions)
    said = list(case.interactions.filter(pk__in=interactions))
    asked = list(case.claims.filter(pk__in=claims))
    parties = list(case.employers.filter(pk__in=employers).select_related("employer"))
    if (len(said), len(asked), len(parties)) != (len(interactions), len(claims), len(employers)):
        raise Conflict(_("The case has changed meanwhile: look again and choose anew."))
    fresh = reception.open_case(case.person, Channel(said[0].channel if said else case.channel))
    merges.split(case, fresh, actor, reason, asked, parties)
    _move(said, case, fresh)
    if actor.role == Role.AGENT:
        cases.assign(fresh, "intake", actor, actor)
    for one in (case, fresh):
        _count_revisions(one, actor, bool(asked), bool(parties))
        terms.follow_limitation(one)
    return fresh


def _refuse(reason: str, chosen: bool, case: Case, interactions: Ids) -> None:
    missing: dict[str, str] = {}
    if not reason.strip():
        missing["reason"] = _("Write down why it is a matter of its own.")
    if not chosen:
        missing["parts"] = _("Choose the conversations or claims that are the other matter.")
    elif interactions and not case.interactions.exclude(pk__in=interactions).exists():
        missing["parts"] = _("One conversation stays: a case has at least one.")
    if missing:
        raise Invalid(missing)


def _move(said: list[Interaction], case: Case, fresh: Case) -> None:
    # As a single conversation is moved by hand: one press brings it back.
    for one in said:
        one.case, one.previous_case, one.matching = fresh, case, Matching.MOVED
        one.save(update_fields=["case", "previous_case", "matching"])
        one.attachments.update(case=fresh)


def _count_revisions(case: Case, actor: Staff, claims: bool, employers: bool) -> None:
    """Whoever has these sections open began from what no longer stands."""
    for section, changed in ((Section.CLAIMS, claims), (Section.EMPLOYERS, employers)):
        if changed:
            row = sections.revision_of(case, section)
            row.revision, row.saved_by, row.saved_at = row.revision + 1, actor, timezone.now()
            row.save(update_fields=["revision", "saved_by", "saved_at"])
