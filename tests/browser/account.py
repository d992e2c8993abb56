"""The agent's desk as with a real account, and the carrier's end of what the SDK says there.

Nothing goes out. The test is the carrier's end of the SDK's socket, and a second page is the far end of the
media, so that sound really flows; the caller's telephone is the simulator's.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import QueryDict
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, WebSocketRoute, expect
from twilio.request_validator import RequestValidator

from deploy.demo import Demo
from tests.browser.house import PATIENCE, Person, Telephone

MEDIA = [
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
"""A microphone that beeps, media that finds its way without any network, and no other host at all."""
SILENCE = b"RIFF%sWAVEfmt %s%sdata%s" % (
    (4 + 24 + 8 + 160).to_bytes(4, "little"),
    (16).to_bytes(4, "little"),
    bytes.fromhex("0100 0100 401f0000 401f0000 0100 0800"),
    (160).to_bytes(4, "little") + b"\x80" * 160,
)
"""A short sound, for those that the SDK fetches."""
AUDIBLE = 0.05
NUMBER = "13912341001"
LEG = "CA" + "b" * 32
SIGNALLING = re.compile(r"^wss://voice-js\.[^/]*/signal")
OUTSIDE = re.compile(r"^https?://(?!127\.0\.0\.1[:/])")
VIOLATIONS = """window.violations = [];
document.addEventListener("securitypolicyviolation",
  (e) => window.violations.push(`${e.effectiveDirective}: ${e.blockedURI}`));"""
FAR_END = """async (offer) => {
  const far = (window.far = new RTCPeerConnection());
  // What nobody listens to is not decoded.
  far.ontrack = ({ streams }) => Object.assign(new Audio(), { srcObject: streams[0], muted: true }).play();
  await far.setRemoteDescription({ type: "offer", sdp: offer });
  const sound = new AudioContext().createMediaStreamDestination();
  far.addTrack(sound.stream.getTracks()[0], sound.stream);
  await far.setLocalDescription(await far.createAnswer());
  if (far.iceGatheringState !== "complete")
    await new Promise((done) => (far.onicegatheringstatechange = () =>
      far.iceGatheringState === "complete" && done()));
  return far.localDescription.sdp;
}"""
LOUDEST = """async () => {
  const track = far.getReceivers()[0].track;
  const ear = new MediaStreamTrackProcessor({ track }).readable.getReader();
  let loudest = 0;
  for (let frame = 0; frame < 170; frame += 1) {
    const { value } = await ear.read();
    const samples = new Float32Array(value.numberOfFrames);
    value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    value.close();
    if (frame > 20) for (const one of samples) loudest = Math.max(loudest, Math.abs(one));
  }
  await ear.cancel();
  return loudest;
}"""
"""The loudest sample of a second and a half; the microphone beeps each second."""


class Carrier:
    """The carrier's end of the SDK's socket."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.sockets: list[WebSocketRoute] = []
        self.asked: list[str] = []
        self.ttl = 3600
        self.refuses = False
        self.answers = True

    def take(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(self._hear)

    def _hear(self, text: str | bytes) -> None:
        if not text.strip():
            return  # the answer to a heartbeat
        frame = json.loads(text)
        self.frames.append(frame)
        if frame["type"] != "listen" or not self.answers:
            return
        if self.refuses:
            self.say("error", error={"code": 31204, "message": "JWT is invalid"})
            return
        token = {"identity": identity_of(frame["payload"]["token"]), "ttl": self.ttl}
        self.say("connected", region="us1", home="us1", edge="ashburn", token=token)

    def say(self, kind: str, **payload: Any) -> None:
        self.sockets[-1].send(json.dumps({"type": kind, "payload": payload}))

    def got(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of the frames of this kind."""
        return [frame["payload"] for frame in self.frames if frame["type"] == kind]

    def outside(self, route: Route) -> None:
        """Whatever a page asks of another host ends here."""
        self.asked.append(urlsplit(route.request.url).hostname or "")
        route.fulfill(body=SILENCE, headers={"Access-Control-Allow-Origin": "*"})


def identity_of(token: str) -> str:
    return str(claims_of(token)["grants"]["identity"])


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


class Desk:
    """The agent at the desk, what the SDK says to the carrier, and the worker on the line."""

    def __init__(self, house: Demo, browser: Browser, telephone: Telephone, permissions: list[str]) -> None:
        self.house = house
        self.carrier = Carrier()
        self.telephone = telephone
        self.person = Person(house, browser, "agent")
        self.person.context.grant_permissions(permissions)
        self.person.context.route(OUTSIDE, self.carrier.outside)
        self.person.context.route_web_socket(SIGNALLING, self.carrier.take)
        self.person.context.add_init_script(VIOLATIONS)
        self.console: list[str] = []
        self.page = self.person.page
        self.page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.console.append(message.text)

    def sit_down(self) -> None:
        self.person.sign_in()
        self.page.locator("button[name=state][value=AVAILABLE]").click()
        expect(self.page.locator("button[name=state][value=AVAILABLE]")).to_have_attribute(
            "aria-pressed", "true"
        )

    def accept(self) -> str:
        """A worker calls, the agent takes the call; returns the call's own name."""
        self.telephone.dial()
        expect(self.page.locator(".offer")).to_be_visible()
        self.page.keyboard.press("a")
        bar = self.page.locator("[data-connect-call]")
        expect(bar).to_be_visible()
        return bar.get_attribute("data-connect-call") or ""

    def until(self, seen: Callable[[], Any], what: str) -> Any:
        for _ in range(PATIENCE // 50):
            if found := seen():
                return found
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{what}: {[frame['type'] for frame in self.carrier.frames]}")

    def expect_state(self, state: str) -> None:
        expect(self.page.locator("[data-phone-state]")).to_have_attribute(
            "data-state", state, timeout=PATIENCE
        )

    def talk(self) -> Page:
        """Takes a call and answers the invitation as the carrier does; returns the far end of the media."""
        call_id = self.accept()
        invite = self.until(lambda: self.carrier.got("invite"), "no invitation")[0]
        assert parse_qs(invite["twilio"]["params"]) == {"call_id": [call_id]}
        assert f">call-{call_id}</Conference>" in self._ask_for_twiml(call_id)
        far = self.person.context.new_page()
        self.carrier.say("answer", callsid=LEG, sdp=far.evaluate(FAR_END, invite["sdp"]), reconnect="again")
        self.page.bring_to_front()
        self.expect_state("talking")
        self._post("/twilio/conference/", **self._joined(call_id))
        return far

    def _ask_for_twiml(self, call_id: str) -> str:
        """What the TwiML App's address answers to the carrier for this invitation."""
        who = f"client:{identity_of(self.carrier.got('listen')[-1]['token'])}"
        return self._post("/twilio/voice/agent/", CallSid=LEG, From=who, To="", call_id=call_id)

    def _joined(self, call_id: str) -> dict[str, str]:
        return {
            "ConferenceSid": "CF" + hashlib.md5(call_id.encode(), usedforsecurity=False).hexdigest(),
            "FriendlyName": f"call-{call_id}",
            "SequenceNumber": "90",
            "StatusCallbackEvent": "participant-join",
            "CallSid": LEG,
        }

    def _post(self, path: str, **fields: str) -> str:
        fields |= {"AccountSid": self.house.env["HOTLINE_TWILIO_ACCOUNT_SID"]}
        signer = RequestValidator(self.house.env["HOTLINE_TWILIO_AUTH_TOKEN"])
        signature = signer.compute_signature(self.house.address + path, QueryDict(urlencode(fields)))
        answer = self.person.context.request.post(
            self.house.address + path, form=fields, headers={"X-Twilio-Signature": signature}
        )
        assert answer.ok, f"{path}: {answer.status} {answer.text()}"
        return answer.text()

    def assert_policy_kept(self) -> None:
        assert self.page.evaluate("violations") == []
        assert self.console == []

    def leave(self) -> None:
        """The worker hangs up and the agent wraps up, so that the next test finds a free desk."""
        if self.telephone.sid:
            self.telephone.act("hangup")
            self.page.locator("#wrap-up button.button-main").click()
            expect(self.page.locator("#wrap-up")).to_have_count(0)
        self.person.context.close()
