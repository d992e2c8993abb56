"""Several administrators change figures or rules at once: one is first, the others look again."""

from datetime import date
from decimal import Decimal

import pytest

from hotline.models import BookChange, FigureVersion, Staff
from tests.races.racing import ROUNDS, done, race
from workflows import book_changes, figure_changes, rulebook

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "minimum_wage.monthly"


def added(n: int) -> FigureVersion:
    return FigureVersion(code=CODE, value=Decimal(2300 + n), places=["370281"], source_zh="公告")


def test_of_several_who_add_the_same_figure_one_is_first(admin: Staff) -> None:
    for _round in range(ROUNDS):
        revision = rulebook.fresh().revision
        results = race(lambda n, seen=revision: figure_changes.save(admin, added(n), seen))
        assert len(done(results)) == 1
        [row] = FigureVersion.objects.filter(withdrawn_at=None)
        # Taken back by several at once: once.
        revision = rulebook.fresh().revision
        results = race(lambda n, pk=row.pk, seen=revision: figure_changes.withdraw(admin, CODE, pk, seen))
        assert len(done(results)) == 1
    assert BookChange.objects.count() == 2 * ROUNDS


def test_of_those_who_change_days_and_figures_at_once_one_is_first(admin: Staff) -> None:
    day = date(2026, 12, 1)

    def change(n: int, seen: int) -> BookChange:
        if n % 2:
            return book_changes.save_day(admin, day, False, "", seen)
        return figure_changes.save(admin, added(n), seen)

    for round_ in range(1, ROUNDS + 1):
        revision = rulebook.fresh().revision
        results = race(lambda n, seen=revision: change(n, seen))
        assert len(done(results)) == 1
        assert BookChange.objects.count() == round_
        FigureVersion.objects.all().delete()
