"""Who works at the demo's hotline. All names are made up."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from hotline.enums import Language, Role, SeatState, Sex
from hotline.models import Client, LawFirm, LawyerProfile, Seat, Staff, Unit

CITY = "370200"


@dataclass(frozen=True)
class Part:
    """One member of the cast."""

    username: str
    name: str
    role: Role
    unit: str = CITY


SIGN_INS = (
    Part("agent", "王晓梅", Role.AGENT),
    Part("agent2", "陈建国", Role.AGENT),
    Part("lawyer", "李文博", Role.LAWYER),
    Part("lawyer2", "赵清扬", Role.LAWYER),
    Part("mediator", "孙桂兰", Role.MEDIATOR),
    Part("supervisor", "周立群", Role.SUPERVISOR),
    Part("supervisor_south", "秦岭", Role.SUPERVISOR, "370202"),
    Part("admin", "林志远", Role.ADMINISTRATOR),
)
"""Those who sign in with the demo's password."""
COLLEAGUES = (
    Part("agent3", "刘芳", Role.AGENT),
    Part("agent4", "黄海涛", Role.AGENT),
    Part("lawyer3", "何雨桐", Role.LAWYER),
    Part("lawyer4", "马俊杰", Role.LAWYER),
    Part("lawyer5", "郭思敏", Role.LAWYER),
    Part("lawyer6", "徐东升", Role.LAWYER),
    Part("agent_south", "孟凡", Role.AGENT, "370202"),
    Part("agent_laoshan", "曲静", Role.AGENT, "370212"),
    Part("mediator2", "胡志强", Role.MEDIATOR, "370202"),
    Part("mediator3", "朱丽华", Role.MEDIATOR, "370211"),
    Part("mediator4", "高明", Role.MEDIATOR, "370281"),
)
"""Those who have a part in the history but no password."""


@dataclass(frozen=True)
class Practice:
    """What a lawyer of the cast does."""

    firm: str
    sex: Sex
    fields: tuple[str, ...]
    languages: tuple[str, ...] = ()
    client: str = ""


PRACTICES = {
    "lawyer": Practice("山海（虚构）律师事务所", Sex.MALE, ("A", "B"), client="青岛海晟制衣有限公司（虚构）"),
    "lawyer2": Practice("山海（虚构）律师事务所", Sex.MALE, ("A", "C"), (Language.ENGLISH,)),
    "lawyer3": Practice("石老人（虚构）律师事务所", Sex.FEMALE, ("A", "D"), (Language.KOREAN,)),
    "lawyer4": Practice("石老人（虚构）律师事务所", Sex.MALE, ("B", "C"), (Language.DIALECT,)),
    "lawyer5": Practice("栈桥（虚构）律师事务所", Sex.FEMALE, (), client="蓝谷物流（虚构）"),
    "lawyer6": Practice("栈桥（虚构）律师事务所", Sex.MALE, (), (Language.DIALECT, Language.SIGN)),
}


def _practise(person: Staff, practice: Practice) -> None:
    firm, _made = LawFirm.objects.get_or_create(name=practice.firm)
    values = {"fields": list(practice.fields), "languages": list(practice.languages), "sex": practice.sex}
    LawyerProfile.objects.get_or_create(staff=person, defaults={"firm": firm, "capacity": 60, **values})
    if practice.client:
        Client.objects.get_or_create(lawyer=person, name=practice.client)


def staff_of(part: Part) -> Staff:
    """A new account for the part, not saved and without a password yet."""
    unit = Unit.objects.get(code=part.unit)
    return Staff(username=part.username, name=part.name, role=part.role, unit=unit, is_demo=True)


@transaction.atomic
def hire(password: str) -> None:
    """Make the cast, or give those who sign in `password` again. They are let in with HOTLINE_DEMO alone."""
    for part in (*SIGN_INS, *COLLEAGUES):
        person = Staff.objects.filter(username=part.username).first()
        person = person or staff_of(part)
        if part in SIGN_INS:
            person.set_password(password)
        else:
            person.set_unusable_password()
        person.save()
        if part.username in PRACTICES:
            _practise(person, PRACTICES[part.username])
        if part.role == Role.AGENT:
            Seat.objects.get_or_create(
                staff=person, defaults={"state": SeatState.OFFLINE, "since": timezone.now()}
            )
