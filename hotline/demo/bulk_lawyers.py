"""As many lawyers as the union has, with profiles over the districts: for measuring, never for people."""

from decimal import Decimal

from django.db import transaction

from hotline.demo.cast import Part, staff_of
from hotline.enums import Language, Role, Sex, UnitKind
from hotline.models import Category, Client, LawFirm, LawyerProfile, Staff, Unit

LAWYERS_OF_A_FIRM = 9
SERVING = 3
"""Every so many-th lawyer has a client."""


@transaction.atomic
def hire(many: int) -> int:
    """Make lawyers until there are `many` of this rule's; returns how many are new. The same each time.

    Half of them are the city's, the others the districts' in turn.
    """
    city = Unit.objects.get(parent=None)
    districts = list(Unit.objects.filter(kind=UnitKind.DISTRICT).order_by("code"))
    known = set(Staff.objects.filter(username__startswith="crowd-lawyer-").values_list("username", flat=True))
    groups = list(Category.objects.filter(parent=None).values_list("code", flat=True))
    firms: dict[str, LawFirm] = {}
    new = 0
    for n in range(1, many + 1):
        unit = districts[n // 2 % len(districts)] if districts and n % 2 else city
        part = Part(f"crowd-lawyer-{n:03d}", f"测试律师{n:03d}", Role.LAWYER, unit.code)
        if part.username in known:
            continue
        person = staff_of(part)
        person.set_unusable_password()
        person.save()
        name = f"第{n // LAWYERS_OF_A_FIRM + 1}（虚构）律师事务所"
        firms[name] = firms.get(name) or LawFirm.objects.get_or_create(name=name)[0]
        LawyerProfile.objects.create(staff=person, firm=firms[name], **_practice(n, groups))
        if n % SERVING == 0:
            Client.objects.create(lawyer=person, name=f"测试用工单位{n:03d}有限公司（虚构）")
        new += 1
    return new


def _practice(n: int, groups: list[str]) -> dict[str, object]:
    """What the n-th does: fields, language, sex, places and share in turn."""
    languages = list(Language.values)
    return {
        "licence": f"000000{n:011d}",
        "fields": [groups[(n + more) % len(groups)] for more in (0, 3)] if groups and n % 5 else [],
        "languages": [languages[n % len(languages)]] if n % 4 == 0 else [],
        "sex": Sex.FEMALE if n % 2 else Sex.MALE,
        "capacity": 20 + n % 3 * 10,
        "weight": Decimal(1 + n % 2),
    }
