"""The scenes of the tour, in the order in which they are played."""

from collections.abc import Awaitable, Callable

from deploy.tour.stage import Stage


async def doors_open(stage: Stage) -> None:
    """Everything has started, and each person gets in."""
    with stage.report.step("The telephone") as step:
        health = await stage.telephone.get("/sim/health")
        step.seen(f"the simulator answers {health}")
    for username in ("agent", "agent2", "lawyer", "lawyer2", "mediator", "supervisor", "admin"):
        with stage.report.step(f"Sign-in of {username}") as step:
            async with stage.person(username) as person:
                page = await person.sign_in(stage.password)
            step.seen(f"a first page of {len(page):,} characters")


SCENES: tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...] = (("The doors open", doors_open),)
