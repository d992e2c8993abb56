"""Where the tour plays: the people with their open pages, and what one scene leaves to the next."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp

from deploy.tour.people import Person, Tab
from deploy.tour.report import NotSeen, Report, Step
from deploy.tour.telephones import Telephone


class Stage:
    """What every scene gets."""

    def __init__(
        self,
        environment: Mapping[str, str],
        session: aiohttp.ClientSession,
        report: Report,
        stack: AsyncExitStack,
    ) -> None:
        self.report = report
        self.telephones = Telephone(session, environment["HOTLINE_TOUR_SIMULATOR"])
        self.people: dict[str, Person] = {}
        self.tabs: dict[str, Tab] = {}
        self.kept: dict[str, str] = {}
        self._base = environment["HOTLINE_TOUR_BASE"]
        self._password = environment["HOTLINE_DEMO_PASSWORD"]
        self._stack = stack

    async def enter(self, username: str) -> Tab:
        """Signs `username` in and opens their first page with its socket; it stays open."""
        person = Person(self._base, username)
        self._stack.push_async_callback(person.close)
        first = await person.sign_in(self._password)
        self.people[username] = person
        self.tabs[username] = await self._stack.enter_async_context(await person.open(first.path))
        return self.tabs[username]

    def tab(self, username: str) -> Tab:
        """The page that `username` has open. Raises NotSeen where they did not get in."""
        if username not in self.tabs:
            raise NotSeen(f"{username} is not signed in")
        return self.tabs[username]

    def kept_from(self, name: str) -> str:
        """What an earlier scene has left under `name`. Raises NotSeen where it did not come so far."""
        if name not in self.kept:
            raise NotSeen(f"an earlier scene did not get as far as the {name}")
        return self.kept[name]

    @asynccontextmanager
    async def change(self, title: str, *kinds: str) -> AsyncIterator[Step]:
        """A step that changes something: the supervisor's socket must ring each of `kinds` for it."""
        listener = self.tab("supervisor").listener
        before = len(listener.rings)
        with self.report.step(title) as step:
            yield step
            await listener.rung(kinds, before)
            step.seen(f"supervisor rung: {', '.join(kinds)}")
