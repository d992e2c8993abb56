"""Workers of the demo who call again from another telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import merges

if TYPE_CHECKING:
    from hotline.demo.life import Life


def call_again(life: Life) -> None:
    """The same matter from another number; some of these are merged already."""
    first = life.case
    life.pass_time(hours=life.chance.randint(3, 20))
    life.number = f"+86198{life.count:04d}{life.chance.randint(0, 9999):04d}"
    life.arrive()
    life.write_down()
    if life.chance.random() < 0.4:
        life.pass_time(minutes=10)
        with life.at():
            merges.merge(life.case.pk, first.pk, life.agent, "同一职工换号来电，反映同一事项。")
