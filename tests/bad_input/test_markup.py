"""Whatever is typed or sent is shown as text: in no page does it become markup, and every page opens."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from hotline.enums import Section
from hotline.models import Case, Person, Staff
from search import outbox
from tests.conftest import Drive
from workflows import mediation, reception, steps
from workflows.decisions import Decision

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7|add:7 }}欠薪"


def test_nothing_typed_becomes_markup(
    case: Case,
    drive: Drive,
    agent: Staff,
    lawyer: Staff,
    supervisor: Staff,
    mediator: Staff,
    arrive: Callable[..., reception.Received],
    client_of: SignIn,
) -> None:
    write_everywhere(case, drive, agent, lawyer, arrive)
    while outbox.drain():
        pass
    pages = [f"/cases/{case.pk}/?all=1", "/cases/", "/search/?q=欠薪", f"/cases/{case.pk}/flow.svg"]
    parts = ("head", "facts", "timeline", "work", "mediation")
    pages += [f"/cases/{case.pk}/parts/{part}/" for part in parts]
    for person in (agent, lawyer, supervisor, mediator):
        browser = client_of(person)
        for page in [*pages, {"SUPERVISOR": "/floor/", "AGENT": "/desk/"}.get(person.role, "/cases/")]:
            answer = browser.get(page)
            words = answer.content.decode()
            assert answer.status_code == 200, (person.role, page)
            assert "<script>alert" not in words and "<img src=x" not in words and "14欠薪" not in words


def write_everywhere(
    case: Case, drive: Drive, agent: Staff, lawyer: Staff, arrive: Callable[..., reception.Received]
) -> None:
    """EVIL in every text that a person or a worker can write."""
    Person.objects.filter(pk=case.person_id).update(address=EVIL, contact_note=EVIL)
    arrive("+8613800005678", address=EVIL)
    steps.save(case.pk, Section.CALLER, agent, 0, {"name": EVIL[:60]})
    drive.save(case, Section.EMPLOYERS, agent, rows=[{"name": EVIL, "role": "EMPLOYER", "aliases": [EVIL]}])
    drive.save(case, Section.CLAIMS, agent, rows=[{"kind": "WAGES", "period": EVIL[:60], "basis": EVIL}])
    drive.save(
        case, Section.INTAKE, agent, category=drive.category, narrative=EVIL, summary=EVIL, wishes=EVIL,
        known_on=date(2026, 9, 12),
    )  # fmt: skip
    from hotline.actions import notes

    notes.add_note(case.pk, agent, EVIL)
    case.refresh_from_db()
    drive.complete(case, agent, Decision.REVIEW, note=EVIL)
    drive.save(case, Section.REVIEW, lawyer, opinion=EVIL, law=EVIL, limitation_from=date(2026, 9, 12))
    steps.complete(
        current(case), lawyer, Decision.MEDIATE,
        {"unit": drive.unit, "applied_on": date.today(), "note": EVIL},
    )  # fmt: skip
    drive.save(case, Section.MEDIATION, drive.mediator, notes=EVIL)
    case.refresh_from_db()
    mediation.plan_session(case.pk, drive.mediator, timezone.now(), EVIL[:100], EVIL[:200])
    drive.agree(case, (date.today(), "100.00"), text=EVIL)


def current(case: Case) -> int:
    """The id of the present step."""
    task = steps.current_task(case)
    assert task is not None
    return task.pk
