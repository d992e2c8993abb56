"""The only door to a case's papers: what can be made now, a preview, and making one.

A paper, its number, its file and its event are one transaction under the case's lock: a kill leaves none of
them (a file without a row is swept away later).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hotline import access
from hotline.actions import collectives, documents
from hotline.enums import DocumentKind, Rung
from hotline.errors import Conflict, Invalid
from hotline.models import Case, Document, DocumentTemplate, Measure, Staff
from workflows.documents import layout, printing
from workflows.documents.blanks import Missing
from workflows.documents.facts import Request, facts
from workflows.documents.fields import label
from workflows.documents.kinds import KINDS, LETTERS, TO_EMPLOYER


@dataclass(frozen=True)
class Offer:
    """A paper that can be made of a case now, and the one that was made last."""

    kind: DocumentKind
    measure: Measure | None
    last: Document | None


class NotComplete(Invalid):
    """Facts that the paper prints are not written down yet."""

    def __init__(self, kind: DocumentKind, missing: tuple[Missing, ...]) -> None:
        super().__init__({one.name: _("Missing: %(what)s.") % {"what": label(kind, one)} for one in missing})
        self.missing = missing


def offers(case: Case) -> list[Offer]:
    """The papers that can be made of `case` as it stands; a letter is made at its signature alone."""
    measures = list(case.measures.select_related("holder"))
    newest = {(row.kind, row.about): row for row in case.documents.filter(superseded_at=None).defer("text")}
    found: list[Offer] = []
    for code, kind in KINDS.items():
        if kind.rung or case.stage not in kind.stages or kind.outcome not in (None, case.outcome):
            continue
        of: list[Measure | None] = [None]
        if kind.measures:
            of = [m for m in measures if m.kind in kind.measures]
        for measure in of:
            found.append(Offer(code, measure, newest.get((code, about(case, code, measure)))))
    return found


def about(case: Case, code: DocumentKind, measure: Measure | None) -> str:
    """What a paper is about within its case: for each such thing there is one number."""
    if measure is not None:
        return f"measure:{measure.pk}"
    kind = KINDS[code]
    owners = {"mediation": case.mediations, "referral": case.referrals, "transfer": case.transfers}
    rows: Any = owners.get(kind.about)
    row = rows.last() if rows is not None else None
    return f"{kind.about}:{row.pk}" if row else ""


def preview(request: Request) -> printing.Printed:
    """The paper as it would be made now, without a number; what is missing shows as an empty place."""
    return print_into(template_of(request.kind)[0], request)


def print_into(template: bytes, request: Request, number: str = "") -> printing.Printed:
    """The paper that a template becomes; only what the template names is read of the case."""
    return printing.fill(template, facts(request, number, printing.names(template)))


def template_of(kind: DocumentKind) -> tuple[bytes, DocumentTemplate | None]:
    """The template that papers of `kind` are made from now."""
    row = DocumentTemplate.objects.filter(kind=kind, in_use=True).first()
    if row is None:
        return layout.delivered(kind), None
    with row.file.open("rb") as file:
        return file.read(), row


@transaction.atomic
def make(
    case_pk: int, actor: Staff, kind: DocumentKind, asked: Mapping[str, str], measure_pk: int | None = None
) -> Document:
    """Make the paper `kind` of a case, with what was written for it alone.

    Raises NotVisible, NotAllowed, Conflict where it cannot be made of the case as it stands, and
    NotComplete naming all that is missing.
    """
    case = Case.objects.locked(case_pk)
    access.check(actor, "document", case)
    measure = case.measures.select_related("holder").filter(pk=measure_pk).first() if measure_pk else None
    refuse_untimely(case, kind, measure)
    return _make(Request(case, kind, actor, measure, asked))


def refuse_untimely(case: Case, code: DocumentKind, measure: Measure | None) -> None:
    """Raise Conflict unless `code` can be made of the case, or of this measure of it, as it stands."""
    kind = KINDS[code]
    if kind.rung:
        raise Conflict(_("A supervision letter gets its number and is made when it is signed."))
    if case.stage not in kind.stages:
        raise Conflict(
            _("%(paper)s is not made at this stage: the case stands at %(stage)s now.")
            % {"paper": code.label, "stage": case.get_stage_display()}
        )
    if kind.outcome not in (None, case.outcome):
        raise Conflict(
            _("%(paper)s is made where the case ended with: %(outcome)s.")
            % {"paper": code.label, "outcome": kind.outcome and kind.outcome.label}
        )
    if bool(kind.measures) != (measure is not None) or (measure and measure.kind not in kind.measures):
        raise Conflict(_("Begin the measure first that %(paper)s belongs to.") % {"paper": code.label})


def sign(measure: Measure, actor: Staff) -> Document:
    """Make the letter that `actor` signs. Call it with the case locked, inside the signature's transaction.

    Raises Invalid without the worker's consent to be named, and NotComplete.
    """
    kind = LETTERS[Rung(measure.rung)]
    case = measure.case
    if kind in TO_EMPLOYER and not collectives.may_be_named(case):
        raise Invalid(
            {"note": _("The worker has not agreed to be named to the employer: no letter may go there.")}
        )
    return _make(Request(case, kind, actor, measure))


def _make(request: Request) -> Document:
    kind = request.kind
    where = documents.place(
        request.case, kind, about(request.case, kind, request.measure), KINDS[kind].series
    )
    template, row = template_of(kind)
    printed = print_into(template, request, where.number)
    if printed.missing:
        raise NotComplete(kind, printed.missing)
    return documents.keep(
        where,
        request.actor,
        printed.content,
        printed.words,
        asked={ask.name: request.asked.get(ask.name, "") for ask in KINDS[kind].asks},
        measure=request.measure,
        template=row,
    )
