"""manage.py deadlines --case NUMBER [--json]: a case's periods, and how each date came about."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from hotline.models import Case, Clock
from workflows.deadlines.compute import days_left


class Command(BaseCommand):
    help = "Print the periods of a case with the rule and the events behind each date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", required=True, metavar="NUMBER", help="such as QD12351-20261123-000001")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        case = Case.objects.filter(number=options["case"]).first()
        if case is None:
            raise CommandError(_("There is no case %(number)s.") % {"number": options["case"]})
        data = [_data(clock) for clock in case.clocks.all()]
        if options["json"]:
            self.stdout.write(json.dumps({"case": case.number, "clocks": data}, ensure_ascii=False))
            return
        for one in data:
            self.stdout.write(f"{one['rule']}  {one['state']}  {one['due']}  ({one['days_left']})")
            for step in one["derivation"].get("steps", []):
                effect = step["why_not"] or step["effect"]
                self.stdout.write(
                    f"  {step['on']}  {step['name_zh']}  {effect}  {step['due']}  {step['note']}"
                )


def _data(clock: Clock) -> dict[str, Any]:
    return {
        "rule": clock.rule,
        "state": clock.state,
        "start": clock.start.isoformat(),
        "due": clock.due.isoformat(),
        "days_left": days_left(clock.due, timezone.localdate()),
        "provisional": clock.provisional,
        "extended": clock.extended,
        "paused_since": clock.paused_since.isoformat() if clock.paused_since else None,
        "source": clock.source,
        "derivation": clock.derivation,
    }
