"""The rota's pages: the month, planning, swaps, posts; and duty in the calendar, digest and feed."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from icalendar import Calendar

from hotline.actions import absences, reminders, rota
from hotline.models import DutyPost, DutyShift, ShiftSwap, Staff, Unit

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Browser]


@pytest.fixture
def post(city: Unit) -> DutyPost:
    return DutyPost.objects.create(institute="市劳动人事争议仲裁院", place="一楼大厅", unit=city)


@pytest.fixture
def shift(supervisor: Staff, lawyer: Staff, post: DutyPost) -> DutyShift:
    """The lawyer's, tomorrow from nine to twelve."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return rota.plan(supervisor, post.pk, lawyer.pk, tomorrow, time(9), time(12))[0]


def form(at: DutyPost, lawyer: Staff, /, **changes: Any) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=1)
    hours = {"day": day, "begins": "09:00", "ends": "12:00", "weeks": "1"}
    return {"post": at.pk, "lawyer": lawyer.pk, **hours, **changes}


def month(shift: DutyShift) -> str:
    return f"/rota/?month={shift.day:%Y-%m}"


def test_a_shift_is_planned_and_all_concerned_read_it(
    supervisor: Staff, admin: Staff, outsider: Staff, lawyer: Staff, post: DutyPost, client_of: SignIn
) -> None:
    sent = client_of(supervisor).post("/rota/plan/", form(post, lawyer, weeks="2"))
    assert sent.status_code == 302 and DutyShift.objects.count() == 2
    for person in (supervisor, admin, lawyer):
        assert "09:00–12:00" in client_of(person).get(sent["Location"]).content.decode()
    assert "09:00–12:00" not in client_of(outsider).get(sent["Location"]).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends": "08:00"}, "ends"),
        ({"day": "2020-01-01"}, "day"),
        ({"weeks": "99"}, "weeks"),
        ({"post": "0"}, "post"),
    ],
)
def test_what_is_wrong_is_said_beside_the_month(
    supervisor: Staff, lawyer: Staff, post: DutyPost, client_of: SignIn, changes: dict[str, str], field: str
) -> None:
    answer = client_of(supervisor).post("/rota/plan/", form(post, lawyer, **changes))
    assert answer.status_code == 400 and field in answer.context["plan_form"].errors
    assert not DutyShift.objects.exists()


def test_an_overlap_names_the_post_and_the_hours(
    supervisor: Staff, lawyer: Staff, shift: DutyShift, post: DutyPost, client_of: SignIn
) -> None:
    answer = client_of(supervisor).post("/rota/plan/", form(post, lawyer, begins="11:00", ends="14:00"))
    assert answer.status_code == 400 and "09:00–12:00" in str(answer.context["plan_form"].errors)


def test_a_swap_goes_from_proposal_to_the_supervisors_glance(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, shift: DutyShift, client_of: SignIn
) -> None:
    page = client_of(lawyer)
    whom = {"whom": f"staff-{other_lawyer.pk}", "note": "开庭"}
    assert page.post(f"/rota/shifts/{shift.pk}/propose/", whom).status_code == 302
    swap = ShiftSwap.objects.get()
    assert page.post(f"/rota/shifts/{shift.pk}/propose/", whom).status_code == 400  # while one is open
    colleague = client_of(other_lawyer)
    assert "李律师请您代班" in colleague.get("/rota/").content.decode()
    assert colleague.post(f"/rota/swaps/{swap.pk}/", {"said": "agree"}).status_code == 302
    assert DutyShift.objects.get().lawyer == other_lawyer
    chief = client_of(supervisor)
    assert "赵律师已接替李律师" in chief.get("/rota/").content.decode()
    chief.post(f"/rota/swaps/{swap.pk}/", {"said": "seen"})
    assert "赵律师已接替李律师" not in chief.get("/rota/").content.decode()


@pytest.mark.parametrize("whom", ["", "staff-0", "shift-0", "king-1", "staff-x"])
def test_a_proposal_to_nobody_is_refused(
    lawyer: Staff, other_lawyer: Staff, shift: DutyShift, client_of: SignIn, whom: str
) -> None:
    answer = client_of(lawyer).post(f"/rota/shifts/{shift.pk}/propose/", {"whom": whom})
    assert answer.status_code == 400 and "whom" in answer.context["swap_form"].errors


def test_a_swap_is_refused_or_taken_back_by_whom_it_concerns(
    lawyer: Staff, other_lawyer: Staff, shift: DutyShift, client_of: SignIn
) -> None:
    page, colleague = client_of(lawyer), client_of(other_lawyer)
    for said, by, nobody in (("refuse", colleague, page), ("take-back", page, colleague)):
        page.post(f"/rota/shifts/{shift.pk}/propose/", {"whom": f"staff-{other_lawyer.pk}"})
        swap = ShiftSwap.objects.latest("pk")
        assert nobody.post(f"/rota/swaps/{swap.pk}/", {"said": said}).status_code == 404
        assert by.post(f"/rota/swaps/{swap.pk}/", {"said": "perhaps"}).status_code == 400
        assert by.post(f"/rota/swaps/{swap.pk}/", {"said": said}).status_code == 302
        assert by.post(f"/rota/swaps/{swap.pk}/", {"said": said}).status_code == 409
    assert DutyShift.objects.get().lawyer == lawyer


def test_a_supervisor_gives_a_shift_to_another_and_calls_it_off(
    supervisor: Staff, lawyer: Staff, other_lawyer: Staff, agent: Staff, shift: DutyShift, client_of: SignIn
) -> None:
    page, address = client_of(supervisor), f"/rota/shifts/{shift.pk}/"
    assert page.post(f"{address}give/", {"lawyer": agent.pk}).status_code == 400
    page.post(f"{address}give/", {"lawyer": other_lawyer.pk})
    assert DutyShift.objects.get().lawyer == other_lawyer
    page.post(f"{address}give/", {"lawyer": ""})
    assert "无人值班" in page.get("/rota/").content.decode()
    page.post(f"{address}call-off/")
    assert page.get(address).status_code == 404
    assert page.post(f"{address}call-off/").status_code == 409


def test_the_uncovered_shift_of_an_absent_lawyer_is_the_supervisors_to_see(
    supervisor: Staff, lawyer: Staff, shift: DutyShift, client_of: SignIn
) -> None:
    chief = client_of(supervisor)
    assert "无人值班" not in chief.get("/rota/").content.decode()
    answer = chief.post(
        "/absences/", {"lawyer": lawyer.pk, "first_day": shift.day, "last_day": shift.day}, follow=True
    )
    assert "1个值班班次无人" in answer.content.decode()
    for page in ("/rota/", "/calendar/today/"):
        assert "无人值班" in chief.get(page).content.decode()
    assert absences.visible(supervisor).count() == 1


def test_the_month_is_asked_for_again_and_answers_304_while_nothing_changed(
    supervisor: Staff, shift: DutyShift, client_of: SignIn
) -> None:
    page, headers = client_of(supervisor), {"HX-Request": "true"}
    tag = page.get(month(shift), headers=headers)["ETag"]
    assert page.get(month(shift), headers=headers | {"If-None-Match": tag}).status_code == 304
    rota.give(supervisor, shift.pk, None)
    assert page.get(month(shift), headers=headers | {"If-None-Match": tag}).status_code == 200


def test_duty_stands_in_the_calendar_the_digest_and_the_feed(
    lawyer: Staff, other_lawyer: Staff, shift: DutyShift, client_of: SignIn
) -> None:
    page = client_of(lawyer)
    for address in (f"/calendar/?month={shift.day:%Y-%m}", "/calendar/today/"):
        assert f"/rota/shifts/{shift.pk}/" in page.get(address).content.decode()
    others = client_of(other_lawyer)
    address = f"/calendar/?month={shift.day:%Y-%m}"
    assert f"/rota/shifts/{shift.pk}/" not in others.get(address).content.decode()
    assert f"/rota/shifts/{shift.pk}/" in others.get(f"{address}&whose=unit").content.decode()
    feed = Browser().get(f"/calendar/feed/{reminders.make_link(lawyer)}.ics")
    (event,) = Calendar.from_ical(feed.content).walk("VEVENT")
    local = timezone.localtime(event.decoded("dtstart"))
    assert (event["summary"], event["location"]) == ("值班", "市劳动人事争议仲裁院 一楼大厅")
    assert (local.date(), local.time()) == (shift.day, time(9))


def test_posts_are_made_and_changed(
    supervisor: Staff, outsider: Staff, city: Unit, post: DutyPost, client_of: SignIn
) -> None:
    page = client_of(supervisor)
    facts = {"institute": "市南区仲裁院", "place": "3号窗口", "unit": city.pk, "is_open": "on"}
    assert page.post("/rota/posts/", facts).status_code == 302
    assert page.post("/rota/posts/", facts).status_code == 400
    page.post(f"/rota/posts/{post.pk}/", facts | {"place": "二楼", "is_open": ""})
    post.refresh_from_db()
    assert (post.place, post.is_open) == ("二楼", False)
    assert page.get(f"/rota/posts/{post.pk}/").context["form"].initial["place"] == "二楼"
    assert client_of(outsider).get(f"/rota/posts/{post.pk}/").status_code == 404


@pytest.mark.parametrize(("who", "count"), [("lawyer", 8), ("supervisor", 12)])
def test_the_month_takes_as_many_statements_with_thirty_shifts_as_with_one(
    who: str, count: int, supervisor: Staff, lawyer: Staff, shift: DutyShift, post: DutyPost,
    client_of: SignIn, request: pytest.FixtureRequest, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    page = client_of(request.getfixturevalue(who))
    page.get(month(shift))
    with django_assert_num_queries(count):
        page.get(month(shift))
    for n in range(29):
        rota.plan(supervisor, post.pk, lawyer.pk, shift.day, time(12, n), time(12, n + 1))
    with django_assert_num_queries(count):
        page.get(month(shift))
