"""The rules, the calendar and the figures in force: the files, the package and the administrator's rows."""

from dataclasses import fields

from django.core.signals import request_started

from hotline.models import BookChange, CalendarDay, CalendarYear, FigureVersion, RuleVersion
from hotline.models.prepared import Prepared
from hotline.readings import once
from workflows.calculators import parameters
from workflows.calculators.figures import FILE as FIGURES_FILE
from workflows.calculators.figures import Figures
from workflows.calculators.parameters import Figure
from workflows.deadlines.book import FILE, Book
from workflows.deadlines.calendar import WorkCalendar
from workflows.deadlines.rules import Alert, Law, Level, Rule, Unit

LAST_CHANGE = Prepared(lambda: BookChange.objects.order_by("-pk").values_list("pk")[:1])
_read: tuple[Book, Figures] = FILE, FIGURES_FILE
_in_request: Book | None = None


def fresh() -> Book:
    """The book as it stands in the database now; one query while nothing has changed."""
    return _fresh()[0]


def figures() -> Figures:
    """The calculators' figures as they stand in the database now; the same query as the book's."""
    return _fresh()[1]


def _fresh() -> tuple[Book, Figures]:
    global _read
    last = once("book", LAST_CHANGE.value) or 0
    if last != _read[0].revision:
        _read = _load(last)
    return _read


def shown() -> Book:
    """The book for what pages show: asked for once in each request."""
    global _in_request
    if _in_request is None:
        _in_request = fresh()
    return _in_request


def forget(**_signal: object) -> None:
    """Ask the database again before the next page."""
    global _in_request
    _in_request = None


request_started.connect(forget)


def _load(revision: int) -> tuple[Book, Figures]:
    if not revision:
        return FILE, FIGURES_FILE
    rules = RuleVersion.objects.filter(withdrawn_at=None).order_by("-pk")
    own = FigureVersion.objects.filter(withdrawn_at=None).order_by("-pk")
    book = Book(tuple(rule_of(row) for row in rules), calendar(), revision)
    return book, Figures(tuple(figure_of(row) for row in own))


def calendar() -> WorkCalendar:
    """The package's calendar under the administrator's days and years."""
    days = dict(CalendarDay.objects.values_list("day", "worked"))
    return WorkCalendar(days, list(CalendarYear.objects.values_list("year", flat=True)))


SAME = [
    field.name
    for field in fields(Rule)
    if field.name not in {"law", "unit", "alerts", "row"} and hasattr(RuleVersion, field.name)
]
"""What a rule and its row call by the same name."""


def rule_of(row: RuleVersion) -> Rule:
    """The rule that a row holds."""
    alerts = tuple(Alert(one["left"], Level(one["level"]), Unit(one["unit"])) for one in row.alerts)
    law = Law(row.law_zh, row.law_en, row.in_force_from)
    return Rule(
        law=law,
        unit=Unit(row.unit),
        alerts=alerts,
        row=row.pk or 0,
        **{name: getattr(row, name) for name in SAME},
    )


def figure_of(row: FigureVersion) -> Figure:
    """The figure that a row holds."""
    name = parameters.name_of(row.code)
    return Figure(
        row.code,
        row.value.normalize(),
        name.zh,
        name.en,
        name.unit,
        article=parameters.articles().get(row.article),
        source_zh=row.source_zh,
        source_en=row.source_en,
        places=tuple(row.places),
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        verified=row.verified,
        row=row.pk or 0,
        replaces=row.replaces,
        follows=row.follows,
    )
