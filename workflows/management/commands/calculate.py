"""manage.py calculate KIND NAME=VALUE … [--json]: what a worker may ask for, and how it comes about."""

import json
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args, get_type_hints

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from hotline.errors import Invalid
from workflows import rulebook
from workflows.calculators.kinds import CALCULATORS, Calculator
from workflows.calculators.sheet import Result, chinese, money


class Command(BaseCommand):
    help = (
        "Print what is owed, each step of the reckoning, the articles and the figures that are not verified."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", nargs="?", metavar="KIND", help="such as compensation")
        parser.add_argument("inputs", nargs="*", metavar="NAME=VALUE", help="such as monthly_wage=6500")
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--list", action="store_true", help="list the kinds and what each asks")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for one in CALCULATORS.values():
                self.stdout.write(f"{one.code:20} {one.name}: {' '.join(_asked(one))}")
            return
        calculator = CALCULATORS.get(options["kind"] or "")
        if calculator is None:
            raise CommandError(_("There is no such calculator; --list shows those there are."))
        try:
            result = calculator.reckon(_inputs(calculator, options["inputs"]), rulebook.figures())
        except Invalid as error:
            raise CommandError("; ".join(f"{name}: {text}" for name, text in error.fields.items())) from None
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(calculator, result), ensure_ascii=False))
        else:
            self._explain(calculator, result)

    def _explain(self, calculator: Calculator, result: Result) -> None:
        self.stdout.write(f"{calculator.name}  {money(result.amount)}  {result.period}")
        for step in result.steps:
            self.stdout.write(
                f"  {step.words}" + (f"  {money(step.amount)}" if step.amount is not None else "")
            )
        for article in result.articles:
            self.stdout.write(f"{article.name(chinese())}: {article.text(chinese())}")
        for figure in result.unverified:
            self.stdout.write(
                f"({_('not yet verified')}) {figure.name(chinese())}: {figure.source(chinese())}"
            )
        for text in (*result.unknown, *result.notes):
            self.stdout.write(text)


def _asked(calculator: Calculator) -> list[str]:
    """The names of the inputs; those that may be left out in brackets."""
    return [one.name if one.default is MISSING else f"[{one.name}]" for one in fields(calculator.inputs)]


def _inputs(calculator: Calculator, given: list[str]) -> Any:
    types, values = get_type_hints(calculator.inputs), {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or name not in types:
            raise CommandError(
                _("%(text)r is no NAME=VALUE of this calculator; see --list.") % {"text": text}
            )
        values[name] = _read(types[name], name, value)
    missing = [
        one.name for one in fields(calculator.inputs) if one.default is MISSING and one.name not in values
    ]
    if missing:
        raise CommandError(_("Missing: %(names)s") % {"names": ", ".join(missing)})
    return calculator.inputs(**values)


def _read(kind: Any, name: str, text: str) -> Any:
    """`text` as the input's type."""
    [kind] = [one for one in get_args(kind) if one is not type(None)] or [kind]
    try:
        if kind is bool:
            return {"yes": True, "no": False}[text]
        if kind is date:
            return date.fromisoformat(text)
        return kind(text)
    except (ValueError, KeyError, InvalidOperation):
        wanted = {bool: "yes, no", date: "YYYY-MM-DD", Decimal: "12345.60"}.get(kind, "12")
        raise CommandError(
            _("%(name)s=%(text)r cannot be read; write it as %(wanted)s.")
            % {"name": name, "text": text, "wanted": wanted}
        ) from None


def _as_data(calculator: Calculator, result: Result) -> dict[str, Any]:
    return {
        "kind": calculator.code,
        "claim": result.claim.value,
        "amount": str(result.amount),
        "period": result.period,
        "formula": result.formula,
        "steps": [
            {"words": step.words, "amount": None if step.amount is None else str(step.amount)}
            for step in result.steps
        ],
        "basis": [article.name(chinese()) for article in result.articles],
        "unverified": [figure.code for figure in result.unverified],
        "unknown": list(result.unknown),
        "notes": list(result.notes),
    }
