"""Choices that come from the tables: districts with their streets, categories by group."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hotline.enums import UnitKind
from hotline.models import Category, Unit

NOTHING: tuple[str, Any] = ("", _("Not known"))
COUNTRY, PROVINCE = "CN", "370000"


def short(name: str) -> str:
    """A district's or street's own name out of its unit's: 市南区总工会 is 市南区."""
    for ending in ("职工服务站", "总工会"):
        name = name.removesuffix(ending)
    return name


def districts() -> list[tuple[str, Any]]:
    """The districts by their codes."""
    rows = Unit.objects.filter(kind=UnitKind.DISTRICT).values_list("district_code", "code", "name")
    return [NOTHING, *[(district or code, short(name)) for district, code, name in rows]]


def areas() -> dict[str, Any]:
    """Where a figure can hold: the whole country, the province, the city, its districts, by their codes."""
    rows = Unit.objects.filter(kind__in=(UnitKind.CITY, UnitKind.DISTRICT)).order_by("code")
    own = {unit.district_code or unit.code: short(unit.name) for unit in rows}
    return {COUNTRY: _("the whole country"), PROVINCE: _("Shandong province"), **own}


def streets() -> list[tuple[str, Any]]:
    """The streets and towns by their codes, grouped by district."""
    rows = Unit.objects.filter(kind=UnitKind.STREET).select_related("parent")
    groups: dict[str, list[tuple[str, str]]] = {}
    for unit in rows:
        groups.setdefault(short(unit.parent.name) if unit.parent else "", []).append(
            (unit.code, short(unit.name))
        )
    return [NOTHING, *groups.items()]


def category_name(category: Category) -> str:
    """The category's name in the language of the page."""
    return category.name_zh if (get_language() or "").startswith("zh") else category.name_en


def category_groups() -> list[tuple[str, str]]:
    """The groups of categories by their letters."""
    rows = Category.objects.filter(parent=None)
    return [(row.code, f"{row.code} {category_name(row)}") for row in rows]


def categories() -> list[tuple[str, Any]]:
    """The categories with their codes, grouped."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in Category.objects.exclude(parent=None).select_related("parent"):
        head = f"{row.parent.code} {category_name(row.parent)}" if row.parent else ""
        groups.setdefault(head, []).append((row.code, f"{row.code} {category_name(row)}"))
    return [("", _("Choose a category")), *groups.items()]
