"""What a socket is let listen to: every kind of topic, for everybody, of every row."""

import pytest
from django.contrib.sessions.models import Session

from hotline.live import rights
from hotline.models import Access, Case, Staff
from tests.access.oracle import listens, sees
from tests.access.walk import Walker
from tests.access.world import PEOPLE

pytestmark = pytest.mark.django_db
ODD = ["case:0", "case:007", "case:", "unit:x", "*", "floor:1", "staff:-1", "case:1 case:2", "CASE:1", "case"]


def every_topic(walker: Walker) -> set[str]:
    world = walker.world
    topics = {f"case:{row.ids['case']}" for row in world.rows.values()} | {"floor"}
    topics |= {f"unit:{unit.pk}" for unit in world.units.values()}
    return topics | {f"staff:{person.pk}" for person in world.people.values()}


@pytest.mark.parametrize("who", PEOPLE)
def test_a_socket_is_rung_for_what_one_may_see(walker: Walker, who: str) -> None:
    world, person = walker.world, walker.world.people[who]
    seen = {f"case:{row.ids['case']}" for row in world.rows.values() if sees(who, row)}
    units = {name: unit.pk for name, unit in world.units.items()}
    topics = every_topic(walker)
    right = {topic for topic in topics if listens(who, topic, seen, units, person.pk)}
    assert rights.grant(person.pk, [*topics, *ODD]).keys() == right


def test_who_must_choose_a_password_is_rung_for_nothing(walker: Walker) -> None:
    Staff.objects.update(must_change_password=True)
    for person in walker.world.people.values():
        assert rights.grant(person.pk, every_topic(walker)) == {}


def test_who_is_deactivated_is_known_no_more(walker: Walker) -> None:
    Staff.objects.update(is_active=False)
    for person in walker.world.people.values():
        with pytest.raises(Staff.DoesNotExist):
            rights.grant(person.pk, every_topic(walker))


def test_who_loses_a_case_hears_no_more_of_it(walker: Walker) -> None:
    world = walker.world
    asked = {f"case:{row.ids['case']}": {p.pk for p in world.people.values()} for row in world.rows.values()}
    heard = rights.who_may_hear(asked)
    for row in world.rows.values():
        right = {world.people[who].pk for who in PEOPLE if sees(who, row)}
        assert heard[f"case:{row.ids['case']}"] == right, row.key
    own = world.rows["own"].ids["case"]
    Case.objects.filter(pk=own).update(lawyer=world.people["lawyer2"])
    heard = rights.who_may_hear({f"case:{own}": {world.people["lawyer"].pk}})
    assert heard == {f"case:{own}": set()}


def test_a_socket_ends_with_its_session_its_person_and_their_place(walker: Walker) -> None:
    people = {key: Staff.objects.get(pk=person.pk) for key, person in walker.world.people.items()}
    keys = {key: browser.cookies["sessionid"].value for key, browser in walker.browsers.items()}
    passes = {
        key: rights.Pass(p.pk, p.name, p.role, rights.standing_of(p), keys[key]) for key, p in people.items()
    }
    assert rights.signed_out(passes.values()) == set()
    Session.objects.filter(session_key=keys["agent"]).delete()
    Staff.objects.filter(pk=people["lawyer"].pk).update(is_active=False)
    Staff.objects.filter(pk=people["supervisor"].pk).update(role="LAWYER")
    Staff.objects.filter(pk=people["mediator_north"].pk).update(unit=walker.world.units["south"])
    gone = {"agent", "lawyer", "supervisor", "mediator_north"}
    assert rights.signed_out(passes.values()) == {passes[key] for key in gone}


def test_a_refused_topic_is_in_the_access_log(walker: Walker) -> None:
    lawyer, case = walker.world.people["lawyer"], walker.world.rows["others"].ids["case"]
    rights.note_refused(lawyer.pk, [f"case:{case}", "odd"])
    noted = Access.objects.filter(staff=lawyer, what="topic", refused=True)
    assert sorted(noted.values_list("detail", flat=True)) == [f"case:{case}", "malformed"]
