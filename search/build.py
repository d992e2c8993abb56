"""From the rows of a case to what is searched and shown of it: everything written or said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Model, Prefetch, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hotline import crypto
from hotline.enums import ClaimKind, Jurisdiction
from hotline.models import (
    ArbitrationEntry,
    Attachment,
    AttachmentText,
    Call,
    Case,
    Claim,
    Clock,
    Dispatch,
    Document,
    Employer,
    Event,
    Evidence,
    Interaction,
    Measure,
    MeasureEntry,
    Mediation,
    MediationSession,
    Member,
    MemberClaim,
    Proposal,
    QualityCheck,
    Referral,
    ReturnVisit,
    Review,
    StandIn,
    TermEvent,
    TranscriptLine,
    Transfer,
)
from hotline.models.cases import BY_HAND
from search import masking
from search.document import CaseDocument, paths_above

_EVENT_TEXTS = {"text": _("Note"), "reason": _("Reason"), "note": _("Remark")}
"""What people wrote into an event's data, by its key."""


@dataclass(frozen=True)
class Text:
    """One piece of what was written or said, and where in the case it stands."""

    label: str | Promise
    text: str


def with_texts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """`cases` with all rows that the functions below read, in a fixed number of queries."""
    spoken = Interaction.objects.select_related("call", "message", "contact").prefetch_related(
        _read("call__transcript", TranscriptLine.objects.all())
    )
    written = Event.objects.filter(data__has_any_keys=list(_EVENT_TEXTS))
    mediations = Mediation.objects.select_related("unit").prefetch_related(
        _read("sessions", MediationSession.objects.all()), _read("proposals", Proposal.objects.all())
    )
    members = Member.objects.prefetch_related(_read("claims", MemberClaim.objects.all()))
    referrals = Referral.objects.prefetch_related(_read("entries", ArbitrationEntry.objects.all()))
    measures = Measure.objects.prefetch_related(_read("entries", MeasureEntry.objects.all()))
    return cases.select_related("unit", "offered_to", "person", "category").prefetch_related(
        "person__contacts",
        "employers__employer",
        _read("claims", Claim.objects.all()),
        _read("evidence", Evidence.objects.all()),
        _read("reviews", Review.objects.all()),
        _read("mediations", mediations),
        _read("members", members),
        _read("referrals", referrals),
        _read("measures", measures),
        _read("checks", QualityCheck.objects.all()),
        _read("visits", ReturnVisit.objects.all()),
        _read("stand_ins", StandIn.objects.select_related("absence", "case")),
        _read("term_events", TermEvent.objects.all()),
        _read("clocks", Clock.objects.filter(source__startswith=BY_HAND)),
        _read("transfers", Transfer.objects.all()),
        _read("dispatches", Dispatch.objects.select_related("unit")),
        _read("documents", Document.objects.all()),
        _read("attachments", Attachment.objects.select_related("reading")),
        _read("interactions", spoken),
        _read("events", written),
    )


def _read(relation: str, rows: QuerySet[Any]) -> "Prefetch[Any, Any, Any]":
    # As a list: a query set of its own for each case and relation takes longer than all the reading.
    return Prefetch(relation, rows, to_attr=f"read_{relation.rpartition('__')[2]}")


def _rows(row: Model, relation: str) -> Iterable[Any]:
    """The rows of `relation`, as `with_texts` has read them."""
    read: list[Any] | None = row.__dict__.get(f"read_{relation}")
    return getattr(row, relation).all() if read is None else read


def document(case: Case) -> CaseDocument:
    """What the index gets of `case` (read through `with_texts`), without anything sensitive in clear."""
    said, parties, head = list(_said(case)), list(_parties(case)), list(_head(case))
    everything = [one.text for one in (*said, *parties, *head)]
    identities = [number for text in everything for number in masking.identity_numbers(text)]
    members = list(_rows(case, "members"))
    keys = {case.person.identity_hash, *(one.identity_hash for one in members)}
    keys |= {*(crypto.keyed_hash(number) for number in identities)}
    employers = [part.employer for part in case.employers.all()]
    return CaseDocument(
        case_id=case.pk,
        version=case.version,
        number=case.number,
        opened_at=case.opened_at,
        touched_at=case.updated_at,
        stage=case.stage,
        urgency=case.urgency,
        category=case.category_id or "",
        district=case.district_code,
        next_due=case.next_due,
        # Whom it is offered to is that unit alone; those above it see it once it is accepted.
        unit_paths=paths_above([case.unit.path]) + ((case.offered_to.path,) if case.offered_to else ()),
        lawyer_id=case.lawyer_id,
        agent_id=case.agent_id,
        mediator_id=case.mediator_id,
        mediation_paths=paths_above(row.unit.path for row in _rows(case, "mediations")),
        holder_ids=tuple(sorted(_holders(case))),
        head=_hidden(head),
        texts=_hidden([*said, *parties]),
        names=tuple(dict.fromkeys(filter(None, (case.person.name, *(one.name for one in members))))),
        employers=tuple(dict.fromkeys(name for employer in employers for name in _names_of(employer))),
        codes=tuple(dict.fromkeys(employer.credit_code for employer in employers if employer.credit_code)),
        phones=tuple(numbers(case)),
        keys=tuple(sorted(keys - {""})),
    )


def _hidden(found: Iterable[Text]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(masking.hide_sensitive(one.text) for one in found if one.text))


def numbers(case: Case) -> list[str]:
    """The telephone numbers and addresses of the case's worker, its members, and of who called or wrote."""
    found = [contact.value for contact in case.person.contacts.all()]
    found += [member.phone for member in _rows(case, "members")]
    for interaction in _rows(case, "interactions"):
        found += [interaction.contact.value] if interaction.contact else []
        found.append(interaction.address)
    return list(dict.fromkeys(filter(None, found)))


def employer_names(case: Case) -> list[str]:
    """The names of the case's employers, each once."""
    return list(dict.fromkeys(part.employer.name for part in case.employers.all()))


def texts(case: Case) -> Iterator[Text]:
    """Everything written or said in `case`, each text once; the worker's name is not among it."""
    seen: set[str] = set()
    for one in _all_texts(case):
        if one.text and one.text not in seen:
            seen.add(one.text)
            yield one


def _all_texts(case: Case) -> Iterator[Text]:
    yield from _head(case)
    for part in case.employers.all():
        yield from (Text(_("Employer"), name) for name in _names_of(part.employer))
        yield from _fields(part.employer, "credit_code")
    yield from _said(case)
    yield from _parties(case)


def _head(case: Case) -> Iterator[Text]:
    """What the case is about in one line."""
    yield from _fields(case, "summary")
    if case.category:
        yield Text(_("Category"), case.category.name_zh)
        yield Text(_("Category"), case.category.name_en)


def _names_of(employer: Employer) -> list[str]:
    return [employer.name, *map(str, employer.aliases)]


def _parties(case: Case) -> Iterator[Text]:
    """Of the worker and the employers, what is no name and no number."""
    for part in case.employers.all():
        yield from _fields(part.employer, "industry", "ownership", "address")
    yield from _fields(case.person, "address", "contact_note")


def _said(case: Case) -> Iterator[Text]:
    yield from _fields(case, "narrative", "wishes")
    for interaction in _rows(case, "interactions"):
        yield from _spoken(interaction)
    yield from (
        Text(label, event.data[key])
        for event in _rows(case, "events")
        for key, label in _EVENT_TEXTS.items()
        if isinstance(event.data.get(key), str)
    )
    yield from _findings(case)
    for row in _rows(case, "attachments"):
        yield from _file(row)
    for paper in _rows(case, "documents"):
        yield Text(paper.get_kind_display(), paper.number)
        yield Text(paper.get_kind_display(), paper.text)


def _file(row: Attachment) -> Iterator[Text]:
    if row.sensitive:
        return
    yield Text(_("File"), row.name)
    reading: AttachmentText | None = getattr(row, "reading", None)
    if reading is not None:
        yield Text(row.name, reading.text)


def _spoken(interaction: Interaction) -> Iterator[Text]:
    call: Call | None = getattr(interaction, "call", None)
    message = getattr(interaction, "message", None)
    if message is not None:
        yield Text(_("Message"), message.body)
    if call is not None:
        yield Text(_("Call note"), call.note)
        yield from (Text(_("Said in a call"), line.text) for line in _rows(call, "transcript"))


def _findings(case: Case) -> Iterator[Text]:
    yield from _fields(case, "outcome_note")
    for claim in _rows(case, "claims"):
        yield from (Text(_("Claim"), name) for name in _names(ClaimKind)[claim.kind])
        yield from _fields(claim, "basis", "period", "amount")
    for piece in _rows(case, "evidence"):
        yield from _fields(piece, "name", "proves", "source")
    for member in _rows(case, "members"):
        yield from _fields(member, "evidence")
        for claim in _rows(member, "claims"):
            yield from _fields(claim, "basis", "period", "amount")
    for review in _rows(case, "reviews"):
        yield from _fields(review, "opinion", "law")
    for mediation in _rows(case, "mediations"):
        yield from _fields(mediation, "notes", "agreement", "amount")
        for session in _rows(mediation, "sessions"):
            yield from _fields(session, "place", "invited", "minutes")
        for proposal in _rows(mediation, "proposals"):
            yield from _fields(proposal, "text", "amount", "answers")
    for measure in _rows(case, "measures"):
        yield from _fields(measure, "addressee", "purpose")
        for entry in _rows(measure, "entries"):
            yield from _fields(entry, "reference", "text", "note", "amount")
    for check in _rows(case, "checks"):
        yield from (Text(_("Check"), one["ground"]) for one in check.scores)
        yield from _fields(check, "note")
    for visit in _rows(case, "visits"):
        yield from _fields(visit, "spoke_with", "more", "note")
    for term_event in _rows(case, "term_events"):
        yield from _fields(term_event, "note", "struck_reason")
    for clock in _rows(case, "clocks"):
        if clock.source.startswith(BY_HAND):
            yield Text(_("Deadline"), clock.source.removeprefix(BY_HAND))
    for transfer in _rows(case, "transfers"):
        yield Text(_("Transferred out"), f"{transfer.code} {transfer.get_code_display()}")
        yield from _fields(transfer, "body", "phone", "reason")
    for sent in _rows(case, "dispatches"):
        yield Text(_("Dispatched"), sent.unit.name)
        yield from _fields(sent, "note", "reason")
    for referral in _rows(case, "referrals"):
        yield from _fields(
            referral, "commission", "jurisdiction", "register_note", "urgent_reason", "reference", "refusal"
        )
        if referral.ground:
            yield from (
                Text(_("Ground of jurisdiction"), name) for name in _names(Jurisdiction)[referral.ground]
            )
        yield from _fields(referral, "award", "final_words", "amount")
        for entry in _rows(referral, "entries"):
            yield from _fields(entry, "place", "note", "amount", "struck_reason")


@cache
def _names(kinds: type[TextChoices]) -> dict[str, tuple[str, ...]]:
    """What each of `kinds` is called, in each language of the pages."""
    names: dict[str, tuple[str, ...]] = {}
    for kind in kinds:
        for language, _name in settings.LANGUAGES:
            with override(language):
                names[kind] = (*names.get(kind, ()), str(kind.label))
    return names


def _fields(row: Model, *names: str) -> Iterable[Text]:
    for name in names:
        value = getattr(row, name)
        if value not in (None, ""):
            label: str | Promise = getattr(row._meta.get_field(name), "verbose_name", name)
            yield Text(label, str(value))


def _holders(case: Case) -> set[int]:
    """Who sees the case for a while: by a call, by a measure, or in the place of its lawyer."""
    calls = [getattr(interaction, "call", None) for interaction in _rows(case, "interactions")]
    holders = {call.agent_id for call in calls if call and call.agent_id and call.wrapped_up_at is None}
    holders |= {row.holder_id for row in _rows(case, "measures") if row.holder_id and row.is_open}
    return holders | {row.substitute_id for row in _rows(case, "stand_ins") if row.holds}
