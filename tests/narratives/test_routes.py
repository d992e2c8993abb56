"""Each sample narrative from the call to the route that an experienced office takes, through its own doors.

What is expected stands in ROUTES and in the narrative's own data: urgency, category, groups, the period that
matters, the papers and what runs beside the path.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from time_machine import travel

from hotline.actions import collectives as rows
from hotline.actions import deployment
from hotline.enums import Outcome, Stage, Urgency
from hotline.models import Case, ServiceHours
from tests.narratives.office import Office, paper_kinds
from workflows import collectives, emergencies

pytestmark = [pytest.mark.django_db, pytest.mark.services]
STORIES: dict[str, dict[str, Any]] = {story["id"]: story for story in deployment.read("narratives")}
Step = Callable[[Office], object]


def does(name: str, *args: Any, **more: Any) -> Step:
    """One thing that the office does."""
    return lambda office: getattr(office, name)(*args, **more)


def letter(rung: str) -> Step:
    return does("letter", rung)


REVIEW, MEDIATE, REFER = does("review"), does("mediate"), does("refer")
LAW, MEDIATION, ARBITRATION, CLOSED = Stage.LEGAL_REVIEW, Stage.MEDIATION, Stage.ARBITRATION, Stage.CLOSED


@dataclass(frozen=True)
class Route:
    """What is done with a narrative, where it then stands, and what was made on the way."""

    steps: tuple[Step, ...]
    stage: Stage
    papers: str = ""
    measures: str = ""
    """Kinds, and rungs of letters."""
    due: tuple[str, str] = ("", "")
    """The period that matters besides the one in the narrative's data."""


ROUTES: dict[str, Route] = {
    "N01": Route(
        (REVIEW, letter("REMINDER"), does("paper", "AID_APPLICATION"), MEDIATE, does("inspection"), REFER),
        ARBITRATION,
        "REMINDER AID_APPLICATION INSPECTION_COMPLAINT",
        "REMINDER INSPECTION",
    ),
    "N02": Route(
        (
            does("emergency"),
            does("confirm", "WAGES", "支付7至9月工资", assets_moved="1"),
            does("emergency"),
            REVIEW,
            does("elect"),
            letter("REMINDER"),
            does("paper", "PRESERVATION"),
            MEDIATE,
            REFER,
            does("paper", "ADVANCE_EXECUTION"),
        ),
        ARBITRATION,
        "REPRESENTATIVES REMINDER PRESERVATION ADVANCE_EXECUTION",
        "REMINDER",
    ),
    "N03": Route(
        (REVIEW, does("by_hand", "contract.open_ended", "2026-01-05"), letter("REMINDER"), MEDIATE, REFER),
        ARBITRATION,
        "REMINDER",
        "REMINDER",
    ),
    "N04": Route((REVIEW, letter("OPINION"), MEDIATE, REFER), ARBITRATION, "OPINION", "OPINION"),
    "N06": Route(
        (
            REVIEW,
            does("measure", "STATE_AID"),
            does("injury", "2026-09-21"),
            does("measure", "RELIEF"),
            MEDIATE,
            REFER,
        ),
        ARBITRATION,
        "INJURY_GUIDE",
        "STATE_AID INJURY RELIEF",
    ),
    "N08": Route((REVIEW, MEDIATE, REFER), ARBITRATION, ""),
    "N09": Route(
        (REVIEW, letter("REMINDER"), does("paper", "POWER_OF_ATTORNEY"), MEDIATE, REFER),
        ARBITRATION,
        "REMINDER POWER_OF_ATTORNEY",
        "REMINDER",
    ),
    "N10": Route(
        (
            does("demand", "2026-11-16", "11月16日前到莱西报到"),
            REVIEW,
            does("measure", "NEGOTIATION"),
            MEDIATE,
        ),
        MEDIATION,
        "",
        "NEGOTIATION",
        ("employer.demand", "2026-11-16"),
    ),
    "N11": Route(
        (
            does("demand", "2026-11-13", "三天内签字"),
            does("confirm", "COMPENSATION", "依法支付经济补偿"),
            REVIEW,
            does("elect"),
            letter("OPINION"),
            does("referral", "莱西市人力资源和社会保障局"),
            does("tells_sex", "F"),
            MEDIATE,
            REFER,
        ),
        ARBITRATION,
        "REPRESENTATIVES OPINION REFERRAL",
        "OPINION REFERRAL",
        ("employer.demand", "2026-11-13"),
    ),
    "N12": Route(
        (does("emergency"), REVIEW, does("referral", "应急管理部门（12350）")), LAW, "REFERRAL", "REFERRAL"
    ),
    "N16": Route((REVIEW, does("measure", "NEGOTIATION"), MEDIATE), MEDIATION, "", "NEGOTIATION"),
    "N18": Route((REVIEW, MEDIATE, REFER), ARBITRATION, ""),
    "N19": Route(
        (does("dispatch", "370203", "shibei"), does("relief", "shibei"), does("answer_there", "shibei")),
        CLOSED,
        "HARDSHIP_STATEMENT",
        "RELIEF",
    ),
    "N21": Route(
        (
            REVIEW,
            does("by_hand", "bargaining.reply", "2026-09-21"),
            letter("REMINDER"),
            does("referral", "胶州市人力资源和社会保障局"),
        ),
        LAW,
        "REMINDER REFERRAL",
        "REMINDER REFERRAL",
    ),
    "N23": Route(
        (REVIEW, does("inspection"), letter("REMINDER"), MEDIATE),
        MEDIATION,
        "INSPECTION_COMPLAINT REMINDER",
        "INSPECTION REMINDER",
    ),
    "N24": Route(
        (REVIEW, letter("OPINION"), does("injury", "2026-10-16"), does("measure", "STATE_AID")),
        LAW,
        "OPINION INJURY_GUIDE",
        "OPINION INJURY STATE_AID",
        ("injury.worker_application", "2027-10-18"),
    ),
    "N28": Route(
        (REVIEW, does("enforcement", "2026-06-30"), does("paper", "POWER_OF_ATTORNEY")),
        LAW,
        "ENFORCEMENT POWER_OF_ATTORNEY",
        "ENFORCEMENT",
    ),
    "N29": Route(
        (does("transfer", "Z05", "潍坊市总工会", "0536-12351"), does("paper", "TRANSFER", who="agent")),
        CLOSED,
        "TRANSFER",
    ),
    "N30": Route((does("answer"),), CLOSED),
}
"""All but N26, which joins N02 (below)."""


@pytest.fixture
def office(db: None, client_of: Any) -> Office:
    """The hotline as it is delivered, with one person for each work."""
    deployment.load()
    assert ServiceHours.objects.exists()
    return Office(client_of)


def test_every_narrative_has_a_route() -> None:
    assert {*ROUTES, "N26"} == {*STORIES}


def taken_in(office: Office, story: dict[str, Any]) -> Case:
    """From the call to the intake as it is written down."""
    office.arrive(story)
    office.write_down(story)
    return office.case


@pytest.mark.parametrize("name", ROUTES)
def test_from_the_call_to_the_expected_route(name: str, office: Office) -> None:
    story, route = STORIES[name], ROUTES[name]
    with travel(datetime.fromisoformat(story["at"])):
        case = taken_in(office, story)
        assert (case.urgency, case.category_id, case.person.priority_groups, case.persons) == (
            story["urgency"], story["category"], story["priority_groups"], story["persons"],
        )  # fmt: skip
        assert emergencies.is_open(case) == (story["urgency"] == Urgency.P0)
        collective = name in {"N02", "N11"}
        assert (collectives.suggested(office.people["supervisor"], case) is not None) == collective
        limited = story.get("deadline", {"rule": ""})
        if limited["rule"].startswith("limitation."):
            assert office.dues()[limited["rule"]] == {date.fromisoformat(limited["due"])}
        for step in route.steps:
            step(office)
        case, dues = office.case, office.dues()
    assert case.stage == route.stage
    filed = "ARBITRATION_APPLICATION EVIDENCE_LIST " if route.stage == ARBITRATION else ""
    mediated = "MEDIATION_APPLICATION " if route.stage in {MEDIATION, ARBITRATION} else ""
    assert office.made() == paper_kinds(filed + mediated + route.papers)
    begun = {measure.rung or measure.kind for measure in case.measures.all()}
    assert begun == set(route.measures.split())
    if limited["rule"] and case.is_open and not limited["rule"].startswith("limitation."):
        assert dues[limited["rule"]] == {date.fromisoformat(limited["due"])}
    if route.due[0]:
        assert dues[route.due[0]] == {date.fromisoformat(route.due[1])}


def test_the_words_of_danger_are_heard() -> None:
    for name in ("N02", "N12"):
        assert emergencies.heard([STORIES[name]["narrative"]]), name


def test_who_is_named_to_nobody_gets_no_letter(office: Office) -> None:
    with travel(datetime.fromisoformat(STORIES["N12"]["at"])):
        taken_in(office, STORIES["N12"])
        office.emergency()
        office.review()
        with pytest.raises(AssertionError, match="400"):
            office.letter("OPINION")


def test_the_second_workshop_joins_the_first(office: Office) -> None:
    first, second = STORIES["N02"], STORIES["N26"]
    with travel(datetime.fromisoformat(first["at"])):
        parent = taken_in(office, first)
        office.emergency()
        office.confirm("WAGES", "支付7至9月工资")
    with travel(datetime.fromisoformat(second["at"])):
        case = taken_in(office, second)
        assert (case.urgency, case.persons) == (Urgency.P0, 11)
        seen = collectives.suggested(office.people["agent"], case)
        assert seen is not None and seen.into == [parent]
        office.emergency()
        own, office.pk = office.pk, parent.pk
        office.post("agent", "collective/join/", {"other": case.number, "reason": "同一制帽厂，同一请求"})
        case = Case.objects.get(pk=own)
    assert (case.outcome, case.merged_into) == (Outcome.MERGED, parent)
    assert rows.headcount(parent) == 43
    member = parent.members.get(joined_case=case)
    assert ("OTHER", 4000) in {(one.kind, one.amount) for one in member.claims.all()}, "the bonus is her own"


def test_who_praises_and_who_calls_the_wrong_city_are_told(office: Office) -> None:
    for name, outcome in (("N29", Outcome.TRANSFERRED), ("N30", Outcome.ANSWERED)):
        with travel(datetime.fromisoformat(STORIES[name]["at"])):
            taken_in(office, STORIES[name])
            for step in ROUTES[name].steps:
                step(office)
        assert office.case.outcome == outcome
