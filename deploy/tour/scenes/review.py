"""The lawyer's opinion, and a mediation that fails."""

from deploy.tour.report import NotSeen
from deploy.tour.stage import Stage


async def play(stage: Stage) -> None:
    """From the accepted review to the failed mediation."""
    case = stage.kept_from("case")
    lawyer = stage.tab(stage.kept_from("lawyer"))
    with stage.report.step("Another lawyer does not see the case") as step:
        status, _page = await stage.tab(stage.kept_from("other")).person.look(case)
        if status != 404:
            raise NotSeen(f"it is shown with {status}")
        step.seen("404")
    async with stage.change("The lawyer accepts the review", "review.accepted"):
        await lawyer.go(case)
        await lawyer.send(f"{case}accept-review/")
    async with stage.change("The opinion is saved", "section.saved"):
        await lawyer.send(
            f"{case}sections/", "/REVIEW/", opinion="用人单位应当及时足额支付劳动报酬，建议先行调解。",
            law="《中华人民共和国劳动合同法》第三十条", limitation_from="2026-09-15",
        )  # fmt: skip
    async with stage.change("To mediation", "step.completed", "case.stage") as step:
        unit = lawyer.page.form(f"{case}steps/").choice("unit", "青岛市总工会")
        await lawyer.send(f"{case}steps/", decision="MEDIATE", unit=unit)
        if lawyer.page.place != 2:
            raise NotSeen(f"the case stands at {lawyer.page.stages[lawyer.page.place][1]}")
        step.seen(f"the case stands at {lawyer.page.stages[2][1]}")
    await _mediate(stage, case)
    with stage.report.step("The lawyer sees it come back") as step:
        await lawyer.go(case)
        await lawyer.shows(lambda page: page.place == 3, "the case does not stand at arbitration")
        step.seen(f"the case stands at {lawyer.page.stages[3][1]}")


async def _mediate(stage: Stage, case: str) -> None:
    mediator = stage.tab("mediator")
    with stage.report.step("The mediators see it in their list") as step:
        await mediator.shows(
            lambda page: any(link.startswith(case) for link in page.links), "it is not listed"
        )
        step.seen(f"rung {mediator.listener.kinds.total()} times")
    async with stage.change("The mediator takes it", "case.assigned"):
        await mediator.go(case)
        await mediator.send(f"{case}take-over/")
    async with stage.change("The sessions are written down", "section.saved"):
        await mediator.send(
            f"{case}sections/", "/MEDIATION/", notes="双方到场。单位承认欠薪事实，但不同意一次性支付。",
        )  # fmt: skip
    async with stage.change("The mediation has failed", "step.completed", "case.stage") as step:
        await mediator.send(f"{case}steps/", decision="REFER", note="单位不同意任何支付方案，调解不成。")
        step.seen("the case goes on to arbitration")
