"""Lawyers, their profiles and clients from a table: all of it or, where a line is wrong, nothing.

Columns go by their heading; the first three are needed, and what has no column stays as it is. Several
fields, languages or clients in one cell are parted by ； or ;, a client's credit code stands after a space.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hotline import bell, events, tables
from hotline.actions import lawyer_profiles
from hotline.bell import Ring
from hotline.enums import Language, Role, Sex
from hotline.errors import Invalid
from hotline.identifiers import WrongIdentifier, check_credit_code
from hotline.models import Category, Staff, Unit

COLUMNS = {
    "用户名": "username", "姓名": "name", "单位代码": "unit", "律师事务所": "firm", "执业证号": "licence",
    "领域": "fields", "语言": "languages", "性别": "sex", "上限": "capacity", "权重": "weight",
    "客户": "clients", "备注": "note",
}  # fmt: skip
NEEDED = ("用户名", "姓名", "单位代码")
MOST_LINES = 2000
LARGEST = 1024 * 1024
"""Bytes of a file: two thousand lawyers with a hundred clients each do not fill it."""
MOST_FAULTS = 50
"""More are not told at once: whoever has so many has the wrong file."""
LENGTHS = {"律师事务所": 100, "执业证号": 30, "备注": 300}
SEXES = {"女": Sex.FEMALE, "男": Sex.MALE, "": Sex.UNKNOWN}
LANGUAGES = {
    "方言": Language.DIALECT, "韩语": Language.KOREAN, "英语": Language.ENGLISH, "日语": Language.JAPANESE,
    "手语": Language.SIGN,
}  # fmt: skip
PARTED = re.compile(r"[;；、\n]+")
USERNAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Line:
    """One lawyer as the table says it, every value checked."""

    username: str
    name: str
    unit: Unit
    profile: dict[str, Any]
    """What the table says of the profile: columns that are not there are left alone."""
    clients: list[tuple[str, str]]
    """Name and credit code of each."""
    is_new: bool


def read(data: bytes) -> tables.Table:
    """The rows of an XLSX or CSV file as texts. Raises Invalid for a file that is neither, or too large."""
    return tables.read(data, largest=LARGEST, most=MOST_LINES + 2)


def checked(rows: tables.Table) -> list[Line]:
    """The lawyers of a table. Raises Invalid with every fault, each named with its line."""
    heading = [cell.strip() for cell in rows[0]] if rows else []
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        raise Invalid({"heading": _("Columns are missing: %(names)s.") % {"names": "、".join(missing)}})
    unknown = [name for name in heading if name and name not in COLUMNS]
    if unknown:
        raise Invalid({"heading": _("There are no such columns: %(names)s.") % {"names": "、".join(unknown)}})
    checker, faults, lines = _Checker(), dict[str, str](), dict[str, Line]()
    for number, cells in enumerate(rows[1:], start=2):
        values = {
            name: cell.strip() for name, cell in zip_longest(heading, cells[: len(heading)], fillvalue="")
        }
        if not any(values.values()):
            continue
        line, wrong = checker.line(values)
        if line.username in lines:
            wrong.append(_("the user name stands twice"))
        if number > MOST_LINES:
            wrong = [_("a table has at most %(most)s lines") % {"most": MOST_LINES}]
        if wrong:
            told = {"line": number, "faults": "；".join(wrong)}
            faults[str(number)] = _("Line %(line)s: %(faults)s.") % told
        lines[line.username] = line
        if number > MOST_LINES or len(faults) == MOST_FAULTS:
            break
    if faults:
        raise Invalid(faults)
    if not lines:
        raise Invalid({"file": _("There is no lawyer in the table.")})
    return list(lines.values())


class _Checker:
    """Holds each line against what is there; it is looked up once."""

    def __init__(self) -> None:
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.groups = set(Category.objects.filter(parent=None).values_list("code", flat=True))
        people = Staff.objects.values_list("username", "role", "is_active")
        self.people = {username: (role, active) for username, role, active in people}

    def line(self, values: dict[str, str]) -> tuple[Line, list[str]]:
        """A line, and what is wrong with it."""
        wrong = self._person(values)
        profile = self._profile(values, wrong)
        line = Line(
            username=values["用户名"],
            name=values["姓名"],
            unit=self.units.get(values["单位代码"], Unit()),
            profile=profile,
            clients=[_client(text, wrong) for text in _parts(values.get("客户", ""))],
            is_new=values["用户名"] not in self.people,
        )
        return line, wrong

    def _person(self, values: dict[str, str]) -> list[str]:
        wrong: list[str] = []
        role, active = self.people.get(values["用户名"], (Role.LAWYER, True))
        if not USERNAME.fullmatch(values["用户名"]):
            wrong.append(_("the user name has letters, digits, - and _ alone"))
        if role != Role.LAWYER:
            wrong.append(_("this user name is somebody's who is no lawyer"))
        elif not active:
            wrong.append(_("this person is deactivated"))
        if not 0 < len(values["姓名"]) <= 60:
            wrong.append(_("the name is missing or too long"))
        if values["单位代码"] not in self.units:
            wrong.append(_("there is no unit %(code)s") % {"code": values["单位代码"]})
        return wrong

    def _profile(self, values: dict[str, str], wrong: list[str]) -> dict[str, Any]:
        """What the table says of the profile; what is wrong comes to `wrong`."""
        found: dict[str, Any] = {}
        for column, text in values.items():
            name = COLUMNS.get(column, "")
            if name == "fields":
                found[name] = _known(_parts(text), {code: code for code in self.groups}, column, wrong)
            elif name == "languages":
                found[name] = _known(_parts(text), LANGUAGES, column, wrong)
            elif name == "sex":
                found[name] = (_known([text], SEXES, column, wrong) or [Sex.UNKNOWN])[0]
            elif name in {"capacity", "weight"}:
                found[name] = _figure(name, text, wrong)
            elif column in LENGTHS:
                found[name] = text
                if len(text) > LENGTHS[column]:
                    wrong.append(_("%(column)s is too long") % {"column": column})
        return found


def _known(parts: Iterable[str], known: dict[str, Any], column: str, wrong: list[str]) -> list[Any]:
    found = []
    for part in parts:
        if part in known:
            found.append(str(known[part]))
        else:
            wrong.append(_("%(column)s: there is no “%(word)s”") % {"column": column, "word": part[:30]})
    return found


def _figure(name: str, text: str, wrong: list[str]) -> int | Decimal:
    """The limit or the share; an empty cell says what everybody has."""
    if name == "capacity":
        if re.fullmatch(r"[0-9]{0,4}", text) and int(text or 30) <= 1000:
            return int(text or 30)
        wrong.append(_("the limit is a number up to 1000"))
        return 0
    try:
        weight = round(Decimal(text or 1), 2)
        if 0 < weight < 100:
            return weight
    except InvalidOperation:
        pass
    wrong.append(_("the share is a number above 0 and below 100"))
    return Decimal(1)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in PARTED.split(text) if part.strip()]


def _client(text: str, wrong: list[str]) -> tuple[str, str]:
    name, _space, code = text.rpartition(" ")
    if not (name and re.fullmatch(r"[0-9A-Za-z]{15,20}", code)):
        name, code = text, ""
    try:
        code = check_credit_code(code) if code else ""
    except WrongIdentifier as error:
        wrong.append(f"{code}: {error}")
    if len(name) > 120:
        wrong.append(_("a client's name is too long"))
    return name.strip(), code


@transaction.atomic
def store(lines: Iterable[Line], actor: Staff | None = None) -> tuple[int, int]:
    """Write the lawyers down; returns how many are new and how many clients came.

    New people cannot sign in until an administrator gives them a first password. Clients are added, never
    taken away, and the open cases of whoever has a new one are checked again.
    """
    events.several_cases()
    known = {person.username: person for person in lawyer_profiles.lock(Staff.objects.all())}
    new = clients = 0
    for line in lines:
        person, made = _person(line, known.get(line.username))
        new += made
        lawyer_profiles.write(person, **line.profile)
        clients += lawyer_profiles.add_clients(person, line.clients)
    events.looked(actor, "lawyers.imported", detail=f"{new} new, {clients} clients")
    return new, clients


def _person(line: Line, known: Staff | None) -> tuple[Staff, bool]:
    """The lawyer's account, and whether it is new."""
    if known is None:
        known = Staff(username=line.username, role=Role.LAWYER, must_change_password=True)
        known.set_unusable_password()
    made = known.pk is None
    moved = not made and known.unit_id != line.unit.pk
    known.name, known.unit = line.name, line.unit
    known.sessions_ended += moved  # what they may see has changed
    known.save()
    if moved:
        bell.ring([Ring(f"staff:{known.pk}", "signed-out")])
    return known, made


def to_text(rows: tables.Table) -> str:
    """The table as CSV, for the form that takes it over after it was looked at."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
