"""`manage.py search_verify`: whether every case stands in the index as it is in the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import generations, outbox, verify
from search.engine import EngineDown


class Command(BaseCommand):
    help = "Compare the search index with the database; exit status 1 where they differ."

    def handle(self, **options: Any) -> None:
        try:
            engine = generations.reader()
            count, wrong = engine.count(), verify.differences(engine)
        except EngineDown as error:
            raise CommandError(f"The index does not answer: {error}. Run search_rebuild.") from None
        for one in wrong[:20]:
            self.stdout.write(f"case {one.case_id}: version {one.indexed} in the index, {one.stored} stored")
        lag = outbox.lag_seconds()
        self.stdout.write(f"{count} cases in the index, {'none' if lag is None else 'some'} waiting.")
        if wrong:
            raise CommandError(f"{len(wrong)} cases differ. Run search_rebuild.")
