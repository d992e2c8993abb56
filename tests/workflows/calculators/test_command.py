"""manage.py calculate, as it is called from a shell."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from workflows.calculators.kinds import CALCULATORS

pytestmark = pytest.mark.django_db
JOB = ("employed_from=2019-03-01", "employed_until=2026-10-31", "monthly_wage=6500")


def run(*args: str) -> str:
    out = StringIO()
    call_command("calculate", *args, stdout=out)
    return out.getvalue()


def test_json() -> None:
    with translation.override("zh-hans"):
        data = json.loads(run("compensation", *JOB, "district=370202", "--json"))
    assert (data["amount"], data["claim"]) == ("52000.00", "COMPENSATION")
    assert data["formula"] == "6,500.00 × 8 = 52,000.00"
    assert "《中华人民共和国劳动合同法》第47条" in data["basis"]
    assert data["unverified"] == ["minimum_wage.monthly"] and data["unknown"]


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "满7年零8个月"), ("en", "7 full years, 8 full months")]
)
def test_text(language: str, said: str) -> None:
    with translation.override(language):
        text = run("compensation", *JOB, "before_law=no")
    assert said in text and "52,000.00" in text


def test_list() -> None:
    text = run("--list")
    assert all(code in text for code in CALCULATORS)
    assert "[signed_on]" in text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "--list"),
        (("bonus",), "--list"),
        (("wages", "monthly_wage=1"), "start"),
        (("wages", "monthly_wage"), "monthly_wage"),
        (("wages", "bonus=1"), "bonus"),
        (("wages", "monthly_wage=much", "start=2026-01-01", "end=2026-01-31"), "much"),
        (("wages", "monthly_wage=1", "start=2026-02-30", "end=2026-01-31"), "2026-02-30"),
        (("wages", "monthly_wage=NaN", "start=2026-01-01", "end=2026-01-31"), "monthly_wage"),
        (("compensation", *JOB, "before_law=perhaps"), "perhaps"),
    ],
)
def test_bad_input_is_one_line(args: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(*args)
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
