"""Grows the demo's cases: each is rung, heard, written down and carried on through the steps people use."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from hotline.actions.deployment import read
from hotline.demo.cast import SIGN_INS
from hotline.demo.life import Life
from hotline.demo.lives import LIVES
from hotline.enums import Role
from hotline.models import Case, Staff
from workflows import collectives
from workflows.decisions import Decision

PLANS: tuple[tuple[str, int], ...] = (
    ("answered", 53), ("transferred", 8), ("nuisance", 4), ("intake", 12), ("dispatched", 6), ("review", 20),
    ("mediation", 18), ("settled", 8), ("instalments", 6), ("to_check", 4), ("to_visit", 5), ("redone", 2),
    ("filing", 7), ("acceptance", 6), ("hearing", 4), ("award", 7), ("aftermath", 5), ("awarded", 6),
    ("refusal", 2), ("refused", 2), ("taken_back", 2), ("withdrawn", 5), ("declined", 3), ("repeated", 3),
    ("collective", 2),
)  # fmt: skip
"""Where the cases of the demo stand, and how many of two hundred stand there: two hundred in all."""
DAYS_OPEN = {
    "answered": (1, 110), "transferred": (2, 110), "nuisance": (1, 90), "intake": (0, 3),
    "repeated": (1, 3), "collective": (3, 9),
    "dispatched": (0, 2), "review": (1, 6), "mediation": (5, 24), "settled": (25, 110),
    "instalments": (28, 40), "to_check": (20, 26), "to_visit": (22, 30), "redone": (24, 40),
    "filing": (20, 32), "acceptance": (26, 36), "hearing": (30, 36), "award": (60, 74),
    "aftermath": (62, 76), "awarded": (95, 118), "refusal": (26, 32), "refused": (50, 100),
    "taken_back": (40, 90), "withdrawn": (10, 90), "declined": (1, 4),
}  # fmt: skip
"""How many days ago a case of each plan was opened, at least and at most: time enough for its life."""

ANY_STORY = frozenset({
    "answered", "transferred", "nuisance", "intake", "dispatched", "repeated", "review", "declined",
    "withdrawn",
})  # fmt: skip
"""Plans that fit whatever is told; the others are about disputes of a few workers, or of a whole workshop."""


class Grower:
    """Makes cases one after the other, the oldest first; `seed` makes the same ones again.

    The first case of each plan goes to `lawyer`, if there is one. `gathered` is from how many to how many
    workers a collective case has.
    """

    def __init__(self, seed: int = 12351) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - nothing secret
        self.narratives: list[dict[str, Any]] = read("narratives")
        answering = Staff.objects.filter(role=Role.AGENT, is_active=True, unit__parent=None)
        self.agents = list(answering.order_by("pk"))
        known = [part.username for part in SIGN_INS if part.role == Role.LAWYER]
        self.lawyer = Staff.objects.filter(username=known[0], is_active=True).first()
        self.gathered = (18, 64)
        self.now = timezone.now()
        self._grown: Counter[str] = Counter()

    def grow(self, number: int) -> Iterator[int]:
        """Make `number` cases in all and yield after each how many there are."""
        plans = [plan for plan, share in PLANS for _n in range(max(1, round(share * number / 200)))]
        self.chance.shuffle(plans)
        dated = sorted(((self.opened(plan), plan) for plan in plans[:number]), key=lambda pair: pair[0])
        for count, (opened, plan) in enumerate(dated, start=1):
            with transaction.atomic():
                self.one(count, opened, plan)
            yield count

    def opened(self, plan: str) -> datetime:
        """A moment at which a case of `plan` may have begun."""
        least, most = DAYS_OPEN[plan]
        day = timezone.localtime(self.now) - timedelta(days=self.chance.randint(least, most))
        moment = day.replace(hour=self.chance.randint(8, 20), minute=self.chance.randint(0, 59))
        return min(moment, self.now - timedelta(hours=self.chance.randint(2, 9)))

    def _stories(self, plan: str) -> list[dict[str, Any]]:
        if plan in ANY_STORY:
            return self.narratives
        disputes = [one for one in self.narratives if collectives.is_category_of_dispute(one["category"])]
        if plan == "collective":
            return [one for one in disputes if one["category"] == "A01" and _is_of_many(one)]
        return [one for one in disputes if not _is_of_many(one)]

    def one(self, count: int, opened: datetime, plan: str) -> Case:
        """Make a case of `plan`; `count` is which of all cases it is."""
        stories = self._stories(plan)
        life = Life(self, count, opened, stories[count % len(stories)], self._grown[plan])
        self._grown[plan] += 1
        life.arrive()
        if plan == "nuisance":
            life.complete(Decision.NUISANCE, note="无有效诉求，多次重复拨打")
        else:
            life.write_down()
            for step in LIVES[plan]:
                step(life)
        return life.case


def _is_of_many(story: dict[str, Any]) -> bool:
    return bool(story["persons"] >= collectives.least())
