"""The main job begins: a worker rings, an agent answers, listens, writes down, and sends it to a lawyer."""

from deploy.tour.report import NotSeen
from deploy.tour.scenes import telephoning
from deploy.tour.stage import Stage

NUMBER = "+8613900012351"
SAID = "厂门口那棵石榴树底下，老板亲口说三个月工资没钱发"
"""Said and never written down: the word of the tree is what the history is searched for."""
NARRATIVE = "来电人自2025年3月起在青岛示例制帽有限公司从事缝纫工作，2026年8月至10月工资共计18600元未发。"
EMPLOYER = "青岛示例制帽有限公司"


async def play(stage: Stage) -> None:
    """From the ring to legal review."""
    phone, desk = stage.telephones.of(NUMBER), stage.tab("agent")
    await telephoning.be_available(stage)
    await telephoning.ring(stage, phone)
    softphone = await telephoning.accept(stage)
    with stage.report.step("The agent speaks") as step:
        await softphone.say("您好，这里是12351，请问有什么可以帮您？")
        await phone.hears("请问有什么可以帮您")
        step.seen("the caller hears it")
    async with stage.change("The caller speaks", "call.said") as step:
        await phone.act("say", text=SAID)
        await softphone.hears("石榴树")
        await desk.shows(lambda page: "石榴树" in page.text, "what the caller says is not on the desk")
        step.seen("it stands on the agent's page, word for word")
    stage.kept["case"] = telephoning.case_path(desk.page)
    await _write_down(stage)
    await telephoning.hang_up(stage, phone, softphone)
    await telephoning.wrap_up(stage, "已告知保存工资条和考勤记录。")
    await _send_on(stage)


async def _write_down(stage: Stage) -> None:
    desk, case = stage.tab("agent"), stage.kept_from("case")
    with stage.report.step("The intake is kept as it is typed") as step:
        form = desk.page.form(case, "/INTAKE/")
        await desk.person.keep(desk.page, form, narrative=NARRATIVE[:20])
        await desk.go("/desk/")
        if desk.page.form(case, "/INTAKE/").values["narrative"] != [NARRATIVE[:20]]:
            raise NotSeen("after a reload the form is empty")
        step.seen("after a reload it is in the form again")
    async with stage.change("The intake is saved", "section.saved", "clock.running") as step:
        category = desk.page.form(case, "/INTAKE/").choice("category", "工资")
        await _save(
            stage, "INTAKE", narrative=NARRATIVE, category=category, summary="拖欠三个月工资",
            wishes="要求支付拖欠的工资", known_on="2026-09-15", employed_from="2025-03-01",
        )  # fmt: skip
    async with stage.change("The caller is written down", "section.saved"):
        await _save(
            stage,
            "CALLER",
            name="石小满",
            sex="F",
            may_text="YES",
            contact_from="00:00",
            contact_until="23:59",
        )
    async with stage.change("The employer is written down", "section.saved"):
        await _save(stage, "EMPLOYERS", **{"rows-0-name": EMPLOYER, "rows-0-role": "EMPLOYER"})
    async with stage.change("The claim is written down", "section.saved"):
        await _save(
            stage, "CLAIMS",
            **{"rows-0-kind": "WAGES", "rows-0-amount": "18600", "rows-0-basis": "三个月，每月6200元"},
        )  # fmt: skip
    with stage.report.step("What was saved stands in the forms") as step:
        await desk.go("/desk/")
        form = desk.page.form(case, "/INTAKE/")
        if form.values["narrative"] != [NARRATIVE]:
            raise NotSeen(f"the intake says {form.values['narrative']}")
        step.seen(f"revision {form.values['revision'][0]} of the intake")


async def _save(stage: Stage, section: str, **fields: str) -> None:
    desk, case = stage.tab("agent"), stage.kept_from("case")
    await desk.person.send(desk.page, desk.page.form(case, f"/{section}/"), **fields)


async def _send_on(stage: Stage) -> None:
    desk, case = stage.tab("agent"), stage.kept_from("case")
    with stage.report.step("The case page") as step:
        page = await desk.person.get(case)
        number = next((word for word in page.text.split() if word.startswith("QD12351-")), "")
        if page.place != 0 or "石榴树" not in page.text or not number:
            raise NotSeen("number, intake and what was said are not all on it")
        stage.kept["number"] = number
        step.seen(f"{number} stands at {page.stages[0][1]}, with all that was said")
    lawyers = {name: stage.tab(name) for name in ("lawyer", "lawyer2")}
    async with stage.change("To legal review", "step.completed", "case.stage") as step:
        page = await desk.person.send(page, page.form(f"{case}steps/"), decision="REVIEW")
        if page.place != 1:
            raise NotSeen(f"the case stands at {page.stages[page.place][1]}")
        step.seen(f"the case stands at {page.stages[1][1]}")
    with stage.report.step("A lawyer sees it assigned") as step:
        for name, tab in lawyers.items():
            status, _page = await tab.person.look(case)
            if status == 200:
                stage.kept["lawyer"], stage.kept["other"] = name, next(n for n in lawyers if n != name)
        mine = stage.tab(stage.kept_from("lawyer"))
        await mine.shows(lambda page: case in page.links, "the case is not in the lawyer's list")
        step.seen(f"{stage.kept['lawyer']} has it in the list, rung {mine.listener.kinds.total()} times")
