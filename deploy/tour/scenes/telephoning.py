"""What every call of the tour has in common: rung, offered, accepted, connected, ended, wrapped up."""

from deploy.tour.page import Page
from deploy.tour.report import NotSeen, eventually
from deploy.tour.stage import Stage
from deploy.tour.telephones import Softphone, Telephone


async def be_available(stage: Stage) -> None:
    """The agent's seat takes calls."""
    desk = stage.tab("agent")
    with stage.report.step("The agent is available") as step:
        await desk.go("/desk/")
        if desk.page.form("/desk/seat/").choices.get("state"):
            await desk.send("/desk/seat/", state="AVAILABLE")
        step.seen("the desk is open and its socket answers")


async def ring(stage: Stage, phone: Telephone) -> None:
    """The worker dials, hears the greeting, and chooses legal matters."""
    async with stage.change(f"{phone.number} dials 12351", "call.inbound", "call.waiting") as step:
        await phone.dial()
        call = await phone.until("the menu is not reached", waiting_for="digits")
        await phone.act("digits", digits="1")
        await phone.until("the caller does not wait", waiting_for="conference")
        step.seen(f"greeted with “{call['heard'][0][:24]}…”" if call["heard"] else "greeted with nothing")


async def accept(stage: Stage) -> Softphone:
    """The agent is offered the call, takes it, and the page's softphone joins."""
    desk = stage.tab("agent")
    with stage.report.step("The agent is offered the call") as step:
        await desk.go("/desk/")
        await desk.shows(lambda page: page.form_or_none("/offers/", "/accept/"), "no offer is shown")
        step.seen(f"the desk was rung for it and has {desk.page.form('/offers/', '/accept/').action}")
    async with stage.change("The agent accepts", "call.accepted") as step:
        await desk.send("/offers/", "/accept/")
        step.seen(f"the desk has the call {call_id(desk.page)[:8]}…")
    async with stage.change("The softphone joins", "call.talking") as step:
        softphone = await connect(stage)
        step.seen(f"connected as {softphone.sid[:8]}…")
    return softphone


async def connect(stage: Stage) -> Softphone:
    """The softphone of the agent's page joins the page's call."""
    desk = stage.tab("agent")
    softphone = await desk.person.softphone(desk.page)
    await softphone.connect(call_id(desk.page))
    return softphone


def call_id(page: Page) -> str:
    """The call that the page's softphone is to join. Raises NotSeen."""
    found = page.attribute("connect-call")
    if not found:
        raise NotSeen(f"{page.path} has no call for the softphone")
    return found


def case_path(page: Page) -> str:
    """The address of the case whose intake the desk shows."""
    return page.form("/cases/", "/sections/INTAKE/").action.removesuffix("sections/INTAKE/")


async def hang_up(stage: Stage, phone: Telephone, softphone: Softphone, *, by_agent: bool = False) -> None:
    """One of the two hangs up; the call is over for both."""
    async with stage.change(
        "The agent hangs up" if by_agent else "The caller hangs up", "call.ended"
    ) as step:
        if by_agent:
            desk = stage.tab("agent")
            await desk.person.send(desk.page, desk.page.form("/calls/", "/hang-up/"))
        else:
            await phone.act("hangup")
        await phone.until("the call does not end", status="completed")
        await eventually(lambda: _is(softphone), "the agent's line does not end")
        await softphone.close()
        step.seen("both lines are over")


async def _is(softphone: Softphone) -> bool:
    return softphone.status == "completed"


async def wrap_up(stage: Stage, note: str) -> None:
    """The agent writes the last word on the call and is available again."""
    desk = stage.tab("agent")
    async with stage.change("The agent wraps up", "call.wrapped_up", "seat") as step:
        await desk.go("/desk/")
        await desk.shows(lambda page: page.form_or_none("/calls/", "/wrap-up/"), "no wrap-up is asked for")
        await desk.send("/calls/", "/wrap-up/", note=note)
        if desk.page.form_or_none("/calls/", "/wrap-up/"):
            raise NotSeen("the desk still asks for the wrap-up")
        step.seen("the desk is free again")
