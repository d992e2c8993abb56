"""The search in a terminal."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hotline.models import Case, Staff

Write = Callable[..., Case]
Drained = Callable[[], int]


def run(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_search_prints_what_the_page_shows(write: Write, drained: Drained, supervisor: Staff) -> None:
    case = write("老板拖欠工资", name="周明")
    drained()
    answer = json.loads(run("search", "周明 工资", "--as", "supervisor", "--json"))
    assert answer["total"] == 1
    assert answer["hits"][0]["case"] == case.number
    assert answer["hits"][0]["person"] == "周明"
    assert [part["html"] for part in answer["hits"][0]["snippets"]] == [
        "<mark>周明</mark>",
        "老板拖欠<mark>工资</mark>",
    ]
    assert case.number in run("search", "工资", "--as", "supervisor")


def test_search_finds_nothing_of_others(write: Write, drained: Drained, lawyer: Staff) -> None:
    write("工资")
    drained()
    assert json.loads(run("search", "工资", "--as", "lawyer", "--json"))["total"] == 0


@pytest.mark.parametrize("args", [["工资", "--as", "nobody"], ["", "--as", "supervisor"]])
def test_search_says_what_is_wrong_in_one_line(index: Path, supervisor: Staff, args: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        run("search", *args, "--json")
    assert "\n" not in str(refused.value)


def test_rebuild_and_verify(write: Write, index: Path, supervisor: Staff) -> None:
    write("工资")
    with pytest.raises(CommandError, match="search_rebuild"):
        run("search_verify")
    assert re.findall(r"\d+", run("search_rebuild")) == ["1"]
    assert re.findall(r"\d+", run("search_verify")) == ["1"]
    Case.objects.update(version=99)
    with pytest.raises(CommandError, match="search_rebuild"):
        run("search_verify")
