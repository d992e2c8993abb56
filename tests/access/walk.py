"""Asks for an address as a person and judges the answer: status, words, headers, and what was written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from hotline.models import Access, SectionRevision
from tests.access.addresses import STEPS, Walk
from tests.access.oracle import sees
from tests.access.world import PEOPLE, Row, World

WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
MARKER = re.compile(r"Zq-([a-z]+)-x")
CALLER = re.compile(r"Zc-([a-z]+)-x")
NUMBER = re.compile(r"QD12351-\d{8}-\d{6}")
PHONE = re.compile(r"\+?(?:86)?13800001\d{3}")
LOGS = {"hotline_access", "django_session"}
"""What a refused request may write: that it was refused."""


@dataclass
class Answer:
    """What came back, as text, and what it did to the database before it was undone."""

    status: int
    text: str
    headers: dict[str, str]
    noted: bool
    changed: set[str]
    """Tables that stand otherwise than before, the logs aside."""

    @property
    def everything(self) -> str:
        """Body and headers; a word that the search has marked counts as a whole."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        return re.sub("</?mark>", "", self.text) + headers


class Walker:
    """Goes everywhere as everybody; the world stays as it was."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browsers = {key: Client() for key in world.people}
        for key, person in world.people.items():
            self.browsers[key].force_login(person, backend="hotline.signin.StaffBackend")
        self.cookies = {key: browser.cookies["sessionid"].value for key, browser in self.browsers.items()}
        self.before = fingerprint()

    def begin(self) -> None:
        """Give everybody the cookie of their sign-in again, and nothing else."""
        for key, browser in self.browsers.items():
            browser.cookies.clear()
            browser.cookies["sessionid"] = self.cookies[key]

    def ask(
        self, who: str, method: str, path: str, data: Any = None, *, in_page: bool = False, **headers: str
    ) -> Answer:
        """The answer to one request, whose effects are undone; `in_page`: as a script of a page asks."""
        browser = self.browsers[who]
        headers |= {"HX-Request": "true"} if in_page else {}
        with undone(), watched() as written:
            response = getattr(browser, method)(path, data or {}, headers=headers)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            refused = response.status_code >= 400
            noted = refused and Access.objects.filter(staff=self.world.people[who], refused=True).exists()
            changed = self._changed() if refused and written - LOGS else written - LOGS
        browser.cookies.pop("messages", None)  # what one answer left for the next page
        headers_of = {name: str(value) for name, value in response.headers.items()}
        return Answer(response.status_code, body.decode(errors="replace"), headers_of, noted, changed)

    def _changed(self) -> set[str]:
        """The tables that stand otherwise than before; what was written and taken back is no change."""
        return {table for table, rows in fingerprint().items() if rows != self.before[table]}

    def walk(self, who: str, walk: Walk, row: Row, *, in_page: bool = False, **ids: int) -> Answer:
        """Ask for one address of a row; `ids` take the place of the row's own."""
        path = walk.path.format(**{**row.ids, **ids})
        return self.ask(who, walk.method, path, self._filled(walk, row), in_page=in_page)

    def _filled(self, walk: Walk, row: Row) -> dict[str, Any]:
        data = dict(walk.data)
        if data.get("file"):
            data["file"] = SimpleUploadedFile("记录.txt", "内容".encode())
        if data.get("decision"):
            data["decision"] = STEPS[row.stage][1]
        if data.get("person"):
            data["person"] = str(self.world.people["lawyer2"].pk)
        if "/sections/" in walk.path and walk.method == "post":
            name = walk.path.rstrip("/").rpartition("/")[2]
            saved = SectionRevision.objects.filter(case=row.ids["case"], section=name).first()
            data["revision"] = str(saved.revision if saved else 0)
        return data

    def leaks(self, who: str, answer: Answer) -> set[str]:
        """Whose words, names and numbers stand in the answer and are not for this person."""
        found = answer.everything
        seen = {row.key: row for row in self.world.rows.values() if sees(who, row)}
        # Who is offered a call reads the caller's name before the case is theirs.
        offered = {row.key for row in self.world.rows.values() if row.offered_to == who}
        callers = {self.world.rows[key].caller or key for key in {*seen, *offered}}
        phones = {row.phone[-11:] for row in seen.values()}
        hidden = {row.number for row in self.world.rows.values()} - {row.number for row in seen.values()}
        return {
            *(f"words of {key}" for key in set(MARKER.findall(found)) - seen.keys()),
            *(f"the caller of {key}" for key in set(CALLER.findall(found)) - callers),
            *(f"the case {number}" for number in set(NUMBER.findall(found)) & hidden),
            *(phone for phone in PHONE.findall(found) if phone[-11:] not in phones),
        }


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def watched() -> Iterator[set[str]]:
    """The tables that are written to inside."""
    written: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if match := WRITE.match(sql):
            written.add(match[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield written


def fingerprint() -> dict[str, list[Any]]:
    """Every row of every table but the logs."""
    models = [model for model in apps.get_models() if model._meta.db_table not in LOGS]
    return {model._meta.db_table: sorted(map(repr, model._default_manager.values_list())) for model in models}


def roles_of(who: str) -> Any:
    """The person's role."""
    return PEOPLE[who][0]
