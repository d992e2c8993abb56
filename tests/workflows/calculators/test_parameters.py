"""The figures are data: each has its place, its day and its source; a mistake in the file is named."""

import re
import tomllib
from datetime import date
from typing import Any

import pytest

from workflows.calculators import parameters
from workflows.calculators.figures import FILE
from workflows.calculators.parameters import FIGURES_FILE, FigureError, all_figures, articles

CODE = FIGURES_FILE.parent


def test_every_figure_says_where_it_comes_from() -> None:
    for figure in all_figures():
        for chinese in (True, False):
            assert figure.name(chinese) and figure.source(chinese), figure.code


def test_every_article_is_cited() -> None:
    text = "".join(path.read_text() for path in CODE.glob("*.py")) + FIGURES_FILE.read_text()
    cited = set(re.findall(r'"(\w+)"', text))
    assert set(articles()) <= cited


def test_a_figure_holds_in_its_place_and_time() -> None:
    def minimum(on: date, place: str) -> str:
        found = FILE.find("minimum_wage.monthly", on, place)
        return str(found.value) if found else ""

    assert minimum(date(2025, 12, 31), "370202") == "2200"
    assert minimum(date(2026, 1, 1), "370202") == "2400"
    # The high-tech zone is part of Chengyang; Pingdu's class is not verified; nowhere is nowhere.
    assert minimum(date(2026, 1, 1), "370214400") == "2400"
    assert minimum(date(2026, 1, 1), "370283") == minimum(date(2026, 1, 1), "") == ""


def test_what_is_not_known_is_missing() -> None:
    assert FILE.find("average_wage.city", date(2026, 6, 1), "370200") is None


def test_what_was_not_checked_is_flagged() -> None:
    for figure in all_figures():
        if figure.code.startswith(("minimum_wage", "average_wage", "income", "injury.medical")):
            assert not figure.verified, figure.code


def data() -> dict[str, Any]:
    return tomllib.loads(FIGURES_FILE.read_text())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"code": "Wage"}, "lower-case"),
        ({"code": "pay.bonus"}, "no name"),
        ({"value": "many"}, "pay.days_a_month"),
        ({"value": "-1"}, "above 0"),
        ({"value": "NaN"}, "above 0"),
        ({"article": "nowhere"}, "nowhere"),
        ({"from": date(2030, 1, 1), "to": date(2029, 1, 1)}, "ends before"),
        ({"to": date(2025, 6, 1)}, "same day"),
        ({"sure": True}, "sure"),
    ],
)
def test_mistakes_are_named(change: dict[str, Any], problem: str) -> None:
    content = data()
    content["figures"][0] |= change
    with pytest.raises(FigureError, match=problem):
        parameters.parse(content)


def test_a_figure_without_a_source_or_with_an_unknown_law_is_refused() -> None:
    content = data()
    del content["figures"][0]["article"]
    with pytest.raises(FigureError, match="source"):
        parameters.parse(content)
    content = data()
    content["articles"]["overtime"]["law"] = "hearsay"
    with pytest.raises(FigureError, match="hearsay"):
        parameters.parse(content)


def test_no_figure_stands_in_the_code() -> None:
    """Numbers above 1 in the code are of the calendar, of rounding, or bounds of what may be typed."""
    allowed = {"spans.py": {"12", "7", "5"}, "sheet.py": {"100"}, "inputs.py": {"1950", "2101"}}
    allowed |= {"injury.py": {"4", "6", "10", "11"}, "leave.py": {"31"}, "parameters.py": {"2"}}
    for path in CODE.glob("*.py"):
        code = re.sub(r'"""(?s:.)*?"""|"[^"\n]*"|#.*', "", path.read_text())
        numbers = set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?\b", code)) - {"0", "1"}
        assert numbers <= allowed.get(path.name, set()), path.name
