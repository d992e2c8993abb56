"""Everything has started, and each person gets in and listens."""

from deploy.tour.report import NotSeen
from deploy.tour.stage import Stage

FIRST_PAGES = {
    "supervisor": "/floor/",
    "agent": "/desk/",
    "lawyer": "/cases/",
    "lawyer2": "/cases/",
    "mediator": "/cases/",
}


async def play(stage: Stage) -> None:
    """The telephone answers; five people sign in with their own browsers, each with a live socket."""
    with stage.report.step("The carrier simulator answers") as step:
        health = await stage.telephones.get("/sim/health")
        step.seen(f"it calls {health['hotline']} as {health['number']}")
    for username, first in FIRST_PAGES.items():
        with stage.report.step(f"{username} signs in") as step:
            tab = await stage.enter(username)
            if tab.page.path != first:
                raise NotSeen(f"the first page is {tab.page.path}, not {first}")
            step.seen(f"{first}, listening for {' '.join(sorted(tab.page.topics))}")
