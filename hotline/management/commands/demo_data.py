"""manage.py demo_data: the demo's deployment, cast and cases, once."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hotline.actions import deployment
from hotline.demo import cast, duty
from hotline.demo.grow import Grower
from hotline.models import Case
from search import outbox


class Command(BaseCommand):
    help = "Load units, staff and a grown history of cases for the demo; the cases once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, default=200, help="how many cases in all (default 200)")

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("HOTLINE_DEMO_PASSWORD", "")
        if not password:
            self.stderr.write("HOTLINE_DEMO_PASSWORD is not set: deploy/demo makes one and sets it.")
            raise SystemExit(1)
        deployment.load()
        cast.hire(password)
        duty.plan()
        if Case.objects.exists():
            return
        for count in Grower().grow(options["cases"]):
            if count % 10 == 0 or count == options["cases"]:
                self.stdout.write(f"{count}/{options['cases']} cases")
                self.stdout.flush()
        while outbox.drain():
            pass
