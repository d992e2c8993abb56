"""Saved searches and what they tell, once each and to their owner alone; the last searches."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hotline import events
from hotline.actions import searches, sections
from hotline.enums import MessageState, SearchAlert, Section
from hotline.errors import Invalid
from hotline.models import Case, Message, RecentSearch, SavedSearch, SearchHit, SearchNotice, Staff
from search import alerts, outbox
from search.engine import EngineDown
from tests.conftest import at
from workflows import reception

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]
SignIn = Callable[[Staff], Client]


Write = Callable[..., Case]
ADDRESS = "q=%E5%B7%A5%E8%B5%84"


@pytest.fixture
def write(arrive: Callable[..., reception.Received]) -> Iterator[Write]:
    """A case in which a text was written; each from a number of its own."""
    serial = iter(range(10_000))

    def make(text: str = "拖欠工资") -> Case:
        received = arrive(f"+86139{next(serial):08d}")
        Message.objects.create(interaction=received.interaction, body=text, state=MessageState.RECEIVED)
        return received.case

    yield make


def drain() -> None:
    while outbox.drain():
        pass


def saved(owner: Staff, alert: SearchAlert = SearchAlert.AT_ONCE, above: int | None = None) -> SavedSearch:
    return searches.save(owner, "欠薪", ADDRESS, alert, found=0, above=above)


def look(after: timedelta = timedelta(minutes=1)) -> int:
    """What the worker tells some time from now."""
    SavedSearch.objects.exclude(due_at=None).update(due_at=timezone.now())
    return alerts.look(timezone.now() + after)


def test_only_what_is_new_is_told_and_once(write: Write, supervisor: Staff) -> None:
    old = write()
    drain()
    saved(supervisor)
    assert look() == 0 and not SearchNotice.objects.exists()
    new, other = write(), write("社保")
    drain()
    assert look() == 1
    for case in (old, new):
        case.refresh_from_db()
        events.record(case, "note.added")
    drain()
    assert look() == 0 and look() == 0
    notice = SearchNotice.objects.get()
    assert notice.count == 1
    assert [hit.case for hit in notice.hits.all()] == [new]
    assert not SearchHit.objects.filter(case=other).exists()


def test_a_case_that_comes_to_fit_later_is_told(write: Write, supervisor: Staff) -> None:
    case = write("社保")
    drain()
    saved(supervisor)
    look()
    interaction = case.interactions.get()
    Message.objects.filter(interaction=interaction).update(body="还有工资")
    case.refresh_from_db()
    events.record(case, "note.added")
    drain()
    assert look() == 1


def test_a_case_that_fits_by_its_callers_new_name_is_told(write: Write, supervisor: Staff) -> None:
    one, other = write("社保"), write("社保")
    Case.objects.filter(pk=other.pk).update(person=one.person_id)
    drain()
    searches.save(supervisor, "庞", "q=庞玉民", SearchAlert.AT_ONCE, found=0)
    look()
    Case.objects.update(updated_at=timezone.now() - timedelta(hours=1))
    sections.save(one.pk, Section.CALLER, supervisor, 0, {"name": "庞玉民"})
    drain()
    assert look() == 2


def test_a_case_that_is_not_indexed_yet_is_waited_for(write: Write, supervisor: Staff) -> None:
    write("社保")
    drain()
    saved(supervisor)
    look()
    write()
    assert look(timedelta(minutes=5)) == 0
    drain()
    assert look(timedelta(minutes=10)) == 1


def test_nobody_is_told_of_what_they_may_not_see(write: Write, outsider: Staff, lawyer: Staff) -> None:
    for owner in (outsider, lawyer):
        saved(owner)
    write("社保")
    drain()
    look()
    case = write()
    drain()
    assert look() == 0
    case.refresh_from_db()
    case.lawyer = lawyer
    events.record(case, "case.assigned", changed=["lawyer"])
    drain()
    assert look() == 1
    assert SearchNotice.objects.get().search.owner == lawyer


def test_who_no_longer_works_here_is_told_nothing(write: Write, supervisor: Staff) -> None:
    saved(supervisor)
    write("社保")
    drain()
    look()
    Staff.objects.filter(pk=supervisor.pk).update(is_active=False)
    write()
    drain()
    assert look() == 0


def test_the_days_new_cases_are_told_together(write: Write, supervisor: Staff) -> None:
    write("社保")
    drain()
    row = saved(supervisor, SearchAlert.DAILY)
    look(timedelta(0))
    for _case in range(2):
        write()
    drain()
    assert look(timedelta(0)) == 0
    SavedSearch.objects.update(tell_at=timezone.now())
    assert look(timedelta(0)) == 2
    assert SearchNotice.objects.get().count == 2
    row.refresh_from_db()
    assert row.tell_at and row.tell_at > timezone.now()


@pytest.mark.parametrize(
    ("alert", "now", "then"),
    [
        (SearchAlert.DAILY, "2026-11-23 07:59", "2026-11-23 08:00"),
        (SearchAlert.DAILY, "2026-11-23 08:00", "2026-11-24 08:00"),
        (SearchAlert.WEEKLY, "2026-11-23 07:59", "2026-11-23 08:00"),
        (SearchAlert.WEEKLY, "2026-11-23 08:00", "2026-11-30 08:00"),
        (SearchAlert.WEEKLY, "2026-11-24 03:00", "2026-11-30 08:00"),
    ],
)
def test_when_it_is_told_next(alert: SearchAlert, now: str, then: str) -> None:
    assert searches.next_telling(alert, at(now)) == at(then)


def test_a_rise_above_the_figure_is_told_once_each_time(write: Write, supervisor: Staff) -> None:
    cases = [write() for _case in range(2)]
    drain()
    saved(supervisor, SearchAlert.ABOVE, above=2)
    assert look() == 0
    cases.append(write())
    drain()
    assert look() == 1 and look() == 0
    Message.objects.filter(interaction__case=cases[0]).update(body="社保")
    events.mark_for_search(cases[0])
    drain()
    assert look() == 0
    write()
    drain()
    assert look() == 1
    assert [(n.count, n.above) for n in SearchNotice.objects.all()] == [(3, 2), (3, 2)]


def test_a_search_that_is_no_longer_understood_says_so(
    write: Write, supervisor: Staff, client_of: SignIn
) -> None:
    write()
    drain()
    row = searches.save(supervisor, "某律师", "q=%E5%BE%8B%E5%B8%88:%E6%9F%90", SearchAlert.AT_ONCE, found=0)
    assert look() == 0
    row.refresh_from_db()
    assert row.problem
    body = client_of(supervisor).get("/search/saved/").content.decode()
    assert "某律师" in body and 'class="field-error"' in body


def test_while_the_engine_is_down_everything_waits(supervisor: Staff) -> None:
    def down() -> None:
        raise EngineDown("gone")

    row = saved(supervisor)
    assert alerts.look(timezone.now(), engine=down) == 0  # type: ignore[arg-type]
    due = row.due_at
    row.refresh_from_db()
    assert row.due_at == due and row.counted_at is None


def test_what_cannot_be_saved(supervisor: Staff) -> None:
    for name, alert, found, above in (
        (" ", SearchAlert.NEVER, 0, None),
        ("a", SearchAlert.ABOVE, 0, None),
        ("a", SearchAlert.AT_ONCE, searches.WIDEST + 1, None),
    ):
        with pytest.raises(Invalid):
            searches.save(supervisor, name, ADDRESS, alert, found=found, above=above)
    SavedSearch.objects.bulk_create(
        SavedSearch(owner=supervisor, name="a", address="", saved_at=timezone.now())
        for _row in range(searches.MOST_SAVED)
    )
    with pytest.raises(Invalid):
        saved(supervisor)


def test_saved_shown_changed_and_removed_by_its_owner_alone(
    write: Write, supervisor: Staff, agent: Staff, client_of: SignIn
) -> None:
    write()
    drain()
    browser = client_of(supervisor)
    assert "件" in browser.get(f"/search/saved/new/?{ADDRESS}").content.decode()
    refused = browser.post("/search/saved/new/", {"search": ADDRESS, "name": "欠薪", "alert": "ABOVE"})
    assert refused.status_code == 400 and 'value="欠薪"' in refused.content.decode()
    browser.post("/search/saved/new/", {"search": ADDRESS, "name": "欠薪", "alert": "AT_ONCE"})
    row = SavedSearch.objects.get()
    assert (row.owner, row.address, row.alert) == (supervisor, ADDRESS, "AT_ONCE")
    path = f"/search/saved/{row.pk}/"
    assert client_of(agent).get(path).status_code == 404
    assert client_of(agent).post(path, {"action": "remove"}).status_code == 404
    assert "欠薪" not in client_of(agent).get("/search/saved/").content.decode()
    browser.post(path, {"name": "新名", "alert": "NEVER"})
    row.refresh_from_db()
    assert (row.name, row.alert, row.due_at) == ("新名", "NEVER", None)
    browser.post(path, {"action": "remove"})
    assert not SavedSearch.objects.exists()


def test_the_bell_counts_what_is_unread(write: Write, supervisor: Staff, client_of: SignIn) -> None:
    saved(supervisor)
    write("社保")
    drain()
    look()
    case = write()
    drain()
    look()
    browser = client_of(supervisor)
    bell = browser.get("/search/notices/", headers={"HX-Request": "true"})
    assert (
        ">1</span>" in bell.content.decode()
        and f'data-topic="staff:{supervisor.pk}"' in bell.content.decode()
    )
    assert browser.get("/search/notices/", headers={"If-None-Match": bell["ETag"]}).status_code == 304
    page = browser.get("/search/saved/")
    assert f"/cases/{case.pk}/" in page.content.decode()
    # What came after the page was made stays unread.
    SearchNotice.objects.create(search=SavedSearch.objects.get(), at=timezone.now(), count=1)
    browser.post("/search/notices/seen/", {"up_to": page.context["newest"]})
    assert searches.unread_notices(supervisor) == 1


def test_an_identity_number_is_kept_nowhere(supervisor: Staff, client_of: SignIn) -> None:
    browser = client_of(supervisor)
    outbox.drain()
    browser.get("/search/", {"q": "11010519491231002X"})
    assert browser.get("/search/saved/new/", {"q": "11010519491231002X"}).status_code == 400
    assert not RecentSearch.objects.exists()


def test_the_last_ten_searches_are_kept_and_erased(
    write: Write, supervisor: Staff, agent: Staff, client_of: SignIn
) -> None:
    write()
    drain()
    browser = client_of(supervisor)
    for n in [*range(12), 5]:
        browser.get("/search/", {"q": f"工资{n:03d}"})
        browser.get("/search/", {"q": "正在输入"}, headers={"HX-Request": "true", "HX-Target": "results"})
    browser.get("/search/", {"q": "律师:无此人"})
    kept = [words for words, _address in browser.get("/search/").context["recent"]]
    assert kept == [f"工资{n:03d}" for n in [5, 11, 10, 9, 8, 7, 6, 4, 3, 2]]
    client_of(agent).post("/search/recent/erase/")
    assert RecentSearch.objects.count() == 10
    browser.post("/search/recent/erase/")
    assert not RecentSearch.objects.exists()


def test_two_workers_at_once_tell_once(write: Write, supervisor: Staff) -> None:
    write("社保")
    drain()
    row = saved(supervisor)
    look()
    case = write()
    drain()
    now: datetime = timezone.now() + timedelta(minutes=1)
    assert searches.note_found(row, [case.pk], fresh=True) == 1
    assert searches.note_found(row, [case.pk], fresh=True) == 0
    SavedSearch.objects.update(due_at=now)
    assert [alerts.look(now), alerts.look(now)] == [1, 0]
