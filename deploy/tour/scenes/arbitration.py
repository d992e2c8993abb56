"""The referral is filed and accepted, and the award comes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from deploy.tour.report import NotSeen
from deploy.tour.stage import Stage

BESIDE = {
    "CALLER": {"identity_number": "379999199003150025"},
    "EMPLOYERS": {"rows-0-credit_code": "91370200MADEM0014N", "rows-0-address": "青岛市胶州市示例大道8号"},
}
"""What the intake left open and the application needs."""


async def play(stage: Stage) -> None:
    """From the referral's papers to the award."""
    case = stage.kept_from("case")
    lawyer = stage.tab(stage.kept_from("lawyer"))
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    async with stage.change("The referral's papers are complete", "section.saved"):
        await lawyer.go(case)
        await lawyer.send(
            f"{case}sections/", "/REFERRAL/", commission="青岛市市南区劳动人事争议仲裁委员会",
            ground="PERFORMANCE", jurisdiction="青岛市市南区", authority="SPECIAL", authorised_on=today,
            checked_on=today,
        )  # fmt: skip
    async with stage.change("The evidence is listed", "section.saved"):
        rows = {
            "rows-0-name": "工资条",
            "rows-0-kind": "WAGES",
            "rows-0-proves": "工资标准",
            "rows-0-page_from": "1",
        }
        await lawyer.send(f"{case}sections/", "/EVIDENCE/", **rows)
    for section, fields in BESIDE.items():
        async with stage.change(f"What the gate asks for: {section.lower()}", "section.saved"):
            await lawyer.go(f"{case}sections/{section}/")
            await lawyer.send(f"{case}sections/{section}/", **fields)
    await lawyer.go(case)
    steps = (
        ("The referral is filed", {"decision": "FILED", "filed_on": today}, ("clock.running",)),
        ("The commission accepts", {"decision": "ACCEPTED", "on": today}, ("clock.ended", "clock.running")),
    )
    for title, fields, kinds in steps:
        async with stage.change(title, "step.completed", *kinds) as step:
            await lawyer.send(f"{case}steps/", **fields)
            step.seen(f"next is {lawyer.page.form(f'{case}steps/').action}")
    soon = (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=14)).strftime("%Y-%m-%d 09:30")
    for title, fields in (
        ("The application is served", {"kind": "SERVED", "on": today}),
        ("A hearing is called", {"kind": "HEARING", "on": today, "at": soon, "place": "第三仲裁庭"}),
    ):
        async with stage.change(title, "arbitration.entered"):
            await lawyer.go(f"{case}arbitration/?kind={fields['kind']}")
            await lawyer.send(f"{case}arbitration/", f"kind={fields['kind']}", **fields)
    await lawyer.go(case)
    async with stage.change("The award comes", "step.completed") as step:
        note = "裁决单位支付拖欠工资18600元。"
        await lawyer.send(
            f"{case}steps/", decision="AWARDED", on=today, final="yes", amount="18600", note=note
        )
        step.seen(f"next is {lawyer.page.form(f'{case}steps/').action}")
    async with stage.change("Paid: the case goes to the check", "step.completed") as step:
        told = "单位已付清，已告知十五日起诉期限，职工不起诉。"
        await lawyer.send(f"{case}steps/", decision="PERFORMED", note=told)
        if lawyer.page.place != 4:
            raise NotSeen(f"the case stands at {lawyer.page.stages[lawyer.page.place][1]}")
        step.seen(f"the case stands at {lawyer.page.stages[4][1]}")
