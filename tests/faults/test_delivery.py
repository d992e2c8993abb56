"""A text that the carrier took and could not deliver: which reasons get a second try, and what is shown."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hotline import delivery
from hotline.actions import messages
from hotline.enums import MessageState
from hotline.models import Case, Contact, Event, Message, Staff, StaffNotice
from hotline.telephony import sending
from tests.hotline.telephony.conftest import WORKER, Carrier, Post, until

SID, NEW = "SM" + "8" * 32, "SM" + "9" * 32
AGAIN = sorted(code for code, what in delivery.CODES.items() if what.again_after)


def sent(case: Case, agent: Staff, sid: str = SID) -> Message:
    row = messages.reply(case.pk, agent, "请带上工资条。")
    assert messages.claim(Message, row.pk, timezone.now())
    assert messages.settle(row, MessageState.SENT, sid=sid)
    return row


def told(post: Post, row: Message, code: str, sid: str = SID, status: str = "undelivered") -> None:
    fields = {"MessageSid": sid, "MessageStatus": status, "ErrorCode": code}
    assert post(f"/twilio/messages/status/?message={row.pk}", fields).status_code == 204
    row.refresh_from_db()


def test_two_reasons_pass() -> None:
    assert AGAIN == ["30001", "30008"]


@pytest.mark.parametrize("code", AGAIN)
def test_a_reason_that_passes_gets_one_more_try_after_a_pause(
    code: str, post: Post, case: Case, agent: Staff
) -> None:
    row = sent(case, agent)
    for _post in range(3):  # the carrier says it again
        told(post, row, code)
    pause = delivery.pause_before_another_try(code)
    assert pause and row.due_at
    assert abs(row.due_at - timezone.now() - pause) < timedelta(seconds=10)
    assert (row.state, row.tries, row.error_code) == (MessageState.QUEUED, 1, code)
    assert row.pk not in messages.due(Message, timezone.now())
    assert messages.known_sid(SID), "never taken for the new try when lists are compared"
    assert messages.claim(Message, row.pk, row.due_at)
    assert messages.settle(row, MessageState.SENT, sid=NEW)
    told(post, row, code)
    assert row.state == MessageState.SENT, "a word on the first try no longer counts"
    told(post, row, code, sid=NEW)
    assert (row.state, row.error_code) == (MessageState.FAILED, code)
    assert Event.objects.filter(kind="sms.again").count() == 1


@pytest.mark.parametrize("code", sorted(set(delivery.CODES) - set(AGAIN)) + ["", "39999"])
def test_every_other_reason_is_final(code: str, post: Post, case: Case, agent: Staff) -> None:
    row = sent(case, agent)
    told(post, row, code)
    assert (row.state, row.tries) == (MessageState.FAILED, 0)


def test_who_opted_out_meanwhile_is_not_tried_again(post: Post, case: Case, agent: Staff) -> None:
    row = sent(case, agent)
    Contact.objects.update(opted_out_at=timezone.now())
    told(post, row, "30008")
    assert row.state == MessageState.FAILED


def test_a_text_to_staff_is_tried_again_too(case: Case, lawyer: Staff) -> None:
    lawyer.mobile = "+8613700000000"
    row = messages.notify_assignment(case, lawyer)
    assert row is not None and messages.claim(StaffNotice, row.pk, timezone.now())
    assert messages.settle(row, MessageState.FAILED, sid=SID, error_code="30008")
    row.refresh_from_db()
    assert (row.state, row.provider_id, row.tries) == (MessageState.QUEUED, "", 1)


@pytest.mark.django_db(transaction=True)
def test_the_same_word_in_eight_posts_at_once_queues_it_once(case: Case, agent: Staff) -> None:
    row, start = sent(case, agent), threading.Barrier(8)

    def settle() -> None:
        start.wait()
        messages.settle(row, MessageState.FAILED, sid=SID, error_code="30008")
        connection.close()

    threads = [threading.Thread(target=settle) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row.refresh_from_db()
    assert (row.state, row.tries, row.interaction.provider_id) == (MessageState.QUEUED, 1, None)


def test_the_message_says_why_and_when_it_is_sent_again(
    post: Post, case: Case, agent: Staff, client_of: Callable[[Staff], Client]
) -> None:
    row = sent(case, agent)
    page = reverse("case", args=[case.pk])
    told(post, row, "30008")
    shown = client_of(agent).get(page).text
    assert "未送达，运营商未说明原因（30008）" in shown and "再发一次" in shown
    messages.claim(Message, row.pk, row.due_at or timezone.now())
    messages.settle(row, MessageState.SENT, sid=NEW)
    told(post, row, "30003", sid=NEW)
    assert "对方手机关机或不在服务区（30003）" in client_of(agent).get(page).text


@pytest.mark.django_db(transaction=True)
def test_end_to_end_the_second_try_arrives_and_there_are_two_at_the_carrier(
    carrier: Carrier, city: Any, agent: Staff
) -> None:
    carrier.ask("/sim/messages", {"from": WORKER, "body": "讨薪"})
    until(lambda: Message.objects.exists())
    row = messages.reply(Case.objects.get().pk, agent, "请带上工资条。")
    carrier.ask("/sim/faults", {"undelivered": 1.0, "undelivered_code": 30001})
    assert sending.send_due(timezone.now()) == 1
    until(lambda: Message.objects.get(pk=row.pk).tries == 1)
    carrier.ask("/sim/faults", {})
    assert sending.send_due(timezone.now()) == 0
    assert sending.send_due(timezone.now() + timedelta(minutes=16)) == 1
    until(lambda: Message.objects.get(pk=row.pk).state == MessageState.DELIVERED)
    made = carrier.made("messages", "outbound")
    assert sorted(str(m["status"]) for m in made) == ["delivered", "undelivered"]
