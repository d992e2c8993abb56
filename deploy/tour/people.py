"""Someone of the staff with a browser: signs in, opens pages that stay fresh, and sends their forms."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from deploy.tour.page import Form, Page, read
from deploy.tour.report import LIMIT, NotSeen
from deploy.tour.sockets import Listener
from deploy.tour.telephones import Softphone, answer_of

T = TypeVar("T")
SIGN_IN = "/accounts/login/"


class Person:
    """Someone of the staff with a browser of their own."""

    def __init__(self, base: str, username: str) -> None:
        self.username = username
        self._base = base
        # Addresses without a name keep cookies too.
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def close(self) -> None:
        """Closes the browser."""
        await self._session.close()

    async def sign_in(self, password: str) -> Page:
        """Signs in through the page and returns the first page seen."""
        page = await self.get(SIGN_IN)
        first = await self.send(page, page.form(SIGN_IN), login=self.username, password=password)
        if first.path == SIGN_IN or "sessionid" not in {cookie.key for cookie in self._session.cookie_jar}:
            raise NotSeen(f"{self.username} is not let in: {' '.join(first.errors)}")
        return first

    async def get(self, path: str) -> Page:
        """The page at `path` as this person sees it. Raises NotSeen where it is refused."""
        status, page = await self.look(path)
        if status >= 400:
            raise NotSeen(f"GET {path} answers {self.username} {status}: {page.text[:200]}")
        return page

    async def look(self, path: str) -> tuple[int, Page]:
        """The status and page that `path` answers, whatever it is."""
        async with self._session.get(self._base + path) as answer:
            return answer.status, read(answer.url.path_qs, await answer.text())

    async def send(self, page: Page, form: Form, **changes: str) -> Page:
        """Sends a form of `page` as its browser would, and returns what is shown then."""
        data = form.filled(**changes)
        headers = {"Referer": self._base + page.path, "Origin": self._base}
        async with self._session.post(self._base + form.action, data=data, headers=headers) as answer:
            after = read(answer.url.path, await answer.text())
            if answer.status >= 400:
                why = " ".join(after.errors) or after.text[:200]
                raise NotSeen(f"{form.action} answers {self.username} {answer.status}: {why}")
            return after

    async def keep(self, page: Page, form: Form, **changes: str) -> None:
        """Types into a form without sending it: the page keeps what stands there as it is typed."""
        if not form.autosave:
            raise NotSeen(f"the form {form.action} keeps nothing as it is typed")
        token = dict(form.filled())["csrfmiddlewaretoken"]
        headers = {"X-CSRFToken": token, "Referer": self._base + page.path, "Origin": self._base}
        data = form.filled(**changes)
        async with self._session.post(self._base + form.autosave, data=data, headers=headers) as answer:
            if answer.status >= 400:
                raise NotSeen(f"{form.autosave} answers {self.username} {answer.status}")

    async def open(self, path: str) -> "Tab":
        """A page with its socket."""
        page = await self.get(path)
        tab = Tab(self, page, await self.socket())
        await tab.listener.hello(page)
        return tab

    async def socket(self) -> aiohttp.ClientWebSocketResponse:
        """A socket of this browser's pages, before its hello."""
        address = self._base.replace("http", "ws", 1) + "/live/"
        return await self._session.ws_connect(address, origin=self._base)

    async def softphone(self, page: Page) -> Softphone:
        """The softphone of a page, with a fresh token from the address that the page names."""
        carrier, address = page.attribute("carrier"), page.attribute("token")
        async with self._session.get(self._base + address) as answer:
            token = (await answer_of(answer))["token"]
        return Softphone(self._session, carrier, token, self._base)

    async def raw(self, path: str) -> tuple[int, str, str]:
        """Status, content type and text of something that is no page."""
        async with self._session.get(self._base + path) as answer:
            return answer.status, answer.content_type, await answer.text(errors="replace")


class Tab:
    """A page that is open in someone's browser and kept fresh by its socket."""

    def __init__(self, person: Person, page: Page, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.person = person
        self.page = page
        self.listener = Listener(socket)
        self._socket = socket
        self._hearing = asyncio.create_task(self.listener.hear())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the tab."""
        await self._socket.close()
        self._hearing.cancel()
        await asyncio.gather(self._hearing, return_exceptions=True)

    async def go(self, path: str) -> Page:
        """Goes to another page, or loads this one anew."""
        return await self._arrive(await self.person.get(path))

    async def send(self, begins: str, ends: str = "", **changes: str) -> Page:
        """Fills in the form of this page whose address is so, and sends it."""
        form = self.page.form(begins, ends)
        return await self._arrive(await self.person.send(self.page, form, **changes))

    async def shows(self, found: Callable[[Page], T | None], what: str, seconds: float = LIMIT) -> T:
        """What `found` finds on the page once it is there; looks again whenever the page is rung.

        Raises NotSeen with `what`: a change that nobody rings for is not seen.
        """
        end = time.monotonic() + seconds
        while True:
            count = len(self.listener.rings)
            await self.go(self.page.path)
            result = found(self.page)
            if result:
                return result
            left = end - time.monotonic()
            if left < 0:
                raise NotSeen(f"{self.page.path}: {what} (waited {seconds:g} s)")
            await self.listener.more(count, left, f"{self.page.path}: {what}")

    async def _arrive(self, page: Page) -> Page:
        self.page = page
        await self.listener.hello(page)
        return page
