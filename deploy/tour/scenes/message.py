"""A worker writes; the agent's reply reaches the telephone, and the page says so."""

import re

from deploy.tour.page import Page
from deploy.tour.report import eventually
from deploy.tour.stage import Stage

NUMBER = "+8613600032351"
ASKED = "我在胶州一家饭店打工，上个月被烫伤，老板不给报工伤，怎么办？"
REPLY = "您好，请在一个月内督促单位申报工伤；单位不报，您可在一年内自行向人社局申请认定。请保存诊断证明。"


async def play(stage: Stage) -> None:
    """A case by text message with a reply delivered."""
    phone, agent = stage.telephones.of(NUMBER), stage.tab("agent")
    async with stage.change(f"{NUMBER} writes", "sms.inbound") as step:
        await agent.go("/cases/?whose=unit")
        before = set(_cases(agent.page))
        await phone.post("/sim/messages", **{"from": NUMBER, "body": ASKED})
        fresh = await agent.shows(lambda page: set(_cases(page)) - before, "no new case is listed")
        case = fresh.pop()
        step.seen(f"a case is opened and listed at {case}")
    with stage.report.step("The message stands on the case page") as step:
        await agent.go(case)
        await agent.shows(lambda page: ASKED in page.text, "what was written is not there")
        step.seen("word for word")
    async with stage.change("The agent replies", "sms.outbound", "sms.state") as step:
        await agent.send(f"{case}reply/", text=REPLY)
        await agent.shows(lambda page: "DELIVERED" in page.values_of("state"), "it is not shown as delivered")
        step.seen("the page shows it as delivered")
    with stage.report.step("The worker reads the reply") as step:
        got = await eventually(lambda: _delivered(stage), "the telephone does not have it")
        step.seen(f"once, in {got} segments")


def _cases(page: Page) -> list[str]:
    return [link for link in page.links if re.fullmatch(r"/cases/\d+/", link)]


async def _delivered(stage: Stage) -> int | None:
    messages = [m for m in await stage.telephones.of(NUMBER).messages() if m["body"] == REPLY]
    return int(messages[0]["segments"]) if [m["status"] for m in messages] == ["delivered"] else None
