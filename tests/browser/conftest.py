"""One demo for all browser tests: web server, worker and simulator as deploy/demo starts them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from deploy.demo import Demo
from deploy.processes import free_port
from tests.browser.house import SHOTS, Person, Telephone, shot

CASES = 26


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with closing(Demo(folder, free_port(), free_port())) as demo:
        demo.fill(cases=CASES)
        demo.start()
        yield demo
        demo.children.check()


@pytest.fixture
def person(demo: Demo, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """Opens a browser for a user name; no page may have complained by the end of the test."""
    people: list[Person] = []

    def arrive(username: str, expected: int = 0) -> Person:
        people.append(Person(demo, chromium, username, expected))
        return people[-1]

    yield arrive
    complaints = [f"{one.username}: {text}" for one in people for text in one.complaints]
    for one in people:
        if complaints or request.session.testsfailed:
            shot(one.page, f"{request.node.name}-{one.username}-last")
        one.context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def telephone(demo: Demo, playwright: Playwright) -> Iterator[Callable[[str], Telephone]]:
    """The telephone with a number."""
    request = playwright.request.new_context(base_url=demo.telephone)
    yield lambda number: Telephone(request, number)
    request.dispose()


@pytest.fixture(scope="session", autouse=True)
def _fresh_pictures() -> None:
    """Pictures of an earlier run are not taken for those of this one."""
    for old in Path(SHOTS).glob("*.png"):
        old.unlink(missing_ok=True)
