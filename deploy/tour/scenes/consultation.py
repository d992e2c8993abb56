"""A second caller asks something that an agent answers at once."""

from deploy.tour.report import NotSeen
from deploy.tour.scenes import telephoning
from deploy.tour.stage import Stage

NUMBER = "+8613700022351"


async def play(stage: Stage) -> None:
    """Answered and closed at intake."""
    phone, desk = stage.telephones.of(NUMBER), stage.tab("agent")
    await telephoning.ring(stage, phone)
    softphone = await telephoning.accept(stage)
    case = telephoning.case_path(desk.page)
    async with stage.change("The caller asks", "call.said"):
        await phone.act("say", text="请问试用期最长可以约定多久？")
        await desk.shows(lambda page: "试用期" in page.text, "the question is not on the desk")
    async with stage.change("The question is written down", "section.saved"):
        form = desk.page.form(case, "/INTAKE/")
        category = next(value for value in form.choices["category"] if value)
        await desk.person.send(
            desk.page,
            form,
            narrative="咨询试用期的最长期限。",
            category=category,
            request_kind="CONSULT",
            urgency="P3",
        )
    await telephoning.hang_up(stage, phone, softphone, by_agent=True)
    async with stage.change("Answered and closed at intake", "step.completed", "case.closed") as step:
        await desk.go("/desk/")
        await desk.person.send(
            desk.page,
            desk.page.form(f"{case}steps/"),
            decision="ANSWERED",
            note="已告知：三年以上固定期限合同，试用期不得超过六个月。",
        )
        page = await desk.person.get(case)
        if page.place != 5:
            raise NotSeen(f"the case stands at {page.stages[page.place][1]}")
        step.seen(f"the case stands at {page.stages[5][1]}")
    await telephoning.wrap_up(stage, "咨询，已答复。")
