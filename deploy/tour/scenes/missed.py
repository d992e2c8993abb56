"""Nobody is free, the caller hangs up; the call-back that this leaves is made with one key."""

from deploy.tour.report import NotSeen
from deploy.tour.scenes import telephoning
from deploy.tour.stage import Stage

NUMBER = "+8613500042351"


async def play(stage: Stage) -> None:
    """From the missed call to the reached worker."""
    phone, desk = stage.telephones.of(NUMBER), stage.tab("agent")
    async with stage.change("The agent is away", "seat"):
        await desk.go("/desk/")
        await desk.send("/desk/seat/", state="AWAY")
    await telephoning.ring(stage, phone)
    async with stage.change("The caller gives up waiting", "call.ended", "callback.opened") as step:
        await phone.act("hangup")
        await desk.shows(
            lambda page: page.form_or_none("/callbacks/", "/start/"), "no call-back is due on the desk"
        )
        step.seen("a call-back is due on the desk")
    async with stage.change("The agent calls back", "call.outbound", "call.talking") as step:
        await desk.send("/callbacks/", "/start/")
        softphone = await telephoning.connect(stage)
        await phone.rings()
        await phone.act("answer")
        await phone.hears("12351")
        step.seen("the telephone rang and was answered")
    async with stage.change("They talk", "call.said"):
        await phone.act("say", text="谢谢您回电话，我想问加班费怎么算。")
        await softphone.hears("加班费")
        await desk.go("/desk/")
        await desk.shows(lambda page: "加班费" in page.text, "what the worker says is not on the desk")
    async with stage.change("The call-back is done", "callback.reached") as step:
        await telephoning.hang_up(stage, phone, softphone)
        await desk.go("/desk/")
        if desk.page.form_or_none("/callbacks/", "/start/"):
            raise NotSeen("it is still due")
        step.seen("it is no longer due")
    await telephoning.wrap_up(stage, "已回电，已解答加班费计算方法。")
