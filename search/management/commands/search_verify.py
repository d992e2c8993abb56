"""`manage.py search_verify`: whether every case stands in the index as it is in the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from search import engines, verify
from search.engine import EngineDown


class Command(BaseCommand):
    help = "Compare the search index with the database; exit status 1 where they differ."

    def handle(self, **options: Any) -> None:
        try:
            engine = engines.reader()
            count, wrong = engine.count(), verify.differences(engine)
        except EngineDown as error:
            raise CommandError(
                _("The index does not answer: %(why)s. Run search_rebuild.") % {"why": error}
            ) from None
        for one in wrong[:20]:
            self.stdout.write(
                _("case %(id)s: version %(indexed)s in the index, %(stored)s in the database")
                % {"id": one.case_id, "indexed": one.indexed, "stored": one.stored}
            )
        self.stdout.write(_("Cases in the index: %(count)s") % {"count": count})
        if wrong:
            raise CommandError(_("Cases that differ: %(count)s. Run search_rebuild.") % {"count": len(wrong)})
