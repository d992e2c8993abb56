"""The referral is filed and accepted, the award comes, the case is closed; the worker was told each time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from deploy.tour.report import NotSeen, eventually
from deploy.tour.scenes.call import NUMBER
from deploy.tour.stage import Stage

TOLD = 5
"""The case's number, legal review, mediation, arbitration, closed."""


async def play(stage: Stage) -> None:
    """From the referral's papers to the closed file."""
    case = stage.kept_from("case")
    lawyer = stage.tab(stage.kept_from("lawyer"))
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    async with stage.change("The referral's papers are complete", "section.saved"):
        await lawyer.go(case)
        await lawyer.send(
            f"{case}sections/", "/REFERRAL/", commission="青岛市市南区劳动人事争议仲裁委员会",
            jurisdiction="劳动合同履行地", authorised="on", evidence="工资条三张\n考勤照片\n微信聊天记录",
        )  # fmt: skip
    steps = (
        ("The referral is filed", {"decision": "FILED", "filed_on": today}, ("clock.running",)),
        ("The commission accepts", {"decision": "ACCEPTED", "on": today}, ("clock.ended", "clock.running")),
    )
    for title, fields, kinds in steps:
        async with stage.change(title, "step.completed", *kinds) as step:
            await lawyer.send(f"{case}steps/", **fields)
            step.seen(f"next is {lawyer.page.form(f'{case}steps/').action}")
    async with stage.change("The award comes, the case is closed", "step.completed", "case.closed") as step:
        note = "裁决单位支付拖欠工资18600元。"
        await lawyer.send(f"{case}steps/", decision="AWARDED", on=today, amount="18600", note=note)
        if lawyer.page.place != 4:
            raise NotSeen(f"the case stands at {lawyer.page.stages[lawyer.page.place][1]}")
        if lawyer.page.form_or_none(f"{case}steps/"):
            raise NotSeen("a closed case still offers a step")
        step.seen(f"the case stands at {lawyer.page.stages[4][1]}")
    with stage.report.step("The path is drawn") as step:
        status, kind, drawing = await lawyer.person.raw(f"{case}flow.svg")
        if status != 200 or "svg" not in kind or "<svg" not in drawing:
            raise NotSeen(f"{status} {kind}")
        step.seen(f"{len(drawing):,} characters of {kind}")
    with stage.report.step("The worker was told each stage") as step:
        texts = await eventually(lambda: _told(stage), f"fewer than {TOLD} texts have arrived")
        step.seen(f"{len(texts)} texts delivered, the last “…{texts[-1][-30:]}”")


async def _told(stage: Stage) -> list[str] | None:
    number = stage.kept_from("number")
    messages = await stage.telephones.of(NUMBER).messages()
    texts = [m["body"] for m in messages if number in m["body"] and m["status"] == "delivered"]
    return texts if len(texts) >= TOLD else None
