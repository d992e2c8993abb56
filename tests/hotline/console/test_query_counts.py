"""How many statements each page takes, as literals: as many with thirty rows as with one."""

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hotline.models import Case, Staff, Unit
from hotline.telephony import receiving
from hotline.telephony.parse import TextIn
from tests.conftest import Drive
from workflows import reception

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]
Arrive = Callable[..., reception.Received]


def statements(client: Client, path: str, **headers: str) -> int:
    """How many statements a page takes the second time, when what is kept in memory is there."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as told:
        assert client.get(path, headers=headers).status_code in {200, 304}
    return len(told)


PAGES = [
    ("supervisor", "/cases/", 10),
    ("supervisor", "/cases/?sort=due", 10),
    ("supervisor", "/cases/?sort=urgent", 10),
    ("supervisor", "/cases/?closed=1", 9),
    ("supervisor", "/floor/", 17),
    ("agent", "/cases/?whose=unit", 7),
    ("agent", "/desk/", 12),
    ("agent", "/desk/parts/queue/?shape=none", 11),
    ("lawyer", "/cases/", 8),
    ("mediator", "/cases/", 7),
]


@pytest.mark.parametrize(("who", "path", "count"), PAGES)
def test_one_row_and_thirty_take_the_same(
    who: str, path: str, count: int, arrive: Arrive, drive: Drive, supervisor: Staff, client_of: SignIn,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    person = request.getfixturevalue(who)
    client = client_of(person)
    _cases(1, 0, arrive, drive)
    one = statements(client, path)
    _cases(30, 1, arrive, drive)
    assert (one, statements(client, path)) == (count, count)


CASE_PAGE = [
    ("agent", "intake", 36),
    ("supervisor", "intake", 38),
    ("lawyer", "review", 36),
    ("mediator", "mediation", 43),
    ("supervisor", "mediation", 42),
    ("agent", "closed", 44),
]


@pytest.mark.parametrize(("who", "stage", "count"), CASE_PAGE)
def test_a_case_page_asks_for_each_thing_once(
    who: str, stage: str, count: int, case: Case, drive: Drive, supervisor: Staff, client_of: SignIn,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    bring = {"intake": drive.write_intake, "review": drive.to_review, "mediation": drive.to_mediation}
    case = bring.get(stage, drive.to_closed)(case)
    assert statements(client_of(request.getfixturevalue(who)), f"/cases/{case.pk}/") == count


def _cases(many: int, first: int, arrive: Arrive, drive: Drive) -> None:
    """Cases at mediation, open for everybody: made once through the steps, then put there."""
    for n in range(first, first + many):
        case = arrive(f"+86138{n:08d}").case
        Case.objects.filter(pk=case.pk).update(lawyer=drive.lawyer, agent=drive.agent)
        case.mediations.create(unit=drive.unit, applied_on=timezone.localdate())


def test_messages_take_few_statements(city: Unit) -> None:
    """Each costs a way to the server, while other senders wait for the number series or the case."""

    def post(number: str) -> int:
        text = TextIn(f"SM{uuid.uuid4().hex}", number, "老板拖欠工资", (), "", timezone.now())
        with CaptureQueriesContext(connection) as told:
            assert receiving.text_arrived(text)
        return len(told)

    post("+8613800000001")
    opens, joins = post("+8613800000002"), post("+8613800000002")
    assert (opens, joins) == ((30, 7) if connection.vendor == "postgresql" else (36, 10))
