"""What a browser keeps: nothing. What it asks again after a right was lost: answered as if it had nothing."""

import pytest

from hotline.models import Case
from tests.access.addresses import LISTS, PARTS, WALK
from tests.access.walk import Walker, roles_of
from tests.access.world import PEOPLE

pytestmark = pytest.mark.django_db


def test_no_answer_may_be_kept(walker: Walker) -> None:
    wrong = set()
    row = walker.world.rows["mediated"]
    person = walker.world.people["lawyer2"].pk
    for walk in (
        walk for walks in (*WALK.values(), *LISTS.values()) for walk in walks if walk.method == "get"
    ):
        inside = next(key for key in PEOPLE if roles_of(key) in walk.roles)
        for who in {inside, "admin"}:
            answer = walker.ask(who, "get", walk.path.format(**row.ids, person=person))
            if not {"no-store", "private"} <= set(answer.headers.get("Cache-Control", "").split(", ")):
                wrong.add(f"{walk.path}: {answer.status} {answer.headers.get('Cache-Control')}")
    assert not wrong


def test_an_etag_is_worth_nothing_once_the_right_is_lost(walker: Walker) -> None:
    own = walker.world.rows["own"]
    for name in PARTS:
        path = f"/cases/{own.ids['case']}/parts/{name}/"
        tag = walker.ask("lawyer", "get", path).headers["ETag"]
        assert walker.ask("lawyer", "get", path, **{"If-None-Match": tag}).status == 304
        assert walker.ask("supervisor", "get", path, **{"If-None-Match": tag}).status == 200, (
            "another person's"
        )
        Case.objects.filter(pk=own.ids["case"]).update(lawyer=walker.world.people["lawyer2"])
        for headers in ({"If-None-Match": tag}, {"If-None-Match": "*"}, {"If-Match": tag}):
            answer = walker.ask("lawyer", "get", path, **headers)
            assert (answer.status, "ETag" in answer.headers) == (404, False), name
        Case.objects.filter(pk=own.ids["case"]).update(lawyer=walker.world.people["lawyer"])


def test_a_reason_given_yesterday_plays_no_recording_today(walker: Walker) -> None:
    own, browser = walker.world.rows["own"], walker.browsers["lawyer"]
    path = f"/recordings/{own.ids['recording']}/"
    browser.post(f"{path}listen/", {"reason": "核实"})
    assert walker.ask("lawyer", "get", path).status == 200
    Case.objects.filter(pk=own.ids["case"]).update(lawyer=walker.world.people["lawyer2"])
    for headers in ({}, {"Range": "bytes=0-3"}):
        answer = walker.ask("lawyer", "get", path, **headers)
        assert answer.status == 404 and not walker.leaks("lawyer", answer)


def test_what_changes_in_a_case_one_may_not_see_changes_no_etag(walker: Walker) -> None:
    own, twin = walker.world.rows["own"], walker.world.rows["twin"]
    path = f"/cases/{own.ids['case']}/parts/facts/"
    before = {who: walker.ask(who, "get", path).headers["ETag"] for who in ("lawyer", "supervisor")}
    Case.objects.filter(pk=twin.ids["case"]).update(version=999)
    assert walker.ask("lawyer", "get", path).headers["ETag"] == before["lawyer"]
    assert walker.ask("supervisor", "get", path).headers["ETag"] != before["supervisor"]


def test_after_signing_out_there_is_nothing(walker: Walker) -> None:
    browser = walker.browsers["lawyer"]
    case = walker.world.rows["own"].ids["case"]
    cookie = browser.cookies["sessionid"].value
    browser.post("/accounts/logout/")
    browser.cookies["sessionid"] = cookie
    assert browser.get(f"/cases/{case}/").status_code == 302
