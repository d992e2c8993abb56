"""What the demo's units do with the cases that are dispatched to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.actions.dispatch import suggested, units_for
from hotline.enums import Role
from hotline.models import Staff
from workflows import dispatch as door
from workflows.decisions import Decision

if TYPE_CHECKING:
    from hotline.demo.life import Life


def dispatch(life: Life) -> None:
    """To the nearest unit; some take the case, some return it, some have not answered yet."""
    nearest = suggested(life.case)
    unit = nearest.unit if nearest else life.chance.choice(list(units_for(life.case).order_by("code")))
    life.pass_time(minutes=15)
    life.complete(Decision.DISPATCH, unit=unit, note="请联系职工核实情况，就地协调处理。")
    receiver = Staff.objects.filter(unit=unit, role=Role.AGENT, is_active=True).first()
    answer = life.chance.random()
    if receiver is None or answer < 0.5:
        return
    life.pass_time(hours=3)
    with life.at():
        if answer < 0.8:
            life.case = door.accept(life.case.pk, receiver)
        else:
            life.case = door.give_back(life.case.pk, receiver, "用工地和注册地均不在本区，请核实后转办。")
