"""The yardstick of the intake: inserts by the ORM and nothing else, under the same web server.

No signature, no look-up, no lock, no middleware: what is left is what any Django program would have to pay.
"""

import os
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.benchmark.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from hotline.actions import cases  # noqa: E402
from hotline.models import Case, Clock, Contact, Event, Interaction, Message, Person, SearchMark  # noqa: E402

HASH = "0" * 64


def join(case_pk: int, sid: str, number: str, body: str) -> None:
    """The rows of a message that joins the case `case_pk`."""
    now = timezone.now()
    interaction = Interaction.objects.create(
        case_id=case_pk, channel="SMS", direction="INBOUND", provider_id=sid, address=number, at=now
    )
    Message.objects.create(interaction=interaction, body=body, state="RECEIVED")
    # Beyond what any chain reaches, and below the largest number of the column.
    sequence = 1_000_000_000 + uuid.uuid4().int % 1_000_000_000
    Event.objects.create(
        case_id=case_pk, sequence=sequence, kind="sms.inbound", at=now, data={"interaction": interaction.pk},
        previous_hash=HASH, hash=HASH,
    )  # fmt: skip
    mark = SearchMark(case_id=case_pk, version=1, marked_at=now, due_at=now)
    SearchMark.objects.bulk_create(
        [mark], update_conflicts=True, unique_fields=["case"], update_fields=["version", "due_at"]
    )


def new_case(number: str, body: str) -> Case:
    """The rows of a new case with its first message, without the flow's."""
    now = timezone.now()
    person = Person.objects.create(created_at=now)
    contact = Contact.objects.create(value=number, person=person)
    case = Case.objects.create(
        number=f"BARE-{uuid.uuid4().hex[:20]}", person=person, unit=cases.hotline_unit(), channel="SMS",
        opened_at=now, updated_at=now,
    )  # fmt: skip
    Event.objects.create(
        case=case,
        sequence=1,
        kind="case.opened",
        at=now,
        data={"channel": "SMS"},
        previous_hash="",
        hash=HASH,
    )
    for rule in ("service.dispatch", "service.handling"):
        Clock.objects.create(case=case, rule=rule, start=now.date(), due=now.date())
    join(case.pk, f"SM{uuid.uuid4().hex}", contact.value, body)
    return case


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Takes a message's fields, and the case's id as the address's query."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    fields = {
        name: values[0] for name, values in parse_qs(environ["wsgi.input"].read(length).decode()).items()
    }
    try:
        with transaction.atomic():
            join(int(environ["QUERY_STRING"]), fields["MessageSid"], fields["From"], fields["Body"])
    finally:
        connection.close()  # back to the pool, as after each of Django's requests
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
