"""What is sent to whom, when, and how its state moves on and never back."""

from datetime import datetime, time, timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from hotline.actions import messages
from hotline.enums import Answer, MessageState, Stage
from hotline.errors import Conflict, Invalid, NotAllowed, NotVisible
from hotline.models import Case, Contact, Message, Person, Staff, StaffNotice
from tests.conftest import at
from tests.hotline.actions.conftest import WORKER


@pytest.fixture
def willing(case: Case) -> Case:
    """A case whose worker has agreed to texts."""
    case.person.may_text = Answer.YES
    case.person.contact_from, case.person.contact_until = time(0), time(23, 59, 59)
    case.person.name = "张建国"
    case.person.save()
    return case


def test_a_reply_is_a_row_to_be_sent_to_the_number_they_wrote_from(case: Case, agent: Staff) -> None:
    row = messages.reply(case.pk, agent, "  请带上工资条。 ")
    assert (row.body, row.state, row.sender) == ("请带上工资条。", MessageState.QUEUED, agent)
    assert messages.destination(row) == WORKER
    assert messages.due(Message, timezone.now()) == [row.pk]


@pytest.mark.parametrize("body", ["", " \n", "长" * 501])
def test_an_empty_or_far_too_long_reply_is_refused(case: Case, agent: Staff, body: str) -> None:
    with pytest.raises(Invalid):
        messages.reply(case.pk, agent, body)


def test_a_reply_needs_the_right_person(case: Case, lawyer: Staff, outsider: Staff) -> None:
    with pytest.raises(NotVisible):
        messages.reply(case.pk, outsider, "好")
    case.lawyer = lawyer
    case.save()
    with pytest.raises(NotAllowed):
        messages.reply(case.pk, lawyer, "好")


def test_who_opted_out_gets_nothing_more(willing: Case, agent: Staff) -> None:
    Contact.objects.update(opted_out_at=timezone.now())
    with pytest.raises(Conflict):
        messages.reply(willing.pk, agent, "好")
    assert messages.notify_stage(willing, Stage.MEDIATION) is None


@pytest.mark.parametrize("answer", [Answer.NO, Answer.UNKNOWN])
def test_without_consent_the_hotline_texts_nothing(willing: Case, answer: Answer) -> None:
    willing.person.may_text = answer
    assert messages.notify_stage(willing, Stage.LEGAL_REVIEW) is None
    assert messages.notify_receipt(willing) is None
    assert not Message.objects.filter(interaction__direction="OUTBOUND").exists()


@pytest.mark.parametrize("stage", [Stage.LEGAL_REVIEW, Stage.MEDIATION, Stage.ARBITRATION, Stage.CLOSED])
def test_a_stage_is_told_by_number_and_without_a_name(willing: Case, stage: Stage) -> None:
    row = messages.notify_stage(willing, stage)
    assert row is not None and row.purpose == f"stage.{stage}"
    assert willing.number in row.body and willing.person.name not in row.body


def test_the_receipt_is_sent_once(willing: Case) -> None:
    assert messages.notify_receipt(willing) is not None
    assert messages.notify_receipt(willing) is None
    assert messages.notify_stage(willing, Stage.INTAKE) is None


@pytest.mark.parametrize(
    ("opens", "closes", "clock", "expected"),
    [
        (None, None, "2026-11-23 14:00", "2026-11-23 14:00"),
        (None, None, "2026-11-23 22:30", "2026-11-24 08:00"),
        (None, None, "2026-11-23 03:00", "2026-11-23 08:00"),
        (time(18), time(20), "2026-11-23 14:00", "2026-11-23 18:00"),
        (time(18), time(20), "2026-11-23 20:00", "2026-11-24 18:00"),
        (time(20), time(6), "2026-11-23 23:00", "2026-11-23 23:00"),
        (time(20), time(6), "2026-11-23 05:59", "2026-11-23 05:59"),
        (time(20), time(6), "2026-11-23 12:00", "2026-11-23 20:00"),
    ],
)
def test_texts_wait_until_the_worker_may_be_reached(
    opens: time | None, closes: time | None, clock: str, expected: str
) -> None:
    person = Person(contact_from=opens, contact_until=closes)
    assert messages.reachable_at(person, at(clock)) == at(expected)


def test_a_lawyer_is_told_without_names(willing: Case, lawyer: Staff) -> None:
    assert messages.notify_assignment(willing, lawyer) is None  # no mobile number known
    lawyer.mobile = "+8613700000000"
    row = messages.notify_assignment(willing, lawyer)
    assert row is not None and willing.person.name not in row.body and willing.number in row.body
    assert messages.destination(row) == lawyer.mobile


def test_one_process_sends_a_row(case: Case, agent: Staff, now: datetime) -> None:
    row = messages.reply(case.pk, agent, "好")
    moment = timezone.now()
    assert messages.claim(Message, row.pk, moment)
    assert not messages.claim(Message, row.pk, moment)
    assert messages.park_killed(Message, moment + timedelta(seconds=30)) == 0
    assert messages.park_killed(Message, moment + timedelta(seconds=91)) == 1
    row.refresh_from_db()
    assert row.state == MessageState.UNCERTAIN


@pytest.mark.parametrize("final", [MessageState.DELIVERED, MessageState.FAILED])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_carriers_words_in_any_order_end_the_same(
    case: Case, agent: Staff, order: tuple[int, ...], final: MessageState
) -> None:
    row = messages.reply(case.pk, agent, "好")
    messages.claim(Message, row.pk, timezone.now())
    words = [MessageState.SENT, MessageState.SENT, final]
    for place in order:
        messages.settle(
            row, words[place], sid="SM" + "9" * 32, error_code="30003" if final == "FAILED" else ""
        )
    row.refresh_from_db()
    assert row.state == final
    assert row.interaction.provider_id == "SM" + "9" * 32
    assert messages.find_outgoing("SM" + "9" * 32) == row


def test_only_what_was_certainly_not_sent_is_sent_again(case: Case, agent: Staff) -> None:
    row = messages.reply(case.pk, agent, "好")
    now = timezone.now()
    messages.claim(Message, row.pk, now)
    assert messages.settle(row, MessageState.QUEUED, due_at=now)
    messages.claim(Message, row.pk, now)
    assert messages.settle(row, MessageState.SENT, sid="SM" + "9" * 32)
    assert not messages.settle(row, MessageState.QUEUED, due_at=now)
    row.refresh_from_db()
    assert (row.state, row.tries) == (MessageState.SENT, 1)


def test_the_carrier_says_that_they_opted_out(case: Case, agent: Staff) -> None:
    row = messages.reply(case.pk, agent, "好")
    messages.claim(Message, row.pk, timezone.now())
    messages.settle(row, MessageState.FAILED, error_code="21610")
    assert Contact.objects.get().opted_out_at is not None


def test_a_staff_notice_moves_the_same_way(case: Case, lawyer: Staff) -> None:
    lawyer.mobile = "+8613700000000"
    row = messages.notify_assignment(case, lawyer)
    assert row is not None and messages.claim(StaffNotice, row.pk, timezone.now())
    assert messages.settle(row, MessageState.SENT, sid="SM" + "7" * 32)
    assert messages.find_outgoing("SM" + "7" * 32) == row
