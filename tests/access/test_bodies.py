"""Ids that do not belong together, and ids in a form: what is sent counts no more than what one may see."""

from typing import Any

import pytest
from django.utils import timezone

from hotline.models import Case, Interaction
from tests.access.addresses import STEPS
from tests.access.walk import Walker
from tests.access.world import Row
from workflows import reception

pytestmark = pytest.mark.django_db


def test_ones_own_case_with_anothers_step(walker: Walker) -> None:
    """The address names a case that is one's own and a step of each other case."""
    wrong = []
    for who, mine in (("lawyer", "own"), ("agent_north", "own"), ("mediator_north", "mediated")):
        own = walker.world.rows[mine]
        for other in walker.world.rows.values():
            if other.key == mine:
                continue
            path = f"/cases/{own.ids['case']}/steps/{other.ids['task']}/"
            answer = walker.ask(who, "post", path, {"decision": STEPS[other.stage][1], "note": "改"})
            if answer.status != 404 or answer.changed or not answer.noted or walker.leaks(who, answer):
                wrong.append(f"{who}: {path} of {other.key}: {answer.status} {answer.changed}")
    assert not wrong


def reassigned(walker: Walker, who: str, row: Row, to: Any) -> Any:
    path = f"/cases/{row.ids['case']}/reassign/"
    return walker.ask(who, "post", path, {"person": str(to), "reason": "调"})


def test_a_case_is_given_to_nobody_outside_its_unit(walker: Walker) -> None:
    people, rows = walker.world.people, walker.world.rows
    for who, row, to in (
        ("supervisor_south", "others", "lawyer"),  # a lawyer of the city, above the unit
        ("supervisor_south", "sensitive", "agent_north"),
        ("supervisor_north", "own", "agent_north"),  # the right unit, the wrong role
        ("supervisor", "mediated", "mediator_south"),  # mediated in the north
        ("supervisor", "yesterday", "admin"),
    ):
        answer = reassigned(walker, who, rows[row], people[to].pk)
        assert (answer.status, answer.changed) == (400, set()), f"{who} gave {row} to {to}"
    assert reassigned(walker, "supervisor", rows["yesterday"], people["lawyer"].pk).status == 303


def test_a_mediation_goes_to_a_unit_below_the_cases_own(walker: Walker) -> None:
    units, own = walker.world.units, walker.world.rows["own"]
    path = f"/cases/{own.ids['case']}/steps/{own.ids['task']}/"
    day = timezone.localdate(Case.objects.get(pk=own.ids["case"]).opened_at)
    form = {"decision": "MEDIATE", "applied_on": day.isoformat(), "note": "调"}
    for unit in ("south", "city"):
        answer = walker.ask("lawyer", "post", path, form | {"unit": str(units[unit].pk)})
        assert answer.status == 400 and not answer.changed - {"hotline_draft"}


def test_a_draft_is_for_ones_own_place_only(walker: Walker) -> None:
    own = walker.world.rows["own"].ids["case"]
    form = {
        "text": "稿",
        "case": str(walker.world.rows["others"].ids["case"]),
        "staff": "1",
        "as": "supervisor",
    }
    assert walker.ask("lawyer", "post", f"/cases/{own}/draft/NOTE/?as=supervisor", form).changed == {
        "hotline_draft"
    }
    for path in (
        f"/cases/{own}/?as=supervisor",
        "/cases/?as=supervisor&user=1",
        "/search/?as=supervisor&q=Zq",
    ):
        assert not walker.leaks("lawyer", walker.ask("lawyer", "get", path))


def test_the_way_back_leads_nowhere_else(walker: Walker) -> None:
    own = walker.world.rows["own"].ids["case"]
    for there in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil",
    ):
        answer = walker.ask("lawyer", "post", f"/cases/{own}/note/", {"text": "记", "next": there})
        assert answer.headers["Location"].startswith(f"/cases/{own}/"), there


def test_who_holds_the_call_moves_it_and_back(walker: Walker) -> None:
    """A call of another unit's case: once it is moved the case is not theirs, and with it is theirs again."""
    holder, held = walker.world.people["agent_north"], walker.world.rows["held"]
    before = Case.objects.get(pk=held.ids["case"])
    fresh = reception.move_to_new_case(held.ids["call"], holder)
    assert fresh.pk != before.pk
    assert reception.move_back(held.ids["call"], holder).pk == before.pk
    assert Interaction.objects.get(pk=held.ids["call"]).case_id == before.pk
