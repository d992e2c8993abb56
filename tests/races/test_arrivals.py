"""What the carrier and the hotline's own people bring to a case at the same moment."""

from typing import Any

import pytest

from hotline.models import Case, Contact, Interaction, NumberSeries, Person, Staff
from tests.races.racing import THREADS, arrival, done, race
from workflows import reception

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = "+8613900001111"


def test_one_senders_first_messages_open_one_case(city: Any) -> None:
    """Guarded twice: the number is unique, and its row is locked."""
    results = race(lambda n: reception.receive(arrival(f"SM{n}", WORKER)))
    assert Case.objects.count() == 1 and Interaction.objects.count() == THREADS
    assert [r.opened for r in results].count(True) == 1
    assert (Person.objects.count(), Contact.objects.count()) == (1, 1)


def test_a_known_senders_messages_open_one_case(city: Any) -> None:
    """Only the contact's lock is in the way here; SQLite's one writer hides it when it is missing."""
    person = Person.objects.create(created_at=arrival("", None).at)
    Contact.objects.create(value=WORKER, kind="PHONE", person=person)
    results = race(lambda n: reception.receive(arrival(f"SM{n}", WORKER)))
    assert Case.objects.count() == 1 and Interaction.objects.count() == THREADS
    assert [r.opened for r in results].count(True) == 1


@pytest.mark.parametrize("number", [WORKER, None])
def test_one_delivery_repeated_at_once_is_stored_once(city: Any, number: str | None) -> None:
    results = race(lambda n: reception.receive(arrival("SMsame", number)))
    assert [r.fresh for r in results].count(True) == 1
    assert Case.objects.count() == 1 and Interaction.objects.count() == 1


def test_case_numbers_have_no_gap_and_no_double(city: Any) -> None:
    """Without the series' lock two cases want one number, which the unique key refuses."""
    race(lambda n: [reception.receive(arrival(f"SM{n}.{i}", f"+861390000{n}{i:03d}")) for i in range(4)])
    numbers = sorted(int(c.number[-6:]) for c in Case.objects.all())
    assert numbers == list(range(1, 4 * THREADS + 1))
    assert NumberSeries.objects.get().last == 4 * THREADS


def test_moved_once_by_many(city: Any, agent: Staff) -> None:
    received = reception.receive(arrival("SM0", WORKER))
    results = race(lambda n: reception.move_to_new_case(received.interaction.pk, agent))
    assert len(done(results)) == 1 and Case.objects.count() == 2


def test_moved_to_and_fro_while_the_sender_writes(city: Any, agent: Staff) -> None:
    first = reception.receive(arrival("SM0", WORKER))
    second = reception.receive(arrival("SM1", WORKER))
    reception.move_to_new_case(second.interaction.pk, agent)

    def work(n: int) -> Any:
        if n % 2:
            return reception.receive(arrival(f"SM1{n}", WORKER))
        if n % 4:
            return reception.move_back(second.interaction.pk, agent)
        return reception.move_to_new_case(first.interaction.pk, agent)

    race(work)
    assert Interaction.objects.filter(provider_id__startswith="SM1").count() == 1 + THREADS // 2
