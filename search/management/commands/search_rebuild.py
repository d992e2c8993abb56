"""`manage.py search_rebuild`: the index anew from the database, while searches and changes go on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from search import outbox
from search.engine import EngineDown, WriterBusy


class Command(BaseCommand):
    help = "Build the search index anew beside the one in use, then switch to it."

    def handle(self, **options: Any) -> None:
        try:
            count = outbox.rebuild(progress=lambda done: self.stderr.write(f"{done}"))
        except WriterBusy:
            raise CommandError(_("Another process holds the index and does not let go.")) from None
        except EngineDown as error:
            raise CommandError(_("The index cannot be written: %(why)s") % {"why": error}) from None
        self.stdout.write(_("Cases in the new index: %(count)s") % {"count": count})
