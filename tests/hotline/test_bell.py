"""What one transaction rings goes out together, when it commits."""

import pytest
from django.db import transaction

from hotline import bell
from hotline.bell import Ring

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gone_out(monkeypatch: pytest.MonkeyPatch) -> list[list[Ring]]:
    """What went out, batch by batch, whichever way rings take here."""
    batches: list[list[Ring]] = []
    for way in ("_publish", "_notify", "deliver"):
        monkeypatch.setattr(bell, way, batches.append)
    return batches


def test_a_transaction_rings_once_with_the_newest_of_each(gone_out: list[list[Ring]]) -> None:
    with transaction.atomic():
        bell.ring([Ring("case:1", "section.saved", 4), Ring("floor", "section.saved")])
        with transaction.atomic():
            bell.ring([Ring("case:1", "clock.ended", 5)])
        bell.ring([Ring("case:1", "section.saved", 6)])
        assert gone_out == []
    rung = [one for batch in gone_out for one in batch]
    assert sorted(rung, key=str) == [
        Ring("case:1", "clock.ended", 5),
        Ring("case:1", "section.saved", 6),
        Ring("floor", "section.saved"),
    ]
    assert len(gone_out) == 2  # what stood in a savepoint of its own goes by itself


def test_what_is_taken_back_does_not_ring_and_takes_nothing_along(gone_out: list[list[Ring]]) -> None:
    with transaction.atomic():
        bell.ring([Ring("floor")])
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            bell.ring([Ring("case:1", "changed", 4)])
            raise ZeroDivisionError
        bell.ring([Ring("unit:1")])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bell.ring([Ring("case:2", "changed", 1)])
        raise ZeroDivisionError
    assert gone_out == [[Ring("floor"), Ring("unit:1")]]


def test_a_savepoint_whose_first_ring_was_taken_back_rings_still(gone_out: list[list[Ring]]) -> None:
    with transaction.atomic():
        for number in (1, 2):
            try:
                with transaction.atomic():
                    bell.ring([Ring(f"case:{number}", "changed", 1)])
                    if number == 1:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
    assert gone_out == [[Ring("case:2", "changed", 1)]]


def test_without_a_transaction_it_rings_at_once(gone_out: list[list[Ring]]) -> None:
    bell.ring([Ring("floor")])
    assert gone_out == [[Ring("floor")]]
