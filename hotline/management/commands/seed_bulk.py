"""`manage.py seed_bulk N`: N made-up cases by bulk inserts, to see how everything does with very many."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hotline.actions import deployment
from hotline.demo import bulk_lawyers
from hotline.demo.bulk import Crowd
from hotline.models import Case, Staff


class Command(BaseCommand):
    help = "Insert N made-up cases for measuring. They cannot be told from real ones, nor be taken out again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="how many cases")
        parser.add_argument("--seed", type=int, default=12351, help="the same seed makes the same cases")
        parser.add_argument(
            "--lawyers",
            type=int,
            default=0,
            help="beside the cases so many lawyers with profiles; N may be 0",
        )
        parser.add_argument(
            "--marks", action="store_true", help="mark each for search; else run search_rebuild"
        )
        parser.add_argument(
            "--force", action="store_true", help="also beside cases and people that are there"
        )

    def handle(
        self, *args: Any, number: int, seed: int, lawyers: int, marks: bool, force: bool, **options: Any
    ) -> None:
        if number < (0 if lawyers else 1):
            raise CommandError("N is a number from 1 on.")
        if not force and Case.objects.exists():
            raise CommandError(
                "There are cases already, and made-up ones can never be taken out: --force adds them."
            )
        if not force and Staff.objects.filter(is_demo=False).exists():
            raise CommandError(
                "Real people work here; this would bury their cases: --force does it all the same."
            )
        if lawyers:
            deployment.load()
            self.stdout.write(f"{bulk_lawyers.hire(lawyers)} lawyers are new")
        if not number:
            return
        started = monotonic()
        for done in Crowd(number, seed=seed, marks=marks).make():
            if done % 10_000 == 0 or done == number:
                self.stdout.write(f"{done}/{number} cases, {monotonic() - started:.0f} s")
                self.stdout.flush()
