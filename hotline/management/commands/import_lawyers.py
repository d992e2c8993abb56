"""`manage.py import_lawyers FILE`: lawyers, their profiles and clients from an XLSX or CSV table."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hotline.actions import lawyer_import
from hotline.errors import Invalid


class Command(BaseCommand):
    help = (
        "Take lawyers from a table (docs/setup.md has its columns): all of it, or nothing if a line is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="say what is wrong, and write nothing")

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            lines = lawyer_import.checked(lawyer_import.read(file.read_bytes()))
        except Invalid as error:
            raise CommandError("\n".join(error.fields.values())) from None
        if check:
            self.stdout.write(f"{len(lines)} lawyers, nothing wrong.")
            return
        new, clients = lawyer_import.store(lines)
        self.stdout.write(f"{len(lines)} lawyers, {new} of them new; {clients} new clients.")
