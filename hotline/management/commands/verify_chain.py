"""`manage.py verify_chain`: reckons every event's hash anew and says where the record was changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Exists, F, OuterRef

from hotline import events
from hotline.models import Case, Event

LOST = 100
"""How many removed events a moved one is looked for behind."""


@dataclass(frozen=True)
class Ending:
    """What the case's own row says of its events: their number and the last one's hash."""

    version: int
    head: str


class Command(BaseCommand):
    help = (
        "Find events that were changed, removed, inserted or moved, in every case or in one, "
        "and say where; exit status 1 if any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", metavar="NUMBER", help="only the case of this number")

    def handle(self, *args: Any, case: str | None, **options: Any) -> None:
        cases = Case.objects.filter(number=case) if case else Case.objects.all()
        if case and not cases.exists():
            raise CommandError(f"There is no case {case}.")
        rows = Event.objects.filter(case__number=case) if case else Event.objects.all()
        checked = found = 0
        for number, ending, chain in chains(rows):
            checked += len(chain)
            for problem in problems(chain, ending):
                found += 1
                self.stdout.write(f"{number}: {problem}")
        bare = cases.filter(version__gt=0).exclude(Exists(Event.objects.filter(case=OuterRef("pk"))))
        for number in bare.values_list("number", flat=True).iterator():
            found += 1
            self.stdout.write(f"{number}: all events are missing")
        if found:
            raise CommandError(f"{found} problems in {checked} events")
        self.stdout.write(f"{checked} events are as they were written")


def chains(rows: Any) -> Iterator[tuple[str, Ending, list[Event]]]:
    """Each case's number, what it says of its end, and its events; one case at a time in memory.

    One statement, so that what is written meanwhile is seen with its case or not at all.
    """
    found = rows.annotate(
        of_case=F("case__number"), counted=F("case__version"), head=F("case__chain_head")
    ).order_by("case_id", "sequence")
    for _case, group in groupby(found.iterator(chunk_size=1000), key=lambda event: event.case_id):
        chain = list(group)
        yield chain[0].of_case, Ending(chain[0].counted, chain[0].head), chain


def problems(chain: Sequence[Event], ending: Ending) -> Iterator[str]:
    """What is wrong with one case's events, given in the order of their sequence."""
    broken = {e.sequence: e for e in chain if e.hash != events.chain_hash(e)}
    highest = max(chain[-1].sequence, ending.version) + LOST
    moved = {sequence: before for sequence, e in broken.items() if (before := _stood_at(e, highest))}
    # Whoever stands where a moved one was written, and was not moved there, was put there.
    inserted = {e.sequence for e in chain if e.sequence not in moved} & set(moved.values())
    expected, previous = 1, ""
    follows = True
    """Whether the hash before the present event is known, and nothing is missing between."""
    for event in chain:
        if event.sequence > expected:
            yield _missing(expected, event.sequence - 1)
            follows = False
        if event.sequence in inserted:
            yield f"event {event.sequence} was inserted"
        elif event.sequence in moved:
            yield f"event {event.sequence} was moved from {moved[event.sequence]}"
        elif event.sequence in broken:
            yield f"event {event.sequence} was changed"
        elif follows and previous != event.previous_hash:
            yield f"event {event.sequence} does not follow the one before it"
        follows, previous = event.sequence not in broken, event.hash
        expected = event.sequence + 1
    yield from _at_the_end(chain[-1], ending)


def _at_the_end(last: Event, ending: Ending) -> Iterator[str]:
    """A record that is whole in itself may have been cut off, or lengthened: the case knows its end."""
    if ending.version > last.sequence:
        yield _missing(last.sequence + 1, ending.version)
    elif ending.version < last.sequence:
        yield f"the case counts {ending.version} events, {last.sequence} are there"
    elif ending.head != last.hash:
        yield f"event {last.sequence} is not the one that the case ends with"


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
