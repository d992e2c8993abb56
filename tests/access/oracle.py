"""What each person may see and do, said once more in plain words and without the product's policy.

Written from docs/access.md. Where this and `hotline/access.py` differ, one of them is wrong.
"""

from hotline.enums import Role
from tests.access.world import PEOPLE, UNDER, Row

FLOOR = {Role.AGENT, Role.SUPERVISOR}
CASE_ROLES = {*FLOOR, Role.LAWYER, Role.MEDIATOR}
EVERYONE = set(Role)


def sees(who: str, row: Row) -> bool:
    """Whether the case exists for this person."""
    role, unit = PEOPLE[who]
    if role in FLOOR:
        return row.unit in UNDER[unit] or row.held_by == who or row.sent_to == unit
    if role == Role.LAWYER:
        return acts_as_lawyer(who, row) or row.measure == who
    if role == Role.MEDIATOR:
        return any(place in UNDER[unit] for place in row.mediations)
    return False


def acts_as_lawyer(who: str, row: Row) -> bool:
    """Whether this person is the case's lawyer, or in their place today."""
    return who in {row.lawyer, row.stands_in}


def may(who: str, action: str, row: Row) -> bool:
    """Whether this person, who sees the case, may do `action` to it."""
    role, unit = PEOPLE[who]
    if action in {"look", "note", "attach"}:
        return True
    if action == "receive":
        return row.sent_to == unit
    if row.sent_to == unit and row.unit not in UNDER[unit]:
        return False  # theirs to read, and to accept or return
    if action == "take back":
        return bool(row.sent_to) and (role == Role.SUPERVISOR or who == row.holder)
    if action == "check":
        return role == Role.SUPERVISOR
    if action in {"intake", "message", "reopen", "visit", "merge"}:
        return role in FLOOR
    if action in {"facts", "withdraw", "begin"}:
        return role in FLOOR or acts_as_lawyer(who, row)
    if action == "measure":
        return may(who, "begin", row) or row.measure == who
    if action == "document":
        return may(who, "measure", row) or may(who, "mediate", row)
    if action == "perform":
        return may(who, "begin", row) or may(who, "mediate", row)
    if action in {"review", "refer"}:
        return acts_as_lawyer(who, row)
    if action in {"take_back", "collective"}:
        return role == Role.SUPERVISOR or acts_as_lawyer(who, row)
    if action == "hand over":
        return role == Role.SUPERVISOR or row.measure == who
    if action == "mediate":
        return role == Role.MEDIATOR and bool(row.mediations) and row.mediations[-1] in UNDER[unit]
    assert action == "reassign", action
    return role == Role.SUPERVISOR


def listens_to(who: str, row: Row) -> bool:
    """Whether the recordings exist for this person: not for who has the case by a measure alone."""
    return sees(who, row) and (PEOPLE[who][0] != Role.LAWYER or acts_as_lawyer(who, row))


def ends_absence(who: str, row: Row) -> bool:
    """Whether this person may end the absence beside the row: its lawyer, and supervisors of their unit."""
    role, unit = PEOPLE[who]
    return who == row.absent or (role == Role.SUPERVISOR and PEOPLE[row.absent][1] in UNDER[unit])


def reads_rota(who: str, row: Row) -> bool:
    """Whether this person reads the shift at the post of the row's unit: lawyers of the units above, too."""
    role, unit = PEOPLE[who]
    return plans_rota(who, row) or (
        role == Role.LAWYER and (row.unit in UNDER[unit] or unit in UNDER[row.unit])
    )


def plans_rota(who: str, row: Row) -> bool:
    """Whether this person plans the post of the row's unit."""
    role, unit = PEOPLE[who]
    return role == Role.ADMINISTRATOR or (role == Role.SUPERVISOR and row.unit in UNDER[unit])


def hangs_up(who: str, row: Row) -> bool:
    """Whether this person may end the row's call: who holds it, and supervisors of its unit."""
    role, unit = PEOPLE[who]
    return row.held_by == who or (role == Role.SUPERVISOR and row.unit in UNDER[unit])


def had_call(who: str, row: Row) -> bool:
    """Whether the row's call is or was this agent's."""
    return row.held_by == who or (row.key == "wrapped" and who == "agent_north")


def listens(who: str, topic: str, seen: set[str], units: dict[str, int], own: int) -> bool:
    """Whether this person may be rung for `topic`; `seen` holds the topics of the cases they see."""
    role, unit = PEOPLE[who]
    if topic == "floor":
        return role in FLOOR
    kind, _sep, key = topic.partition(":")
    if kind == "staff":
        return int(key) == own
    if kind == "unit":
        return role in {*FLOOR, Role.MEDIATOR} and int(key) in {units[below] for below in UNDER[unit]}
    return topic in seen
