"""The softphone of a real account: the carrier's own SDK in the agent's browser, with the hotline's pages."""

import base64
import hashlib
import hmac
import shutil
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Playwright, Route, expect

from deploy.demo import Demo
from deploy.processes import free_port
from tests.browser.account import AUDIBLE, LEG, LOUDEST, MEDIA, NUMBER, OUTSIDE, VIOLATIONS, Desk, claims_of
from tests.browser.house import Telephone, shot
from tests.conftest import QUIET

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SDK_ASKS = [
    "wss://voice-js.roaming.twilio.com/signal",  # the first
    "wss://voice-js.ashburn.twilio.com/signal",  # the nearest, that it is told of, when it comes again
    "wss://voice-js.singapore.twilio.com/signal",
    "https://eventgw.twilio.com/v4/EndpointEvents",
    "https://eventgw.us1.twilio.com/v4/EndpointEvents",
    "https://sdk.twilio.com/js/client/sounds/releases/1.0.0/outgoing.mp3",
]
TRY = """async (addresses) => {
  for (const address of addresses)
    await new Promise((over) => {
      if (address.startsWith("wss:")) new WebSocket(address).onerror = over;
      else fetch(address, { mode: "no-cors" }).catch(over);
    });
  await new Promise((told) => setTimeout(told, 100));
  return window.violations;
}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The hotline as with a real account; what the server itself asks of the carrier meets a closed door."""
    folder = tmp_path_factory.mktemp("account")
    with closing(Demo(folder, free_port(), free_port())) as house:
        house.env |= {"HOTLINE_CARRIER_URL": "", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}
        house.fill(cases=0)
        house.start()
        yield house
        house.children.check()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with a microphone; a page uses it only where it has been permitted to."""
    chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*QUIET, *MEDIA])
    yield chromium
    chromium.close()


@pytest.fixture
def desk(
    house: Demo, browser: Browser, playwright: Playwright, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    line = playwright.request.new_context(base_url=house.telephone)
    desk = Desk(house, browser, Telephone(line, NUMBER), getattr(request, "param", ["microphone"]))
    yield desk
    if request.session.testsfailed:
        shot(desk.page, f"{request.node.name}-last")
    desk.leave()
    line.dispose()


def signed_by(token: str, secret: str) -> bool:
    head, _dot, signature = token.rpartition(".")
    made = hmac.new(secret.encode(), head.encode(), hashlib.sha256).digest()
    return signature == base64.urlsafe_b64encode(made).decode().rstrip("=")


def test_an_accepted_call_is_joined_with_our_token_and_within_the_policy(desk: Desk) -> None:
    scripts: list[str] = []
    desk.page.on("request", lambda request: scripts.append(request.url))
    desk.sit_down()
    assert not desk.carrier.sockets and not any("twilio" in url for url in scripts), "before the click"
    far = desk.talk()
    token = desk.carrier.got("listen")[0]["token"]
    assert signed_by(token, desk.house.env["HOTLINE_TWILIO_API_SECRET"])
    pk = desk.page.locator("body").get_attribute("data-user")
    voice = {"outgoing": {"application_sid": desk.house.env["HOTLINE_TWILIO_APP_SID"]}}
    assert claims_of(token)["grants"] == {"identity": f"agent_{pk}", "voice": voice}
    assert far.evaluate(LOUDEST) > AUDIBLE
    assert set(desk.carrier.asked) <= {"eventgw.twilio.com", "eventgw.us1.twilio.com", "sdk.twilio.com"}
    desk.assert_policy_kept()
    assert not desk.person.complaints


def test_mute_silences_the_microphone_alone(desk: Desk) -> None:
    # A call needs none of what lies on other hosts.
    desk.person.context.route(OUTSIDE, lambda route: route.abort())
    desk.sit_down()
    far = desk.talk()
    desk.page.keyboard.press("m")
    expect(desk.page.locator("[data-phone=mute]")).to_have_attribute("aria-pressed", "true")
    expect(desk.page.locator("[data-phone-state]")).to_have_text("已静音")
    assert far.evaluate(LOUDEST) < AUDIBLE
    desk.page.locator("[data-phone=mute]").click()
    expect(desk.page.locator("[data-phone=mute]")).to_have_attribute("aria-pressed", "false")
    assert far.evaluate(LOUDEST) > AUDIBLE
    assert not desk.carrier.got("hangup") and len(desk.carrier.got("invite")) == 1


def test_hanging_up_ends_the_line_when_the_carrier_says_so(desk: Desk) -> None:
    """The button asks the server, the server the carrier, and the carrier ends both legs."""
    desk.sit_down()
    desk.talk()
    asked: list[str] = []

    def at_the_carrier(route: Route) -> None:
        asked.append(urlsplit(route.request.url).path)
        route.fulfill(status=204)
        desk.carrier.say("hangup", callsid=LEG)

    desk.page.route("**/calls/*/hang-up/", at_the_carrier)
    desk.page.locator("[data-connect-call] .button-danger").click()
    desk.expect_state("ended")
    assert len(asked) == 1
    expect(desk.page.locator("#toasts")).to_be_empty()


def test_the_softphone_leaves_a_call_that_is_over(desk: Desk) -> None:
    desk.sit_down()
    desk.talk()
    desk.telephone.act("hangup")
    hung_up = desk.until(lambda: desk.carrier.got("hangup"), "the softphone stays in the call")
    assert hung_up[0]["callsid"] == LEG
    expect(desk.page.locator("#wrap-up")).to_be_visible()
    expect(desk.page.locator("#toasts")).to_be_empty()
    assert not desk.person.complaints


def renewed(desk: Desk) -> str:
    """The first other token that the SDK tells the carrier."""
    first = desk.carrier.got("listen")[0]["token"]
    others = [one["token"] for one in desk.carrier.got("listen") if one["token"] != first]
    return str(others[0]) if others else ""


def test_the_token_is_renewed_before_it_ends(desk: Desk) -> None:
    desk.carrier.ttl = 63  # renewed a minute before
    desk.sit_down()
    desk.talk()
    second = claims_of(desk.until(lambda: renewed(desk), "no renewal"))
    first = claims_of(desk.carrier.got("listen")[0]["token"])
    assert second["exp"] > first["exp"] and second["grants"] == first["grants"]
    desk.expect_state("talking")


def test_a_refused_renewal_is_tried_again(desk: Desk) -> None:
    asked: list[str] = []

    def refuse_the_second(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 2:
            route.fulfill(status=503)
        else:
            route.fallback()

    desk.page.route("**/softphone/token/", refuse_the_second)
    desk.carrier.ttl = 63
    desk.sit_down()
    desk.talk()
    desk.until(lambda: renewed(desk), "no renewal")
    assert len(asked) == 3
    desk.expect_state("talking")
    assert not [one for one in desk.person.complaints if "503" not in one]


@pytest.mark.parametrize("desk", [[]], indirect=True, ids=["no-permission"])
def test_a_refused_microphone_is_said_with_what_to_do(desk: Desk) -> None:
    desk.sit_down()
    desk.accept()
    desk.expect_state("failed")
    told = desk.page.locator("#toasts .toast")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("未获准使用麦克风。请点击网址左侧的图标，允许使用麦克风，然后按“接入”")
    assert not desk.carrier.got("invite")
    shot(desk.page, "softphone-microphone-refused")
    # As it says: allow, and press.
    desk.person.context.grant_permissions(["microphone"])
    desk.page.get_by_role("button", name="接入").click()
    desk.until(lambda: desk.carrier.got("invite"), "no invitation")


def test_a_missing_microphone_is_said_with_what_to_do(desk: Desk) -> None:
    desk.page.add_init_script(
        """navigator.mediaDevices.getUserMedia = async () => {
          throw new DOMException("Requested device not found", "NotFoundError"); };"""
    )
    desk.sit_down()
    desk.accept()
    desk.expect_state("failed")
    expect(desk.page.locator("#toasts .toast")).to_contain_text("请插好耳麦")


def test_a_token_that_the_carrier_refuses_is_said(desk: Desk) -> None:
    desk.carrier.refuses = True
    desk.sit_down()
    desk.accept()
    desk.expect_state("failed")
    expect(desk.page.locator("#toasts .toast")).to_contain_text("网页电话被拒绝（20101）。请重新登录")
    # The next try begins afresh.
    desk.carrier.refuses = False
    desk.page.get_by_role("button", name="接入").click()
    desk.until(lambda: desk.carrier.got("invite"), "no invitation")
    assert len(desk.carrier.sockets) == 2


def test_a_carrier_that_cannot_be_reached_is_said_and_not_for_ever(desk: Desk) -> None:
    desk.carrier.answers = False
    desk.sit_down()
    desk.accept()
    desk.expect_state("connecting")
    desk.expect_state("failed")
    expect(desk.page.locator("#toasts .toast")).to_contain_text("无法连通电话线路。请检查本机网络")


def test_a_lost_socket_takes_the_call_up_again(desk: Desk) -> None:
    desk.sit_down()
    far = desk.talk()
    desk.carrier.sockets[-1].close(code=4000)
    again = desk.until(lambda: desk.carrier.got("invite")[1:], "the call is not taken up again")[0]
    assert (again["callsid"], again["reconnect"]) == (LEG, "again")
    assert desk.carrier.sockets[-1].url == "wss://voice-js.ashburn.twilio.com/signal"
    desk.expect_state("talking")
    assert far.evaluate(LOUDEST) > AUDIBLE


def test_the_policy_lets_the_sdk_reach_the_carrier_alone(house: Demo, browser: Browser) -> None:
    """The policy does not see what Playwright answers in the network's place; so it is asked by itself."""
    context = browser.new_context(base_url=house.address)
    context.add_init_script(VIOLATIONS)
    page = context.new_page()
    page.goto("/accounts/login/")
    assert page.evaluate(TRY, [*SDK_ASKS, "wss://voice-js.example.com/signal", "https://example.com/"]) == [
        "connect-src: wss://voice-js.example.com/signal",
        "connect-src: https://example.com/",
    ]
    context.close()
