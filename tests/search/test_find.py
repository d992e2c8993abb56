"""What a person finds: everything written or said in the cases they may see, and nothing of others."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from hotline import access, events
from hotline.actions import notes
from hotline.enums import Channel, EmployerRole, Section
from hotline.models import (
    Access,
    Attachment,
    Call,
    Case,
    Measure,
    MeasureEntry,
    Staff,
    TermEvent,
    TranscriptLine,
    Unit,
)
from search import build, generations
from search.engine import EngineDown, Filters
from search.find import Found, find
from tests.conftest import Drive
from workflows import term_events, terms

Write = Callable[..., Case]
Drained = Callable[[], int]


def numbers(found: Found) -> list[str]:
    assert not found.error
    return [one.case.number for one in found.cases]


def marked(found: Found) -> str:
    return " ".join(snippet.html for snippet in found.cases[0].snippets)


def test_a_word_of_a_message_newest_first(write: Write, drained: Drained, supervisor: Staff) -> None:
    old = write("老板拖欠工资", "+8613900000001", at=timezone.now() - timedelta(days=2))
    new = write("工资没有发", "+8613900000002")
    write("社保的事", "+8613900000003")
    drained()
    found = find(supervisor, "工资")
    assert (found.total, numbers(found)) == (2, [new.number, old.number])
    assert marked(found) == "<mark>工资</mark>没有发"
    assert found.facets["stage"] == {"INTAKE": 2}


def test_everything_written_or_said_is_found(
    drained: Drained,
    drive: Drive,
    case: Case,
    agent: Staff,
    lawyer: Staff,
    supervisor: Staff,
    arrive: Callable[..., Any],
) -> None:
    received = arrive(provider_id="CA1", channel=Channel.CALL)
    call = Call.objects.create(interaction=received.interaction, note="答应明天再打")
    TranscriptLine.objects.create(
        call=call, transcription_sid="GT1", sequence=1, by_worker=True, text="我在码头卸货", at=timezone.now()
    )
    case.refresh_from_db()
    drive.save(case, Section.CALLER, agent, name="欧阳丽", address="市南区示例路8号", contact_note="晚上勿打")
    drive.save(case, Section.INTAKE, agent, summary="拖欠加班费", wishes="想要回报酬")
    case = drive.to_acceptance(case)
    notes.add_note(case.pk, agent, "已经电话核实打卡记录")
    Attachment.objects.create(
        case=case, name="考勤表照片.jpg", content_type="image/jpeg", added_at=timezone.now()
    )
    case.employers.get().employer.__class__.objects.update(
        aliases=["老帽厂"], credit_code="91370200MA3ABCDE1X"
    )
    events.record(Case.objects.get(pk=case.pk), "touched")
    drained()
    for query in (
        "明天再打",
        "码头卸货",
        "欧阳丽",
        "欧阳",
        "ouyang",
        "oyl",
        "示例路",
        "晚上勿打",
        "加班费",
        "回报酬",
        "老板拖欠",
        "应当支付",
        "单位拒绝调解",
        "制帽",
        "老帽厂",
        "91370200MA3ABCDE1X",
        "31000",
        "三个月",
        "市南区劳动人事",
        "工资条",
        "核实打卡",
        "考勤表",
        "拖欠工资",
        "5678",
        "13800005678",
        case.number,
        case.number[-6:],
    ):
        found = find(supervisor, query)
        assert numbers(found) == [case.number], query
        assert found.cases[0].employer == "青岛示例制帽有限公司"


def test_two_persons_words_must_both_be_there(write: Write, drained: Drained, supervisor: Staff) -> None:
    write("工资", "+8613900000001", name="周明")
    write("工资", "+8613900000002", name="李丽")
    drained()
    assert find(supervisor, "工资 周明").total == 1
    assert find(supervisor, "工资 周明 李丽").total == 0


def test_each_role_finds_what_it_may_see(
    write: Write,
    drained: Drained,
    agent: Staff,
    lawyer: Staff,
    other_lawyer: Staff,
    mediator: Staff,
    supervisor: Staff,
    outsider: Staff,
    admin: Staff,
    drive: Drive,
    other_district: Unit,
) -> None:
    plain = write("工资", "+8613900000001")
    reviewed = drive.to_review(write("工资", "+8613900000002"))
    drive.lawyer = other_lawyer  # who has fewer open cases now
    mediated = drive.to_mediation(write("工资", "+8613900000003"))
    foreign = write("工资", "+8613900000004")
    Case.objects.filter(pk=foreign.pk).update(unit=other_district)
    drained()
    sees = {
        agent: {plain, reviewed, mediated, foreign},
        supervisor: {plain, reviewed, mediated, foreign},
        lawyer: {reviewed},
        other_lawyer: {mediated},
        mediator: {mediated},
        outsider: {foreign},
        admin: set(),
    }
    for user, cases in sees.items():
        found = find(user, "工资")
        assert set(access.visible(user, Case.objects.all())) == cases, user
        assert set(numbers(found)) == {case.number for case in cases}, user
        assert (found.total, sum(found.facets["stage"].values())) == (len(cases), len(cases)), user


def test_holding_a_call_shows_its_case_until_wrap_up(
    arrive: Callable[..., Any], drained: Drained, other_agent: Staff, other_district: Unit, district: Unit
) -> None:
    other_agent.unit = district
    other_agent.save()
    received = arrive("+8613900000001", channel=Channel.CALL)
    Case.objects.filter(pk=received.case.pk).update(unit=other_district)
    call = Call.objects.create(interaction=received.interaction, agent=other_agent)
    drained()
    assert find(other_agent, "0001").total == 1
    assert holders(received.case) == (other_agent.pk,)
    call.wrapped_up_at = timezone.now()
    call.save()
    assert find(other_agent, "0001").total == 0
    events.record(Case.objects.get(pk=received.case.pk), "call.wrapped_up")
    drained()
    assert find(other_agent, "0001").total == 0
    assert holders(received.case) == ()


def holders(case: Case) -> tuple[int, ...]:
    return build.document(build.with_texts(Case.objects.all()).get(pk=case.pk)).holder_ids


def test_a_case_taken_away_is_gone_before_the_index_knows(
    write: Write, drained: Drained, drive: Drive, lawyer: Staff
) -> None:
    case = drive.to_review(write("工资"))
    drained()
    assert find(lawyer, "工资").total == 1
    Case.objects.filter(pk=case.pk).update(lawyer=None)
    found = find(lawyer, "工资")
    assert (found.total, found.cases) == (0, ())


def test_who_is_deactivated_finds_nothing(write: Write, drained: Drained, supervisor: Staff) -> None:
    write("工资")
    drained()
    supervisor.is_active = False
    assert find(supervisor, "工资").total == 0


def test_a_change_is_found_within_a_second(
    write: Write, drained: Drained, agent: Staff, supervisor: Staff
) -> None:
    case = write("你好")
    drained()
    start = time.monotonic()
    notes.add_note(case.pk, agent, "补充：欠薪九千")
    drained()
    assert find(supervisor, "欠薪").total == 1
    assert time.monotonic() - start < 1


def test_an_identity_number_stands_nowhere_in_the_index_and_is_found_as_a_whole(
    write: Write, drained: Drained, drive: Drive, agent: Staff, supervisor: Staff, index: Path
) -> None:
    case = write("我的身份证37020219900307123X，卡号6222 0200 1111 2222 333", "+8613900000001")
    other = write("你好", "+8613900000002")
    drive.save(other, Section.CALLER, agent, identity_number="11010519491231002X")
    drained()
    for secret in ("19900307", "6222020011112222333", "1112222", "19491231", "002X"):
        assert find(supervisor, secret).total == 0, secret
    assert numbers(find(supervisor, "37020219900307123x")) == [case.number]
    assert numbers(find(supervisor, "11010519491231002X")) == [other.number]
    kept = b"".join(path.read_bytes() for path in index.rglob("*") if path.is_file())
    assert b"19900307" not in kept
    assert b"11010519491231002" not in kept
    assert "37020219900307123X" not in marked(find(supervisor, "身份证"))
    assert not Access.objects.filter(detail__icontains="11010519491231002").exists()


def test_numbers_are_masked_where_they_are_shown(write: Write, drained: Drained, supervisor: Staff) -> None:
    write("打13911112222找我", "+8613900009198")
    drained()
    assert marked(find(supervisor, "9198")) == "+86139****<mark>9198</mark>"
    assert marked(find(supervisor, "找我")) == "打139****2222<mark>找我</mark>"
    assert marked(find(supervisor, "13911112222")) == "<mark>139****2222</mark>"


def test_what_is_shown_is_escaped(write: Write, drained: Drained, supervisor: Staff) -> None:
    write("<script>alert(1)</script>工资<b>")
    drained()
    assert marked(find(supervisor, "工资")) == "…pt&gt;alert(1)&lt;/script&gt;<mark>工资</mark>&lt;b&gt;"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type a word"),
        ("   ", "Type a word"),
        ("，。！？", "Type a word"),
        ("😀\x00\u200b", "Type a word"),
        ("工" * 10_000, "200 characters"),
        (" ".join("一二三四五六七八九十百千万"), "12 words"),
    ],
)
def test_bad_input_is_answered_in_words(
    index: Path, supervisor: Staff, settings: Any, text: str, words: str
) -> None:
    from django.utils.translation import override

    with override("en"):
        found = find(supervisor, text)
    assert words in found.error
    assert (found.total, found.cases) == (0, ())


def test_a_wrong_page_is_answered_in_words(write: Write, drained: Drained, supervisor: Staff) -> None:
    write("工资")
    drained()
    assert find(supervisor, "工资", after="x").error


def test_pages(write: Write, drained: Drained, supervisor: Staff) -> None:
    for number in range(5):
        write("工资", f"+861390000000{number}")
    drained()
    first = find(supervisor, "工资", size=3)
    second = find(supervisor, "工资", size=3, after=first.cursor)
    assert (first.total, second.total, second.cursor) == (5, 5, None)
    assert len(set(numbers(first) + numbers(second))) == 5


def test_the_number_of_queries_does_not_grow(
    write: Write, drained: Drained, supervisor: Staff, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        write("工资", f"+861390000000{number}", name=f"周明{number}")
    drained()
    for size in (1, 3):
        with django_assert_num_queries(23):
            assert len(find(supervisor, "工资", size=size).cases) == size


def test_each_page_of_a_search_goes_to_the_access_log(
    write: Write, drained: Drained, supervisor: Staff
) -> None:
    write("工资")
    write("工资", "+8613900000001")
    drained()
    first = find(supervisor, "工资", size=1)
    row = Access.objects.get(what="search")
    assert (row.staff, row.detail) == (supervisor, "工资")
    find(supervisor, "工资", size=1, after=first.cursor)
    assert Access.objects.filter(what="search", detail="工资").count() == 2


def test_without_the_engine_whole_numbers_are_looked_up(
    write: Write, index: Path, supervisor: Staff, lawyer: Staff
) -> None:
    case = write("工资", "+8613900009198")

    def down() -> Any:
        raise EngineDown("no")

    for text in (case.number, case.number.lower(), "13900009198", "139 0000 9198"):
        found = find(supervisor, text, engine=down)
        assert (found.total, numbers(found)) == (1, [case.number]), text
        assert found.engine_down
    assert find(supervisor, "工资", engine=down).total == 0
    assert find(lawyer, case.number, engine=down).total == 0


def test_before_the_first_building_the_person_is_told(index: Path, supervisor: Staff) -> None:
    assert find(supervisor, "工资").engine_down


def test_a_broken_index_is_told_not_shown_as_empty(
    write: Write, drained: Drained, supervisor: Staff, index: Path
) -> None:
    write("工资")
    drained()
    generations.stop_writing()
    current = generations.current()
    assert current is not None
    (current / "meta.json").write_text("{")
    assert find(supervisor, "工资").engine_down


def test_several_employers(
    write: Write, drained: Drained, drive: Drive, agent: Staff, supervisor: Staff
) -> None:
    case = write("工资")
    drive.save(
        case,
        Section.EMPLOYERS,
        agent,
        rows=[
            {"name": "示例劳务派遣公司", "role": EmployerRole.DISPATCH_AGENCY},
            {"name": "示例一号港务公司", "role": EmployerRole.USER_OF_LABOUR},
        ],
    )
    drained()
    found = find(supervisor, "港务")
    assert all(name in found.cases[0].employer for name in ("示例劳务派遣公司", "示例一号港务公司"))


def test_facets_and_filters(
    write: Write, drained: Drained, drive: Drive, supervisor: Staff, lawyer: Staff
) -> None:
    write("工资", "+8613900000001")
    reviewed = drive.to_review(write("工资", "+8613900000002"))
    drained()
    found = find(supervisor, "工资")
    assert found.facets["stage"] == {"INTAKE": 1, "LEGAL_REVIEW": 1}
    assert found.facets["lawyer"] == {"-": 1, str(lawyer.pk): 1}
    assert found.facets["category"] == {"-": 1, "A01": 1}
    assert found.facets["month"] == {timezone.localtime().strftime("%Y-%m"): 2}
    chosen = find(supervisor, "", filters=Filters({"stage": ("LEGAL_REVIEW",)}))
    assert numbers(chosen) == [reviewed.number]
    assert numbers(find(supervisor, "律师:李 工资")) == [reviewed.number]
    assert find(supervisor, "工资", facets=()).facets == {}


def test_an_error_says_where_it_is(index: Path, supervisor: Staff) -> None:
    for typed, place in (("工资 律师:不在", (3, 8)), ("工资 哪里:1", (3, 7)), ("工资 或", (3, 4))):
        found = find(supervisor, typed)
        assert (bool(found.error), found.error_at) == (True, place), typed
    assert find(supervisor, "").error_at is None


def test_a_cursor_that_was_changed_is_no_page(write: Write, drained: Drained, supervisor: Staff) -> None:
    for number in range(4):
        write("工资", f"+861390000000{number}")
    drained()
    cursor = find(supervisor, "工资", size=2).cursor
    assert cursor
    assert find(supervisor, "工资", size=2, after=cursor).total == 4
    assert find(supervisor, "工资", size=2, after=f"o{cursor[1:]}").error
    assert find(supervisor, "工资", size=2, after=cursor, sort="oldest").error


def test_traditional_characters_names_alike_and_their_marks(
    write: Write, drained: Drained, supervisor: Staff
) -> None:
    write("在青島製帽上班", "+8613900000001", name="王果真")
    drained()
    assert marked(find(supervisor, "青岛制帽")) == "在<mark>青島製帽</mark>上班"
    assert marked(find(supervisor, "王国珍")) == "<mark>王果真</mark>"
    assert marked(find(supervisor, "“制帽” -港务")) == "在青島<mark>製帽</mark>上班"


def test_measures_and_what_interrupts_a_period_are_found(
    case: Case, drained: Drained, supervisor: Staff
) -> None:
    measure = Measure.objects.create(
        case=case, kind="LETTER", addressee="示例人社局", started_by=supervisor, started_at=timezone.now()
    )
    MeasureEntry.objects.create(
        measure=measure, step="x", decision="y", text="请依法支付", actor=supervisor, at=timezone.now()
    )
    TermEvent.objects.create(
        case=case, kind="x", on=timezone.localdate(), note="微信催讨", entered_at=timezone.now()
    )
    drained()
    for words in ("人社局", "依法支付", "微信催讨"):
        assert find(supervisor, words).total == 1


def test_the_words_of_a_day_that_was_set_by_hand_are_found(
    case: Case, agent: Staff, drained: Drained, supervisor: Staff
) -> None:
    drained()
    today = timezone.localdate()
    term_events.add_clock(case.pk, agent, terms.DEMAND, today, "到莱西报到，否则按旷工处理")
    term_events.add_clock(case.pk, agent, "letter.opinion_reply", today, "意见书由门卫签收")
    drained()
    assert marked(find(supervisor, "莱西报到")) == "到<mark>莱西报到</mark>，否则按旷工处理"
    assert find(supervisor, "门卫签收").total == 1
    assert find(supervisor, "hand").total == 0, "how it is stored is nobody's word"
    term_events.end_clock(case.pk, agent, case.clocks.get(rule=terms.DEMAND).pk)
    drained()
    assert find(supervisor, "莱西报到").total == 1, "it was said all the same"
