"""How what comes in gets its case: receive it, open one, move a conversation to another and back.

Each function is one transaction with its events; locks in the order of docs/architecture.md.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline import access, events
from hotline.actions import cases, collectives
from hotline.enums import Channel, ContactKind, Direction, Matching
from hotline.errors import Conflict, NotVisible
from hotline.models import Case, Contact, Interaction, Member, Person, Staff
from hotline.models.prepared import Given, Prepared, insert, insert_unless_there
from hotline.moments import to_the_second
from workflows import terms
from workflows.flow import CaseFlow


@dataclass(frozen=True)
class Arrival:
    """A call or message as it comes in (or goes out), before it has a case."""

    channel: Channel
    provider_id: str | None
    address: str
    """The other side as the carrier wrote it; may be anonymous."""
    number: str | None
    """The same in E.164, else an address that tells one sender from another; None for a withheld one."""
    direction: Direction
    at: datetime
    provider: str = "twilio"


@dataclass(frozen=True)
class Received:
    """Where an arrival has gone."""

    interaction: Interaction
    case: Case
    fresh: bool
    """False: it was here already, and nothing was written."""
    opened: bool
    """True: it opened this case."""


@transaction.atomic(savepoint=False)
def receive(arrival: Arrival, *, case: Case | None = None) -> Received:
    """Store an arrival once, in `case`, else in the sender's newest open case, else in a new one.

    Who has none and is a member of one open collective case has that one.

    The carrier may deliver twice, at the same moment: the second finds the first's row.
    """
    contact, known = _locked_contact(arrival)
    several, member = False, None
    if case is None and contact is not None and known:
        case, several = cases.newest_open_case(contact)
        if case is not None and case.person_id != contact.person_id:
            member = collectives.member_of_merged(case, contact.person_id)
    if case is None and contact is not None and arrival.direction == Direction.INBOUND:
        case, member = collectives.case_of_caller(contact)
    if case is not None:
        matching = Matching.MEMBER if member else Matching.SEVERAL if several else Matching.JOINED
        return _store(arrival, contact, case, matching, member)
    if found := _known(arrival):
        return found
    # Senders without a number have no contact to wait in line at: the unique key decides, and the
    # savepoint takes the loser's new case away.
    with transaction.atomic():
        person = contact.person if contact else insert(Person(created_at=arrival.at))
        case = open_case(person, arrival.channel, at=arrival.at)
        received = _store(arrival, contact, case, Matching.NEW)
        if not received.fresh:
            transaction.set_rollback(True)
    return received


KNOWN = Prepared(
    lambda: (
        Interaction.objects.select_related("case")
        .filter(provider=Given("provider"), provider_id=Given("provider_id"))
        .order_by()
    )
)


CONTACT = Prepared(
    lambda: Contact.objects.select_for_update(no_key=True).filter(value=Given("value")).order_by()
)


def _known(arrival: Arrival) -> Received | None:
    if arrival.provider_id is None:
        return None
    row = KNOWN.first(provider=arrival.provider, provider_id=arrival.provider_id)
    return Received(row, row.case, fresh=False, opened=False) if row else None


def _store(
    arrival: Arrival, contact: Contact | None, case: Case, matching: Matching, member: Member | None = None
) -> Received:
    """Insert the arrival into `case`, unless its unique key is there: then where that one has gone."""
    interaction = Interaction(
        case=case,
        contact=contact,
        channel=arrival.channel,
        direction=arrival.direction,
        provider=arrival.provider,
        provider_id=arrival.provider_id,
        address=arrival.address[:120],
        matching=matching,
        member=member,
        at=arrival.at,
    )
    if not insert_unless_there(interaction):
        found = _known(arrival)
        assert found is not None  # whoever inserted it has committed, or is this transaction
        return found
    events.record(
        case,
        f"{arrival.channel.lower()}.{arrival.direction.lower()}",
        at=arrival.at,
        topics=["floor"],
        interaction=interaction.pk,
        matching=matching,
    )
    return Received(interaction, case, fresh=True, opened=matching == Matching.NEW)


def _locked_contact(arrival: Arrival) -> tuple[Contact | None, bool]:
    """The sender's contact row, locked, and whether it was here before.

    It is made with a new person where the sender is new.
    """
    if arrival.number is None:
        return None, False
    found = CONTACT.first(value=arrival.number)
    if found is not None:
        return found, True
    person = insert(Person(created_at=arrival.at))
    kind = ContactKind.PHONE if arrival.number.startswith("+") else ContactKind.OTHER
    fresh = Contact(value=arrival.number, kind=kind, person=person)
    # Ours until the commit: whoever inserts the same meanwhile waits for it.
    if insert_unless_there(fresh):
        return fresh, False
    # Another transaction has made it at the same moment; now it is locked.
    person.delete()
    return CONTACT.first(value=arrival.number), True


@transaction.atomic(savepoint=False)
def open_case(person: Person, channel: Channel, *, at: datetime | None = None) -> Case:
    """A new case with its flow, standing at intake."""
    at = at or timezone.now()
    case = cases.open_case(person, channel, at=at, begins=terms.service(at))
    CaseFlow.opened.run(case=case, entry="intake")
    return case


@transaction.atomic
def move_to_new_case(interaction_pk: int, actor: Staff) -> Case:
    """Another matter: give the interaction a case of its own; `move_back` undoes it. Raises Conflict."""
    interaction, case = _locked_interaction(interaction_pk, actor)
    if interaction.previous_case is not None:
        raise _moved_already(interaction)
    fresh = open_case(case.person, Channel(interaction.channel))
    _move(interaction, case, fresh, actor, previous=case)
    if hasattr(interaction, "call") and interaction.call.agent_id == actor.pk:
        cases.assign(fresh, "intake", actor, actor)
    return fresh


@transaction.atomic
def move_back(interaction_pk: int, actor: Staff) -> Case:
    """The same matter after all: put the interaction back where it was before it was moved by hand.

    Raises NotVisible unless the actor sees that case with the interaction in it: who holds a call does.
    """
    interaction, case = _locked_interaction(interaction_pk, actor)
    if interaction.previous_case is None:
        raise Conflict(_("This was not moved from another case."))
    target = Case.objects.locked(interaction.previous_case.pk)
    _move(interaction, case, target, actor, previous=None)
    access.check(actor, "intake", target)
    return target


def _locked_interaction(pk: int, actor: Staff) -> tuple[Interaction, Case]:
    events.several_cases()
    found = Interaction.objects.filter(pk=pk).values_list("case_id", "previous_case_id").first()
    if found is None:
        raise NotVisible(_("There is no such conversation among yours."))
    # In the order of their ids, so that two moves at once cannot lock up.
    for case_pk in sorted(pk for pk in found if pk):
        Case.objects.locked(case_pk)
    case = Case.objects.get(pk=found[0])
    access.check(actor, "intake", case)
    interaction = Interaction.objects.select_related("previous_case").get(pk=pk)
    if (interaction.case_id, interaction.previous_case_id) != found:  # since we looked, before the lock
        raise _moved_already(interaction)
    return interaction, case


def _moved_already(interaction: Interaction) -> Conflict:
    moves = interaction.case.events.filter(kind="interaction.moved", data__interaction=interaction.pk)
    last = moves.select_related("actor").order_by("sequence").last()
    if last is None:
        return Conflict(_("This conversation was moved meanwhile: look again."))
    return Conflict(
        _("%(who)s moved this conversation to %(number)s at %(when)s.")
        % {"who": last.actor, "number": interaction.case.number, "when": to_the_second(last.at)}
    )


def _move(interaction: Interaction, source: Case, target: Case, actor: Staff, previous: Case | None) -> None:
    if not target.is_open:
        raise Conflict(_("The other case is closed: reopen it first."))
    interaction.case, interaction.previous_case, interaction.matching = target, previous, Matching.MOVED
    interaction.save(update_fields=["case", "previous_case", "matching"])
    interaction.attachments.update(case=target)
    for case, other in ((source, target), (target, source)):
        events.record(
            case,
            "interaction.moved",
            actor=actor,
            interaction=interaction.pk,
            to=target.number,
            away=case is source,
            other=other.number,
        )
