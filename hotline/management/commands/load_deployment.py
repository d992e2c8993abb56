"""manage.py load_deployment: the sample deployment's units, categories, prompts and hours."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from hotline.actions import deployment
from hotline.errors import Conflict


class Command(BaseCommand):
    help = "Add units, categories, prompts and service hours that are missing; make the first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--administrator", metavar="USERNAME", help="make the first administrator")
        parser.add_argument("--name", default="管理员", help="the administrator's name")

    def handle(self, *args: Any, **options: Any) -> None:
        deployment.load()
        if options["administrator"]:
            try:
                password = deployment.first_administrator(options["administrator"], options["name"])
            except Conflict as error:
                self.stderr.write(error.message)
                raise SystemExit(1) from None
            self.stdout.write(f"{options['administrator']} signs in with the first password {password}")
