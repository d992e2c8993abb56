"""The pages about deadlines: a case's, the administrator's rules and days, the calendar, feed and digest."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar as Feed

from hotline.actions import reminders
from hotline.enums import ClockState, Role
from hotline.models import (
    Access,
    BookChange,
    CalendarDay,
    CalendarYear,
    Case,
    Clock,
    Reminder,
    RuleVersion,
    Staff,
    StaffNotice,
)
from tests.conftest import Drive, at
from tests.workflows.deadlines.rows import a_rule
from tests.workflows.deadlines.test_notice import SHORT
from workflows import book_changes, rulebook, sweep, term_events
from workflows.deadlines import notice

pytestmark = pytest.mark.django_db
SignIn = Callable[[Staff], Client]


# --- The case's page -------------------------------------------------------------------------------
def test_an_agent_enters_and_the_lawyer_confirms(case: Case, drive: Drive, client_of: SignIn) -> None:
    case = drive.to_review(case)
    where, today = reverse("case-deadlines", args=[case.pk]), timezone.localdate()
    agent, lawyer = client_of(drive.agent), client_of(drive.lawyer)
    refused = agent.post(where, {"action": "enter", "kind": "CLAIM_TO_EMPLOYER", "on": today.isoformat()})
    assert refused.status_code == 400 and "note" in refused.context["event_form"].errors
    sent = {"action": "enter", "kind": "CLAIM_TO_EMPLOYER", "on": today.isoformat(), "note": "微信催要工资"}
    assert agent.post(where, sent).status_code == 302
    page = agent.get(where).content.decode()
    assert "待律师确认" in page and "微信催要工资" in page and "律师尚未确认" in page
    row = case.term_events.get()
    assert agent.post(where, {"action": "confirm", "row": row.pk}).status_code == 403
    assert lawyer.post(where, {"action": "confirm", "row": row.pk}).status_code == 302
    assert case.clocks.get(rule="limitation.general").due >= today + timedelta(days=364)
    assert lawyer.post(where, {"action": "strike", "row": row.pk, "reason": "无证据"}).status_code == 302
    assert "无证据" in lawyer.get(where).content.decode()
    assert lawyer.post(where, {"action": "fly"}).status_code == 400


def test_what_can_be_entered_is_what_acts_on_the_case_and_is_ones_own(
    case: Case, drive: Drive, supervisor: Staff, client_of: SignIn
) -> None:
    case = drive.to_review(case)
    where, today = reverse("case-deadlines", args=[case.pk]), timezone.localdate().isoformat()
    agent, head = client_of(drive.agent), client_of(supervisor)
    offered = {
        who: {code for code, _name in who.get(where).context["event_form"].fields["kind"].choices}
        for who in (agent, head)
    }
    assert "CLAIM_TO_EMPLOYER" in offered[agent] and "PARTY_ADDED" not in offered[agent]
    assert offered[head] - offered[agent] == {"SERVICE_EXTENDED"}
    sent = {"action": "enter", "kind": "SERVICE_EXTENDED", "on": today, "note": "案情特别复杂"}
    assert agent.post(where, sent).status_code == 403
    refused = head.post(where, {**sent, "kind": "PARTY_ADDED"})
    assert refused.status_code == 400 and "没有正在计算的相应期限" in refused.content.decode()
    assert "案情特别复杂" in refused.content.decode(), "what was written stays"
    assert head.post(where, sent).status_code == 302
    assert case.clocks.get(rule="service.handling").extended


def test_the_reason_of_a_refused_strike_out_stays_in_its_field(
    case: Case, drive: Drive, client_of: SignIn
) -> None:
    case = drive.to_review(case)
    where, words = reverse("case-deadlines", args=[case.pk]), "记在了另一位职工名下"
    agent, lawyer = client_of(drive.agent), client_of(drive.lawyer)
    today = timezone.localdate().isoformat()
    lawyer.post(where, {"action": "enter", "kind": "CLAIM_TO_EMPLOYER", "on": today, "note": "微信催要"})
    row = case.term_events.get()
    strike = {"action": "strike", "row": row.pk, "reason": words}
    refused = agent.post(where, strike)
    assert refused.status_code == 403 and f'value="{words}"' in refused.content.decode()
    assert Access.objects.filter(staff=drive.agent, refused=True).exists()
    assert lawyer.post(where, strike | {"reason": "无证据"}).status_code == 302
    late = lawyer.post(where, strike)
    assert late.status_code == 409 and words in late.content.decode() and "无证据" in late.content.decode()


def test_a_period_is_run_and_ended_by_hand(case: Case, agent: Staff, client_of: SignIn) -> None:
    where, client = reverse("case-deadlines", args=[case.pk]), client_of(agent)
    sent = {"action": "add", "rule": "letter.opinion_reply", "start": "2026-11-02", "note": "意见书已送达"}
    assert client.post(where, sent).status_code == 302
    clock = case.clocks.get(rule="letter.opinion_reply")
    page = client.get(where).content.decode()
    assert "意见书已送达" in page and "未核" in page
    assert client.post(where, {"action": "end", "row": clock.pk}).status_code == 302
    clock.refresh_from_db()
    assert clock.state == ClockState.MET


@time_machine.travel(at("2026-11-12 09:55"), tick=False)
def test_a_day_that_the_employer_has_set_lights_and_lapses(
    case: Case, agent: Staff, client_of: SignIn
) -> None:
    Case.objects.filter(pk=case.pk).update(agent=agent)
    where, client = reverse("case-deadlines", args=[case.pk]), client_of(agent)
    words = "11月16日前到莱西报到，否则按旷工处理"
    refused = client.post(where, {"action": "demand", "until": "2026-11-16", "words": ""})
    assert refused.status_code == 400 and 'value="2026-11-16"' in refused.content.decode()
    sent = {"action": "demand", "until": "2026-11-16", "words": words}
    assert client.post(where, sent).status_code == 302
    assert client.post(where, sent).status_code == 409
    clock = case.clocks.get(rule="employer.demand")
    assert clock.due == date(2026, 11, 16), "the day itself, be it a working day or not"
    for page in (where, f"/cases/{case.pk}/"):
        shown = client.get(page).content.decode()
        assert words in shown and "用人单位限定的期限" in shown and "不是法定期限" in shown
    month = client.get("/calendar/?month=2026-11").content.decode()
    assert "用人单位限定的期限" in month
    for day, levels in (("2026-11-13", ["COMING"]), ("2026-11-15", ["COMING", "RED"])):
        with time_machine.travel(at(f"{day} 08:00"), tick=False):
            sweep.run(timezone.now())
            told = case.events.filter(kind="clock.alert", data__rule="employer.demand").order_by("pk")
            assert [event.data["level"] for event in told] == levels
    with time_machine.travel(at("2026-11-15 08:00"), tick=False):
        assert "用人单位限定的期限" in client_of(agent).get("/calendar/today/").content.decode()
    with time_machine.travel(at("2026-11-17 08:00"), tick=False):
        sweep.run(timezone.now())
    clock.refresh_from_db()
    assert clock.state == ClockState.DROPPED, "it has passed and presses nobody"


def test_the_command_prints_the_derivation(case: Case) -> None:
    out = StringIO()
    call_command("deadlines", "--case", case.number, "--json", stdout=out)
    clocks = {one["rule"]: one for one in json.loads(out.getvalue())["clocks"]}
    step = clocks["service.dispatch"]["derivation"]["steps"][0]
    assert (step["effect"], step["note"]) == ("START", "case.opened_at")
    out = StringIO()
    call_command("deadlines", "--case", case.number, stdout=out)
    assert "service.handling" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("deadlines", "--case", "none")


# --- Rules and days --------------------------------------------------------------------------------
def amended(**changes: object) -> dict[str, str]:
    rule = rulebook.fresh().latest("service.handling")
    assert rule is not None
    values = {
        "code": rule.code, "name_zh": rule.name_zh, "name_en": rule.name_en, "law_zh": rule.law.zh,
        "law_en": rule.law.en, "text_zh": rule.text_zh, "text_en": rule.text_en, "start_zh": rule.start_zh,
        "start_en": rule.start_en, "length": 3, "unit": "WORKDAY", "extension": 10, "roll": "on",
        "region": "370200", **changes,
    }  # fmt: skip
    return {name: str(value) for name, value in values.items()}


def test_a_rule_is_amended_after_it_was_shown_what_moves(case: Case, admin: Staff, client_of: SignIn) -> None:
    client, where = client_of(admin), reverse("deadline-rule", args=["service.handling"])
    clock = case.clocks.get(rule="service.handling")
    before = clock.due
    seen = client.post(where, {**amended(), "action": "preview"})
    assert seen.context["preview"].count == 1 and case.number in seen.content.decode()
    clock.refresh_from_db()
    assert clock.due == before and not RuleVersion.objects.exists()
    revision = str(seen.context["preview"].revision)
    saved = client.post(where, {**amended(), "action": "save", "revision": revision})
    assert saved.status_code == 302
    assert sweep.run(timezone.now()) > 0
    clock.refresh_from_db()
    assert clock.due < before and clock.derivation["rule"]["length"] == 3
    assert sweep.run(timezone.now()) == 0
    change = BookChange.objects.get()
    assert change.done_at is not None and change.moved_count == 1
    assert case.number in client.get(saved["Location"]).content.decode()
    assert Access.objects.filter(staff=admin, what="rule.saved").exists()
    # Saved once more as it was looked at then: the book has changed since.
    again = client.post(where, {**amended(length=4), "action": "save", "revision": revision})
    assert again.status_code == 200 and RuleVersion.objects.count() == 1
    shown = client.post(where, {"action": "withdraw"})
    back = {"action": "withdraw", "revision": shown.context["withdrawal"].revision}
    assert client.post(where, back).status_code == 302
    sweep.run(timezone.now())
    clock.refresh_from_db()
    assert clock.due == before


@pytest.mark.parametrize(
    "change", [{"length": 0}, {"unit": "WEEK"}, {"code": "a b"}, {"code": "other.rule"}, {"text_zh": ""},
               {"before": "on"}],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(admin: Staff, client_of: SignIn, change: dict) -> None:
    where = reverse("deadline-rule", args=["service.handling"])
    answer = client_of(admin).post(where, {**amended(**change), "action": "preview"})
    assert answer.status_code == 400 and not RuleVersion.objects.exists()


def test_a_new_rule_can_be_run_on_a_case(case: Case, admin: Staff, agent: Staff, client_of: SignIn) -> None:
    client, where = client_of(admin), reverse("deadline-rule", args=["new"])
    sent = amended(code="house.visit", name_zh="上门走访", length=2)
    revision = client.post(where, {**sent, "action": "preview"}).context["preview"].revision
    client.post(where, {**sent, "action": "save", "revision": revision})
    assert "上门走访" in client.get(reverse("deadline-rules")).content.decode()
    page = client_of(agent).get(reverse("case-deadlines", args=[case.pk])).content.decode()
    assert "house.visit" in page


def test_a_year_is_imported_and_what_was_provisional_is_settled(
    case: Case, drive: Drive, admin: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    clock = case.clocks.get(rule="limitation.general")
    # 12 Sep 2027 is a Sunday: Mon 13, by weekends alone.
    assert (clock.due, clock.provisional) == (date(2027, 9, 13), True)
    client, where = client_of(admin), reverse("workdays")
    wrong = client.post(where, {"text": SHORT.replace("2月14日上班", "2月12日上班"), "action": "preview"})
    assert wrong.status_code == 400 and "第 3 行" in wrong.content.decode()
    text = SHORT.replace("中秋节:9月15日放假", "中秋节:9月13日至15日放假")
    seen = client.post(where, {"text": text, "action": "preview"})
    assert seen.context["preview"].count == 1
    sent = {"text": text, "action": "save", "revision": seen.context["preview"].revision}
    assert client.post(where, sent).status_code == 302
    sweep.run(timezone.now())
    clock.refresh_from_db()
    assert (clock.due, clock.provisional) == (date(2027, 9, 16), False)


def test_a_single_day_is_set(case: Case, admin: Staff, client_of: SignIn) -> None:
    clock = case.clocks.get(rule="service.dispatch")
    client, where, before = client_of(admin), reverse("workdays"), clock.due
    sent = {"day": before.isoformat(), "worked": "0", "name": "台风停工"}
    revision = client.post(where, {**sent, "action": "preview"}).context["preview"].revision
    client.post(where, {**sent, "action": "save", "revision": revision})
    sweep.run(timezone.now())
    clock.refresh_from_db()
    assert clock.due > before
    assert client.post(where, {"day": "x", "action": "preview"}).status_code == 400
    # It was another day: what was entered is taken back, once.
    back = {"day": before.isoformat(), "worked": "back"}
    revision = client.post(where, {**back, "action": "preview"}).context["preview"].revision
    assert client.post(where, {**back, "action": "save", "revision": revision}).status_code == 302
    for _turn in range(3):  # each change is carried out by itself
        sweep.run(timezone.now())
    clock.refresh_from_db()
    assert clock.due == before and not CalendarDay.objects.exists()
    assert client.post(where, {**back, "action": "preview"}).status_code == 409


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_year_is_imported_from_a_file(admin: Staff, client_of: SignIn, encoding: str) -> None:
    client, where = client_of(admin), reverse("workdays")
    sent = SimpleUploadedFile("2027.txt", SHORT.replace("\n", "\r\n").encode(encoding))
    seen = client.post(where, {"text": "", "file": sent, "action": "preview"})
    assert seen.status_code == 200 and seen.context["arrangement"].year == 2027
    revision = seen.context["preview"].revision
    saved = client.post(where, {"text": seen.context["text"], "action": "save", "revision": revision})
    assert saved.status_code == 302 and CalendarYear.objects.get().year == 2027


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"PK\x03\x04\x00\x00\xff\xff", "纯文本"), ("节".encode() * 9000, "过长")],
    ids=["a document", "a book"],
)
def test_a_file_that_is_no_notice_is_refused(admin: Staff, client_of: SignIn, data: bytes, said: str) -> None:
    sent = SimpleUploadedFile("2027.txt", data)
    answer = client_of(admin).post(reverse("workdays"), {"text": "", "file": sent, "action": "preview"})
    assert answer.status_code == 400 and said in answer.content.decode()


def test_a_year_imported_anew_shows_what_its_old_days_held(
    case: Case, drive: Drive, admin: Staff, client_of: SignIn
) -> None:
    drive.write_intake(case)
    clock = case.clocks.get(rule="limitation.general")
    wrong = SHORT.replace("中秋节:9月15日放假", "中秋节:9月13日至15日放假")
    book_changes.save_year(admin, notice.read(wrong), wrong, rulebook.fresh().revision)
    sweep.run(timezone.now())
    clock.refresh_from_db()
    assert clock.due == date(2027, 9, 16)
    seen = book_changes.preview_year(notice.read(SHORT))
    assert [(move.before, move.after) for move in seen.moves] == [(date(2027, 9, 16), date(2027, 9, 13))]


def test_a_day_before_a_hearing_moves_what_is_counted_back(case: Case, agent: Staff, admin: Staff) -> None:
    # Three working days before Mon 12 Oct 2026: 10 (a worked Saturday), 9, 8.
    clock = term_events.add_clock(case.pk, agent, "arbitration.postponement", date(2026, 10, 12), "开庭")
    assert clock.due == date(2026, 10, 8)
    seen = book_changes.preview_day(date(2026, 10, 9), worked=False)
    assert (clock.rule, date(2026, 9, 30)) in [(move.rule, move.after) for move in seen.moves]


def test_what_is_counted_back_into_a_known_year_waits_for_the_next(case: Case, agent: Staff) -> None:
    # Mon 4 Jan 2027 and the Friday before are reckoned by weekends alone.
    clock = term_events.add_clock(case.pk, agent, "arbitration.hearing_notice", date(2027, 1, 5), "开庭")
    assert clock.provisional and clock.due.year == 2026
    sweep.run(timezone.now())  # tells what is due
    assert sweep.run(timezone.now()) == 0


def test_a_rule_that_a_period_needs_is_not_taken_back(
    case: Case, agent: Staff, admin: Staff, client_of: SignIn
) -> None:
    book_changes.save_rule(admin, a_rule("house.visit"), rulebook.fresh().revision)
    clock = term_events.add_clock(case.pk, agent, "house.visit", timezone.localdate(), "上门")
    sweep.run(timezone.now())
    client, where = client_of(admin), reverse("deadline-rule", args=["house.visit"])
    refused = client.post(where, {"action": "withdraw"})
    assert refused.status_code == 409 and case.number in refused.content.decode()
    term_events.end_clock(case.pk, agent, clock.pk)
    seen = client.post(where, {"action": "withdraw"})
    revision = seen.context["withdrawal"].revision
    assert client.post(where, {"action": "withdraw", "revision": revision}).status_code == 302
    # Its ended period is still read by its own words.
    assert client_of(agent).get(reverse("case-deadlines", args=[case.pk])).status_code == 200


def test_a_change_goes_on_where_it_was_killed(
    case: Case, admin: Staff, arrive: Callable[..., object]
) -> None:
    for n in range(3):
        arrive(f"+86138000077{n:02d}")
    change = book_changes.save_rule(admin, a_rule("service.handling", length=9), rulebook.fresh().revision)
    clocks = Clock.objects.filter(rule="service.handling").order_by("pk")
    # Killed after the second of four: the worker notes how far it came, and goes on from there.
    BookChange.objects.filter(pk=change.pk).update(reached=clocks[1].pk)
    sweep.run(timezone.now())
    assert [clock.derivation["rule"]["length"] for clock in clocks] == [5, 5, 9, 9]


# --- Calendar, feed, digest ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query", ["", "?view=list", "?whose=unit", "?month=2027-02", "?month=x", "?month=9999-99"]
)
def test_the_calendar_opens(
    case: Case, drive: Drive, supervisor: Staff, client_of: SignIn, query: str
) -> None:
    drive.to_review(case)
    for person in (drive.agent, drive.lawyer, drive.mediator, supervisor):
        assert client_of(person).get(f"/calendar/{query}").status_code == 200


def test_the_calendar_shows_ones_own_and_only_what_one_may_see(
    case: Case, drive: Drive, lawyer: Staff, other_lawyer: Staff, client_of: SignIn
) -> None:
    case = drive.to_mediation(case)
    mine, other = (lawyer, other_lawyer) if case.lawyer == lawyer else (other_lawyer, lawyer)
    due = case.clocks.get(rule="mediation.agreement").due
    where = f"/calendar/?view=list&month={due:%Y-%m}"
    assert case.number in client_of(mine).get(where).content.decode()
    for query in (where, where + "&whose=unit"):
        assert case.number not in client_of(other).get(query).content.decode()


def test_the_feed_is_private_revocable_and_names_nobody(case: Case, drive: Drive, client_of: SignIn) -> None:
    case.person.name = "周国珍"
    case.person.save()
    case = drive.to_mediation(case)
    client = client_of(drive.lawyer)
    link = client.post("/calendar/today/", {"action": "link"}).context["link"]
    token = link.rsplit("/", 1)[1].removesuffix(".ics")
    assert token not in json.dumps(list(Reminder.objects.values()), default=str)
    answer = Client().get(link.removeprefix("http://testserver"))
    found = Feed.from_ical(answer.content)
    summaries = [str(event["summary"]) for event in found.walk("VEVENT")]
    assert any(case.number in words and "调解" in words for words in summaries)
    assert "周国珍" not in answer.content.decode()
    assert Client().get("/calendar/feed/guessed.ics").status_code == 404
    client.post("/calendar/today/", {"action": "link"})
    assert Client().get(link.removeprefix("http://testserver")).status_code == 404
    fresh = (
        client.post("/calendar/today/", {"action": "link"}).context["link"].removeprefix("http://testserver")
    )
    assert Client().get(fresh).status_code == 200
    client.post("/calendar/today/", {"action": "revoke"})
    assert Client().get(fresh).status_code == 404


def test_the_feed_of_someone_who_left_is_closed(lawyer: Staff) -> None:
    token = reminders.make_link(lawyer)
    assert reminders.staff_of_link(token) == lawyer
    Staff.objects.filter(pk=lawyer.pk).update(is_active=False)
    assert reminders.staff_of_link(token) is None


def test_one_text_a_day_without_names(case: Case, drive: Drive, client_of: SignIn) -> None:
    lawyer = drive.lawyer
    drive.to_review(case)
    client = client_of(lawyer)
    assert client.post("/calendar/today/", {"action": "by_text", "wanted": "1"}).status_code == 400
    Staff.objects.filter(pk=lawyer.pk).update(mobile="+8613900001111")
    assert client.post("/calendar/today/", {"action": "by_text", "wanted": "1"}).status_code == 302
    day = case.clocks.get(rule="service.handling").due
    for moment, sent in (("07:59", 0), ("08:00", 1), ("08:01", 0), ("12:00", 0)):
        with time_machine.travel(at(f"{day} {moment}"), tick=False):
            assert reminders.send_digests(timezone.now()) == sent
    notice = StaffNotice.objects.get(purpose="digest")
    assert "今日届满 1 项" in notice.body and case.number not in notice.body


def test_the_digest_page_lists_what_is_due(case: Case, drive: Drive, client_of: SignIn) -> None:
    case = drive.to_review(case)
    page = client_of(drive.lawyer).get("/calendar/today/")
    assert case.number in page.content.decode() and "no-store" in page["Cache-Control"]


def test_only_the_roles_meant_open_the_pages(admin: Staff, agent: Staff, client_of: SignIn) -> None:
    assert client_of(agent).get(reverse("deadline-rules")).status_code == 403
    assert client_of(admin).get("/calendar/").status_code == 403
    assert client_of(admin).get(reverse("deadline-rules") + "?unverified=1").status_code == 200
    assert client_of(admin).get(reverse("deadline-rule", args=["no.such"])).status_code == 404
    assert client_of(admin).get(reverse("deadline-change", args=[99])).status_code == 404
    assert admin.role == Role.ADMINISTRATOR
