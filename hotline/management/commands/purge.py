"""`manage.py purge`: throws away what the worker throws away, now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from hotline.actions import upkeep


class Command(BaseCommand):
    help = "Delete old rings, keys of old webhooks and sessions that have ended."

    def handle(self, *args: Any, **options: Any) -> None:
        deleted = 0
        while batch := upkeep.purge(timezone.now()):
            deleted += batch
        self.stdout.write(f"{deleted} rows deleted")
