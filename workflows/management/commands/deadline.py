"""manage.py deadline RULE START [--on DATE] [--extended] [--json]: when a period ends, and why.

Reckoned by the rules and days in force, the administrator's among them; without a database, by the files.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from workflows import rulebook
from workflows.deadlines import compute, rules
from workflows.deadlines.book import FILE, Book
from workflows.deadlines.rules import Rule


@dataclass(frozen=True)
class Answer:
    """When the period of a rule ends: a day, or a moment for a rule in seconds, minutes or hours."""

    rule: Rule
    start: date | datetime
    due: date | datetime
    day: date
    provisional: bool


class Command(BaseCommand):
    help = "Print when the period of a deadline rule ends, the days left, and the article behind it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rule", nargs="?", metavar="RULE", help="such as arbitration.award")
        parser.add_argument(
            "start",
            nargs="?",
            metavar="START",
            help="day of the event, YYYY-MM-DD (or its moment, YYYY-MM-DDTHH:MM)",
        )
        parser.add_argument("--on", metavar="DATE", help="count the days left from here (default: today)")
        parser.add_argument("--extended", action="store_true", help="with the longest extension")
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--list", action="store_true", help="list the rules")

    def handle(self, *args: Any, **options: Any) -> None:
        book = _book()
        if options["list"]:
            self._list(book, options["json"])
            return
        if not options["rule"] or not options["start"]:
            raise CommandError(_("Give a rule and the day of the event, or --list for the rules."))
        on = _day(options["on"]) if options["on"] else timezone.localdate()
        found = _answer(book, options["rule"], options["start"], options["extended"])
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(found, on), ensure_ascii=False))
        else:
            self._explain(found, on)

    def _list(self, book: Book, as_json: bool) -> None:
        listed = [rule for code in book.codes() for rule in book.versions(code)]
        if as_json:
            self.stdout.write(json.dumps([_rule_data(rule) for rule in listed], ensure_ascii=False))
            return
        for rule in listed:
            length = f"{rule.length} {rule.unit}" + (f" +{rule.extension}" if rule.extension else "")
            mark = "" if rule.verified else f" ({_('not yet verified')})"
            name = _in_language(rule.name_zh, rule.name_en)
            self.stdout.write(f"{rule.code:32} {length:14} {name}  {rule.law.zh}{rule.article_zh}{mark}")

    def _explain(self, found: Answer, on: date) -> None:
        rule, left = found.rule, compute.days_left(found.day, on)
        self.stdout.write(f"{rule.code}  {_in_language(rule.name_zh, rule.name_en)}")
        self.stdout.write(_("Runs from %(start)s to %(due)s") % {"start": found.start, "due": found.due})
        if left >= 0:
            self.stdout.write(ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left})
        else:
            self.stdout.write(ngettext("%(days)d day late", "%(days)d days late", -left) % {"days": -left})
        if found.provisional:
            self.stdout.write(_("Provisional: a year it touches has no published holiday arrangement yet."))
        if not rule.verified:
            self.stdout.write(_("The figure of this rule is not yet verified against the official text."))
        self.stdout.write(_in_language(rule.basis, rule.basis_en))


def _book() -> Book:
    try:
        return rulebook.fresh()
    except DatabaseError:  # a shell without one: what was delivered holds
        return FILE


def _day(text: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise CommandError(_("%(text)r is not a date (YYYY-MM-DD).") % {"text": text})


def _moment(text: str) -> datetime:
    """A moment at the hotline's place; a day alone is its first."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?", text, re.ASCII):
        try:
            return timezone.make_aware(datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            pass
    raise CommandError(_("%(text)r is no moment (YYYY-MM-DDTHH:MM).") % {"text": text})


def _answer(book: Book, code: str, start: str, extended: bool) -> Answer:
    named = book.latest(code)
    try:
        if named is None:
            raise rules.UnknownRule(code)
        if named.unit.of_moments:
            return _in_moments(book, code, _moment(start), extended)
        found = compute.due(book.get(code, _day(start)), _day(start), extended, book.calendar)
        return Answer(found.rule, found.start, found.due, found.due, found.provisional)
    except rules.UnknownRule:
        text = _("There is no rule %(rule)r; --list shows those there are.")
    except rules.NotInForce:
        text = _("The rule %(rule)r was not in force on %(start)s.")
    except compute.CannotExtend:
        text = _("The rule %(rule)r knows no extension.")
    except (compute.OutOfRange, OverflowError):
        text = _("From %(start)s the rule %(rule)r ends beyond the calendar.")
    raise CommandError(text % {"rule": code, "start": start})


def _in_moments(book: Book, code: str, start: datetime, extended: bool) -> Answer:
    rule = book.get(code, start.date())
    if extended:
        raise compute.CannotExtend(code)
    due = compute.end_of(rule, start)
    return Answer(rule, start, due, due.date(), provisional=False)


def _as_data(found: Answer, on: date) -> dict[str, Any]:
    return {
        "rule": found.rule.code,
        "start": found.start.isoformat(),
        "due": found.due.isoformat(),
        "days_left": compute.days_left(found.day, on),
        "unit": found.rule.unit.value,
        "basis": found.rule.basis,
        "provisional": found.provisional,
        "verified": found.rule.verified,
    }


def _rule_data(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.code,
        "name": rule.name_zh,
        "length": rule.length,
        "unit": rule.unit.value,
        "extension": rule.extension,
        "start": rule.start_zh,
        "basis": rule.basis,
        "region": rule.region,
        "verified": rule.verified,
    }


def _in_language(zh: str, en: str) -> str:
    return en if (get_language() or "").startswith("en") else zh
