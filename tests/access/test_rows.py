"""Every address of a case and of its parts, asked by everybody for every row: the oracle says what comes."""

from collections.abc import Iterator
from itertools import count

import pytest
from django.db import connection

from tests.access.addresses import WALK, Walk
from tests.access.walk import Answer, Walker, roles_of
from tests.access.world import PEOPLE, Row

pytestmark = pytest.mark.django_db
KEPT_OUT = {403, 404}
SHARE = 1 if connection.vendor == "postgresql" else 8
"""On SQLite, where tests are to be quick, every eighth of the rows that are not one's own, in turn."""
WELCOMED = {"get": 2, "post": 1}
"""So many of the rows that are one's own are asked for at each address; of the others, all."""


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_not_ones_own_does_not_exist(walker: Walker, who: str) -> None:
    wrong = []
    for place, (walk, row) in enumerate(journeys(walker, who)):
        answer = walker.walk(who, walk, row, in_page=place % 4 > 0)
        found = judged(walker, who, walk, row, answer)
        wrong += [f"{walk.method} {walk.path} of {row.key}: {answer.status}, {fault}" for fault in found]
    assert not wrong, "\n".join(wrong)


def journeys(walker: Walker, who: str) -> Iterator[tuple[Walk, Row]]:
    """What is asked for: of one's own a few rows, of what is not every row, the variants in turn."""
    rows, turn = list(walker.world.rows.values()), count()
    for walks in WALK.values():
        if roles_of(who) not in walks[0].roles:
            yield from [(walks[0], rows[0]), (walks[-1], rows[1])]
            continue
        for walk in walks:
            yield from [(walk, row) for row in rows if refusals(who, walk, row) is None][
                : WELCOMED[walk.method]
            ]
        for place, row in enumerate(rows):
            closed = [walk for walk in walks if refusals(who, walk, row) is not None]
            if closed and next(turn) % SHARE == 0:
                yield closed[place % len(closed)], row


def refusals(who: str, walk: Walk, row: Row) -> set[int] | None:
    """The statuses that say no; None where the answer is yes."""
    if roles_of(who) not in walk.roles:
        return {403}
    if not walk.theirs(who, row):
        return {404}
    # Seen and not to be done: the page says so, or that the step is over or with someone else.
    return None if walk.allowed(who, row) else {403, 404, 409}


def judged(walker: Walker, who: str, walk: Walk, row: Row, answer: Answer) -> list[str]:
    """What is wrong with the answer."""
    faults = [f"shows {leak}" for leak in sorted(walker.leaks(who, answer))]
    refused = refusals(who, walk, row)
    if refused is None:
        return faults + (["was kept out"] if answer.status in KEPT_OUT and not nothing_here(walk) else [])
    if answer.status not in refused:
        faults.append(f"should be {refused}")
    if answer.changed:
        faults.append(f"changed {answer.changed}")
    if not answer.noted and answer.status in KEPT_OUT:
        faults.append("is not in the access log")
    return faults


def nothing_here(walk: Walk) -> bool:
    """Whether there may be nothing to be had at this moment, whoever asks."""
    return ("/sections/" in walk.path and walk.method == "get") or walk.path == "/recordings/{recording}/"
