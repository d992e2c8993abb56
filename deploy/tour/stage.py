"""Where the tour plays: the addresses, the password, the telephone and the people."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from deploy.tour.doors import Person, Telephone
from deploy.tour.report import Report


@dataclass(frozen=True)
class Stage:
    """What every scene gets."""

    base: str
    password: str
    telephone: Telephone
    report: Report

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], session: aiohttp.ClientSession, report: Report
    ) -> "Stage":
        """The stage that deploy/demo --tour describes in the environment."""
        return cls(
            base=environment["HOTLINE_TOUR_BASE"],
            password=environment["HOTLINE_DEMO_PASSWORD"],
            telephone=Telephone(session, environment["HOTLINE_TOUR_SIMULATOR"]),
            report=report,
        )

    def person(self, username: str) -> Person:
        """Someone of the staff who has not signed in yet."""
        return Person(self.base, username)
