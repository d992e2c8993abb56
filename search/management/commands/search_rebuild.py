"""`manage.py search_rebuild`: the index anew from the database, while searches and changes go on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import outbox
from search.engine import EngineDown, WriterBusy


class Command(BaseCommand):
    help = "Build the search index anew beside the one in use, then switch to it."

    def handle(self, **options: Any) -> None:
        try:
            count = outbox.rebuild(progress=lambda done: self.stderr.write(f"{done}"))
        except WriterBusy as error:
            raise CommandError(f"The index is held and not given up: {error}.") from None
        except EngineDown as error:
            raise CommandError(f"The index cannot be written: {error}.") from None
        self.stdout.write(f"{count} cases are in the new index.")
