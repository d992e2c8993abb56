"""An event is chained to what stands there, however old the reading of its case is."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from hotline import events
from hotline.enums import Urgency
from hotline.models import Case, SearchMark

pytestmark = pytest.mark.django_db


def test_an_old_reading_goes_on_from_what_stands_there(case: Case) -> None:
    old = Case.objects.get(pk=case.pk)
    before = old.version
    events.record(case, "note", text="1")
    events.record(old, "note", text="2")
    events.record(case, "note", text="3")
    assert case.version == before + 3
    assert [e.data["text"] for e in case.events.filter(kind="note").order_by("sequence")] == ["1", "2", "3"]
    assert SearchMark.objects.get(case=case).version == before + 3
    call_command("verify_chain")


def test_what_was_taken_back_is_not_built_upon(case: Case) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        events.record(case, "note", text="never")
        raise RuntimeError
    events.record(case, "note", text="after")
    assert [e.data["text"] for e in case.events.filter(kind="note")] == ["after"]
    call_command("verify_chain")


def test_fields_are_saved_with_the_event(case: Case) -> None:
    other = Case.objects.get(pk=case.pk)
    events.record(case, "note", text="1")
    other.urgency, other.summary = Urgency.P0, "拖欠工资"
    events.record(other, "note", changed=["urgency"], text="2")
    stored = Case.objects.get(pk=case.pk)
    assert (stored.urgency, stored.summary) == (Urgency.P0, "")


def test_a_fresh_reading_takes_few_statements(case: Case) -> None:
    case = Case.objects.select_related("unit").get(pk=case.pk)
    with CaptureQueriesContext(connection) as told:
        events.record(case, "note", text="1")
    # On PostgreSQL one statement does it all; on SQLite case, event, mark and doorbell have one each.
    assert len(told) == (1 if connection.vendor == "postgresql" else 4)
