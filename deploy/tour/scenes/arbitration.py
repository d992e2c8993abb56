"""The referral is filed and accepted, and the award comes."""

from datetime import datetime
from zoneinfo import ZoneInfo

from deploy.tour.report import NotSeen
from deploy.tour.stage import Stage


async def play(stage: Stage) -> None:
    """From the referral's papers to the award."""
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
    async with stage.change("The award comes, the case goes to the check", "step.completed") as step:
        note = "裁决单位支付拖欠工资18600元。"
        await lawyer.send(f"{case}steps/", decision="AWARDED", on=today, amount="18600", note=note)
        if lawyer.page.place != 4:
            raise NotSeen(f"the case stands at {lawyer.page.stages[lawyer.page.place][1]}")
        step.seen(f"the case stands at {lawyer.page.stages[4][1]}")
