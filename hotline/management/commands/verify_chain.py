"""`manage.py verify_chain`: reckons every event's hash anew and says where the record was changed."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Exists, OuterRef

from hotline import events
from hotline.models import Case, Event

LOST = 100
"""How many removed events a moved one is looked for behind."""


class Command(BaseCommand):
    help = "Find events that were changed, removed or moved, in every case or in one; exit status 1 if any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", metavar="NUMBER", help="only the case of this number")

    def handle(self, *args: Any, case: str | None, **options: Any) -> None:
        cases = Case.objects.filter(number=case) if case else Case.objects.all()
        if case and not cases.exists():
            raise CommandError(f"There is no case {case}.")
        # One statement, so that what is written meanwhile is seen with its case or not at all.
        rows = Event.objects.filter(case__in=cases).select_related("case").order_by("case_id", "sequence")
        checked = found = 0
        for _case, group in groupby(rows.iterator(chunk_size=1000), key=lambda event: event.case_id):
            chain = list(group)
            checked += len(chain)
            for problem in problems(chain):
                found += 1
                self.stdout.write(f"{chain[0].case.number}: {problem}")
        bare = cases.filter(version__gt=0).exclude(Exists(Event.objects.filter(case=OuterRef("pk"))))
        for number in bare.values_list("number", flat=True):
            found += 1
            self.stdout.write(f"{number}: all events are missing")
        if found:
            raise CommandError(f"{found} problems in {checked} events")
        self.stdout.write(f"{checked} events are as they were written")


def problems(chain: Sequence[Event]) -> Iterator[str]:
    """What is wrong with one case's events, given in the order of their sequence."""
    case, expected = chain[0].case, 1
    previous: str | None = ""
    """The hash before the present event; None where that cannot be known."""
    highest = max(chain[-1].sequence, case.version) + LOST
    for event in chain:
        if event.sequence > expected:
            yield _missing(expected, event.sequence - 1)
        if event.hash != events.chain_hash(event):
            before = _stood_at(event, highest)
            yield f"event {event.sequence} was " + (f"moved from {before}" if before else "changed")
            previous = None
        else:
            if event.sequence == expected and previous not in {None, event.previous_hash}:
                yield f"event {event.sequence} does not follow the one before it"
            previous = event.hash
        expected = event.sequence + 1
    if case.version >= expected:
        yield _missing(expected, case.version)
    elif case.version < expected - 1:
        yield f"the case counts {case.version} events, {expected - 1} are there"
    elif case.chain_head != chain[-1].hash:
        yield f"event {expected - 1} is not the one that the case ends with"


def _missing(first: int, last: int) -> str:
    return f"event {first} is missing" if first == last else f"events {first} to {last} are missing"


def _stood_at(event: Event, highest: int) -> int | None:
    """The sequence under which `event` was written, if it was only moved."""
    stands = event.sequence
    try:
        for event.sequence in range(1, highest + 1):
            if event.hash == events.chain_hash(event):
                return event.sequence
    finally:
        event.sequence = stands
    return None
