"""`manage.py search QUERY --as USERNAME`: what the search page shows this person, in a terminal."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from hotline.models import Staff
from search.find import Found, FoundCase, find


class Command(BaseCommand):
    help = "Search the cases that a member of staff may see."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", help="words, names, digits of a number; all of them must be found")
        parser.add_argument("--as", dest="username", required=True, help="whose cases are searched")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--size", type=int, default=20, help="hits on a page, 1 to 100")
        parser.add_argument("--after", help="the cursor of the page before")

    def handle(self, *, query: str, username: str, size: int, after: str | None, **options: Any) -> None:
        user = Staff.objects.select_related("unit").filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(_("Nobody active has the user name %(name)s.") % {"name": username})
        found = find(user, query, size=size, after=after)
        if found.error:
            raise CommandError(found.error)
        if found.engine_down:
            self.stderr.write(found.engine_down)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_as_lines(found)))


def _as_json(found: Found) -> dict[str, object]:
    return {
        "total": found.total,
        "hits": [_hit(one) for one in found.cases],
        "cursor": found.cursor,
        "engine_down": bool(found.engine_down),
    }


def _hit(one: FoundCase) -> dict[str, object]:
    return {
        "case": one.case.number,
        "stage": one.case.stage,
        "opened": timezone.localtime(one.case.opened_at).isoformat(timespec="seconds"),
        "person": one.case.person.name,
        "employer": one.employer,
        "snippets": [{"label": str(snippet.label), "html": snippet.html} for snippet in one.snippets],
    }


def _as_lines(found: Found) -> list[str]:
    lines = [f"{found.total}"]
    for one in found.cases:
        case = one.case
        opened = timezone.localtime(case.opened_at).strftime("%Y-%m-%d %H:%M")
        lines.append(f"{case.number}  {opened}  {case.get_stage_display()}  {case.person}  {one.employer}")
        lines += [f"    {snippet.label}: {strip_tags(snippet.html)}" for snippet in one.snippets]
    return lines
