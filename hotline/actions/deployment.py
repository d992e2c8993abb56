"""What a new deployment begins with: units, categories, prompts and service hours from data files."""

import json
from datetime import time
from pathlib import Path
from typing import Any

from django.db import transaction

from hotline.actions.staff import suggest_password
from hotline.enums import Role
from hotline.errors import Conflict
from hotline.models import Category, Prompt, ServiceHours, Staff, Unit

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def read(name: str) -> Any:
    """The data file `name`.json of the project."""
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


@transaction.atomic
def load() -> None:
    """Add what is missing of the data files; what is there already, perhaps changed by hand, stays."""
    for row in read("units"):
        _unit(row)
    for row in sorted(read("categories"), key=lambda row: len(row["code"])):
        Category.objects.get_or_create(
            code=row["code"],
            defaults={
                "parent_id": row["parent"] or None,
                "name_zh": row["name_zh"],
                "name_en": row["name_en"],
                "request_kind": row["request_kind"],
            },
        )
    for row in read("prompts"):
        defaults = {"text": row["text"], "description": row["description"]}
        Prompt.objects.get_or_create(key=row["key"], defaults=defaults)
    if not ServiceHours.objects.exists():
        ServiceHours.objects.bulk_create(
            ServiceHours(
                weekday=row["weekday"],
                opens=time.fromisoformat(row["opens"]),
                closes=time.fromisoformat(row["closes"]),
            )
            for row in read("service_hours")
        )


def _unit(row: dict[str, str]) -> None:
    parent = Unit.objects.get(code=row["parent"]) if row["parent"] else None
    unit, made = Unit.objects.get_or_create(
        code=row["code"],
        defaults={
            "name": row["name"],
            "kind": row["kind"],
            "parent": parent,
            "district_code": row["district_code"],
        },
    )
    if made:
        unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
        unit.save(update_fields=["path"])


@transaction.atomic
def first_administrator(username: str, name: str) -> str:
    """Make the first administrator and return the first password. Raises Conflict if there is one already."""
    if Staff.objects.filter(role=Role.ADMINISTRATOR, is_active=True, is_demo=False).exists():
        raise Conflict("There is an administrator already: they add the others on the page Staff.")
    person = Staff(
        username=username,
        name=name,
        role=Role.ADMINISTRATOR,
        unit=Unit.objects.get(parent=None),
        must_change_password=True,
    )
    password = suggest_password()
    person.set_password(password)
    person.save()
    return password
