"""A form that claims to have very many lines costs no more than one with a few too many."""

from collections.abc import Callable

import pytest
from django.test import Client

from hotline.console.forms.base import MOST_ROWS, ROWS_SHOWN
from hotline.models import Case, Staff


@pytest.mark.django_db
@pytest.mark.parametrize("claimed", ["1000", "8613800005678", str(MOST_ROWS + 1)])
def test_a_made_up_number_of_lines(
    case: Case, agent: Staff, client_of: Callable[[Staff], Client], claimed: str
) -> None:
    fields = {
        "rows-TOTAL_FORMS": claimed,
        "rows-INITIAL_FORMS": "0",
        "revision": "0",
        "rows-0-basis": "三个月",
    }
    fields |= {f"rows-{n}-kind": "WAGES" for n in range(MOST_ROWS + 1)}
    answer = client_of(agent).post(f"/cases/{case.pk}/sections/CLAIMS/", fields)
    words = answer.content.decode()
    assert answer.status_code == 400 and "三个月" in words and "最多" in words
    assert words.count('-kind"') <= 4 * (MOST_ROWS + ROWS_SHOWN)
    assert not case.claims.exists()
