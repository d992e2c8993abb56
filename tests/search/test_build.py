"""Whatever is written about a case is in its document, or there is a reason why not."""

from hashlib import sha256
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from hotline.models import Case
from search.build import document, with_texts
from search.fields import CONTENT_VERSION
from tests.conftest import Drive

SEARCHED = {
    "Person": "name address contact_note",
    "Contact": "value",
    "Employer": "name aliases credit_code industry ownership address",
    "Category": "name_zh name_en",
    "Case": "number summary narrative wishes outcome_note district_code",
    "Claim": "period basis",
    "Member": "name phone evidence",
    "MemberClaim": "period basis",
    "Review": "opinion law",
    "Mediation": "proposal notes agreement",
    "ArbitrationEntry": "place note struck_reason",
    "Evidence": "name proves source",
    "Referral": "commission jurisdiction register_note urgent_reason reference refusal award final_words",
    "Measure": "addressee purpose",
    "MeasureEntry": "reference text note",
    "TermEvent": "note struck_reason",
    "Clock": "source",  # where a person wrote it
    "QualityCheck": "note scores",
    "ReturnVisit": "spoke_with more note",
    "Transfer": "body phone reason",
    "Dispatch": "note reason",
    "MediationSession": "place invited minutes",
    "Proposal": "text answers",
    "Interaction": "address",
    "Call": "note",
    "TranscriptLine": "text",
    "Message": "body",
    "Attachment": "name",
    "AttachmentText": "text",
    "Document": "number text",
    "Event": "data",
}
NOT_SEARCHED = {
    "Person": "identity_token identity_hash priority_groups",  # found by its keyed hash; codes
    "Employer": "district_code",
    "Category": "code request_kind",  # by its names, and category:
    "Case": "street_code chain_head",
    "Member": "identity_token identity_hash limitation_rule",
    "Review": "decision",  # codes, here and below
    "Mediation": "result",
    "Referral": "next_step",
    "Measure": "step",
    "MeasureEntry": "step decision",
    "Clock": "rule derivation told",  # reckoned, not said
    "TermEvent": "kind",
    "QualityCheck": "sheet decision",
    "ReturnVisit": "decision",
    "Draft": "section data",  # not yet said to anybody
    "Interaction": "provider provider_id",
    "Call": "skill agent_call_sid conference_sid",
    "TranscriptLine": "transcription_sid",
    "Recording": "sid source url sha256",
    "Message": "error_code purpose",
    "StaffNotice": "purpose body provider_id error_code",  # names no worker; about a case, not of it
    "Attachment": "content_type sha256 source_url problem",
    "Document": "about asked sha256 pdf_problem",  # what was asked stands in the text
    "Event": "kind previous_hash hash",
    "Access": "what detail reason",  # who looked, not what happened
    "SearchMark": "problem",
    "ConflictCheck": "against findings word",  # clients of lawyers: for supervisors only
}
NOT_OF_A_CASE = (  # or said again in an event
    "Unit Staff Seat ServiceHours Prompt NumberSeries SectionRevision CaseEmployer Callback RuleVersion "
    "FigureVersion CalendarDay CalendarYear BookChange Reminder DigestSent Offer Doorbell CarrierEvent "
    "Heartbeat DocumentTemplate Payment CaseProcess MeasureProcess SearchDrift SavedSearch SearchHit "
    "SearchNotice RecentSearch ListExport Duty Emergency LawFirm LawyerProfile Client Absence Merge "
    "Collective DutyPost ShiftSwap"
)


def test_each_text_that_is_stored_of_a_case_is_searched_or_has_a_reason() -> None:
    undecided = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in {"hotline", "workflows"} and model.__name__ not in NOT_OF_A_CASE.split()
        for field in model._meta.concrete_fields
        if _is_text(field)
        and field.name not in SEARCHED.get(model.__name__, "").split()
        and field.name not in NOT_SEARCHED.get(model.__name__, "").split()
    ]
    assert undecided == []


def test_when_more_is_read_of_a_case_the_index_is_built_anew() -> None:
    """Write the new digest here, and raise CONTENT_VERSION by one: the worker then builds by itself."""
    said = sha256(repr(sorted(SEARCHED.items())).encode()).hexdigest()[:12]
    assert (CONTENT_VERSION, said) == (2, "744f64774e8d")


def _is_text(field: Any) -> bool:
    return isinstance(field, models.TextField | models.JSONField) or (
        isinstance(field, models.CharField) and not field.choices
    )


@pytest.mark.django_db
def test_the_ground_of_jurisdiction_is_found_in_both_languages(case: Case, drive: Drive) -> None:
    case = drive.to_acceptance(case)
    [read] = with_texts(Case.objects.filter(pk=case.pk))
    assert {"劳动合同履行地", "Place where the contract is performed"} <= set(document(read).texts)
