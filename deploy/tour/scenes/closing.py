"""A supervisor checks the case, the worker is asked, the case closes; the worker was told each stage."""

from deploy.tour.report import NotSeen, eventually
from deploy.tour.scenes.call import NUMBER
from deploy.tour.stage import Stage

TOLD = 5
"""The case's number, legal review, mediation, arbitration, closed."""


async def play(stage: Stage) -> None:
    """From the check to the closed file."""
    case = stage.kept_from("case")
    supervisor, agent = stage.tab("supervisor"), stage.tab("agent")
    with stage.report.step("The supervisor finds it among the cases to be checked") as step:
        await supervisor.go("/quality/")
        if not any(link.startswith(case) for link in supervisor.page.links):
            raise NotSeen("it is not listed")
        step.seen("it is listed")
    async with stage.change("It passes the check, with points taken off", "step.completed"):
        await supervisor.go(case)
        await supervisor.send(
            f"{case}steps/", decision="PASSED", points_record="18", ground_record="登记时漏记入职日期。"
        )
    with stage.report.step("The agent finds it among the workers to be asked") as step:
        await agent.go("/quality/")
        if not any(link.startswith(case) for link in agent.page.links):
            raise NotSeen("it is not listed")
        step.seen("it is listed")
    async with stage.change("Not reached at first", "step.completed"):
        await agent.go(case)
        await agent.send(f"{case}steps/", decision="UNREACHED", note="无人接听")
    async with stage.change("The worker is satisfied: it closes", "step.completed", "case.closed") as step:
        await agent.send(
            f"{case}steps/", decision="VISITED", way="CALL", received="YES", handled="YES", result="SOLVED",
            satisfied="VERY", more="感谢工会。",
        )  # fmt: skip
        if agent.page.place != 5:
            raise NotSeen(f"the case stands at {agent.page.stages[agent.page.place][1]}")
        if agent.page.form_or_none(f"{case}steps/"):
            raise NotSeen("a closed case still offers a step")
        step.seen(f"the case stands at {agent.page.stages[5][1]}")
    with stage.report.step("The path is drawn") as step:
        status, kind, drawing = await agent.person.raw(f"{case}flow.svg")
        if status != 200 or "svg" not in kind or "<svg" not in drawing:
            raise NotSeen(f"{status} {kind}")
        step.seen(f"{len(drawing):,} characters of {kind}")
    with stage.report.step("The worker was told each stage") as step:
        texts = await eventually(lambda: _told(stage), f"fewer than {TOLD} texts have arrived")
        step.seen(f"{len(texts)} texts delivered, the last “…{texts[-1][-30:]}”")
    await agent.go("/desk/")
    await supervisor.go("/floor/")


async def _told(stage: Stage) -> list[str] | None:
    number = stage.kept_from("number")
    messages = await stage.telephones.of(NUMBER).messages()
    texts = [m["body"] for m in messages if number in m["body"] and m["status"] == "delivered"]
    return texts if len(texts) >= TOLD else None
