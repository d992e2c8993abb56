"""The data of the sample deployment: whole, consistent, plainly fictitious where it is not geography."""

import json
import re
from collections import Counter
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hotline.enums import (
    Answer,
    Channel,
    ClaimKind,
    EmployerRole,
    PriorityGroup,
    RequestKind,
    Sex,
    UnitKind,
    Urgency,
)
from hotline.models import Category, Claim, Employer, Prompt, Unit

FIXTURES = Path(__file__).parents[2] / "hotline" / "fixtures"


def load(name: str) -> list[dict[str, Any]]:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def longest(model: Any, field: str) -> int:
    return model._meta.get_field(field).max_length


def test_units_are_the_three_tiers() -> None:
    units = load("units.json")
    assert Counter(unit["kind"] for unit in units) == {
        UnitKind.CITY: 1,
        UnitKind.DISTRICT: 10,
        UnitKind.STREET: 141,
        UnitKind.ENTERPRISE: 20,
    }
    seen: dict[str, dict[str, Any]] = {}
    for unit in units:
        assert unit["code"] not in seen
        # A parent stands before its children, so that one pass loads the tree.
        assert unit["parent"] == "" if unit["kind"] == UnitKind.CITY else unit["parent"] in seen
        seen[unit["code"]] = unit
        assert len(unit["name"]) <= longest(Unit, "name")
        if unit["kind"] == UnitKind.STREET:
            assert seen[unit["parent"]]["kind"] == UnitKind.DISTRICT
            assert unit["code"].startswith(unit["district_code"]) and unit["district_code"] == unit["parent"]
        if unit["kind"] == UnitKind.ENTERPRISE:
            assert "示例" in unit["name"] and "虚构" in unit["name"]


def test_categories_are_groups_and_kinds() -> None:
    rows = load("categories.json")
    codes = [row["code"] for row in rows]
    assert codes == sorted(set(codes))
    for row in rows:
        assert re.fullmatch(r"[A-Z](\d\d)?", row["code"])
        assert row["parent"] == (row["code"][0] if len(row["code"]) > 1 else "")
        assert 0 < len(row["name_zh"]) <= longest(Category, "name_zh")
        assert 0 < len(row["name_en"]) <= longest(Category, "name_en")
        assert row["request_kind"] in ["", *RequestKind]
    assert {row["request_kind"] for row in rows} == {"", *RequestKind}


def test_narratives_fit_the_records_they_become() -> None:
    codes = {row["code"] for row in load("categories.json")}
    units = {unit["code"] for unit in load("units.json")}
    items = load("narratives.json")
    assert len({item["id"] for item in items}) == len(items) == 20
    for item in items:
        assert item["synthetic"] is True
        assert datetime.fromisoformat(item["at"]).tzinfo is not None
        assert item["channel"] in Channel and item["urgency"] in Urgency
        assert {item["category"], *item["more_categories"]} <= codes
        assert item["request_kind"] in RequestKind
        assert set(item["priority_groups"]) <= set(PriorityGroup)
        assert {item["district_code"], item["street_code"]} <= units | {""}
        assert item["caller"]["sex"] in Sex and item["caller"]["union_member"] in Answer
        assert item["has_contract"] in Answer
        assert item["persons"] >= 1 and item["narrative"] and item["wishes"]
        for employer in item["employers"]:
            assert employer["role"] in EmployerRole
            assert "虚构" in employer["name"] and len(employer["name"]) <= longest(Employer, "name")
        for claim in item["claims"]:
            assert claim["kind"] in ClaimKind
            assert claim["amount"] is None or Decimal(claim["amount"]) > 0
            assert len(claim["period"]) <= longest(Claim, "period")


def test_narratives_name_no_number_of_a_person() -> None:
    for item in load("narratives.json"):
        assert not re.search(r"1[3-9]\d{9}|\d{17}[\dX]", json.dumps(item, ensure_ascii=False))


def test_the_demo_is_open_round_the_clock() -> None:
    hours = load("service_hours.json")
    assert [row["weekday"] for row in hours] == list(range(7))
    for row in hours:
        assert time.fromisoformat(row["opens"]) == time.fromisoformat(row["closes"]) == time(0)


@pytest.mark.parametrize(
    "key",
    [
        "greeting",
        "menu",
        "waiting",
        "waiting_next",
        "closed",
        "voicemail",
        "voicemail_thanks",
        "callback",
        "goodbye",
        "apology",
    ],
)
def test_prompts_of_a_call(key: str) -> None:
    prompts = {row["key"]: row for row in load("prompts.json")}
    assert len(prompts) == len(load("prompts.json"))
    assert prompts[key]["text"].endswith("。")
    assert 0 < len(prompts[key]["description"]) <= longest(Prompt, "description")


def test_prompts_say_what_must_be_said() -> None:
    prompts = {row["key"]: row["text"] for row in load("prompts.json")}
    assert "录音" in prompts["greeting"] and "录音" in prompts["callback"]
    assert prompts["waiting"].format(ahead=3) == "您前面还有3位来电职工，请不要挂机，我们会尽快接听。"
    for key in ("closed", "voicemail"):
        assert "留言" in prompts[key] and "110" in prompts[key]
