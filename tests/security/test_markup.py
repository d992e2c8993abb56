"""Markup in every text that people or the carrier write, and every page walked: it never becomes markup."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.urls import get_resolver

from hotline.models import (
    Access,
    CarrierEvent,
    Case,
    Doorbell,
    Draft,
    Heartbeat,
    Message,
    NumberSeries,
    Prompt,
    SearchMark,
    Staff,
    Unit,
)
from hotline.telephony import twiml
from search import outbox
from tests.bad_input.conftest import called, rows
from tests.conftest import Drive
from tests.fuzz.world import _patterns as patterns
from tests.security.markup import Elements
from tests.security.test_responses import address

__all__ = ["called", "rows"]
pytestmark = pytest.mark.django_db
MARK = "\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}欠薪"
SHORT = "\"'><b onx=1>"
OURS = {Access, CarrierEvent, Doorbell, Heartbeat, NumberSeries, SearchMark}
"""Nobody's words stand in these."""
KEYS = {
    "username", "password", "path", "code", "key", "chain_head", "hash", "previous_hash", "kind", "stage",
    "provider", "provider_id", "sid", "identity_token", "identity_hash", "sha256", "rule", "section", "role",
    "outcome", "decision", "result", "skill", "purpose", "conference_sid", "agent_call_sid", "value",
    "transcription_sid", "source", "email", "number",
}  # fmt: skip
"""Ours, or shown to nobody; the number of a case is its address in every list."""


def planted_fields() -> Iterator[tuple[type[models.Model], Any]]:
    """Each column for free text in the hotline's own tables."""
    for model in apps.get_app_config("hotline").get_models():
        for field in model._meta.concrete_fields:
            free = isinstance(field, models.CharField | models.TextField) and not field.choices
            if model not in OURS and free and not field.is_relation and field.name not in KEYS:
                yield model, field


def mark_for(field: Any) -> str:
    """The longest of the marks that the column holds."""
    limit = field.max_length or 10_000
    return MARK if len(MARK) <= limit else SHORT[:limit]


def plant() -> set[str]:
    """Write a mark into every free text of every row; the names of the columns that hold one now."""
    held = set()
    for model, field in planted_fields():
        mark = mark_for(field)
        with transaction.atomic():
            if model._default_manager.update(**{field.name: mark}):
                held.add(f"{model.__name__}.{field.name}")
    for case in Case.objects.all():
        for event in case.events.all():
            data = {
                k: MARK if isinstance(v, str) and k in {"note", "text", "reason", "name"} else v
                for k, v in event.data.items()
            }
            type(event).objects.filter(pk=event.pk).update(data=data)
    return held


@pytest.mark.services
def test_no_text_becomes_markup_on_any_page(
    rows: dict[str, int], case: Case, drive: Drive, prompts: None, client_of: Callable[[Staff], Client],
    supervisor: Staff, admin: Staff,
) -> None:  # fmt: skip
    drive.to_award(case)
    Draft.objects.create(
        case=case, section="NOTE", staff=drive.agent, data={"text": [MARK]}, updated_at=case.opened_at
    )
    held = plant()
    assert {"Case.narrative", "Person.name", "Employer.name", "Claim.basis", "TranscriptLine.text"} & held
    Case.objects.update(lawyer=drive.lawyer)
    SearchMark.objects.all().update(version=0)
    while outbox.drain():
        pass
    found, seen = [], 0
    for person in (drive.agent, drive.lawyer, drive.mediator, supervisor, admin):
        browser = client_of(Staff.objects.get(pk=person.pk))
        for path in pages(rows):
            for headers in ({}, {"HX-Request": "true"})[: 2 if person == drive.agent else 1]:
                answer = browser.get(path, headers=headers)
                seen += answer.status_code == 200
                found += [f"{person.role} {path}: {what}" for what in wrong_with(answer)]
    assert seen > 60 and not found, found[:20]


def pages(row_ids: dict[str, int]) -> list[str]:
    """All addresses, and those with questions in them."""
    asked = ["/search/?q=欠薪", f"/search/?q={MARK}", f"/cases/?q={MARK}", f"/cases/{row_ids['case']}/?all=1"]
    asked += [f"/cases/?after={MARK}", f"/staff/?q={MARK}", f"/accounts/login/?next={MARK}"]
    parts = ["head", "facts", "timeline", "work"]
    asked += [f"/cases/{row_ids['case']}/parts/{part}/" for part in parts]
    sections = ["CALLER", "EMPLOYERS", "CLAIMS", "EVIDENCE", "REVIEW", "MEDIATION", "REFERRAL"]
    asked += [f"/cases/{row_ids['case']}/sections/{name}/" for name in sections]
    asked += [f"/desk/parts/{name}/" for name in ("queue", "bar", "call", "wrap", "form", "caller")]
    return [
        address(route, row_ids) for route, _p in patterns(get_resolver()) if "twilio" not in route
    ] + asked


def wrong_with(answer: Any) -> list[str]:
    """What of the answer is markup, or was worked as a template."""
    if answer.streaming:
        b"".join(answer.streaming_content)
        return []
    if "openxmlformats" in answer.headers.get("Content-Type", ""):  # an archive, to be kept and not shown
        assert answer.headers["Content-Disposition"].startswith("attachment")
        return []
    words, kind = answer.content.decode(), answer.headers.get("Content-Type", "")
    wrong = ["worked as a template"] if "14欠薪" in words else []
    wrong += [f"{answer.status_code}"] if answer.status_code == 500 else []
    wrong += ["a header"] if any("<img" in v for n, v in answer.headers.items() if n != "HX-Trigger") else []
    if "svg" in kind:
        wrong += [e.tag for e in ElementTree.fromstring(words).iter() if e.tag.endswith(("img", "b"))]  # noqa: S314
    elif "html" in kind:
        wrong += Elements(words).planted
    elif "json" in kind:
        wrong += ["json"] if answer.headers["X-Content-Type-Options"] != "nosniff" else []
    return wrong


def test_what_the_line_says_is_said_and_never_a_verb(prompts: None) -> None:
    Prompt.objects.update(text="</Say><Dial>+8613800000000</Dial>" + MARK)
    for response in (twiml.menu(), twiml.closed(), twiml.place(3), twiml.goodbye(), twiml.apology(rows=True)):
        tags = {element.tag for element in ElementTree.fromstring(str(response)).iter()}  # noqa: S314 - ours
        assert "Dial" not in tags and "img" not in tags


def test_a_text_message_names_nobody_and_holds_nothing_typed(case: Case, drive: Drive) -> None:
    drive.save(case, "CALLER", drive.agent, name=MARK[:60], may_text="YES")
    Unit.objects.update(name=MARK[:50])
    drive.to_review(case)
    bodies = list(Message.objects.exclude(purpose="").values_list("body", flat=True))
    assert bodies and not any("<" in body or "{{" in body for body in bodies)
