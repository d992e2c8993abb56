"""What stands in a field of which there is a list (lawyer:, category:, stage: …), looked up in that list."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.db.models import Q
from django.db.models.enums import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import override

from hotline.enums import Role, Stage, UnitKind, Urgency
from hotline.models import Category, Staff, Unit
from search import analysis, fields
from search.query import VALUE_FIELDS, BadQuery, ParsedQuery, Term

_NOBODY = frozenset({"无", "没有", "none", "nobody"})
_LANGUAGES = ("zh-hans", "en")


def looked_up(query: ParsedQuery, typed: str) -> ParsedQuery:
    """`query` with the values that its fields stand for. Raises BadQuery where there is no such value."""
    return query.each(lambda term: _looked_up(term, typed) if term.field in VALUE_FIELDS else term)


def _looked_up(term: Term, typed: str) -> Term:
    wanted = "".join(analysis.words(term.text))
    values = {fields.NONE} if wanted in _NOBODY else set(_LISTS[term.field](wanted))
    if not values:
        message = _("“%(piece)s” stands for nothing that there is.") % {"piece": typed[term.start : term.end]}
        raise BadQuery(message, typed, term.start, term.end)
    return replace(term, values=tuple(sorted(values)))


def _staff(role: Role) -> Callable[[str], Iterable[str]]:
    def find(wanted: str) -> Iterable[str]:
        people = Staff.objects.filter(role=role).values_list("pk", "name", "username")
        return (str(pk) for pk, name, username in people if _has(wanted, name) or wanted == username.lower())

    return find


def _choices(choices: type[TextChoices]) -> Callable[[str], Iterable[str]]:
    def find(wanted: str) -> Iterable[str]:
        for choice in choices:
            labels = [str(choice.value)]
            for language in _LANGUAGES:
                with override(language):
                    labels.append(str(choice.label))
            if any(_has(wanted, label) for label in labels):
                yield str(choice.value)

    return find


def _categories(wanted: str) -> Iterable[str]:
    rows = list(Category.objects.values_list("code", "parent_id", "name_zh", "name_en"))
    found = {
        code
        for code, _parent, name_zh, name_en in rows
        if wanted == code.lower() or _has(wanted, name_zh) or _has(wanted, name_en)
    }
    # Of a group, everything in it.
    return found | {code for code, parent, *_names in rows if parent in found}


def _districts(wanted: str) -> Iterable[str]:
    units = Unit.objects.filter(~Q(district_code=""), kind=UnitKind.DISTRICT).values_list(
        "district_code", "name"
    )
    return (code for code, name in units if wanted == code or _has(wanted, name.removesuffix("总工会")))


def _has(wanted: str, text: str) -> bool:
    return wanted in "".join(analysis.words(text))


_LISTS: dict[str, Callable[[str], Iterable[str]]] = {
    "lawyer": _staff(Role.LAWYER),
    "agent": _staff(Role.AGENT),
    "mediator": _staff(Role.MEDIATOR),
    "category": _categories,
    "district": _districts,
    "stage": _choices(Stage),
    "urgency": _choices(Urgency),
}
