"""What is read once while a step is done."""

from itertools import count

import pytest
from django.utils import timezone

from hotline.actions import clocks
from hotline.models import Case
from hotline.readings import kept, once
from workflows import terms


def test_inside_it_is_read_once_and_outside_each_time() -> None:
    read = count().__next__
    assert [once("a", read), once("a", read)] == [0, 1]
    with kept():
        assert [once("a", read), once("b", read), once("a", read)] == [2, 3, 2]
        with kept():
            assert once("a", read) == 2
        assert once("a", read) == 2
    assert once("a", read) == 4


def test_a_failure_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError), kept():
        once("a", lambda: 1 / 0)
    with kept():
        assert once("a", lambda: 1) == 1
    assert once("a", lambda: 2) == 2


@pytest.mark.django_db
def test_what_a_step_changes_is_in_its_own_reading(case: Case) -> None:
    with kept():
        before = {clock.rule for clock in clocks.live(case)}
        terms.run(case, terms.ACCEPTANCE, timezone.localdate())
        assert {clock.rule for clock in clocks.live(case)} == before | {terms.ACCEPTANCE}
        clocks.end(case, terms.ACCEPTANCE, terms.HANDLING)
        inside = {clock.rule for clock in clocks.live(case)}
    assert inside == {clock.rule for clock in clocks.live(case)} == before - {terms.HANDLING}
