"""Prepared statements do what the ORM does, and are compiled once."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hotline.actions import cases
from hotline.models import Case, Contact, Interaction, Person, Staff
from hotline.models.cases import LOCKED
from hotline.models.prepared import Given, Prepared, insert, insert_unless_there, update
from workflows import reception
from workflows.flow import CaseFlow
from workflows.models import CaseProcess

pytestmark = pytest.mark.django_db
Arrive = Callable[..., reception.Received]


def values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_is_read_as_by_the_orm(arrive: Arrive) -> None:
    Person.objects.update(priority_groups=["老年人"])
    case = arrive("+8613800000001").case
    found, known = LOCKED.first(pk=case.pk), Case.objects.select_related("unit", "person").get(pk=case.pk)
    assert found is not None and values(found) == values(known)
    with CaptureQueriesContext(connection) as told:  # what is joined is there
        assert values(found.person) == values(known.person) and values(found.unit) == values(known.unit)
    assert not told.captured_queries
    found.summary = "改"
    found.save()
    assert Case.objects.get(pk=case.pk).summary == "改"


def test_it_is_compiled_once_and_run_with_new_values(arrive: Arrive) -> None:
    asked = []

    def declare() -> models.QuerySet[Contact, tuple[Any, ...]]:
        asked.append(1)
        return Contact.objects.filter(value=Given("value")).values_list("pk", "value")

    query = Prepared(declare)
    for number in ("+8613800000001", "+8613800000002"):
        contact = arrive(number).interaction.contact
        assert contact is not None and query.rows(value=number) == [(contact.pk, number)]
    assert query.value(value="nobody") is None and len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused(arrive: Arrive) -> None:
    case = arrive("+8613800000001").case
    locks = connection.features.has_select_for_update  # SQLite has one writer, and locks no rows
    for _turn in range(2):  # the second time it is compiled
        with pytest.raises(TransactionManagementError) if locks else nullcontext():
            LOCKED.first(pk=case.pk)
        with transaction.atomic():
            assert Case.objects.locked(case.pk) == case


def test_a_case_that_is_not_there(db: None) -> None:
    with transaction.atomic(), pytest.raises(Case.DoesNotExist):
        Case.objects.locked(0)


def test_a_row_is_inserted_as_by_the_orm(arrive: Arrive, agent: Staff) -> None:
    now = timezone.now()
    person = insert(Person(created_at=now, name="王示例", priority_groups=["残疾人"]))
    assert values(person) == values(Person.objects.get(pk=person.pk))
    person.name = "李示例"
    person.save(force_update=True)
    person.address, person.name = "不存", "张示例"
    update(person, "name")
    kept = Person.objects.get(pk=person.pk)
    assert (kept.name, kept.address) == ("张示例", "")


def test_a_row_with_a_parent_has_both(arrive: Arrive) -> None:
    case = arrive("+8613800000001").case
    process = insert(CaseProcess(flow_class=CaseFlow, case=case, note="备注"))
    assert values(process) == values(CaseProcess.objects.get(pk=process.pk))


def test_a_key_that_is_there_is_left_alone(arrive: Arrive) -> None:
    first = arrive("+8613800000001").interaction
    again = Interaction(
        case=first.case, channel=first.channel, direction=first.direction, provider_id=first.provider_id,
        at=first.at, address="other",
    )  # fmt: skip
    assert not insert_unless_there(again)
    assert again.pk is None and Interaction.objects.get().address == first.address


def test_the_newest_open_case_and_whether_there_are_several(arrive: Arrive) -> None:
    first = arrive("+8613800000001")
    contact = first.interaction.contact
    assert contact is not None
    assert cases.newest_open_case(contact) == (first.case, False)
    second = cases.open_case(contact.person, first.interaction.channel)
    assert cases.newest_open_case(contact) == (second, True)
    Case.objects.update(stage="CLOSED")
    assert cases.newest_open_case(contact) == (None, False)


@pytest.mark.services
def test_postgresql_plans_them_once(case: Case) -> None:
    for _n in range(8):
        LOCKED.first(pk=case.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FOR NO KEY UPDATE%'"
        )
        assert cursor.fetchone()[0] > 0
